//! `gradus regress --test` and `--test-fraction`: metrics of rows held out, with their weights and parts of classes.

mod support;

use serde_json::Value;
use support::Folder;

#[track_caller]
fn test_of(folder: &Folder, args: &[&str]) -> Value {
    let done = folder.run(&[&["regress"], args, &["-o", "fit.json", "-q"]].concat());
    assert_eq!(done.exit, 0, "{args:?}: {}", done.err);
    folder.json("fit.json")["test"].clone()
}

#[track_caller]
fn near(a: &Value, b: f64) {
    let x = a.as_f64().unwrap();
    assert!((x - b).abs() <= 1e-12 * b.abs(), "{x}, not {b}");
}

/// 3 of 10 rows are one row of the weight 10 and the target 0.3.
#[test]
fn parts_of_classes_are_measured_as_the_rows_they_stand_for() {
    let groups = [(0.0, 3, 10), (1.0, 2, 5), (2.0, 6, 8), (3.0, 5, 7), (4.0, 4, 5)];
    let (mut parts, mut rows) = ("x,y,n\n".to_string(), "x,y,n\n".to_string());
    for (x, ones, all) in groups {
        parts.push_str(&format!("{x},{},{all}\n", f64::from(ones) / f64::from(all)));
        (0..all).for_each(|i| rows.push_str(&format!("{x},{},1\n", i32::from(i < ones))));
    }
    let folder = Folder::with("parts.csv", parts);
    folder.write("rows.csv", rows);
    let flags = ["parts.csv", "--target", "y", "--weights", "n", "--family", "logistic", "--test"];
    let by_parts = test_of(&folder, &[&flags[..], &["parts.csv"]].concat());
    let by_rows = test_of(&folder, &[&flags[..], &["rows.csv"]].concat());
    assert_eq!((&by_parts["n"], &by_rows["n"]), (&5.into(), &35.into()));
    for key in ["accuracy", "log_loss", "auc"] {
        near(&by_parts[key], by_rows[key].as_f64().unwrap());
    }
    // by hand: the likelier class of the groups is 0 0 1 1 1, or what the fit says of them by its rows
    assert_eq!(by_rows["accuracy"], (7.0 + 3.0 + 6.0 + 5.0 + 4.0) / 35.0);
    // pairs of a one and a zero where the one has the larger x, ties half
    let (mut pairs, mut ones, mut zeros) = (0.0, 0.0, 0.0);
    for (_, one, all) in groups {
        let (one, zero) = (f64::from(one), f64::from(all - one));
        pairs += one * (zeros + zero / 2.0);
        (ones, zeros) = (ones + one, zeros + zero);
    }
    near(&by_rows["auc"], pairs / (ones * zeros));
}

#[test]
fn weights_count_in_the_metrics() {
    // y = x in the fit; held out are errors of 1, 3 and, without weight, 100
    let folder = Folder::with("fit.csv", "x,y,w\n1,1,1\n2,2,1\n3,3,2\n5,5,1\n");
    folder.write("new.csv", "x,y,w\n1,2,3\n4,1,1\n7,107,0\n");
    let found =
        test_of(&folder, &["fit.csv", "--target", "y", "--features", "x", "--weights", "w", "--test", "new.csv"]);
    assert_eq!(found["n"], 2);
    near(&found["rmse"], ((3.0 * 1.0 + 9.0) / 4.0_f64).sqrt());
    near(&found["mae"], (3.0 * 1.0 + 3.0) / 4.0);
    // about the weighted mean, 7/4: 3 of 1/16 and one of 9/16
    near(&found["r_squared"], 1.0 - 12.0 / (3.0 / 16.0 + 9.0 / 16.0));
}

#[test]
fn rows_of_a_test_file_that_are_left_out_are_counted() {
    let folder = Folder::with("fit.csv", "x,y\n1,1\n2,3\n3,2\n5,5\n");
    folder.write("new.csv", "x,y\n1,2\n,1\n7,\n2,2\n");
    let flags = ["fit.csv", "--target", "y", "--missing", "drop", "--test", "new.csv"];
    let found = test_of(&folder, &flags);
    assert_eq!((&found["n"], &found["dropped"]), (&2.into(), &2.into()));
    let done = folder.run(&[&["regress"], &flags[..]].concat());
    assert!(done.out.contains("  dropped    2\n"), "{}", done.out);
}

