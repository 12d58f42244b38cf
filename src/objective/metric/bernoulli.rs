//! The Bernoulli distribution.

use super::{Distribution, excess};
use crate::numeric::linalg::Matrix;

/// The probability of a success: F = 1/(p(1 - p)).
pub static ENTRY: Distribution = Distribution {
    name: "bernoulli",
    doc: "A Bernoulli distribution by its `probability` of a success.",
    parameters: &["probability"],
    list: false,
    fisher: |p| {
        let mut f = Matrix::zeros(1, 1);
        f[(0, 0)] = 1.0 / (p[0] * (1.0 - p[0]));
        f
    },
    divergence: |p, q| {
        // sum of p ln(p/q): the linear parts of its terms add up to 0
        let (a, b) = (p[0], q[0]);
        a * excess((b - a) / a) + (1.0 - a) * excess((a - b) / (1.0 - a))
    },
    fault: |p| if p[0] > 0.0 && p[0] < 1.0 { None } else { Some("0 < probability < 1") },
};
