//! lambda by cross-validation. The folds' sums of products are all it takes: each fold is left out by adding up the
//! others, and its error follows from its own sums.

use super::fitting::{penalties_at, units};
use super::options::{RegressOptions, RuleName};
use super::plan::Plan;
use super::problem::PlanError;
use super::run::Data;
use crate::commands::json::number;
use crate::commands::request::Request;
use crate::error::Located;
use crate::numeric::elementary::{exp, ln};
use crate::regress::linear::{all_zero, rest_of, solve};
use serde_json::{Map, Value};

/// Values of lambda that are tried, from the one that leaves no coefficient down to 1e-4 of it (1e-2 where columns
/// outnumber rows), as glmnet does.
const STEPS: usize = 100;

/// A value of lambda and what it does to rows that were left out.
#[derive(Clone, Copy, Debug)]
struct Trial {
    lambda: f64,
    mse: f64,
    std_error: f64,
    nonzero: usize,
}

/// What was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The lambda of the rule.
    pub lambda: f64,
    least: f64,
    one_standard_error: f64,
    trials: Vec<Trial>,
    folds: usize,
}

impl Chosen {
    /// As the result has it.
    pub fn json(&self) -> Value {
        let row = |t: &Trial| {
            Value::Object(Map::from_iter([
                ("lambda".to_string(), number(t.lambda)),
                ("mse".to_string(), number(t.mse)),
                ("std_error".to_string(), number(t.std_error)),
                ("nonzero".to_string(), t.nonzero.into()),
            ]))
        };
        Value::Object(Map::from_iter([
            ("folds".to_string(), self.folds.into()),
            ("lambda".to_string(), number(self.lambda)),
            ("lambda_min".to_string(), number(self.least)),
            ("lambda_1se".to_string(), number(self.one_standard_error)),
            ("path".to_string(), Value::Array(self.trials.iter().map(row).collect())),
        ]))
    }
}

/// Tries the path on every fold. Fails with `FewRows` where a fold is empty.
pub fn choose(plan: &Plan, data: &Data, request: &Request<RegressOptions>) -> anyhow::Result<Chosen> {
    let (whole, folds) = (&data.gram, &data.folds);
    if folds.iter().any(|f| !(f.weight.hi > 0.0)) {
        let folds = folds.len() as u32;
        return Err(Located::new(PlanError::FewRows { rows: whole.rows, folds }).into());
    }
    // units of the whole data, so that a lambda means one thing in all folds
    let units = units(whole, request);
    // a ridge alone never leaves no coefficient: glmnet's convention for where to begin
    let ratio = if plan.l1_ratio > 1e-3 { plan.l1_ratio } else { 1e-3 };
    let top = all_zero(whole, &units) / (whole.weight.hi * ratio);
    let depth = if whole.rows as usize > whole.terms() { 1e-4 } else { 1e-2 };
    let step = ln(depth) / (STEPS - 1) as f64;
    let lambdas: Vec<f64> = (0..STEPS).map(|k| top * exp(step * k as f64)).collect();
    let y_scale = whole.scale[whole.terms()];
    let mut errors = vec![Vec::new(); STEPS];
    for (k, fold) in folds.iter().enumerate() {
        let mut train = whole.empty();
        for (_, other) in folds.iter().enumerate().filter(|(j, _)| *j != k) {
            train.merge(other)?;
        }
        let mut g = Vec::new();
        for (errors, &lambda) in errors.iter_mut().zip(&lambdas) {
            let (l2, l1) = penalties_at(lambda, plan.l1_ratio, &train, &units);
            g = solve(&train, &l2, &l1, &g);
            errors.push((rest_of(fold, &g).hi / (y_scale * y_scale), fold.weight.hi));
        }
    }
    let mut trials = Vec::new();
    let mut g = Vec::new();
    for (errors, &lambda) in errors.iter().zip(&lambdas) {
        let weight: f64 = errors.iter().map(|e| e.1).sum();
        let mse = errors.iter().map(|e| e.0).sum::<f64>() / weight;
        let spread: f64 = errors.iter().map(|(rss, w)| w * (rss / w - mse) * (rss / w - mse)).sum::<f64>() / weight;
        let (l2, l1) = penalties_at(lambda, plan.l1_ratio, whole, &units);
        g = solve(whole, &l2, &l1, &g);
        let nonzero = g[usize::from(whole.intercept)..].iter().filter(|g| g.hi != 0.0).count();
        trials.push(Trial { lambda, mse, std_error: (spread / (errors.len() - 1) as f64).sqrt(), nonzero });
    }
    let best = trials.iter().fold(trials[0], |best, t| if t.mse < best.mse { *t } else { best });
    // the path falls: the first within reach is the largest
    let near = trials.iter().find(|t| t.mse <= best.mse + best.std_error).map_or(best.lambda, |t| t.lambda);
    let lambda = match request.options.lambda_rule.unwrap_or_default() {
        RuleName::Min => best.lambda,
        RuleName::OneStandardError => near,
    };
    Ok(Chosen { lambda, least: best.lambda, one_standard_error: near, trials, folds: folds.len() })
}
