//! Numbers out of range.

use super::super::options::RegressOptions;
use super::super::problem::PlanError;
use crate::commands::request::Request;
use crate::error::Located;

/// Numbers out of range.
pub fn ranges(request: &Request<RegressOptions>) -> Result<(), Located> {
    let options = &request.options;
    let check = |key: &str, flag, wanted, value: Option<f64>, good: fn(f64) -> bool| match value {
        Some(found) if !good(found) => {
            let found = request.written(key).map_or(found.to_string(), String::from);
            Err(request.locate(key, PlanError::Range { flag, wanted, found }))
        }
        _ => Ok(()),
    };
    let open = |x: f64| x > 0.0 && x < 1.0;
    check("regress.confidence", "--confidence", "between 0 and 1", options.confidence, open)?;
    check("regress.test_fraction", "--test-fraction", "between 0 and 1", options.test_fraction, open)?;
    let positive = |x: f64| x > 0.0 && x.is_finite();
    check("regress.learning_rate", "--learning-rate", "a number above 0", options.learning_rate, positive)
}
