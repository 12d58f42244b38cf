//! `gradus regress --cv`: fits along the path that do not come to their optimum.

mod support;

use serde_json::{Value, json};
use support::Folder;

fn path(found: &Value) -> &Vec<Value> {
    found["cross_validation"]["path"].as_array().unwrap()
}

#[test]
fn a_lambda_without_an_optimum_is_said_and_not_chosen() {
    // the Poisson mean is a line, and counts of 0 pull it below 0 where the penalty is small
    let y = [0, 0, 0, 9, 12, 40, 0, 0, 1, 8, 15, 43, 0, 0, 2, 7, 15, 39];
    let row = |(i, y): (usize, &i32)| format!("{},{y}\n", i % 6 + 1);
    let folder = Folder::with("data.csv", format!("x,y\n{}", y.iter().enumerate().map(row).collect::<String>()));
    for seed in ["0", "1", "2"] {
        let args = ["regress", "data.csv", "--target", "y", "--family", "poisson", "--link", "identity"];
        let more = ["--penalty", "ridge", "--cv", "3", "--seed", seed, "-o", "fit.json", "--allow", "stalled"];
        let done = folder.run(&[&args[..], &more].concat());
        assert_eq!(done.exit, 0, "{}", done.err);
        let found = folder.json("fit.json");
        let short = |p: &&Value| p["converged"] == false || p["folds_converged"] != 3;
        let lambdas: Vec<Value> = path(&found).iter().filter(short).map(|p| p["lambda"].clone()).collect();
        assert!(!lambdas.is_empty() && !lambdas.contains(&found["cross_validation"]["lambda"]), "{lambdas:?}");
        let warnings = found["warnings"].as_array().unwrap();
        let warning = warnings.iter().find(|w| w["code"] == "path_not_converged").unwrap();
        assert_eq!(warning["lambdas"], Value::Array(lambdas.clone()));
        let want =
            format!("warning: at {} of {} lambdas the fit of all rows or of a fold", lambdas.len(), path(&found).len());
        assert!(done.err.contains(&want) && done.err.contains("lambda is chosen from the others"), "{}", done.err);
        // what does not exist says why
        for p in path(&found) {
            assert_eq!(p["deviance"].is_null(), p["deviance_reason"].is_string());
        }
        // the least error of those that converged
        let errors = path(&found).iter().filter(|p| !short(p)).filter_map(|p| p["deviance"].as_f64());
        let least = errors.fold(f64::INFINITY, |m, e| if e < m { e } else { m });
        let chosen = path(&found).iter().find(|p| p["lambda"] == found["cross_validation"]["lambda"]).unwrap();
        assert_eq!(chosen["deviance"].as_f64(), Some(least));
    }
}

#[test]
fn fits_that_converge_say_so() {
    let row = |i: usize| format!("{},{},{},{}\n", i * 7 % 11, i * i % 5, i * 3 % 7 + i % 11, i * i % 7 / 4);
    let folder = Folder::with("data.csv", format!("a,b,y,class\n{}", (0..60).map(row).collect::<String>()));
    for flags in [
        &["--target", "y", "--penalty", "lasso"][..],
        &["--target", "class", "--penalty", "lasso", "--family", "logistic"],
        &["--target", "class", "--penalty", "ridge", "--family", "multinomial", "--categorical", "class"],
    ] {
        let found = folder.regress(&[&["data.csv", "--features", "a,b", "--cv", "4"], flags].concat());
        assert!(path(&found).iter().all(|p| p["converged"] == json!(true) && p["folds_converged"] == json!(4)));
        assert!(found["warnings"].as_array().unwrap().iter().all(|w| w["code"] != "path_not_converged"));
    }
}

#[test]
fn what_belongs_to_a_penalty_is_pointed_at_where_there_is_none() {
    let folder = Folder::with("data.csv", "x,y\n1,2\n2,4\n3,7\n");
    for (flag, value) in [("--lambda-rule", "1se"), ("--lambda", "0.1"), ("--l1-ratio", "0.5"), ("--cv", "3")] {
        let done = folder.run(&["regress", "data.csv", "--target", "y", flag, value]);
        let want = format!(
            "error: this is about the strength of a penalty, and there is none\n --> {flag}:1:1\n  |\n1 | {value}\n  | {}\nhelp: add --penalty ridge, lasso or elastic-net\n",
            "^".repeat(value.len())
        );
        assert_eq!((done.exit, done.err.as_str()), (2, want.as_str()));
    }
}
