//! `gradus regress`: where rows come from, where they are kept, what is said of them.

mod support;

use serde_json::Value;
use support::Folder;

const ROWS: &[&str] = &["1,a,2.5", "2,b,3", "3,a,5.5", "4,c,4", "5,b,8", "6,c,9.5", "7,a,8", "8,b,11"];

fn file(rows: &[&str]) -> String {
    format!("x,kind,y\n{}\n", rows.join("\n"))
}

#[track_caller]
fn fit(folder: &Folder, args: &[&str]) -> Value {
    folder.regress(&[args, &["--target", "y"]].concat())
}

#[test]
fn several_files_patterns_and_pipes_are_one_table() {
    let folder = Folder::with("all.csv", file(ROWS));
    for (k, rows) in [&ROWS[..3], &ROWS[3..4], &ROWS[4..]].iter().enumerate() {
        folder.write(&format!("part{k}.csv"), file(rows));
    }
    // the columns of a later file may stand in another order
    folder.write("part1.csv", "y,kind,x\n4,c,4\n");
    for features in ["x", "x,kind"] {
        let whole = fit(&folder, &["all.csv", "--features", features]);
        let listed = fit(&folder, &["part0.csv", "part1.csv", "part2.csv", "--features", features]);
        let pattern = fit(&folder, &["part*.csv", "--features", features]);
        assert_eq!(whole["coefficients"], pattern["coefficients"]);
        assert_eq!(listed["coefficients"], pattern["coefficients"]);
        assert_eq!(listed["rows"]["files"][2]["read"], 4);
        assert_eq!(listed["rows"]["read"], 8);
        let done = folder
            .run_with_input(&["regress", "-", "--target", "y", "--features", features, "-o", "fit.json"], &file(ROWS));
        assert_eq!(done.exit, 0, "{}", done.err);
        assert_eq!(folder.json("fit.json")["coefficients"], whole["coefficients"]);
    }
    let done = folder.run(&["regress", "no*.csv", "--target", "y"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.starts_with("error: no file fits `no*.csv`"), "{}", done.err);
    // a fault is told with the file it is in, the rows of tables too
    folder.write("part2.csv", file(&["5,b,8", "6,c,"]));
    let done = folder.run(&["regress", "part0.csv", "part2.csv", "--target", "y"]);
    assert!(done.err.starts_with("error: part2.csv:3: column `y` is empty"), "{}", done.err);
    fit(&folder, &["part*.csv", "--missing", "drop", "--features", "x", "--residuals", "r.csv"]);
    let table = folder.read("r.csv");
    assert!(table.starts_with("file,line,target,fitted,residual\npart0.csv,2,2.5,"), "{table}");
    assert!(table.contains("\npart2.csv,2,8,"), "{table}");
}

#[test]
#[cfg(unix)]
fn a_pipe_by_name_is_rows() {
    // what a shell's <(zcat rows.gz) gives: a name without an ending that is no regular file
    let folder = Folder::with("all.csv", file(ROWS));
    let want = fit(&folder, &["all.csv"])["coefficients"].clone();
    let made = std::process::Command::new("mkfifo").arg(folder.path("63")).status().unwrap();
    assert!(made.success());
    let pipe = folder.path("63");
    let writer = std::thread::spawn(move || std::fs::write(pipe, file(ROWS)).unwrap());
    assert_eq!(fit(&folder, &["63"])["coefficients"], want);
    writer.join().unwrap();
    // a regular file without an ending is a spec
    folder.write("spec", "[data]\nfile = \"all.csv\"\n");
    assert_eq!(fit(&folder, &["spec"])["coefficients"], want);
}

#[test]
fn rows_kept_on_disk_give_the_same_bytes() {
    let mut text = String::from("a,b,kind,y,n\n");
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f64 / 16_777_216.0
    };
    for i in 0..9000 {
        let (a, b) = (next(), if i % 100 == 7 { String::new() } else { (3.0 + next()).to_string() });
        let y = u8::from(next() < 0.3 + 0.4 * a);
        text += &format!("{a},{b},{},{y},{}\n", ["u", "v", "w"][i % 3], (next() * 5.0).floor());
    }
    let folder = Folder::with("data.csv", text);
    let models: &[&[&str]] = &[
        &["--family", "logistic", "--missing", "mean", "--residuals", "r.csv"],
        &["--family", "logistic", "--missing", "drop", "--robust", "hc3", "--test-fraction", "0.2"],
        &["--missing", "mean", "--robust", "hc1", "--predictions", "r.csv"],
        &["--missing", "drop", "--solver", "qr"],
        &["--missing", "drop", "--penalty", "lasso", "--cv", "3"],
        &["--family", "logistic", "--missing", "drop", "--penalty", "lasso", "--cv", "3"],
        &["--missing", "drop", "--family", "huber"],
        &["--missing", "drop", "--family", "multinomial"],
    ];
    for model in models {
        let run = |memory: &str| {
            let mut found = fit(&folder, &[&["data.csv"], *model, &["--memory", memory]].concat());
            found["spec"] = Value::Null; // says --memory
            let rows = std::fs::read_to_string(folder.path("r.csv")).unwrap_or_default();
            (found.to_string(), rows)
        };
        assert!(run("0") == run("1GB"), "{model:?}");
    }
    let done = folder.run(&["regress", "data.csv", "--target", "y", "--memory", "lots"]);
    let want = "error: `lots` is no size\n --> --memory:1:1\n  |\n1 | lots\n  | ^^^^\nhelp: write 300MB, 2GB or a number of bytes\n";
    assert_eq!((done.exit, done.err.as_str()), (2, want));
}

