//! What `grad` tells beside slopes: the article's numbers of sections 5 to 16, and the messages of wrong requests.

mod common;

use std::path::Path;

use common::{assert_close, get, gradus, number, result, run, run_in};
use serde_json::Value;

/// The result of a spec, which must end with `exit`.
fn spec(exit: i32, text: &str, extra: &[&str]) -> Value {
    let args: Vec<&str> = ["grad", "spec.toml"].iter().chain(extra).copied().collect();
    let (code, result, out) = run(&args, &[("spec.toml", text)]);
    assert_eq!(code, exit, "{text}: {}", String::from_utf8_lossy(&out.stderr));
    result.unwrap()
}

#[track_caller]
fn fails(args: &[&str], files: &[(&str, &str)], want: &str) {
    let (code, result, out) = run(args, files);
    let err = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!((code, result), (2, None), "{args:?}: {err}");
    assert!(err.starts_with(want), "{err}");
}

#[test]
fn section_5_partials_are_directional_derivatives_and_the_extremes_are_named() {
    let r = result(0, &["grad", "-f", "x^2 + y^2", "--at", "x=1,y=1", "--direction", "northeast=1,1"]);
    for (k, name) in ["x", "y"].iter().enumerate() {
        assert_eq!(get(&r, &format!("points.0.axis_directions.{k}.name")), name);
        assert_eq!(number(&r, &format!("points.0.axis_directions.{k}.derivative")), 2.0);
        assert_close(number(&r, &format!("points.0.axis_directions.{k}.limit")), 2.0, 1e-9);
    }
    assert!(number(&r, "points.0.directions.0.difference") < 1e-9);
    let out = gradus().args(["grad", "-f", "x^2 + y^2", "--at", "x=1,y=1", "--directions", "4"]).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(text.contains("the most is |grad f| = 2.82843 along (0.707107, 0.707107)"), "{text}");
    assert!(text.contains("the least is -2.82843 along (-0.707107, -0.707107)"), "{text}");
    assert!(text.contains("flat, with derivative 0, are (-0.707107, 0.707107)"), "{text}");
}

#[test]
fn sections_6_12_15_level_sets() {
    let r = result(0, &["grad", "-f", "x^2 + 4*y^2", "--at", "x=2,y=1", "--level-set"]);
    assert_eq!(number(&r, "points.0.level_set.level"), 8.0);
    assert_eq!(number(&r, "points.0.level_set.slope"), -0.5);
    assert!(number(&r, "points.0.level_set.max_abs_dot") < 1e-14);
    // in n dimensions n - 1 tangents, orthonormal, each orthogonal to the gradient
    let r = result(0, &["grad", "-f", "a^2 + b^2 + c^2 + d^2", "--at", "a=1,b=2,c=3,d=4", "--level-set"]);
    let basis: Vec<Vec<f64>> = serde_json::from_value(get(&r, "points.0.level_set.tangent_basis").clone()).unwrap();
    assert_eq!(basis.len(), 3);
    for (i, s) in basis.iter().enumerate() {
        for (j, t) in basis.iter().enumerate() {
            let dot: f64 = s.iter().zip(t).map(|(a, b)| a * b).sum();
            assert!((dot - if i == j { 1.0 } else { 0.0 }).abs() < 1e-15);
        }
        let along: f64 = s.iter().zip([2.0, 4.0, 6.0, 8.0]).map(|(a, b)| a * b).sum();
        assert!(along.abs() < 1e-14);
    }
    // at a critical point there is none, and it is said
    let r = result(0, &["grad", "-f", "x^2 + y^2", "--at", "x=0,y=0", "--level-set"]);
    assert!(get(&r, "points.0.level_set.tangent_basis").is_null());
}

#[test]
fn section_15_the_ellipse_as_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["grad", "-f", "x^2 + 4*y^2", "--at", "x=2,y=1", "--level-curve", "curve.csv"];
    for extra in [&[][..], &["--box", "x=-5:5,y=-5:5"]] {
        let (code, r, _) = run_in(folder.path(), &[&args[..], extra].concat());
        let r = r.unwrap();
        assert_eq!(code, 0);
        assert_eq!(get(&r, "level_curve.branches.0.closed"), &Value::Bool(true));
        assert_eq!(get(&r, "level_curve.complete"), &if extra.is_empty() { Value::Null } else { Value::Bool(true) });
        let text = std::fs::read_to_string(folder.path().join("curve.csv")).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("branch,s,x,y,f,df_dx,df_dy"));
        let rows: Vec<Vec<f64>> = lines.map(|l| l.split(',').map(|c| c.parse().unwrap()).collect()).collect();
        assert!(rows.len() > 40);
        for row in &rows {
            let (x, y) = (row[2], row[3]);
            assert!((x * x + 4.0 * y * y - 8.0).abs() < 1e-13 * 8.0);
            assert_eq!((row[5], row[6]), (2.0 * x, 8.0 * y));
        }
        assert!(rows.windows(2).all(|w| w[1][1] > w[0][1]), "the length grows");
    }
}

