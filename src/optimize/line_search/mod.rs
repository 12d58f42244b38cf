//! How far to go along a direction. Uses the method's surroundings; evaluates into the next iterate.

mod backtrack;
mod wolfe;

pub use backtrack::{Reference, backtrack};
pub use wolfe::{Wolfe, wolfe};

use super::method::{Around, Iterate};
use crate::objective::{EvaluationError, Objective};

/// Evaluates f and its gradient at x + a d, kept inside the box.
fn evaluate(
    at: &Iterate,
    direction: &[f64],
    a: f64,
    next: &mut Iterate,
    around: &mut Around,
) -> Result<(), EvaluationError> {
    super::vector::along(&at.x, a, direction, &mut next.x);
    around.bounds.project(&mut next.x);
    next.value = around.objective.value_and_gradient(&next.x, &mut next.gradient)?;
    Ok(())
}

/// The strong Wolfe search where the box leaves room for it, else backtracking along the projected direction.
pub fn within(
    at: &Iterate,
    direction: &[f64],
    first: f64,
    conditions: Wolfe,
    next: &mut Iterate,
    around: &mut Around,
) -> Result<Option<f64>, EvaluationError> {
    let room = around.bounds.room(&at.x, direction);
    if room > first {
        return wolfe(at, direction, first, room, conditions, next, around);
    }
    backtrack(at, direction, first, Reference { value: at.value, c: conditions.c1 }, next, around)
}
