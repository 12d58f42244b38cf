//! The worked numbers of the article on gradients and partial derivatives, section by section.

mod common;

use common::{assert_close, get, number, result, run};
use serde_json::Value;

const EXACT: f64 = 1e-15;

fn at(formula: &str, points: &[&str], extra: &[&str]) -> Value {
    let mut args = vec!["grad", "-f", formula];
    for p in points {
        args.extend(["--at", p]);
    }
    args.extend(extra);
    result(0, &args)
}

fn partial(formula: &str, name: &str) -> String {
    get(&at(formula, &["x=1,y=1,z=1"], &[]), &format!("partials.{name}")).as_str().unwrap().to_string()
}

#[test]
fn section_1_the_derivative_is_a_limit() {
    let r = at("x^2", &["x=3"], &["--limits", "--direction", "1"]);
    assert_eq!(number(&r, "points.0.value"), 9.0);
    assert_eq!(number(&r, "points.0.gradient.x"), 6.0);
    // (f(3 + h) - f(3))/h = 6 + h
    for k in 0..3 {
        let h = number(&r, &format!("points.0.limits.x.rows.{k}.h"));
        assert_close(number(&r, &format!("points.0.limits.x.rows.{k}.quotient")), 6.0 + h, 1e-12);
    }
    assert_close(number(&r, "points.0.limits.x.limit"), 6.0, 1e-10);
    assert_close(number(&r, "points.0.directions.0.limit"), 6.0, 1e-10);
}

#[test]
fn section_3_partial_derivatives_as_a_person_writes_them() {
    for (formula, name, want) in [
        ("x^2 + y^2 + 0*z", "x", "2*x"),
        ("x^2 + y^2 + 0*z", "y", "2*y"),
        ("x^2*y + sin(x*y) + 0*z", "x", "2*x*y + y*cos(x*y)"),
        ("x^2*y + sin(x*y) + 0*z", "y", "x^2 + x*cos(x*y)"),
        ("x^2*y*z + exp(x*z)", "x", "2*x*y*z + z*exp(x*z)"),
        ("x^2*y*z + exp(x*z)", "y", "x^2*z"),
        ("x^2*y*z + exp(x*z)", "z", "x^2*y + x*exp(x*z)"),
        ("x*y*z", "x", "y*z"),
        ("x*y*z", "y", "x*z"),
        ("x*y*z", "z", "x*y"),
    ] {
        assert_eq!(partial(formula, name), want, "d/d{name} of {formula}");
    }
    let r = at("x^2 + y^2", &["x=1,y=1"], &[]);
    assert_eq!([number(&r, "points.0.gradient.x"), number(&r, "points.0.gradient.y")], [2.0, 2.0]);
}

#[test]
fn section_4_the_gradient_at_three_points() {
    let r = at("x^2 + y^2", &["x=1,y=1", "x=3,y=0", "x=0,y=0"], &[]);
    for (k, (x, y)) in [(2.0, 2.0), (6.0, 0.0), (0.0, 0.0)].into_iter().enumerate() {
        assert_eq!(number(&r, &format!("points.{k}.gradient.x")), x);
        assert_eq!(number(&r, &format!("points.{k}.gradient.y")), y);
    }
    assert!(get(&r, "points.2.steepest_ascent").is_null());
}

#[test]
fn section_5_directions() {
    let flags = ["--direction", "northeast=1,1", "--direction", "east=1,0", "--direction", "south=0,-1"];
    let r = at("x^2 + y^2", &["x=1,y=1"], &flags);
    let root = std::f64::consts::SQRT_2;
    for (k, want) in [2.0 * root, 2.0, -2.0].into_iter().enumerate() {
        assert_close(number(&r, &format!("points.0.directions.{k}.derivative")), want, EXACT);
        assert_close(number(&r, &format!("points.0.directions.{k}.limit")), want, 1e-9);
        assert_eq!(get(&r, &format!("points.0.directions.{k}.agrees")), &Value::Bool(true));
    }
    assert_close(number(&r, "points.0.directions.2.angle_degrees"), 135.0, 1e-14);
}

#[test]
fn section_5_needs_differentiability() {
    let f = "if(x == 0 && y == 0, 0, x^2*y/(x^2+y^2))";
    let r = result(1, &["grad", "-f", f, "--at", "x=0,y=0", "--direction", "1,1"]);
    assert_eq!(number(&r, "points.0.directions.0.derivative"), 0.0);
    assert_close(number(&r, "points.0.directions.0.limit"), 0.5 / std::f64::consts::SQRT_2, 1e-9);
    assert_eq!(get(&r, "points.0.directions.0.agrees"), &Value::Bool(false));
}

