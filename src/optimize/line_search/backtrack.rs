//! Backtracking along the projected direction until f has fallen enough.

use super::evaluate;
use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Iterate};

/// What f is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// f at the start of the step, or the largest of the last ones (Grippo, Lampariello and Lucidi 1986).
    pub value: f64,
    /// c in f(x(a)) <= value + c g'(x(a) - x).
    pub c: f64,
}

/// Fewer than this many halvings: 2^-60 of a step is none.
const MOST: u32 = 60;

/// The largest a in first, first/2, ... with f(P(x + a d)) <= value + c g'(P(x + a d) - x); `next` is evaluated there.
/// `None` where there is none. Bertsekas 1976 for the projection.
pub fn backtrack(
    at: &Iterate,
    direction: &[f64],
    first: f64,
    reference: Reference,
    next: &mut Iterate,
    around: &mut Around,
) -> Result<Option<f64>, EvaluationError> {
    let mut a = first;
    for _ in 0..MOST {
        evaluate(at, direction, a, next, around)?;
        let slope: f64 = at.gradient.iter().zip(next.x.iter().zip(&at.x)).map(|(g, (to, from))| g * (to - from)).sum();
        let finite = next.value.is_finite() && next.gradient.iter().all(|g| g.is_finite());
        if finite && next.value <= reference.value + reference.c * slope && (slope < 0.0 || next.value < at.value) {
            return Ok(Some(a));
        }
        a *= 0.5;
    }
    Ok(None)
}