#[test]
fn section_8_critical_points() {
    let r = result(0, &["grad", "-f", "x^2 - y^2", "--critical", "--box", "x=-5:5,y=-5:5"]);
    assert_eq!(get(&r, "critical_points.0.class"), "saddle");
    assert_eq!(get(&r, "critical_points.0.certified"), &Value::Bool(true));
    assert_eq!(number(&r, "critical_points.0.index"), 1.0);
    assert_eq!(get(&r, "complete"), &Value::Bool(true));
    // degenerate: listed, not dropped, exit 1
    let r = result(1, &["grad", "-f", "x^3 - 3*x*y^2", "--critical", "--box", "x=-1:1,y=-1:1"]);
    assert_eq!(get(&r, "status"), "undecided");
    assert_eq!(get(&r, "undecided").as_array().unwrap().len(), 1);
    assert_eq!((number(&r, "undecided.0.at.x"), number(&r, "undecided.0.at.y")), (0.0, 0.0));
    assert_eq!(get(&r, "complete"), &Value::Bool(false));
    result(0, &["grad", "-f", "x^4 + y^4", "--critical", "--box", "x=-1:1,y=-1:1", "--allow", "undecided"]);
    // a budget that runs out leaves a partial answer
    let args = ["grad", "-f", "sin(x)*sin(y)", "--critical", "--box", "x=0:60,y=0:60", "--budget", "300"];
    let r = result(1, &args);
    assert_eq!(get(&r, "status"), "budget");
    assert!(!get(&r, "undecided").as_array().unwrap().is_empty());
    // the table
    let folder = tempfile::tempdir().unwrap();
    let args = ["grad", "-f", "x^3 - 3*x", "--critical", "--box", "x=-3:3", "-o", "points.csv"];
    assert!(gradus().current_dir(folder.path()).args(args).output().unwrap().status.success());
    let text = std::fs::read_to_string(folder.path().join("points.csv")).unwrap();
    assert_eq!(text, "x,f,class,index,certified\n-1,2,maximum,1,true\n1,-2,minimum,0,true\n");
}

#[test]
fn section_9_the_chain_rule_both_ways() {
    let circle = "formula = \"x^2 + y^2\"\n[variables]\nx = 1\ny = 0\n[grad.path]\nto = \"2*pi\"\nfrom = 0\nsteps = 8\n\
                  x = \"cos(t)\"\ny = \"sin(t)\"\n";
    let r = spec(0, circle, &[]);
    assert_eq!(get(&r, "path.on_level_set"), &Value::Bool(true));
    assert_eq!(number(&r, "path.max_difference"), 0.0);
    assert_eq!(get(&r, "path.rows").as_array().unwrap().len(), 9);
    // f(2t, t^2, 1/t) with f = x*y + z^2: d/dt (2 t^3 + t^-2) = 6 t^2 - 2 t^-3
    let space = "formula = \"x*y + z^2\"\n[variables]\nx = 1\ny = 0\nz = 1\n[grad.path]\nparameter = \"s\"\nfrom = 1\n\
                 to = 3\nsteps = 2\nx = \"2*s\"\ny = \"s^2\"\nz = \"1/s\"\n";
    let r = spec(0, space, &[]);
    for (k, s) in [1.0, 2.0, 3.0].into_iter().enumerate() {
        for key in ["df_dt", "df_dt_composed"] {
            assert_close(number(&r, &format!("path.rows.{k}.{key}")), 6.0 * s * s - 2.0 / (s * s * s), 1e-14);
        }
    }
    assert_eq!(get(&r, "path.on_level_set"), &Value::Bool(false));
    // a path that meets its first level at every step, and leaves it between them
    let wavy = "formula = \"x\"\n[variables]\nx = 0\n[grad.path]\nfrom = 0\nto = 8\nsteps = 8\nx = \"sin(2*pi*t)\"\n";
    assert_eq!(get(&spec(0, wavy, &[]), "path.on_level_set"), &Value::Bool(false));
    // a corner on the way
    let corner = "formula = \"abs(x)\"\n[variables]\nx = 1\n[grad.path]\nfrom = -1\nto = 1\nsteps = 2\nx = \"t\"\n";
    assert_eq!(get(&spec(1, corner, &[]), "status"), "undefined");
}

