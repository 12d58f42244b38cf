//! A step, or as much of it as helps: the one loop of all fits that take Newton's steps.

use super::RegressError;

/// What a loss may rise by rounding, in parts of itself and 1.
pub const ROUNDING: f64 = 1e-10;

/// The least part of a step that is worth a look.
pub const LEAST: f64 = 1e-10;

/// What `at` finds, with its loss, at the end of the step, of its half, its quarter, ... down to `least`: the first that is no worse
/// than `loss`; nothing where none is. Fails as `at` does.
pub fn shortened<T>(
    loss: f64,
    least: f64,
    mut at: impl FnMut(f64) -> Result<(f64, T), RegressError>,
) -> Result<Option<(f64, T)>, RegressError> {
    let mut length = 1.0;
    while length >= least {
        let found = at(length)?;
        if found.0 <= loss + ROUNDING * (loss.abs() + 1.0) {
            return Ok(Some(found));
        }
        length *= 0.5;
    }
    Ok(None)
}
