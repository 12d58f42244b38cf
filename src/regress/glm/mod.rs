//! Generalised linear models by Fisher scoring: Newton's method with the expected information, which is IRLS, and the natural
//! gradient with rate 1. McCullagh and Nelder 1989, 2.5.

mod pass;
mod robust;

pub use pass::{deviance, score};
pub use robust::robust;

use super::RegressError;
use super::family::{Family, Link};
use super::penalty::{Quadratic, minimise};
use super::rows::Rows;
use super::secant::{Secant, corrected};
use super::separation;
use crate::numeric::linalg::{Cholesky, LinalgError, Matrix};
use pass::{Pass, pass};

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

/// A step of the course of a fit.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// From 0.
    pub iteration: u64,
    /// The deviance, with the penalty.
    pub loss: f64,
    /// The largest component of the score.
    pub gradient_norm: f64,
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
    let (_, weight) = rows.count();
    let mean = rows.sums(1, |part, from, to, out| {
        out[0] = (from..to).map(|i| part.y[i] * part.w.get(i).copied().unwrap_or(1.0)).sum();
    })?[0]
        / weight;
    let step =
        |at: &[f64], pass: &Pass, seen: &[Secant]| newton(at, pass, &corrected(&pass.information, seen), settings);
    let canonical = is_canonical(family, link);
    let mut seen: Vec<Secant> = Vec::new();
    let some = match &settings.start {
        Some(g) => Some(g.clone()),
        None if p > 0 && rows.parts() >= MANY_PARTS => optimum_of_some(rows, family, link, settings)?,
        None => None,
    };
    let mut g = match some {
        Some(g) => g,
        None if p == 0 => Vec::new(),
        // the first step is a weighted least squares fit to the starting means' predictor
        None => match step(&vec![0.0; p], &pass(rows, family, link, None, mean, p)?, &[]) {
            Ok(g) => g,
            Err(column) => return Ok(singular(p, column)),
        },
    };
    let mut now = pass(rows, family, link, Some(&g), mean, p)?;
    if now.outside > 0.0 || !now.deviance.is_finite() {
        // the starting fit leaves the family's range: begin with the intercept alone
        g = vec![0.0; p];
        if rows.like.intercept {
            g[0] = (link.predictor)(mean, 1.0 - mean);
        }
        now = pass(rows, family, link, Some(&g), mean, p)?;
        if now.outside > 0.0 || !now.deviance.is_finite() {
            return Err(RegressError::OutOfRange);
        }
    }
    let loss = |pass: &Pass, g: &[f64]| pass.deviance + 2.0 * charge(g, settings);
    let mut end = End::MaxIterations;
    let mut last_decrement = f64::INFINITY;
    let penalised = settings.l1.iter().chain(&settings.l2).any(|l| *l > 0.0);
    for iteration in 0..=settings.max_iterations {
        let here = loss(&now, &g);
        let gradient = now.score.iter().zip(&g).zip(&settings.l2).map(|((s, g), l2)| (s - l2 * g).abs());
        trace.push(Mark { iteration, loss: here, gradient_norm: gradient.fold(0.0, crate::numeric::elementary::max) });
        rows.tell(&trace[trace.len() - 1]);
        if p == 0 {
            end = End::Converged;
            break;
        }
        let next = match step(&g, &now, &seen) {
            Ok(next) => next,
            Err(column) => {
                end = End::Singular(column);
                break;
            }
        };
        let delta: Vec<f64> = next.iter().zip(&g).map(|(a, b)| a - b).collect();
        let along = now.information.apply(&delta).unwrap_or_default();
        let decrement: f64 = delta.iter().zip(&along).map(|(d, a)| d * a).sum();
        // where the likelihood grows without end, steps shrink by e each, not quadratically: then, and once at the end, it is
        // asked whether it does
        let slow = iteration >= 5 && decrement > 0.1 * last_decrement;
        if !penalised
            && (slow || iteration == settings.max_iterations)
            && let Some(direction) = separation::direction(rows, family, link, &g, &delta)?
        {
            end = End::Separated(direction);
            break;
        }
        // the decrement is the squared step in units of standard errors: 1e-24 is twelve digits of a standard error, and where
        // rounding stops it before, it no longer falls. Links that are not canonical may fall slowly.
        let scale = if family.dispersion_is_one { 1.0 } else { now.pearson / weight };
        if decrement <= 1e-24 * scale || decrement <= 1e-16 * scale && decrement > 0.9 * last_decrement {
            end = End::Converged;
            break;
        }
        if iteration == settings.max_iterations {
            break;
        }
        last_decrement = decrement;
        let mut length = 1.0;
        let mut left = false; // whether the whole step left the link's range
        let stalled = loop {
            let candidate: Vec<f64> = g.iter().zip(&delta).map(|(g, d)| g + length * d).collect();
            let found = pass(rows, family, link, Some(&candidate), mean, p)?;
            let there = loss(&found, &candidate);
            left |= found.outside > 0.0;
            let worse = !(there <= here + 1e-10 * (here.abs() + 1.0));
            if found.outside == 0.0 && !worse {
                if !canonical {
                    seen.push(Secant::between((&g, &now.score), (&candidate, &found.score)));
                }
                (g, now) = (candidate, found);
                // ever shorter steps up to the edge, which gain nothing
                break left && there > here - 1e-10 * (here.abs() + 1.0);
            }
            length *= 0.5;
            if length < 1e-10 {
                break true;
            }
        };
        if stalled {
            end = End::Stalled;
            break;
        }
    }
    let covariance = Cholesky::factor(&now.information).ok().map(|factor| factor.inverse());
    Ok(GlmFit { g, covariance, end, deviance: now.deviance, pearson: now.pearson, trace })
}

