//! Several classes: multinomial logit by Newton's method, class 0 fixed at 0. The target is the class, 0 to K - 1.
//!
//! The penalty is glmnet's, on the coefficients b_c of all K classes: their likelihood knows differences alone, and at the best of
//! all b with the differences g_c = b_c - b_0 they sum to 0, so that sum b_c^2 = sum g_c^2 - (sum g_c)^2/K. No class is special:
//! their order changes nothing. Friedman, Hastie and Tibshirani 2010, section 4.1.

mod lasso;

pub use lasso::{Sparse, lasso};

use super::RegressError;
use super::glm::{End, Mark, damped};
use super::rows::{Part, Rows};
use super::separation;
use super::shortened::{LEAST, shortened};
use super::weighted::{score_and_information, symmetric};
use crate::numeric::elementary::{exp, ln};
use crate::numeric::linalg::{Cholesky, Matrix};
use crate::optimize::vector::plain_dot;

/// A fit in the scaled columns' units.
#[derive(Clone, Debug)]
pub struct MultinomialFit {
    /// The coefficients, class 1 first: \[(K - 1) columns\].
    pub g: Vec<f64>,
    /// The inverse of the information.
    pub covariance: Option<Matrix>,
    /// How it ended.
    pub end: End,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// The course.
    pub trace: Vec<Mark>,
}

struct Pass {
    log_likelihood: f64,
    right: f64,
    score: Vec<f64>,
    information: Matrix,
}

/// Fits `classes` classes; `l2`: penalty of each coefficient, \[columns\]; `start`: where to begin, else at 0.
///
/// Fails with `OutOfRange`, `Storage`, `Stopped`.
pub fn fit(
    rows: &Rows<'_>,
    classes: usize,
    l2: &[f64],
    start: Option<&[f64]>,
    max_iterations: u64,
) -> Result<MultinomialFit, RegressError> {
    let (p, k) = (rows.columns, classes - 1);
    let n = p * k;
    let (count, weight) = rows.count();
    let mut g = start.map_or(vec![0.0; n], <[f64]>::to_vec);
    let mut now = pass(rows, k, &g)?;
    // l2 b_c for the classes from 1 on: the slope of the penalty
    let pulls = |g: &[f64]| -> Vec<f64> {
        let total = |j: usize| g.iter().skip(j).step_by(p).sum::<f64>();
        g.iter().enumerate().map(|(i, g)| l2[i % p] * (g - total(i % p) / classes as f64)).collect()
    };
    let charge = |g: &[f64]| -> f64 { g.iter().zip(pulls(g)).map(|(g, pull)| 0.5 * g * pull).sum() };
    let penalised = l2.iter().any(|l| *l > 0.0);
    let mut trace = Vec::new();
    let mut end = End::MaxIterations;
    let mut last = f64::INFINITY;
    for iteration in 0..=max_iterations {
        let loss = -2.0 * now.log_likelihood + 2.0 * charge(&g);
        let score: Vec<f64> = now.score.iter().zip(pulls(&g)).map(|(s, pull)| s - pull).collect();
        let gradient_norm = score.iter().fold(0.0, |m, s| crate::numeric::elementary::max(m, s.abs()));
        trace.push(Mark::of_sums(iteration, 0.5 * loss, gradient_norm, weight));
        rows.tell(&trace[trace.len() - 1]);
        if n == 0 {
            end = End::Converged;
            break;
        }
        if !penalised && now.right == count as f64 {
            end = End::Separated(g.clone()); // each row's class is the likeliest: the likelihood grows without end
            break;
        }
        let mut matrix = now.information.clone();
        for (i, c) in (0..n).flat_map(|i| (0..k).map(move |c| (i, c))) {
            let own = if i / p == c { 1.0 } else { 0.0 };
            matrix[(i, c * p + i % p)] += l2[i % p] * (own - 1.0 / classes as f64);
        }
        let delta = match damped(&mut matrix).and_then(|f| f.solve(&score).map_err(|_| 0)) {
            Ok(delta) => delta,
            Err(column) => {
                end = End::Singular(column);
                break;
            }
        };
        let decrement: f64 = delta.iter().zip(&score).map(|(d, s)| d * s).sum();
        // as for two classes: where the likelihood grows without end, the decrement falls by e each time
        let slow = iteration >= 5 && decrement > 0.1 * last;
        if !penalised
            && (slow || iteration == max_iterations)
            && let Some(direction) = separation::direction_of_classes(rows, classes, &delta)?
        {
            end = End::Separated(direction);
            break;
        }
        if decrement <= 1e-24 || decrement <= 1e-16 && decrement > 0.2 * last {
            end = End::Converged;
            break;
        }
        if iteration == max_iterations {
            break;
        }
        last = decrement;
        let taken = shortened(loss, LEAST, |length| {
            let candidate: Vec<f64> = g.iter().zip(&delta).map(|(g, d)| g + length * d).collect();
            let found = pass(rows, k, &candidate)?;
            Ok((-2.0 * found.log_likelihood + 2.0 * charge(&candidate), (candidate, found)))
        })?;
        (g, now) = taken.ok_or(RegressError::OutOfRange)?.1;
    }
    let covariance = Cholesky::factor(&now.information).ok().map(|f| f.inverse());
    Ok(MultinomialFit { g, covariance, end, log_likelihood: now.log_likelihood, trace })
}

