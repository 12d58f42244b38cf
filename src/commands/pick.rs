//! `--print KEY`: one value of the result, bare, for `$(...)`.

use super::json::compact;
use crate::error::{Diagnose, Exit, Located, nearest};
use crate::report::shortest;
use crate::spec::listed;
use serde_json::Value;

/// A key that the result does not have.
#[derive(Debug, thiserror::Error)]
#[error("the result has no key `{key}`: {stopped}")]
pub struct NoSuchKey {
    key: String,
    stopped: String,
    help: Option<String>,
}

impl Diagnose for NoSuchKey {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        self.help.clone()
    }
}

/// The text of the value at `points.0.gradient.x`: numbers as short as they go, strings bare, the rest as JSON.
pub fn pick(result: &Value, key: &str) -> Result<String, Located> {
    let mut at = result;
    let mut walked = String::new();
    for step in key.split('.') {
        let next = match at {
            Value::Object(map) => map.get(step),
            Value::Array(items) => step.parse::<usize>().ok().and_then(|i| items.get(i)),
            _ => None,
        };
        let place = if walked.is_empty() { "the top level".to_string() } else { format!("`{walked}`") };
        let Some(next) = next else { return Err(Located::new(missing(key, step, &place, at))) };
        at = next;
        walked = if walked.is_empty() { step.to_string() } else { format!("{walked}.{step}") };
    }
    Ok(match at {
        Value::String(s) => s.clone(),
        Value::Number(n) if n.is_f64() => n.as_f64().map_or(String::new(), shortest),
        other => compact(other),
    })
}

fn missing(key: &str, step: &str, place: &str, at: &Value) -> NoSuchKey {
    let (stopped, help) = match at {
        Value::Object(map) => {
            let keys = || map.keys().map(String::as_str);
            let near = nearest(step, keys()).map(|n| format!("did you mean `{n}`?"));
            // Ten thousand variables are no list to read.
            let some = if map.len() > 40 { format!("{}, ...", listed(keys().take(40))) } else { listed(keys()) };
            let all = (!map.is_empty()).then(|| format!("there is {some}"));
            (format!("nothing is called `{step}` in {place}"), near.or(all))
        }
        Value::Array(items) if items.is_empty() => (format!("{place} has no entries"), None),
        Value::Array(items) => {
            let last = items.len() - 1;
            (format!("`{step}` is no entry of {place}"), Some(format!("its entries are 0 to {last}")))
        }
        _ => (format!("{place} has nothing inside"), None),
    };
    NoSuchKey { key: key.to_string(), stopped, help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_bare() {
        let result = json!({"point": {"x": 6.0, "name": "a b"}, "rows": [[1, 2.5]], "none": null});
        let text = |key| pick(&result, key).unwrap();
        assert_eq!(text("point.x"), "6");
        assert_eq!(text("point.name"), "a b");
        assert_eq!(text("rows.0"), "[1, 2.5]");
        assert_eq!(text("none"), "null");
    }

    #[test]
    fn what_is_missing_is_said() {
        let result = json!({"point": {"x": 6.0}, "rows": [1]});
        let fault = |key| {
            let e = pick(&result, key).unwrap_err();
            (e.to_string(), e.problem.help().unwrap_or_default())
        };
        let (message, help) = fault("piont.x");
        assert_eq!(message, "the result has no key `piont.x`: nothing is called `piont` in the top level");
        assert_eq!(help, "did you mean `point`?");
        assert_eq!(fault("point.q").1, "there is `x`");
        assert_eq!(fault("rows.7").1, "its entries are 0 to 0");
        assert_eq!(fault("point.x.y").0, "the result has no key `point.x.y`: `point.x` has nothing inside");
    }
}
