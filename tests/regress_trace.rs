//! `gradus regress --trace`: one loss for all solvers, the mean over the weights of half a row's deviance, with the penalty.

mod support;

use serde_json::Value;
use support::Folder;

/// 60 rows with weights of 1 and 2.
fn table() -> String {
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 60) as f64 / 7.0, (i * 23 % 41) as f64 / 90.0);
        let y = 500.0 * (1.0 + a) - 300.0 * b + (i * i % 11) as f64;
        let kind = ["p", "q", "r"][i * i % 11 % 3];
        format!("{a},{b},{y},{},{},{kind},{}\n", i * i % 7 / 3 % 2, i * 5 % 4 + i % 3, 1 + i % 2)
    };
    format!("a,b,y,class,count,kind,w\n{}", (0..60).map(row).collect::<String>())
}

/// iteration, loss, gradient_norm
fn trace(folder: &Folder) -> Vec<[f64; 3]> {
    let text = folder.read("t.csv");
    let rows = text.lines().skip(1).map(|l| l.split(',').map(|c| c.parse().unwrap()).collect::<Vec<f64>>());
    rows.map(|r| [r[0], r[1], r[2]]).collect()
}

#[test]
fn the_loss_at_the_end_is_that_of_the_result_whatever_the_solver() {
    let folder = Folder::with("data.csv", table());
    for (flags, solvers) in [
        (&["--target", "y"][..], &["lbfgs", "gradient-descent"][..]),
        (&["--target", "class", "--family", "logistic"], &["newton", "lbfgs", "gradient-descent"]),
        (&["--target", "count", "--family", "poisson"], &["newton", "lbfgs"]),
        (&["--target", "kind", "--family", "multinomial"], &["newton"]),
    ] {
        for penalty in [0.0, 0.01] {
            // of linear models with a penalty there are no walks
            for solver in solvers.iter().filter(|_| penalty == 0.0 || !flags.contains(&"y")) {
                let lambda = penalty.to_string();
                let mut args = vec!["data.csv", "--features", "a,b", "--weights", "w", "--solver", *solver];
                args.extend(["--trace", "t.csv", "--allow", "max-iterations,stalled"]);
                args.extend(flags);
                if penalty > 0.0 {
                    args.extend(["--penalty", "ridge", "--lambda", &lambda]);
                }
                let found = folder.regress(&args);
                let marks = trace(&folder);
                // 90 is the sum of the weights
                let deviance = found["fit"]["deviance"].as_f64().unwrap();
                let squares = |c: &Value| (c["term"] != "(intercept)").then(|| c["estimate"].as_f64().unwrap());
                let b: Vec<f64> = found["coefficients"].as_array().unwrap().iter().filter_map(squares).collect();
                let mut square: f64 = b.iter().map(|b| b * b).sum();
                if flags.contains(&"kind") {
                    // three classes are pulled to their mean alike
                    square -= (0..2).map(|j| (b[j] + b[2 + j]) * (b[j] + b[2 + j]) / 3.0).sum::<f64>();
                }
                let want = deviance / 180.0 + 0.5 * penalty * square;
                let last = marks[marks.len() - 1];
                assert!((last[1] / want - 1.0).abs() < 1e-7, "{flags:?} {solver} {penalty}: {last:?} {want}");
                // at the end nothing pulls; unless the iterations ran out
                let arrived = found["status"] == "fitted";
                assert!(!arrived || last[2] <= 1e-6 * marks[0][2], "{flags:?} {solver}: {last:?} {:?}", marks[0]);
            }
        }
    }
}

#[test]
fn solvers_that_begin_alike_have_the_same_first_row() {
    // lbfgs and gradient descent begin at 0, over the same scaled columns
    let folder = Folder::with("data.csv", table());
    let mut first = Vec::new();
    for solver in ["lbfgs", "gradient-descent"] {
        let flags = ["--target", "class", "--family", "logistic", "--features", "a,b", "--solver", solver];
        folder.regress(&[&["data.csv", "--trace", "t.csv"], &flags[..]].concat());
        first.push(trace(&folder)[0]);
    }
    assert_eq!(first[0], first[1]);
    // at 0 each row has -ln 1/2
    assert!((first[0][1] - std::f64::consts::LN_2).abs() < 1e-15, "{first:?}");
    folder.regress(&[
        "data.csv",
        "--target",
        "y",
        "--features",
        "a",
        "--loss",
        "(target - prediction)^2",
        "--trace",
        "t.csv",
    ]);
    let found = folder.json("fit.json");
    let marks = trace(&folder);
    assert!((marks[marks.len() - 1][1] / found["mean_loss"].as_f64().unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn a_loss_with_corners_is_traced_as_it_is_and_a_lasso_ends_at_a_gradient_of_0() {
    let folder = Folder::with("data.csv", table());
    let run = |args: &[&str]| {
        let done = folder.run(&[&["regress", "data.csv", "--features", "a,b", "--trace", "t.csv"], args].concat());
        (done, trace(&folder))
    };
    let (_, course) = run(&["--target", "y", "--loss", "abs(target - prediction)", "--predictions", "p.csv"]);
    let apart = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|c| c.parse().unwrap()).collect();
        (cells[1] - cells[2]).abs()
    };
    let mean = folder.read("p.csv").lines().skip(1).map(apart).sum::<f64>() / 60.0;
    assert!(course.iter().all(|row| row[1] > 0.0));
    assert!((course[course.len() - 1][1] / mean - 1.0).abs() < 1e-6, "{course:?} {mean}");
    // a staircase is flat where it begins, and no minimum for it
    let (done, course) = run(&["--target", "y", "--loss", "floor(abs(target - prediction))"]);
    assert_eq!(done.exit, 1, "{}", done.out);
    assert!(course[course.len() - 1][1] < 0.1 * course[0][1], "{course:?}");
    let (done, course) = run(&["--target", "class", "--family", "logistic", "--penalty", "lasso", "--lambda", "0.05"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    assert!(course[course.len() - 1][2] < 1e-12, "{course:?}");
}
