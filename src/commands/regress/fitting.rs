//! From the data to estimates: the one place that knows which model and which solver is which.

use super::features::Feature;
use super::options::{RegressOptions, SolverName};
use super::plan::{Model, Plan};
use super::problem::PlanError;
use super::run::{Data, in_file};
use crate::commands::json;
use crate::commands::outcome::{Answer, Warning};
use crate::commands::request::Request;
use crate::error::Located;
use crate::numeric::elementary::ln;
use crate::numeric::sum::Dd;
use crate::regress::RegressError;
use crate::regress::family::{Family, Link};
use crate::regress::glm::{self, End, Mark, Settings};
use crate::regress::gram::Gram;
use crate::regress::inference::{Coefficient, Fit, coefficients};
use crate::regress::linear::{self, Unscale};
use crate::regress::rows::Rows;
use crate::regress::solvers;
use crate::regress::{huber, multinomial, robust};
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
    let mut fitted = match plan.model {
        Model::Linear => linear_fit(plan, data, request)?,
        Model::Glm(family, link) => glm_fit(plan, data, request, family, link)?,
        Model::Multinomial => multinomial_fit(plan, data, request)?,
        Model::Huber => huber_fit(plan, data, request)?,
    };
    let condition = fitted.fit.condition_number;
    if condition > 1e8 {
        let facts = Map::from_iter([("condition_number".to_string(), json::number(condition))]);
        let message = format!(
            "the columns nearly depend on each other (condition number {condition:.1e}): their coefficients answer to the last digits of the data"
        );
        fitted.warnings.push(Warning { code: "ill_conditioned", facts, message });
    }
    if let Feature::Category(c) = plan.target {
        fitted.classes = data.levels.names[c].clone();
    }
    Ok(fitted)
}

/// The names of the coefficients.
pub fn names(data: &Data) -> Vec<String> {
    let intercept = data.design.intercept.then(|| "(intercept)".to_string());
    intercept.into_iter().chain(data.design.names.iter().cloned()).collect()
}

fn confidence(request: &Request<RegressOptions>) -> f64 {
    request.options.confidence.unwrap_or(0.95)
}

