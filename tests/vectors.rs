//! Vectors and sums from the command line: the article's numbers, partials by a component, what cannot be asked.

mod common;

use common::run;
use serde_json::Value;

fn result(spec: &str, more: &[&str]) -> Value {
    let args: Vec<&str> = ["grad", "spec.toml"].iter().chain(more).copied().collect();
    let (exit, result, out) = run(&args, &[("spec.toml", spec)]);
    assert_eq!(exit, 0, "{}", String::from_utf8_lossy(&out.stderr));
    result.unwrap()
}

#[test]
fn the_articles_sum_of_weighted_squares() {
    // section 10, example 2: the gradient of w1^2 + 2 w2^2 + 3 w3^2 + 4 w4^2 at (1, 1, 1, 1)
    let found = result("formula = \"sum(i, 1, 4, i*x(i)^2)\"\n[variables]\nx = { size = 4, value = 1 }\n", &[]);
    assert_eq!(found["points"][0]["gradient"]["x"], serde_json::json!([2, 4, 6, 8]));
    assert_eq!(found["partials"]["x"], "2*i*x(i)");
}

#[test]
fn a_million_parameters() {
    // section 14: sum of i^2 over i = 1 .. 10^6, divided by 10^6, is (10^6 + 1)(2*10^6 + 1)/6
    let spec = "formula = \"sum(i, 1, n, i^2*w(i)^2)/n\"\n[constants]\nn = 1000000\n[variables]\nw = { size = 1000000, value = 1 }\n";
    let found = result(spec, &[]);
    let value = found["points"][0]["value"].as_f64().unwrap();
    assert!((value - 333_333_833_333.5).abs() <= 1e-4, "{value}");
    assert_eq!(found["partials"]["w"], "2*i^2*w(i)/n");
    assert_eq!(found["points"][0]["gradient"]["w"], Value::Null);
    assert_eq!(found["warnings"][0]["code"], "long_array");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spec.toml"), spec).unwrap();
    let out = common::gradus().current_dir(folder.path()).args(["grad", "spec.toml", "-o", "g.csv"]).output().unwrap();
    let text = std::fs::read_to_string(folder.path().join("g.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((out.status.code(), lines.len()), (Some(0), 1_000_001));
    assert_eq!(lines[0], "variable,i,j,at,df");
    assert_eq!(lines[500], "w,500,,1,0.5");
}

#[test]
fn partials_by_a_component_have_a_form_in_its_indices() {
    let of = |formula: &str, variables: &str, name: &str| {
        let found = result(&format!("formula = \"{formula}\"\n[variables]\n{variables}\n"), &[]);
        found["partials"][name].as_str().map(String::from)
    };
    // each by hand
    let x = "x = [1, 2, 3]";
    assert_eq!(of("norm2(x)", x, "x").unwrap(), "2*x(i)");
    assert_eq!(of("sum(k, 1, 3, k*x(k)) + x(2)", x, "x").unwrap(), "if(k == 2, 1, 0) + k");
    assert_eq!(of("sum(i, 1, 2, x(i)*x(i + 1))", x, "x").unwrap(), "if(i >= 2, x(i - 1), 0) + if(i <= 2, x(i + 1), 0)");
    assert_eq!(of("dot(u, v)", "u = [1, 2]\nv = [3, 4]", "u").unwrap(), "v(i)");
    let w = "W = [[1, 2], [3, 4]]\ny = [1, 2]";
    assert_eq!(of("sum(i, 1, 2, y(i)*sum(j, 1, 2, W(i, j)*y(j)))", w, "W").unwrap(), "y(i)*y(j)");
    // every second component has none that `grad` writes: each is printed by itself
    assert_eq!(of("sum(i, 1, 2, x(2*i - 1)^2)", x, "x"), None);
    assert_eq!(of("sum(i, 1, 2, x(2*i - 1)^2)", x, "x(3)").unwrap(), "2*x(3)");
}

#[test]
fn what_has_no_slope_is_named_with_its_index() {
    let long = |body: &str, value: &str| {
        format!("formula = \"sum(i, 1, 1000, {body})\"\n[variables]\nx = {{ size = 1000, value = \"{value}\" }}\n")
    };
    let answer = |spec: String| {
        let (exit, result, _) = run(&["grad", "spec.toml"], &[("spec.toml", &spec)]);
        let point = result.unwrap()["points"][0].clone();
        (exit, point["status"].clone(), point["reason"].as_str().unwrap_or_default().to_string())
    };
    let (exit, status, reason) = answer(long("ln(x(i))", "i - 17"));
    assert_eq!((exit, status), (1, "undefined".into()));
    assert_eq!(reason, "`ln(x(i))` needs x(i) > 0, and x(i) = -16 at i = 1");
    let (exit, status, reason) = answer(long("exp(x(i))", "i"));
    assert_eq!((exit, status), (1, "overflow".into()));
    assert_eq!(reason, "`exp(x(i))` overflows at i = 710");
    let (exit, status, reason) = answer(long("abs(x(i))", "i - 17"));
    assert_eq!((exit, status), (1, "kink".into()));
    assert!(reason.contains("x(17)"), "{reason}");
    // away from it all is well
    let (exit, status, _) = answer(long("abs(x(i))", "i - 17.5"));
    assert_eq!((exit, status), (0, "ok".into()));
}

#[test]
fn what_loops_do_not_take_is_refused_by_name() {
    let spec = "formula = \"sum(i, 1, 1000, x(i)^2)\"\n[variables]\nx = { size = 1000, value = 1 }\n";
    for flag in ["--hessian", "--limits"] {
        let (exit, result, out) = run(&["grad", "spec.toml", flag], &[("spec.toml", spec)]);
        let err = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(err.starts_with(&format!("error: {flag} is not there yet for formulas of this size")), "{err}");
        assert_eq!((exit, result), (2, None));
    }
}

#[test]
fn accesses_are_checked_where_their_conditions_hold_and_only_there() {
    // the length is 1000; a condition cuts the range where it changes
    let message = |body: &str| {
        let spec = format!("formula = \"sum(i, 1, 1000, {body})\"\n[variables]\nx = {{ size = 1000, value = 1 }}\n");
        let (exit, _, out) = run(&["grad", "spec.toml"], &[("spec.toml", &spec)]);
        let text = String::from_utf8_lossy(&out.stderr).lines().next().unwrap_or_default().to_string();
        if exit == 0 { String::new() } else { text }
    };
    assert_eq!(message("if(i > 1, x(i-1), 0)"), "");
    assert_eq!(message("if(2*i > 7 && i <= 999, x(i-3)*x(i+1), 0)"), "");
    assert_eq!(message("if(mod(i, 2) == 1, x(i), 2)*x(1001 - i)"), "");
    assert_eq!(message("if(i != 1, x(i-1), 0)"), "");
    let wrong = |i: i32, k: i32| format!("error: `x` has 1000 components, and the index is {k} where i = {i}");
    assert_eq!(message("if(i > 1, x(i-2), 0)"), wrong(2, 0));
    assert_eq!(message("if(2*i > 5, x(i-3), 0)"), wrong(3, 0));
    assert_eq!(message("if(i < 1000, x(i+2), 0)"), wrong(999, 1001));
    assert_eq!(message("if(i == 500, x(2*i + 1), 0)"), wrong(500, 1001));
    assert_eq!(message("if(mod(i, 2) == 1, x(i-1), 0)"), wrong(1, 0));
}

#[test]
fn values_by_a_formula_may_have_sums_of_their_own() {
    let spec = "formula = \"norm2(w) + sum(M)\"\n[constants]\nu = [1, 2]\n[variables]\n\
                w = { size = 2, value = \"sum(k, 1, 2, u(k)*i)\" }\n\
                M = { size = [2, 2], value = \"sum(k, 1, j, u(k)) + 10*i\" }\n";
    let found = result(spec, &[]);
    // 1*i + 2*i; 10 i + (1, 1 + 2)
    assert_eq!(found["points"][0]["at"]["w"], serde_json::json!([3, 6]));
    assert_eq!(found["points"][0]["at"]["M"], serde_json::json!([[11, 13], [21, 23]]));
}