#[test]
fn section_6_no_direction_beats_the_gradient() {
    let r = at("x^2 + y^2", &["x=1,y=1"], &["--directions", "36"]);
    let norm = number(&r, "points.0.gradient_norm");
    assert_close(norm, 8.0_f64.sqrt(), EXACT);
    let directions = get(&r, "points.0.directions").as_array().unwrap();
    assert_eq!(directions.len(), 36);
    for d in directions {
        assert!(number(d, "derivative") <= norm * (1.0 + 1e-15));
    }
    let half = 0.5_f64.sqrt();
    assert_close(number(&r, "points.0.steepest_ascent.x"), half, EXACT);
}

#[test]
fn section_8_saddle_inflection_minimum() {
    let r = at("x^2 - y^2", &["x=0,y=0"], &["--hessian"]);
    assert_eq!(get(&r, "points.0.class"), "saddle");
    assert_eq!([number(&r, "points.0.eigenvalues.0"), number(&r, "points.0.eigenvalues.1")], [-2.0, 2.0]);
    for (formula, class) in [("x^3", "inflection"), ("x^4", "minimum"), ("-x^6", "maximum"), ("x^2", "minimum")] {
        assert_eq!(get(&at(formula, &["x=0"], &["--hessian"]), "points.0.class"), class, "{formula}");
    }
    assert!(get(&at("x^2", &["x=1"], &["--hessian"]), "points.0.class").is_null());
}

#[test]
fn section_10_examples_1_and_2() {
    let r = at("x*y*z", &["x=2,y=3,z=4"], &[]);
    assert_eq!(["x", "y", "z"].map(|v| number(&r, &format!("points.0.gradient.{v}"))), [12.0, 8.0, 6.0]);
    let r = at("x1^2 + 2*x2^2 + 3*x3^2 + 4*x4^2", &["x1=1,x2=1,x3=1,x4=1"], &[]);
    for (k, want) in [2.0, 4.0, 6.0, 8.0].into_iter().enumerate() {
        assert_eq!(number(&r, &format!("points.0.gradient.x{}", k + 1)), want);
    }
}