/// Standard deviations of the columns, for penalties in their units: \[terms\]; 1 unless wanted.
fn deviations(gram: &Gram, request: &Request<RegressOptions>) -> Vec<f64> {
    let first = usize::from(gram.intercept);
    (0..gram.terms())
        .map(|k| {
            if request.options.standardize != Some(true) {
                return 1.0;
            }
            let square = gram.at(first + k, first + k);
            let centred = match gram.intercept {
                true => square - gram.at(0, first + k) * gram.at(0, first + k) / gram.at(0, 0),
                false => square,
            };
            (centred / gram.weight).hi.sqrt() / gram.scale[k]
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

fn linear_fit(plan: &Plan, data: &Data, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let gram = &data.gram;
    let names = names(data);
    let (l2, l1) = penalties(plan, gram, request);
    let mut found = linear::fit(gram, &l2, &l1);
    let (mut answers, mut warnings, mut more, mut trace) = (Vec::new(), Vec::new(), Map::new(), Vec::new());
    let mut status = "fitted";
    for (column, partners) in &found.dependent {
        let message = format!("{}: it has no estimate", dependence(&names, *column, partners, gram.intercept));
        status = "collinear";
        answers.push(Answer { word: "collinear", message });
    }
    let p = names.len();
    match plan.solver {
        SolverName::Gram | SolverName::Newton => {}
        SolverName::Qr if found.dependent.is_empty() => {
            let solved = solvers::qr(&blocks(data)?, gram.intercept).map_err(in_file(&plan.path))?;
            found.estimates = solved;
        }
        SolverName::Qr => {}
        SolverName::Normal | SolverName::GradientDescent => {
            let normal = solvers::Normal::of(gram);
            if plan.solver == SolverName::Normal {
                if found.dependent.is_empty() {
                    match normal.solve() {
                        Ok(estimates) => found.estimates = estimates,
                        Err(e) => {
                            found.estimates = vec![f64::NAN; p];
                            found.errors = vec![f64::NAN; p];
                            status = "collinear";
                            let message =
                                format!("the normal equations have no solution in f64: {e}; use --solver gram");
                            answers.push(Answer { word: "collinear", message });
                        }
                    }
                }
            } else {
                let most = request.options.max_iterations.unwrap_or(100_000);
                let descent = normal.descend(request.options.learning_rate, most);
                more.insert("learning_rate".into(), json::number(descent.rate));
                more.insert("iterations".into(), descent.iterations.into());
                trace = descent.trace;
                found.estimates = descent.w;
                if let Some((word, said)) = descent.failure {
                    status = said;
                    let message = match word {
                        "diverged" => {
                            format!("gradient descent diverges at the rate {}: choose a smaller one", descent.rate)
                        }
                        _ => format!("the gradient is not 0 after {} iterations", descent.iterations),
                    };
                    answers.push(Answer { word, message });
                }
            }
        }
    }
    let df = found.fit.df_residual;
    if let Some(kind) = request.options.robust {
        found.errors = robust::errors(&blocks(data)?, gram, &found, kind as usize);
        more.insert("robust".into(), format!("{kind:?}").to_lowercase().into());
    }
    if df <= 0.0 {
        let facts = Map::from_iter([("n".to_string(), found.fit.n.into()), ("coefficients".to_string(), p.into())]);
        let message = format!("{} rows for {p} coefficients: nothing is left to judge the fit by", found.fit.n);
        warnings.push(Warning { code: "no_degrees_of_freedom", facts, message });
    }
    if p <= 64 {
        let first = usize::from(gram.intercept);
        let raw = gram.unshifted();
        let order = gram.order();
        let row = |i: usize| (0..order - 1).map(|j| json::number(raw.at(i, j).hi)).collect::<Vec<_>>();
        let xtx: Vec<Value> = (0..order - 1).map(|i| Value::Array(row(i))).collect();
        let xty: Vec<Value> = (0..order - 1).map(|i| json::number(raw.at(i, order - 1).hi)).collect();
        let _ = first;
        more.insert(
            "normal_equations".into(),
            Map::from_iter([("xtx".to_string(), Value::Array(xtx)), ("xty".to_string(), Value::Array(xty))]).into(),
        );
    }
    let coefficients = coefficients(&names, &found.estimates, &found.errors, df, confidence(request));
    let beta = vec![found.estimates.iter().map(|b| if b.is_nan() { 0.0 } else { *b }).collect()];
    Ok(Fitted { coefficients, beta, fit: found.fit, status, answers, warnings, trace, more, classes: Vec::new() })
}

/// The design of all rows, for solvers that need it again.
pub fn blocks(data: &Data) -> Result<Vec<crate::regress::Block<'_>>, Located> {
    let mut found = Vec::new();
    for part in &data.parts {
        let inputs: Vec<&[f64]> = part.inputs.iter().map(Vec::as_slice).collect();
        let made = data.design.block(&inputs, &part.codes(), &part.lines);
        found.push(made.map_err(|problem| Located::new(PlanError::Data { file: String::new(), problem }))?);
    }
    Ok(found)
}

fn scaled_rows(plan: &Plan, data: &Data, family: Option<&'static Family>) -> Result<Rows, Located> {
    let fail = in_file(&plan.path);
    let mut rows = Rows::new(&data.gram);
    for part in &data.parts {
        let inputs: Vec<&[f64]> = part.inputs.iter().map(Vec::as_slice).collect();
        let block = data.design.block(&inputs, &part.codes(), &part.lines).map_err(&fail)?;
        let mut made = rows.part(&block);
        if let (None, Feature::Category(c)) = (family, &plan.target) {
            made.y = part.codes[*c].iter().map(|code| f64::from(*code)).collect();
        }
        if let Some(family) = family {
            Rows::check_target(&made.y, &part.lines, family).map_err(&fail)?;
        }
        rows.parts.push(made);
    }
    Ok(rows)
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
            (0..n).map(|k| (full[k * n + k].hi * phi).sqrt()).collect()
        }
        None => vec![f64::NAN; n],
    };
    (estimates, errors)
}