/// The probabilities of all classes from the predictors of classes 1 to K - 1, and ln of their common denominator.
pub fn probabilities(eta: &[f64], out: &mut [f64]) -> f64 {
    let largest = eta.iter().fold(0.0, |m: f64, e| if *e > m { *e } else { m });
    out[0] = exp(-largest);
    let mut total = out[0];
    for (o, e) in out[1..].iter_mut().zip(eta) {
        *o = exp(e - largest);
        total += *o;
    }
    out.iter_mut().for_each(|o| *o /= total);
    largest + ln(total)
}

/// The probabilities of all classes as [`probabilities`] has them, and ln of that of `class`, which keeps its digits where it is
/// near 1.
pub fn ln_probability(eta: &[f64], class: usize, out: &mut [f64]) -> f64 {
    let ln_total = probabilities(eta, out);
    if class == 0 { -ln_total } else { eta[class - 1] - ln_total }
}

/// The score at `g`: \[classes - 1, columns\], and the log-likelihood, in one pass. Fails with `Storage`, `Stopped`.
pub fn score(rows: &Rows<'_>, classes: usize, g: &[f64]) -> Result<(Vec<f64>, f64), RegressError> {
    let found = pass(rows, classes - 1, g)?;
    Ok((found.score, found.log_likelihood))
}

/// The log-likelihood at `g`. Fails with `Storage`, `Stopped`.
pub fn log_likelihood(rows: &Rows<'_>, classes: usize, g: &[f64]) -> Result<f64, RegressError> {
    let sums = rows.sums(1, |part, from, to, out| {
        each_row(part, classes - 1, g, (from, to), |row| out[0] += row.weight * row.ln_probability);
    })?;
    Ok(sums[0])
}

/// What the model says of a row.
struct Row<'r> {
    /// Its place in the chunk.
    at: usize,
    weight: f64,
    class: usize,
    /// The probabilities of all classes.
    shares: &'r [f64],
    /// ln of that of its own.
    ln_probability: f64,
}

