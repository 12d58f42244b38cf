//! The article's summary table: each of its eleven rows in one and in several variables, as a spec that says what it expects.

mod common;

use std::path::Path;

use common::{get, gradus};
use serde_json::Value;

#[test]
fn every_row_of_the_table_in_one_and_in_many_variables() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/summary");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), 22, "eleven rows, twice");
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let verb = if file.starts_with("09_") { "descend" } else { "grad" };
        let known = gradus().args([verb, "--help"]).output().unwrap().status.success();
        if !known {
            eprintln!("skipped: {file}: there is no verb {verb}");
            continue;
        }
        let out = gradus().arg(verb).arg(&path).args(["-o", "-", "--format", "json", "-q"]).output().unwrap();
        assert!(out.status.success(), "{file}: {}", String::from_utf8_lossy(&out.stderr));
        let result: Value = serde_json::from_slice(&out.stdout).unwrap();
        let mut checked = 0;
        for line in text.lines().filter_map(|l| l.strip_prefix("# expect ")) {
            let (key, want) = line.split_once(" = ").unwrap();
            let want: Value = serde_json::from_str(want).unwrap();
            let got = get(&result, key);
            let near = key.ends_with("order") && (got.as_f64().unwrap() - want.as_f64().unwrap()).abs() < 1e-3;
            assert!(near || same(got, &want), "{file}: {key} is {got}, expected {want}");
            checked += 1;
        }
        assert!(checked > 0, "{file} expects nothing");
    }
}

fn same(got: &Value, want: &Value) -> bool {
    match (got, want) {
        (Value::Number(g), Value::Number(w)) => {
            let (g, w) = (g.as_f64().unwrap(), w.as_f64().unwrap());
            // whole numbers and simple fractions, through a handful of operations
            (g - w).abs() <= 1e-12 * if w.abs() > 1.0 { w.abs() } else { 1.0 }
        }
        (Value::Array(g), Value::Array(w)) => g.len() == w.len() && g.iter().zip(w).all(|(g, w)| same(g, w)),
        _ => got == want,
    }
}
