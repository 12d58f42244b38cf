//! The same least squares fit by other means, for teaching and for comparison: Householder's QR, the normal equations in
//! plain f64, gradient descent.

use super::glm::Mark;
use super::gram::Gram;
use super::{Block, RegressError};
use crate::numeric::linalg::{Cholesky, LinalgError, Matrix, Qr, Symmetric, norm2};
use crate::numeric::sum::dot;

/// Least squares by Householder's QR of the columns as they stand, in f64, refined with residuals in double-double (Bjoerck
/// 1967). Estimates, intercept first. Fails with `NoRows` where there are fewer rows than columns or they depend on each other.
pub fn qr(blocks: &[Block<'_>], intercept: bool) -> Result<Vec<f64>, RegressError> {
    let first = usize::from(intercept);
    let n = blocks.first().map_or(0, |b| b.x.len()) + first;
    let mut data = Vec::new();
    for block in blocks {
        for i in 0..block.rows {
            let root = block.weights.as_ref().map_or(1.0, |w| w.hi[i].sqrt());
            if intercept {
                data.push(root);
            }
            data.extend(block.x.iter().map(|c| c.hi[i] * root));
        }
    }
    let rows = data.len().checked_div(n).unwrap_or(0);
    let matrix = Matrix { rows, cols: n, data };
    let factor = Qr::factor(&matrix).map_err(|_| RegressError::NoRows)?;
    let mut b = vec![0.0; n];
    let mut last = f64::INFINITY;
    for _ in 0..10 {
        let mut residuals = Vec::with_capacity(rows);
        for block in blocks {
            for i in 0..block.rows {
                let mut r = block.y.at(i);
                if let Some(offset) = &block.offset {
                    r = r - offset.at(i);
                }
                if intercept {
                    r = r + -b[0];
                }
                for (column, b) in block.x.iter().zip(&b[first..]) {
                    r = r - column.at(i) * *b;
                }
                residuals.push(r.hi * block.weights.as_ref().map_or(1.0, |w| w.hi[i].sqrt()));
            }
        }
        let step = factor.solve(&residuals).map_err(|_| RegressError::NoRows)?;
        let size = norm2(&step);
        if !(size < 0.5 * last) {
            break; // no longer refines
        }
        b.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        last = size;
    }
    Ok(b)
}

/// X^T X w = X^T y in plain f64.
#[derive(Clone, Debug)]
pub struct Normal {
    /// X^T X: \[n, n\].
    pub xtx: Matrix,
    /// X^T y: \[n\].
    pub xty: Vec<f64>,
    /// y^T y.
    pub yty: f64,
}

/// Where gradient descent came to.
#[derive(Clone, Debug)]
pub struct Descent {
    /// The coefficients.
    pub w: Vec<f64>,
    /// The rate.
    pub rate: f64,
    /// Steps taken.
    pub iterations: u64,
    /// loss = |X w - y|^2 / 2, gradient norm.
    pub trace: Vec<Mark>,
    /// What kept it from the minimum: the word of the answer, and of the status.
    pub failure: Option<(&'static str, &'static str)>,
}

impl Normal {
    /// From sums over the table's columns.
    pub fn of(gram: &Gram) -> Normal {
        let raw = gram.unshifted();
        let n = raw.order() - 1;
        Normal {
            xtx: Matrix::from_fn(n, n, |i, j| raw.at(i, j).hi),
            xty: (0..n).map(|i| raw.at(i, n).hi).collect(),
            yty: raw.at(n, n).hi,
        }
    }

    /// The solution by Cholesky's factor. Fails with `NotPositiveDefinite`.
    pub fn solve(&self) -> Result<Vec<f64>, LinalgError> {
        Cholesky::factor(&self.xtx)?.solve(&self.xty)
    }

    /// w <- w - rate X^T (X w - y) from w = 0, until the gradient is 1e-12 of X^T y. Without a rate: 2/(largest + smallest
    /// eigenvalue of X^T X), the best constant one.
    pub fn descend(&self, rate: Option<f64>, max_iterations: u64) -> Descent {
        let n = self.xty.len();
        let rate = rate.unwrap_or_else(|| match Symmetric::factor(&self.xtx) {
            Ok(s) if n > 0 => 2.0 / (s.values[n - 1] + s.values[0].abs()),
            _ => f64::NAN,
        });
        let goal = 1e-12 * norm2(&self.xty);
        let mut w = vec![0.0; n];
        let mut trace = Vec::new();
        let mut failure = Some(("max-iterations", "max_iterations"));
        let mut iterations = 0;
        let begin = self.yty;
        loop {
            let image = self.xtx.apply(&w).unwrap_or_default();
            let gradient: Vec<f64> = image.iter().zip(&self.xty).map(|(a, b)| a - b).collect();
            let loss = 0.5 * (self.yty + dot(&w, &image) - 2.0 * dot(&w, &self.xty));
            let gradient_norm = norm2(&gradient);
            if iterations < 10_000 || iterations % 1000 == 0 {
                trace.push(Mark { iteration: iterations, loss, gradient_norm });
            }
            if gradient_norm <= goal {
                failure = None;
                break;
            }
            if !(loss <= 1e10 * (begin + 1.0)) {
                failure = Some(("diverged", "diverged"));
                break;
            }
            if iterations == max_iterations {
                break;
            }
            w.iter_mut().zip(&gradient).for_each(|(w, g)| *w -= rate * g);
            iterations += 1;
        }
        Descent { w, rate, iterations, trace, failure }
    }
}