#[test]
fn section_11_the_linear_approximation() {
    let args = ["grad", "-f", "x^2 + y^2", "--at", "x=1,y=1", "--linearize", "0.1,-0.2", "--taylor", "2"];
    let r = result(0, &args);
    let key = |k: &str| format!("points.0.linearization.{k}");
    assert_close(number(&r, &key("gradient_dot")), -0.2, 1e-15);
    assert_close(number(&r, &key("approximation")), 1.8, 1e-15);
    assert_close(number(&r, &key("value")), 1.85, 1e-15);
    assert_close(number(&r, &key("error")), 0.05, 1e-15);
    assert_close(number(&r, &key("order")), 2.0, 1e-6);
    assert_close(number(&r, &key("quadratic.approximation")), 1.85, 1e-15);
    // the plane is a formula that the tool reads
    let plane = get(&r, &key("tangent_plane")).as_str().unwrap().to_string();
    let r = result(0, &["grad", "-f", &plane, "--at", "x=1.1,y=0.8"]);
    assert_close(number(&r, "points.0.value"), 1.8, 1e-15);
    let r = result(0, &["grad", "-f", "sin(x)", "--at", "x=0.5", "--linearize", "0.1", "--taylor", "2"]);
    assert_close(number(&r, "points.0.linearization.order"), 2.0, 1e-3);
    assert_close(number(&r, "points.0.linearization.quadratic.order"), 3.0, 1e-2);
    // a function with a root of the step has no order 2: x*sqrt(|x|) at 0 has 1.5
    let r = result(0, &["grad", "-f", "abs(x)^1.5", "--at", "x=0", "--linearize", "0.1"]);
    assert_close(number(&r, "points.0.linearization.order"), 1.5, 1e-6);
    // linear functions have no error, and no order
    let r = result(0, &["grad", "-f", "2*x + 1", "--at", "x=0", "--linearize", "0.5"]);
    assert!(get(&r, "points.0.linearization.order").is_null());
    let r = result(1, &["grad", "-f", "abs(x)", "--at", "x=0", "--linearize", "0.5"]);
    assert!(get(&r, "points.0.linearization.error").is_null());
}

#[test]
fn section_13_the_article_s_function() {
    let f = "if(x == 0 && y == 0, 0, x*y/(x^2+y^2))";
    let r = result(1, &["grad", "-f", f, "--at", "x=0,y=0", "--differentiability"]);
    let key = |k: &str| format!("points.0.differentiability.{k}");
    assert_eq!((number(&r, "points.0.gradient.x"), number(&r, "points.0.gradient.y")), (0.0, 0.0));
    assert_eq!(get(&r, &key("verdict")), "not_continuous");
    assert_eq!(get(&r, &key("witness.curve")), "y = x");
    assert_close(number(&r, &key("witness.limit")), 0.5, 1e-12);
    assert_eq!(get(&r, &key("evidence")), "numeric");
    assert_eq!(get(&r, "status"), "not_differentiable");
    let r = result(0, &["grad", "-f", "x^2*y + sin(x*y)", "--at", "x=0,y=0", "--differentiability"]);
    assert_eq!(get(&r, &key("evidence")), "proof");
    result(0, &["grad", "-f", f, "--at", "x=0,y=0", "--differentiability", "--allow", "not_differentiable"]);
}

const NORMAL: &str = "formula = \"(mu-3)^2 + (sigma-2)^2\"\n[variables]\nmu = 1\nsigma = 0.5\n[grad.metric]\n\
                      distribution = \"normal\"\nmean = \"mu\"\nsd = \"sigma\"\n";

