//! The exponential distribution.

use super::{Distribution, excess};
use crate::numeric::linalg::Matrix;

/// The rate: F = 1/rate^2.
pub static ENTRY: Distribution = Distribution {
    name: "exponential",
    doc: "An exponential distribution by its `rate`.",
    parameters: &["rate"],
    list: false,
    fisher: |p| {
        let mut f = Matrix::zeros(1, 1);
        f[(0, 0)] = 1.0 / (p[0] * p[0]);
        f
    },
    // r1/r0 - 1 - ln(r1/r0)
    divergence: |p, q| excess((q[0] - p[0]) / p[0]),
    fault: |p| if p[0] > 0.0 { None } else { Some("rate > 0") },
};
