//! Fits under a falling penalty, each from where the one before ended. Friedman, Hastie and Tibshirani 2010, 2.5.

use super::Settings;
use super::scoring::Scoring;
use super::walk::Walk;
use crate::regress::RegressError;
use crate::regress::family::{Family, Link};
use crate::regress::rows::Rows;

/// The fit at one penalty.
#[derive(Clone, Debug)]
pub struct PathPoint {
    /// The coefficients of the scaled columns: \[columns\].
    pub g: Vec<f64>,
    /// The deviance there.
    pub deviance: f64,
    /// Coefficients that are not 0, without intercepts.
    pub nonzero: usize,
    /// Whether that is the optimum: the steps did not run out, nor end at a singular information or the edge of the link's range.
    pub converged: bool,
}

/// Fits under each of `penalties` (weights of squares and of absolute values, as in [`Settings`]) from `start` on, and hands
/// each to `see`, which ends the path with `false`. A fit begins where the two before it point to.
///
/// Fails with `OutOfRange`, `Storage`, `Stopped`.
pub fn path(
    rows: &Rows<'_>,
    (family, link): (&'static Family, &'static Link),
    start: &[f64],
    penalties: impl Iterator<Item = (Vec<f64>, Vec<f64>)>,
    see: &mut dyn FnMut(PathPoint) -> Result<bool, RegressError>,
) -> Result<(), RegressError> {
    let mut walk = Walk::new(Scoring::new(rows, family, link)?, start);
    let (mut last, mut before) = (start.to_vec(), start.to_vec());
    for (l2, l1) in penalties {
        let settings = Settings { max_iterations: 0, l2, l1, start: None };
        let found = walk.fit(&onward(&before, &last, &settings.l1), &last, &settings)?;
        before = std::mem::replace(&mut last, found.g.clone());
        if !see(found)? {
            break;
        }
    }
    Ok(())
}

/// How many of these coefficients, class after class, are not 0; without intercepts.
pub fn nonzero(g: &[f64], rows: &Rows<'_>) -> usize {
    let first = usize::from(rows.like.intercept);
    g.iter().enumerate().filter(|(k, g)| k % rows.columns >= first && **g != 0.0).count()
}

/// The point after `last`, on the line from the one before it: between the penalties at which coefficients come in, those of a
/// lasso are nearly linear in the penalty, which falls by one factor a step. None changes its sign.
fn onward(before: &[f64], last: &[f64], l1: &[f64]) -> Vec<f64> {
    let moved = |(b, l): (&f64, &f64)| l + (l - b);
    let points = before.iter().zip(last).map(moved).zip(last).zip(l1);
    points.map(|((next, last), l1)| if *l1 > 0.0 && next * last <= 0.0 { *last } else { next }).collect()
}
