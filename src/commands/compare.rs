//! `--compare OLD.json`: the new result beside a kept one, key by key.

use super::json::compact;
use crate::error::{Diagnose, Exit, Located};
use crate::spec::reason;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The default of `--rtol`.
pub const RTOL: f64 = 1e-9;
/// Keys that are not the answer: the version, the clock, how it was asked for and computed, in which files the rows stood, and
/// the sentences of a status, which is compared itself.
/// One result can be reached in many ways: from shards or from one file, in another folder, by another solver.
const IGNORED: &[&str] = &["gradus", "timings", "spec", "seed", "solver", "rows.files", "answers"];
/// Keys whose texts say where something was.
const PLACES: &[&str] = &["file", "command"];

/// Warnings of how rows were read, which shards and one file are not given alike.
const OF_READING: &[&str] = &["category_found", "file_in_two_shards"];

/// A kept result that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OldResult {
    /// The file cannot be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
        /// What it is to be, and how it is made.
        wanted: &'static str,
    },
    /// The file is no JSON.
    #[error("`{}` is no JSON: {reason}", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// The parser's words.
        reason: String,
        /// What it is to be, and how it is made.
        wanted: &'static str,
    },
    /// The file ends too soon.
    #[error("`{}` ends in the middle, at line {line}: it was cut off", path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
        /// Its last line.
        line: usize,
        /// What it is to be, and how it is made.
        wanted: &'static str,
    },
}

impl Diagnose for OldResult {
    fn exit(&self) -> Exit {
        match self {
            OldResult::Unreadable { .. } => Exit::World,
            OldResult::NotJson { .. } | OldResult::CutOff { .. } => Exit::Request,
        }
    }
    fn help(&self) -> Option<String> {
        let (OldResult::Unreadable { wanted, .. }
        | OldResult::NotJson { wanted, .. }
        | OldResult::CutOff { wanted, .. }) = self;
        Some(format!("wanted is {wanted}"))
    }
}

/// Reads the kept result.
pub fn read(path: &Path) -> Result<Value, Located> {
    read_as(path, "a kept result, as -o OLD.json writes it")
}

/// Reads a JSON file of ours; `wanted`: what it is to be, and how it is made.
pub fn read_as(path: &Path, wanted: &'static str) -> Result<Value, Located> {
    let path = path.to_path_buf();
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) => return Err(Located::new(OldResult::Unreadable { path, reason: reason(&e), wanted })),
    };
    serde_json::from_slice(&bytes).map_err(|e| {
        Located::new(match e.is_eof() && !bytes.is_empty() {
            true => OldResult::CutOff { path, line: e.line(), wanted },
            false => OldResult::NotJson { path, reason: e.to_string(), wanted },
        })
    })
}

/// One line for each key that differs. Numbers are equal where |new - old| <= rtol max(|new|, |old|);
/// texts, truths and nulls where they are the same.
pub fn differences(new: &Value, old: &Value, rtol: f64) -> Vec<String> {
    let mut found = Vec::new();
    // A stack and not recursion; pushed backwards so that keys come out in the result's order.
    let mut stack = vec![(String::new(), Some(new), Some(old))];
    while let Some((key, new, old)) = stack.pop() {
        let (new, old) = match (new, old) {
            (Some(new), Some(old)) => (new, old),
            (Some(new), None) => {
                found.push(format!("{key}: {} is new", short(new)));
                continue;
            }
            (None, Some(old)) => {
                found.push(format!("{key}: {} is gone", short(old)));
                continue;
            }
            (None, None) => continue,
        };
        match (new, old) {
            (Value::Object(a), Value::Object(b)) => {
                let child = |name: &str| if key.is_empty() { name.to_string() } else { format!("{key}.{name}") };
                let ignored = |name: &String| IGNORED.contains(&child(name).as_str());
                let gone = b.iter().filter(|(name, _)| !a.contains_key(*name) && !ignored(name));
                stack.extend(gone.rev().map(|(name, old)| (child(name), None, Some(old))));
                let here = a.iter().filter(|(name, _)| !ignored(name));
                stack.extend(here.rev().map(|(name, new)| (child(name), Some(new), b.get(name))));
            }
            (Value::Array(a), Value::Array(b)) => {
                let (a, b) = (of_the_answer(&key, a), of_the_answer(&key, b));
                for i in (0..a.len().max(b.len())).rev().filter(|_| !is_place(&key)) {
                    stack.push((format!("{key}.{i}"), a.get(i).copied(), b.get(i).copied()));
                }
            }
            (Value::Number(a), Value::Number(b)) => {
                let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
                let scale = if a.abs() > b.abs() { a.abs() } else { b.abs() };
                let difference = (a - b).abs();
                let equal = difference <= rtol * scale;
                if !equal {
                    let relative = crate::report::human(difference / scale, 2);
                    found.push(format!("{key}: {} was {} (relative {relative})", short(new), short(old)));
                }
            }
            (a, b) if a == b => {}
            (Value::String(_), Value::String(_)) if is_place(&key) => {}
            _ => found.push(format!("{key}: {} was {}", short(new), short(old))),
        }
    }
    found
}

/// The entries that count: of warnings those about the result.
fn of_the_answer<'v>(key: &str, list: &'v [Value]) -> Vec<&'v Value> {
    let counts = |entry: &&Value| key != "warnings" || !entry["code"].as_str().is_some_and(|c| OF_READING.contains(&c));
    list.iter().filter(counts).collect()
}

fn is_place(key: &str) -> bool {
    key.rsplit('.').next().is_some_and(|last| PLACES.contains(&last))
}

/// What was asked for otherwise, a line a key, but for the paths at `paths`: where different results may come from.
pub fn requests(new: &Value, old: &Value, paths: &[&str]) -> Vec<String> {
    let is_path = |line: &String| paths.iter().any(|path| line.starts_with(path));
    let mut found = differences(&new["spec"], &old["spec"], 0.0);
    found.retain(|line| !is_path(line));
    found
}

fn short(value: &Value) -> String {
    let text = compact(value);
    if text.chars().count() <= 60 { text } else { format!("{}...", text.chars().take(57).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_is_named() {
        let old = json!({"gradus": "0.1.0", "timings": {"s": 1}, "spec": {"b": "/a/x.csv", "c": 1}, "value": 8.0, "p": [{"x": 1.0}, {"x": 2}], "k": "a"});
        let new = json!({"gradus": "0.2.0", "spec": {"b": "x.csv", "c": 2}, "value": 8.0000000001, "p": [{"x": 1}, {"x": 2.1}], "status": "ok"});
        assert_eq!(
            differences(&new, &old, 1e-9),
            ["p.1.x: 2.1 was 2 (relative 0.048)", "status: \"ok\" is new", "k: \"a\" is gone"]
        );
        assert_eq!(differences(&old, &old, 0.0), Vec::<String>::new());
        assert_eq!(requests(&new, &old, &["b"]), ["c: 2 was 1 (relative 0.5)"]);
        let (here, there) = (json!({"rows": {"file": "a.csv", "n": 3}}), json!({"rows": {"file": "b/a.csv", "n": 3}}));
        assert_eq!(differences(&here, &there, 0.0), Vec::<String>::new());
    }

    #[test]
    fn zero_equals_only_zero_and_null_only_null() {
        let d = |a: Value, b: Value| differences(&a, &b, 1e-9).len();
        assert_eq!(d(json!(0.0), json!(-0.0)), 0);
        assert_eq!(d(json!(1e-300), json!(0)), 1);
        assert_eq!(d(json!(null), json!(0)), 1);
        assert_eq!(d(json!(null), json!(null)), 0);
    }
}
