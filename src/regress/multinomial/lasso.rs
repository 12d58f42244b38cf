//! Lasso and elastic net of several classes, as glmnet (`grouped = FALSE`) and scikit-learn have them: every class has coefficients b_c,
//! all are penalised alike, and the likelihood knows their differences alone, so that the penalty chooses what they are differences from
//! (Friedman, Hastie and Tibshirani 2010, 4.1). Newton's steps, each by coordinate descent.

use super::super::RegressError;
use super::super::glm::{End, Mark};
use super::super::penalty::{Quadratic, minimise_along};
use super::super::rows::Rows;
use super::super::shortened::{LEAST, shortened};
use super::{MultinomialFit, Pass, pass};
use crate::numeric::elementary::max;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::dot;

/// A fit, and the coefficients of all classes: \[classes, columns\]; the intercept of the first is 0.
pub type Sparse = (MultinomialFit, Vec<f64>);

/// The coefficients of the classes from 1 on against class 0.
fn against_first(b: &[f64], p: usize) -> Vec<f64> {
    (p.min(b.len())..b.len()).map(|i| b[i] - b[i % p]).collect()
}

/// Score and information of the coefficients of all classes from those of the differences: class 0 has minus the sum of the others.
fn of_all(now: &Pass, classes: usize, p: usize) -> (Vec<f64>, Matrix) {
    let n = classes * p;
    // which differences a class stands in: c in its own, 0 in all
    let parts = |i: usize| match i / p {
        0 => (0..classes - 1).map(|c| (c * p + i % p, -1.0)).collect::<Vec<_>>(),
        c => vec![((c - 1) * p + i % p, 1.0)],
    };
    let parts: Vec<Vec<(usize, f64)>> = (0..n).map(parts).collect();
    let score = parts.iter().map(|own| own.iter().map(|(at, sign)| sign * now.score[*at]).sum()).collect();
    let pair = |a: &(usize, f64), b: &(usize, f64)| a.1 * b.1 * now.information[(a.0, b.0)];
    let matrix =
        Matrix::from_fn(n, n, |i, j| parts[i].iter().flat_map(|a| parts[j].iter().map(move |b| pair(a, b))).sum());
    (score, matrix)
}

/// Moves `own`, a column's coefficients of all classes, by one number, of which the likelihood knows nothing, to where
/// l1 sum |b - t| + l2/2 sum (b - t)^2 is least. Without l2 that is any median: of an even number of classes the end of them that is
/// nearer to the mean, so that a class is at 0.
fn to_least(own: &mut [f64], l1: f64, l2: f64) {
    let classes = own.len();
    let mut sorted = own.to_vec();
    sorted.sort_by(f64::total_cmp);
    let sum: f64 = sorted.iter().sum();
    let by = if l2 > 0.0 {
        // the slope l2 (K t - sum b) + l1 (how many below t - above t) rises: its root, or the coefficient at which it jumps over 0
        let root = |below: usize| (sum - l1 / l2 * (2.0 * below as f64 - classes as f64)) / classes as f64;
        (0..=classes).find_map(|below| match (root(below), below.checked_sub(1).map(|k| sorted[k])) {
            (t, Some(low)) if t <= low => Some(low),
            (t, _) if sorted.get(below).is_none_or(|high| t <= *high) => Some(t),
            _ => None,
        })
    } else {
        let (low, high) = (sorted[(classes - 1) / 2], sorted[classes / 2]);
        Some(if sum / classes as f64 - low <= high - sum / classes as f64 { low } else { high })
    };
    own.iter_mut().for_each(|b| *b -= by.unwrap_or(0.0));
}

