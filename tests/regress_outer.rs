//! `gradus regress` seen from outside: where its files go, what a printed spec holds, what messages say.

mod support;

use support::Folder;

const HOUSES: &str = "price,area,rooms,age\n310,100,3,5\n250,80,2,20\n420,150,5,2\n200,60,2,30\n510,180,6,1\n330,110,4,15\n280,90,3,18\n390,140,4,7\n";

fn houses() -> Folder {
    Folder::with("h.csv", HOUSES)
}

const FIT: [&str; 4] = ["regress", "h.csv", "--target", "price"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&FIT[..], more].concat()
}

// ---------------------------------------------------------------- files

#[test]
fn a_side_file_goes_to_standard_output_and_the_report_makes_room() {
    let f = houses();
    assert_eq!(f.run(&with(&["--coefficients", "c.csv", "--residuals", "r.csv", "-q"])).exit, 0);
    for (flag, file) in [("--coefficients", "c.csv"), ("--residuals", "r.csv")] {
        for stream in ["-", "/dev/stdout", "/dev/fd/1"] {
            let done = f.run(&with(&[flag, stream]));
            assert_eq!((done.exit, &done.out), (0, &f.read(file)), "{flag} {stream}");
            assert!(done.err.contains("price ~ 3 terms"), "{}", done.err);
        }
    }
    // a device takes what comes, and may be named twice
    let done = f.run(&with(&["--residuals", "/dev/null", "--predictions", "/dev/null"]));
    assert_eq!((done.exit, done.err.as_str()), (0, ""));
    assert!(done.out.starts_with("price ~ 3 terms"));
    // so does another program of the shell
    let mut shell = std::process::Command::new("bash");
    let line =
        format!("{} regress h.csv --target price -q --residuals >(cat > piped.csv)", env!("CARGO_BIN_EXE_gradus"));
    let done = shell.args(["-c", &format!("{line}; wait $!; sleep 0.2")]).current_dir(f.path("")).status().unwrap();
    assert!(done.success());
    assert_eq!(f.read("piped.csv"), f.read("r.csv"));
    // the result, too, by any name of the stream
    let dash = f.run(&with(&["-o", "-"]));
    assert_eq!(f.run(&with(&["-o", "/dev/stdout"])), dash);
    assert!(dash.out.starts_with("{\n") && dash.err.starts_with("price ~"));
}

#[test]
fn two_outputs_do_not_share_a_file() {
    let f = houses();
    for (more, told) in [
        (
            vec!["--coefficients", "a.csv", "--residuals", "./a.csv"],
            "both --coefficients and --residuals write to `./a.csv`",
        ),
        (vec!["-o", "a.csv", "--residuals", "a.csv"], "both -o and --residuals write to `a.csv`"),
        (vec!["-o", "a.csv", "-o", "a.csv"], "both -o and -o write to `a.csv`"),
        (vec!["-o", "a.d", "--format", "json", "--depfile", "a.d"], "both -o and --depfile write to `a.d`"),
        (
            vec!["--coefficients", "-", "--residuals", "/dev/stdout"],
            "both --coefficients - and --residuals - write to standard output",
        ),
        (vec!["--coefficients", "-", "-o", "-"], "both -o - and --coefficients - write to standard output"),
        (vec!["--coefficients", "-", "--print", "fit.n"], "both --coefficients - and --print write to standard output"),
        (
            vec!["--save-state", "a.csv", "--predictions", "a.csv"],
            "both --predictions and --save-state write to `a.csv`",
        ),
    ] {
        let done = f.run(&with(&more));
        assert_eq!((done.exit, done.out.as_str()), (2, ""), "{more:?}");
        assert!(done.err.starts_with(&format!("error: {told}\nhelp: ")), "{}", done.err);
    }
    // a link is another name of its file
    std::os::unix::fs::symlink("a.csv", f.path("link.csv")).unwrap();
    let done = f.run(&with(&["--coefficients", "a.csv", "--residuals", "link.csv"]));
    assert_eq!(done.exit, 2, "{}", done.err);
    assert_eq!(f.names(), ["h.csv", "link.csv"]);
}

