//! `gradus regress`: what a fit says where its data leave it without an answer, or with another one than was asked for.

mod support;

use serde_json::{Value, json};
use support::Folder;

#[track_caller]
fn fit(folder: &Folder, exit: i32, args: &[&str]) -> (Value, String) {
    let done = folder.run(&[&["regress"], args, &["-o", "fit.json"]].concat());
    assert_eq!(done.exit, exit, "{args:?}: {}", done.err);
    let found = if exit == 2 { Value::Null } else { folder.json("fit.json") };
    (found, done.err)
}

fn column(fit: &Value, key: &str) -> Vec<Option<f64>> {
    fit["coefficients"].as_array().unwrap().iter().map(|c| c[key].as_f64()).collect()
}

/// 50 rows: b and a, their sum s, a constant k, a target, classes that a sets apart.
fn table() -> String {
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 50) as f64 / 10.0 - 2.45, (i * 23 % 47) as f64 / 9.0);
        let y = 1.0 + 2.0 * a - b + ((i * i) % 7) as f64 / 5.0;
        format!("{a},{b},{},4,{y},{}\n", a + b, u8::from(a > 0.0))
    };
    format!("a,b,s,k,y,class\n{}", (0..50).map(row).collect::<String>())
}

#[test]
fn squares_that_overflow_are_no_fit() {
    let folder = Folder::with("large.csv", "x,y\n1,1e200\n2,3e200\n4,4e200\n3,4e200\n");
    for solver in ["normal", "gradient-descent"] {
        let (_, said) = fit(&folder, 2, &["large.csv", "--target", "y", "--solver", solver]);
        assert!(said.contains("the sums of products of `the target` overflow"), "{said}");
    }
    let (found, said) = fit(&folder, 0, &["large.csv", "--target", "y"]);
    assert!((column(&found, "estimate")[1].unwrap() / 1e200 - 1.0).abs() < 1e-14);
    assert!(found["fit"]["deviance"].is_null() && said.contains("the sum of squares is larger than any f64"), "{said}");
}

#[test]
fn a_walk_leaves_out_the_columns_that_depend_on_others() {
    let folder = Folder::with("data.csv", table());
    let args = ["data.csv", "--target", "y", "--features", "a,b,s,k"];
    let (exact, _) = fit(&folder, 1, &args);
    assert_eq!(exact["dependent"], json!(["s", "k"]));
    for (solver, digits) in [("lbfgs", 1e-7), ("gradient-descent", 1e-6), ("qr", 1e-13), ("normal", 1e-12)] {
        let (found, said) = fit(&folder, 1, &[&args[..], &["--solver", solver]].concat());
        assert_eq!(found["status"], "collinear", "{solver}: {said}");
        for key in ["estimate", "std_error"] {
            for (a, b) in column(&found, key).into_iter().zip(column(&exact, key)) {
                match (a, b) {
                    (Some(a), Some(b)) => assert!((a - b).abs() <= digits * b.abs(), "{solver} {key}: {a} {b}"),
                    (a, b) => assert_eq!(a, b, "{solver} {key}"),
                }
            }
        }
    }
    // of what is left b and s separate the classes: both are said
    let args = ["data.csv", "--target", "class", "--features", "b,s,a", "--family", "logistic"];
    let (found, said) = fit(&folder, 1, &args);
    assert_eq!((&found["status"], &found["dependent"]), (&json!("separated"), &json!(["a"])));
    assert!(said.contains("no (collinear): `a` depends on `b`, `s`"), "{said}");
}

#[test]
fn the_columns_that_separate_are_in_the_result_and_no_others() {
    let folder = Folder::with("data.csv", table());
    let args = ["data.csv", "--target", "class", "--features", "b,a", "--family", "logistic"];
    let (found, said) = fit(&folder, 1, &args);
    assert_eq!((&found["status"], &found["separating"]), (&json!("separated"), &json!(["a"])));
    assert!(said.contains("the classes are separated by `a`: "), "{said}");
    // two that do it together
    let text: String = table()
        .lines()
        .enumerate()
        .map(|(k, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            let class = match k {
                0 => "both".to_string(),
                _ => u8::from(cells[2].parse::<f64>().unwrap() > 2.7).to_string(),
            };
            format!("{line},{class}\n")
        })
        .collect();
    folder.write("both.csv", text);
    let args = ["both.csv", "--target", "both", "--features", "a,b", "--family", "logistic"];
    assert_eq!(fit(&folder, 1, &args).0["separating"], json!(["a", "b"]));
}

#[test]
fn rows_of_weight_0_are_no_second_class() {
    let folder = Folder::with("data.csv", "x,w,y\n1,1,1\n2,1,1\n3,1,1\n4,0,0\n");
    let args = ["data.csv", "--target", "y", "--features", "x", "--weights", "w", "--family", "logistic"];
    let (_, said) = fit(&folder, 2, &args);
    assert_eq!(said, "error: data.csv: the target is 1 in every row\n");
}

