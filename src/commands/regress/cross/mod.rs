//! lambda by cross-validation.

mod by_passes;
mod by_sums;

use super::fitting::{classes, units};
use super::options::{RegressOptions, RuleName};
use super::plan::{Model, Plan};
use super::run::{Data, in_files};
use crate::commands::json::number;
use crate::commands::outcome::Warning;
use crate::commands::request::Request;
use crate::numeric::elementary::{exp, ln};
use crate::numeric::text::count;
use crate::regress::RegressError;
use crate::regress::gram::Gram;
use crate::report::human;
use serde_json::{Map, Value};

/// Values of lambda that are tried, from the one that leaves no coefficient down to 1e-4 of it (1e-2 where columns
/// outnumber rows), as glmnet does.
const STEPS: usize = 100;

/// A value of lambda and what it does to rows that were left out.
#[derive(Clone, Copy, Debug)]
struct Trial {
    lambda: f64,
    error: f64,
    std_error: f64,
    /// Folds whose fit came to its optimum.
    folds: usize,
    /// Whether they all did, and the fit of all rows.
    converged: bool,
}

/// How far a fold's fit is from the rows left out.
#[derive(Clone, Copy, Debug)]
struct Missed {
    /// Summed over them.
    error: f64,
    /// Their weight.
    weight: f64,
    /// Whether the fit came to its optimum.
    converged: bool,
}

/// The fit of all rows at a value of lambda.
#[derive(Clone, Debug)]
struct Along {
    /// In the table's units, intercept first, class after class: \[coefficients\].
    coefficients: Vec<f64>,
    /// Of those but the intercept.
    nonzero: usize,
    /// The part of the null deviance (for linear models of the squares) that it explains.
    explained: f64,
    /// Whether it is the optimum.
    converged: bool,
}

/// What was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The lambda of the rule.
    pub lambda: f64,
    least: f64,
    one_standard_error: f64,
    trials: Vec<Trial>,
    path: Vec<Along>,
    folds: usize,
    measure: &'static str,
}

impl Chosen {
    /// What should be known of the path.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> {
        self.at_the_end().into_iter().chain(self.short())
    }

    /// That fits did not come to their optimum, and that their lambdas were not chosen from.
    fn short(&self) -> Option<Warning> {
        let short: Vec<f64> = self.trials.iter().filter(|t| !t.converged).map(|t| t.lambda).collect();
        let [first, ..] = &short[..] else { return None };
        let (all, some) = (self.trials.len(), short.len());
        let so = match some == all {
            true => "lambda is chosen from fits that are none",
            false => "lambda is chosen from the others",
        };
        Some(Warning {
            code: "path_not_converged",
            facts: Map::from_iter([("lambdas".to_string(), short.iter().map(|l| number(*l)).collect())]),
            message: format!(
                "at {some} of {} the fit of all rows or of a fold did not come to its optimum (the largest is {}): {so}",
                count(all, "lambda"),
                human(*first, 6)
            ),
        })
    }

    /// That the path ends where rows left out are still told better with every step.
    fn at_the_end(&self) -> Option<Warning> {
        let [.., before, last] = &self.trials[..] else { return None };
        let falls = before.error - last.error > 1e-3 * last.std_error;
        (self.trials.len() == STEPS && self.least == last.lambda && falls).then(|| Warning {
            code: "lambda_at_the_end",
            facts: Map::from_iter([("lambda".to_string(), number(last.lambda))]),
            message: format!(
                "the smallest lambda tried, {}, is the best: try smaller ones with --lambda, or none",
                human(last.lambda, 6)
            ),
        })
    }

    /// The columns of the path's table; `terms`: the names of the coefficients.
    pub fn columns(&self, terms: &[String]) -> Vec<String> {
        let facts = ["lambda", self.measure, "std_error", "nonzero", "deviance_explained"];
        facts.iter().map(|name| name.to_string()).chain(terms.iter().cloned()).collect()
    }

    /// Its rows, the largest lambda first.
    pub fn rows(&self) -> impl Iterator<Item = Vec<f64>> {
        self.trials.iter().zip(&self.path).map(|(t, fit)| {
            let facts = [t.lambda, t.error, t.std_error, fit.nonzero as f64, fit.explained];
            facts.into_iter().chain(fit.coefficients.iter().copied()).collect()
        })
    }

    /// As the result has it; `terms`: the names of the coefficients.
    pub fn json(&self, terms: &[String]) -> Value {
        let row = |(t, fit): (&Trial, &Along)| {
            let coefficients = fit.coefficients.iter().map(|b| number(*b)).collect();
            let mut row = Map::from_iter([
                ("lambda".to_string(), number(t.lambda)),
                (self.measure.to_string(), number(t.error)),
                ("std_error".to_string(), number(t.std_error)),
                ("nonzero".to_string(), fit.nonzero.into()),
                ("deviance_explained".to_string(), number(fit.explained)),
                ("converged".to_string(), fit.converged.into()),
                ("folds_converged".to_string(), t.folds.into()),
                ("coefficients".to_string(), Value::Array(coefficients)),
            ]);
            if !t.error.is_finite() {
                let why = "a row left out has a mean outside the range of the family, or a square larger than any f64";
                row.insert(format!("{}_reason", self.measure), why.into());
            }
            Value::Object(row)
        };
        Value::Object(Map::from_iter([
            ("folds".to_string(), self.folds.into()),
            ("lambda".to_string(), number(self.lambda)),
            ("lambda_min".to_string(), number(self.least)),
            ("lambda_1se".to_string(), number(self.one_standard_error)),
            ("terms".to_string(), terms.into()),
            ("path".to_string(), Value::Array(self.trials.iter().zip(&self.path).map(row).collect())),
        ]))
    }
}

