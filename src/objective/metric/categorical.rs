//! The categorical distribution.

use super::{Distribution, excess};
use crate::numeric::linalg::Matrix;

/// The probabilities of all classes, which sum to 1: sum over k of grad p_k grad p_k'/p_k.
pub static ENTRY: Distribution = Distribution {
    name: "categorical",
    doc: "A categorical distribution by the list of its `probabilities`, which sum to 1.",
    parameters: &["probabilities"],
    list: true,
    fisher: |p| Matrix::from_fn(p.len(), p.len(), |i, j| if i == j { 1.0 / p[i] } else { 0.0 }),
    divergence: |p, q| p.iter().zip(q).map(|(&a, &b)| a * excess((b - a) / a)).sum(),
    fault: |p| {
        let total: f64 = p.iter().sum();
        if !p.iter().all(|&x| x > 0.0) {
            Some("probabilities > 0")
        } else if (total - 1.0).abs() > 1e-9 {
            Some("probabilities that sum to 1")
        } else {
            None
        }
    },
};
