//! `gradus regress --save-state` and `--merge`: shards of a table with categories, of which not each has all levels.

mod support;

use serde_json::Value;
use support::Folder;

const HEADER: &str = "city,size,rooms,price";

/// 40 rows, sorted by city, so that each shard has some of the cities alone.
fn rows() -> Vec<String> {
    let city = ["berlin", "aachen", "ulm", "kiel"];
    let row = |i: usize| {
        let (size, rooms) = (30 + i * 17 % 90, [2, 10, 3][i * 5 % 3]);
        let price = 100 + 3 * size + 20 * rooms + 50 * (i / 10) + i * i % 13;
        format!("{},{size},{rooms},{price}", city[i / 10])
    };
    (0..40).map(row).collect()
}

#[track_caller]
fn same_fit(whole: &Value, merged: &Value) {
    assert_eq!(whole["model"]["terms"], merged["model"]["terms"]);
    let (a, b) = (whole["coefficients"].as_array().unwrap(), merged["coefficients"].as_array().unwrap());
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a["term"], b["term"]);
        for key in ["estimate", "std_error", "p_value", "conf_low"] {
            let (x, y) = (a[key].as_f64().unwrap(), b[key].as_f64().unwrap());
            assert!((x - y).abs() <= 1e-12 * x.abs(), "{} {key}: {x} {y}", a["term"]);
        }
    }
    for key in ["n", "r_squared", "log_likelihood", "condition_number"] {
        let (x, y) = (whole["fit"][key].as_f64().unwrap(), merged["fit"][key].as_f64().unwrap());
        assert!((x - y).abs() <= 1e-12 * x.abs(), "{key}: {x} {y}");
    }
}

#[test]
fn shards_with_some_of_the_levels_are_the_whole() {
    let rows = rows();
    let folder = Folder::with("all.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
    for intercept in [&[][..], &["--no-intercept"]] {
        for cuts in [&[0, 10, 20, 40][..], &[0, 5, 33, 40]] {
            let flags = [&["--target", "price", "--categorical", "rooms"][..], intercept].concat();
            let whole = folder.regress(&[&["all.csv"], &flags[..]].concat());
            let mut states = Vec::new();
            // the last shard first: the reference level is not the first that is met
            for (k, cut) in cuts.windows(2).enumerate().rev() {
                let (part, state) = (format!("part{k}.csv"), format!("part{k}.state"));
                folder.write(&part, format!("{HEADER}\n{}\n", rows[cut[0]..cut[1]].join("\n")));
                let done = folder.run(&[&["regress", &part, "--save-state", &state], &flags[..]].concat());
                assert_eq!(done.exit, 0, "{}", done.err);
                states.push(state);
            }
            let states: Vec<&str> = states.iter().map(String::as_str).collect();
            let merged = folder.regress(&[&["--merge"], &states[..]].concat());
            same_fit(&whole, &merged);
            // the model knows its categories
            folder.write("new.csv", "city,size,rooms\nulm,50,3\naachen,60,10\n");
            let predicted = |from: &Value| {
                folder.write("model.json", serde_json::to_string(from).unwrap());
                let done = folder.run(&["regress", "--model", "model.json", "--predict", "new.csv", "-o", "p.csv"]);
                assert_eq!(done.exit, 0, "{}", done.err);
                let numbers: Vec<f64> = (folder.read("p.csv").lines().skip(1))
                    .map(|l| l.rsplit(',').next().unwrap().parse().unwrap())
                    .collect();
                numbers
            };
            for (a, b) in predicted(&whole).iter().zip(predicted(&merged)) {
                assert!((a - b).abs() < 1e-10 * a, "{a} {b}");
            }
        }
    }
}

#[test]
fn one_level_in_all_shards_and_other_categories_are_refused() {
    let rows = rows();
    let folder = Folder::new();
    for (part, from, flags) in [("a", 0, &[][..]), ("b", 5, &[]), ("c", 10, &["--exclude", "city"])] {
        folder.write("part.csv", format!("{HEADER}\n{}\n", rows[from..from + 5].join("\n")));
        let args = ["regress", "part.csv", "--target", "price", "--save-state", &format!("{part}.state")];
        let done = folder.run(&[&args[..], flags].concat());
        assert_eq!(done.exit, 0, "{}", done.err);
    }
    let done = folder.run(&["regress", "--merge", "a.state", "b.state"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.contains("the column `city` has one value alone, `berlin`"), "{}", done.err);
    // shards of one file: it may have been another one each time, or rows count twice
    folder.write("part.csv", format!("{HEADER}\n{}\n", rows[12..30].join("\n")));
    folder.run(&["regress", "part.csv", "--target", "price", "--save-state", "d.state"]);
    let done = folder.run(&["regress", "--merge", "a.state", "d.state"]);
    assert_eq!(done.exit, 0);
    let want = "warning: `part.csv` is summed in a.state and in d.state: rows that are in both count twice";
    assert!(done.err.contains(want), "{}", done.err);
    let done = folder.run(&["regress", "--merge", "a.state", "c.state"]);
    assert_eq!(done.exit, 2);
    let want = "its features are size, rooms, not city (a category), size, rooms";
    assert!(done.err.contains(want), "{}", done.err);
}
