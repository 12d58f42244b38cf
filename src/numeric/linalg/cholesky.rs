//! A = L L^T for positive definite A.

use super::{LinalgError, Matrix};
use crate::numeric::sum::{Sum, dot};

/// The lower triangular factor. Golub and Van Loan 2013, 4.2.
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Factors `a`: \[n, n\], of which the lower triangle is read.
    ///
    /// Fails with `NotPositiveDefinite` at the first pivot that is not above 0, with `NotFinite`, with `Shape`.
    pub fn factor(a: &Matrix) -> Result<Self, LinalgError> {
        let n = a.order()?;
        a.finite()?;
        let mut lower = Matrix::zeros(n, n);
        for j in 0..n {
            for i in j..n {
                let known = dot(&lower.row(i)[..j], &lower.row(j)[..j]);
                let mut rest = Sum::new();
                rest.add(a[(i, j)]);
                rest.add(-known);
                let rest = rest.value();
                if i == j {
                    if !(rest > 0.0) || rest.is_infinite() {
                        return Err(LinalgError::NotPositiveDefinite { pivot: j, value: rest });
                    }
                    lower[(j, j)] = rest.sqrt();
                } else {
                    lower[(i, j)] = rest / lower[(j, j)];
                }
            }
        }
        Ok(Cholesky { lower })
    }

    /// L: \[n, n\].
    pub fn lower(&self) -> &Matrix {
        &self.lower
    }

    /// x with A x = b, `b`: \[n\]. Fails with `Shape`.
    pub fn solve(&self, b: &[f64]) -> Result<Vec<f64>, LinalgError> {
        let l = &self.lower;
        l.fits(l.rows, b.len())?;
        let mut x = b.to_vec();
        for i in 0..l.rows {
            x[i] = (x[i] - dot(&l.row(i)[..i], &x[..i])) / l[(i, i)];
        }
        for i in (0..l.rows).rev() {
            let mut known = Sum::new();
            for k in i + 1..l.rows {
                known.add(l[(k, i)] * x[k]);
            }
            x[i] = (x[i] - known.value()) / l[(i, i)];
        }
        Ok(x)
    }

    /// A^-1: \[n, n\].
    pub fn inverse(&self) -> Matrix {
        let n = self.lower.rows;
        let mut out = Matrix::zeros(n, n);
        for j in 0..n {
            let mut unit = vec![0.0; n];
            unit[j] = 1.0;
            if let Ok(column) = self.solve(&unit) {
                (0..n).for_each(|i| out[(i, j)] = column[i]);
            }
        }
        out
    }

    /// L L^T.
    pub fn reconstruct(&self) -> Matrix {
        let l = &self.lower;
        Matrix::from_fn(l.rows, l.rows, |i, j| dot(l.row(i), l.row(j)))
    }
}