/// A class that is certain to rounding costs its log-likelihood, not infinitely much: eta = 60 of class 0.
#[test]
fn a_class_thought_impossible_costs_what_it_is_worth() {
    let folder = Folder::with("fit.csv", "x,y\n-1,0\n-1,1\n-1,0\n-1,0\n1,1\n1,1\n1,0\n1,1\n");
    folder.write("new.csv", "x,y\n100,0\n");
    let found = test_of(&folder, &["fit.csv", "--target", "y", "--family", "logistic", "--test", "new.csv"]);
    // three of four on each side: eta = x ln 3
    near(&found["log_loss"], 100.0 * gradus::numeric::elementary::ln(3.0));
}

#[test]
fn a_class_without_a_row_to_be_fitted_is_named() {
    let folder = Folder::with("d.csv", "x,t,w\n1,a,1\n2,b,1\n3,a,1\n4,b,1\n5,c,0\n6,a,1\n7,b,1\n");
    for more in [&[][..], &["--penalty", "ridge", "--cv", "2"]] {
        let args =
            ["regress", "d.csv", "--target", "t", "--family", "multinomial", "--features", "x", "--weights", "w"];
        let done = folder.run(&[&args, more].concat());
        assert_eq!(done.exit, 2, "{}", done.err);
        assert_eq!(
            done.err,
            "error: no row that is fitted has the class `c` of `t`\n --> --target:1:1\n  |\n1 | t\n  | ^\n\
             help: its rows are held out or have the weight 0: choose another --seed, or leave them out of the file\n"
        );
    }
    // of two classes, too
    folder.write("k.csv", "x,k,w\n1,1,1\n2,1,1\n3,0,0\n4,1,2\n");
    let done =
        folder.run(&["regress", "k.csv", "--target", "k", "--features", "x", "--weights", "w", "--family", "logistic"]);
    assert_eq!((done.exit, done.err.as_str()), (2, "error: k.csv: the target is 1 in every row\n"));
}

/// Leaving one row out: no fold is empty, whatever the seed, and the error is that of fits of the other rows.
#[test]
fn as_many_folds_as_rows_leave_out_one_at_a_time() {
    let rows: Vec<(f64, f64)> = (0..12).map(|i| (f64::from(i * 7 % 12), f64::from(3 * i * i % 23 + i))).collect();
    let text = |skip: usize, extra: &str| {
        let row = |(_, (x, y)): (usize, &(f64, f64))| format!("{x},{y},{}\n", 1);
        let kept = rows.iter().enumerate().filter(|(i, _)| *i != skip).map(row).collect::<String>();
        format!("x,y,w\n{kept}{extra}")
    };
    let folder = Folder::with("all.csv", text(99, ""));
    let ridge = ["--target", "y", "--features", "x", "--penalty", "ridge"];
    let all = |file: &str, more: &[&str]| folder.regress(&[&[file], &ridge[..], &["--cv", "12"], more].concat());
    let found = all("all.csv", &[]);
    let path = found["cross_validation"]["path"].as_array().unwrap();
    for at in [10, 60, 95] {
        let lambda = path[at]["lambda"].to_string();
        let errors = (0..12).map(|skip| {
            folder.write("others.csv", text(skip, ""));
            let fit = folder.regress(&[&["others.csv"], &ridge[..], &["--lambda", &lambda]].concat());
            let b = |k: usize| fit["coefficients"][k]["estimate"].as_f64().unwrap();
            let rest = rows[skip].1 - b(0) - b(1) * rows[skip].0;
            rest * rest
        });
        let errors: Vec<f64> = errors.collect();
        let mean = errors.iter().sum::<f64>() / 12.0;
        near(&path[at]["mse"], mean);
        let spread = errors.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>();
        near(&path[at]["std_error"], (spread / 12.0 / 11.0).sqrt());
    }
    // the seed decides nothing but the order of additions; rows of the weight 0 are dealt to no fold
    folder.write("weighted.csv", text(99, &"100,1000,0\n".repeat(3)));
    for (file, more) in [("all.csv", &["--seed", "5"][..]), ("weighted.csv", &["--weights", "w"])] {
        let other = all(file, more);
        near(&other["cross_validation"]["path"][50]["mse"], path[50]["mse"].as_f64().unwrap());
    }
    assert_eq!(all("all.csv", &["--family", "poisson"])["cross_validation"]["folds"], 12);
    let done = folder.run(&[&["regress", "weighted.csv", "--weights", "w"], &ridge[..], &["--cv", "13"]].concat());
    assert_eq!(done.exit, 2);
    let want = "error: 12 rows are too few for 13 folds\n --> --cv:1:1\n";
    assert!(
        done.err.starts_with(want) && done.err.ends_with("help: --cv 12 leaves out one row at a time\n"),
        "{}",
        done.err
    );
}

