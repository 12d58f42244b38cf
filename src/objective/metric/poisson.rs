//! The Poisson distribution.

use super::{Distribution, excess};
use crate::numeric::linalg::Matrix;

/// The mean: F = 1/mean.
pub static ENTRY: Distribution = Distribution {
    name: "poisson",
    doc: "A Poisson distribution by its `mean`.",
    parameters: &["mean"],
    list: false,
    fisher: |p| {
        let mut f = Matrix::zeros(1, 1);
        f[(0, 0)] = 1.0 / p[0];
        f
    },
    // m0 ln(m0/m1) - m0 + m1
    divergence: |p, q| p[0] * excess((q[0] - p[0]) / p[0]),
    fault: |p| if p[0] > 0.0 { None } else { Some("mean > 0") },
};