#[test]
fn section_16_natural_gradients() {
    let key = |k: &str| format!("points.0.natural_gradient.{k}");
    let r = spec(0, NORMAL, &[]);
    let metric: Vec<Vec<f64>> = serde_json::from_value(get(&r, &key("metric")).clone()).unwrap();
    assert_eq!(metric, [[4.0, 0.0], [0.0, 8.0]]);
    assert_eq!(number(&r, &key("gradient.mu")), -1.0);
    assert_eq!(number(&r, &key("gradient.sigma")), -0.375);
    assert_eq!(number(&r, &key("condition_number")), 2.0);
    assert_close(number(&r, &key("kl_of_step")), 0.01, 1e-12);
    // KL of the normal distributions themselves: (1 + r, 0.5 + 0.375 r) from (1, 0.5)
    let rate = number(&r, &key("learning_rate"));
    let (m, s) = (rate, 0.5 + 0.375 * rate);
    let ln = gradus::numeric::elementary::ln(s / 0.5);
    assert_close(ln + (0.25 + m * m) / (2.0 * s * s) - 0.5, 0.01, 1e-12);
    assert!(number(&r, &key("kl_of_euclidean_step")) > 0.05, "the same rate, another length");
    // the same metric written as a matrix
    let matrix = NORMAL.split("distribution").next().unwrap().to_string()
        + "matrix = [[\"1/sigma^2\", \"0\"], [\"0\", \"2/sigma^2\"]]\nlearning_rate = 0.1\n";
    let again = spec(0, &matrix, &[]);
    assert_eq!(get(&again, &key("gradient")), get(&r, &key("gradient")));
    assert_eq!(get(&again, &key("kl_is")), "quadratic");
    // half the square of the step's length: 0.1^2 (4 + 8*0.375^2)/2
    assert_close(number(&again, &key("kl_of_step")), 0.5 * 0.01 * (4.0 + 1.125), 1e-14);
}

#[test]
fn section_16_fisher_is_the_hessian_in_natural_parameters_only() {
    let bernoulli = |formula: &str, p: &str| {
        format!(
            "formula = \"{formula}\"\n[variables]\nx = 0.7\n[grad.metric]\ndistribution = \"bernoulli\"\n\
             probability = \"{p}\"\n"
        )
    };
    let r = spec(0, &bernoulli("ln(1+exp(x)) - 0.3*x", "sigmoid(x)"), &[]);
    assert!(number(&r, "points.0.natural_gradient.fisher_minus_hessian") < 1e-15);
    // by the probability itself, the Hessian depends on the data and the Fisher matrix does not
    let r = spec(0, &bernoulli("-0.3*ln(x) - 0.7*ln(1-x)", "x"), &[]);
    assert!(number(&r, "points.0.natural_gradient.fisher_minus_hessian") > 1.0);
}

#[test]
fn section_16_the_empirical_fisher_matrix() {
    // log-density of N(m, 1): s = y - m; at m = 1 the mean of s^2 over y = 0, 1, 3, 4 is (1 + 0 + 4 + 9)/4
    let text = "formula = \"0.5*(y - m)^2\"\n[variables]\nm = 1\n[data]\nfile = \"d.csv\"\nreduce = \"mean\"\n\
                [grad.metric]\nlog_density = \"-0.5*(y - m)^2\"\n";
    let (code, r, out) = run(&["grad", "spec.toml"], &[("spec.toml", text), ("d.csv", "y\n0\n1\n3\n4\n")]);
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&out.stderr));
    let r = r.unwrap();
    assert_eq!(number(&r, "points.0.natural_gradient.metric.0.0"), 3.5);
    assert_eq!(number(&r, "points.0.gradient.m"), -1.0);
    assert_close(number(&r, "points.0.natural_gradient.gradient.m"), -1.0 / 3.5, 1e-15);
}

#[test]
fn bounds_are_proved() {
    let r = result(0, &["grad", "-f", "x^2*y + sin(x*y)", "--at", "x=1,y=2", "--certify"]);
    let pair =
        |k: &str| [number(&r, &format!("points.0.certified.{k}.0")), number(&r, &format!("points.0.certified.{k}.1"))];
    // 2 + sin 2, 4 + 2 cos 2, 1 + cos 2 to 17 digits
    let truths = [
        ("value", 2.909_297_426_825_681_7),
        ("gradient.x", 3.167_706_326_905_715),
        ("gradient.y", 0.583_853_163_452_857_6),
    ];
    for (key, truth) in truths {
        let [lo, hi] = pair(key);
        assert!(lo <= truth && truth <= hi && hi - lo < 5e-15, "{key}");
    }
    let r = result(1, &["grad", "-f", "abs(x)", "--at", "x=0", "--certify"]);
    assert!(get(&r, "points.0.certified.gradient.x").is_null());
}

