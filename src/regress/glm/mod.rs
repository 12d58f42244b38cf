//! Generalised linear models by Fisher scoring: Newton's method with the expected information, which is IRLS, and the natural
//! gradient with rate 1. McCullagh and Nelder 1989, 2.5.

mod pass;
mod path;
mod robust;
mod scoring;
mod walk;

pub use pass::{deviance, score};
pub use path::{PathPoint, nonzero, path};
pub use robust::robust;
pub(super) use scoring::damped;

use super::RegressError;
use super::family::{Family, Link};
use super::rows::Rows;
use super::separation;
use crate::numeric::linalg::{Cholesky, Matrix};
use pass::Pass;
use scoring::{Iterate, Scoring, Taken, loss};

/// What a fit may do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most iterations.
    pub max_iterations: u64,
    /// l2/2 g^2 of each coefficient, in the scaled columns' units: \[columns\].
    pub l2: Vec<f64>,
    /// l1 |g|: \[columns\].
    pub l1: Vec<f64>,
    /// Where to begin; else a least squares fit to the family's starting means.
    pub start: Option<Vec<f64>>,
}

/// Rows of so many parts are fitted from the optimum of some of them.
const MANY_PARTS: usize = 64;

/// Every so many parts are some of them.
const STRIDE: usize = 16;

/// How a fit ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// At the optimum.
    Converged,
    /// Before it.
    MaxIterations,
    /// Nowhere: the likelihood grows without end along this direction of the scaled columns.
    Separated(Vec<f64>),
    /// The information is singular at this column.
    Singular(usize),
    /// At the edge of the link's range, where no step makes the likelihood larger.
    Stalled,
}

/// A step of the course of a fit, in one unit whatever the solver.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// From 0.
    pub iteration: u64,
    /// What is minimised: the mean loss of a row by its weight, which is half its deviance, of linear models half its squared
    /// residual (RSS/2n), with the penalty.
    pub loss: f64,
    /// The largest component of its gradient, by the coefficients of the scaled columns.
    pub gradient_norm: f64,
}

impl Mark {
    /// Of sums over rows of this `weight`.
    pub fn of_sums(iteration: u64, loss: f64, gradient_norm: f64, weight: f64) -> Mark {
        Mark { iteration, loss: loss / weight, gradient_norm: gradient_norm / weight }
    }
}

/// A fit in the scaled columns' units.
#[derive(Clone, Debug)]
pub struct GlmFit {
    /// The coefficients: \[columns\].
    pub g: Vec<f64>,
    /// The inverse of the information, without dispersion: \[columns, columns\].
    pub covariance: Option<Matrix>,
    /// How it ended.
    pub end: End,
    /// The deviance.
    pub deviance: f64,
    /// Pearson's sum of squares.
    pub pearson: f64,
    /// The course.
    pub trace: Vec<Mark>,
}