fn end_answers(end: &End, names: &[String], family: &str, answers: &mut Vec<Answer>) -> &'static str {
    match end {
        End::Converged => "fitted",
        End::MaxIterations => {
            answers
                .push(Answer { word: "max-iterations", message: "the iterations ran out before the optimum".into() });
            "max_iterations"
        }
        End::Separated(direction) => {
            let largest = direction.iter().fold(0.0, |m: f64, d| if d.abs() > m { d.abs() } else { m });
            let n = names.len().max(1);
            let mut list: Vec<&str> = Vec::new();
            for (k, d) in direction.iter().enumerate() {
                let name = names[k % n].as_str();
                if d.abs() > 1e-4 * largest && name != "(intercept)" && !list.contains(&name) {
                    list.push(name);
                }
            }
            let columns = crate::spec::listed(list.iter().copied());
            let message = format!(
                "the classes are separated by {columns}: the likelihood has no maximum; leave a column out or add --penalty ridge"
            );
            answers.push(Answer { word: "separated", message });
            "separated"
        }
        End::Singular(column) => {
            let name = names.get(column % names.len().max(1)).map_or("", String::as_str);
            let message =
                format!("`{name}` depends on the columns before it, or the {family} fit has no end in its direction");
            answers.push(Answer { word: "collinear", message });
            "collinear"
        }
    }
}

/// The columns that are left out because they depend on others, found from the sums: NaN estimates, others fitted without.
fn refuse_dependent(plan: &Plan, data: &Data, names: &[String]) -> Option<Vec<Answer>> {
    if plan.lambda > 0.0 {
        return None;
    }
    let zero = vec![0.0; names.len()];
    let found = linear::fit(&data.gram, &zero, &zero).dependent;
    let say = |(column, on): &(usize, Vec<usize>)| {
        let message = dependence(names, *column, on, data.gram.intercept);
        Answer { word: "collinear", message: format!("{message}: leave it out with --exclude") }
    };
    (!found.is_empty()).then(|| found.iter().map(say).collect())
}

/// Why a column has no estimate.
fn dependence(names: &[String], column: usize, on: &[usize], intercept: bool) -> String {
    let name = &names[column];
    let on: Vec<&str> = on.iter().map(|&k| names[k].as_str()).filter(|n| *n != "(intercept)").collect();
    match (&on[..], intercept) {
        ([], true) => format!("`{name}` is the same in every row"),
        ([], false) => format!("`{name}` is 0 in every row"),
        (on, _) => format!("`{name}` depends on {}", crate::spec::listed(on.iter().copied())),
    }
}

