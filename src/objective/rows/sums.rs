//! Small parts of sums over rows.

use crate::numeric::linalg::Matrix;

/// A sum on eight accumulators.
pub(super) fn plain_sum(x: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = x.chunks_exact(8);
    let tail: f64 = chunks.remainder().iter().sum();
    for c in chunks {
        for i in 0..8 {
            sums[i] += c[i];
        }
    }
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + tail
}

/// A symmetric matrix from its lower triangle, row by row.
pub(super) fn fill(matrix: &mut Matrix, lower: &[f64], factor: f64) {
    for i in 0..matrix.rows {
        for j in 0..=i {
            let entry = factor * lower[i * (i + 1) / 2 + j];
            matrix[(i, j)] = entry;
            matrix[(j, i)] = entry;
        }
    }
}