/// Tries the path on every fold.
pub fn choose(plan: &Plan, data: &Data, request: &Request<RegressOptions>) -> anyhow::Result<Chosen> {
    let (whole, folds) = (&data.gram, &data.folds);
    // units of the whole data, so that a lambda means one thing in all folds
    let units = units(whole, request);
    let found = match plan.model {
        Model::Glm(family, link) => by_passes::path(plan, data, &units, &by_passes::Generalised(family, link)),
        Model::Multinomial => {
            let model = by_passes::Classes(classes(plan, data)?, plan.l1_ratio > 0.0);
            by_passes::path(plan, data, &units, &model)
        }
        _ => by_sums::path(plan, data, &units),
    };
    let (errors, fitted) = found.map_err(in_files(plan))?;
    let mut trials = Vec::new();
    let (lambdas, path): (Vec<f64>, Vec<Along>) = fitted.into_iter().unzip();
    for ((errors, lambda), fit) in errors.iter().zip(lambdas).zip(&path) {
        let weight: f64 = errors.iter().map(|e| e.weight).sum();
        let error = errors.iter().map(|e| e.error).sum::<f64>() / weight;
        let off = |e: &Missed| e.error / e.weight - error;
        let spread = errors.iter().map(|e| e.weight * off(e) * off(e)).sum::<f64>() / weight;
        let std_error = (spread / (errors.len() - 1) as f64).sqrt();
        let folds = errors.iter().filter(|e| e.converged).count();
        let converged = fit.converged && folds == errors.len();
        trials.push(Trial { lambda, error, std_error, folds, converged });
    }
    // what did not come to its optimum has no error of its lambda, as a path of glmnet ends there
    let some = trials.iter().any(|t| t.converged);
    let good: Vec<Trial> = trials.iter().filter(|t| t.converged || !some).copied().collect();
    let best = good.iter().fold(good[0], |best, t| if t.error < best.error { *t } else { best });
    // the path falls: the first within reach is the largest
    let near = good.iter().find(|t| t.error <= best.error + best.std_error).map_or(best.lambda, |t| t.lambda);
    let lambda = match request.options.lambda_rule.unwrap_or_default() {
        RuleName::Min => best.lambda,
        RuleName::OneStandardError => near,
    };
    let measure = if matches!(plan.model, Model::Linear) { "mse" } else { "deviance" };
    Ok(Chosen { lambda, least: best.lambda, one_standard_error: near, trials, path, folds: folds.len(), measure })
}

/// For each lambda the error of each fold; and each lambda with the fit of all rows.
type Path = (Vec<Vec<Missed>>, Vec<(f64, Along)>);

/// The values that are tried, from the one that leaves no coefficient; `pull`: the largest |derivative| by a coefficient there.
fn lambdas(plan: &Plan, whole: &Gram, pull: f64) -> Vec<f64> {
    // a ridge alone never leaves no coefficient: glmnet's convention for where to begin
    let ratio = if plan.l1_ratio > 1e-3 { plan.l1_ratio } else { 1e-3 };
    let top = pull / (whole.weight.hi * ratio);
    let depth = if whole.rows as usize > whole.terms() { 1e-4 } else { 1e-2 };
    let step = ln(depth) / (STEPS - 1) as f64;
    (0..STEPS).map(|k| top * exp(step * k as f64)).collect()
}

/// The sums of all folds but `k`.
fn others(whole: &Gram, folds: &[Gram], k: usize) -> Result<Gram, RegressError> {
    let mut train = whole.empty();
    for (_, other) in folds.iter().enumerate().filter(|(j, _)| *j != k) {
        train.merge(other)?;
    }
    Ok(train)
}
