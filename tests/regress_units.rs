//! `gradus regress`: a column's unit changes its coefficient's unit and nothing else, however large or small it is.

mod support;

use serde_json::Value;
use support::Folder;

/// x, kind of count, measured; the target's unit is `y`, that of x is `x`.
fn table(x: &str, y: &str) -> String {
    let rows = [(1.5, 2, 3.25), (2.25, 1, 4.5), (3.0, 4, 5.125), (4.75, 3, 8.5), (5.5, 7, 8.75), (6.125, 6, 11.5)];
    let more = [(7.0, 9, 12.25), (8.5, 8, 16.5), (9.25, 13, 16.75), (10.0, 11, 20.5)];
    let line = |(a, n, b): &(f64, i32, f64)| format!("{a}{x},{n},{b}{y}\n");
    let lines: String = rows.iter().chain(&more).map(line).collect();
    format!("x,count,y\n{lines}")
}

fn coefficients(folder: &Folder, args: &[&str]) -> (Vec<Value>, Value) {
    let fit = folder.regress(args);
    (fit["coefficients"].as_array().unwrap().clone(), fit["fit"].clone())
}

/// Whether `a` is `b` times `unit`, to rounding.
#[track_caller]
fn near(what: &str, a: &Value, b: &Value, unit: f64) {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => assert!((a / unit / b - 1.0).abs() < 1e-11, "{what}: {a}, not {b} times {unit:e}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

#[test]
fn units_of_any_size_leave_standard_errors_and_statistics() {
    let models: &[(&str, &[&str])] = &[
        ("y", &["--target", "y", "--features", "x"]),
        ("y", &["--target", "y", "--features", "x", "--solver", "gram"]),
        ("y", &["--target", "y", "--features", "x", "--solver", "lbfgs"]),
        ("y", &["--target", "y", "--features", "x", "--robust", "hc3"]),
        ("y", &["--target", "y", "--features", "x", "--family", "huber"]),
        ("", &["--target", "count", "--features", "x", "--family", "poisson"]),
        ("", &["--target", "count", "--features", "x", "--family", "poisson", "--robust", "hc0"]),
    ];
    for (target, model) in models {
        let folder = Folder::with("plain.csv", table("", ""));
        let (plain, fit) = coefficients(&folder, &[&["plain.csv"], *model].concat());
        assert!(plain.iter().all(|c| c["std_error"].as_f64().is_some_and(|e| e > 0.0)), "{plain:?}");
        for (x, y) in [(200, 0), (-200, 0), (160, 160), (0, -170), (-200, -90)] {
            let y = if *target == "y" { y } else { 0 };
            folder.write("scaled.csv", table(&format!("e{x}"), &format!("e{y}")));
            let (scaled, of) = coefficients(&folder, &[&["scaled.csv"], *model].concat());
            for (k, (a, b)) in scaled.iter().zip(&plain).enumerate() {
                let unit = format!("1e{}", if k == 0 { y } else { y - x }).parse().unwrap();
                let what = format!("{model:?} x e{x} y e{y}: coefficient {k}");
                near(&what, &a["estimate"], &b["estimate"], unit);
                near(&what, &a["std_error"], &b["std_error"], unit);
                near(&what, &a["statistic"], &b["statistic"], 1.0);
            }
            for key in ["r_squared", "f_statistic", "condition_number"] {
                // with an intercept of 1 beside columns of any unit, a condition number is that of columns of length 1
                near(&format!("{model:?} {key}"), &of[key], &fit[key], 1.0);
            }
            if !model.contains(&"huber") {
                let n = fit["n"].as_f64().unwrap();
                let shift = -n * f64::from(y) * std::f64::consts::LN_10;
                let (a, b) = (of["log_likelihood"].as_f64().unwrap(), fit["log_likelihood"].as_f64().unwrap());
                assert!((a - b - shift).abs() < 1e-10 * (1.0 + shift.abs()), "{model:?} {y}: {a} {b} {shift}");
            }
        }
    }
}

/// The unit of a penalised column is its standard deviation about its mean also where the fit has no intercept (glmnet).
#[test]
fn standardised_columns_are_those_divided_by_their_deviations() {
    let row = |i: usize| {
        let (x, z) = (5.0 + (i * 7 % 30) as f64 / 8.0, (i * 11 % 13) as f64 - 40.0);
        [x, z, 1.0 + (i % 4) as f64, 2.0 * x - z / 4.0 + (i % 3) as f64]
    };
    let total: f64 = (0..30).map(|i| row(i)[2]).sum();
    let deviation = |at: usize| {
        let mean = (0..30).map(|i| row(i)[2] * row(i)[at]).sum::<f64>() / total;
        ((0..30).map(|i| row(i)[2] * (row(i)[at] - mean) * (row(i)[at] - mean)).sum::<f64>() / total).sqrt()
    };
    let (u, v) = (deviation(0), deviation(1));
    let table = |rows: std::ops::Range<usize>| {
        let lines: String = rows.map(row).map(|[x, z, w, y]| format!("{x},{z},{w},{y}\n")).collect();
        format!("x,z,w,y\n{lines}")
    };
    let f = Folder::with("all.csv", table(0..30));
    f.write("one.csv", table(0..11));
    f.write("two.csv", table(11..30));
    let model = ["--target", "y", "--weights", "w", "--no-intercept"];
    for part in ["one", "two"] {
        let (data, state) = (format!("{part}.csv"), format!("{part}.state"));
        let done = f.run(&[&["regress", &data, "--features", "x,z", "--save-state", &state], &model[..]].concat());
        assert_eq!(done.exit, 0, "{}", done.err);
    }
    for penalty in ["ridge", "lasso"] {
        let strength = ["--penalty", penalty, "--lambda", "0.3"];
        let by_hand = format!("x/{u},z/{v}");
        let (want, _) = coefficients(&f, &[&["all.csv", "--features", &by_hand][..], &model, &strength].concat());
        let (got, _) =
            coefficients(&f, &[&["all.csv", "--features", "x,z", "--standardize"][..], &model, &strength].concat());
        let (merged, _) =
            coefficients(&f, &[&["--merge", "one.state", "two.state", "--standardize"][..], &strength].concat());
        for (k, unit) in [u, v].into_iter().enumerate() {
            near(penalty, &got[k]["estimate"], &want[k]["estimate"], 1.0 / unit);
            near(penalty, &merged[k]["estimate"], &got[k]["estimate"], 1.0);
        }
    }
}
