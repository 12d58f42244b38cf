//! From the data to estimates: the one place that knows which model and which solver is which.

mod answers;
mod descent;
mod estimable;
mod glm;
mod huber;
mod linear;
mod loss;
mod multinomial;

use self::answers::{dependent, dependent_terms};
use self::estimable::{Estimable, restore};
use super::defaults::CONFIDENCE;
use super::features::Target;
use super::options::RegressOptions;
use super::plan::{Model, Plan};
use super::run::Data;
use crate::commands::json;
use crate::commands::outcome::{Answer, Warning};
use crate::commands::request::Request;
use crate::error::Located;
use crate::numeric::sum::Dd;
use crate::numeric::text::count;
use crate::regress::glm::Mark;
use crate::regress::gram::Gram;
use crate::regress::inference::{Coefficient, Fit};
use crate::regress::linear::Unscale;
use serde_json::{Map, Value};

/// What was fitted.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The table.
    pub coefficients: Vec<Coefficient>,
    /// Estimates by class (one for models without classes), intercept first; what was left out is 0.
    pub beta: Vec<Vec<f64>>,
    /// How well it fits.
    pub fit: Fit,
    /// The word of the result.
    pub status: &'static str,
    /// Every "no".
    pub answers: Vec<Answer>,
    /// What should be known.
    pub warnings: Vec<Warning>,
    /// The course.
    pub trace: Vec<Mark>,
    /// Further keys of the result.
    pub more: Map<String, Value>,
    /// Classes of the target, where it has such.
    pub classes: Vec<String>,
}

/// Fits.
pub fn fit(plan: &Plan, data: &Data, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let all = Estimable::all(data);
    let mut fitted = match plan.model {
        Model::Linear => linear::fit(plan, &all, request)?,
        _ => independent(plan, &all, request)?,
    };
    let condition = fitted.fit.condition_number;
    if condition > 1e8 {
        let facts = Map::from_iter([("condition_number".to_string(), json::number(condition))]);
        let message = format!(
            "the columns nearly depend on each other (condition number {condition:.1e}): their coefficients answer to the last digits of the data"
        );
        fitted.warnings.push(Warning { code: "ill_conditioned", facts, message });
    }
    if let Target::Category(c) = plan.target {
        fitted.classes = data.levels.names[c].clone();
    }
    Ok(fitted)
}

/// Fits by several passes over the columns that depend on no others, which the sums tell.
fn independent(plan: &Plan, all: &Estimable<'_>, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let names = all.names();
    // a penalty leaves every column its coefficient
    let found = if plan.lambda > 0.0 { Vec::new() } else { dependent_columns(&all.gram) };
    let data = if found.is_empty() { all } else { &all.without(&found) };
    let mut fitted = match plan.model {
        Model::Glm(family, link) => glm::fit(plan, data, request, family, link)?,
        Model::Multinomial => multinomial::fit(plan, data, request)?,
        Model::Huber => huber::fit(plan, data, request)?,
        _ => loss::fit(plan, data, request)?,
    };
    if !found.is_empty() {
        restore(&mut fitted, &names, &found);
        fitted.answers.splice(0..0, dependent(&names, &found, &all.gram, &all.design.terms));
        fitted.more.insert("dependent".into(), dependent_terms(&names, &found));
        if fitted.status == "fitted" {
            fitted.status = "collinear";
        }
    } else if fitted.status == "fitted" && plan.lambda == 0.0 && fitted.fit.df_residual <= 0.0 {
        fitted.warnings.push(no_degrees_of_freedom(fitted.fit.n, fitted.coefficients.len()));
    }
    Ok(fitted)
}

/// The columns that depend on others, as least squares find them, and those that they depend on.
fn dependent_columns(gram: &Gram) -> Vec<(usize, Vec<usize>)> {
    let zero = vec![0.0; gram.order() - 1];
    crate::regress::linear::fit(gram, &zero, &zero).dependent
}

/// The names of all coefficients of a model: for several classes `class: name`, class after class.
pub fn all_names(plan: &Plan, data: &Data) -> Result<Vec<String>, Located> {
    let names = estimable::names(&data.design);
    if !matches!(plan.model, Model::Multinomial) {
        return Ok(names);
    }
    let classes = multinomial::classes(plan, &data.levels)?;
    Ok(classes.iter().skip(1).flat_map(|class| names.iter().map(move |name| format!("{class}: {name}"))).collect())
}