#[test]
fn side_files_alone_have_a_depfile() {
    let f = houses();
    let files = ["--coefficients", "c.csv", "--residuals", "r.csv", "--predictions", "/dev/null"];
    assert_eq!(f.run(&with(&[&files[..], &["--depfile", "c.d", "-q"]].concat())).exit, 0);
    assert_eq!(f.read("c.d"), "c.csv r.csv: h.csv\n\nh.csv:\n");
    assert_eq!(f.run(&with(&["--save-state", "h.state", "--depfile", "s.d"])).exit, 0);
    assert_eq!(f.read("s.d"), "h.state: h.csv\n\nh.csv:\n");
    let nothing = f.run(&with(&["--predictions", "/dev/null", "--depfile", "n.d"]));
    assert_eq!(nothing.exit, 2);
    assert!(nothing.err.starts_with("error: --depfile says what files were made from, and no file is written\n"));
    // other verbs alike
    let f = Folder::new();
    let args = ["descend", "-f", "x^2", "--start", "x=1", "--trace", "t.csv", "--depfile", "t.d", "-q"];
    assert_eq!(f.run(&args).exit, 0);
    assert_eq!(f.read("t.d"), "t.csv: \n");
}

// ---------------------------------------------------------------- specs and kept results

/// The result without its `spec` and the names of its files, and `spec`.
fn result(f: &Folder, args: &[&str]) -> (serde_json::Value, serde_json::Value) {
    let done = f.run(&[args, &["-o", "-", "-q"]].concat());
    let mut json: serde_json::Value = serde_json::from_str(&done.out).unwrap_or_else(|e| panic!("{e}: {}", done.err));
    let spec = json.as_object_mut().unwrap().remove("spec").unwrap();
    for file in json["rows"]["files"].as_array_mut().into_iter().flatten() {
        file.as_object_mut().unwrap().remove("file");
    }
    (json, spec)
}

#[test]
fn a_printed_spec_runs_from_any_folder() {
    let f = houses();
    let more: String = HOUSES.lines().enumerate().filter(|(i, _)| *i != 3).map(|(_, l)| format!("{l}\n")).collect();
    f.write("in/more.csv", &more);
    f.write("in/test.csv", HOUSES);
    f.write(
        "in/spec.toml",
        "[data]\nfile = \"../h.csv\"\n[regress]\ntarget = \"price\"\nfiles = \"more.csv\"\ntest = \"test.csv\"\n",
    );
    f.run(&["regress", "h.csv", "--target", "price", "--save-state", "1.state"]);
    f.run(&["regress", "in/more.csv", "--target", "price", "--save-state", "2.state"]);
    f.run(&["regress", "h.csv", "--target", "price", "-o", "fit.json", "-q"]);
    for args in [
        vec!["regress", "in/spec.toml"],
        vec!["regress", "h.csv", "in/more.csv", "--target", "rooms", "--family", "poisson"],
        vec!["regress", "h.csv", "--target", "price", "--penalty", "elastic-net", "--cv", "3", "--seed", "5"],
        vec!["regress", "h.csv", "--target", "price", "--penalty", "lasso", "--lambda", "0.1"],
        vec!["regress", "h.csv", "--target", "price", "--loss", "abs(target - prediction)"],
        vec!["regress", "--merge", "1.state", "2.state"],
        vec!["regress", "--model", "fit.json", "--predict", "in/test.csv"],
    ] {
        let printed = f.run(&[&args[..], &["--print-spec"]].concat());
        assert_eq!((printed.exit, printed.err.as_str()), (0, ""), "{args:?}");
        f.write("elsewhere/deep/again.toml", &printed.out);
        let run = ["regress", "elsewhere/deep/again.toml"];
        assert_eq!(f.run(&[&run[..], &["--print-spec"]].concat()).out, printed.out, "{args:?}");
        assert_eq!(result(&f, &run).0, result(&f, &args).0, "{args:?}");
    }
}

