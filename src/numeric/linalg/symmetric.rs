//! Eigenvalues and eigenvectors of symmetric matrices.

use super::vector::inverse_scale;
use super::{LinalgError, Matrix};
use crate::numeric::sum::Sum;

/// A = V diag(values) V^T, eigenvalues ascending.
///
/// Cyclic Jacobi (Rutishauser 1966, as in Golub and Van Loan 2013, 8.5): errors of a few ulps of the norm, and where the
/// matrix is graded, D A0 D with a well-conditioned A0, of a few ulps of each eigenvalue itself (Demmel and Veselic 1992),
/// which tridiagonal methods lose. Work grows with n^3, about 20 times a product of matrices.
#[derive(Clone, Debug, PartialEq)]
pub struct Symmetric {
    /// The eigenvalues: \[n\], ascending.
    pub values: Vec<f64>,
    /// Row i is the unit eigenvector of `values[i]`, its largest component positive: \[n, n\].
    pub vectors: Matrix,
}

/// More sweeps than any matrix is known to need (six to ten up to order 1000).
const MAX_SWEEPS: usize = 60;

impl Symmetric {
    /// Factors `a`: \[n, n\], of which the upper triangle is read. Fails with `NotFinite`, `Shape`, `NotSettled`.
    pub fn factor(a: &Matrix) -> Result<Self, LinalgError> {
        let n = a.order()?;
        a.finite()?;
        // a power of two brings the largest entry near 1: rotations form squares
        let largest = a.max_abs();
        let scale = if largest == 0.0 { 1.0 } else { inverse_scale(largest) };
        let mut work = Matrix::from_fn(n, n, |i, j| if i <= j { a[(i, j)] * scale } else { a[(j, i)] * scale });
        let mut vectors = Matrix::identity(n); // rows
        let mut sweeps = 0;
        while sweep(&mut work, &mut vectors) {
            sweeps += 1;
            if sweeps == MAX_SWEEPS {
                return Err(LinalgError::NotSettled { rows: n, sweeps });
            }
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| work[(i, i)].total_cmp(&work[(j, j)])); // stable: equal ones keep the axes' order
        let values = order.iter().map(|&i| work[(i, i)] / scale).collect();
        let mut sorted = Matrix::zeros(n, n);
        for (to, &from) in order.iter().enumerate() {
            let row = vectors.row(from);
            let mut longest = 0;
            for j in 1..n {
                // a margin, so that the sign of (1, -1)/sqrt 2 does not hang on an ulp
                if row[j].abs() > row[longest].abs() * (1.0 + 1e-8) {
                    longest = j;
                }
            }
            let sign = 1f64.copysign(row[longest]);
            for j in 0..n {
                sorted[(to, j)] = sign * row[j];
            }
        }
        Ok(Symmetric { values, vectors: sorted })
    }

    /// x with A x = b, `b`: \[n\]. Fails with `Singular` where an eigenvalue is 0, with `Shape`.
    pub fn solve(&self, b: &[f64]) -> Result<Vec<f64>, LinalgError> {
        let mut along = self.vectors.apply(b)?;
        for (i, value) in self.values.iter().enumerate() {
            if *value == 0.0 {
                return Err(LinalgError::Singular { pivot: i });
            }
            along[i] /= value;
        }
        self.vectors.transpose().apply(&along)
    }

    /// V diag(values) V^T.
    pub fn reconstruct(&self) -> Matrix {
        let (n, v) = (self.values.len(), &self.vectors);
        Matrix::from_fn(n, n, |i, j| (0..n).map(|k| self.values[k] * v[(k, i)] * v[(k, j)]).collect::<Sum>().value())
    }

    /// max |eigenvalue| / min |eigenvalue|: see [`condition_number`].
    pub fn condition_number(&self) -> f64 {
        condition_number(&self.values)
    }
}

/// The condition number of a symmetric matrix in the 2-norm from its eigenvalues: max |v| / min |v|, infinite where one is
/// 0, NaN where there is none or one is NaN.
pub fn condition_number(eigenvalues: &[f64]) -> f64 {
    let largest = super::vector::max_abs(eigenvalues);
    let smallest = eigenvalues.iter().fold(f64::INFINITY, |s, v| if v.abs() < s { v.abs() } else { s });
    match () {
        () if eigenvalues.is_empty() || largest.is_nan() => f64::NAN,
        () if smallest == 0.0 => f64::INFINITY,
        () => largest / smallest,
    }
}

/// One rotation for every pair (p, q) that is not small beside its diagonal; whether there was any.
fn sweep(a: &mut Matrix, vectors: &mut Matrix) -> bool {
    let n = a.rows;
    let mut rotated = false;
    for p in 0..n {
        for q in p + 1..n {
            let apq = a[(p, q)];
            let (app, aqq) = (a[(p, p)], a[(q, q)]);
            // relative to the geometric mean of the diagonal: this is what keeps tiny eigenvalues of graded matrices
            let mean = app.abs().sqrt() * aqq.abs().sqrt();
            // 2^-54; and nothing below 2^-200 of the norm is worth a rotation (a zero diagonal would never be satisfied)
            if apq.abs() <= mean * 5.6e-17 || apq.abs() < 6e-61 {
                a[(p, q)] = 0.0;
                a[(q, p)] = 0.0;
                continue;
            }
            rotated = true;
            rotate(a, vectors, p, q);
        }
    }
    rotated
}

/// The rotation in the plane (p, q) that makes a_pq 0.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let apq = a[(p, q)];
    let theta = (a[(q, q)] - a[(p, p)]) / (2.0 * apq);
    // the smaller root of t^2 + 2 theta t = 1; theta^2 may overflow
    let t = if theta.abs() > 1e150 {
        0.5 / theta
    } else {
        1f64.copysign(theta) / (theta.abs() + (theta * theta + 1.0).sqrt())
    };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    let tau = s / (1.0 + c);
    a[(p, p)] -= t * apq;
    a[(q, q)] += t * apq;
    a[(p, q)] = 0.0;
    a[(q, p)] = 0.0;
    // x - s (y + tau x), y + s (x - tau y): corrections to the old values, which round less than c x - s y
    let turn = |x: f64, y: f64| (x - s * (y + tau * x), y + s * (x - tau * y));
    for k in 0..a.rows {
        if k != p && k != q {
            let (x, y) = turn(a[(p, k)], a[(q, k)]);
            a[(p, k)] = x;
            a[(k, p)] = x;
            a[(q, k)] = y;
            a[(k, q)] = y;
        }
        let (x, y) = turn(vectors[(p, k)], vectors[(q, k)]);
        vectors[(p, k)] = x;
        vectors[(q, k)] = y;
    }
}