/// How many classes the target has.
pub fn classes(plan: &Plan, data: &Data) -> Result<usize, Located> {
    Ok(multinomial::classes(plan, &data.levels)?.len())
}

fn confidence(request: &Request<RegressOptions>) -> f64 {
    request.options.confidence.unwrap_or(CONFIDENCE)
}

/// A variance below this part of the mean square is rounding: the column is constant.
const CONSTANT: f64 = 1e-28;

/// Standard deviations of the columns, for penalties in their units: \[terms\]; 1 unless wanted.
fn deviations(gram: &Gram, request: &Request<RegressOptions>) -> Vec<f64> {
    let first = usize::from(gram.intercept);
    (0..gram.terms())
        .map(|k| {
            if request.options.standardize != Some(true) {
                return 1.0;
            }
            let (square, variance) = (gram.at(first + k, first + k) / gram.weight, gram.variance(k));
            // a column without a spread has no such unit
            if !(variance.hi > CONSTANT * square.hi) {
                return 1.0;
            }
            variance.hi.sqrt() / gram.scale[k]
        })
        .collect()
}

/// What a coefficient of a scaled column is multiplied by before it is penalised: \[terms\].
pub fn units(gram: &Gram, request: &Request<RegressOptions>) -> Vec<f64> {
    deviations(gram, request).iter().zip(&gram.scale).map(|(d, c)| d * c).collect()
}

fn penalties(plan: &Plan, gram: &Gram, request: &Request<RegressOptions>) -> (Vec<f64>, Vec<f64>) {
    penalties_at(plan.lambda, plan.l1_ratio, gram, &units(gram, request))
}

/// The penalties of the scaled columns' coefficients: of squares and of absolute values.
pub fn penalties_at(lambda: f64, l1_ratio: f64, gram: &Gram, units: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let weight = gram.weight.hi;
    let free = gram.intercept.then_some(0.0);
    let l2 = units.iter().map(|u| lambda * (1.0 - l1_ratio) * weight * u * u);
    let l1 = units.iter().map(|u| lambda * l1_ratio * weight * u);
    (free.into_iter().chain(l2).collect(), free.into_iter().chain(l1).collect())
}

/// Estimates and standard errors in the table's units; `phi`: the dispersion.
fn unscaled(
    gram: &Gram,
    g: &[f64],
    covariance: Option<&crate::numeric::linalg::Matrix>,
    phi: f64,
) -> (Vec<f64>, Vec<f64>) {
    let unscale = Unscale::new(gram);
    let dd: Vec<Dd> = g.iter().map(|g| Dd::from(*g)).collect();
    let estimates: Vec<f64> = unscale.apply(&dd).iter().map(|b| b.hi).collect();
    let n = g.len();
    let errors = match covariance {
        Some(v) => {
            let v: Vec<Dd> = v.data.iter().map(|v| Dd::from(*v)).collect();
            let full = unscale.covariance(&v, n);
            (0..n).map(|k| (full[k * n + k].hi * phi).sqrt() * unscale.unit(k)).collect()
        }
        None => vec![f64::NAN; n],
    };
    (estimates, errors)
}

fn empty_fit(data: &Estimable<'_>, p: usize) -> Fit {
    let x = f64::NAN;
    let n = data.gram.rows;
    Fit {
        n,
        df_residual: n as f64 - p as f64,
        sigma: x,
        r_squared: x,
        adj_r_squared: x,
        f_statistic: x,
        f_p_value: x,
        log_likelihood: x,
        aic: x,
        bic: x,
        deviance: x,
        null_deviance: x,
        condition_number: x,
    }
}

/// Said where all residuals are 0.
fn perfect() -> Warning {
    let message =
        "the fit is perfect: standard errors of 0 say nothing about other rows and leave no statistics, p values or F; the likelihood has no end"
            .to_string();
    Warning { code: "perfect_fit", facts: Map::new(), message }
}

/// Said where there are no more rows than coefficients.
fn no_degrees_of_freedom(n: u64, p: usize) -> Warning {
    let facts = Map::from_iter([("n".to_string(), n.into()), ("coefficients".to_string(), p.into())]);
    let (rows, of) = (count(n, "row"), count(p, "coefficient"));
    Warning {
        code: "no_degrees_of_freedom",
        facts,
        message: format!("{rows} for {of}: nothing is left to judge the fit by"),
    }
}

/// Said where a fit ended before its optimum.
fn without_errors() -> Warning {
    let message = "the estimates are not at the optimum: they have no standard errors".to_string();
    Warning { code: "no_standard_errors", facts: Map::new(), message }
}
