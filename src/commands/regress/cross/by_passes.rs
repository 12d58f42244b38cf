//! Models that go through the rows: the path of all rows first, which says how far it is worth going, then that of each fold, whose
//! rows are left out by giving them the weight 0.

use super::super::fitting::penalties_at;
use super::super::plan::Plan;
use super::super::run::Data;
use super::{Along, Missed, Path, STEPS, lambdas, others};
use crate::numeric::elementary::max;
use crate::numeric::sum::Dd;
use crate::regress::family::{Family, Link};
use crate::regress::glm::{self, End, PathPoint, Settings};
use crate::regress::gram::Gram;
use crate::regress::linear::Unscale;
use crate::regress::rows::{Fold, Rows};
use crate::regress::{RegressError, multinomial};

/// Values of lambda before a path may end.
const LEAST: usize = 5;

/// A path ends where a step explains less than this part more of the deviance, or all but 1e-3 is explained: glmnet's `fdev` and
/// `devmax` (Friedman, Hastie and Tibshirani 2010).
const LITTLE: f64 = 1e-5;

/// Penalties of squares and of absolute values: \[columns\].
type Penalties = (Vec<f64>, Vec<f64>);

/// Takes the points of a path; `false` ends it.
type See<'s> = dyn FnMut(PathPoint) -> Result<bool, RegressError> + 's;

