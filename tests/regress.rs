//! `gradus regress`: certified and reference fits, what is refused, what comes out.
//!
//! NIST's certified values and the 34-digit reference fits are in `tests/data/regress`, with their sources.

#![allow(clippy::disallowed_methods)] // std's functions count digits and say what is expected; they compute no result

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use support::{Done, Folder};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/regress").join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(name)).unwrap()).unwrap()
}

/// The result of `gradus regress ARGS`, which must end with `exit`.
#[track_caller]
fn fit(folder: &Folder, exit: i32, args: &[&str]) -> Value {
    let done = folder.run(&[&["regress"], args, &["-o", "fit.json"]].concat());
    assert_eq!(done.exit, exit, "{args:?}: {}", done.err);
    folder.json("fit.json")
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        other => other.as_f64().unwrap_or_else(|| panic!("{other} is no number")),
    }
}

fn column(fit: &Value, key: &str) -> Vec<f64> {
    fit["coefficients"].as_array().unwrap().iter().map(|c| c[key].as_f64().unwrap_or(f64::NAN)).collect()
}

/// Correct significant digits, at most 15.9.
fn digits(got: f64, want: f64) -> f64 {
    let error = if want == 0.0 { got.abs() } else { ((got - want) / want).abs() };
    if error == 0.0 { 15.9 } else { (-error.log10()).min(15.9) }
}

fn truths(values: &Value) -> Vec<f64> {
    values.as_object().unwrap().values().map(number).collect()
}

// ---------------------------------------------------------------- certified data

/// Digits of the worst coefficient and standard error of a NIST set, fitted with `flags`.
fn nist(name: &str, flags: &[&str]) -> (f64, f64) {
    let set = &json("nist/certified.json")["datasets"][name];
    let terms: Vec<&str> =
        set["design_columns"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).filter(|t| *t != "1").collect();
    let (file, features) = (data(&format!("nist/{name}.csv")), terms.join(","));
    let mut args = vec![file.to_str().unwrap(), "--target", "y", "--features", &features];
    if set["intercept"] == false {
        args.push("--no-intercept");
    }
    args.extend(flags);
    let found = fit(&Folder::new(), 0, &args);
    let exact = &set["recomputed_exact_rational"];
    if flags.is_empty() {
        assert_eq!(found["solver"], "householder");
        for (theirs, ours) in
            [("residual_sum_of_squares", "deviance"), ("residual_sd", "sigma"), ("r_squared", "r_squared")]
        {
            let (got, want) = (number(&found["fit"][ours]), number(&exact[theirs]));
            assert!(digits(got, want) >= LAST, "{name} {ours}: {got} {want}");
        }
    }
    let worst = |key: &str, want: &Value| {
        let (got, want) = (column(&found, key), truths(want));
        assert_eq!(got.len(), want.len());
        got.iter().zip(want).map(|(g, w)| digits(*g, w)).fold(15.9, f64::min)
    };
    if number(&exact["residual_sd"]) == 0.0 {
        // a perfect fit: the certified standard errors are 0
        assert!(column(&found, "std_error").iter().all(|e| e.abs() < 1e-6));
        return (worst("estimate", &exact["parameters"]), 15.9);
    }
    (worst("estimate", &exact["parameters"]), worst("std_error", &exact["standard_errors"]))
}

const SETS: [&str; 10] =
    ["Norris", "Pontius", "NoInt1", "NoInt2", "Longley", "Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5"];

/// An f64 next to the right one is off by 2^-52 at most.
const LAST: f64 = 15.65;

#[test]
fn nist_sets_to_the_last_digit() {
    for name in SETS.iter().chain(&["Filip"]) {
        let (coefficients, errors) = nist(name, &[]);
        assert!(coefficients >= LAST && errors >= LAST, "{name}: {coefficients:.1} and {errors:.1} digits");
    }
}

#[test]
fn nist_sets_from_sums_to_twelve_digits() {
    for name in SETS {
        let (coefficients, errors) = nist(name, &["--solver", "gram"]);
        assert!(coefficients >= 12.0 && errors >= 12.0, "{name}: {coefficients:.1} and {errors:.1} digits");
    }
    // its decimal data, rounded to f64, have no more than 11 to 14 digits of the answer in them
    let (coefficients, errors) = nist("Filip", &["--solver", "gram"]);
    assert!(coefficients >= 11.0 && errors >= 11.0, "Filip: {coefficients:.1} and {errors:.1} digits");
}

#[test]
fn which_data_are_few() {
    // rows times squared coefficients: 100,000 by 4 is the limit; a second piece of text (4096 lines) ends it before
    let folder = Folder::new();
    let table = |rows: usize| {
        let lines: Vec<String> = (0..rows).map(|i| format!("{},{}.1\n", i % 7, i % 11)).collect();
        format!("x,y\n{}", lines.concat())
    };
    let solver = |args: &[&str]| fit(&folder, 0, &[&["--target", "y"], args].concat())["solver"].clone();
    for (rows, by) in [(3, "householder"), (4000, "householder"), (4095, "householder"), (4200, "gram")] {
        folder.write("d.csv", table(rows));
        assert_eq!(solver(&["d.csv"]), by, "{rows}");
    }
    // several files count together, each being one piece
    folder.write("a.csv", table(2000));
    folder.write("b.csv", table(2000));
    assert_eq!(solver(&["a.csv", "b.csv"]), "householder");
    assert_eq!(solver(&["a.csv", "d.csv"]), "gram");
    assert_eq!(solver(&["a.csv", "--features", "poly(x, 6)"]), "householder");
    assert_eq!(solver(&["a.csv", "--features", "poly(x, 6),y^2,y^3,y^4,y^5,y^6,y^7,y^8,y^9,y^10,y^11"]), "gram"); // 2000 * 17^2
    for s in ["gram", "qr", "normal", "householder"] {
        assert_eq!(solver(&["d.csv", "--solver", s]), s);
    }
    // the rows' place (memory, disk, a pipe) and what is done with them change nothing
    let estimates = |args: &[&str]| column(&fit(&folder, 0, &[&["--target", "y"], args].concat()), "estimate");
    let plain = estimates(&["a.csv"]);
    assert_eq!(plain, estimates(&["a.csv", "--predictions", "p.csv"]));
    assert_eq!(plain, estimates(&["a.csv", "--predictions", "p.csv", "--memory", "0"]));
    let all = estimates(&["d.csv", "--solver", "householder"]);
    assert_eq!(all, estimates(&["d.csv", "--solver", "householder", "--memory", "0", "--threads", "3"]));
}

#[test]
fn filip_as_poly_is_the_same() {
    let folder = Folder::new();
    let file = data("nist/Filip.csv");
    let file = file.to_str().unwrap();
    let powers = "x,x^2,x^3,x^4,x^5,x^6,x^7,x^8,x^9,x^10";
    let one = fit(&folder, 0, &[file, "--target", "y", "--features", powers]);
    let two = fit(&folder, 0, &[file, "--target", "y", "--features", "poly(x, 10)"]);
    assert_eq!(one["coefficients"], two["coefficients"]);
    assert_eq!(one["warnings"][0]["code"], "ill_conditioned");
}

