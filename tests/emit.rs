//! Source code made by `--emit` is compiled and run where the tool is present, and its numbers are compared with ours.

mod common;

use std::path::Path;
use std::process::Command;

use common::{get, gradus, number, result};
use serde_json::Value;

/// Formulas with a point each: shared parts, branches, every kind of operator, names that languages reserve.
const CASES: &[(&str, &str)] = &[
    ("x^2*y + sin(x*y)", "x=1,y=2"),
    ("exp(-(x-1)^2/2)*cos(3*y)/(1 + y^2) - x^3", "x=0.3,y=-1.7"),
    ("if(x > 0 && y < 3, sqrt(x)*y, x^2) + if(x < 0, ln(-x), 1)", "x=-1.5,y=2"),
    ("if(x >= 1 || !(y != 2), ln(x)*ln(x), y)", "x=3,y=1"),
    ("2^x + x^y + hypot(x, y) + atan2(y, x)", "x=1.25,y=2.5"),
    ("tanh(x) + sinh(y)*cosh(x) + asinh(x) + acosh(1 + y) + atanh(x/3)", "x=0.4,y=0.9"),
    ("log(x, 3) + log2(y) + log10(x) + log1p(y) + expm1(x) + exp2(y)", "x=1.5,y=0.5"),
    ("max(x, y) + min(x, 2*y) + clamp(x, 0, 1) + abs(x - y) + relu(y) + sigmoid(x) + softplus(y)", "x=0.7,y=-0.2"),
    ("cbrt(x) + mod(x, y) + sign(y)*x + tan(x) + asin(x/4) + acos(y/4)", "x=2.6,y=0.8"),
    ("double*lambda + pi*t1 - -fn", "double=1,lambda=2,t1=3,fn=4"),
];

fn expected(formula: &str, at: &str) -> Vec<f64> {
    let r = result(0, &["grad", "-f", formula, "--at", at]);
    let mut want = vec![number(&r, "points.0.value")];
    let Value::Object(gradient) = get(&r, "points.0.gradient") else { panic!() };
    want.extend(gradient.values().map(|v| v.as_f64().unwrap()));
    want
}