/// A model along a path.
pub trait Walks {
    /// The coefficients, in scaled units, of the model with intercepts alone: \[classes - 1, columns\].
    fn alone(&self, rows: &Rows<'_>) -> Result<Vec<f64>, RegressError>;
    /// The score at `g`, and the deviance.
    fn score(&self, rows: &Rows<'_>, g: &[f64]) -> Result<(Vec<f64>, f64), RegressError>;
    /// The deviance at `g`.
    fn deviance(&self, rows: &Rows<'_>, g: &[f64]) -> Result<f64, RegressError>;
    /// Fits under falling penalties, from `start` on.
    fn walk(
        &self,
        rows: &Rows<'_>,
        start: &[f64],
        penalties: &mut dyn Iterator<Item = Penalties>,
        see: &mut See<'_>,
    ) -> Result<(), RegressError>;
}

/// A generalised linear model.
pub struct Generalised(pub &'static Family, pub &'static Link);

impl Walks for Generalised {
    fn alone(&self, rows: &Rows<'_>) -> Result<Vec<f64>, RegressError> {
        let mut g = vec![0.0; rows.columns];
        let null = rows.null();
        if null.columns == 1 {
            let settings = Settings { max_iterations: 100, l2: vec![0.0], l1: vec![0.0], start: None };
            g[0] = glm::fit(&null, self.0, self.1, &settings)?.g[0];
        }
        Ok(g)
    }

    fn score(&self, rows: &Rows<'_>, g: &[f64]) -> Result<(Vec<f64>, f64), RegressError> {
        glm::score(rows, self.0, self.1, g)
    }

    fn deviance(&self, rows: &Rows<'_>, g: &[f64]) -> Result<f64, RegressError> {
        glm::deviance(rows, self.0, self.1, g)
    }

    fn walk(
        &self,
        rows: &Rows<'_>,
        start: &[f64],
        penalties: &mut dyn Iterator<Item = Penalties>,
        see: &mut See<'_>,
    ) -> Result<(), RegressError> {
        glm::path(rows, (self.0, self.1), start, penalties, see)
    }
}

/// A multinomial model of so many classes; whether absolute values pull, at all classes then.
pub struct Classes(pub usize, pub bool);

impl Walks for Classes {
    fn alone(&self, rows: &Rows<'_>) -> Result<Vec<f64>, RegressError> {
        let mut g = vec![0.0; rows.columns * (self.0 - 1)];
        let null = rows.null();
        if null.columns == 1 {
            let found = multinomial::fit(&null, self.0, &[0.0], None, 100)?.g;
            g.iter_mut().step_by(rows.columns).zip(found).for_each(|(g, found)| *g = found);
        }
        Ok(g)
    }

    fn score(&self, rows: &Rows<'_>, g: &[f64]) -> Result<(Vec<f64>, f64), RegressError> {
        let (mut score, log_likelihood) = multinomial::score(rows, self.0, g)?;
        if self.1 {
            let first = |j: usize| -score.iter().skip(j).step_by(rows.columns).sum::<f64>();
            let first: Vec<f64> = (0..rows.columns).map(first).collect();
            score.extend(first);
        }
        Ok((score, -2.0 * log_likelihood))
    }

    fn deviance(&self, rows: &Rows<'_>, g: &[f64]) -> Result<f64, RegressError> {
        Ok(-2.0 * multinomial::log_likelihood(rows, self.0, g)?)
    }

    fn walk(
        &self,
        rows: &Rows<'_>,
        start: &[f64],
        penalties: &mut dyn Iterator<Item = Penalties>,
        see: &mut See<'_>,
    ) -> Result<(), RegressError> {
        // with absolute values: of all classes, the first with 0
        let zeros = if self.1 { rows.columns } else { 0 };
        let mut at: Vec<f64> = std::iter::repeat_n(0.0, zeros).chain(start.iter().copied()).collect();
        for (l2, l1) in penalties {
            let found = match self.1 {
                true => {
                    let (found, all) = multinomial::lasso(rows, self.0, (&l2, &l1), Some(&at), 100)?;
                    at = all;
                    found
                }
                false => {
                    let found = multinomial::fit(rows, self.0, &l2, Some(&at), 100)?;
                    at.clone_from(&found.g);
                    found
                }
            };
            let (deviance, converged) = (-2.0 * found.log_likelihood, found.end == End::Converged);
            if !see(PathPoint { g: found.g, deviance, nonzero: glm::nonzero(&at, rows), converged })? {
                break;
            }
        }
        Ok(())
    }
}

/// Deviances of the folds, and the fits of all rows.
pub fn path(plan: &Plan, data: &Data, units: &[f64], model: &dyn Walks) -> Result<Path, RegressError> {
    let (whole, folds, source) = (&data.gram, &data.folds, data.source());
    let (p, first) = (whole.order() - 1, usize::from(whole.intercept));
    let rows = Rows::new(&source, whole).kept()?;
    // the model with intercepts alone, and how hard it is pulled from there
    let start = model.alone(&rows)?;
    let (score, null) = model.score(&rows, &start)?;
    let pulls = score.iter().enumerate().filter(|(k, _)| k % p >= first).map(|(k, s)| s.abs() / units[k % p - first]);
    let mut lambdas = lambdas(plan, whole, pulls.fold(0.0, max));
    let penalties = |gram: &Gram, lambda: f64| penalties_at(lambda, plan.l1_ratio, gram, units);

    data.store.watch_path(STEPS * (folds.len() + 1));
    let unscale = Unscale::new(whole);
    let mut fitted: Vec<(f64, Along)> = Vec::new();
    model.walk(&rows, &start, &mut lambdas.iter().map(|l| penalties(whole, *l)), &mut |point| {
        data.store.one_fit_more();
        let table = |class: &[f64]| unscale.apply(&class.iter().map(|g| Dd::from(*g)).collect::<Vec<Dd>>());
        let fit = Along {
            converged: point.converged,
            coefficients: point.g.chunks(p).flat_map(table).map(|b| b.hi).collect(),
            nonzero: point.nonzero,
            explained: 1.0 - point.deviance / null,
        };
        let before = fitted.last().map_or(0.0, |f| f.1.explained);
        let little = fit.explained - before < LITTLE * fit.explained;
        let over = fitted.len() + 1 >= LEAST && (little || fit.explained > 0.999);
        fitted.push((lambdas[fitted.len()], fit));
        Ok(!over)
    })?;
    lambdas.truncate(fitted.len());
    drop(rows); // the folds' own take their room

    data.store.watch_path(lambdas.len() * folds.len());
    let mut errors = vec![Vec::new(); lambdas.len()];
    for (k, held) in folds.iter().enumerate() {
        let fold = |inside| Fold { source: &source, of: &data.fold_of, fold: k as u16, inside };
        let (outside, inside) = (fold(false), fold(true));
        let train = others(whole, folds, k)?;
        let (rows, held_rows) = (Rows::new(&outside, &train).kept()?, Rows::new(&inside, held).kept()?);
        let mut at = errors.iter_mut();
        model.walk(&rows, &start, &mut lambdas.iter().map(|l| penalties(&train, *l)), &mut |point| {
            data.store.one_fit_more();
            let (error, converged) = (model.deviance(&held_rows, &point.g)?, point.converged);
            let missed = Missed { error, weight: held.weight.hi, converged };
            at.next().into_iter().for_each(|errors| errors.push(missed));
            Ok(true)
        })?;
    }
    Ok((errors, fitted))
}
