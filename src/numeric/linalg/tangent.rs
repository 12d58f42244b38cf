//! What is orthogonal to one vector.

use super::unit;
use crate::numeric::sum::dot;

/// An orthonormal basis of the complement of `v`: \[n\], as n - 1 vectors of n entries. `None` where `v` is 0 or not finite.
///
/// The reflection that takes v/|v| to its longest axis takes the other axes to the basis: no Gram-Schmidt, so the vectors
/// are orthogonal to an ulp or two whatever v is. Golub and Van Loan 2013, 5.1.
pub fn tangent_basis(v: &[f64]) -> Option<Vec<Vec<f64>>> {
    let u = unit(v)?;
    let mut axis = 0;
    for (i, x) in u.iter().enumerate() {
        if x.abs() > u[axis].abs() {
            axis = i;
        }
    }
    // w = u + sign(u_axis) e_axis; H = 1 - 2 w w^T/|w|^2, and |w|^2 = 2 (1 + |u_axis|)
    let mut w = u;
    w[axis] += 1f64.copysign(w[axis]);
    let half_square = dot(&w, &w) / 2.0;
    let image = |j: usize| {
        let factor = w[j] / half_square;
        (0..w.len()).map(|i| if i == j { 1.0 - factor * w[i] } else { -factor * w[i] }).collect()
    };
    Some((0..w.len()).filter(|&j| j != axis).map(image).collect())
}