fn empty_fit(data: &Data, p: usize) -> Fit {
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

fn refused(data: &Data, names: &[String], answers: Vec<Answer>) -> Fitted {
    let nan = vec![f64::NAN; names.len()];
    Fitted {
        coefficients: coefficients(names, &nan, &nan, f64::INFINITY, 0.95),
        beta: vec![vec![0.0; names.len()]],
        fit: empty_fit(data, names.len()),
        status: "collinear",
        answers,
        warnings: Vec::new(),
        trace: Vec::new(),
        more: Map::new(),
        classes: Vec::new(),
    }
}

fn glm_fit(
    plan: &Plan,
    data: &Data,
    request: &Request<RegressOptions>,
    family: &'static Family,
    link: &'static Link,
) -> anyhow::Result<Fitted> {
    let names = names(data);
    let fail = in_file(&plan.path);
    let rows = scaled_rows(plan, data, Some(family))?;
    if let Some(answers) = refuse_dependent(plan, data, &names) {
        return Ok(refused(data, &names, answers));
    }
    let first_y = rows.parts.first().map_or(f64::NAN, |p| p.y[0]);
    if link.probability && rows.parts.iter().all(|p| p.y.iter().all(|y| *y == first_y)) {
        return Err(fail(RegressError::ConstantTarget { value: first_y }).into());
    }
    let (l2, l1) = penalties(plan, &data.gram, request);
    let settings = Settings { max_iterations: request.options.max_iterations.unwrap_or(100), l2, l1 };
    let found = glm::fit(&rows, family, link, &settings).map_err(&fail)?;
    let mut answers = Vec::new();
    let status = end_answers(&found.end, &names, family.name, &mut answers);
    let exists = matches!(found.end, End::Converged | End::MaxIterations);
    let (n, _) = rows.count();
    let (p, count) = (names.len(), n as f64);
    let df = count - p as f64;
    let phi = if family.dispersion_is_one { 1.0 } else { found.pearson / df };
    let covariance = if plan.lambda > 0.0 || !exists { None } else { found.covariance.as_ref() };
    let (mut estimates, errors) = unscaled(&data.gram, &found.g, covariance, phi);
    if !exists {
        estimates.fill(f64::NAN);
    }
    let mut fit = empty_fit(data, p);
    let zero = vec![0.0; p];
    fit.condition_number = linear::fit(&data.gram, &zero, &zero).fit.condition_number;
    if exists {
        let log_likelihood = rows.sums(1, |part, from, to, out| {
            let mut eta = Vec::new();
            Rows::predictor(part, &found.g, from, to, &mut eta);
            for (k, eta) in eta.iter().enumerate() {
                let w = part.w.get(from + k).copied().unwrap_or(1.0);
                let (mu, rest) = (link.mean)(*eta);
                out[0] += (family.log_likelihood)(part.y[from + k], mu, rest, w, phi);
            }
        })[0];
        fit.sigma = phi.sqrt();
        fit.deviance = found.deviance;
        fit.log_likelihood = log_likelihood;
        if plan.lambda == 0.0 {
            fit.aic = -2.0 * log_likelihood + 2.0 * p as f64;
            fit.bic = -2.0 * log_likelihood + p as f64 * ln(count);
        }
        let null = rows.null();
        let free = Settings { max_iterations: 100, l2: vec![0.0; null.columns], l1: vec![0.0; null.columns] };
        fit.null_deviance = glm::fit(&null, family, link, &free).map_or(f64::NAN, |f| f.deviance);
    }
    let mut more = Map::new();
    more.insert("iterations".into(), (found.trace.len().saturating_sub(1)).into());
    if exists {
        more.insert("dispersion".into(), json::number(phi));
        more.insert("pearson".into(), json::number(found.pearson));
    }
    let coefficients = coefficients(&names, &estimates, &errors, f64::INFINITY, confidence(request));
    let beta = vec![estimates.iter().map(|b| if b.is_nan() { 0.0 } else { *b }).collect()];
    Ok(Fitted {
        coefficients,
        beta,
        fit,
        status,
        answers,
        warnings: Vec::new(),
        trace: found.trace,
        more,
        classes: Vec::new(),
    })
}

fn huber_fit(plan: &Plan, data: &Data, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let names = names(data);
    if let Some(answers) = refuse_dependent(plan, data, &names) {
        return Ok(refused(data, &names, answers));
    }
    if request.options.trace.is_some() {
        let problem = PlanError::Conflict { flag: "--trace", with: "the family huber".into() };
        return Err(request.locate("regress.trace", problem).into());
    }
    let found = huber::fit(&blocks(data)?, &data.gram, request.options.max_iterations.unwrap_or(1000));
    let mut answers = Vec::new();
    let end = if found.converged { End::Converged } else { End::MaxIterations };
    let status = end_answers(&end, &names, "huber", &mut answers);
    let mut fit = empty_fit(data, names.len());
    let zero = vec![0.0; names.len()];
    fit.condition_number = linear::fit(&data.gram, &zero, &zero).fit.condition_number;
    fit.sigma = found.sigma;
    let coefficients = coefficients(&names, &found.estimates, &found.errors, f64::INFINITY, confidence(request));
    let mut more = Map::new();
    more.insert("iterations".into(), found.iterations.into());
    more.insert("outliers".into(), found.outliers.into());
    more.insert("k".into(), json::number(huber::K));
    let (beta, classes) = (vec![found.estimates], Vec::new());
    let (warnings, trace) = (Vec::new(), Vec::new());
    Ok(Fitted { coefficients, beta, fit, status, answers, warnings, trace, more, classes })
}

fn multinomial_fit(plan: &Plan, data: &Data, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let names = names(data);
    let Feature::Category(target) = plan.target else {
        return Err(Located::new(PlanError::NotYet {
            what: "a formula for the classes of the target".into(),
            many: false,
        })
        .into());
    };
    if plan.offset.is_some() {
        return Err(request
            .locate("regress.offset", PlanError::Conflict { flag: "--offset", with: "several classes".into() })
            .into());
    }
    let classes = data.levels.names[target].clone();
    let rows = scaled_rows(plan, data, None)?;
    if let Some(answers) = refuse_dependent(plan, data, &names) {
        return Ok(refused(data, &names, answers));
    }
    let (l2, _) = penalties(plan, &data.gram, request);
    let most = request.options.max_iterations.unwrap_or(100);
    let found = multinomial::fit(&rows, classes.len(), &l2, most).map_err(in_file(&plan.path))?;
    let mut answers = Vec::new();
    let status = end_answers(&found.end, &names, "multinomial", &mut answers);
    let exists = matches!(found.end, End::Converged | End::MaxIterations);
    let (p, k) = (names.len(), classes.len() - 1);
    let (mut table, mut beta) = (Vec::new(), Vec::new());
    for c in 0..k {
        let block = found
            .covariance
            .as_ref()
            .filter(|_| plan.lambda == 0.0 && exists)
            .map(|v| crate::numeric::linalg::Matrix::from_fn(p, p, |i, j| v[(c * p + i, c * p + j)]));
        let (mut estimates, errors) = unscaled(&data.gram, &found.g[c * p..(c + 1) * p], block.as_ref(), 1.0);
        if !exists {
            estimates.fill(f64::NAN);
        }
        beta.push(estimates.iter().map(|b| if b.is_nan() { 0.0 } else { *b }).collect());
        let mut rows = coefficients(&names, &estimates, &errors, f64::INFINITY, confidence(request));
        rows.iter_mut().for_each(|r| r.class = Some(classes[c + 1].clone()));
        table.extend(rows);
    }
    let (n, _) = rows.count();
    let (count, charge) = (n as f64, (p * k) as f64);
    let mut fit = empty_fit(data, p * k);
    let zero = vec![0.0; p];
    fit.condition_number = linear::fit(&data.gram, &zero, &zero).fit.condition_number;
    if exists {
        fit.log_likelihood = found.log_likelihood;
        fit.deviance = -2.0 * found.log_likelihood;
        if plan.lambda == 0.0 {
            fit.aic = fit.deviance + 2.0 * charge;
            fit.bic = fit.deviance + charge * ln(count);
        }
        let null = rows.null();
        let free = vec![0.0; null.columns];
        let alone = multinomial::fit(&null, classes.len(), &free, 100);
        fit.null_deviance = alone.map_or(f64::NAN, |f| -2.0 * f.log_likelihood);
    }
    let mut more = Map::new();
    more.insert("iterations".into(), (found.trace.len().saturating_sub(1)).into());
    more.insert("base_class".into(), classes[0].as_str().into());
    Ok(Fitted {
        coefficients: table,
        beta,
        fit,
        status,
        answers,
        warnings: Vec::new(),
        trace: found.trace,
        more,
        classes,
    })
}
