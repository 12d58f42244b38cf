//! Fits under a falling penalty, each from where the one before ended. Friedman, Hastie and Tibshirani 2010, 2.5.
//!
//! Of a lasso most coefficients are 0 along most of the path. A step is about the columns that may come in (the strong rule of
//! Tibshirani et al. 2012); at the end all others are asked whether they want to, and then it goes on with them.

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
    let mut walk = Walk { scoring: Scoring::new(rows, family, link)?, start, score: Vec::new(), l1: Vec::new() };
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

/// A walk along a path.
struct Walk<'w, 'r, 's> {
    scoring: Scoring<'r, 's>,
    start: &'w [f64],
    /// The score of all columns at the penalty before, and that penalty: \[columns\], nothing at the first.
    score: Vec<f64>,
    l1: Vec<f64>,
}

impl Walk<'_, '_, '_> {
    /// The fit under a penalty, from `ahead`, or from the fit before, `last`.
    fn fit(&mut self, ahead: &[f64], last: &[f64], settings: &Settings) -> Result<PathPoint, RegressError> {
        let mut among = self.candidates(last, settings);
        let mut from = ahead.to_vec();
        let mut left = MOST;
        loop {
            let of = |all: &[f64]| among.iter().map(|&k| all[k]).collect::<Vec<f64>>();
            let few = Settings { l2: of(&settings.l2), l1: of(&settings.l1), ..settings.clone() };
            self.scoring.among = (among.len() < last.len()).then(|| among.clone());
            let mut at = self.begin(of(&from))?;
            // the last step of a penalty is taken without a look: at the edge of the link's range it may lead out
            for other in [last, self.start] {
                if !is_good(&at) {
                    at = self.begin(of(other))?;
                }
            }
            if !is_good(&at) {
                return Err(RegressError::OutOfRange);
            }
            let (mut converged, mut decrement) = (false, 0.0);
            while left > 0 {
                left -= 1;
                // singular information: the path goes on from here
                let Ok(step) = self.scoring.step(&at, &few) else { break };
                if step.decrement <= SMALL * self.scoring.dispersion(&at.now) {
                    // the quadratic model says where the deviance comes to
                    at.now.deviance += step.decrement - 2.0 * dot(&at.now.score, &step.delta);
                    at.g = step.next;
                    (converged, decrement) = (true, step.decrement);
                    break;
                }
                if self.scoring.take(&mut at, &step, &few)? == Taken::Nothing {
                    break;
                }
            }
            from = self.scoring.spread(&at.g);
            if let (true, Some((score, squares))) = (converged, &at.now.all) {
                let more = wanting(score, squares, decrement, &settings.l1, &among);
                if !more.is_empty() {
                    among.extend(more);
                    among.sort_unstable();
                    continue;
                }
            }
            (self.score, self.l1) = (at.now.all.map_or(at.now.score, |all| all.0), settings.l1.clone());
            let nonzero = nonzero(&from, self.scoring.rows);
            return Ok(PathPoint { g: from, deviance: at.now.deviance, nonzero, converged });
        }
    }

    fn begin(&self, g: Vec<f64>) -> Result<Iterate, RegressError> {
        Ok(Iterate { now: self.scoring.pass(Some(&g))?, g, seen: Vec::new() })
    }

    /// The columns that may have a coefficient: those without a penalty of absolute values, those that have one, and those whose
    /// score is so near to the penalty that it would reach it if it grew as fast as the penalty falls.
    fn candidates(&self, last: &[f64], settings: &Settings) -> Vec<usize> {
        let strong = |k: usize| match (self.score.get(k), self.l1.get(k)) {
            (Some(score), Some(before)) => score.abs() >= 2.0 * settings.l1[k] - before,
            _ => false,
        };
        (0..last.len()).filter(|&k| settings.l1[k] == 0.0 || last[k] != 0.0 || strong(k)).collect()
    }
}

/// Whether the rows are inside the link's range.
fn is_good(at: &Iterate) -> bool {
    at.now.outside == 0.0 && at.now.deviance.is_finite()
}

/// The columns outside `among` that the penalty does not hold at 0. The score is that before a last step of this decrement, which
/// moves it by no more than the root of decrement times information (Cauchy and Schwarz).
fn wanting(score: &[f64], squares: &[f64], decrement: f64, l1: &[f64], among: &[usize]) -> Vec<usize> {
    let pulled = |k: usize| score[k].abs() + (squares[k] * decrement).sqrt() > l1[k];
    (0..score.len()).filter(|k| pulled(*k) && among.binary_search(k).is_err()).collect()
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
