//! The same fits by methods of descent: the mean loss of the rows as an objective, over scaled columns, where the methods of
//! `optimize` walk down. For teaching, for comparison, and for more columns than a matrix of second derivatives has room for.

use super::RegressError;
use super::family::{Family, Link, row};
use super::glm::Mark;
use super::gram::Gram;
use super::rows::{Part, Rows, Source, each};
use crate::numeric::linalg::{Matrix, Symmetric};
use crate::objective::{EvaluationError, Objective, Offers};
use crate::optimize::batches::Batches;
use crate::optimize::bounds::Bounds;
use crate::optimize::driver::{Plan, Row, Run, Watch};
use crate::optimize::methods::find;
use crate::optimize::schedule::{Course, Schedule};
use crate::optimize::settings::{Rule, Settings};
use crate::optimize::stop::{Criterion, Rules, Stop};
use crate::optimize::vector::plain_dot;
use std::time::Instant;

/// What is averaged.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Half the squared residual, in the scaled target's unit.
    Squares,
    /// Half the deviance.
    Family(&'static Family, &'static Link),
}

/// The mean loss plus sum of l2/2 g^2.
pub struct MeanLoss<'r, 's> {
    rows: &'r Rows<'s>,
    kind: Kind,
    weight: f64,
    l2: Vec<f64>,
    /// All rows with the number of each part's first, where batches are drawn.
    held: Vec<(usize, Part)>,
}

impl<'r, 's> MeanLoss<'r, 's> {
    /// Of these rows; `l2`: \[columns\], of the sum of the losses. Fails with `Storage`, `Stopped`.
    pub fn new(
        rows: &'r Rows<'s>,
        source: &dyn Source,
        kind: Kind,
        l2: &[f64],
        batches: bool,
    ) -> Result<Self, RegressError> {
        let weight = rows.count().1;
        let mut held = Vec::new();
        if batches {
            let mut count = 0;
            each(source, |block| {
                held.push((count, rows.part(block)));
                count += block.rows;
                Ok(())
            })?;
        }
        Ok(MeanLoss { rows, kind, weight, l2: l2.iter().map(|l| l / weight).collect(), held })
    }

    fn count(&self) -> usize {
        self.held.last().map_or(0, |(first, part)| first + part.rows)
    }

    /// Loss and slope in the predictor of one row, without its weight.
    fn row(&self, part: &Part, i: usize, eta: f64) -> (f64, f64) {
        let y = part.y[i];
        match self.kind {
            Kind::Squares => {
                let at = self.rows.like.terms();
                let offset = part.offset.get(i).copied().unwrap_or(0.0);
                let target = (y - offset - self.rows.like.shift[at]) * self.rows.like.scale[at];
                let residual = eta - offset - target;
                (0.5 * residual * residual, residual)
            }
            Kind::Family(family, link) => {
                row(family, link, y, eta).map_or((f64::INFINITY, f64::INFINITY), |one| (0.5 * one.deviance, -one.pull))
            }
        }
    }

    fn with_penalty(&self, loss: f64, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut value = loss;
        for ((g, x), l) in gradient.iter_mut().zip(x).zip(&self.l2) {
            value += 0.5 * l * x * x;
            *g += l * x;
        }
        value
    }
}

impl Objective for MeanLoss<'_, '_> {
    fn dimension(&self) -> usize {
        self.rows.columns
    }

    fn offers(&self) -> Offers {
        let rows = (!self.held.is_empty()).then(|| self.count());
        Offers { gradient: true, rows, ..Offers::default() }
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        let mut gradient = vec![0.0; x.len()];
        self.value_and_gradient(x, &mut gradient)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        let p = x.len();
        let this = &*self;
        let sums = this.rows.sums(1 + p, |part, from, to, out| {
            let mut eta = Vec::new();
            Rows::predictor(part, x, from, to, &mut eta);
            for (k, eta) in eta.iter_mut().enumerate() {
                let w = part.w.get(from + k).copied().unwrap_or(1.0);
                let (loss, slope) = this.row(part, from + k, *eta);
                if w == 0.0 {
                    *eta = 0.0;
                    continue;
                }
                out[0] += w * loss;
                *eta = w * slope;
            }
            for (out, z) in out[1..].iter_mut().zip(&part.z) {
                *out = plain_dot(&eta, &z[from..to]);
            }
        });
        let sums = sums.map_err(|e| EvaluationError::Failed(Box::new(e)))?;
        gradient.iter_mut().zip(&sums[1..]).for_each(|(g, s)| *g = s / self.weight);
        Ok(self.with_penalty(sums[0] / self.weight, x, gradient))
    }

    fn batch(&mut self, rows: &[u32], x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        gradient.fill(0.0);
        let mut loss = 0.0;
        let mut at = 0;
        for &row in rows {
            let row = row as usize;
            while self.held.get(at + 1).is_some_and(|next| next.0 <= row) {
                at += 1;
            }
            let (first, part) = &self.held[at];
            let i = row - first;
            let offset = part.offset.get(i).copied().unwrap_or(0.0);
            let eta = part.z.iter().zip(x).fold(offset, |e, (z, g)| e + z[i] * g);
            let w = part.w.get(i).copied().unwrap_or(1.0);
            if w > 0.0 {
                let (l, slope) = self.row(part, i, eta);
                loss += w * l;
                gradient.iter_mut().zip(&part.z).for_each(|(g, z)| *g += w * slope * z[i]);
            }
        }
        // so that its mean over all batches is the mean over all rows
        let scale = self.count() as f64 / (rows.len() as f64 * self.weight);
        gradient.iter_mut().for_each(|g| *g *= scale);
        Ok(self.with_penalty(loss * scale, x, gradient))
    }
}

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// `gradient-descent`, `adam` or `lbfgs`.
    pub method: &'static str,
    /// Rows of a batch; none: all rows in every step.
    pub batch: Option<usize>,
    /// The rate; none: from the largest eigenvalue of the mean of z z^T, where that tells it.
    pub rate: Option<f64>,
    /// Accepted steps; none: by method.
    pub max_iterations: Option<u64>,
    /// Draws the batches.
    pub seed: u64,
}

