//! P A = L U for square A.

use super::{LinalgError, Matrix};
use crate::numeric::sum::dot;

/// The factors of Gaussian elimination with partial pivoting. Golub and Van Loan 2013, 3.4.
#[derive(Clone, Debug, PartialEq)]
pub struct Lu {
    /// L below the diagonal (its own diagonal is 1), U on and above it.
    factors: Matrix,
    /// Row i of P A is row `order[i]` of A.
    order: Vec<usize>,
    /// The sign of the permutation.
    parity: f64,
}

impl Lu {
    /// Factors `a`: \[n, n\]. A singular matrix has factors too; solving then fails.
    ///
    /// Fails with `NotFinite`, with `Shape`.
    pub fn factor(a: &Matrix) -> Result<Self, LinalgError> {
        let n = a.order()?;
        a.finite()?;
        let mut factors = a.clone();
        let mut order: Vec<usize> = (0..n).collect();
        let mut parity = 1.0;
        for k in 0..n {
            // the first of the largest, so that ties are decided by the data
            let mut pivot = k;
            for i in k + 1..n {
                if factors[(i, k)].abs() > factors[(pivot, k)].abs() {
                    pivot = i;
                }
            }
            if factors[(pivot, k)] == 0.0 {
                continue;
            }
            if pivot != k {
                factors.swap_rows(pivot, k);
                order.swap(pivot, k);
                parity = -parity;
            }
            for i in k + 1..n {
                let multiple = factors[(i, k)] / factors[(k, k)];
                factors[(i, k)] = multiple;
                if multiple != 0.0 {
                    for j in k + 1..n {
                        factors[(i, j)] -= multiple * factors[(k, j)];
                    }
                }
            }
        }
        Ok(Lu { factors, order, parity })
    }

    /// x with A x = b, `b`: \[n\]. Fails with `Singular` where a pivot is 0, with `Shape`.
    pub fn solve(&self, b: &[f64]) -> Result<Vec<f64>, LinalgError> {
        let f = &self.factors;
        f.fits(f.rows, b.len())?;
        if let Some(pivot) = (0..f.rows).find(|&i| f[(i, i)] == 0.0) {
            return Err(LinalgError::Singular { pivot });
        }
        let mut x: Vec<f64> = self.order.iter().map(|&i| b[i]).collect();
        for i in 0..f.rows {
            x[i] -= dot(&f.row(i)[..i], &x[..i]);
        }
        for i in (0..f.rows).rev() {
            x[i] = (x[i] - dot(&f.row(i)[i + 1..], &x[i + 1..])) / f[(i, i)];
        }
        Ok(x)
    }

    /// P^T L U.
    pub fn reconstruct(&self) -> Matrix {
        let f = &self.factors;
        let n = f.rows;
        let lower = Matrix::from_fn(n, n, |i, j| {
            if i == j {
                1.0
            } else if j < i {
                f[(i, j)]
            } else {
                0.0
            }
        });
        // columns of U as rows
        let upper = Matrix::from_fn(n, n, |j, i| if i <= j { f[(i, j)] } else { 0.0 });
        let mut a = Matrix::zeros(n, n);
        for (i, &row) in self.order.iter().enumerate() {
            for j in 0..n {
                a[(row, j)] = dot(lower.row(i), upper.row(j));
            }
        }
        a
    }

    /// The determinant; it may over- or underflow where its [sign](Lu::determinant_sign) does not.
    pub fn determinant(&self) -> f64 {
        (0..self.factors.rows).fold(self.parity, |product, i| product * self.factors[(i, i)])
    }

    /// -1, 0 or 1.
    pub fn determinant_sign(&self) -> f64 {
        (0..self.factors.rows).fold(self.parity, |sign, i| match self.factors[(i, i)] {
            0.0 => 0.0,
            pivot => sign * 1f64.copysign(pivot),
        })
    }
}
