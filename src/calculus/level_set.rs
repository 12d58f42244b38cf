//! The level set {f = c} through a point: what is tangent to it. Uses `numeric::linalg`.

use crate::numeric::linalg::tangent_basis;
use crate::numeric::sum::dot;

/// The level set's tangent space at a point where the gradient is not 0.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelSet {
    /// n - 1 orthonormal vectors: `[n - 1][n]`.
    pub tangent_basis: Vec<Vec<f64>>,
    /// The largest |gradient . t| over the basis: 0 up to rounding.
    pub max_abs_dot: f64,
    /// In the plane: dy/dx = -(df/dx)/(df/dy); `None` where df/dy is 0, or in other dimensions.
    pub slope: Option<f64>,
}

/// The tangent space for `gradient`: \[n\]. `None` where the gradient is 0 or does not exist: the level set need not be
/// smooth there (implicit function theorem).
pub fn level_set(gradient: &[f64]) -> Option<LevelSet> {
    let basis = tangent_basis(gradient)?;
    let mut largest = 0.0;
    for t in &basis {
        let d = dot(gradient, t).abs();
        if d > largest || d.is_nan() {
            largest = d;
        }
    }
    let slope = match gradient {
        [fx, fy] if *fy != 0.0 => Some(-fx / fy),
        _ => None,
    };
    Some(LevelSet { tangent_basis: basis, max_abs_dot: largest, slope })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ellipse_of_the_article() {
        // f = x^2 + 4 y^2 at (2, 1): the tangent is along (2, -1)
        let found = level_set(&[4.0, 8.0]).unwrap();
        assert_eq!(found.slope, Some(-0.5));
        let t = &found.tangent_basis[0];
        assert!((t[0] + 2.0 * t[1]).abs() < 1e-15 && (t[0] * t[0] + t[1] * t[1] - 1.0).abs() < 1e-15);
        assert!(found.max_abs_dot < 1e-14);
    }

    #[test]
    fn no_gradient_no_tangent_space() {
        assert_eq!(level_set(&[0.0, 0.0]), None);
        assert_eq!(level_set(&[f64::NAN, 1.0]), None);
        assert_eq!(level_set(&[1.0, 0.0]).unwrap().slope, None);
        assert!(level_set(&[3.0]).unwrap().tangent_basis.is_empty());
    }
}