#[test]
fn a_printed_spec_shows_the_defaults_in_force() {
    let f = houses();
    let printed = |more: &[&str]| f.run(&with(&[more, &["--print-spec"]].concat())).out;
    let has = |text: &str, lines: &[&str]| {
        for line in lines {
            assert!(text.lines().any(|l| l == *line), "{line} in\n{text}");
        }
    };
    let plain =
        ["seed = 0", "family = \"linear\"", "link = \"identity\"", "no_intercept = false", "missing = \"error\""];
    has(&printed(&[]), &plain);
    has(&printed(&["--family", "gamma"]), &["link = \"log\"", "solver = \"newton\"", "confidence = 0.95"]);
    let net = ["l1_ratio = 0.5", "lambda_rule = \"min\"", "standardize = false"];
    has(&printed(&["--penalty", "elastic-net", "--cv", "4"]), &net);
    // a loss has no family
    assert!(!printed(&["--loss", "abs(target - prediction)"]).contains("family"));
    // what the result records are the same
    let (_, spec) = result(&f, &FIT);
    assert_eq!(spec["regress"]["family"], "linear");
}

#[test]
fn a_merged_fit_compares_with_the_direct_one() {
    let f = houses();
    let lines: Vec<&str> = HOUSES.lines().collect();
    f.write("1.csv", lines[..5].join("\n") + "\n");
    f.write("2.csv", [&lines[..1], &lines[5..]].concat().join("\n") + "\n");
    for shard in ["1", "2"] {
        let (rows, state) = (format!("{shard}.csv"), format!("{shard}.state"));
        assert_eq!(f.run(&["regress", &rows, "--target", "price", "--save-state", &state, "-q"]).exit, 0);
    }
    assert_eq!(f.run(&["regress", "1.csv", "2.csv", "--target", "price", "-o", "direct.json", "-q"]).exit, 0);
    let merge = ["regress", "--merge", "1.state", "2.state", "--compare", "direct.json", "-q"];
    assert_eq!(f.run(&merge).exit, 0, "{}", f.run(&merge[..6]).err);
    assert_eq!(f.run(&with(&["--compare", "direct.json", "-q"])).exit, 0, "the same rows in one file");
    // with categories, too, which only the direct fit finds
    let kinds: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(i, l)| match i {
            0 => format!("{l},kind"),
            _ => format!("{l},{}", ["a", "b", "c"][i % 3]),
        })
        .collect();
    f.write("k1.csv", kinds[..5].join("\n") + "\n");
    f.write("k2.csv", [&kinds[..1], &kinds[5..]].concat().join("\n") + "\n");
    for shard in ["k1", "k2"] {
        let (rows, state) = (format!("{shard}.csv"), format!("{shard}.state"));
        assert_eq!(f.run(&["regress", &rows, "--target", "price", "--save-state", &state, "-q"]).exit, 0);
    }
    assert_eq!(f.run(&["regress", "k1.csv", "k2.csv", "--target", "price", "-o", "kinds.json", "-q"]).exit, 0);
    let kinds = f.run(&["regress", "--merge", "k1.state", "k2.state", "--compare", "kinds.json"]);
    assert_eq!(kinds.exit, 0, "{}", kinds.err);
    // another model differs, and what was asked for otherwise is told
    let other = f.run(&with(&["--no-intercept", "--compare", "direct.json"]));
    assert_eq!(other.exit, 1);
    assert!(other.err.contains("the requests differ too\n    regress.no_intercept: true was false"), "{}", other.err);
}

// ---------------------------------------------------------------- messages

#[test]
fn an_unknown_column_lists_those_there_are() {
    let f = houses();
    for (flag, value, at, near) in [
        ("--features", "area,ln(aera)", 9, "did you mean `area`? "),
        ("--features", "zzz", 1, ""),
        ("--features", "poly(zzz, 2)", 6, ""),
        ("--weights", "1/aeg", 3, "did you mean `age`? "),
        ("--offset", "-zzz", 2, ""),
        ("--loss", "abs(target - prediction)*zzz", 26, ""),
    ] {
        let done = f.run(&with(&[flag, value]));
        let name = ["aera", "aeg", "zzz"].into_iter().find(|name| value.contains(name)).unwrap();
        assert_eq!(done.exit, 2);
        assert!(
            done.err.starts_with(&format!("error: `h.csv` has no column `{name}`\n --> {flag}:1:{at}\n")),
            "{}",
            done.err
        );
        let help = format!("help: {near}the columns are `price`, `area`, `rooms`, `age`\n");
        assert!(done.err.ends_with(&help), "{}", done.err);
    }
}

