//! Any loss of one row as a function of the linear predictor: the mean over the rows is minimised by Newton's method, and where
//! the loss has corners (absolute values, quantiles) by Newton's method on smoothed losses.
//!
//! A loss smoothed over a width h is its mean over predictors within h: first and second derivative are differences of the loss
//! and of its slope, (l(e + h) - l(e - h))/2h and (l'(e + h) - l'(e - h))/2h, exact whatever corners lie between. h falls to where
//! the coefficients no longer answer to it (He, Pan, Tan and Zhou 2023 smooth quantile regression so).

use super::RegressError;
use super::glm::Mark;
use super::rows::{Part, Rows};
use super::weighted::{score_and_information, symmetric};
use crate::engine::{Program, compile};
use crate::formula::corners::corners;
use crate::formula::differentiate;
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::numeric::linalg::{Cholesky, Matrix, Symmetric};

/// What an input of the loss's graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The linear predictor, offset included.
    Prediction,
    /// The target.
    Target,
    /// A column that the design hands on, by its place.
    Extra(usize),
    /// Nothing that the loss depends on.
    Unused,
}

/// A loss given by a formula.
#[derive(Clone, Debug)]
pub struct Loss {
    program: Program,
    inputs: Vec<Input>,
    /// Whether the slope may jump or the loss have a kink somewhere.
    pub has_corners: bool,
}

/// The loss of some rows, its slope and its curvature in the predictor: \[rows\].
#[derive(Clone, Debug, Default)]
struct Values {
    loss: Vec<f64>,
    slope: Vec<f64>,
    curve: Vec<f64>,
}

impl Loss {
    /// Of the formula `root`, differentiated by `prediction`; `inputs`: \[graph inputs\].
    pub fn new(mut graph: Graph, root: NodeId, prediction: NodeId, inputs: Vec<Input>) -> Loss {
        let slope = differentiate::gradient(&mut graph, root, &[prediction])[0];
        let curve = differentiate::gradient(&mut graph, slope, &[prediction])[0];
        let has_corners = corners(&mut graph, root, &[prediction]).any.is_some();
        Loss { program: compile(&graph, &[root, slope, curve]), inputs, has_corners }
    }

    /// At the predictors `eta` of rows `from..` of a part.
    fn at(&self, part: &Part, from: usize, eta: &[f64]) -> Values {
        let n = eta.len();
        let columns: Vec<&[f64]> = (self.inputs.iter())
            .map(|input| match input {
                Input::Prediction => eta,
                Input::Target => &part.y[from..from + n],
                Input::Extra(k) => &part.extra[*k][from..from + n],
                Input::Unused => &[],
            })
            .collect();
        let mut out = vec![Vec::new(); 3];
        self.program.run(&mut self.program.scratch(), &columns, n, &mut out);
        let mut out = out.into_iter();
        let mut next = || out.next().unwrap_or_default();
        Values { loss: next(), slope: next(), curve: next() }
    }

    /// Slope and curvature of the loss smoothed over `h`; the loss as it is.
    fn smoothed(&self, part: &Part, from: usize, eta: &[f64], h: f64) -> Values {
        if h == 0.0 {
            return self.at(part, from, eta);
        }
        let moved = |by: f64| self.at(part, from, &eta.iter().map(|e| e + by).collect::<Vec<f64>>());
        let (up, down) = (moved(h), moved(-h));
        let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) / (2.0 * h)).collect();
        let loss = self.at(part, from, eta).loss;
        Values { slope: difference(&up.loss, &down.loss), curve: difference(&up.slope, &down.slope), loss }
    }
}

/// How a fit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossEnd {
    /// At a minimum.
    Converged,
    /// Before it.
    MaxIterations,
    /// Where no step goes down any more, without being at a minimum.
    Stalled,
    /// Nowhere: every step went all the way down a straight line.
    Diverged,
}

/// A fit in the scaled columns' units.
#[derive(Clone, Debug)]
pub struct LossFit {
    /// The coefficients: \[columns\].
    pub g: Vec<f64>,
    /// Their covariance, H^-1 (sum of z z^T slope^2) H^-1 (Huber 1967); none where the loss had to be smoothed.
    pub covariance: Option<Matrix>,
    /// How it ended.
    pub end: LossEnd,
    /// The sum of the losses.
    pub loss: f64,
    /// The width of the last smoothing; 0: none.
    pub smoothing: f64,
    /// The course: loss and largest component of its gradient.
    pub trace: Vec<Mark>,
}

/// More steps in a row without curvature, each as long as targets are apart, are on the way to no minimum.
const STRAIGHT: u64 = 50;

struct Pass {
    loss: f64,
    slope: Vec<f64>,
    squares: f64,
    curvature: f64,
    hessian: Matrix,
}

