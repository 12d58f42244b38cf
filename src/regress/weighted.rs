//! Weighted sums over the columns of a chunk of rows, on the widest registers there are, with the same bits on all.

use super::rows::Part;
use crate::numeric::block::{Isa, per_isa};
use crate::numeric::linalg::Matrix;
use crate::optimize::vector::plain_dot;

/// Adds pull^T z to `score`: \[columns\] (none: that is left out), and the upper triangle of z^T W z by rows to `pairs`: \[columns (columns + 1)/2\], over rows
/// `from..to`; `pull` and `weights`: \[to - from\].
pub fn score_and_information(
    part: &Part,
    from: usize,
    to: usize,
    pull: &[f64],
    weights: &[f64],
    score: &mut [f64],
    pairs: &mut [f64],
) {
    let z: Vec<&[f64]> = part.z.iter().map(|z| &z[from..to]).collect();
    score_and_products(&z, pull, weights, score, pairs);
}

/// The same of columns that are chosen: \[columns\]\[rows\].
pub fn score_and_products(z: &[&[f64]], pull: &[f64], weights: &[f64], score: &mut [f64], pairs: &mut [f64]) {
    sums(Isa::detect(), z, pull, weights, score, pairs);
}

/// Adds pull^T z to `score` and the diagonal of z^T W z to `squares`: \[columns\] each, or none of those.
pub fn score_and_squares(z: &[&[f64]], pull: &[f64], weights: &[f64], score: &mut [f64], squares: &mut [f64]) {
    squares_of(Isa::detect(), z, pull, weights, score, squares);
}

/// The symmetric matrix of an upper triangle by rows.
pub fn symmetric(pairs: &[f64], p: usize) -> Matrix {
    let mut matrix = Matrix::zeros(p, p);
    let mut at = 0;
    for i in 0..p {
        for j in i..p {
            matrix[(i, j)] = pairs[at];
            matrix[(j, i)] = pairs[at];
            at += 1;
        }
    }
    matrix
}

per_isa! {
    fn sums(z: &[&[f64]], pull: &[f64], weights: &[f64], score: &mut [f64], pairs: &mut [f64]) {
        let mut weighted = vec![0.0; weights.len()];
        let mut at = 0;
        for (i, z_i) in z.iter().enumerate() {
            if let Some(score) = score.get_mut(i) {
                *score += plain_dot(pull, z_i);
            }
            weighted.iter_mut().zip(weights).zip(*z_i).for_each(|((o, w), z)| *o = w * z);
            for z_j in &z[i..] {
                pairs[at] += plain_dot(&weighted, z_j);
                at += 1;
            }
        }
    }
}

per_isa! {
    fn squares_of(z: &[&[f64]], pull: &[f64], weights: &[f64], score: &mut [f64], squares: &mut [f64]) {
        let mut weighted = vec![0.0; weights.len()];
        for (k, (z, score)) in z.iter().zip(score).enumerate() {
            *score += plain_dot(pull, z);
            if let Some(square) = squares.get_mut(k) {
                weighted.iter_mut().zip(weights).zip(*z).for_each(|((o, w), z)| *o = w * z);
                *square += plain_dot(&weighted, z);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_whole_numbers_for_every_instruction_set() {
        // small integers: plain sums are exact
        let n = 77;
        let z: Vec<Vec<f64>> = (0..6).map(|k| (0..n).map(|i| ((i * (k + 3)) % 17) as f64 - 8.0).collect()).collect();
        let (pull, weights): (Vec<f64>, Vec<f64>) = (0..n).map(|i| ((i % 5) as f64, (i % 7) as f64)).unzip();
        let (mut score, mut pairs) = (vec![1.0; 6], vec![2.0; 21]);
        let part = Part { rows: n, z: z.clone(), y: Vec::new(), w: Vec::new(), offset: Vec::new(), extra: Vec::new() };
        score_and_information(&part, 0, n, &pull, &weights, &mut score, &mut pairs);
        let mut at = 0;
        for i in 0..6 {
            assert_eq!(score[i], 1.0 + (0..n).map(|r| pull[r] * z[i][r]).sum::<f64>());
            for j in i..6 {
                assert_eq!(pairs[at], 2.0 + (0..n).map(|r| weights[r] * z[i][r] * z[j][r]).sum::<f64>());
                at += 1;
            }
        }
        let refs: Vec<&[f64]> = z.iter().map(Vec::as_slice).collect();
        let (mut a, mut b) = (vec![0.0; 6], vec![0.0; 21]);
        let tenth: Vec<f64> = pull.iter().map(|x| x * 0.1).collect();
        sums(Isa::BASELINE, &refs, &tenth, &tenth, &mut a, &mut b);
        let (mut c, mut d) = (vec![0.0; 6], vec![0.0; 21]);
        score_and_information(&part, 0, n, &tenth, &tenth, &mut c, &mut d);
        assert_eq!((&a, &b), (&c, &d));
        let (mut score, mut squares) = (vec![0.0; 6], vec![0.0; 6]);
        score_and_squares(&refs, &tenth, &tenth, &mut score, &mut squares);
        let diagonal: Vec<f64> = [0, 6, 11, 15, 18, 20].iter().map(|&at| b[at]).collect();
        assert_eq!((score, squares), (a, diagonal));
    }
}
