//! `gradus regress`: cells without a number, and rows that are held out.

mod support;

use serde_json::{Value, json};
use support::Folder;

// b is missing in two rows; its mean over the others is 23/6
const ROWS: &str = "a,b,k,y\n1,2,u,3\n2,,v,4\n3,NA,u,5.5\n4,3,v,6\n5,7,u,8\n6,1,v,7\n7,4,u,11\n8,6,v,12\n";

/// The message of what is refused.
#[track_caller]
fn refused(folder: &Folder, args: &[&str]) -> String {
    let done = folder.run(&[&["regress"], args, &["-o", "none.json"]].concat());
    assert_eq!(done.exit, 2, "{args:?}: {}", done.err);
    assert!(!folder.path("none.json").exists());
    done.err
}

#[test]
fn means_are_counted_said_and_kept() {
    let folder = Folder::with("data.csv", ROWS);
    let mean = 23.0 / 6.0;
    folder.write("filled.csv", ROWS.replace(",,", &format!(",{mean},")).replace("NA", &mean.to_string()));
    let args = ["--target", "y", "--features", "a,b"];
    let found = folder.regress(&[&["data.csv", "--missing", "mean"], &args[..]].concat());
    assert_eq!(found["rows"]["filled"], json!([{ "column": "b", "count": 2, "mean": mean }]));
    assert_eq!(found["rows"]["used"], 8);
    let warning = &found["warnings"][0];
    assert_eq!((&warning["code"], &warning["columns"]), (&json!("filled_with_mean"), &found["rows"]["filled"]));
    // a kept mean serves columns in which the fit missed nothing
    assert_eq!(found["model"]["means"], json!({ "a": 4.5, "b": mean }));
    folder.write("kept.json", found.to_string());
    // the same numbers written by hand
    let want = folder.regress(&[&["filled.csv"], &args[..]].concat());
    let estimate = |fit: &Value, k: usize| fit["coefficients"][k]["estimate"].as_f64().unwrap();
    for k in 0..3 {
        assert!((estimate(&found, k) / estimate(&want, k) - 1.0).abs() < 1e-13, "{k}");
    }
    let done = folder.run(&[&["regress", "data.csv", "--missing", "mean"], &args[..]].concat());
    assert!(done.out.contains("8 rows\nmissing numbers filled: 2 of `b` (mean 3.83333)\n"), "{}", done.out);
    assert!(done.err.contains("became their column's mean, as if measured: 2 of `b` (mean 3.83333)\n"), "{}", done.err);

    // other rows are filled with the means of the fit: a 4.5, not 100, and b 23/6
    folder.write("new.csv", "b,a\n2,100\n1,\nnan,100\n");
    let predict = ["regress", "--model", "kept.json", "--predict", "new.csv", "--missing", "mean"];
    let done = folder.run(&[&predict[..], &["-o", "p.json"]].concat());
    assert_eq!(done.exit, 0, "{}", done.err);
    let got = folder.json("p.json");
    let at = |a: f64, b: f64| estimate(&found, 0) + estimate(&found, 1) * a + estimate(&found, 2) * b;
    for (k, want) in [at(100.0, 2.0), at(4.5, 1.0), at(100.0, mean)].into_iter().enumerate() {
        assert!((got["predictions"][k].as_f64().unwrap() / want - 1.0).abs() < 1e-13, "{k}");
    }
    assert_eq!(got["rows"]["filled"][0], json!({ "column": "b", "count": 1, "mean": mean }));
    folder.write("kept.json", want.to_string());
    let done = folder.run(&[&predict[..], &["-o", "p.csv"]].concat());
    assert_eq!(done.exit, 2);
    assert!(done.err.starts_with("error: `kept.json` keeps no means to fill missing numbers with\n"), "{}", done.err);
}

