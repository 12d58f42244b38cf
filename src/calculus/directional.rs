//! Directional derivatives, twice: as the dot product with the gradient, and as the limit that defines them.
//!
//! The two agree where f is differentiable, and only there need they. Uses the limits and `numeric`.

use super::limits::{Side, one_sided};
use crate::numeric::elementary::atan2;
use crate::numeric::linalg::norm2;
use crate::objective::Formula;

/// A direction, normalised, with what f does along it.
#[derive(Clone, Debug, PartialEq)]
pub struct Directional {
    /// The unit vector: `[n]`.
    pub direction: Vec<f64>,
    /// gradient . v, or NaN where a partial that it needs does not exist.
    pub derivative: f64,
    /// The two-sided limit of (f(x + h v) - f(x))/h, where it exists.
    pub limit: Option<f64>,
    /// A bound for the error of the limit.
    pub limit_error: f64,
    /// What keeps the limit from existing.
    pub failure: Option<String>,
    /// Whether the dot product is the limit, to within its error.
    pub agrees: bool,
    /// The angle to the gradient in degrees, where the gradient is not 0.
    pub angle_degrees: Option<f64>,
}

/// The derivative along `direction` (a unit vector) at the point given by all graph inputs.
pub fn directional(f: &Formula, inputs: &[f64], gradient: &[f64], direction: &[f64]) -> Directional {
    let mut derivative = 0.0;
    for (&g, &v) in gradient.iter().zip(direction) {
        if v != 0.0 {
            derivative += g * v;
        }
    }
    let back: Vec<f64> = direction.iter().map(|v| -v).collect();
    let ahead = one_sided(f, inputs, direction);
    let behind = one_sided(f, inputs, &back).negated();
    let scale = norm2(gradient);
    let mut found = Directional {
        direction: direction.to_vec(),
        derivative,
        limit: None,
        limit_error: f64::NAN,
        failure: None,
        agrees: false,
        angle_degrees: (scale > 0.0 && scale.is_finite()).then(|| angle_degrees(gradient, direction)),
    };
    match (ahead, behind) {
        (Side::Slope { value: a, error: ea }, Side::Slope { value: b, error: eb }) => {
            let size = if a.abs() > b.abs() { a.abs() } else { b.abs() };
            if (a - b).abs() <= 4.0 * (ea + eb) + 1e-9 * size {
                let (limit, error) = if ea <= eb { (a, ea) } else { (b, eb) };
                found.limit = Some(limit);
                found.limit_error = error;
                let tolerance = 4.0 * error + 1e-7 * if size > scale { size } else { scale };
                // a NaN compares false: no derivative, no agreement
                found.agrees = (derivative - limit).abs() <= tolerance;
            } else {
                found.failure = Some(format!("the slope is {b} behind and {a} ahead"));
            }
        }
        (ahead, behind) => {
            let word = |s| match s {
                Side::Slope { .. } => "has a slope",
                Side::Jump => "jumps",
                Side::Vertical => "is infinitely steep",
                Side::Outside => "is not defined",
                Side::Unclear => "has quotients that do not settle",
            };
            found.failure = Some(format!("f {} ahead and {} behind", word(ahead), word(behind)));
        }
    }
    found
}

/// The unit vector along `v`, or `None` where `v` is 0 or not finite.
pub fn unit(v: &[f64]) -> Option<Vec<f64>> {
    let norm = norm2(v);
    if !(norm > 0.0 && norm.is_finite()) {
        return None;
    }
    Some(v.iter().map(|x| x / norm).collect())
}

/// The angle between two vectors, right also where it is small (Kahan 2006, "How Futile are Mindless Assessments of
/// Roundoff", section 12): 2 atan2(| |v|u - |u|v |, | |v|u + |u|v |).
pub fn angle_degrees(u: &[f64], v: &[f64]) -> f64 {
    let (Some(u), Some(v)) = (unit(u), unit(v)) else { return f64::NAN };
    let difference: Vec<f64> = u.iter().zip(&v).map(|(a, b)| a - b).collect();
    let sum: Vec<f64> = u.iter().zip(&v).map(|(a, b)| a + b).collect();
    (2.0 * atan2(norm2(&difference), norm2(&sum))).to_degrees()
}