/// Whether expected and observed information are one: the variance is the link's slope.
fn is_canonical(family: &Family, link: &Link) -> bool {
    let eta = 0.375;
    let (mu, rest) = (link.mean)(eta);
    let (slope, variance) = ((link.slope)(eta, mu, rest), (family.variance)(mu, rest));
    (slope.abs() - variance).abs() <= 1e-12 * variance
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

/// The penalty at `g`.
fn charge(g: &[f64], settings: &Settings) -> f64 {
    let parts = g.iter().zip(&settings.l2).zip(&settings.l1);
    parts.map(|((g, l2), l1)| 0.5 * l2 * g * g + l1 * g.abs()).sum()
}

/// The factor of an information. Where saturated rows leave it singular to rounding, a little of its diagonal is added (Levenberg
/// 1944): still a way up. Fails with the column at which that is in vain.
pub(super) fn damped(matrix: &mut Matrix) -> Result<Cholesky, usize> {
    let diagonal: Vec<f64> = (0..matrix.rows).map(|k| matrix[(k, k)]).collect();
    let mut damping = 1e-14;
    loop {
        match Cholesky::factor(matrix) {
            Ok(factor) => return Ok(factor),
            Err(_) if damping < 1e-3 => {
                diagonal.iter().enumerate().for_each(|(k, d)| matrix[(k, k)] = d * (1.0 + damping));
                damping *= 100.0;
            }
            Err(LinalgError::NotPositiveDefinite { pivot, .. }) => return Err(pivot),
            Err(_) => return Err(matrix.rows.saturating_sub(1)),
        }
    }
}

/// The minimiser of the quadratic model around `g` with this information, with the penalty. Fails as [`damped`].
fn newton(g: &[f64], pass: &Pass, information: &Matrix, settings: &Settings) -> Result<Vec<f64>, usize> {
    let p = g.len();
    let along = information.apply(g).unwrap_or_default();
    let right: Vec<f64> = pass.score.iter().zip(&along).map(|(s, a)| s + a).collect();
    if settings.l1.iter().any(|l| *l > 0.0) {
        let quadratic = Quadratic { matrix: information, right: &right, l1: &settings.l1, l2: &settings.l2 };
        return Ok(minimise(&quadratic, g));
    }
    let mut matrix = information.clone();
    let mut score = pass.score.clone();
    for k in 0..p {
        matrix[(k, k)] += settings.l2[k];
        score[k] -= settings.l2[k] * g[k];
    }
    let factor = damped(&mut matrix)?;
    let step = factor.solve(&score).map_err(|_| p.saturating_sub(1))?;
    Ok(g.iter().zip(step).map(|(g, d)| g + d).collect())
}

#[cfg(test)]
mod tests;