/// Compares a fit with the reference: coefficients and standard errors to `digits`, and the keys of the fit.
#[track_caller]
fn reference(set: &str, name: &str, args: &[&str]) {
    let want = &json("reference.json")["datasets"][set]["fits"][name];
    let file = data(&format!("{set}.csv"));
    let found = fit(&Folder::new(), 0, &[&[file.to_str().unwrap()], args].concat());
    let compare = |key: &str, want: Vec<f64>, floor: f64| {
        let got = column(&found, key);
        assert_eq!(got.len(), want.len(), "{key}");
        for (g, w) in got.iter().zip(want) {
            // 34-digit arithmetic behind it; what is 0 by the penalty is exactly 0
            assert!(digits(*g, w) >= floor, "{set} {name} {key}: {g}, expected {w}");
        }
    };
    compare("estimate", truths(&want["coefficients"]), 9.0);
    for (key, ours) in [("standard_errors", "std_error"), ("p_values", "p_value")] {
        if want[key].is_object() {
            compare(ours, truths(&want[key]), if key == "p_values" { 8.0 } else { 9.0 });
        }
    }
    let penalised = args.contains(&"--penalty");
    for (theirs, ours) in [
        ("log_likelihood", "log_likelihood"),
        ("aic", "aic"),
        ("bic", "bic"),
        ("r_squared", "r_squared"),
        ("adjusted_r_squared", "adj_r_squared"),
        ("f_statistic", "f_statistic"),
        ("f_p_value", "f_p_value"),
        ("residual_sd", "sigma"),
        ("deviance", "deviance"),
        ("null_deviance", "null_deviance"),
    ] {
        if want[theirs].is_number() && !penalised {
            let (g, w) = (number(&found["fit"][ours]), number(&want[theirs]));
            assert!(digits(g, w) >= 8.0, "{set} {name} {ours}: {g}, expected {w}");
        }
    }
}

#[test]
fn linear_reference_fits() {
    reference("engel", "ols", &["--target", "foodexp", "--features", "income"]);
    reference("engel", "wls", &["--target", "foodexp", "--features", "income", "--weights", "1/income^2"]);
    reference("stackloss", "ols", &["--target", "stackloss"]);
    reference("stackloss", "ols", &["--target", "stackloss", "--solver", "qr"]);
    reference("diabetes", "ols", &["--target", "target"]);
}

#[test]
fn penalised_reference_fits() {
    let ridge = format!("{:?}", 1.0 / 442.0);
    reference("diabetes", "ridge_alpha_1", &["--target", "target", "--penalty", "ridge", "--lambda", &ridge]);
    reference("diabetes", "lasso_alpha_0.1", &["--target", "target", "--penalty", "lasso", "--lambda", "0.1"]);
    reference("diabetes", "lasso_alpha_1", &["--target", "target", "--penalty", "lasso", "--lambda", "1"]);
    // the ends of an elastic net are the other two
    let net = ["--target", "target", "--penalty", "elastic-net", "--lambda", "0.1", "--l1-ratio", "1"];
    reference("diabetes", "lasso_alpha_0.1", &net);
}

#[test]
fn generalised_reference_fits() {
    let gamma = ["--target", "foodexp", "--features", "ln(income)", "--family", "gamma", "--link", "log"];
    reference("engel", "gamma_log_link", &gamma);
    let features = "logpopul,selflr,age,educ,income";
    reference("anes96", "logit_vote", &["--target", "vote", "--features", features, "--family", "logistic"]);
    reference("anes96", "multinomial_logit", &["--target", "pid", "--features", features, "--family", "multinomial"]);
}

// ---------------------------------------------------------------- by hand

/// X'X = [[6, 3], [3, 3]], X'y = (12.5, 9.5), w = (1, 13/6).
const ROWS: &str = "x1,x2,y\n1,0,1\n0,1,2\n1,1,3.5\n2,1,4\n";

#[test]
fn the_normal_equations_and_gradient_descent_digit_by_digit() {
    let folder = Folder::with("data.csv", ROWS);
    let by =
        |more: &[&str], exit| fit(&folder, exit, &[&["data.csv", "--target", "y", "--no-intercept"], more].concat());
    for solver in ["gram", "qr", "normal"] {
        let found = by(&["--solver", solver], 0);
        let w = column(&found, "estimate");
        assert!((w[0] - 1.0).abs() < 1e-14 && (w[1] - 13.0 / 6.0).abs() < 1e-14, "{solver}: {w:?}");
        assert_eq!(
            found["normal_equations"]["xtx"],
            serde_json::json!([[6, 3], [3, 3]]).to_string().parse::<Value>().unwrap()
        );
        assert_eq!(column(&found, "std_error").len(), 2);
    }
    // w1 = 0 - 0.1 X'(0 - y) = (1.25, 0.95); w2 = w1 - 0.1 (X'X w1 - X'y), X'X w1 = (10.35, 6.6)
    let steps = ["--solver", "gradient-descent", "--learning-rate", "0.1", "--trace", "trace.csv", "--max-iterations"];
    let one = column(&by(&[&steps[..], &["1"]].concat(), 1), "estimate");
    assert_eq!(one, [0.1 * 12.5, 0.1 * 9.5]);
    let two = column(&by(&[&steps[..], &["2"]].concat(), 1), "estimate");
    assert!((two[0] - 1.465).abs() < 1e-15 && (two[1] - 1.24).abs() < 1e-15, "{two:?}");
    // the loss |y|^2/2n = 33.25/8 at w = 0; the largest part of the gradient (12.5, 9.5)/4
    let trace = folder.read("trace.csv");
    assert!(trace.starts_with("iteration,loss,gradient_norm\n0,4.15625,3.125\n"), "{trace}");
    let all = by(&["--solver", "gradient-descent"], 0);
    let w = column(&all, "estimate");
    assert!((w[0] - 1.0).abs() < 1e-11 && (w[1] - 13.0 / 6.0).abs() < 1e-11, "{w:?}");
    let wild = by(&["--solver", "gradient-descent", "--learning-rate", "1"], 1);
    assert_eq!(wild["status"], "diverged");
}

#[test]
fn robust_errors_by_hand() {
    // y = (1, 2, 6) at x = (0, 1, 2): b = (0.5, 2.5), e = (0.5, -1, 0.5), leverages (5, 2, 5)/6, Sxx = 2.
    // var b1 = sum (x - 1)^2 e^2/Sxx^2 = 0.125; HC1 times 3; HC2: e^2/(1/6): 0.75; HC3: e^2/(1/36): 4.5
    let folder = Folder::with("data.csv", "x,y\n0,1\n1,2\n2,6\n");
    for (kind, want) in [("hc0", 0.125f64), ("hc1", 0.375), ("hc2", 0.75), ("hc3", 4.5)] {
        let found = fit(&folder, 0, &["data.csv", "--target", "y", "--robust", kind]);
        let got = column(&found, "std_error")[1];
        assert!((got - want.sqrt()).abs() < 1e-14, "{kind}: {got}");
        // of one term it is t^2, with 1 and 1 degrees of freedom
        let f = number(&found["fit"]["f_statistic"]);
        assert!((f / (6.25 / want) - 1.0).abs() < 1e-13, "{kind}: {f}");
        let p = number(&found["fit"]["f_p_value"]);
        assert!((p - number(&found["coefficients"][1]["p_value"])).abs() < 1e-14);
    }
    // statsmodels 0.15: OLS(target, [1, bmi, bp, s5]).fit(cov_type=...)
    let file = data("diabetes.csv");
    let args = [file.to_str().unwrap(), "--target", "target", "--features", "bmi,bp,s5", "--robust"];
    for (kind, f, p) in [
        ("hc0", 188.80053189036255, 1.461841791609707e-78),
        ("hc1", 187.0919297918068, 4.4737170197582725e-78),
        ("hc2", 186.44471857559154, 6.844226321081362e-78),
        ("hc3", 184.10827960137763, 3.1983704928107417e-77),
    ] {
        let found = fit(&folder, 0, &[&args[..], &[kind]].concat());
        assert!(digits(number(&found["fit"]["f_statistic"]), f) > 12.0, "{kind}");
        assert!(digits(number(&found["fit"]["f_p_value"]), p) > 11.0, "{kind}"); // p answers to 90 times the last digits of F
    }
    let found = fit(&folder, 0, &[&args[..], &["hc1", "--no-intercept"]].concat());
    assert!(digits(number(&found["fit"]["f_statistic"]), 15.12312655097709) > 12.0);
}