/// R's lm, glm: a row of the weight 0 is none of n, of the degrees of freedom, of the log-likelihood; nor of a mean.
#[test]
fn rows_of_the_weight_0_take_no_part() {
    let (kept, all) =
        ("x,y,w\n1,2,1\n2,3,2\n,5,1\n4,5,1\n6,8,1\n", "x,y,w\n1,2,1\n60,9,0\n2,3,2\n,5,1\n4,5,1\n,7,0\n6,8,1\n");
    let folder = Folder::with("kept.csv", kept);
    folder.write("all.csv", all);
    let mean = ["--target", "y", "--weights", "w", "--missing", "mean"];
    for more in [&[][..], &["--family", "poisson"], &["--family", "gamma"], &["--robust", "hc1"]] {
        let of = |file: &str| folder.regress(&[&[file], &mean[..], more].concat());
        let (found, want) = (of("all.csv"), of("kept.csv"));
        assert_eq!(found["rows"]["filled"], json!([{ "column": "x", "count": 1, "mean": 13.0 / 4.0 }]), "{more:?}");
        assert_eq!((&found["rows"]["used"], &found["rows"]["zero_weight"]), (&json!(5), &json!(2)));
        assert!(want["rows"].get("zero_weight").is_none());
        for key in ["n", "df_residual", "log_likelihood", "aic", "bic", "null_deviance", "deviance"] {
            let (a, b) = (found["fit"][key].as_f64().unwrap(), want["fit"][key].as_f64().unwrap());
            // shifts and scales are those of all rows: other roundings
            assert!((a - b).abs() <= 1e-10 * b.abs(), "{more:?} {key}: {a} {b}");
        }
        let error = |fit: &Value| fit["coefficients"][1]["std_error"].as_f64().unwrap();
        assert!((error(&found) / error(&want) - 1.0).abs() < 1e-10, "{more:?}");
    }
    let done = folder.run(&[&["regress", "all.csv"], &mean[..]].concat());
    assert!(done.out.contains("; 5 rows of 7 (2 of weight 0)\n"), "{}", done.out);
    // in one pass, file by file, and from kept sums
    let (head, tail) = ("x,y,w\n1,2,1\n3,9,0\n2,3,2\n", "x,y,w\n4,5,1\n5,7,0\n6,8,1\n7,7,0\n");
    folder.write("a.csv", head);
    folder.write("b.csv", tail);
    for solver in [&[][..], &["--solver", "gram"]] {
        let found = folder.regress(&[&["a.csv", "b.csv", "--target", "y", "--weights", "w"], solver].concat());
        let count = |of: &Value| (of["used"].as_u64().unwrap(), of["zero_weight"].as_u64().unwrap());
        let rows = &found["rows"];
        assert_eq!([count(rows), count(&rows["files"][0]), count(&rows["files"][1])], [(4, 3), (2, 1), (2, 2)]);
        assert_eq!(found["fit"]["n"], 4);
    }
    for part in ["a", "b"] {
        let (rows, state) = (format!("{part}.csv"), format!("{part}.state"));
        let done = folder.run(&["regress", &rows, "--target", "y", "--weights", "w", "--save-state", &state]);
        assert_eq!(done.exit, 0, "{}", done.err);
    }
    let found = folder.regress(&["--merge", "a.state", "b.state"]);
    assert_eq!(found["rows"], json!({ "read": 7, "used": 4, "dropped": [], "zero_weight": 3 }));
}

#[test]
fn target_weights_and_offset_are_never_made_up() {
    let folder = Folder::with("data.csv", ROWS);
    for (args, role) in [
        (&["--target", "b", "--features", "a"][..], "the target"),
        (&["--target", "ln(b)", "--features", "a,b"], "the target"),
        (&["--target", "y", "--features", "a", "--weights", "b"], "the weights"),
        (&["--target", "y", "--features", "a,b", "--offset", "b/2"], "the offset"),
        (&["--target", "y", "--features", "a", "--loss", "b*(target - prediction)^2"], "the loss"),
    ] {
        let err = refused(&folder, &[&["data.csv", "--missing", "mean"], args].concat());
        let want = format!(
            "error: data.csv:3: column `b` has no value and belongs to {role}, which --missing mean does not make up\nhelp: leave such rows out: --missing drop\n"
        );
        assert_eq!(err, want);
    }
    // nor is a class; a category among the features has no mean either: its row is left out and counted
    folder.write("words.csv", ROWS.replace("5,7,u", "5,7,"));
    let err = refused(&folder, &["words.csv", "--missing", "mean", "--target", "k", "--family", "logistic"]);
    assert!(err.starts_with("error: words.csv:6: column `k` has no value and belongs to the target,"), "{err}");
    let found = folder.regress(&["words.csv", "--missing", "mean", "--target", "y"]);
    assert_eq!(found["rows"]["dropped"], json!([{ "reason": "empty_category", "count": 1, "lines": [6] }]));
    assert_eq!(found["rows"]["filled"][0]["mean"], 16.0 / 5.0);
    // without a policy the way out is said
    let err = refused(&folder, &["data.csv", "--target", "y"]);
    let want = "error: data.csv:3: column `b` is empty\nhelp: leave such rows out with --missing drop, or put the column's mean there with --missing mean\n";
    assert!(err.ends_with(want), "{err}");
}

