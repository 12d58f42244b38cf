//! `gradus regress --no-intercept`: the first category takes the intercept's place, as in R's model.matrix(~ 0 + f + g).

mod support;

use serde_json::{Value, json};
use support::Folder;

/// 24 rows: a number, two categories of three and two levels, a target, classes and counts.
fn table() -> String {
    let row = |i: usize| {
        let (f, g) = (["b", "c", "a"][i % 3], ["u", "v"][i / 3 % 2]);
        let y = 2.0 + 0.5 * i as f64 + 3.0 * (i % 3) as f64 - (i / 3 % 2) as f64 + (i * i % 5) as f64 / 4.0;
        format!("{},{f},{g},{y},{},{}\n", i * 7 % 11, i * i % 7 / 3 % 2, i * 5 % 4)
    };
    format!("x,f,g,y,class,count\n{}", (0..24).map(row).collect::<String>())
}

fn terms(found: &Value) -> Vec<&str> {
    found["coefficients"].as_array().unwrap().iter().map(|c| c["term"].as_str().unwrap()).collect()
}

fn estimate(found: &Value, term: &str) -> f64 {
    let list = found["coefficients"].as_array().unwrap();
    list.iter().find(|c| c["term"] == term).unwrap()["estimate"].as_f64().unwrap()
}

#[test]
fn without_an_intercept_the_first_category_keeps_all_levels_and_the_fit() {
    let folder = Folder::with("data.csv", table());
    for (target, family) in [("y", "linear"), ("class", "logistic"), ("count", "poisson")] {
        let fit = |flags: &[&str]| {
            let args = ["data.csv", "--target", target, "--features", "x,f,g", "--family", family];
            let found = folder.regress(&[&args[..], &["--predictions", "p.csv"], flags].concat());
            let fitted = folder.read("p.csv");
            let fitted: Vec<f64> =
                fitted.lines().skip(1).map(|l| l.rsplit(',').next().unwrap().parse().unwrap()).collect();
            folder.run(&["regress", "--model", "fit.json", "--predict", "data.csv", "-o", "again.csv"]);
            (found, fitted, folder.read("again.csv"))
        };
        let (with, a, _) = fit(&[]);
        let (without, b, again) = fit(&["--no-intercept"]);
        assert_eq!(terms(&with), ["(intercept)", "x", "f=b", "f=c", "g=v"]);
        assert_eq!(terms(&without), ["x", "f=a", "f=b", "f=c", "g=v"]);
        // the columns span the same space
        a.iter().zip(&b).for_each(|(a, b)| assert!((a - b).abs() < 1e-10 * (1.0 + a.abs()), "{family}: {a} {b}"));
        for (level, more) in [("f=a", 0.0), ("f=b", estimate(&with, "f=b")), ("f=c", estimate(&with, "f=c"))] {
            let want = estimate(&with, "(intercept)") + more;
            assert!((estimate(&without, level) - want).abs() < 1e-9, "{family} {level}");
        }
        for key in ["n", "df_residual", "deviance", "log_likelihood", "aic"] {
            let (x, y) = (with["fit"][key].as_f64().unwrap(), without["fit"][key].as_f64().unwrap());
            assert!((x - y).abs() < 1e-9 * (1.0 + x.abs()), "{family} {key}: {x} {y}");
        }
        // the kept model knows that a level has no reference
        let category = json!({ "category": "f", "levels": ["a", "b", "c"], "all_levels": true });
        assert_eq!(without["model"]["terms"][1], category);
        let at = again.lines().next().unwrap().split(',').position(|c| c.contains("predicted") || c.starts_with("p_"));
        for (line, b) in again.lines().skip(1).zip(&b) {
            let cells: Vec<&str> = line.split(',').collect();
            let found = cells[at.unwrap()].parse().or_else(|_| cells[cells.len() - 1].parse::<f64>()).unwrap();
            assert!((found - b).abs() < 1e-12 * (1.0 + b.abs()) || family == "logistic", "{family}: {found} {b}");
        }
    }
}

#[test]
fn the_report_names_no_reference_where_there_is_none() {
    let folder = Folder::with("data.csv", table());
    let run = |flags: &[&str]| {
        let args = ["regress", "data.csv", "--target", "y", "--features", "f,g"];
        folder.run(&[&args[..], flags].concat())
    };
    assert!(run(&[]).out.contains("reference levels: f = a, g = u\n"));
    let done = run(&["--no-intercept"]);
    assert!(done.out.contains("reference levels: g = u\n"), "{}", done.out);
    assert!(
        done.err.contains("`f` is no number and is read as a category of 3 levels; each has a term"),
        "{}",
        done.err
    );
}

#[test]
fn a_category_of_one_level_is_an_intercept_where_there_is_none() {
    let folder = Folder::with("data.csv", "f,g,y\na,a,1\na,a,3\na,a,8\n");
    let found = folder.regress(&["data.csv", "--target", "y", "--features", "f", "--no-intercept"]);
    assert!((estimate(&found, "f=a") - 4.0).abs() < 1e-15);
    for flags in [&["--features", "f"][..], &["--features", "f,g", "--no-intercept"]] {
        let done = folder.run(&[&["regress", "data.csv", "--target", "y"], flags].concat());
        assert!(done.exit == 2 && done.err.contains("has one value alone, `a`: a category needs two"), "{}", done.err);
    }
}