/// Fits. Many rows begin at the optimum of a sixteenth of them, which saves passes over the others.
///
/// Fails with `OutOfRange`, `Storage`, `Stopped`.
pub fn fit(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    settings: &Settings,
) -> Result<GlmFit, RegressError> {
    let p = rows.columns;
    let mut trace = Vec::new();
    let scoring = Scoring::new(rows, family, link)?;
    let some = match &settings.start {
        Some(g) => Some(g.clone()),
        None if p > 0 && rows.parts() >= MANY_PARTS => optimum_of_some(rows, family, link, settings)?,
        None => None,
    };
    let g = match some {
        Some(g) => g,
        None if p == 0 => Vec::new(),
        // the first step is a weighted least squares fit to the starting means' predictor
        None => {
            let nowhere = Iterate { g: vec![0.0; p], now: scoring.pass(None)?, seen: Vec::new() };
            match scoring.step(&nowhere, settings) {
                Ok(step) => step.next,
                Err(column) => return Ok(singular(p, column)),
            }
        }
    };
    let outside = |pass: &Pass| pass.outside > 0.0 || !pass.deviance.is_finite();
    let mut at = Iterate { now: scoring.pass(Some(&g))?, g, seen: Vec::new() };
    if outside(&at.now) {
        // the starting fit leaves the family's range: begin with the intercept alone
        at.g = vec![0.0; p];
        if rows.like.intercept {
            at.g[0] = (link.predictor)(scoring.mean, 1.0 - scoring.mean);
        }
        at.now = scoring.pass(Some(&at.g))?;
        if outside(&at.now) {
            return Err(RegressError::OutOfRange);
        }
    }
    // a mean that comes to the edge of the family's range has a weight without bound: no column is to blame, and no step is told
    let (mu, rest) = (link.mean)(-1.0);
    let edge = !link.probability && !(family.mean_inside)(mu, rest);
    let mut end = End::MaxIterations;
    let mut last_decrement = f64::INFINITY;
    let penalised = settings.l1.iter().chain(&settings.l2).any(|l| *l > 0.0);
    for iteration in 0..=settings.max_iterations {
        let steepest = (0..p).map(|k| pull(at.now.score[k] - settings.l2[k] * at.g[k], at.g[k], settings.l1[k]));
        let gradient_norm = steepest.fold(0.0, crate::numeric::elementary::max);
        trace.push(Mark::of_sums(iteration, 0.5 * loss(&at.now, &at.g, settings), gradient_norm, rows.count().1));
        rows.tell(&trace[trace.len() - 1]);
        if p == 0 {
            end = End::Converged;
            break;
        }
        let step = match scoring.step(&at, settings) {
            Ok(step) => step,
            Err(column) => {
                end = if edge { End::Stalled } else { End::Singular(column) };
                break;
            }
        };
        // where the likelihood grows without end, steps shrink by e each, not quadratically: then, and once at the end, it is
        // asked whether it does
        let slow = iteration >= 5 && step.decrement > 0.1 * last_decrement;
        if !penalised
            && (slow || iteration == settings.max_iterations)
            && let Some(direction) = separation::direction(rows, family, link, &at.g, &step.delta)?
        {
            end = End::Separated(direction);
            break;
        }
        // the decrement is the squared step in units of standard errors: 1e-24 is twelve digits of a standard error, and where
        // rounding stops it before, it no longer falls. Links that are not canonical may fall slowly.
        let scale = scoring.dispersion(&at.now);
        let falls = step.decrement <= 0.9 * last_decrement;
        if step.decrement <= 1e-24 * scale || step.decrement <= 1e-16 * scale && !falls {
            end = End::Converged;
            break;
        }
        if iteration == settings.max_iterations {
            break;
        }
        last_decrement = step.decrement;
        if scoring.take(&mut at, &step, settings)? == Taken::Nothing {
            end = End::Stalled;
            break;
        }
    }
    let covariance = Cholesky::factor(&at.now.information).ok().map(|factor| factor.inverse());
    if edge && covariance.is_none() && end == End::Converged {
        end = End::Stalled;
    }
    Ok(GlmFit { g: at.g, covariance, end, deviance: at.now.deviance, pearson: at.now.pearson, trace })
}

/// The size of a gradient's component where a penalty l1 |g| is taken off: at 0 it holds against as much as l1.
fn pull(score: f64, g: f64, l1: f64) -> f64 {
    match g {
        0.0 => crate::numeric::elementary::max(score.abs() - l1, 0.0),
        g => (score - l1.copysign(g)).abs(),
    }
}

/// The optimum of every sixteenth part, where it has one.
fn optimum_of_some(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    settings: &Settings,
) -> Result<Option<Vec<f64>>, RegressError> {
    let share = 1.0 / STRIDE as f64;
    let part = |l: &[f64]| l.iter().map(|l| l * share).collect::<Vec<f64>>();
    let less = Settings { l2: part(&settings.l2), l1: part(&settings.l1), ..settings.clone() };
    match fit(&rows.thinned(STRIDE), family, link, &less) {
        Ok(GlmFit { g, end: End::Converged, .. }) => Ok(Some(g)),
        Ok(_) | Err(RegressError::OutOfRange) => Ok(None),
        Err(e) => Err(e),
    }
}

fn singular(p: usize, column: usize) -> GlmFit {
    let (deviance, pearson) = (f64::NAN, f64::NAN);
    GlmFit { g: vec![f64::NAN; p], covariance: None, end: End::Singular(column), deviance, pearson, trace: Vec::new() }
}

#[cfg(test)]
mod tests;