#[test]
fn rows_held_out_are_as_many_as_was_said_and_not_used() {
    let mut text = String::from("x,y\n");
    (0..10_001).for_each(|i| text += &format!("{i},{}\n", (i * i) % 97));
    let folder = Folder::with("data.csv", &text);
    folder.write("more.csv", &text[..text.find("\n9,").unwrap() + 1]);
    let args = ["--target", "y", "--test-fraction", "0.1"];
    let found = folder.regress(&[&["data.csv"], &args[..]].concat());
    // the nearest to 1000.1
    assert_eq!((&found["rows"]["used"], &found["rows"]["held_out"]), (&json!(9001), &json!(1000)));
    assert_eq!((&found["fit"]["n"], &found["test"]["n"]), (&json!(9001), &json!(1000)));
    let found = folder.regress(&[&["data.csv", "more.csv"], &args[..]].concat());
    let files = &found["rows"]["files"];
    let sum = |key: &str| files[0][key].as_u64().unwrap() + files[1][key].as_u64().unwrap();
    assert_eq!((sum("used"), sum("held_out")), (9009, 1001));
    let done = folder.run(&[&["regress", "data.csv"], &args[..]].concat());
    assert!(done.out.contains("; 9001 rows of 10001 (1000 held out)\n"), "{}", done.out);
    // means are those of the rows that are fitted
    folder.write("gaps.csv", ROWS);
    let args = ["gaps.csv", "--target", "y", "--features", "a,b", "--missing", "mean", "--test-fraction", "0.5"];
    let (mut here, mut there) = (0, 0);
    for seed in ["1", "2", "3", "4"] {
        let found = folder.regress(&[&args[..], &["--seed", seed]].concat());
        let filled = &found["rows"]["filled"][0];
        here += filled["count"].as_u64().unwrap();
        there += filled["count_held_out"].as_u64().unwrap_or(0);
        assert_eq!((&found["rows"]["used"], &found["test"]["n"]), (&json!(4), &json!(4)));
    }
    assert!(here > 0 && there > 0 && here + there == 8, "{here} {there}");
}

#[test]
fn a_part_that_is_nothing_or_all_is_refused() {
    let folder = Folder::with("data.csv", ROWS);
    for (fraction, what) in [
        ("0.01", "0.01 of 8 rows is none: nothing is left to measure the fit on"),
        ("0.97", "0.97 of 8 rows is all of them: nothing is left to fit"),
    ] {
        let err = refused(&folder, &["data.csv", "--target", "y", "--features", "a", "--test-fraction", fraction]);
        assert!(err.starts_with(&format!("error: {what}\n --> --test-fraction:1:1\n")), "{err}");
    }
}

