//! Whether a method is stuck because f cannot be told any better: then it is at the end, and a good one.

use super::method::{Iterate, Step};
use super::stop::Criterion;

/// A promised decrease of less than this part of |f| is lost in rounding.
pub const NOISE: f64 = 64.0 * f64::EPSILON;

/// What to answer when no step along `direction`, of length `a` at most, lowers f.
pub fn stuck(at: &Iterate, direction: &[f64], a: f64) -> Step {
    let a = if a < 1.0 { a } else { 1.0 };
    let promised = -a * super::vector::dot(&at.gradient, direction);
    settle(at.value, promised)
}

/// What to answer when a model promises a decrease and f does not show it.
pub fn settle(value: f64, promised: f64) -> Step {
    let relative = promised / value.abs();
    if relative.abs() <= NOISE {
        return Step::Settled { criterion: Criterion::Ftol, value: relative.abs(), threshold: NOISE };
    }
    Step::Stuck { why: "no step along the direction lowers f" }
}