#[test]
fn kept_files_that_are_not_what_they_should_be() {
    let f = houses();
    f.run(&with(&["-o", "fit.json", "-q"]));
    f.run(&with(&["--save-state", "a.state", "-q"]));
    f.run(&["grad", "-f", "x", "--at", "x=1", "-o", "grad.json", "-q"]);
    f.write("cut.json", &f.read("fit.json")[..300]);
    f.write("cut.state", &f.read("a.state")[..300]);
    let model = |file: &str| f.run(&["regress", "--model", file, "--predict", "h.csv", "-o", "p.csv"]);
    let merge = |file: &str| f.run(&["regress", "--merge", file]);
    for (done, exit, told, help) in [
        (model("none.json"), 3, "cannot read `none.json`: no such file or directory", "a fit"),
        (model("cut.json"), 2, "`cut.json` ends in the middle, at line ", "a fit"),
        (model("h.csv"), 2, "`h.csv` is no JSON: expected value at line 1 column 1", "a fit"),
        (model("grad.json"), 2, "`grad.json` is no result of `gradus regress`: it is one of `gradus grad`", ""),
        (model("a.state"), 2, "`a.state` is no result of `gradus regress`: it holds the sums of a shard", ""),
        (merge("none.state"), 3, "cannot read `none.state`: no such file or directory", "the sums of a shard"),
        (merge("cut.state"), 2, "`cut.state` ends in the middle, at line ", "the sums of a shard"),
        (merge("fit.json"), 2, "`fit.json` does not hold the sums of a regression: it is a result", ""),
    ] {
        assert_eq!(done.exit, exit, "{}", done.err);
        assert!(done.err.starts_with(&format!("error: {told}")), "{}", done.err);
        assert!(help.is_empty() || done.err.contains(&format!("\nhelp: wanted is {help}, as ")), "{}", done.err);
    }
    assert!(!f.path("p.csv").exists());
}

#[test]
fn an_undefined_term_of_a_prediction_is_named() {
    let f = houses();
    let fitted = f.run(&with(&["--features", "ln(area),1/rooms", "-o", "fit.json", "-q"]));
    assert_eq!(fitted.exit, 0, "{}", fitted.err);
    for (row, term) in [("-5,2", "ln(area)"), ("5,0", "1/rooms")] {
        f.write("new.csv", format!("area,rooms\n100,3\n{row}\n"));
        let done = f.run(&["regress", "--model", "fit.json", "--predict", "new.csv", "-o", "p.csv"]);
        assert_eq!(done.exit, 2);
        assert!(done.err.starts_with(&format!("error: new.csv:3: `{term}` is NaN\n")), "{}", done.err);
    }
}

#[test]
fn fisher_scoring_is_named_where_it_is_what_was_done() {
    let f = houses();
    let report = |more: &[&str]| f.run(&[&["regress", "h.csv", "--target", "rooms"], more].concat()).out;
    assert!(
        report(&["--family", "poisson"])
            .contains("Fisher scoring, the natural gradient with rate 1: the link is canonical")
    );
    assert!(report(&["--family", "gamma"]).contains("Fisher scoring, the natural gradient with rate 1, corrected"));
    for more in [
        &["--family", "poisson", "--solver", "lbfgs"][..],
        &["--family", "poisson", "--penalty", "lasso", "--lambda", "0.1"],
        &["--family", "huber"],
        &["--loss", "(target - prediction)^4"],
        &[],
    ] {
        let text = report(more);
        assert!(text.starts_with("rooms ~") && !text.contains("Fisher"), "{more:?}\n{text}");
    }
}

#[test]
fn a_missing_cell_is_answered_with_what_the_verb_can_do() {
    let f = Folder::with("m.csv", "x,y\n1,2\n,3\n4,5\n");
    for (args, known) in [
        (vec!["regress", "m.csv", "--target", "y"], vec!["drop", "mean"]),
        (vec!["descend", "-f", "(y - a*x)^2", "--set", "data.file=m.csv", "--start", "a=1"], vec!["drop"]),
        (vec!["grad", "-f", "x*y", "--points", "m.csv"], vec!["drop", "nan"]),
    ] {
        let done = f.run(&args);
        assert_eq!(done.exit, 2);
        assert!(done.err.starts_with("error: m.csv:3: column `x` is empty\nhelp: "), "{}", done.err);
        let words: Vec<&str> =
            done.err.split("--missing ").skip(1).map(|w| w.split([',', '\n', ' ']).next().unwrap()).collect();
        assert_eq!(words, known, "{}", done.err);
        // and all of them are taken
        for word in words {
            assert_ne!(f.run(&[&args[..], &["--missing", word]].concat()).exit, 2, "{args:?} {word}");
        }
    }
}