/// `see` each of the rows `from..to`.
fn each_row(part: &Part, k: usize, g: &[f64], (from, to): (usize, usize), mut see: impl FnMut(Row<'_>)) {
    let p = part.z.len().min(g.len() / k);
    let mut eta = vec![Vec::new(); k];
    // a null fit without an intercept has no columns, and its predictors are 0
    eta.iter_mut().enumerate().for_each(|(c, eta)| Rows::predictor(part, &g[c * p..(c + 1) * p], from, to, eta));
    let (mut own, mut shares) = (vec![0.0; k], vec![0.0; k + 1]);
    for at in 0..to - from {
        own.iter_mut().zip(&eta).for_each(|(o, e)| *o = e[at]);
        let class = part.y[from + at] as usize;
        let ln_probability = ln_probability(&own, class, &mut shares);
        let weight = part.w.get(from + at).copied().unwrap_or(1.0);
        see(Row { at, weight, class, shares: &shares, ln_probability });
    }
}

fn pass(rows: &Rows<'_>, k: usize, g: &[f64]) -> Result<Pass, RegressError> {
    let p = rows.columns;
    let n = p * k;
    let pairs = triangle(k) * triangle(p);
    let sums = rows.sums(2 + n + pairs, |part, from, to, out| {
        let rows = to - from;
        let mut share = vec![vec![0.0; rows]; k + 1];
        each_row(part, k, g, (from, to), |row| {
            out[0] += row.weight * row.ln_probability;
            let best = (0..=k).all(|c| c == row.class || row.shares[c] < row.shares[row.class]);
            out[1] += if best && row.weight > 0.0 { 1.0 } else { 0.0 };
            share.iter_mut().zip(row.shares).for_each(|(s, o)| s[row.at] = *o);
        });
        let weight = |i: usize| part.w.get(from + i).copied().unwrap_or(1.0);
        let mut column = vec![0.0; rows];
        for c in 0..k {
            for i in 0..rows {
                let is = if part.y[from + i] as usize == c + 1 { 1.0 } else { 0.0 };
                column[i] = weight(i) * (is - share[c + 1][i]);
            }
            for (j, z) in part.z.iter().enumerate() {
                out[2 + c * p + j] = plain_dot(&column, &z[from..to]);
            }
        }
        add_products(part, (from, to), k, &mut out[2 + n..], |a, b, i| {
            weight(i) * share[a + 1][i] * ((if a == b { 1.0 } else { 0.0 }) - share[b + 1][i])
        });
    })?;
    let information = matrix_of(&sums[2 + n..], k, p);
    Ok(Pass { log_likelihood: sums[0], right: sums[1], score: sums[2..2 + n].to_vec(), information })
}

/// Adds sum of weight(a, b, row) z z^T for the classes a <= b, class 1 being 0: \[k (k + 1)/2\]\[columns (columns + 1)/2\].
fn add_products(
    part: &Part,
    (from, to): (usize, usize),
    k: usize,
    out: &mut [f64],
    weight: impl Fn(usize, usize, usize) -> f64,
) {
    let mut column = vec![0.0; to - from];
    let pairs = (0..k).flat_map(|a| (a..k).map(move |b| (a, b)));
    for ((a, b), out) in pairs.zip(out.chunks_mut(triangle(part.z.len()).max(1))) {
        column.iter_mut().enumerate().for_each(|(i, c)| *c = weight(a, b, i));
        score_and_information(part, from, to, &[], &column, &mut [], out);
    }
}

/// The entries of a triangle.
fn triangle(n: usize) -> usize {
    n * (n + 1) / 2
}

/// The symmetric matrix of such sums: \[k columns, k columns\].
fn matrix_of(sums: &[f64], k: usize, p: usize) -> Matrix {
    let mut matrix = Matrix::zeros(k * p, k * p);
    let pairs = (0..k).flat_map(|a| (a..k).map(move |b| (a, b)));
    for ((a, b), sums) in pairs.zip(sums.chunks(triangle(p).max(1))) {
        let block = symmetric(sums, p);
        for (i, j) in (0..p).flat_map(|i| (0..p).map(move |j| (i, j))) {
            matrix[(a * p + i, b * p + j)] = block[(i, j)];
            matrix[(b * p + j, a * p + i)] = block[(i, j)];
        }
    }
    matrix
}

/// The covariance of the estimates that holds where the model does not: A^-1 (sum s s^T) A^-1, s each row's part of the score.
/// White 1982. Nothing where the information is singular. Fails with `Storage`, `Stopped`.
pub fn robust(rows: &Rows<'_>, classes: usize, fit: &MultinomialFit) -> Result<Option<Matrix>, RegressError> {
    let (p, k) = (rows.columns, classes - 1);
    let Some(inverse) = &fit.covariance else { return Ok(None) };
    let sums = rows.sums(triangle(k) * triangle(p), |part, from, to, out| {
        let mut pull = vec![vec![0.0; to - from]; k];
        each_row(part, k, &fit.g, (from, to), |row| {
            for (c, pull) in pull.iter_mut().enumerate() {
                pull[row.at] = row.weight * (if row.class == c + 1 { 1.0 } else { 0.0 } - row.shares[c + 1]);
            }
        });
        add_products(part, (from, to), k, out, |a, b, i| pull[a][i] * pull[b][i]);
    })?;
    let meat = matrix_of(&sums, k, p);
    Ok(inverse.times(&meat).and_then(|m| m.times(inverse)).ok())
}