/// Minimises the sum of the losses plus l2/2 g^2; `l2`: \[columns\]; `spread`: how far apart targets are, the first width of a
/// smoothing. Fails with `NoLoss` where the loss does not exist at g = 0; `Storage`, `Stopped`.
pub fn fit(rows: &Rows<'_>, loss: &Loss, l2: &[f64], spread: f64, most: u64) -> Result<LossFit, RegressError> {
    let mut fit = LossFit {
        g: vec![0.0; rows.columns],
        covariance: None,
        end: LossEnd::MaxIterations,
        loss: f64::NAN,
        smoothing: 0.0,
        trace: Vec::new(),
    };
    let smooth = newton(rows, loss, l2, (0.0, spread), most, &mut fit)?;
    if fit.end != LossEnd::Converged && loss.has_corners {
        // from a width that no target is beyond to 4^-14 of their spread, eight digits of it
        fit.g.fill(0.0);
        fit.smoothing = spread * 1024.0;
        for _ in -4..=14 {
            fit.smoothing *= 0.25;
            newton(rows, loss, l2, (fit.smoothing, spread), most, &mut fit)?;
            if fit.end != LossEnd::Converged {
                break;
            }
        }
        let last = pass(rows, loss, &fit.g, 0.0)?;
        fit.loss = last.loss;
        return Ok(fit);
    }
    fit.loss = smooth.loss;
    if fit.end == LossEnd::Converged && l2.iter().all(|l| *l == 0.0) {
        fit.covariance = sandwich(rows, loss, &fit.g, &smooth.hessian)?;
    }
    Ok(fit)
}

/// Newton's method from `fit.g` on the loss smoothed over `h`; steps without curvature are as long as targets are apart (`spread`). The pass at its end comes back.
fn newton(
    rows: &Rows<'_>,
    loss: &Loss,
    l2: &[f64],
    (h, spread): (f64, f64),
    most: u64,
    fit: &mut LossFit,
) -> Result<Pass, RegressError> {
    let p = rows.columns;
    let charge = |g: &[f64]| g.iter().zip(l2).map(|(g, l)| 0.5 * l * g * g).sum::<f64>();
    let mut now = pass(rows, loss, &fit.g, h)?;
    if h == 0.0 && !now.loss.is_finite() {
        return Err(RegressError::NoLoss);
    }
    fit.end = LossEnd::MaxIterations;
    let (mut last, mut straight) = (f64::INFINITY, 0);
    for _ in 0..=most {
        let gradient: Vec<f64> = now.slope.iter().zip(&fit.g).zip(l2).map(|((s, g), l)| s + l * g).collect();
        let norm = gradient.iter().fold(0.0, |m, s| crate::numeric::elementary::max(m, s.abs()));
        let here = now.loss + charge(&fit.g);
        fit.trace.push(Mark::of_sums(fit.trace.len() as u64, here, norm, rows.count().1));
        let mut found = with_penalty(&now.hessian, l2, &gradient);
        // too few rows within h of their corners to bend the smoothed loss: those within more say how far to go
        let mut wider = h;
        while h > 0.0 && wider < 1024.0 * spread && !matches!(found, Some((_, true))) {
            wider *= 4.0;
            found = with_penalty(&pass(rows, loss, &fit.g, wider)?.hessian, l2, &gradient);
        }
        let Some((mut step, sound)) = found else {
            fit.end = LossEnd::Stalled;
            return Ok(now);
        };
        let exact = wider == h;
        let slope: f64 = step.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        // the squared step in units of standard errors, as for other families
        let scale = if now.curvature > 0.0 { now.squares / now.curvature } else { 0.0 };
        // steps of a staircase are flat, and no minimum for it
        let flat = h == 0.0 && loss.has_corners && now.squares == 0.0 && now.loss != 0.0;
        if p == 0
            || norm == 0.0 && !flat
            || sound && exact && (-slope <= 1e-22 * scale || -slope <= 1e-14 * scale && -slope > 0.2 * last)
        {
            fit.end = LossEnd::Converged;
            return Ok(now);
        }
        last = -slope;
        if loss.has_corners && !sound && h == 0.0 {
            fit.end = LossEnd::Stalled;
            return Ok(now);
        }
        let size = crate::numeric::linalg::norm2(&step);
        let longest = if h > spread { h } else { spread };
        if (!sound || h > 0.0) && size > longest {
            // without curvature a direction alone; with that of a few rows no more
            step.iter_mut().for_each(|d| *d *= longest / size);
        }
        let slope: f64 = step.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        let mut length = 1.0;
        loop {
            let candidate: Vec<f64> = fit.g.iter().zip(&step).map(|(g, d)| g + length * d).collect();
            let found = pass(rows, loss, &candidate, h)?;
            let along: f64 = (0..p).map(|k| step[k] * (found.slope[k] + l2[k] * candidate[k])).sum();
            // a smoothed loss has slopes alone: along a convex function the slope tells what the value would
            let good = match h == 0.0 {
                true => found.loss + charge(&candidate) <= here + 1e-4 * length * slope + 1e-13 * here.abs(),
                false => along <= 1e-9 * slope.abs(),
            };
            if good && found.slope.iter().all(|s| s.is_finite()) {
                (fit.g, now) = (candidate, found);
                straight = if h == 0.0 && !sound && length == 1.0 { straight + 1 } else { 0 };
                break;
            }
            // where the slope has turned, the secant tells where it is 0
            let secant = if h > 0.0 && along > 0.0 { slope.abs() / (slope.abs() + along) } else { 0.5 };
            length *= secant.clamp(0.1, 0.9);
            if length < 1e-12 {
                // a smoothed loss is piecewise quadratic: where no step is better, this is its minimum to rounding
                fit.end = if h > 0.0 { LossEnd::Converged } else { LossEnd::Stalled };
                return Ok(now);
            }
        }
    }
    // no curvature and nothing that held a step back: the loss has no least value in that direction
    if straight > STRAIGHT {
        fit.end = LossEnd::Diverged;
    }
    Ok(now)
}