fn source(formula: &str, at: &str, language: &str) -> String {
    let out = gradus().args(["grad", "-f", formula, "--at", at, "--emit", language]).output().unwrap();
    assert!(out.status.success(), "{formula}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn values(at: &str) -> Vec<&str> {
    at.split(',').map(|b| b.split_once('=').unwrap().1).collect()
}

/// Whether a program can be started.
fn present(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok_and(|o| o.status.success());
    if !found {
        eprintln!("skipped: there is no {program}");
    }
    found
}

/// Our libraries of functions differ by a few roundings.
#[track_caller]
fn same(got: &str, want: &[f64], what: &str) {
    let got: Vec<f64> = got.split_whitespace().map(|t| t.parse().unwrap_or(f64::NAN)).collect();
    assert_eq!(got.len(), want.len(), "{what}");
    for (g, w) in got.iter().zip(want) {
        let scale = if w.abs() > 1.0 { w.abs() } else { 1.0 };
        assert!((g - w).abs() <= 1e-13 * scale, "{what}: {got:?}, expected {want:?}");
    }
}

fn run(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn in_folder(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn c_compiles_and_gives_our_numbers() {
    if !present("cc", "--version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (formula, at) in CASES {
        let want = expected(formula, at);
        let n = want.len() - 1;
        let call = values(at).join(", ");
        let main = format!(
            "\n#include <stdio.h>\nint main(void) {{ double g[{n}]; double v = f({call}, g); printf(\"%.17g\", v);\n\
             for (int i = 0; i < {n}; i++) {{ printf(\" %.17g\", g[i]); }}\n return 0; }}\n"
        );
        let file = in_folder(folder.path(), "f.c", &(source(formula, at, "c") + &main));
        let program = folder.path().join("f");
        run(Command::new("cc")
            .args(["-std=c99", "-Wall", "-Werror", "-ffp-contract=off", "-o"])
            .arg(&program)
            .arg(&file)
            .arg("-lm"));
        same(&run(&mut Command::new(&program)), &want, formula);
    }
}

#[test]
fn python_runs_and_gives_our_numbers() {
    if !present("python3", "--version") {
        return;
    }
    for (formula, at) in CASES {
        let call = values(at).join(", ");
        let text = source(formula, at, "python") + &format!("\nv, g = f({call})\nprint(repr(v), *map(repr, g))\n");
        same(&run(Command::new("python3").arg("-c").arg(text)), &expected(formula, at), formula);
    }
}

#[test]
fn rust_compiles_and_gives_our_numbers() {
    if !present("rustc", "--version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // one program for all: rustc takes its time
    let mut text = String::new();
    let mut main = String::from("fn main() {\n");
    for (k, (formula, at)) in CASES.iter().enumerate() {
        text.push_str(&format!("mod m{k} {{\n{}}}\n", source(formula, at, "rust")));
        let call: Vec<String> = values(at).iter().map(|v| format!("{v}f64")).collect();
        main.push_str(&format!(
            "let (v, g) = m{k}::f({}); print!(\"{{v:?}}\"); for x in g {{ print!(\" {{x:?}}\"); }} println!();\n",
            call.join(", ")
        ));
    }
    let file = in_folder(folder.path(), "f.rs", &(text + &main + "}\n"));
    let program = folder.path().join("f");
    run(Command::new("rustc").args(["--edition", "2021", "-A", "unused", "-o"]).arg(&program).arg(&file));
    let out = run(&mut Command::new(&program));
    for ((formula, at), line) in CASES.iter().zip(out.lines()) {
        same(line, &expected(formula, at), formula);
    }
}

#[test]
fn sql_selects_our_numbers() {
    // the module of DuckDB for Python: its command line tool is rarer
    if !present("python3", "--version")
        || !Command::new("python3").args(["-c", "import duckdb"]).output().is_ok_and(|o| o.status.success())
    {
        eprintln!("skipped: there is no duckdb for python3");
        return;
    }
    for (formula, at) in CASES {
        let columns: Vec<String> = at
            .split(',')
            .map(|b| b.split_once('=').unwrap())
            .map(|(name, value)| format!("CAST({value} AS double precision) AS \"{name}\""))
            .collect();
        let query = format!("SELECT {} FROM (SELECT {})", source(formula, at, "sql"), columns.join(", "));
        let script = "import duckdb, sys; print(*map(repr, duckdb.sql(sys.argv[1]).fetchall()[0]))";
        same(&run(Command::new("python3").args(["-c", script]).arg(&query)), &expected(formula, at), formula);
    }
}

#[test]
fn latex_is_one_block() {
    let text = source("x^2*y + sin(x*y)", "x=1,y=2", "latex");
    let want = "\\begin{align*}\n  f(x, y) &= x^{2} \\, y + \\sin\\left(x \\, y\\right) \\\\\n  \
                \\frac{\\partial f}{\\partial x} &= 2 \\, x \\, y + y \\, \\cos\\left(x \\, y\\right) \\\\\n  \
                \\frac{\\partial f}{\\partial y} &= x^{2} + x \\, \\cos\\left(x \\, y\\right)\n\\end{align*}\n";
    assert_eq!(text, want);
}

#[test]
fn shared_parts_are_named_once() {
    let text = source("exp(x*y)*sin(x*y) + cos(x*y)^2", "x=1,y=2", "c");
    let code = text.split("{\n").nth(1).unwrap();
    for part in ["exp(", "sin(", "cos(", "x*y"] {
        assert_eq!(code.matches(part).count(), 1, "{part}: {text}");
    }
}

#[test]
fn what_a_language_lacks_is_said() {
    let fails = |args: &[&str], want: &str| {
        let out = gradus().args(args).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(String::from_utf8_lossy(&out.stderr).starts_with(want), "{}", String::from_utf8_lossy(&out.stderr));
    };
    fails(&["grad", "-f", "lgamma(x)", "--emit", "c"], "error: c has no `digamma`\n");
    fails(&["grad", "-f", "erf(x)", "--emit", "sql"], "error: sql has no `erf`\n");
    fails(&["grad", "-f", "x", "--emit", "rst"], "error: unknown language `rst`\n");
}
