//! `gradus regress --loss FORMULA`: losses of the user's own, beside fits that are known otherwise.

mod support;

use serde_json::Value;
use std::path::Path;
use support::Folder;

fn fit(file: &str, args: &[&str]) -> Value {
    let folder = Folder::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/regress").join(file);
    let done = folder.run(&[&["regress", path.to_str().unwrap()], args, &["-o", "fit.json", "-q"]].concat());
    assert_eq!(done.exit, 0, "{args:?}: {}", done.err);
    folder.json("fit.json")
}

fn column(fit: &Value, key: &str) -> Vec<f64> {
    fit["coefficients"].as_array().unwrap().iter().map(|c| c[key].as_f64().unwrap_or(f64::NAN)).collect()
}

#[track_caller]
fn close(got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() <= tolerance * w.abs(), "{g}, expected {w}");
    }
}

#[test]
fn smooth_losses_are_the_families_they_describe() {
    let linear = fit("stackloss.csv", &["--target", "stackloss", "--robust", "hc0"]);
    let squares = fit("stackloss.csv", &["--target", "stackloss", "--loss", "(target - prediction)^2"]);
    close(&column(&squares, "estimate"), &column(&linear, "estimate"), 1e-10);
    // of a linear model the sandwich is White's HC0
    close(&column(&squares, "std_error"), &column(&linear, "std_error"), 1e-9);
    let features = ["--target", "vote", "--features", "logpopul,selflr,age"];
    let logistic = fit("anes96.csv", &[&features[..], &["--family", "logistic", "--robust", "hc0"]].concat());
    let written = fit("anes96.csv", &[&features[..], &["--loss", "softplus(prediction) - target*prediction"]].concat());
    close(&column(&written, "estimate"), &column(&logistic, "estimate"), 1e-10);
    close(&column(&written, "std_error"), &column(&logistic, "std_error"), 1e-9);
    // a column of the table in the loss: weights by another road
    let weighted = fit("engel.csv", &["--target", "foodexp", "--features", "income", "--weights", "1/income^2"]);
    let inside = fit(
        "engel.csv",
        &["--target", "foodexp", "--features", "income", "--loss", "((target - prediction)/income)^2"],
    );
    close(&column(&inside, "estimate"), &column(&weighted, "estimate"), 1e-10);
}

#[test]
fn losses_with_corners_are_linear_programs_solved_otherwise() {
    // least absolute deviations of stackloss: the vertex that R's quantreg documents (Koenker 2005),
    // -39.68985507, 0.83188406, 0.57391304, -0.06086957, in full
    let found = fit("stackloss.csv", &["--target", "stackloss", "--loss", "abs(target - prediction)"]);
    close(&column(&found, "estimate"), &[-2738.6 / 69.0, 57.4 / 69.0, 39.6 / 69.0, -4.2 / 69.0], 1e-7);
    assert!(column(&found, "std_error").iter().all(|e| e.is_nan()));
    assert_eq!(found["warnings"][0]["code"], "loss_smoothed");
    // exact rational solutions of the linear programs
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/regress/reference.json");
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for tau in [0.25, 0.5, 0.75] {
        let pinball = format!("max({tau}*(target - prediction), {}*(target - prediction))", tau - 1.0);
        let found = fit("engel.csv", &["--target", "foodexp", "--loss", &pinball]);
        let want = &reference["datasets"]["engel"]["fits"][format!("quantile_{tau}")];
        let exact: Vec<f64> = want["coefficients"].as_object().unwrap().values().map(|v| v.as_f64().unwrap()).collect();
        close(&column(&found, "estimate"), &exact, 1e-7);
        let objective = want["objective"].as_f64().unwrap();
        assert!((found["loss"].as_f64().unwrap() / objective - 1.0).abs() < 1e-9);
    }
}

#[test]
fn wrong_losses_say_what_to_write() {
    let folder = Folder::with("data.csv", "x,y\n0,1\n1,2\n2,6\n");
    let run = |args: &[&str]| folder.run(&[&["regress", "data.csv", "--target", "y"], args].concat());
    let done = run(&["--loss", "target^2"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.starts_with("error: the loss does not depend on `prediction`\n"), "{}", done.err);
    let done = run(&["--loss", "abs(target - predicton)"]);
    assert!(done.err.contains("did you mean `prediction`?"), "{}", done.err);
    let done = run(&["--loss", "abs(target - prediction)", "--family", "poisson"]);
    assert!(done.err.starts_with("error: --loss does not go with --family"), "{}", done.err);
    // nowhere a minimum: it falls for ever
    let done = run(&["--loss", "-prediction", "-o", "fit.json"]);
    assert_eq!(done.exit, 1, "{}", done.err);
    // undefined where it begins, at prediction 0
    let done = run(&["--loss", "target/prediction", "-o", "none.json"]);
    assert_ne!(done.exit, 0);
    assert!(done.err.contains("the loss is undefined or infinite"), "{}", done.err);
}
