//! The tree as TOML and as JSON.

use super::node::{Node, Value};
use super::place::{Origin, Place};
use serde_json::{Map, Number, Value as Json};

/// The tree of a whole spec as TOML. Tables of the top level are sections and everything inside them stands on one
/// line: so keys keep their order, which is the order of the gradient's components.
pub fn toml(tree: &Node) -> String {
    let mut out = String::new();
    let Value::Table(root) = &tree.value else { return out };
    let is_section = |node: &Node| matches!(node.value, Value::Table(_));
    // A key after a [section] would belong to it: bare keys come first.
    for (key, (_, node)) in root.entries.iter().filter(|(_, (_, n))| !is_section(n)) {
        entry(key, node, &mut out);
    }
    for (key, (_, node)) in root.entries.iter().filter(|(_, (_, n))| is_section(n)) {
        let Value::Table(table) = &node.value else { continue };
        out.push_str(if out.is_empty() { "[" } else { "\n[" });
        push_key(key, &mut out);
        out.push_str("]\n");
        for (key, (_, node)) in &table.entries {
            entry(key, node, &mut out);
        }
    }
    out
}

fn entry(key: &str, node: &Node, out: &mut String) {
    push_key(key, out);
    out.push_str(" = ");
    push_value(node, out);
    out.push('\n');
}

fn push_key(key: &str, out: &mut String) {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { out.push_str(key) } else { push_text(key, out) }
}

fn push_value(node: &Node, out: &mut String) {
    match &node.value {
        Value::Text(s) => push_text(s, out),
        Value::Datetime(s) => out.push_str(s),
        Value::Integer(i) => out.push_str(&i.to_string()),
        Value::Float(x) => push_float(*x, out),
        Value::Boolean(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                push_value(item, out);
            }
            out.push(']');
        }
        Value::Table(table) => {
            out.push('{');
            for (i, (key, (_, item))) in table.entries.iter().enumerate() {
                out.push_str(if i == 0 { " " } else { ", " });
                push_key(key, out);
                out.push_str(" = ");
                push_value(item, out);
            }
            out.push_str(" }");
        }
    }
}

/// TOML's floats need a point or an exponent, and read `inf` and `nan`.
fn push_float(x: f64, out: &mut String) {
    match x {
        x if x.is_nan() => out.push_str("nan"),
        x if x.is_infinite() => out.push_str(if x > 0.0 { "inf" } else { "-inf" }),
        x => out.push_str(zmij::Buffer::new().format_finite(x)),
    }
}

/// A basic string, or a literal one where it spares escapes (Windows paths, LaTeX).
fn push_text(s: &str, out: &mut String) {
    if s.contains(['"', '\\']) && !s.contains('\'') && !s.chars().any(char::is_control) {
        out.push('\'');
        out.push_str(s);
        out.push('\'');
        return;
    }
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The tree as JSON, for the result's `spec`.
pub fn json(node: &Node) -> Json {
    match &node.value {
        Value::Text(s) | Value::Datetime(s) => Json::String(s.clone()),
        Value::Integer(i) => Json::from(*i),
        Value::Float(x) => Number::from_f64(*x).map_or(Json::Null, Json::Number),
        Value::Boolean(b) => Json::Bool(*b),
        Value::Array(items) => Json::Array(items.iter().map(json).collect()),
        Value::Table(table) => Json::Object(table.entries.iter().map(|(k, (_, n))| (k.clone(), json(n))).collect()),
    }
}

/// A flag's value as a node that says which flag it was. Where it is text the span covers it letter by letter.
/// `None` for null: a flag that was not given.
pub fn from_json(flag: &str, value: &Json) -> Option<Node> {
    let whole = |text: &str| Place::whole(Origin::command_line(flag, text));
    let node = match value {
        Json::Null => return None,
        Json::String(s) => Node { value: Value::Text(s.clone()), place: whole(s) },
        Json::Bool(b) => Node { value: Value::Boolean(*b), place: whole(&b.to_string()) },
        Json::Number(n) => match n.as_i64() {
            Some(i) => Node { value: Value::Integer(i), place: whole(&n.to_string()) },
            None => Node { value: Value::Float(n.as_f64().unwrap_or(f64::NAN)), place: whole(&n.to_string()) },
        },
        Json::Array(items) => {
            let items: Vec<Node> = items.iter().filter_map(|item| from_json(flag, item)).collect();
            Node { value: Value::Array(items), place: whole("") }
        }
        Json::Object(map) => object(flag, map),
    };
    Some(node)
}

fn object(flag: &str, map: &Map<String, Json>) -> Node {
    let place = Place::whole(Origin::command_line(flag, ""));
    let mut node = Node::empty_table(place.clone());
    if let Value::Table(table) = &mut node.value {
        for (key, value) in map {
            if let Some(value) = from_json(flag, value) {
                table.insert(key, place.clone(), value);
            }
        }
    }
    node
}

/// Makes the paths at `keys` (as in `data.file`: a text, or texts in brackets) absolute. For `--print-spec`, whose text may be
/// stored in any folder.
pub fn absolute_paths(tree: &mut Node, keys: &[&str]) {
    for key in keys {
        let Some(found) = tree.find(key) else { continue };
        let node = absolute(found);
        let steps: Vec<(String, Place)> = key.split('.').map(|s| (s.to_string(), node.place.clone())).collect();
        // The path was found a moment ago, so that every step is a table.
        let _ = tree.set(&steps, node);
    }
}

fn absolute(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(written) if written != "-" => {
            let reached = node.place.path(written);
            Value::Text(std::path::absolute(&reached).unwrap_or(reached).to_string_lossy().into_owned())
        }
        Value::Array(items) => Value::Array(items.iter().map(absolute).collect()),
        other => other.clone(),
    };
    Node { value, place: node.place.clone() }
}

/// Makes the program of `command`, and the files among its arguments, absolute. For `--print-spec`, too: a word that is a file
/// beside the spec is meant as that file.
pub fn absolute_command(tree: &mut Node) {
    let Some(Node { value: Value::Array(words), place }) = tree.find("command") else { return };
    let word = |node: &Node| match &node.value {
        Value::Text(written) if node.place.path(written).is_file() => absolute(node),
        _ => node.clone(),
    };
    let node = Node { value: Value::Array(words.iter().map(word).collect()), place: place.clone() };
    // a key of the root, which is a table
    let _ = tree.set(&[("command".to_string(), node.place.clone())], node);
}
