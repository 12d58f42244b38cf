//! The normal distribution.

use super::{Distribution, excess};
use crate::numeric::linalg::Matrix;

/// Mean and standard deviation: F = diag(1/sd^2, 2/sd^2).
pub static ENTRY: Distribution = Distribution {
    name: "normal",
    doc: "A normal distribution by `mean` and `sd`.",
    parameters: &["mean", "sd"],
    list: false,
    fisher: |p| {
        let variance = p[1] * p[1];
        let mut f = Matrix::zeros(2, 2);
        f[(0, 0)] = 1.0 / variance;
        f[(1, 1)] = 2.0 / variance;
        f
    },
    divergence: |p, q| {
        // ln(s1/s0) + (s0^2 + (m0 - m1)^2)/(2 s1^2) - 1/2
        let ratio = p[1] / q[1];
        let shift = (p[0] - q[0]) / q[1];
        // r^2 - 1 without cancellation
        let u = (ratio - 1.0) * (ratio + 1.0);
        0.5 * (excess(u) + shift * shift)
    },
    fault: |p| if p[1] > 0.0 { None } else { Some("sd > 0") },
};