#[test]
fn numbers_are_told_as_they_were_written() {
    let f = houses();
    f.write("s.toml", "[data]\nfile = \"h.csv\"\n[regress]\ntarget = \"price\"\nconfidence = 1.50\n");
    for (args, message, place, shown) in [
        (
            &["--penalty", "ridge", "--lambda", "-1"][..],
            "--lambda must be a number, 0 or more, not -1",
            "--lambda:1:1",
            "-1\n  | ^^",
        ),
        (&["--confidence", "1e2"], "--confidence must be between 0 and 1, not 1e2", "--confidence:1:1", "1e2\n  | ^^^"),
        (
            &["--test-fraction", "1e-3"],
            "1e-3 of 8 rows is none: nothing is left to measure the fit on",
            "--test-fraction:1:1",
            "1e-3\n  | ^^^^",
        ),
    ] {
        let done = f.run(&with(args));
        let want = format!("error: {message}\n --> {place}\n  |\n1 | {shown}\n");
        assert!(done.exit == 2 && done.err.starts_with(&want), "{}", done.err);
    }
    let done = f.run(&["regress", "s.toml"]);
    let want = "error: --confidence must be between 0 and 1, not 1.50\n --> s.toml:5:14\n";
    assert!(done.exit == 2 && done.err.starts_with(want), "{}", done.err);
}

#[test]
fn robust_errors_of_a_spec_are_taken_back() {
    let f = houses();
    f.write(
        "s.toml",
        "[data]\nfile = \"h.csv\"\n[regress]\ntarget = \"price\"\nfeatures = \"area\"\nrobust = \"hc3\"\n",
    );
    let robust = f.regress(&["s.toml"]);
    assert_eq!(robust["robust"], "hc3");
    let plain = f.regress(&["h.csv", "--target", "price", "--features", "area"]);
    assert_ne!(robust["coefficients"], plain["coefficients"]);
    let off = f.regress(&["s.toml", "--robust", "off"]);
    assert_eq!((&off["coefficients"], off.get("robust")), (&plain["coefficients"], None));
    // off goes with everything
    f.regress(&["s.toml", "--robust", "off", "--family", "huber"]);
    assert_eq!(f.regress(&["s.toml", "--set", "regress.robust=off"])["fit"], plain["fit"]);
}

// ---------------------------------------------------------------- the path of a cross-validation

