//! The gamma distribution.

use super::{Distribution, excess};
use crate::numeric::elementary::{digamma, lgamma, log1p, polygamma};
use crate::numeric::linalg::Matrix;

/// Shape a and rate b: F = [[psi'(a), -1/b], [-1/b, a/b^2]].
pub static ENTRY: Distribution = Distribution {
    name: "gamma",
    doc: "A gamma distribution by `shape` and `rate`.",
    parameters: &["shape", "rate"],
    list: false,
    fisher: |p| {
        let (a, b) = (p[0], p[1]);
        let mut f = Matrix::zeros(2, 2);
        f[(0, 0)] = polygamma(1.0, a);
        f[(0, 1)] = -1.0 / b;
        f[(1, 0)] = -1.0 / b;
        f[(1, 1)] = a / (b * b);
        f
    },
    divergence: |p, q| {
        let (a, b) = (p[0], p[1]);
        let step = q[0] - a;
        let u = (q[1] - b) / b;
        // lgamma(a + h) - lgamma(a) - h psi(a), and what the rates add
        shape_part(a, step) - step * log1p(u) + a * excess(u)
    },
    fault: |p| if p[0] > 0.0 && p[1] > 0.0 { None } else { Some("shape > 0 and rate > 0") },
};

/// lgamma(a + h) - lgamma(a) - h psi(a): by its series where the difference would cancel.
fn shape_part(a: f64, h: f64) -> f64 {
    if h.abs() > 0.02 * a {
        return lgamma(a + h) - lgamma(a) - h * digamma(a);
    }
    // sum of psi^(k-1)(a) h^k/k!; the terms fall like (h/a)^k
    let (mut term, mut sum) = (h, 0.0);
    for k in 2..12 {
        term *= h / f64::from(k);
        sum += term * polygamma(f64::from(k - 1), a);
    }
    sum
}
