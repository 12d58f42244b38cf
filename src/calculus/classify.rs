//! What a critical point is: minimum, maximum, saddle, inflection, or not told by the second derivatives.
//!
//! Uses the objective and `numeric::linalg`. Nocedal and Wright 2006, theorems 2.3 and 2.4; in one variable the first
//! derivative that is not 0 decides.

use crate::engine::Evaluator;
use crate::numeric::linalg::{Matrix, Symmetric, condition_number};
use crate::objective::Formula;

/// The kind of a critical point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Every curvature is positive, or the first derivative that is not 0 is of even order and positive.
    Minimum,
    /// The same with negative.
    Maximum,
    /// Curvatures of both signs.
    Saddle,
    /// One variable, first derivative that is not 0 of odd order.
    Inflection,
    /// The second derivatives do not decide.
    Degenerate,
}

impl Class {
    /// The word for it in results.
    pub fn word(self) -> &'static str {
        match self {
            Class::Minimum => "minimum",
            Class::Maximum => "maximum",
            Class::Saddle => "saddle",
            Class::Inflection => "inflection",
            Class::Degenerate => "degenerate",
        }
    }
}

/// Second-order facts of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Curvature {
    /// Ascending: `[n]`.
    pub eigenvalues: Vec<f64>,
    /// Largest over smallest absolute eigenvalue; infinite for a singular Hessian.
    pub condition_number: f64,
    /// Whether the gradient is 0 up to the rounding of the point's coordinates.
    pub critical: bool,
}

/// One variable: derivatives are taken up to this order before a point is called degenerate.
const HIGHEST_ORDER: usize = 12;

/// Eigenvalues of a finite symmetric `hessian: [n][n]`, its condition number, and whether the point is critical.
pub fn curvature(point: &[f64], gradient: &[f64], hessian: &[Vec<f64>]) -> Option<Curvature> {
    if hessian.iter().flatten().any(|h| !h.is_finite()) {
        return None;
    }
    let eigenvalues = Symmetric::factor(&Matrix::from_rows(hessian).ok()?).ok()?.values;
    let condition_number = condition_number(&eigenvalues);
    // the gradient that rounding the coordinates alone can cause: |H| |x| eps, a few times
    let reach = |row: &Vec<f64>| row.iter().zip(point).map(|(h, x)| (h * x).abs()).sum::<f64>();
    let critical = gradient.iter().zip(hessian).all(|(g, row)| g.abs() <= 16.0 * f64::EPSILON * reach(row));
    Some(Curvature { eigenvalues, condition_number, critical })
}

/// The class of a critical point of `f` at the given graph inputs.
pub fn classify(f: &Formula, inputs: &[f64], eigenvalues: &[f64]) -> Class {
    if let [second] = eigenvalues
        && *second == 0.0
    {
        return by_higher_derivatives(f, inputs);
    }
    let most = eigenvalues.iter().fold(0.0, |m: f64, e| if e.abs() > m { e.abs() } else { m });
    let zero = eigenvalues.len() as f64 * f64::EPSILON * most;
    let (up, down) = (eigenvalues.iter().any(|&e| e > zero), eigenvalues.iter().any(|&e| e < -zero));
    let flat = eigenvalues.iter().any(|e| e.abs() <= zero);
    match (up, down, flat) {
        (true, true, _) => Class::Saddle,
        (true, false, false) => Class::Minimum,
        (false, true, false) => Class::Maximum,
        _ => Class::Degenerate,
    }
}

/// x^3 is an inflection and x^4 a minimum: the first derivative that is not 0 decides by its order and sign.
fn by_higher_derivatives(f: &Formula, inputs: &[f64]) -> Class {
    let mut f = f.clone();
    let variable = f.variables[0];
    let mut node = f.gradient[0];
    for order in 2..=HIGHEST_ORDER {
        node = f.partial(node, variable);
        let value = Evaluator::new(&f.graph, inputs).value(node);
        if value.is_nan() {
            return Class::Degenerate;
        }
        if value != 0.0 {
            return match (order % 2 == 0, value > 0.0) {
                (true, true) => Class::Minimum,
                (true, false) => Class::Maximum,
                _ => Class::Inflection,
            };
        }
    }
    Class::Degenerate
}
