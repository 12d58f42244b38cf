//! Flags that a run has no use for, named one by one: passed over in silence they would seem to be obeyed.

use super::options::RegressOptions;
use super::problem::PlanError;
use crate::commands::request::Request;
use crate::error::Located;
use serde_json::Value;

/// The first option that is not as in `plain`: `test_fraction`.
pub fn first_other(options: &RegressOptions, plain: &RegressOptions) -> Option<String> {
    let map = |options: &RegressOptions| match serde_json::to_value(options) {
        Ok(Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let plain = map(plain);
    map(options).into_iter().find(|(key, value)| plain.get(key) != Some(value)).map(|(key, _)| key)
}

/// That the option does not go with something, at its value.
pub fn refused(request: &Request<RegressOptions>, key: &str, with: &str) -> Located {
    let flag = match key {
        "files" => "a further file".to_string(),
        key => format!("--{}", key.replace('_', "-")),
    };
    // of a list the first item has a place
    request.locate(&format!("regress.{key}.0"), PlanError::Useless { flag, with: with.into() })
}