#[test]
fn a_compressed_file_whose_end_is_missing_is_said_to_be_so() {
    let mut text = String::from("x,y\n");
    (0..5000).for_each(|i| text += &format!("{i},{}\n", (i * i) % 97));
    let folder = Folder::with("data.csv", text);
    let done = folder.run(&["grad", "data.csv", "-f", "x*y", "-o", "all.csv.gz", "-q"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let whole = std::fs::read(folder.path("all.csv.gz")).unwrap();
    std::fs::write(folder.path("cut.csv.gz"), &whole[..whole.len() / 2]).unwrap();
    let done = folder.run(&["regress", "cut.csv.gz", "--target", "y", "--features", "x", "-o", "fit.json"]);
    assert_eq!(done.exit, 3, "{}", done.err);
    assert!(done.err.contains("its end is missing: `gzip -t` tests it\n"), "{}", done.err);
    assert!(!folder.path("fit.json").exists());
}

#[test]
fn rows_that_are_all_dropped_are_counted() {
    let folder = Folder::with("data.csv", "x,z,y\n1,,2\n2,,4\n3,NA,7\n");
    let want = "error: data.csv: 3 rows read and none left to fit: each lacks a value in some column\nhelp: leave columns that are mostly empty out with --exclude\n";
    for more in [&["--missing", "drop"][..], &["--missing", "drop", "--family", "poisson"]] {
        assert_eq!(refused(&folder, &[&["data.csv", "--target", "y"], more].concat()), want);
    }
    let err = refused(&folder, &["data.csv", "--target", "y", "--missing", "mean"]);
    assert_eq!(err, "error: `z` has no number in any row that is fitted\nhelp: leave it out: --exclude z\n");
    assert_eq!(folder.regress(&["data.csv", "--target", "y", "--missing", "drop", "--exclude", "z"])["fit"]["n"], 3);
}

#[test]
fn rows_dropped_of_several_files_are_named_with_their_file() {
    let folder = Folder::with("d1.csv", "x,y\n1,2\n,4\n3,7\n4,NA\n");
    folder.write("d2.csv", "x,y\n5,9\n6,\n7,15\n");
    let args = ["d*.csv", "--target", "y", "--missing", "drop"];
    let done = folder.run(&[&["regress"], &args[..]].concat());
    let want = "warning: 2 rows dropped (empty): d1.csv:3, d2.csv:3\nwarning: 1 row dropped (nan): d1.csv:5\n";
    assert_eq!(done.err, want);
    let found = folder.regress(&args);
    let place = |file: &str, line: u64| json!({ "file": file, "line": line });
    let want = json!({ "reason": "empty", "count": 2, "places": [place("d1.csv", 3), place("d2.csv", 3)] });
    assert_eq!((&found["rows"]["dropped"][0], &found["warnings"][0]["places"]), (&want, &want["places"]));
    let alone = json!([{ "reason": "empty", "count": 1, "lines": [3] }]);
    assert_eq!(found["rows"]["files"][1]["dropped"], alone);
    // as many as of one file, those of the first files first
    folder.write("d2.csv", format!("x,y\n{}5,9\n", ",1\n".repeat(9)));
    let done = folder.run(&[&["regress"], &args[..]].concat());
    let places = "d1.csv:3, d2.csv:2, d2.csv:3, d2.csv:4, d2.csv:5, ...";
    assert!(done.err.starts_with(&format!("warning: 10 rows dropped (empty): {places}\n")), "{}", done.err);
}

#[test]
fn faults_of_a_test_file_are_told_with_its_name() {
    let folder = Folder::with("data.csv", "x,y\n1,2\n2,4\n3,7\n4,7\n");
    folder.write("new.csv", "x,y\n1,2\n-2,4\n");
    let err = refused(&folder, &["data.csv", "--target", "y", "--features", "ln(x)", "--test", "new.csv"]);
    assert!(err.starts_with("error: new.csv:3: `ln(x)` is NaN\n"), "{err}");
    folder.write("new.csv", "x,y\n1,2\n2,-4\n");
    let err = refused(&folder, &["data.csv", "--target", "y", "--family", "poisson", "--test", "new.csv"]);
    assert!(err.starts_with("error: new.csv:3: the target is -4; poisson regression needs"), "{err}");
}

/// An infinity is a number that somebody wrote.
#[test]
fn infinities_are_not_dropped_and_the_way_out_is_said() {
    let folder = Folder::with("d.csv", "x,y\n1,2\n,3\ninf,4\n3,7\n4,7\n");
    let help = "help: an infinity is not missing, so that --missing leaves it: write NA in its cell, leave the row out of the file, or change the formula if it overflows there\n";
    for policy in ["drop", "mean"] {
        let err = refused(&folder, &["d.csv", "--target", "y", "--missing", policy]);
        assert!(err.contains("`x` is inf\n") && err.ends_with(help), "{err}");
    }
    folder.write("d.csv", "x,y\n1,2\n,3\nNA,4\n3,7\n4,7\n");
    assert_eq!(folder.regress(&["d.csv", "--target", "y", "--missing", "drop"])["fit"]["n"], 3);
    // what is undefined is another matter
    let err = refused(&folder, &["d.csv", "--target", "y", "--features", "ln(x - 2)", "--missing", "drop"]);
    assert!(err.contains("`ln(x - 2)` is NaN\n") && err.contains("the formula is undefined"), "{err}");
}
