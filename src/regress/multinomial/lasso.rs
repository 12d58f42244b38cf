//! Lasso and elastic net of several classes, as glmnet (`grouped = FALSE`) and scikit-learn have them: every class has coefficients b_c,
//! all are penalised alike, and the likelihood knows their differences alone, so that the penalty chooses what they are differences from
//! (Friedman, Hastie and Tibshirani 2010, 4.1). Newton's steps, each by coordinate descent.

use super::super::RegressError;
use super::super::glm::{End, Mark};
use super::super::penalty::{Quadratic, minimise};
use super::super::rows::Rows;
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

/// Moves column `j` of all classes by one number where absolute values alone pull: any median does as well there, and of an even number
/// of classes there are many. The one of its ends that is nearer to the mean leaves a class at 0.
fn to_median(b: &mut [f64], p: usize, j: usize) {
    let mut own: Vec<f64> = b.iter().skip(j).step_by(p).copied().collect();
    let classes = own.len();
    let mean = own.iter().sum::<f64>() / classes as f64;
    own.sort_by(f64::total_cmp);
    let (low, high) = (own[(classes - 1) / 2], own[classes / 2]);
    let by = if mean - low <= high - mean { low } else { high };
    b.iter_mut().skip(j).step_by(p).for_each(|b| *b -= by);
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
    let weight = rows.count().1;
    // the first class's intercept, which nothing holds, stays
    let free: Vec<usize> = (usize::from(rows.like.intercept)..n).collect();
    let of = |l: &[f64]| free.iter().map(|i| l[i % p]).collect::<Vec<f64>>();
    let (free_l2, free_l1) = (of(l2), of(l1));
    let charge =
        |b: &[f64]| -> f64 { b.iter().enumerate().map(|(i, b)| 0.5 * l2[i % p] * b * b + l1[i % p] * b.abs()).sum() };
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
        let wanted = minimise(&Quadratic { matrix: &matrix, right: &right, l1: &free_l1, l2: &free_l2 }, &here).g;
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
        let mut length = 1.0;
        let mut next = b.clone();
        loop {
            free.iter().zip(&delta).for_each(|(i, d)| next[*i] = b[*i] + length * d);
            let found = pass(rows, classes - 1, &against_first(&next, p))?;
            if charge(&next) - found.log_likelihood <= loss + 1e-10 * (loss.abs() + 1.0) {
                (b, now) = (next, found);
                break;
            }
            length *= 0.5;
            if length < 1e-10 {
                // nothing is gained: what is left is rounding, or coordinate descent did not settle
                end = End::Stalled;
                break;
            }
        }
        if end == End::Stalled {
            break;
        }
    }
    (0..p).filter(|&j| l1[j] > 0.0 && l2[j] == 0.0).for_each(|j| to_median(&mut b, p, j));
    let (g, log_likelihood) = (against_first(&b, p), now.log_likelihood);
    Ok((MultinomialFit { g, covariance: None, end, log_likelihood, trace }, b))
}