#[test]
fn the_path_of_a_cross_validation_has_its_coefficients() {
    let f = houses();
    for (family, measure) in [("linear", "mse"), ("poisson", "deviance")] {
        let more =
            ["--family", family, "--penalty", "lasso", "--cv", "4", "--path", "path.csv", "-o", "fit.json", "-q"];
        assert_eq!(f.run(&with(&more)).exit, 0);
        let cross = &f.json("fit.json")["cross_validation"];
        let terms: Vec<&str> = cross["terms"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
        assert_eq!(terms, ["(intercept)", "area", "rooms", "age"]);
        let path = cross["path"].as_array().unwrap();
        // the first fit leaves no coefficient and explains nothing, each later one explains more
        assert_eq!((path[0]["nonzero"].as_u64(), path[0]["coefficients"][1].as_f64()), (Some(0), Some(0.0)));
        assert!(path[0]["deviance_explained"].as_f64().unwrap().abs() < 1e-9);
        let explained: Vec<f64> = path.iter().map(|p| p["deviance_explained"].as_f64().unwrap()).collect();
        assert!(explained.is_sorted_by(|a, b| a <= &(b + 1e-9)) && explained.last() > Some(&0.9), "{explained:?}");
        // least squares go all the way; passes over rows end where nothing more is explained
        assert!(if family == "linear" { path.len() == 100 } else { (5..100).contains(&path.len()) });
        // the chosen lambda's row is the fit
        let chosen = path.iter().find(|p| p["lambda"] == cross["lambda"]).unwrap();
        for (k, row) in f.json("fit.json")["coefficients"].as_array().unwrap().iter().enumerate() {
            let (a, b) = (row["estimate"].as_f64().unwrap(), chosen["coefficients"][k].as_f64().unwrap());
            assert!((a - b).abs() <= 1e-6 * (1.0 + a.abs()), "{family} {k}: {a} {b}");
        }
        // the table has the same numbers
        let table = f.read("path.csv");
        let mut lines = table.lines();
        let header = format!("lambda,{measure},std_error,nonzero,deviance_explained,(intercept),area,rooms,age");
        assert_eq!(lines.next(), Some(header.as_str()));
        for (line, row) in lines.zip(path) {
            let cells: Vec<f64> = line.split(',').map(|c| c.parse().unwrap()).collect();
            let facts =
                ["lambda", measure, "std_error", "nonzero", "deviance_explained"].map(|k| row[k].as_f64().unwrap());
            assert_eq!(cells[..5], facts);
            let coefficients: Vec<f64> =
                row["coefficients"].as_array().unwrap().iter().map(|b| b.as_f64().unwrap()).collect();
            assert_eq!(cells[5..], coefficients[..]);
        }
        assert_eq!(table.lines().count(), path.len() + 1);
    }
    let done = f.run(&with(&["--path", "p.csv"]));
    assert_eq!(done.exit, 2);
    assert!(done.err.starts_with("error: --path does not go with a lambda that is given"), "{}", done.err);
}

// ---------------------------------------------------------------- counts

#[test]
fn one_thing_is_not_many() {
    let f = Folder::with("one.csv", "x,y\n1,2\n2,3\n");
    f.write("miss.csv", "x,y\n1,2\n2,3\n,3\n");
    f.write("p.csv", "x\n1\n");
    f.run(&["regress", "one.csv", "--target", "y", "-o", "fit.json", "-q"]);
    f.write("part.csv", "x,y\n1,2\n");
    f.write("residual.toml", "residual = \"y - a\"\nvariables.a = 1\n[data]\nfile = \"part.csv\"\n");
    let mut seen = String::new();
    for args in [
        &["regress", "one.csv", "--target", "y"][..],
        &["regress", "miss.csv", "--target", "y", "--missing", "drop"],
        &["regress", "part.csv", "--target", "y", "--save-state", "-"],
        &["regress", "--model", "fit.json", "--predict", "p.csv", "-o", "out.csv"],
        &["regress", "one.csv", "--target", "y", "--features", "x,x^2"],
        &["descend", "-f", "x^2", "--start", "x=1", "--method", "newton"],
        &["descend", "-f", "x^4 + x", "--start", "x=1", "--max-iterations", "1"],
        &["descend", "-f", "x^4 + x", "--start", "x=1", "--max-evaluations", "1"],
        &["descend", "residual.toml"],
        &["descend", "-f", "x^4 + x", "--start", "x=1", "--multistart", "1", "--method", "bfgs"],
        &["grad", "-f", "x^2", "--points", "p.csv", "-o", "slopes.csv"],
        &["grad", "-f", "x^2", "--at", "x=1", "--directions", "4"],
        &["grad", "-f", "x^2 + x", "--at", "x=1", "--box", "x=-1:1", "--critical"],
        &["gradcheck", "-f", "x^2", "--at", "x=1"],
        &["gradcheck", "-f", "x^2", "--at", "x=1", "--format", "github"],
        &["gradcheck", "-f", "x^2", "--at", "x=1", "--emit-points", "-"],
    ] {
        let done = f.run(args);
        assert!(done.exit < 3, "{args:?}: {}", done.err);
        seen.push_str(&done.err);
        if !done.out.starts_with('{') {
            seen.push_str(&done.out);
        }
    }
    let words: Vec<&str> = seen.split_whitespace().collect();
    let wrong = |w: &&[&str]| {
        w[0].trim_start_matches('(') == "1" && w[1].trim_end_matches([',', '.', ':', ';', ')']).ends_with('s')
    };
    // "1 is", "x = 1 has" are sentences
    let verbs = ["is", "was", "has", "as"];
    let found: Vec<String> =
        words.windows(2).filter(wrong).filter(|w| !verbs.contains(&w[1])).map(|w| w.join(" ")).collect();
    assert!(found.is_empty(), "{found:?}\n{seen}");
    assert!(seen.contains("1 iteration") && seen.contains("1 row ") && seen.contains("1 evaluation"), "{seen}");
}
