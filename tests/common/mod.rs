//! What the tests of the command line share: run the binary, read its result.

#![allow(dead_code)] // each test file uses its part

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The binary, without the caller's colours and settings.
pub fn gradus() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
    command.env_remove("NO_COLOR").env("TERM", "dumb");
    command
}

/// Runs `gradus ARGS -o FILE.json` in an empty folder with the given files; the exit status and the result.
pub fn run(args: &[&str], files: &[(&str, &str)]) -> (i32, Option<Value>, Output) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    run_in(folder.path(), args)
}

/// The same in a folder that is there.
pub fn run_in(folder: &Path, args: &[&str]) -> (i32, Option<Value>, Output) {
    let out = gradus().current_dir(folder).args(args).args(["-o", "result.json"]).output().unwrap();
    let result = std::fs::read(folder.join("result.json")).ok().map(|b| serde_json::from_slice(&b).unwrap());
    (out.status.code().unwrap_or(-1), result, out)
}

/// The result of a run that must end with `exit`.
pub fn result(exit: i32, args: &[&str]) -> Value {
    let (code, result, out) = run(args, &[]);
    assert_eq!(code, exit, "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    result.unwrap_or_else(|| panic!("{args:?}: no result"))
}

/// The value at `points.0.gradient.x`.
pub fn get<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |v, key| match v {
        Value::Array(items) => &items[key.parse::<usize>().unwrap()],
        v => v.get(key).unwrap_or_else(|| panic!("no {path} in {v}")),
    })
}

/// The number there.
pub fn number(value: &Value, path: &str) -> f64 {
    get(value, path).as_f64().unwrap_or_else(|| panic!("{path} is {}", get(value, path)))
}

/// Fails unless |got - want| <= tolerance * max(1, |want|).
#[track_caller]
pub fn assert_close(got: f64, want: f64, tolerance: f64) {
    let scale = if want.abs() > 1.0 { want.abs() } else { 1.0 };
    assert!((got - want).abs() <= tolerance * scale, "{got}, expected {want}");
}