#[test]
fn wrong_requests_say_what_is_wrong() {
    let at = ["grad", "-f", "x^2 + y^2", "--at", "x=1,y=1"];
    let with = |more: &[&'static str]| [&at[..], more].concat();
    fails(&with(&["--direction", "0,0"]), &[], "error: a direction of length 0 points nowhere\n");
    fails(&with(&["--linearize", "1"]), &[], "error: the displacement has 1 component, not 2\n");
    fails(&with(&["--linearize", "0,0"]), &[], "error: a displacement of length 0 goes nowhere\n");
    fails(&with(&["--critical"]), &[], "error: `x` has no box to search\n");
    fails(&with(&["--critical", "--box", "x=1:0,y=0:1"]), &[], "error: the box of `x` is empty\n");
    fails(&with(&["--critical", "--box", "z=0:1"]), &[], "error: unknown variable `z`\n");
    fails(&with(&["--level", "3"]), &[], "error: a level is one of a curve, and no --level-curve is asked for\n");
    fails(
        &["grad", "-f", "x*y*z", "--at", "x=1,y=1,z=1", "--level-curve", "c.csv"],
        &[],
        "error: level curves lie in a plane: there are 3 variables\n",
    );
    fails(&with(&["--level-curve", "c.csv", "--level", "-1"]), &[], "error: no point of the level -1 was found near");
    fails(&with(&["--level-set", "-o", "t.csv"]), &[], "error: level sets are about single points");
    // what keeps a point from having slopes is named
    let out = gradus().args(["grad", "-f", "y + ln(x - 2)", "--at", "x=1,y=1", "--level-set"]).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("`ln(x - 2)` needs x - 2 > 0"));
}

#[test]
fn wrong_metrics_and_paths_say_what_is_wrong() {
    let bad = |text: &str, want: &str| fails(&["grad", "spec.toml"], &[("spec.toml", text)], want);
    let two = "formula = \"x^2 + y^2\"\n[variables]\nx = 1\ny = 1\n";
    let metric = |body: &str| format!("{two}[grad.metric]\n{body}\n");
    bad(
        &metric("matrix = [[\"1\", \"2\"], [\"2\", \"1\"]]"),
        "error: the metric is not positive definite at x = 1, y = 1: its smallest eigenvalue is -1\n",
    );
    bad(
        &metric("matrix = [[\"1\", \"2\"], [\"3\", \"9\"]]"),
        "error: the metric is not symmetric: entries (2, 1) and (1, 2) are 3 and 2\n",
    );
    bad(&metric("matrix = [[\"1\"]]"), "error: the metric is to have 2 rows of 2 entries\n");
    bad(&metric("distribution = \"normal\"\nmean = \"x\""), "error: the normal distribution has no `sd`\n");
    bad(&metric("distribution = \"norml\""), "error: unknown distribution `norml`\n");
    bad(&metric("distribution = \"poisson\"\nmean = \"x\"\nsd = \"y\""), "error: `sd` is no key of this metric\n");
    bad(
        &metric("damping = 1"),
        "error: [grad.metric] wants one of `matrix`, `distribution` and `log_density`, and has none\n",
    );
    bad(
        &metric("log_density = \"x\""),
        "error: a density's Fisher matrix is a mean over rows, and there is no [data]\n",
    );
    bad(
        &NORMAL.replace("\"sigma\"", "\"-sigma\""),
        "error: the distribution needs sd > 0, and has 1, -0.5 at mu = 1, sigma = 0.5\n",
    );
    let path = |body: &str| format!("{two}[grad.path]\n{body}\n");
    bad(
        &path("parameter = \"x\"\nfrom = 0\nto = 1\nx = \"x\"\ny = \"x\""),
        "error: the path's parameter `x` is a variable or constant of the formula too\n",
    );
    bad(&path("from = 0\nto = 1\nx = \"t\""), "error: [grad.path] has no `y`\n");
    bad(
        &path("from = 0\nto = 1\nx = \"t\"\ny = \"t\"\nz = \"t\""),
        "error: `z` is neither a key of [grad.path] nor a variable\n",
    );
    bad(&path("from = 0\nto = 1\nsteps = 0\nx = \"t\"\ny = \"t\""), "error: `steps` is to be a whole number");
}

#[test]
fn the_curve_of_a_spec_stands_beside_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    let text = "formula = \"x^2 + y^2\"\nvariables.x = 1\nvariables.y = 0\n[grad]\nlevel_curve = \"circle.csv\"\n";
    std::fs::write(folder.path().join("in/spec.toml"), text).unwrap();
    let (code, r, _) = run_in(folder.path(), &["grad", "in/spec.toml"]);
    assert_eq!(code, 0);
    assert!(Path::new(&folder.path().join("in/circle.csv")).exists());
    assert_close(number(&r.unwrap(), "level_curve.branches.0.length"), 2.0 * std::f64::consts::PI, 1e-4);
}
