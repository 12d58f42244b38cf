//! `gradus regress --cv`: the path is that of separate fits, of few columns and of many; fits that do not come to their optimum.

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

/// Rows of `columns` numbers and a class that the first four tell of.
fn table(rows: usize, columns: usize) -> String {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
    };
    let header: Vec<String> = (0..columns).map(|k| format!("x{k}")).chain(["y".to_string()]).collect();
    let mut text = header.join(",") + "\n";
    for _ in 0..rows {
        let common = next();
        let x: Vec<f64> = (0..columns).map(|_| next() + 0.5 * common).collect();
        let y = 3.0 * x[0] - 2.0 * x[1] + x[2] + 0.5 * x[3] + 1.5 * next() > 0.1;
        let cells: Vec<String> = x.iter().map(|x| format!("{x:.4}")).collect();
        text += &format!("{},{}\n", cells.join(","), u8::from(y));
    }
    text
}

#[test]
fn a_path_is_that_of_separate_fits() {
    // of many columns the information is summed now and then, of few in every pass; a link that is not canonical learns from its steps
    for (columns, link, family) in
        [(10, "logit", "logistic"), (90, "logit", "logistic"), (90, "probit", "logistic"), (90, "log", "poisson")]
    {
        let f = Folder::with("d.csv", table(400, columns));
        let model =
            ["--target", "y", "--family", family, "--link", link, "--penalty", "elastic-net", "--l1-ratio", "0.9"];
        f.regress(&[&["d.csv"], &model[..], &["--cv", "3", "--path", "path.csv"]].concat());
        let path: Vec<Vec<f64>> =
            f.read("path.csv").lines().skip(1).map(|l| l.split(',').map(|c| c.parse().unwrap()).collect()).collect();
        assert!(path.len() > 20, "{}", path.len());
        for row in path.iter().skip(1).step_by(path.len() / 6) {
            let fit = f.regress(&[&["d.csv"], &model[..], &["--lambda", &row[0].to_string()]].concat());
            let want: Vec<f64> =
                fit["coefficients"].as_array().unwrap().iter().map(|c| c["estimate"].as_f64().unwrap()).collect();
            for (got, want) in row[5..].iter().zip(&want) {
                assert!((got - want).abs() < 1e-7, "{columns} {link}, lambda {}: {got}, not {want}", row[0]);
            }
            assert_eq!(row[3] as usize, want[1..].iter().filter(|b| **b != 0.0).count());
        }
    }
}