#[test]
fn categories_by_hand() {
    // means by level: a 1.5, b 4, c 10; the intercept is the reference level's mean
    let folder = Folder::with("data.csv", "kind,y\nb,3\na,1\nc,10\na,2\nb,5\nc,10\n");
    let done = folder.run(&["regress", "data.csv", "--target", "y", "-o", "fit.json"]);
    let want = "warning: `kind` is no number and is read as a category of 3 levels; its reference level is `a`\n";
    assert_eq!((done.exit, done.err.as_str()), (0, want));
    let found = folder.json("fit.json");
    let terms: Vec<&str> =
        found["coefficients"].as_array().unwrap().iter().map(|c| c["term"].as_str().unwrap()).collect();
    assert_eq!(terms, ["(intercept)", "kind=b", "kind=c"]);
    for (got, want) in column(&found, "estimate").iter().zip([1.5, 2.5, 8.5]) {
        assert!((got - want).abs() < 1e-14, "{got} {want}");
    }
    // applied: the levels are known, others are refused
    folder.write("new.csv", "y,kind\n,c\n,a\n");
    let done = folder.run(&["regress", "--model", "fit.json", "--predict", "new.csv", "-o", "new_out.csv"]);
    assert_eq!((done.exit, done.err.as_str()), (0, ""));
    assert_eq!(folder.read("new_out.csv"), "y,kind,y_predicted\n,c,10\n,a,1.5\n");
    folder.write("odd.csv", "kind\na\nd\n");
    let done = folder.run(&["regress", "--model", "fit.json", "--predict", "odd.csv", "-o", "odd_out.csv"]);
    let want =
        "error: odd.csv:3: `kind` is `d`, a level that the model has never seen\nhelp: its levels are `a`, `b`, `c`\n";
    assert_eq!(done, Done { exit: 2, out: String::new(), err: want.into() });
    assert!(!folder.path("odd_out.csv").exists());
}

#[test]
fn predictions_of_a_kept_model_are_those_of_the_fit() {
    let folder = Folder::new();
    let (anes, features) = (data("anes96.csv"), "logpopul,selflr,age^2,educ,income");
    let anes = anes.to_str().unwrap();
    for family in ["logistic", "linear", "poisson"] {
        let args = [anes, "--target", "vote", "--features", features, "--family", family, "--predictions", "in.csv"];
        fit(&folder, 0, &args);
        let done = folder.run(&["regress", "--model", "fit.json", "--predict", anes, "-o", "out.csv", "-q"]);
        assert_eq!(done.exit, 0, "{}", done.err);
        let last = |name: &str| -> Vec<String> {
            folder.read(name).lines().skip(1).map(|l| l.rsplit(',').next().unwrap().to_string()).collect()
        };
        assert_eq!(last("in.csv"), last("out.csv"), "{family}");
        assert_eq!(last("in.csv").len(), 944);
    }
}

#[test]
fn offset_and_no_intercept() {
    // counts 2, 8 in 1, 3 days: the rate is 10/4, its logarithm the intercept
    let folder = Folder::with("data.csv", "n,days\n2,1\n8,3\n");
    let args = ["data.csv", "--target", "n", "--family", "poisson", "--offset", "ln(days)", "--exclude", "days"];
    let found = fit(&folder, 0, &args);
    assert!((column(&found, "estimate")[0] - 2.5f64.ln()).abs() < 1e-14);
    // a sum of squares through the origin: b = sum xy/sum xx
    let folder = Folder::with("data.csv", "x,y\n1,2\n3,4\n");
    let found = fit(&folder, 0, &["data.csv", "--target", "y", "--no-intercept"]);
    assert!((column(&found, "estimate")[0] - 1.4).abs() < 1e-15);
}