fn with_penalty(hessian: &Matrix, l2: &[f64], gradient: &[f64]) -> Option<(Vec<f64>, bool)> {
    let mut matrix = hessian.clone();
    (0..l2.len()).for_each(|k| matrix[(k, k)] += l2[k]);
    step(&matrix, gradient)
}

/// The Newton step, and whether the matrix was positive definite; else with a multiple of the identity that makes it so.
fn step(matrix: &Matrix, gradient: &[f64]) -> Option<(Vec<f64>, bool)> {
    let p = gradient.len();
    let against: Vec<f64> = gradient.iter().map(|g| -g).collect();
    if let Ok(step) = Cholesky::factor(matrix).and_then(|f| f.solve(&against)) {
        return Some((step, true));
    }
    let values = Symmetric::factor(matrix).ok()?.values;
    let largest = values.iter().fold(1.0, |m: f64, v| if v.abs() > m { v.abs() } else { m });
    let mut shifted = matrix.clone();
    let shift = 1e-3 * largest - if values[0] < 0.0 { values[0] } else { 0.0 };
    (0..p).for_each(|k| shifted[(k, k)] += shift);
    let step = Cholesky::factor(&shifted).and_then(|f| f.solve(&against)).ok()?;
    Some((step, false))
}

/// Sums over all rows at `g`.
fn pass(rows: &Rows<'_>, loss: &Loss, g: &[f64], h: f64) -> Result<Pass, RegressError> {
    const HEAD: usize = 3;
    let p = rows.columns;
    let sums = rows.sums(HEAD + p + p * (p + 1) / 2, |part, from, to, out| {
        let mut eta = Vec::new();
        Rows::predictor(part, g, from, to, &mut eta);
        let mut values = loss.smoothed(part, from, &eta, h);
        for k in 0..to - from {
            let w = part.w.get(from + k).copied().unwrap_or(1.0);
            if w == 0.0 {
                (values.slope[k], values.curve[k]) = (0.0, 0.0);
                continue;
            }
            out[0] += w * values.loss[k];
            values.slope[k] *= w;
            values.curve[k] *= w;
            out[1] += values.slope[k] * values.slope[k];
            out[2] += values.curve[k];
        }
        let (score, pairs) = out[HEAD..].split_at_mut(p);
        score_and_information(part, from, to, &values.slope, &values.curve, score, pairs);
    })?;
    Ok(Pass {
        loss: sums[0],
        squares: sums[1],
        curvature: sums[2],
        slope: sums[HEAD..HEAD + p].to_vec(),
        hessian: symmetric(&sums[HEAD + p..], p),
    })
}

fn sandwich(rows: &Rows<'_>, loss: &Loss, g: &[f64], hessian: &Matrix) -> Result<Option<Matrix>, RegressError> {
    let p = rows.columns;
    let sums = rows.sums(p + p * (p + 1) / 2, |part, from, to, out| {
        let mut eta = Vec::new();
        Rows::predictor(part, g, from, to, &mut eta);
        let values = loss.at(part, from, &eta);
        let weight = |k: usize| part.w.get(from + k).copied().unwrap_or(1.0);
        let squares: Vec<f64> =
            values.slope.iter().enumerate().map(|(k, s)| (weight(k) * s) * (weight(k) * s)).collect();
        let (score, pairs) = out.split_at_mut(p);
        score_and_information(part, from, to, &squares, &squares, score, pairs);
    })?;
    let meat = symmetric(&sums[p..], p);
    let Ok(factor) = Cholesky::factor(hessian) else { return Ok(None) };
    let inverse = factor.inverse();
    Ok(inverse.times(&meat).and_then(|m| m.times(&inverse)).ok())
}

/// Declares the names a loss may use: `prediction`, `target`, and the table's columns.
pub fn graph(columns: &[String], constants: &[(String, f64)]) -> (Graph, NodeId) {
    let mut graph = Graph::new();
    let prediction = graph.declare("prediction", InputKind::Variable);
    graph.declare("target", InputKind::Column);
    for name in columns.iter().filter(|n| !n.is_empty() && *n != "prediction" && *n != "target") {
        graph.declare(name, InputKind::Column);
    }
    for (name, value) in constants.iter().filter(|c| c.0 != "prediction" && c.0 != "target") {
        graph.declare(name, InputKind::Constant(*value));
    }
    (graph, prediction)
}
