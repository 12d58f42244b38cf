//! `gradus regress`: names of columns, patterns of files, and what is said where a name means nothing.

mod support;

use serde_json::{Value, json};
use support::Folder;

#[track_caller]
fn refused(folder: &Folder, args: &[&str], want: &str) {
    let done = folder.run(&[&["regress"], args].concat());
    assert_eq!(done.exit, 2, "{args:?}: {}", done.err);
    assert!(done.err.contains(want), "{args:?}: {}", done.err);
}

fn terms(found: &Value) -> Vec<&str> {
    found["coefficients"].as_array().unwrap().iter().map(|c| c["term"].as_str().unwrap()).collect()
}

#[test]
fn names_of_any_text_stand_in_backquotes() {
    let rows = "1,2,3,y\n2,5,4,n\n3,5,9,y\n4,2,4,n\n7,2,1,y\n6,5,2,n\n9,2,3,n\n";
    let folder = Folder::with("data.csv", format!("living area,\"a,b\",y,x(1)\n{rows}"));
    folder.write("plain.csv", format!("area,b,y,k\n{rows}"));
    for (odd, plain) in [
        (["--features", "`living area`, `a,b`"], ["--features", "area,b"]),
        (["--features", "living area,ln(`a,b`)"], ["--features", "area,ln(b)"]),
        (["--features", "`a,b`*(`living area` + 1)"], ["--features", "b*(area + 1)"]),
        (["--features", "poly(living area, 2)"], ["--features", "poly(area, 2)"]),
        (["--exclude", "`a,b`,x(1)"], ["--exclude", "b,k"]),
        (["--exclude", "a,b"], ["--exclude", "b"]),
        (["--categorical", "`a,b`"], ["--categorical", "b"]),
        (["--weights", "`living area`"], ["--weights", "area"]),
        (["--offset", "`living area`/2"], ["--offset", "area/2"]),
    ] {
        let found = folder.regress(&[&["data.csv", "--target", "y"], &odd[..]].concat());
        let want = folder.regress(&[&["plain.csv", "--target", "y"], &plain[..]].concat());
        let numbers = |fit: &Value| {
            let list = fit["coefficients"].as_array().unwrap();
            list.iter().map(|c| (c["estimate"].clone(), c["std_error"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&found), numbers(&want), "{odd:?}");
    }
    let found = folder.regress(&["data.csv", "--target", "`a,b`", "--features", "poly(`living area`, 2)"]);
    assert_eq!(found["target"], "a,b");
    assert_eq!(terms(&found), ["(intercept)", "living area", "`living area`^2"]);
    // what is kept reads its own names
    let done = folder.run(&["regress", "--model", "fit.json", "--predict", "data.csv", "-o", "p.csv"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    // grad's formulas have them too, and print what can be read again
    let done = folder.run(&["grad", "data.csv", "-f", "`living area`^2*y", "--format", "json", "-o", "-"]);
    assert!(done.out.contains("2*`living area`*y"), "{}", done.out);
    refused(&folder, &["data.csv", "--target", "y", "--features", "`a,b"], "a backquote without another");
}

#[test]
fn a_category_in_a_formula_is_pointed_at() {
    let folder = Folder::with("data.csv", ",x,y,c\n0,1,2,a\n1,2,4,b\n2,3,7,a\n");
    let base = ["data.csv", "--target", "y", "--features"];
    let with = |more: &[&str], want: &str| refused(&folder, &[&base[..], more].concat(), want);
    with(
        &["c + x"],
        "error: `c` is a category here; formulas need numbers\n --> --features:1:1\n  |\n1 | c + x\n  | ^\nhelp: give it as a feature by itself, --features c, or as a factor",
    );
    with(&["x", "--weights", "c"], "`c` is a category here; weights are numbers");
    with(&["x", "--offset", "2*c"], "`c` is a category here; an offset is a number\n --> --offset:1:3\n");
    with(&["x", "--loss", "c*abs(target - prediction)"], "`c` is a category here; the loss needs numbers");
    // what holds a star and names a column is a formula, else a pattern
    with(&["x*z"], "`data.csv` has no column `z`\n --> --features:1:3\n");
    with(
        &["q*"],
        "no column fits `q*`\n --> --features:1:1\n  |\n1 | q*\n  | ^^\nhelp: the columns are `x`, `y`, `c`\n",
    );
    with(&["x", "--offset", "yy"], "`data.csv` has no column `yy`");
}

#[test]
fn columns_without_a_name_are_not_left_out_silently() {
    let folder = Folder::with("data.csv", ",x,,y\n0,1,9,2\n1,2,9,4\n2,3,8,7\n3,4,9,8\n");
    let found = folder.regress(&["data.csv", "--target", "y"]);
    let message = "2 columns have no name in the header and are left out (1, 3); name them to use them";
    assert_eq!(
        found["warnings"],
        json!([{ "code": "nameless_columns", "message": message, "count": 2, "places": [1, 3] }])
    );
    let found = folder.regress(&["data.csv", "--target", "y", "--features", "x"]);
    assert_eq!(found["warnings"], json!([]));
}

#[test]
fn another_delimiter_is_hinted_at() {
    let folder = Folder::with("data.csv", "x;y\n1;2\n2;4\n3;7\n");
    folder.write("tabs.csv", "x\ty\n1\t2\n2\t4\n");
    folder.write("comma.csv", "x;y\n1,5;2\n2,5;4\n");
    let want = "help: the header is one column, `x;y`: is the delimiter `;`? add --delimiter ';'\n";
    refused(&folder, &["data.csv", "--target", "y"], want);
    refused(&folder, &["data.csv", "--target", "y", "--delimiter", ","], want);
    refused(&folder, &["data.csv"], want);
    refused(&folder, &["tabs.csv", "--target", "y"], "is the delimiter a tab? add --delimiter '\\t'\n");
    refused(&folder, &["comma.csv", "--target", "x;y"], "is the delimiter `;`? add --delimiter ';'\n");
    folder.regress(&["data.csv", "--target", "y", "--delimiter", ";"]);
    folder.write("new.csv", "x;z\n1;2\n");
    refused(
        &folder,
        &["--model", "fit.json", "--predict", "new.csv", "-o", "p.csv"],
        want.replace("x;y", "x;z").as_str(),
    );
}

#[test]
fn a_file_that_lacks_a_column_of_the_model_is_named() {
    let folder = Folder::with("data.csv", "area,k,y\n1,u,2\n2,v,4\n3,u,7\n4,v,8\n5,u,9\n");
    folder.regress(&["data.csv", "--target", "y", "--features", "ln(area),k"]);
    for (header, want) in [
        ("aera,k", "error: `new.csv` has no column `area`\nhelp: did you mean `aera`? the columns are `aera`, `k`\n"),
        ("area,q", "error: `new.csv` has no column `k`\nhelp: the columns are `area`, `q`\n"),
    ] {
        folder.write("new.csv", format!("{header}\n1,u\n"));
        refused(&folder, &["--model", "fit.json", "--predict", "new.csv", "-o", "p.csv"], want);
    }
    folder.write("new1.csv", "area,k\n1,u\n");
    refused(&folder, &["--model", "fit.json", "--predict", "new*.csv", "-o", "p.csv"], "would not be read");
}

#[test]
fn files_by_classes_of_letters_and_in_folders() {
    let folder = Folder::new();
    for name in ["a", "b"] {
        std::fs::create_dir(folder.path(name)).unwrap();
    }
    let row = |k: u32| format!("x,y\n{k},{}\n", k * k);
    for (k, name) in ["a/part1.csv", "a/part2.csv", "a/part3.csv", "b/part1.csv", "b/part2.csv"].iter().enumerate() {
        folder.write(name, row(k as u32));
    }
    let files = |pattern: &str| {
        let found = folder.regress(&[pattern, "--target", "y", "--no-intercept"]);
        let list = found["rows"]["files"].as_array().unwrap();
        list.iter().map(|f| f["file"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(files("[ab]/part[12].csv"), ["a/part1.csv", "a/part2.csv", "b/part1.csv", "b/part2.csv"]);
    assert_eq!(files("?/part[!1].csv"), ["a/part2.csv", "a/part3.csv", "b/part2.csv"]);
    refused(&folder, &["a/part[7-9].csv", "--target", "y"], "error: no file fits `a/part[7-9].csv`\n");
    // a file of that very name wins
    folder.write("a/part[12].csv", "x,y\n5,1\n6,2\n7,9\n");
    assert_eq!(folder.regress(&["a/part[12].csv", "--target", "y"])["fit"]["n"], 3);
    for k in ["1", "2", "3"] {
        folder.write("rows.csv", format!("x,y\n{k},2\n3{k},5\n1{k},9\n"));
        let state = format!("shard{k}.state");
        let done = folder.run(&["regress", "rows.csv", "--target", "y", "--save-state", &state, "-q"]);
        assert_eq!(done.exit, 0, "{}", done.err);
    }
    let merged = |args: &[&str]| folder.regress(&[&["--merge"], args].concat())["coefficients"].clone();
    assert_eq!(merged(&["shard[13].state"]), merged(&["shard1.state", "shard3.state"]));
}

#[test]
fn levels_that_are_one_number_are_told() {
    let folder = Folder::with("data.csv", "z,y\n1,2\n1.0,4\n01,7\n2,8\n2,9\n1,1\n");
    let found = folder.regress(&["data.csv", "--target", "y", "--categorical", "z"]);
    assert_eq!(terms(&found), ["(intercept)", "z=1", "z=1.0", "z=2"]);
    let message = "levels of `z` are apart as text and equal as numbers: `01`, `1`, `1.0`; write them alike if they mean the same";
    assert_eq!(
        found["warnings"],
        json!([{ "code": "equal_levels", "message": message, "column": "z", "levels": ["01", "1", "1.0"] }])
    );
    // words are never numbers
    folder.write("data.csv", "z,y\n1,2\n1.0,4\nx,7\n2,8\n2,9\n1,1\n");
    assert_eq!(folder.regress(&["data.csv", "--target", "y", "--categorical", "z"])["warnings"], json!([]));
}

#[test]
fn more_terms_than_memory_has_room_for() {
    let header: Vec<String> = (0..2101).map(|k| format!("x{k}")).collect();
    let row = |of: usize| (0..2101).map(|k| (k * k % (of + 5)).to_string()).collect::<Vec<_>>().join(",");
    let rows: Vec<String> = (0..3).map(|k| format!("{},{k}", row(k))).collect();
    let folder = Folder::with("data.csv", format!("{},y\n{}\n", header.join(","), rows.join("\n")));
    let args = ["data.csv", "--target", "y", "--penalty", "lasso", "--lambda", "0.1"];
    // 80 bytes times 2101 squared
    refused(
        &folder,
        &[&args[..], &["--memory", "200MB"]].concat(),
        "error: the model has 2101 terms: with sums of products of each with each a fit takes 354MB\nhelp: choose some with --features, leave some out with --exclude, or raise --memory from 200MB to 354MB\n",
    );
    assert_eq!(folder.regress(&args)["fit"]["n"], 3);
    // a few thousand are always fitted
    folder.regress(&[&args[..], &["--exclude", "x1*,x20?", "--memory", "0"]].concat());
}

#[test]
fn a_target_of_three_numbers_hints_at_several_classes() {
    let folder = Folder::with("data.csv", "x,y\n1,0\n2,1\n3,2\n4,1\n");
    let args = ["data.csv", "--target", "y", "--family", "logistic"];
    refused(
        &folder,
        &args,
        "the target is 2; logistic regression needs 0 or 1, or a share between them\nhelp: for several classes there is --family multinomial;",
    );
    refused(
        &folder,
        &[&args[..], &["--categorical", "y"]].concat(),
        "help: for several classes there is --family multinomial",
    );
}

/// A column without a spread has no unit to be penalised in; its coefficient is 0 as without --standardize.
#[test]
fn a_constant_column_is_held_at_0_under_every_penalty() {
    let row = |i: usize| format!("{},{},0.1,{}\n", i % 7, i * i % 11, ["u", "v", "w"][i * i * i % 3 * (i % 5) % 3]);
    let folder = Folder::with("rows.csv", format!("x,k,c,kind\n{}", (0..60).map(row).collect::<String>()));
    let models: &[&[&str]] = &[
        &["--target", "k"],
        &["--target", "k", "--family", "poisson"],
        &["--target", "if(k > 4, 1, 0)", "--family", "logistic"],
        &["--target", "kind", "--family", "multinomial"],
    ];
    for model in models {
        for (penalty, strength) in
            [("ridge", "--lambda=0.1"), ("lasso", "--lambda=0.1"), ("ridge", "--cv=3"), ("lasso", "--cv=3")]
        {
            if model.contains(&"multinomial") && penalty == "lasso" {
                continue;
            }
            let fit = |features: &str| {
                let args =
                    ["regress", "rows.csv", "--features", features, "--penalty", penalty, strength, "--standardize"];
                let done = folder.run(&[&args[..], model, &["-o", "fit.json", "-q"]].concat());
                assert_eq!(done.exit, 0, "{model:?} {penalty} {strength}: {}", done.err);
                let rows = folder.json("fit.json")["coefficients"].as_array().unwrap().clone();
                rows.iter().map(|c| (c["term"].clone(), c["estimate"].as_f64().unwrap())).collect::<Vec<_>>()
            };
            let (with, without) = (fit("x,c"), fit("x"));
            let mut others = without.iter();
            for (term, estimate) in &with {
                let want = if term == "c" { 0.0 } else { others.next().unwrap().1 };
                // iterations end at 8 digits of a standard error
                assert!(
                    (estimate - want).abs() < 1e-8,
                    "{model:?} {penalty} {strength} {term}: {estimate}, not {want}"
                );
            }
        }
    }
}

#[test]
fn a_category_that_is_no_feature_is_told() {
    let folder =
        Folder::with("d.csv", "zone,rooms,size,price\n1,2,30,5\n2,3,40,7\n1,2,55,8\n2,4,60,9\n1,3,70,12\n2,4,85,13\n");
    let of = |args: &[&str]| {
        let found = folder.regress(&[&["d.csv"], args].concat());
        let warnings = found["warnings"].as_array().unwrap().clone();
        warnings
            .iter()
            .filter(|w| w["code"] == "categorical_not_used")
            .map(|w| w["column"].to_string())
            .collect::<Vec<_>>()
    };
    let warned = |more: &[&str]| of(&[&["--target", "price"], more].concat());
    assert_eq!(warned(&["--features", "size", "--categorical", "zone,size"]), ["\"zone\""]);
    assert_eq!(warned(&["--features", "size", "--categorical", "z*,room?"]), ["\"z*\"", "\"room?\""]);
    assert_eq!(warned(&["--exclude", "zone", "--categorical", "zone"]), ["\"zone\""]);
    // one column of a pattern is enough, and the target is in the model
    assert_eq!(warned(&["--features", "size,zone", "--categorical", "*o*"]), Vec::<String>::new());
    assert_eq!(
        of(&[
            "--target",
            "zone",
            "--family",
            "logistic",
            "--penalty",
            "ridge",
            "--lambda",
            "1",
            "--categorical",
            "zone"
        ]),
        Vec::<String>::new()
    );
    let done = folder.run(&["regress", "d.csv", "--target", "price", "--features", "size", "--categorical", "zone"]);
    let want = "warning: `zone` is to be read as a category and is neither a feature nor the target: it is not used\n";
    assert_eq!((done.exit, done.err.as_str()), (0, want));
    let done = folder.run(&["regress", "d.csv", "--target", "price", "--features", "size", "--categorical", "zome"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.contains(" --> --categorical:1:1\n") && done.err.contains("did you mean `zone`?"), "{}", done.err);
}

#[test]
fn nothing_between_commas_is_refused_at_its_place() {
    let folder = Folder::with("d.csv", "x1,x2,y\n1,2,3\n2,1,5\n3,5,4\n4,4,7\n5,9,6\n");
    for (flag, list, column, carets) in [
        ("--features", "x1, ,x2", 4, "   ^"),
        ("--features", "x1,,x2", 4, "   ^"),
        ("--features", "x1,x2,", 7, "      ^"),
        ("--exclude", "x1,  ", 4, "   ^^"),
        ("--categorical", ",x2", 1, "^"),
    ] {
        let done = folder.run(&["regress", "d.csv", "--target", "y", flag, list]);
        let want = format!(
            "error: there is nothing between the commas\n --> {flag}:1:{column}\n  |\n1 | {}\n  | {carets}\nhelp: write a column there, or leave a comma out\n",
            list.trim_end()
        );
        assert_eq!((done.exit, done.err.replace("  \n", "\n")), (2, want));
    }
    let err = folder.run(&["regress", "d.csv", "--target", "y", "--features", "poly(,3)"]).err;
    assert!(err.starts_with("error: `poly` wants a column or a formula and a degree"), "{err}");
}

#[test]
fn classes_of_letters_are_patterns_of_columns_too() {
    let folder = Folder::with(
        "d.csv",
        "x1,x2,x3,x[1],y\n1,2,9,1,3\n2,1,7,0,5\n3,5,1,0,4\n4,4,3,1,7\n5,9,2,0,6\n6,2,2,5,1\n7,1,8,3,3\n",
    );
    let terms = |args: &[&str]| {
        let found = folder.regress(&[&["d.csv", "--target", "y"], args].concat());
        let terms = found["coefficients"].as_array().unwrap().iter().map(|c| c["term"].as_str().unwrap().to_string());
        terms.skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(terms(&["--features", "x[12]"]), "x1 x2");
    assert_eq!(terms(&["--features", "x[!2],x2^2"]), "x1 x3 x2^2");
    assert_eq!(terms(&["--exclude", "x[2-9]"]), "x1 x[1]");
    // a name comes first, as with files
    assert_eq!(terms(&["--features", "x[1]"]), "x[1]");
    let done = folder.run(&["regress", "d.csv", "--target", "y", "--features", "x[7-9]"]);
    assert!(
        done.exit == 2 && done.err.starts_with("error: no column fits `x[7-9]`\n --> --features:1:1\n"),
        "{}",
        done.err
    );
}

/// Their names are formulas, too, or a constant: what is not there must not be computed of other columns.
#[test]
fn a_missing_column_is_not_computed_of_others() {
    let folder =
        Folder::with("d.csv", "x-y,x,y,e,z\n1,2,9,1,3\n2,1,7,4,5\n3,5,1,2,4\n4,4,3,7,7\n5,9,2,1,6\n6,3,5,2,8\n");
    folder.write("new.csv", "x,y,z\n5,3,1\n");
    folder.write("same.csv", "y,x-y,e,x\n3,1,2,5\n");
    let names = |fit: &serde_json::Value| fit["model"]["terms"].to_string();
    for (args, column, terms) in [
        (&["--features", "x,x-y"][..], "x-y", r#"[{"formula":"x"},{"formula":"`x-y`"}]"#),
        (&["--features", "x,`x-y`"], "x-y", r#"[{"formula":"x"},{"formula":"`x-y`"}]"#),
        (&["--features", "e,y"], "e", r#"[{"formula":"`e`"},{"formula":"y"}]"#),
        (&["--features", "x", "--offset", "x-y"], "x-y", r#"[{"formula":"x"}]"#),
    ] {
        let done =
            folder.run(&[&["regress", "d.csv", "--target", "z", "--save-state", "a.state", "-q"], args].concat());
        assert_eq!(done.exit, 0, "{}", done.err);
        let merged = folder.regress(&["--merge", "a.state"]);
        let direct = folder.regress(&[&["d.csv", "--target", "z"], args].concat());
        for fit in [&direct, &merged] {
            assert_eq!(names(fit), terms);
            assert!(!fit["coefficients"].to_string().contains('`'));
            folder.write("kept.json", fit.to_string());
            let predict =
                |rows: &str| folder.run(&["regress", "--model", "kept.json", "--predict", rows, "-o", "p.csv"]);
            let done = predict("new.csv");
            let want = format!("error: `new.csv` has no column `{column}`\n");
            assert!(done.exit == 2 && done.err.starts_with(&want), "{}", done.err);
            assert_eq!(predict("same.csv").exit, 0);
        }
    }
    // a formula stays one
    let fit = folder.regress(&["d.csv", "--target", "z", "--features", "x - y"]);
    assert_eq!(names(&fit), r#"[{"formula":"x - y"}]"#);
}
