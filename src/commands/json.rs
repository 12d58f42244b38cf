//! The result as JSON text: two blanks a level, arrays of scalars on one line, numbers as short as they go.

use crate::objective::{Layout, Variable};
use crate::report::shortest;
use serde_json::{Number, Value};

/// The text of a value, ending with a newline.
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    push(value, 0, &mut out);
    out.push('\n');
    out
}

/// The text of a value on one line, for `--print`.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    push_flat(value, &mut out);
    out
}

/// A number as short as it goes; what JSON cannot say is null.
pub fn number(x: f64) -> Value {
    // a zero of a result has no sign: -2*y at 0 is 0
    Number::from_f64(x + 0.0).map_or(Value::Null, Value::Number)
}

/// The values of a point by the names of its variables: numbers, arrays, arrays of rows.
pub fn by_variable(layout: &Layout, values: &[f64]) -> Value {
    let list = |values: &[f64]| Value::Array(values.iter().map(|&x| number(x)).collect());
    let value = |v: &Variable| {
        let own = values.get(v.range.clone()).unwrap_or_default();
        match v.shape[..] {
            [] => own.first().map_or(Value::Null, |&x| number(x)),
            [_, columns] => Value::Array(own.chunks(columns.max(1)).map(list).collect()),
            _ => list(own),
        }
    };
    Value::Object(layout.variables().iter().map(|v| (v.name.clone(), value(v))).collect())
}

fn is_flat(value: &Value) -> bool {
    let scalar = |v: &Value| !matches!(v, Value::Array(_) | Value::Object(_));
    match value {
        Value::Array(items) => items.iter().all(scalar),
        Value::Object(map) => map.is_empty(),
        _ => true,
    }
}

// Recursion as deep as our own results, and as serde_json's reader allows (128).
fn push(value: &Value, level: usize, out: &mut String) {
    let newline = |level: usize, out: &mut String| {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    };
    match value {
        value if is_flat(value) => push_flat(value, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                newline(level + 1, out);
                push(item, level + 1, out);
            }
            newline(level, out);
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                newline(level + 1, out);
                push_text(key, out);
                out.push_str(": ");
                push(item, level + 1, out);
            }
            newline(level, out);
            out.push('}');
        }
        other => push_flat(other, out),
    }
}

fn push_flat(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => push_number(n, out),
        Value::String(s) => push_text(s, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                push_flat(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                push_text(key, out);
                out.push_str(": ");
                push_flat(item, out);
            }
            out.push('}');
        }
    }
}

fn push_number(n: &Number, out: &mut String) {
    match n.as_f64() {
        // Readers that know integers take -0 for 0.
        Some(x) if n.is_f64() && x == 0.0 && x.is_sign_negative() => out.push_str("-0.0"),
        Some(x) if n.is_f64() => out.push_str(&shortest(x)),
        _ => out.push_str(&n.to_string()),
    }
}

fn push_text(s: &str, out: &mut String) {
    // serde_json's own escaping; a string always serialises.
    out.push_str(&serde_json::to_string(s).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn layout_and_numbers() {
        let value = json!({"a": [1.0, 0.1, -0.0, 5], "b": {"c": null, "d": []}, "e": [{"f": "x\"y"}], "g": {}});
        let want = concat!(
            "{\n  \"a\": [1, 0.1, -0.0, 5],\n  \"b\": {\n    \"c\": null,\n    \"d\": []\n  },\n",
            "  \"e\": [\n    {\n      \"f\": \"x\\\"y\"\n    }\n  ],\n  \"g\": {}\n}\n"
        );
        assert_eq!(pretty(&value), want);
        assert_eq!(serde_json::from_str::<Value>(&pretty(&value)).unwrap()["a"][1], json!(0.1));
        assert_eq!(compact(&value["b"]), "{\"c\": null, \"d\": []}");
    }
}