#[test]
fn a_fit_measured_on_another_file() {
    // y = 2 x exactly; the other file is off by 1, 1 and 2
    let folder = Folder::with("data.csv", "x,y\n1,2\n2,4\n3,6\n");
    folder.write("other.csv", "y,x\n9,4\n11,5\n14,6\n");
    let found = fit(&folder, &["data.csv", "--test", "other.csv"]);
    let near = |key: &str, want: f64| {
        let got = found["test"][key].as_f64().unwrap();
        assert!((got - want).abs() < 1e-12, "{key}: {got}");
    };
    near("rmse", 2f64.sqrt());
    near("mae", 4.0 / 3.0);
    near("r_squared", 1.0 - 6.0 / (38.0 / 3.0));
    assert_eq!(found["test"]["n"], 3);
    // a level that the fit has not seen
    folder.write("words.csv", file(ROWS));
    folder.write("new.csv", file(&["1,z,3"]));
    let done = folder.run(&["regress", "words.csv", "--target", "y", "--test", "new.csv", "-o", "fit2.json"]);
    assert_eq!(done.exit, 2);
    assert!(
        done.err.starts_with("error: new.csv:2: `kind` is `z`, a level that the model has never seen"),
        "{}",
        done.err
    );
    assert!(!folder.path("fit2.json").exists());
}

#[test]
fn robust_errors_of_a_saturated_model_are_the_plain_ones() {
    // within a group of a binary column the variance is p(1 - p), whatever is believed of it: HC0 and the information agree
    let mut text = String::from("x,y\n");
    for (x, ones, zeros) in [(0, 3, 7), (1, 12, 8)] {
        text += &format!("{x},1\n").repeat(ones);
        text += &format!("{x},0\n").repeat(zeros);
    }
    let folder = Folder::with("data.csv", text);
    let found = fit(&folder, &["data.csv", "--family", "logistic", "--robust", "hc0"]);
    let error = found["coefficients"][0]["std_error"].as_f64().unwrap();
    assert!((error - (1.0 / (10.0f64 * 0.3 * 0.7)).sqrt()).abs() < 1e-10, "{error}");
    assert_eq!(found["robust"], "hc0");
    let scaled = fit(&folder, &["data.csv", "--family", "logistic", "--robust", "hc1"]);
    let more = scaled["coefficients"][0]["std_error"].as_f64().unwrap();
    assert!((more / error - (30.0f64 / 28.0).sqrt()).abs() < 1e-12);
}

#[test]
fn more_columns_than_rows_are_said_in_one_sentence() {
    let folder = Folder::with("data.csv", "a,b,c,d,y\n1,2,3,5,1\n2,1,7,1,2\n0,4,1,2,4\n");
    let done = folder.run(&["regress", "data.csv", "--target", "y", "-o", "fit.json"]);
    assert_eq!(done.exit, 1);
    assert!(
        done.err.starts_with("no (collinear): 5 coefficients and 3 rows: more than the rows can tell apart;"),
        "{}",
        done.err
    );
    // a penalty has an answer
    fit(&folder, &["data.csv", "--penalty", "ridge", "--lambda", "0.1"]);
}

#[test]
fn what_leaves_nothing_to_judge_by_is_said() {
    let folder = Folder::with("flat.csv", "x,y\n1,2\n2,2\n3,2\n");
    folder.write("exact.csv", "x,y\n1,2\n2,4\n3,6\n");
    for (file, code) in [("flat.csv", "constant_target"), ("exact.csv", "perfect_fit")] {
        let found = fit(&folder, &[file]);
        assert_eq!(found["warnings"][0]["code"], code);
        assert!(found["fit"]["aic"].is_null());
    }
}

#[test]
fn cross_validation_of_a_logistic_lasso() {
    let anes = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/regress/anes96.csv");
    let folder = Folder::new();
    let model = ["--target", "vote", "--features", "logpopul,selflr,age,educ,income", "--family", "logistic"];
    let run = |more: &[&str]| {
        let args = [&["regress", anes.to_str().unwrap()], &model[..], more, &["-o", "fit.json", "-q"]].concat();
        let done = folder.run(&args);
        assert_eq!(done.exit, 0, "{more:?}: {}", done.err);
        folder.json("fit.json")
    };
    let found = run(&["--penalty", "lasso", "--cv", "4"]);
    let cross = &found["cross_validation"];
    let path = cross["path"].as_array().unwrap();
    // it ends where nothing more is explained
    assert!((20..100).contains(&path.len()) && path[0]["nonzero"] == 0, "{}", path.len());
    assert!(path[1]["nonzero"].as_u64() > Some(0));
    // without coefficients the mean deviance is the null model's, up to the folds' own means
    let null = found["fit"]["null_deviance"].as_f64().unwrap() / 944.0;
    assert!((path[0]["deviance"].as_f64().unwrap() / null - 1.0).abs() < 0.01);
    let (least, near) = (cross["lambda_min"].as_f64().unwrap(), cross["lambda_1se"].as_f64().unwrap());
    assert!(least < near && cross["lambda"] == cross["lambda_min"]);
    let lambda = format!("{least:?}");
    let same = run(&["--penalty", "lasso", "--lambda", &lambda]);
    for (a, b) in found["coefficients"].as_array().unwrap().iter().zip(same["coefficients"].as_array().unwrap()) {
        assert_eq!(a["estimate"], b["estimate"]);
    }
    let sparse = run(&["--penalty", "lasso", "--cv", "4", "--lambda-rule", "1se"]);
    assert_eq!(sparse["cross_validation"]["lambda"], cross["lambda_1se"]);
}