#[test]
fn a_path_that_ends_too_early_and_a_penalty_with_few_rows() {
    let folder = Folder::with("data.csv", table());
    // a ridge that is best next to none: the target is nearly the columns'
    let args = ["data.csv", "--target", "y", "--features", "a,b", "--penalty", "ridge", "--cv", "5"];
    let (found, said) = fit(&folder, 0, &args);
    assert_eq!(found["warnings"][0]["code"], "lambda_at_the_end");
    assert!(said.contains("is the best: try smaller ones with --lambda, or none"), "{said}");
    // fewer rows than coefficients are no trouble under a penalty
    let few: Vec<String> = table().lines().take(4).map(String::from).collect();
    folder.write("few.csv", few.join("\n"));
    let args = ["few.csv", "--target", "y", "--features", "a,b,s,class", "--penalty", "ridge", "--lambda", "0.1"];
    assert_eq!(fit(&folder, 0, &args).0["warnings"], json!([]));
}

#[test]
fn a_kept_model_knows_the_constants_of_its_formulas() {
    let folder = Folder::with("data.csv", table());
    let args = ["data.csv", "--target", "y", "--features", "c*a,b^p", "--const", "c=2", "--const", "p=2"];
    let (found, _) = fit(&folder, 0, &args);
    assert_eq!(found["model"]["constants"], json!({"c": 2, "p": 2}));
    // a column of the name of a constant is another thing
    folder.write("new.csv", "a,b,c\n0.5,3,100\n");
    let done = folder.run(&["regress", "--model", "fit.json", "--predict", "new.csv", "-o", "p.csv"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let predicted: f64 = folder.read("p.csv").trim_end().rsplit(',').next().unwrap().parse().unwrap();
    let b: Vec<f64> = column(&found, "estimate").into_iter().flatten().collect();
    assert!((predicted - (b[0] + b[1] * 1.0 + b[2] * 9.0)).abs() < 1e-12, "{predicted}");
    let done = folder.run(&["regress", "data.csv", "--target", "y", "--features", "a*b", "--const", "b=2"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.starts_with("error: `b` is a constant and a column of data.csv"), "{}", done.err);
    // shards keep them too, and shards with others are of another model
    for (state, c) in [("one.state", "c=2"), ("two.state", "c=3")] {
        let args = ["regress", "data.csv", "--target", "y", "--features", "c*a", "--const", c, "--save-state", state];
        assert_eq!(folder.run(&args).exit, 0);
    }
    let done = folder.run(&["regress", "--merge", "one.state", "two.state"]);
    assert!(done.err.contains("its constants are c = 3, not c = 2"), "{}", done.err);
    assert_eq!(fit(&folder, 0, &["--merge", "one.state"]).0["model"]["constants"], json!({"c": 2}));
}

#[test]
fn a_share_is_measured_as_a_share() {
    let folder = Folder::with("data.csv", "x,y\n1,0.2\n2,0.4\n3,0.3\n4,0.9\n5,0.7\n6,0.8\n");
    let args = ["data.csv", "--target", "y", "--family", "logistic", "--test", "data.csv", "--predictions", "p.csv"];
    let (found, _) = fit(&folder, 0, &args);
    let table = folder.read("p.csv");
    let losses = table.lines().skip(1).map(|line| {
        let cells: Vec<f64> = line.split(',').map(|c| c.parse().unwrap()).collect();
        let (y, p) = (cells[1], cells[2]);
        -(y * gradus::numeric::elementary::ln(p) + (1.0 - y) * gradus::numeric::elementary::ln(1.0 - p))
    });
    let mean = losses.sum::<f64>() / 6.0;
    assert!((found["test"]["log_loss"].as_f64().unwrap() / mean - 1.0).abs() < 1e-13);
}

/// Counts of 0 pull a mean to the edge of the identity link's range, where its weight has no bound: no column is to blame.
#[test]
fn a_mean_at_the_edge_of_its_range_is_told() {
    for rows in ["3,7,3\n0,6,4\n0,0,2\n1,5,2\n1,6,1\n2,5,4\n", "1,3,3\n1,3,2\n0,1,1\n2,7,4\n1,7,2\n0,0,2\n"] {
        let f = Folder::with("d.csv", format!("c,x,z\n{rows}"));
        let done = f.run(&["regress", "d.csv", "--target", "c", "--family", "poisson", "--link", "identity"]);
        assert_eq!(done.exit, 1, "{}", done.out);
        assert!(done.err.contains("no (stalled): no step makes the likelihood larger"), "{}", done.err);
    }
}
