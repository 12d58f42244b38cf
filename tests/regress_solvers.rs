//! `gradus regress --solver`: methods of descent come to where sums and Newton's method come.

#![allow(clippy::disallowed_methods)] // std's functions say how far apart numbers are; they compute no result

mod support;

use serde_json::Value;
use std::path::Path;
use support::Folder;

fn fit(file: &str, exit: i32, args: &[&str]) -> Value {
    let folder = Folder::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/regress").join(file);
    let done = folder.run(&[&["regress", path.to_str().unwrap()], args, &["-o", "fit.json", "-q"]].concat());
    assert_eq!(done.exit, exit, "{args:?}: {}", done.err);
    folder.json("fit.json")
}

fn column(fit: &Value, key: &str) -> Vec<f64> {
    fit["coefficients"].as_array().unwrap().iter().map(|c| c[key].as_f64().unwrap_or(f64::NAN)).collect()
}

/// The largest difference in units of the reference's standard errors.
#[track_caller]
fn apart(got: &Value, reference: &Value) -> f64 {
    let (a, b, s) = (column(got, "estimate"), column(reference, "estimate"), column(reference, "std_error"));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).zip(&s).map(|((a, b), s)| ((a - b) / s).abs()).fold(0.0, f64::max)
}

#[test]
fn least_squares_by_descent() {
    let model = ["--target", "target", "--features", "bmi,bp,s5,age"];
    let exact = fit("diabetes.csv", 0, &model);
    for solver in ["qr", "lbfgs", "adam"] {
        let found = fit("diabetes.csv", 0, &[&model[..], &["--solver", solver]].concat());
        assert!(apart(&found, &exact) < 1e-6, "{solver}: {}", apart(&found, &exact));
        assert_eq!(found["solver"], solver);
        for (got, want) in column(&found, "std_error").iter().zip(column(&exact, "std_error")) {
            assert!((got / want - 1.0).abs() < 1e-10, "{solver}"); // they are those of the walk's end
        }
    }
    // batches come near, say that they have not arrived, and come to the same place for the same seed
    let sgd = [&model[..], &["--solver", "sgd", "--batch-size", "64"]].concat();
    let found = fit("diabetes.csv", 1, &sgd);
    assert_eq!(found["status"], "max_iterations");
    assert!(apart(&found, &exact) < 0.5, "{}", apart(&found, &exact));
    assert_eq!(
        found["coefficients"],
        fit("diabetes.csv", 1, &[&sgd[..], &["--threads", "1"]].concat())["coefficients"]
    );
    let other = fit("diabetes.csv", 1, &[&sgd[..], &["--seed", "5"]].concat());
    assert_ne!(found["coefficients"], other["coefficients"]);
    let ridge = [&model[..], &["--penalty", "ridge", "--lambda", "0.001"]].concat();
    let (by_sums, by_descent) =
        (fit("diabetes.csv", 0, &ridge), fit("diabetes.csv", 0, &[&ridge[..], &["--solver", "lbfgs"]].concat()));
    for (a, b) in column(&by_sums, "estimate").iter().zip(column(&by_descent, "estimate")) {
        assert!((a - b).abs() < 1e-6 * a.abs(), "{a} {b}");
    }
}

#[test]
fn generalised_models_by_descent() {
    let features = ["--features", "logpopul,selflr,age,educ,income"];
    for (target, family) in [("vote", "logistic"), ("income", "poisson"), ("age", "gamma")] {
        let features = if target == "vote" { &features[..] } else { &["--features", "logpopul,selflr,educ"] };
        let model = [&["--target", target, "--family", family], features].concat();
        let exact = fit("anes96.csv", 0, &model);
        let found = fit("anes96.csv", 0, &[&model[..], &["--solver", "lbfgs"]].concat());
        assert!(apart(&found, &exact) < 1e-6, "{family}: {}", apart(&found, &exact));
        for key in ["deviance", "log_likelihood", "aic"] {
            let (a, b) = (found["fit"][key].as_f64().unwrap(), exact["fit"][key].as_f64().unwrap());
            assert!((a - b).abs() < 1e-9 * b.abs(), "{family} {key}: {a} {b}");
        }
    }
    let model = [&["--target", "vote", "--family", "logistic"], &features[..]].concat();
    let exact = fit("anes96.csv", 0, &model);
    let slow = ["--solver", "gradient-descent", "--max-iterations", "2000", "--allow", "max-iterations"];
    let found = fit("anes96.csv", 0, &[&model[..], &slow].concat());
    assert!(apart(&found, &exact) < 1.0, "{}", apart(&found, &exact));
}
