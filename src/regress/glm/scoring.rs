//! The steps of Fisher scoring: one model's passes over its rows, Newton's step from a pass, and how far it is taken.

use super::Settings;
use super::pass::{self, Pass};
use crate::numeric::linalg::{Cholesky, LinalgError, Matrix};
use crate::regress::RegressError;
use crate::regress::family::{Family, Link};
use crate::regress::penalty::{Active, Quadratic, minimise_again};
use crate::regress::rows::Rows;
use crate::regress::secant::{Secant, corrected};
use crate::regress::shortened::{LEAST, ROUNDING, shortened};

/// A family, a link, and the rows.
pub(super) struct Scoring<'r, 's> {
    pub rows: &'r Rows<'s>,
    pub family: &'static Family,
    pub link: &'static Link,
    /// The mean of the targets.
    pub mean: f64,
    weight: f64,
    /// Whether expected and observed information are one.
    pub canonical: bool,
}

/// Where a fit is.
pub(super) struct Iterate {
    pub g: Vec<f64>,
    pub now: Pass,
    /// What the score did in the steps before.
    pub seen: Vec<Secant>,
}

/// A step from an iterate.
pub(super) struct Step {
    /// Where it leads: \[columns\].
    pub next: Vec<f64>,
    /// The difference.
    pub delta: Vec<f64>,
    /// Its square in units of standard errors, without dispersion.
    pub decrement: f64,
}

/// How far a step was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Taken {
    /// To where the likelihood is larger.
    Onward,
    /// Up to the edge of the link's range, where nothing is gained, or not at all.
    Nothing,
}

impl<'r, 's> Scoring<'r, 's> {
    pub fn new(rows: &'r Rows<'s>, family: &'static Family, link: &'static Link) -> Result<Self, RegressError> {
        let (_, weight) = rows.count();
        let total = rows.sums(1, |part, from, to, out| {
            out[0] = (from..to).map(|i| part.y[i] * part.w.get(i).copied().unwrap_or(1.0)).sum();
        })?[0];
        Ok(Scoring { rows, family, link, mean: total / weight, weight, canonical: is_canonical(family, link) })
    }

    /// The sums at `g`, or at the starting means where there is none.
    pub fn pass(&self, g: Option<&[f64]>) -> Result<Pass, RegressError> {
        pass::pass(self.rows, self.family, self.link, g, self.mean, self.rows.columns)
    }

    /// The square of a standard error's unit: the dispersion.
    pub fn dispersion(&self, pass: &Pass) -> f64 {
        if self.family.dispersion_is_one { 1.0 } else { pass.pearson / self.weight }
    }

    /// Newton's step from `at`. Fails with the column at which the information is singular.
    pub fn step(&self, at: &Iterate, settings: &Settings) -> Result<Step, usize> {
        let model = corrected(&at.now.information, &at.seen);
        let next = newton(&at.g, &at.now.score, &model, settings, &mut None)?;
        let delta: Vec<f64> = next.iter().zip(&at.g).map(|(a, b)| a - b).collect();
        let along = at.now.information.apply(&delta).unwrap_or_default();
        let decrement = delta.iter().zip(&along).map(|(d, a)| d * a).sum();
        Ok(Step { next, delta, decrement })
    }

    /// Takes a step, or the half, the quarter, ... of it.
    pub fn take(&self, at: &mut Iterate, step: &Step, settings: &Settings) -> Result<Taken, RegressError> {
        let here = loss(&at.now, &at.g, settings);
        let mut left = false; // whether the whole step left the link's range
        let taken = shortened(here, LEAST, |length| {
            let candidate: Vec<f64> = at.g.iter().zip(&step.delta).map(|(g, d)| g + length * d).collect();
            let found = self.pass(Some(&candidate))?;
            let outside = found.outside > 0.0;
            left |= outside;
            Ok((if outside { f64::INFINITY } else { loss(&found, &candidate, settings) }, (candidate, found)))
        })?;
        let Some((there, (candidate, found))) = taken else { return Ok(Taken::Nothing) };
        if !self.canonical {
            at.seen.push(Secant::between((&at.g, &at.now.score), (&candidate, &found.score)));
        }
        (at.g, at.now) = (candidate, found);
        let gains_nothing = there > here - ROUNDING * (here.abs() + 1.0);
        Ok(if left && gains_nothing { Taken::Nothing } else { Taken::Onward })
    }
}

/// The deviance with the penalty.
pub(super) fn loss(pass: &Pass, g: &[f64], settings: &Settings) -> f64 {
    pass.deviance + 2.0 * charge(g, settings)
}

/// Whether expected and observed information are one: the variance is the link's slope.
fn is_canonical(family: &Family, link: &Link) -> bool {
    let eta = 0.375;
    let (mu, rest) = (link.mean)(eta);
    let (slope, variance) = ((link.slope)(eta, mu, rest), (family.variance)(mu, rest));
    (slope.abs() - variance).abs() <= 1e-12 * variance
}

/// The penalty at `g`.
fn charge(g: &[f64], settings: &Settings) -> f64 {
    let parts = g.iter().zip(&settings.l2).zip(&settings.l1);
    parts.map(|((g, l2), l1)| 0.5 * l2 * g * g + l1 * g.abs()).sum()
}

/// The factor of an information. Where saturated rows leave it singular to rounding, a little of its diagonal is added (Levenberg
/// 1944): still a way up. Fails with the column at which that is in vain.
pub fn damped(matrix: &mut Matrix) -> Result<Cholesky, usize> {
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

/// The minimiser of the quadratic model around `g` with this information, with the penalty; `last`: see [`minimise_again`]. Fails as
/// [`damped`].
pub(super) fn newton(
    g: &[f64],
    score: &[f64],
    information: &Matrix,
    settings: &Settings,
    last: &mut Option<Active>,
) -> Result<Vec<f64>, usize> {
    let p = g.len();
    let along = information.apply(g).unwrap_or_default();
    let right: Vec<f64> = score.iter().zip(&along).map(|(s, a)| s + a).collect();
    if settings.l1.iter().any(|l| *l > 0.0) {
        let quadratic = Quadratic { matrix: information, right: &right, l1: &settings.l1, l2: &settings.l2 };
        return Ok(minimise_again(&quadratic, g, last).g);
    }
    let mut matrix = information.clone();
    let mut score = score.to_vec();
    for k in 0..p {
        matrix[(k, k)] += settings.l2[k];
        score[k] -= settings.l2[k] * g[k];
    }
    let factor = damped(&mut matrix)?;
    let step = factor.solve(&score).map_err(|_| p.saturating_sub(1))?;
    Ok(g.iter().zip(step).map(|(g, d)| g + d).collect())
}