/// Fits `classes` classes; `l2`, `l1`: penalties of each class's coefficients, l2/2 b^2 + l1 |b|: \[columns\]; `start`: as in
/// [`Sparse`], else at 0. Fails with `Storage`, `Stopped`.
pub fn lasso(
    rows: &Rows<'_>,
    classes: usize,
    (l2, l1): (&[f64], &[f64]),
    start: Option<&[f64]>,
    max_iterations: u64,
) -> Result<Sparse, RegressError> {
    let p = rows.columns;
    let n = p * classes;
    let (weight, first) = (rows.count().1, usize::from(rows.like.intercept));
    // the first class's intercept, which nothing holds, stays
    let free: Vec<usize> = (first..n).collect();
    let of = |l: &[f64]| free.iter().map(|i| l[i % p]).collect::<Vec<f64>>();
    let (free_l2, free_l1) = (of(l2), of(l1));
    let charge =
        |b: &[f64]| -> f64 { b.iter().enumerate().map(|(i, b)| 0.5 * l2[i % p] * b * b + l1[i % p] * b.abs()).sum() };
    // the columns of all classes side by side, but for intercepts
    let shift = |g: &mut [f64]| {
        let mut own = vec![0.0; classes];
        for j in first..p {
            let at = |c: usize| c * p + j - first;
            (0..classes).for_each(|c| own[c] = g[at(c)]);
            to_least(&mut own, l1[j], l2[j]);
            (0..classes).for_each(|c| g[at(c)] = own[c]);
        }
    };
    let mut b = start.map_or(vec![0.0; n], <[f64]>::to_vec);
    let mut now = pass(rows, classes - 1, &against_first(&b, p))?;
    let (mut trace, mut end, mut last) = (Vec::new(), End::MaxIterations, f64::INFINITY);
    for iteration in 0..=max_iterations {
        let loss = charge(&b) - now.log_likelihood;
        let (score, information) = of_all(&now, classes, p);
        let pull = |i: &usize| (score[*i] - l2[i % p] * b[*i]).abs();
        trace.push(Mark::of_sums(iteration, loss, free.iter().map(pull).fold(0.0, max), weight));
        rows.tell(&trace[trace.len() - 1]);
        let matrix = Matrix::from_fn(free.len(), free.len(), |i, j| information[(free[i], free[j])]);
        let here: Vec<f64> = free.iter().map(|i| b[*i]).collect();
        let along = matrix.apply(&here).unwrap_or_default();
        let right: Vec<f64> = free.iter().zip(along).map(|(i, a)| score[*i] + a).collect();
        let quadratic = Quadratic { matrix: &matrix, right: &right, l1: &free_l1, l2: &free_l2 };
        let wanted = minimise_along(&quadratic, &here, shift).g;
        let delta: Vec<f64> = wanted.iter().zip(&here).map(|(w, h)| w - h).collect();
        let decrement = dot(&delta, &matrix.apply(&delta).unwrap_or_default());
        let falls = decrement <= 0.9 * last;
        if decrement <= 1e-24 || decrement <= 1e-16 && !falls {
            end = End::Converged;
            break;
        }
        if iteration == max_iterations {
            break;
        }
        last = decrement;
        let taken = shortened(loss, LEAST, |length| {
            let mut next = b.clone();
            free.iter().zip(&delta).for_each(|(i, d)| next[*i] += length * d);
            let found = pass(rows, classes - 1, &against_first(&next, p))?;
            Ok((charge(&next) - found.log_likelihood, (next, found)))
        })?;
        let Some((_, onward)) = taken else {
            // nothing is gained: what is left is rounding, or coordinate descent did not settle
            end = End::Stalled;
            break;
        };
        (b, now) = onward;
    }
    shift(&mut b[first..]);
    let (g, log_likelihood) = (against_first(&b, p), now.log_likelihood);
    Ok((MultinomialFit { g, covariance: None, end, log_likelihood, trace }, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_penalty_by_hand() {
        let moved = |own: &[f64], l1, l2| {
            let mut own = own.to_vec();
            to_least(&mut own, l1, l2);
            own
        };
        // medians: one; from 0.5 to 4, of which 4 is nearer to the mean 2.375
        assert_eq!(moved(&[1.0, 7.0, 2.0], 1.0, 0.0), [-1.0, 5.0, 0.0]);
        assert_eq!(moved(&[0.0, 5.0, 0.5, 4.0], 1.0, 0.0), [-4.0, 1.0, -3.5, 0.0]);
        // squares alone: the mean; both: 2t - 10 = 0 between two; 3t - 9 + 4 (below - above) jumps over 0 at 2
        assert_eq!(moved(&[1.0, 2.0, 6.0], 0.0, 1.0), [-2.0, -1.0, 3.0]);
        assert_eq!(moved(&[0.0, 10.0], 1.0, 1.0), [-5.0, 5.0]);
        assert_eq!(moved(&[1.0, 2.0, 6.0], 4.0, 1.0), [-1.0, 0.0, 4.0]);
    }
}
