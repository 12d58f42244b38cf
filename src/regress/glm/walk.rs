//! The fit at one penalty of a path.
//!
//! Of a lasso most coefficients are 0 along most of the path: a step is about the columns that may come in (the strong rule of
//! Tibshirani et al. 2012), and at the end all others are asked whether they want to. The information changes little from
//! penalty to penalty. Of many columns it is summed anew only where the steps no longer shrink fast: a pass for the score alone
//! costs a small part of one for the information. Of few it is summed in every pass.

use super::Settings;
use super::pass::{Pass, pass_among};
use super::path::{PathPoint, nonzero};
use super::scoring::{Scoring, loss, newton};
use crate::numeric::elementary::min;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::dot;
use crate::regress::RegressError;
use crate::regress::penalty::Active;
use crate::regress::secant::{Secant, corrected};
use crate::regress::shortened::{LEAST, shortened};

/// What is left after the last step, squared, in units of standard errors.
const SMALL: f64 = 1e-16;

/// The most steps at one penalty.
const MOST: usize = 200;

/// Steps whose squares fall by less than this want new information.
const SLOW: f64 = 0.1;

/// Columns with this part of the score that would bring them in have information summed before they ask for it.
const NEAR: f64 = 0.7;

/// Columns from whose number on a pass for the score alone costs a small part of one for the information.
const MANY: usize = 64;

/// Information as it was summed somewhere on the way.
struct Held {
    /// The columns it is about, in order.
    among: Vec<usize>,
    matrix: Matrix,
    /// The diagonal for all columns.
    squares: Vec<f64>,
}

impl Held {
    /// That of some of its columns; nothing where it has not all of them.
    fn of(&self, among: &[usize]) -> Option<Matrix> {
        let at: Option<Vec<usize>> = among.iter().map(|k| self.among.binary_search(k).ok()).collect();
        let at = at?;
        Some(Matrix::from_fn(at.len(), at.len(), |i, j| self.matrix[(at[i], at[j])]))
    }
}

/// Where a fit is: all coefficients, score and deviance there.
struct Point {
    g: Vec<f64>,
    now: Pass,
    /// The information there, where the pass has summed it.
    held: Option<Held>,
}

/// The columns whose information a pass sums, if any.
type Each = Option<Vec<usize>>;

/// What one penalty's steps have learnt about the columns they are about.
#[derive(Default)]
struct Course {
    /// Whether the information is that of the point itself.
    fresh: bool,
    /// The decrement of the step before; none at first.
    before: Option<f64>,
    factor: Option<Active>,
    seen: Vec<Secant>,
}

/// A walk along a path.
pub(super) struct Walk<'w, 'r, 's> {
    scoring: Scoring<'r, 's>,
    start: &'w [f64],
    /// The score of all columns at the penalty before, and that penalty: \[columns\], nothing at the first.
    score: Vec<f64>,
    l1: Vec<f64>,
    held: Option<Held>,
}

impl<'w, 'r, 's> Walk<'w, 'r, 's> {
    /// From `start`, where no column has come in.
    pub fn new(scoring: Scoring<'r, 's>, start: &'w [f64]) -> Self {
        Walk { scoring, start, score: Vec::new(), l1: Vec::new(), held: None }
    }

    /// The fit under a penalty, from `ahead`, or from the fit before, `last`.
    pub fn fit(&mut self, ahead: &[f64], last: &[f64], settings: &Settings) -> Result<PathPoint, RegressError> {
        let mut among = self.candidates(last, settings);
        let mut at = self.begin([ahead, last, self.start], &self.each(&among, None, settings))?;
        let mut course = Course::default();
        let mut converged = false;
        for _ in 0..MOST {
            if let Some(held) = at.held.take() {
                (course.fresh, course.factor) = (true, None);
                self.held = Some(held);
            }
            let information = match self.held.as_ref().and_then(|held| held.of(&among)) {
                Some(information) => information,
                None => {
                    course = Course { fresh: true, ..Course::default() };
                    self.sum_up(&mut at, &among, settings)?
                }
            };
            let of = |all: &[f64]| among.iter().map(|&k| all[k]).collect::<Vec<f64>>();
            let few = Settings { l2: of(&settings.l2), l1: of(&settings.l1), ..settings.clone() };
            let (g, score) = (of(&at.g), of(&at.now.score));
            let model = corrected(&information, &course.seen);
            let Ok(next) = newton(&g, &score, &model, &few, &mut course.factor) else {
                // singular information: the path goes on from here
                if course.fresh {
                    break;
                }
                self.held = None;
                continue;
            };
            let delta: Vec<f64> = next.iter().zip(&g).map(|(a, b)| a - b).collect();
            let along = information.apply(&delta).unwrap_or_default();
            let (decrement, unit) = (dot(&delta, &along), self.scoring.dispersion(&at.now));
            // Newton's steps square, others shrink as they did
            let newtons = course.fresh && self.scoring.canonical;
            let rest = if newtons { decrement / unit } else { course.before.map_or(1.0, |b| min(decrement / b, 1.0)) };
            if decrement * rest <= SMALL * unit {
                let more = self.wanting(&at.now.score, decrement, &settings.l1, &among);
                // the quadratic model says where the deviance comes to
                at.now.deviance += decrement - 2.0 * dot(&score, &delta);
                among.iter().zip(&next).for_each(|(&k, g)| at.g[k] = *g);
                converged = more.is_empty();
                if converged {
                    break;
                }
                among.extend(more);
                among.sort_unstable();
                let each = self.each(&among, Some(&at.now), settings);
                (at, course) = (self.look(at.g, &each)?, Course::default());
                continue;
            }
            let slow = !course.fresh && course.before.is_some_and(|before| decrement > SLOW * before);
            let taken = if slow { None } else { self.take(&at, &among, &delta, settings, course.fresh)? };
            match taken {
                Some(there) => {
                    if !self.scoring.canonical {
                        course.seen.push(Secant::between((&g, &score), (&of(&there.g), &of(&there.now.score))));
                        course.factor = None;
                    }
                    (at, course.fresh, course.before) = (there, false, Some(decrement));
                }
                None if course.fresh => break,
                None => self.held = None,
            }
        }
        (self.score, self.l1) = (at.now.score, settings.l1.clone());
        let nonzero = nonzero(&at.g, self.scoring.rows);
        Ok(PathPoint { g: at.g, deviance: at.now.deviance, nonzero, converged })
    }