#[test]
fn missing_values() {
    let folder = Folder::with("data.csv", "x,y\n0,1\n,7\n1,2\n2,3\nNA,9\n");
    let done = folder.run(&["regress", "data.csv", "--target", "y"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.starts_with("error: data.csv:3: column `x` is empty\n"), "{}", done.err);
    let found = fit(&folder, 0, &["data.csv", "--target", "y", "--missing", "drop"]);
    assert_eq!(found["rows"]["read"], 5);
    assert_eq!(found["rows"]["used"], 3);
    assert_eq!(found["fit"]["n"], 3);
    // the mean of 0, 1, 2 is 1: slope sum (x - 1) y/2 = 1, level the mean of all y
    let found = fit(&folder, 0, &["data.csv", "--target", "y", "--missing", "mean"]);
    let b = column(&found, "estimate");
    assert!((b[1] - 1.0).abs() < 1e-14 && (b[0] - (22.0 / 5.0 - 1.0)).abs() < 1e-14, "{b:?}");
}

// ---------------------------------------------------------------- what is refused

#[test]
fn separated_classes_are_refused_and_the_columns_named() {
    let iris = std::fs::read_to_string(data("iris.csv")).unwrap();
    let body = iris.lines().skip(1).map(|row| {
        let (left, class) = row.rsplit_once(',').unwrap();
        format!("{left},{}\n", if class.parse::<f64>().unwrap() == 0.0 { 1 } else { 0 })
    });
    let text: String = std::iter::once("a,b,petal_length,petal_width,setosa\n".to_string()).chain(body).collect();
    let folder = Folder::with("iris.csv", text);
    let done = folder.run(&["regress", "iris.csv", "--target", "setosa", "--family", "logistic", "-o", "fit.json"]);
    assert_eq!(done.exit, 1);
    assert!(done.err.contains("no (separated): the classes are separated by"), "{}", done.err);
    let found = folder.json("fit.json");
    assert_eq!(found["status"], "separated");
    assert!(found["coefficients"][0]["estimate"].is_null() && found["model"].is_null());
    // quasi-separated: x = 1 has both classes, beyond it one each; z tells nothing
    folder.write("quasi.csv", "x,z,y\n0,1,0\n0,0,0\n1,0,0\n1,1,1\n1,0,1\n1,1,0\n2,0,1\n2,1,1\n");
    let done = folder.run(&["regress", "quasi.csv", "--target", "y", "--family", "logistic"]);
    assert_eq!(done.exit, 1);
    assert!(done.err.starts_with("no (separated): the classes are separated by `x`:"), "{}", done.err);
    // a penalty has an answer
    let ridge = ["quasi.csv", "--target", "y", "--family", "logistic", "--penalty", "ridge", "--lambda", "0.1"];
    fit(&folder, 0, &ridge);
}

#[test]
fn a_penalty_treats_all_classes_alike() {
    // scikit-learn 1.9's LogisticRegression(C=1/(lambda n), tol=1e-14), polished by Newton's method on all classes: the
    // differences to class a
    let want = [("b", [-0.56562769, 1.46479885, -0.05977039]), ("c", [0.22293502, 0.14720911, -1.23621629])];
    let text = include_str!("data/regress/three_classes.csv");
    let folder = Folder::with("data.csv", text);
    // with other names another class is the reference
    std::fs::write(folder.path("renamed.csv"), text.replace(",a\n", ",z\n")).unwrap();
    let fit = |file: &str| {
        let flags =
            ["--target", "class", "--family", "multinomial", "--penalty", "ridge", "--lambda", "0.05", "-o", "o.json"];
        assert_eq!(folder.run(&[&["regress", file][..], &flags].concat()).exit, 0);
        let found = folder.json("o.json");
        let of = |class: &str| -> Vec<f64> {
            let rows = found["coefficients"].as_array().unwrap().iter().filter(|c| c["class"] == class);
            rows.map(|c| c["estimate"].as_f64().unwrap()).collect()
        };
        ["a", "b", "c", "z"].map(of)
    };
    let [_, b, c, _] = fit("data.csv");
    for (found, (class, want)) in [&b, &c].into_iter().zip(want) {
        for (found, want) in found.iter().zip(want) {
            assert!((found - want).abs() < 1e-8, "{class}: {found}, not {want}");
        }
    }
    // differences to class b
    let [_, _, renamed, z] = fit("renamed.csv");
    for i in 0..3 {
        assert!((z[i] + b[i]).abs() < 1e-12 && (renamed[i] - (c[i] - b[i])).abs() < 1e-12);
    }
}

#[test]
fn a_class_that_one_column_sets_apart_is_named() {
    // c stands alone beyond x = 5; a and b overlap, so that no row's class is certain there
    let mut text = String::from("x,z,kind\n");
    for i in 0..40 {
        let kind = ["a", "b", "b", "a", "a"][i * i % 5];
        text += &format!("{},{},{kind}\n", f64::from((i * 7 % 10) as u8) / 2.0, i % 3);
    }
    for i in 0..10 {
        text += &format!("{},{},c\n", 6 + i % 4, i % 3);
    }
    let folder = Folder::with("data.csv", text);
    let done = folder.run(&["regress", "data.csv", "--target", "kind", "--family", "multinomial"]);
    assert_eq!(done.exit, 1);
    assert!(done.err.contains("no (separated): the classes are separated by `x`"), "{}", done.err);
}

#[test]
fn columns_that_depend_on_each_other_are_named() {
    // f = 1.8 c + 32 in decimals; k never changes
    let mut text = String::from("c,f,k,u,y\n");
    for (i, y) in [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0].iter().enumerate() {
        let c = i as f64 * 0.1;
        let (f, u) = (format!("{:.2}", 1.8 * c + 32.0), (i * i) % 5);
        text += &format!("{c:.1},{f},0.1,{u},{y}\n");
    }
    let folder = Folder::with("data.csv", text);
    let done = folder.run(&["regress", "data.csv", "--target", "y", "-o", "fit.json"]);
    let want = "no (collinear): `f` depends on `c`: it has no estimate\n\
                no (collinear): `k` is the same in every row: it has no estimate\n";
    assert_eq!((done.exit, done.err.as_str()), (1, want));
    let found = folder.json("fit.json");
    let estimates = column(&found, "estimate");
    assert!(estimates[2].is_nan() && estimates[3].is_nan() && !estimates[4].is_nan(), "{estimates:?}");
    // the others are as if those columns were not there
    let alone = fit(&folder, 0, &["data.csv", "--target", "y", "--features", "c,u"]);
    for (a, b) in [(0, 0), (1, 1), (4, 2)] {
        assert!((estimates[a] - column(&alone, "estimate")[b]).abs() < 1e-12);
    }
    let allowed = folder.run(&["regress", "data.csv", "--target", "y", "--allow", "collinear", "-q"]);
    assert_eq!(allowed.exit, 0);
}

#[test]
fn wrong_requests_say_what_to_write() {
    let folder = Folder::with("d.csv", "x,kind,y\n1,a,1\n2,b,0\n3,a,5\n");
    let cases: &[(&[&str], &str)] = &[
        (&["d.csv"], "there is no target"),
        (&["--target", "y"], "there are no rows to read"),
        (&["d.csv", "--target", "z"], "`d.csv` has no column `z`"),
        (&["d.csv", "--target", "y", "--features", "q*"], "no column fits `q*`"),
        (&["d.csv", "--target", "y", "--features", "x,x"], "`x` stands twice among the features"),
        (&["d.csv", "--target", "y", "--features", "ln(kind)"], "`kind` is a category here; formulas need numbers"),
        (&["d.csv", "--target", "y", "--features", "poly(x, 0)"], "`poly` wants a column"),
        (&["d.csv", "--target", "y", "--features", "ln(x - 2)"], "d.csv:2: `ln(x - 2)` is NaN"),
        (&["d.csv", "--target", "kind"], "the target `kind` is no number, which linear regression needs"),
        (
            &["d.csv", "--target", "y", "--family", "logistic"],
            "d.csv:4: the target is 5; logistic regression needs 0 or 1",
        ),
        (
            &["d.csv", "--target", "y", "--family", "gamma"],
            "d.csv:3: the target is 0; gamma regression needs a number above 0",
        ),
        (
            &["d.csv", "--target", "y", "--family", "poisson", "--link", "logit"],
            "this link does not go with the family poisson",
        ),
        (&["d.csv", "--target", "y", "--weights", "x - 2"], "d.csv:2: the weight is -1, below 0"),
        (&["d.csv", "--target", "y", "--penalty", "lasso"], "a penalty needs its strength"),
        (&["d.csv", "--target", "y", "--lambda", "1"], "this is about the strength of a penalty"),
        (&["d.csv", "--target", "y", "--solver", "newton"], "the solver newton does not go with the family linear"),
        (
            &["d.csv", "--target", "y", "--max-iterations", "5"],
            "--max-iterations does not go with a solver that does not iterate",
        ),
        (&["d.csv", "--target", "y", "--confidence", "95"], "--confidence must be between 0 and 1, not 95"),
        (&["d.csv", "--target", "y", "-f", "x^2"], "`regress` fits rows and takes no formula of the whole"),
        (&["d.csv", "--target", "y", "--loss", "1"], "the loss does not depend on `prediction`"),
        (
            &["d.csv", "--target", "y", "--coefficients", "c.json"],
            "`c.json` is a table, and json is written as a whole",
        ),
    ];
    for (args, want) in cases {
        let Done { exit, err, .. } = folder.run(&[&["regress"], *args, &["-o", "fit.json"]].concat());
        assert_eq!(exit, 2, "{args:?}: {err}");
        assert!(err.starts_with("error: ") && err.contains(want), "{args:?}: {err}");
        assert_eq!(folder.names(), ["d.csv"], "{args:?}: no file is left");
    }
}

#[test]
fn text_in_a_late_row_is_an_error_with_its_line() {
    let mut text = String::from("x,y\n");
    for i in 0..10_000 {
        text += &format!("{i},{}\n", i % 7);
    }
    text += "oops,1\n";
    let folder = Folder::with("data.csv", text);
    let done = folder.run(&["regress", "data.csv", "--target", "y", "-o", "fit.json"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.starts_with("error: data.csv:10002: column `x` is not a number: `oops`"), "{}", done.err);
    assert_eq!(folder.names(), ["data.csv"]);
}

#[test]
fn small_data_have_a_stated_answer() {
    let folder = Folder::with("one.csv", "x,y\n1,2\n");
    folder.write("none.csv", "x,y\n");
    let one = folder.run(&["regress", "one.csv", "--target", "y"]);
    assert_eq!(one.exit, 1);
    assert!(one.err.contains("`x` is the same in every row"), "{}", one.err);
    let none = folder.run(&["regress", "none.csv", "--target", "y"]);
    assert_eq!((none.exit, none.err.as_str()), (2, "error: none.csv: there are no rows to fit\n"));
}

// ---------------------------------------------------------------- what comes out

#[test]
fn the_same_bytes_for_any_threads() {
    let mut text = String::from("a,b,c,kind,y,n\n");
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f64 / 16_777_216.0
    };
    for i in 0..9000 {
        let (a, b, c) = (next(), 100.0 + next(), next() * 1e-3);
        let y = u8::from(next() < 0.3 + 0.4 * a);
        text += &format!("{a},{b},{c},{},{y},{}\n", ["u", "v", "w"][i % 3], (next() * 5.0).floor());
    }
    let folder = Folder::with("data.csv", text);
    let models: &[&[&str]] = &[
        &["--target", "b", "--features", "a,c,a*c"],
        &["--target", "y", "--features", "a,b,c,kind", "--family", "logistic", "--residuals", "r.csv"],
        &["--target", "n", "--features", "a,b", "--family", "poisson"],
        &["--target", "kind", "--features", "a,b", "--family", "multinomial"],
        &["--target", "b", "--features", "a,c", "--test-fraction", "0.3"],
    ];
    for model in models {
        let run = |threads: &str| {
            let args = [&["regress", "data.csv"], *model, &["--threads", threads, "-o", "fit.json", "-q"]].concat();
            let done = folder.run(&args);
            assert_eq!(done.exit, 0, "{model:?}: {}", done.err);
            let rows = folder.path("r.csv");
            (folder.read("fit.json"), std::fs::read_to_string(rows).unwrap_or_default())
        };
        let first = run("1");
        assert!(first == run("2") && first == run("5"), "{model:?}");
    }
}

#[test]
fn tables() {
    let folder = Folder::with("data.csv", ROWS);
    let args = [
        "data.csv",
        "--target",
        "y",
        "--no-intercept",
        "--coefficients",
        "c.csv",
        "--residuals",
        "r.tsv",
        "-o",
        "all.csv",
    ];
    fit(&folder, 0, &args);
    let table = folder.read("c.csv");
    assert!(table.starts_with("term,estimate,std_error,statistic,p_value,conf_low,conf_high\nx1,"), "{table}");
    assert_eq!(table, folder.read("all.csv"));
    // w = (1, 13/6): the first row's residual is 0, the third's 3.5 - 19/6 = 1/3
    let rows = folder.read("r.tsv");
    let cells: Vec<Vec<&str>> = rows.lines().map(|l| l.split('\t').collect()).collect();
    assert_eq!(cells[0], ["line", "target", "fitted", "residual"]);
    assert_eq!(cells[3][..2], ["4", "3.5"]);
    assert!((cells[3][3].parse::<f64>().unwrap() - 1.0 / 3.0).abs() < 1e-14);
}

#[test]
fn every_option_is_settable_three_ways_with_one_result() {
    // Key, TOML, flag, and what else it needs
    let cases: &[(&str, &str, &[&str], &[&str])] = &[
        ("target", "\"b\"", &["--target", "b"], &[]),
        ("features", "[\"a\", \"c^2\"]", &["--features", "a", "--features", "c^2"], &[]),
        ("exclude", "[\"c\"]", &["--exclude", "c"], &[]),
        ("categorical", "[\"c\"]", &["--categorical", "c"], &[]),
        ("family", "\"poisson\"", &["--family", "poisson"], &[]),
        ("link", "\"identity\"", &["--link", "identity"], &[]),
        ("loss", "\"(target - prediction)^2\"", &["--loss", "(target - prediction)^2"], &[]),
        ("no_intercept", "true", &["--no-intercept"], &[]),
        ("weights", "\"c\"", &["--weights", "c"], &[]),
        ("offset", "\"-c\"", &["--offset", "-c"], &[]),
        ("penalty", "\"ridge\"", &["--penalty", "ridge"], &["--lambda", "1"]),
        ("lambda", "0.5", &["--lambda", "0.5"], &["--penalty", "ridge"]),
        ("l1_ratio", "0.25", &["--l1-ratio", "0.25"], &["--penalty", "elastic-net", "--lambda", "1"]),
        ("cv", "3", &["--cv", "3"], &["--penalty", "lasso"]),
        ("path", "\"p.csv\"", &["--path", "p.csv"], &["--penalty", "lasso", "--cv", "3"]),
        ("lambda_rule", "\"1se\"", &["--lambda-rule", "1se"], &["--penalty", "lasso", "--cv", "3"]),
        ("standardize", "true", &["--standardize"], &["--penalty", "ridge", "--lambda", "1"]),
        ("solver", "\"qr\"", &["--solver", "qr"], &[]),
        ("compare_solvers", "true", &["--compare-solvers"], &[]),
        ("batch_size", "3", &["--batch-size", "3"], &["--solver", "sgd", "--allow", "max-iterations"]),
        (
            "learning_rate",
            "0.001",
            &["--learning-rate", "0.001"],
            &["--solver", "gradient-descent", "--allow", "max-iterations"],
        ),
        (
            "max_iterations",
            "3",
            &["--max-iterations", "3"],
            &["--solver", "gradient-descent", "--allow", "max-iterations"],
        ),
        ("trace", "\"t.csv\"", &["--trace", "t.csv"], &["--solver", "gradient-descent", "--allow", "max-iterations"]),
        ("missing", "\"drop\"", &["--missing", "drop"], &[]),
        ("delimiter", "\",\"", &["--delimiter", ","], &[]),
        ("test_fraction", "0.2", &["--test-fraction", "0.2"], &[]),
        ("test", "\"data.csv\"", &["--test", "data.csv"], &[]),
        ("memory", "\"2MB\"", &["--memory", "2MB"], &[]),
        ("files", "[\"more.csv\"]", &["more.csv"], &[]),
        ("confidence", "0.9", &["--confidence", "0.9"], &[]),
        ("robust", "\"hc3\"", &["--robust", "hc3"], &[]),
        ("coefficients", "\"c.csv\"", &["--coefficients", "c.csv"], &[]),
        ("predictions", "\"p.csv\"", &["--predictions", "p.csv"], &[]),
        ("residuals", "\"r.csv\"", &["--residuals", "r.csv"], &[]),
    ];
    let rows = "a,b,c\n1,2,1\n2,2.5,2\n3,4,1\n4,4.5,2\n5,7,1\n6,6,3\n7,9,2\n8,8.5,3\n";
    let folder = Folder::with("data.csv", rows);
    folder.write("more.csv", rows);
    let schema: Value = serde_json::from_str(&folder.run(&["schema"]).out).unwrap();
    let mut fields: Vec<&str> = cases.iter().map(|c| c.0).chain(["model", "predict", "save_state", "merge"]).collect();
    let mut known: Vec<&str> =
        schema["$defs"]["RegressOptions"]["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    known.sort_unstable();
    assert_eq!(fields, known, "a new option needs a line here");
    for (key, toml, flags, more) in cases {
        let target: &[&str] = if *key == "target" { &[] } else { &["--target", "b"] };
        let print = format!("spec.regress.{key}");
        let printed = |args: &[&str]| {
            let args = [&["regress"], args, target, more, &["--print", &print, "--print", "coefficients"]].concat();
            let done = folder.run(&args);
            assert_eq!(done.exit, 0, "{key}: {}", done.err);
            done.out
        };
        let by_flag = printed(&[&["data.csv"], *flags].concat());
        folder.write("spec.toml", format!("[data]\nfile = \"data.csv\"\n[regress]\n{key} = {toml}\n"));
        assert_eq!(printed(&["spec.toml"]), by_flag, "{key} from the file");
        assert_eq!(printed(&["data.csv", "--set", &format!("regress.{key}={toml}")]), by_flag, "{key} by --set");
        let spec = folder.run(&[&["regress", "data.csv"], *flags, target, more, &["--print-spec"]].concat()).out;
        folder.write("again.toml", spec);
        let again = folder.run(&["regress", "again.toml", "--print", "coefficients"]).out;
        assert!(by_flag.ends_with(&again), "{key} through --print-spec");
    }
}

#[test]
fn shards_fitted_from_their_sums_are_the_whole() {
    // Longley: ill-conditioned, 16 rows in three shards
    let text = std::fs::read_to_string(data("nist/Longley.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let folder = Folder::with("all.csv", &text);
    for (k, rows) in [&lines[1..4], &lines[4..12], &lines[12..]].iter().enumerate() {
        folder.write(&format!("part{k}.csv"), format!("{}\n{}\n", lines[0], rows.join("\n")));
        let state = format!("part{k}.state");
        let done = folder.run(&["regress", &format!("part{k}.csv"), "--target", "y", "--save-state", &state]);
        assert_eq!((done.exit, done.err.as_str()), (0, ""));
    }
    let whole = fit(&folder, 0, &["all.csv", "--target", "y"]);
    let merged = fit(&folder, 0, &["--merge", "part0.state", "part1.state", "part2.state"]);
    for key in ["estimate", "std_error", "p_value"] {
        for (a, b) in column(&whole, key).iter().zip(column(&merged, key)) {
            assert!(digits(b, *a) >= 12.0, "{key}: {b}, not {a}");
        }
    }
    assert_eq!(merged["rows"]["read"], 16);
    assert_eq!(whole["model"]["terms"], merged["model"]["terms"]);
    // other models and other files are refused
    folder.run(&["regress", "part1.csv", "--target", "y", "--exclude", "x1", "--save-state", "other.state"]);
    let done = folder.run(&["regress", "--merge", "part0.state", "other.state"]);
    assert_eq!(done.exit, 2);
    assert!(
        done.err.starts_with("error: `other.state` is of another model than `part0.state`: its features are"),
        "{}",
        done.err
    );
    let done = folder.run(&["regress", "--merge", "fit.json"]);
    assert!(done.err.contains("`fit.json` does not hold the sums of a regression"), "{}", done.err);
    let done = folder.run(&["regress", "--merge", "part0.state", "--target", "y"]);
    let want = "error: --target does not go with --merge: the model is that of the states\n --> --target:1:1\n  |\n1 | y\n  | ^\n";
    assert_eq!(done.err, want);
    for (flags, want) in [
        (
            &["--predictions", "p.csv"][..],
            "--predictions does not go with --merge: it needs rows, and there are sums alone\n --> --predictions:1:1\n",
        ),
        (
            &["--missing", "drop"],
            "--missing does not go with --merge: it needs rows, and there are sums alone\n --> --missing:1:1\n",
        ),
        (
            &["--family", "poisson"],
            "--family does not go with --merge: the model is that of the states\n --> --family:1:1\n",
        ),
        (
            &["--features", "x1,x2"],
            "--features does not go with --merge: the model is that of the states\n --> --features:1:1\n",
        ),
        (
            &["--no-intercept"],
            "--no-intercept does not go with --merge: the model is that of the states\n --> --no-intercept:1:1\n",
        ),
        (&["--cv", "3"], "--cv does not go with --merge: it needs rows, and there are sums alone\n --> --cv:1:1\n"),
        (
            &["--solver", "qr"],
            "--solver does not go with --merge: this one needs rows; gram serves sums\n --> --solver:1:1\n",
        ),
    ] {
        let done = folder.run(&[&["regress", "--merge", "part0.state"], flags].concat());
        assert_eq!(done.exit, 2, "{flags:?}");
        assert!(done.err.starts_with(&format!("error: {want}")), "{}", done.err);
    }
    let done =
        folder.run(&["regress", "--model", "fit.json", "--predict", "part1.csv", "--robust", "hc0", "-o", "p.csv"]);
    let want = "error: --robust does not go with --predict: the fit is done, and its file says what it is\n --> --robust:1:1\n";
    assert!(done.exit == 2 && done.err.starts_with(want), "{}", done.err);
    // and what a shard's sums do not answer is not passed over
    for (flags, why) in [
        (&["--family", "poisson"][..], "its fit needs the rows again and again"),
        (&["--test", "part1.csv"], "it needs the rows a second time"),
        (&["--robust", "hc0"], "it needs the rows a second time"),
        (&["--compare-solvers"], "it needs the rows a second time"),
        (&["--confidence", "0.9"], "it is about the fit: give it with --merge"),
    ] {
        let flag = flags[0];
        let args = ["regress", "part0.csv", "--target", "y", "--save-state", "p.state"];
        let done = folder.run(&[&args, flags].concat());
        assert_eq!(done.exit, 2, "{flags:?}");
        let message = format!("error: {flag} does not go with --save-state: {why}");
        assert!(done.err.starts_with(&message) && done.err.contains(&format!(" --> {flag}:1:1\n")), "{}", done.err);
    }
}

#[test]
fn huber_on_stackloss_is_the_published_fit() {
    // statsmodels' documentation of RLM (Huber's T, MAD, H1): coefficients settled to about 5 digits there; MASS::rlm
    // gives the scale 2.441
    let file = data("stackloss.csv");
    let found = fit(&Folder::new(), 0, &[file.to_str().unwrap(), "--target", "stackloss", "--family", "huber"]);
    for (got, want) in column(&found, "estimate").iter().zip([-41.02649835, 0.82938433, 0.92606597, -0.12784672]) {
        assert!(digits(*got, want) > 3.5, "{got} {want}");
    }
    for (got, want) in column(&found, "std_error").iter().zip([9.79189854, 0.11100521, 0.30293016, 0.12864961]) {
        assert!(digits(*got, want) > 3.5, "{got} {want}");
    }
    assert!((number(&found["fit"]["sigma"]) - 2.441).abs() < 1e-3);
}

#[test]
fn huber_bears_an_outlier() {
    // y = 2 + 3 x but for small noise and one wild row; least squares is off by more than 10
    let mut text = String::from("x,y\n");
    for i in 0..21 {
        let noise = [0.1, -0.1, 0.05][i % 3];
        text += &format!("{i},{}\n", if i == 20 { 500.0 } else { 2.0 + 3.0 * i as f64 + noise });
    }
    let folder = Folder::with("data.csv", text);
    let found = fit(&folder, 0, &["data.csv", "--target", "y", "--family", "huber"]);
    let b = column(&found, "estimate");
    assert!((b[0] - 2.0).abs() < 0.2 && (b[1] - 3.0).abs() < 0.02, "{b:?}");
}

#[test]
fn cross_validation_is_what_folds_fitted_apart_say() {
    let file = data("diabetes.csv");
    let folder = Folder::new();
    let args = [file.to_str().unwrap(), "--target", "target", "--penalty", "lasso", "--cv", "5"];
    let found = fit(&folder, 0, &args);
    let cross = &found["cross_validation"];
    let path = cross["path"].as_array().unwrap();
    assert_eq!(path.len(), 100);
    // no coefficient at the first lambda, some right after it: the largest |x'y|/n of centred columns is its value
    assert_eq!(path[0]["nonzero"], 0);
    assert!(path[1]["nonzero"].as_u64() > Some(0));
    let text = std::fs::read_to_string(&file).unwrap();
    let rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|l| l.split(',').map(|c| c.parse().unwrap()).collect()).collect();
    let mean = |j: usize| rows.iter().map(|r| r[j]).sum::<f64>() / rows.len() as f64;
    let pull = |j: usize| rows.iter().map(|r| (r[j] - mean(j)) * (r[10] - mean(10))).sum::<f64>() / rows.len() as f64;
    let top = (0..10).map(|j| pull(j).abs()).fold(0.0, f64::max);
    assert!((number(&path[0]["lambda"]) / top - 1.0).abs() < 1e-12);
    // without coefficients the error is the target's variance, up to the folds' means
    let variance = rows.iter().map(|r| (r[10] - mean(10)).powi(2)).sum::<f64>() / rows.len() as f64;
    assert!((number(&path[0]["mse"]) / variance - 1.0).abs() < 0.02);
    let (least, near) = (number(&cross["lambda_min"]), number(&cross["lambda_1se"]));
    assert!(least < near && number(&cross["lambda"]) == least);
    // the fit is that of the chosen lambda
    let lambda = format!("{least:?}");
    let plain = ["--target", "target", "--penalty", "lasso", "--lambda", &lambda];
    let same = fit(&folder, 0, &[&[file.to_str().unwrap()], &plain[..]].concat());
    assert_eq!(found["coefficients"], same["coefficients"]);
    // another seed draws other folds; the same seed the same
    let again = fit(&folder, 0, &args);
    assert_eq!(again["cross_validation"], *cross);
    let other = fit(&folder, 0, &[&args[..], &["--seed", "7"]].concat());
    assert_ne!(other["cross_validation"]["path"][50]["mse"], cross["path"][50]["mse"]);
}

#[test]
fn solvers_side_by_side() {
    // Longley: condition number 4e4 of the scaled columns, 5e9 of the raw ones; squared, f64 has nothing left for it
    let (folder, file) = (Folder::new(), data("nist/Longley.csv"));
    let args = [file.to_str().unwrap(), "--target", "y", "--compare-solvers", "--max-iterations", "100"];
    let done = folder.run(&[&["regress"], &args[..], &["-o", "fit.json"]].concat());
    assert_eq!(done.exit, 0, "{}", done.err);
    assert!(done.out.contains("solvers (after reading"), "{}", done.out);
    let found = folder.json("fit.json");
    let difference = |k: usize| found["solvers"][k]["largest_difference"].as_f64().unwrap_or(f64::NAN);
    let names = |found: &Value| -> Vec<String> {
        found["solvers"].as_array().unwrap().iter().map(|s| s["solver"].as_str().unwrap().to_string()).collect()
    };
    let all = ["householder", "gram", "qr", "normal", "lbfgs", "gradient-descent", "sgd", "adam"];
    assert_eq!(names(&found), all);
    assert_eq!(difference(0), 0.0);
    assert!(difference(1) < 1e-15, "{}", difference(1));
    // the refinement is of x alone: its error is u cond^2 |r|, where the double-double sums have none of that
    assert!(difference(2) < 1e-10, "{}", difference(2));
    assert!(!(difference(3) < 1e-9), "the normal equations lose digits: {}", difference(3));
    assert_eq!(found["solvers"][5]["iterations"], 100);
    assert_eq!(found["solvers"][5]["note"], "max iterations");
    // the comparison changes nothing of the fit
    assert_eq!(found["solver"], "householder");
    assert_eq!(found["coefficients"], fit(&folder, 0, &args[..3])["coefficients"]);

    let file = data("anes96.csv");
    let file = file.to_str().unwrap();
    let both = |model: &[&str]| {
        fit(&folder, 0, &[&[file, "--features", "logpopul,selflr,educ", "--compare-solvers"], model].concat())
    };
    for model in [
        &["--target", "vote", "--family", "logistic"][..],
        &["--target", "income", "--family", "poisson"],
        &["--target", "age", "--family", "gamma"],
        &["--target", "vote", "--family", "logistic", "--penalty", "ridge", "--lambda", "0.01"],
    ] {
        let found = both(model);
        assert_eq!(names(&found), ["newton", "lbfgs", "gradient-descent", "sgd", "adam"]);
        let lbfgs = &found["solvers"][1];
        assert!(lbfgs["iterations"].as_u64() > Some(3) && lbfgs["note"].is_null(), "{model:?} {lbfgs}");
        assert!(number(&lbfgs["largest_difference"]) < 1e-6, "{model:?} {lbfgs}");
    }
    let ridge = both(&["--target", "age", "--penalty", "ridge", "--lambda", "0.01"]);
    assert_eq!(names(&ridge), ["householder", "gram", "lbfgs", "sgd", "adam"]);
    assert!(number(&ridge["solvers"][1]["largest_difference"]) < 1e-14);
    assert!(number(&ridge["solvers"][2]["largest_difference"]) < 1e-6);
    for (model, said) in [
        (&["--penalty", "lasso", "--lambda", "1"][..], "this penalty: gram alone (coordinate descent) serves it"),
        (&["--family", "multinomial"], "this model: newton alone serves it"),
        (&["--family", "huber"], "this model: newton alone serves it"),
        (&["--loss", "(target - prediction)^2"], "this model: newton alone serves it"),
    ] {
        let done = folder.run(&[&["regress", file, "--target", "vote", "--compare-solvers"], model].concat());
        assert_eq!(done.exit, 2);
        assert!(done.err.contains(said), "{model:?}: {}", done.err);
    }
}

#[test]
fn too_many_columns_are_refused() {
    let header: Vec<String> = (0..5000).map(|i| format!("c{i}")).collect();
    let row = vec!["1"; 5000].join(",");
    let folder = Folder::with("wide.csv", format!("{}\n{row}\n{row}\n", header.join(",")));
    let done = folder.run(&["regress", "wide.csv", "--target", "c0"]);
    assert_eq!(done.exit, 2);
    assert!(
        done.err
            .starts_with("error: the model has 4999 terms: with sums of products of each with each a fit takes 2GB"),
        "{}",
        done.err
    );
}

// ---------------------------------------------------------------- far rows, and likelihoods without a maximum

#[test]
fn rows_whose_mean_rounds_to_one_are_like_others() {
    // simulated; 50-digit arithmetic behind the numbers
    let sets = json("saturated.json");
    for set in sets["sets"].as_array().unwrap() {
        let list = |key: &str| set[key].as_array().unwrap().iter().map(number).collect::<Vec<f64>>();
        let mut text = String::from("inc,a,y\n");
        for ((inc, a), y) in list("inc").iter().zip(list("a")).zip(list("y")) {
            text += &format!("{inc:?},{a:?},{y}\n");
        }
        let folder = Folder::with("data.csv", text);
        let link = set["link"].as_str().unwrap();
        let found = fit(&folder, 0, &["data.csv", "--target", "y", "--family", "logistic", "--link", link]);
        for key in ["estimate", "std_error"] {
            for (got, want) in column(&found, key).iter().zip(list(key)) {
                // one income is ten thousand times the others, which so share 12 digits of the scaled column
                assert!(digits(*got, want) > 9.0, "{link} {key}: {got}, not {want}");
            }
        }
        assert!(digits(number(&found["fit"]["log_likelihood"]), number(&set["log_likelihood"])) > 12.0);
    }
    // six rows of which one is far: the maximum is that of the other five
    let near = [("logit", 1.0904255602981), ("probit", 0.69464165745987), ("cloglog", 0.7797469713083)];
    for (link, want) in near {
        for far in ["30", "1000", "1e6"] {
            let folder = Folder::with("far.csv", format!("x,y\n1,0\n2,1\n3,0\n4,1\n5,1\n{far},1\n"));
            let found = fit(&folder, 0, &["far.csv", "--target", "y", "--family", "logistic", "--link", link]);
            assert!(digits(column(&found, "estimate")[1], want) > 9.0, "{link} {far}");
        }
    }
}

#[test]
fn a_likelihood_without_a_maximum_is_said_to_have_none() {
    let (mut all, mut some, mut counts) = (String::from("a,b,y\n"), String::from("a,d,y\n"), String::from("a,d,y\n"));
    for i in 0..40 {
        let (a, b) = (f64::from(i * 7 % 40) / 40.0, f64::from(i * 11 % 23) / 23.0);
        let d = u8::from(i % 5 == 0);
        all += &format!("{a},{b},{}\n", u8::from(a + b > 0.93)); // a line between the classes
        some += &format!("{a},{d},{}\n", if d == 1 { 1 } else { i % 2 }); // one cell has one class alone
        counts += &format!("{a},{d},{}\n", if d == 1 { 0 } else { i % 4 });
    }
    let folder = Folder::with("all.csv", all);
    folder.write("some.csv", some);
    folder.write("counts.csv", counts);
    for link in ["logit", "probit", "cloglog"] {
        for (file, columns) in [("all.csv", "`a`, `b`"), ("some.csv", "`d`")] {
            let args = ["regress", file, "--target", "y", "--family", "logistic", "--link", link, "-o", "fit.json"];
            let done = folder.run(&args);
            assert_eq!(done.exit, 1, "{file} {link}");
            assert!(done.err.contains(&format!("the classes are separated by {columns}: ")), "{link}: {}", done.err);
            let found = folder.json("fit.json");
            assert_eq!(found["status"], "separated");
            assert!(found["coefficients"][1]["estimate"].is_null());
            assert_eq!(folder.run(&[&args[..], &["--allow", "separated"]].concat()).exit, 0);
        }
    }
    let args = ["regress", "counts.csv", "--target", "y", "--family", "poisson", "-o", "fit.json"];
    let done = folder.run(&args);
    assert_eq!(done.exit, 1);
    assert!(done.err.contains("the target is 0 in all rows on one side of `d`: "), "{}", done.err);
    assert_eq!(folder.json("fit.json")["status"], "separated");
    assert_eq!(folder.run(&[&args[..], &["--allow", "separated"]].concat()).exit, 0);
    assert_eq!(folder.run(&[&args[..], &["--penalty", "ridge", "--lambda", "0.01"]].concat()).exit, 0);
    folder.write("zero.csv", "x,y\n1,0\n2,0\n4,0\n");
    let done = folder.run(&["regress", "zero.csv", "--target", "y", "--family", "poisson"]);
    assert_eq!((done.exit, done.err.as_str()), (2, "error: zero.csv: the target is 0 in every row\n"));
}

#[test]
fn columns_of_the_targets_formula_are_no_features() {
    let folder = Folder::with("h.csv", "price,area,n\n1,2,1\n2,3,2\n4,5,1\n8,6,3\n9,1,2\n");
    let args = ["h.csv", "--target", "ln(price)", "--weights", "1/n"];
    let found = fit(&folder, 0, &args);
    let terms: Vec<&str> =
        found["coefficients"].as_array().unwrap().iter().map(|c| c["term"].as_str().unwrap()).collect();
    assert_eq!(terms, ["(intercept)", "area"]);
    for (target, features) in [("price", "price"), ("price", "area,price"), ("ln(price)", "ln(price)")] {
        let done = folder.run(&["regress", "h.csv", "--target", target, "--features", features]);
        assert_eq!(done.exit, 2);
        assert!(done.err.contains(&format!("`{target}` is the target: it would explain itself")), "{}", done.err);
    }
}

// ---------------------------------------------------------------- walks, predictions, states: what is said fits what is there

#[test]
fn statistics_are_those_of_the_estimates_shown() {
    // y = 1 + 2 x with noise of one unit in turn; after three steps a walk is not there yet
    let rows: Vec<(f64, f64)> = (0..12).map(|i| (f64::from(i), 1.0 + 2.0 * f64::from(i) + f64::from(i % 3))).collect();
    let text: String = rows.iter().map(|(x, y)| format!("{x},{y}\n")).collect();
    let folder = Folder::with("d.csv", format!("x,y\n{text}"));
    for solver in ["gradient-descent", "sgd", "adam", "lbfgs"] {
        let steps = if solver == "lbfgs" { "1" } else { "3" };
        let args = ["d.csv", "--target", "y", "--solver", solver, "--max-iterations", steps];
        let found = fit(&folder, 1, &args);
        let b = column(&found, "estimate");
        let rss: f64 = rows.iter().map(|(x, y)| (y - b[0] - b[1] * x).powi(2)).sum();
        assert!(digits(number(&found["fit"]["deviance"]), rss) > 11.0, "{solver}");
        let tss: f64 = rows.iter().map(|(_, y)| (y - rows.iter().map(|r| r.1).sum::<f64>() / 12.0).powi(2)).sum();
        assert!(digits(number(&found["fit"]["r_squared"]), 1.0 - rss / tss) > 9.0, "{solver}");
        assert!(column(&found, "std_error").iter().all(|e| e.is_nan()), "{solver}");
        assert_eq!(found["warnings"][0]["code"], "no_standard_errors", "{solver}");
    }
    let (exact, walked) = (
        fit(&folder, 0, &["d.csv", "--target", "y"]),
        fit(&folder, 0, &["d.csv", "--target", "y", "--solver", "lbfgs"]),
    );
    for (a, b) in column(&exact, "std_error").iter().zip(column(&walked, "std_error")) {
        assert!(digits(b, *a) > 9.0); // the walk stops at a gradient of 1e-10
    }
}

#[test]
fn predictions_have_one_file_a_place_and_a_free_name() {
    let folder = Folder::with("d.csv", "x,y\n1,2\n2,3\n3,5\n");
    fit(&folder, 0, &["d.csv", "--target", "y"]);
    let refused = |args: &[&str], what: &str| {
        let done = folder.run(&[&["regress", "--model", "fit.json", "--predict", "d.csv"], args].concat());
        assert_eq!(done.exit, 2, "{args:?}");
        assert!(done.err.contains(what), "{}", done.err);
    };
    refused(&["-o", "p.csv", "e.csv"], "`e.csv` stands beside the rows to predict");
    refused(&[], "the predictions have no place to go");
    folder.write("d.csv", "x,y_predicted\n1,2\n");
    refused(&["-o", "p.csv"], "d.csv has a column `y_predicted` already");
    assert!(!folder.path("p.csv").exists());
}

#[test]
fn a_state_counts_once_and_as_it_was_written() {
    let folder = Folder::with("d.csv", "x,y\n1,2\n2,3\n3,5\n4,4\n");
    folder.run(&["regress", "d.csv", "--target", "y", "--save-state", "a.state"]);
    std::fs::copy(folder.path("a.state"), folder.path("b.state")).unwrap();
    let done = folder.run(&["regress", "--merge", "a.state", "b.state"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.contains("`b.state` has the same sums as `a.state`"), "{}", done.err);
    folder.write("b.state", folder.read("a.state").replace("\"rows\": 4", "\"rows\": 5"));
    let done = folder.run(&["regress", "--merge", "b.state"]);
    assert!(done.err.contains("it was changed after it was written"), "{}", done.err);
    assert_eq!(folder.run(&["regress", "--merge", "a.state"]).exit, 0);
}

#[test]
fn numbers_below_zero_and_weights_of_zero_are_refused_by_name() {
    let folder = Folder::with("d.csv", "x,y,w\n1,2,0\n2,3,0\n3,5,0\n");
    for (flags, what) in [
        (&["--penalty", "ridge", "--lambda", "-1"][..], "--lambda must be a number, 0 or more, not -1"),
        (&["--confidence", "-0.5"], "--confidence must be between 0 and 1, not -0.5"),
        (&["--test-fraction", "-1"], "--test-fraction must be between 0 and 1, not -1"),
        (&["--weights", "w"], "the weight is 0 in every row"),
    ] {
        let done = folder.run(&[&["regress", "d.csv", "--target", "y"], flags].concat());
        assert_eq!(done.exit, 2);
        assert!(done.err.contains(what), "{}", done.err);
    }
}
