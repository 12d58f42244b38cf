//! Fits under a falling penalty, each from where the one before ended. Friedman, Hastie and Tibshirani 2010, 2.5.

use super::Settings;
use super::scoring::{Iterate, Scoring, Taken};
use crate::numeric::sum::dot;
use crate::regress::RegressError;
use crate::regress::family::{Family, Link};
use crate::regress::rows::Rows;

/// A step's square in units of standard errors, below which what is left after it is below 1e-8 of them: Newton's steps square.
const SMALL: f64 = 1e-8;

/// The most steps at one penalty.
const MOST: usize = 100;

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
    let scoring = Scoring::new(rows, family, link)?;
    let good = |at: &Iterate| at.now.outside == 0.0 && at.now.deviance.is_finite();
    let begin = |g: Vec<f64>| Ok::<_, RegressError>(Iterate { now: scoring.pass(Some(&g))?, g, seen: Vec::new() });
    let (mut last, mut before) = (start.to_vec(), start.to_vec());
    for (l2, l1) in penalties {
        let settings = Settings { max_iterations: 0, l2, l1, start: None };
        let mut at = begin(onward(&before, &last, &settings.l1))?;
        // the last step of a penalty is taken without a look: at the edge of the link's range it may lead out
        for from in [&last[..], start] {
            if !good(&at) {
                at = begin(from.to_vec())?;
            }
        }
        if !good(&at) {
            return Err(RegressError::OutOfRange);
        }
        let mut converged = false;
        for _ in 0..MOST {
            // singular information: the path goes on from here
            let Ok(step) = scoring.step(&at, &settings) else { break };
            if step.decrement <= SMALL * scoring.dispersion(&at.now) {
                // the quadratic model says where the deviance comes to
                at.now.deviance += step.decrement - 2.0 * dot(&at.now.score, &step.delta);
                at.g = step.next;
                converged = true;
                break;
            }
            if scoring.take(&mut at, &step, &settings)? == Taken::Nothing {
                break;
            }
        }
        before = std::mem::replace(&mut last, at.g.clone());
        let nonzero = nonzero(&at.g, rows);
        if !see(PathPoint { g: at.g, deviance: at.now.deviance, nonzero, converged })? {
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