/// Where a walk came to.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The coefficients of the scaled columns: \[columns\].
    pub g: Vec<f64>,
    /// The rate that it began with; none where the method finds its own.
    pub rate: Option<f64>,
    /// Steps.
    pub iterations: u64,
    /// Why it ended.
    pub stop: Stop,
    /// Whether that is the minimum.
    pub converged: bool,
    /// The course.
    pub trace: Vec<Mark>,
}

/// Passes over the rows unless said.
const EPOCHS: u64 = 100;

/// The largest part of the gradient at which a walk that is stuck has arrived: what rounding leaves of a mean over scaled columns.
const ARRIVED: f64 = 1e-10;

/// Marks, the rows that are told of them, and the scale of the target, whose own unit they are in.
struct Tracing<'r, 's>(Vec<Mark>, &'r Rows<'s>, f64);

impl Watch for Tracing<'_, '_> {
    fn accepted(&mut self, row: &Row<'_>) -> Result<(), EvaluationError> {
        let largest = row.at.gradient.iter().fold(0.0, |m, g| crate::numeric::elementary::max(m, g.abs()));
        let (loss, gradient_norm) = (row.at.value / self.2 / self.2, largest / self.2);
        let mark = Mark { iteration: row.at.k, loss, gradient_norm };
        self.1.tell(&mark);
        if row.at.k < 10_000 || row.at.k.is_multiple_of(1000) {
            self.0.push(mark);
        }
        Ok(())
    }
}

/// Walks down from g = 0. Fails with `Storage`, `Stopped`.
pub fn walk(rows: &Rows<'_>, source: &dyn Source, kind: Kind, l2: &[f64], way: Way) -> Result<Walk, RegressError> {
    let mut objective = MeanLoss::new(rows, source, kind, l2, way.batch.is_some())?;
    let batches = way.batch.map(|size| Batches::new(objective.count(), size, way.seed));
    let curvature = curvature(&rows.like, kind, l2);
    let mut settings = Settings::default();
    let mut rate = way.rate;
    match (way.method, way.batch) {
        ("lbfgs", _) => rate = None,
        ("adam", _) => rate = rate.or(Some(0.05)),
        // the curvature of m rows is about that of all plus the trace over m; the rate then falls by epochs
        (_, Some(m)) => rate = rate.or(curvature.map(|c| 1.0 / (c.0 + c.1 / m as f64))),
        (_, None) => rate = rate.or(curvature.map(|c| 1.0 / c.0)),
    }
    if let Some(rate) = rate {
        settings.rule = Rule::Scheduled;
        settings.schedule = Schedule::constant(rate);
        if let Some(batches) = &batches {
            settings.schedule.course = Course::Inverse;
            settings.schedule.decay = 0.1;
            settings.schedule.every = batches.an_epoch() as f64;
        }
    }
    let by_method = match &batches {
        Some(batches) => EPOCHS * batches.an_epoch(),
        None => 10_000,
    };
    let rules =
        Rules { gtol: Some(ARRIVED), max_iterations: way.max_iterations.unwrap_or(by_method), ..Rules::default() };
    let Some(entry) = find(way.method) else { return Err(RegressError::OutOfRange) };
    let seed = way.seed;
    let (bounds, look, begun) = (Bounds::default(), false, Instant::now()); // a convex loss has no saddles
    let plan = Plan { entry, settings, bounds, rules, batches, look, seed, begun };
    let start = vec![0.0; rows.columns];
    let failed = |e: EvaluationError| RegressError::Walk { why: e.to_string() };
    let mut run = Run::new(&mut objective, &start, plan).map_err(failed)?;
    let scale = if matches!(kind, Kind::Squares) { rows.like.scale[rows.like.terms()] } else { 1.0 };
    let mut tracing = Tracing(Vec::new(), rows, scale);
    let stop = run.go(&mut tracing).map_err(failed)?;
    let (g, iterations) = (run.at.x.clone(), run.at.k);
    let mut gradient = vec![0.0; g.len()];
    objective.value_and_gradient(&g, &mut gradient).map_err(failed)?;
    let largest = gradient.iter().fold(0.0, |m, g| crate::numeric::elementary::max(m, g.abs()));
    let converged = largest <= ARRIVED || stop.criterion == Criterion::Stalled && largest <= 100.0 * ARRIVED;
    Ok(Walk { g, rate, iterations, stop, converged, trace: tracing.0 })
}

/// The largest eigenvalue and the trace of the mean loss's Hessian, or a bound on it: for squares the mean of z z^T, for the
/// logit a quarter, and what the penalty adds. Others have none.
fn curvature(gram: &Gram, kind: Kind, l2: &[f64]) -> Option<(f64, f64)> {
    let factor = match kind {
        Kind::Squares => 1.0,
        Kind::Family(_, link) if link.name == "logit" => 0.25,
        Kind::Family(..) => return None,
    };
    let n = gram.order() - 1;
    let own = |i: usize, j: usize| if i == j { l2[i] } else { 0.0 };
    let mean = Matrix::from_fn(n, n, |i, j| (factor * gram.at(i, j).hi + own(i, j)) / gram.weight.hi);
    let trace: f64 = (0..n).map(|i| mean[(i, i)]).sum();
    let largest = *Symmetric::factor(&mean).ok()?.values.last()?;
    Some((largest, trace))
}