#[test]
fn section_13_where_derivatives_do_not_exist() {
    // formula, point, exit, status, value, partials (None: does not exist)
    type Case = (&'static str, &'static str, i32, &'static str, Option<f64>, &'static [(&'static str, Option<f64>)]);
    let trap = "if(x == 0 && y == 0, 0, x*y/(x^2+y^2))";
    let cases: &[Case] = &[
        (trap, "x=0,y=0", 0, "ok", Some(0.0), &[("x", Some(0.0)), ("y", Some(0.0))]),
        (trap, "x=1e-9,y=1e-9", 0, "ok", Some(0.5), &[]),
        ("if(x == 0, 0, sin(x^2)/x)", "x=0", 0, "ok", Some(0.0), &[("x", Some(1.0))]),
        ("x^y", "x=-2,y=3", 1, "undefined", Some(-8.0), &[("x", Some(12.0)), ("y", None)]),
        ("x*abs(x) + abs(y)^2", "x=0,y=0", 0, "ok", Some(0.0), &[("x", Some(0.0)), ("y", Some(0.0))]),
        ("abs(x) + y", "x=0,y=1", 1, "kink", Some(1.0), &[("x", None), ("y", Some(1.0))]),
        ("if(x > 0, sqrt(x), 0)", "x=-1", 0, "ok", Some(0.0), &[("x", Some(0.0))]),
        ("if(x > 0, x^2, 0)", "x=0", 0, "ok", Some(0.0), &[("x", Some(0.0))]),
        ("if(x > 0, x, 0)", "x=0", 1, "kink", Some(0.0), &[("x", None)]),
        ("if(x > 0, 1, 0)", "x=0", 1, "jump", Some(0.0), &[("x", None)]),
        ("x/x", "x=0", 1, "undefined", None, &[("x", None)]),
        ("1/(1/x)", "x=0", 1, "undefined", None, &[("x", None)]),
        ("ln(x)", "x=-1", 1, "undefined", None, &[("x", None)]),
        ("sqrt(x)", "x=0", 1, "undefined", Some(0.0), &[("x", None)]),
        ("x*sqrt(x)", "x=0", 1, "undefined", Some(0.0), &[("x", None)]),
        ("x^1.5", "x=0", 1, "undefined", Some(0.0), &[("x", None)]),
        ("cbrt(x)", "x=0", 1, "undefined", Some(0.0), &[("x", None)]),
        ("cbrt(x)^3", "x=0", 0, "ok", Some(0.0), &[("x", Some(1.0))]),
        ("x^2", "x=0", 0, "ok", Some(0.0), &[("x", Some(0.0))]),
        ("x^y", "x=0,y=2", 0, "ok", Some(0.0), &[("x", Some(0.0)), ("y", Some(0.0))]),
        ("x^0", "x=0", 0, "ok", Some(1.0), &[("x", Some(0.0))]),
        ("hypot(x, y)", "x=0,y=0", 1, "kink", Some(0.0), &[("x", None), ("y", None)]),
        ("hypot(x, y)^2", "x=0,y=0", 0, "ok", Some(0.0), &[("x", Some(0.0)), ("y", Some(0.0))]),
        ("sqrt(x^2 + y^2)", "x=0,y=0", 1, "kink", Some(0.0), &[("x", None), ("y", None)]),
        ("atan2(y, x)", "x=1,y=0", 0, "ok", Some(0.0), &[("x", Some(0.0)), ("y", Some(1.0))]),
        ("atan2(y, x)", "x=0,y=2", 0, "ok", None, &[("x", Some(-0.5)), ("y", Some(0.0))]),
        ("atan2(y, x)", "x=-1,y=0", 1, "jump", None, &[("x", Some(0.0)), ("y", None)]),
        ("atan2(y, x)", "x=0,y=0", 1, "undefined", None, &[("x", None), ("y", None)]),
        ("floor(x)", "x=2", 1, "jump", Some(2.0), &[("x", None)]),
        ("floor(x)", "x=2.5", 0, "ok", Some(2.0), &[("x", Some(0.0))]),
        ("max(x, y)", "x=1,y=1", 1, "kink", Some(1.0), &[("x", None), ("y", None)]),
        ("max(x, x)", "x=1", 0, "ok", Some(1.0), &[("x", Some(1.0))]),
        ("x*sign(x)", "x=0", 1, "kink", Some(0.0), &[("x", None)]),
        ("x^2*sign(x)", "x=0", 0, "ok", Some(0.0), &[("x", Some(0.0))]),
        ("exp(x)", "x=1000", 1, "overflow", None, &[("x", None)]),
        // the value underflows to 0; the rule for its slope is inf/inf, and nothing is made up for it
        ("1/(1 + exp(-x))", "x=-1000", 1, "overflow", Some(0.0), &[("x", None)]),
        ("sigmoid(x)", "x=-1000", 0, "ok", Some(0.0), &[("x", Some(0.0))]),
        ("relu(x)", "x=0", 1, "kink", Some(0.0), &[("x", None)]),
        ("if(ln(x) > 0, 1, 2)", "x=-1", 1, "undefined", None, &[("x", None)]),
        ("if(x > 0 && ln(x) > 1, 1, 2)", "x=-1", 0, "ok", Some(2.0), &[("x", Some(0.0))]),
    ];
    for (formula, point, exit, status, value, partials) in cases {
        let (code, r, out) = run(&["grad", "-f", formula, "--at", point], &[]);
        let what = format!("{formula} at {point}: {}", String::from_utf8_lossy(&out.stderr));
        assert_eq!(code, *exit, "{what}");
        let r = r.unwrap_or_else(|| panic!("{what}"));
        assert_eq!(get(&r, "points.0.status"), status, "{what}");
        if matches!(*status, "undefined" | "overflow") && value.is_none() {
            assert!(get(&r, "points.0.value").is_null(), "{what}");
        }
        if let Some(v) = value {
            assert_eq!(number(&r, "points.0.value"), *v, "{what}");
        }
        for (name, want) in *partials {
            let got = get(&r, &format!("points.0.gradient.{name}"));
            match want {
                None => assert!(got.is_null(), "{what}: df/d{name} is {got}"),
                Some(w) => assert_close(got.as_f64().unwrap_or(f64::NAN), *w, 1e-8),
            }
        }
        if *exit == 1 {
            assert!(get(&r, "points.0.reason").is_string(), "{what}: no reason");
        }
    }
    // a kink may be allowed
    assert_eq!(run(&["grad", "-f", "abs(x)", "--at", "x=0", "--allow", "kink"], &[]).0, 0);
}

#[test]
fn section_15_value_and_gradient() {
    let r = at("x^2 + 4*y^2", &["x=2,y=1", "x=1,y=0.5", "x=1.2,y=0.9", "x=0.8,y=0.1"], &["--hessian"]);
    assert_eq!([number(&r, "points.0.gradient.x"), number(&r, "points.0.gradient.y")], [4.0, 8.0]);
    assert_eq!([number(&r, "points.1.gradient.x"), number(&r, "points.1.gradient.y")], [2.0, 4.0]);
    for (k, want) in [8.0, 2.0, 4.68, 0.68].into_iter().enumerate() {
        assert_close(number(&r, &format!("points.{k}.value")), want, EXACT);
    }
    assert_eq!(number(&r, "points.0.condition_number"), 4.0);
}
