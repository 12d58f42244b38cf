//! Linear models: the folds' sums of products are all it takes. Each fold is left out by adding up the others, and its error
//! follows from its own sums.

use super::super::fitting::penalties_at;
use super::super::plan::Plan;
use super::super::run::Data;
use super::{Along, Missed, Path, STEPS, lambdas, others};
use crate::regress::RegressError;
use crate::regress::linear::{all_zero, in_table_units, rest_of, solve};

/// Squared errors, all from sums.
pub fn path(plan: &Plan, data: &Data, units: &[f64]) -> Result<Path, RegressError> {
    let (whole, folds) = (&data.gram, &data.folds);
    let lambdas = lambdas(plan, whole, all_zero(whole, units));
    let y_scale = whole.scale[whole.terms()];
    let mut errors = vec![Vec::new(); STEPS];
    for (k, fold) in folds.iter().enumerate() {
        let train = others(whole, folds, k)?;
        let mut g = Vec::new();
        for (errors, &lambda) in errors.iter_mut().zip(&lambdas) {
            let (l2, l1) = penalties_at(lambda, plan.l1_ratio, &train, units);
            let converged;
            (g, converged) = solve(&train, &l2, &l1, &g);
            let error = rest_of(fold, &g).hi / (y_scale * y_scale);
            errors.push(Missed { error, weight: fold.weight.hi, converged });
        }
    }
    let mut g = Vec::new();
    let first = usize::from(whole.intercept);
    let null = whole.explainable().hi;
    let fitted = lambdas.iter().map(|&lambda| {
        let (l2, l1) = penalties_at(lambda, plan.l1_ratio, whole, units);
        let converged;
        (g, converged) = solve(whole, &l2, &l1, &g);
        let fit = Along {
            converged,
            coefficients: in_table_units(whole, &g).iter().map(|b| b.hi).collect(),
            nonzero: g[first..].iter().filter(|g| g.hi != 0.0).count(),
            explained: 1.0 - rest_of(whole, &g).hi / null,
        };
        (lambda, fit)
    });
    let fitted = fitted.collect();
    Ok((errors, fitted))
}