    /// The first of these points that is inside the link's range: the last step of a penalty is taken without a look, and may
    /// lead out. Fails with `OutOfRange` where none is.
    fn begin(&self, points: [&[f64]; 3], each: &Each) -> Result<Point, RegressError> {
        for g in points {
            let at = self.look(g.to_vec(), each)?;
            if at.now.outside == 0.0 && at.now.deviance.is_finite() {
                return Ok(at);
            }
        }
        Err(RegressError::OutOfRange)
    }

    /// The columns whose information every pass sums: none of many.
    fn each(&self, among: &[usize], now: Option<&Pass>, settings: &Settings) -> Each {
        (self.scoring.rows.columns < MANY)
            .then(|| self.wide(among, now.map_or(&self.score, |now| &now.score), settings))
    }

    /// `among`, and the columns that may ask for information soon.
    fn wide(&self, among: &[usize], score: &[f64], settings: &Settings) -> Vec<usize> {
        let near = |k: usize| score.get(k).is_some_and(|score| score.abs() >= NEAR * settings.l1[k]);
        (0..settings.l1.len()).filter(|k| among.binary_search(k).is_ok() || near(*k)).collect()
    }

    fn look(&self, g: Vec<f64>, each: &Each) -> Result<Point, RegressError> {
        let Scoring { rows, family, link, .. } = self.scoring;
        let mut now = pass_among(rows, family, link, &g, each.as_deref())?;
        let held = each.as_ref().map(|each| {
            let matrix = std::mem::replace(&mut now.information, Matrix::zeros(0, 0));
            Held { among: each.clone(), matrix, squares: std::mem::take(&mut now.squares) }
        });
        Ok(Point { g, now, held })
    }

    /// Sums the information of `among`, and of the columns that may ask for it soon, at a point. That of `among` comes back.
    fn sum_up(&mut self, at: &mut Point, among: &[usize], settings: &Settings) -> Result<Matrix, RegressError> {
        let wide = self.wide(among, &at.now.score, settings);
        *at = self.look(std::mem::take(&mut at.g), &Some(wide))?;
        self.held = at.held.take();
        Ok(self.held.as_ref().and_then(|held| held.of(among)).unwrap_or_else(|| Matrix::zeros(0, 0)))
    }

    /// The point at the end of a step, or of its half, its quarter, ... where the information is `fresh`; nothing where none is
    /// better than `at`.
    fn take(
        &self,
        at: &Point,
        among: &[usize],
        delta: &[f64],
        settings: &Settings,
        fresh: bool,
    ) -> Result<Option<Point>, RegressError> {
        let here = loss(&at.now, &at.g, settings);
        let each = self.each(among, Some(&at.now), settings);
        // of information from elsewhere the whole step or none
        let taken = shortened(here, if fresh { LEAST } else { 1.0 }, |length| {
            let mut g = at.g.clone();
            among.iter().zip(delta).for_each(|(&k, d)| g[k] += length * d);
            let there = self.look(g, &each)?;
            let outside = there.now.outside > 0.0;
            Ok((if outside { f64::INFINITY } else { loss(&there.now, &there.g, settings) }, there))
        })?;
        Ok(taken.map(|taken| taken.1))
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

    /// The columns outside `among` that the penalty does not hold at 0. The score is that before a last step of this decrement,
    /// which moves it by no more than the root of decrement times information (Cauchy and Schwarz).
    fn wanting(&self, score: &[f64], decrement: f64, l1: &[f64], among: &[usize]) -> Vec<usize> {
        let square = |k: usize| self.held.as_ref().map_or(0.0, |held| held.squares[k]);
        let pulled = |k: usize| score[k].abs() + (square(k) * decrement).sqrt() > l1[k];
        (0..score.len()).filter(|k| pulled(*k) && among.binary_search(k).is_err()).collect()
    }
}