#[test]
fn sums_of_folds_want_their_room() {
    let columns: Vec<String> = (0..100).map(|k| format!("x{k}")).collect();
    let row = |i: usize| (0..101).map(|k| (i * (k + 3) % 17).to_string()).collect::<Vec<_>>().join(",") + "\n";
    let folder = Folder::with("d.csv", format!("y,{}\n{}", columns.join(","), (0..30).map(row).collect::<String>()));
    let args = ["regress", "d.csv", "--target", "y", "--penalty", "ridge", "--memory", "10MB", "--cv"];
    let done = folder.run(&[&args[..], &["1000"]].concat());
    assert_eq!(done.exit, 2);
    // 102 columns with intercept and target: 1000 times 5253 sums of 16 bytes
    let want = "error: 1000 folds of 100 terms: the sums of products of each fold take 85MB together\n --> --cv:1:1\n";
    assert!(done.err.starts_with(want) && done.err.ends_with("raise --memory from 10MB to 85MB\n"), "{}", done.err);
    assert_eq!(folder.run(&[&args[..], &["10", "-q"]].concat()).exit, 0);
}

#[test]
fn what_rows_held_out_do_not_tell_has_a_reason() {
    let folder = Folder::with("fit.csv", "x,k,y\n1,0,1\n2,1,3\n3,0,2\n4,1,5\n5,1,4\n");
    folder.write("new.csv", "x,k,y\n1,1,7\n3,1,7\n");
    for (target, more, key, reason) in [
        ("k", &["--family", "logistic"][..], "auc", "the rows held out are of one class"),
        ("y", &[], "r_squared", "the target is the same in all rows held out"),
    ] {
        let flags = [&["fit.csv", "--target", target, "--features", "x", "--test", "new.csv"], more].concat();
        let found = test_of(&folder, &flags);
        let why = format!("{key}_reason");
        assert_eq!((&found[key], &found[&why]), (&Value::Null, &reason.into()));
        let done = folder.run(&[&["regress"], &flags[..]].concat());
        assert!(done.out.contains(&format!("\n  no {}: {reason}\n", key.replace('_', " "))), "{}", done.out);
    }
    folder.write("new.csv", "x,k,y\n1,1,7\n3,0,8\n");
    let found =
        test_of(&folder, &["fit.csv", "--target", "k", "--features", "x", "--family", "logistic", "--test", "new.csv"]);
    assert!(found["auc"].is_number() && found.get("auc_reason").is_none());
}

/// Its column is 0 in every row that is fitted: that it "is the same in every row", with --exclude as the way out, led astray.
#[test]
fn a_level_that_only_rows_without_a_part_have_is_told() {
    let folder = Folder::with("d.csv", "x,k,y,w\n1,a,1,1\n2,b,3,1\n3,c,9,0\n4,a,2,1\n5,b,6,1\n6,a,4,1\n7,b,8,1\n");
    for family in ["linear", "poisson"] {
        let args = ["regress", "d.csv", "--target", "y", "--weights", "w", "--features", "x,k", "--family", family];
        let done = folder.run(&args);
        assert_eq!(done.exit, 1, "{}", done.err);
        let want = "no row that is fitted has `k=c`, only rows held out or of the weight 0: it has no estimate\n";
        assert!(done.err.contains(want) && !done.err.contains("--exclude"), "{}", done.err);
    }
    // the reference level alone is missing: the other's column is 1
    folder.write("d.csv", "x,k,y,w\n1,b,1,1\n2,b,3,1\n3,a,9,0\n4,b,2,1\n");
    let done = folder.run(&["regress", "d.csv", "--target", "y", "--weights", "w", "--features", "x,k"]);
    assert!(
        done.exit == 1 && done.err.contains("`k=b` is the same in every row: it has no estimate\n"),
        "{}",
        done.err
    );
}
