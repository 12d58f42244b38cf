//! `gradus gradcheck` from outside: the article's section, claims of every kind, and programs at their worst.
#![cfg(unix)]
// the system's sin and cos cannot share our mistakes
#![allow(clippy::disallowed_methods)]

mod support;

use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Done, Folder};

const F: &str = "x^2*y + sin(x*y)";

/// Exit status, result, standard error.
fn check(folder: &Folder, args: &[&str]) -> (i32, Value, String) {
    let mut all = vec!["gradcheck"];
    all.extend(args);
    all.extend(["-o", "out.json"]);
    let _ = std::fs::remove_file(folder.path("out.json"));
    let Done { exit, err, .. } = folder.run(&all);
    let result = if folder.path("out.json").exists() { folder.json("out.json") } else { Value::Null };
    (exit, result, err)
}

fn claim(x: &str, y: &str, more: &[&str]) -> (i32, Value, String) {
    let (x, y) = (format!("x={x}"), format!("y={y}"));
    let mut args = vec!["-f", F, "--at", "x=1,y=2", "--claim", &x, "--claim", &y];
    args.extend(more);
    check(&Folder::new(), &args)
}

#[test]
fn the_article_by_hand() {
    // at (1, 2): df/dx = 4 + 2 cos 2, df/dy = 1 + cos 2
    let (exit, result, _) = claim("2*x*y + y*cos(x*y)", "x^2 + x*cos(x*y)", &[]);
    assert_eq!((exit, &result["verdict"]), (0, &"correct".into()));
    for (k, want) in [4.0 + 2.0 * 2.0_f64.cos(), 1.0 + 2.0_f64.cos()].into_iter().enumerate() {
        let c = &result["coordinates"][k];
        for key in ["claimed", "numeric", "exact"] {
            let got = c[key].as_f64().unwrap();
            assert!((got - want).abs() <= 1e-9, "{key} {got} for {want}");
        }
        let off = (c["numeric"].as_f64().unwrap() - want).abs();
        assert!(off <= c["numeric_error"].as_f64().unwrap(), "the error estimate holds: {off:e} in {c}");
    }
    // |a - g|/(|a| + |g|) of the norms, for a claim of twice the gradient: 1/3
    let (exit, result, _) = claim("2*(2*x*y + y*cos(x*y))", "2*(x^2 + x*cos(x*y))", &[]);
    assert_eq!(exit, 1);
    assert!((result["relative_error"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn the_plain_scheme_takes_two_evaluations_a_coordinate() {
    let (exit, result, _) = claim("2*x*y + y*cos(x*y)", "x^2 + x*cos(x*y)", &["--scheme", "centered"]);
    assert_eq!((exit, &result["evaluations"], &result["verdict"]), (0, &4.into(), &"correct".into()));
    // (f(x + h) - f(x - h))/2h with h = 0.1, by a pocket calculator's formula
    let (_, result, _) = claim("1", "1", &["--scheme", "centered", "--h", "0.1"]);
    let f = |x: f64, y: f64| x * x * y + (x * y).sin();
    let want = (f(1.1, 2.0) - f(0.9, 2.0)) / 0.2;
    assert!((result["coordinates"][0]["numeric"].as_f64().unwrap() - want).abs() < 1e-12, "{result}");
}

#[test]
fn bugs_have_names() {
    let bug = |x: &str, y: &str| {
        let (exit, result, _) = claim(x, y, &[]);
        assert_eq!(exit, 1, "{x}; {y}");
        let d = &result["diagnosis"][0];
        (d["bug"].as_str().unwrap().to_string(), d["message"].as_str().unwrap().to_string())
    };
    let (good_x, good_y) = ("2*x*y + y*cos(x*y)", "x^2 + x*cos(x*y)");
    let named = |x: &str, y: &str, name: &str, words: &str| {
        let (found, message) = bug(x, y);
        assert_eq!((found.as_str(), message.as_str()), (name, words), "{x}; {y}");
    };
    named(
        "2*x*y + cos(x*y)",
        "x^2 + cos(x*y)",
        "missing_inner_derivative",
        // at x = 1 the claim by y is right: cos(x*y) is x*cos(x*y)
        "the claim is the gradient with the factor d(x*y)/dx inside sin(x*y) missing in df/dx",
    );
    named(&format!("-({good_x})"), &format!("-({good_y})"), "sign", "the claim is minus the gradient");
    named(good_y, good_x, "swapped", "df/dx and df/dy are swapped");
    named(&format!("({good_x})/2"), &format!("({good_y})/2"), "factor", "the claim is 1/2 times the gradient");
    named(
        "y*cos(x*y)",
        good_y,
        "missing_term",
        "the claim is the gradient without the derivative of the term x^2*y in df/dx",
    );
    named(
        "2*x*y - y*cos(x*y)",
        good_y,
        "sign",
        "the claim is the gradient with the wrong sign of the derivative of sin(x*y) in df/dx",
    );
    assert_eq!(bug("y^3 + exp(x)", good_y).0, "unexplained", "nothing is invented");
}

#[test]
fn fix_prints_what_passes() {
    let folder = Folder::new();
    let args =
        ["gradcheck", "-f", F, "--at", "x=1,y=2", "--claim", "x=1", "--claim", "y=1", "--fix", "--allow", "wrong"];
    let out = folder.run(&args).out;
    let claims = &out[out.find("[gradcheck.claim]").unwrap()..];
    folder.write("fixed.toml", format!("formula = \"{F}\"\n[variables]\nx = 1\ny = 2\n{claims}"));
    assert_eq!(folder.run(&["gradcheck", "fixed.toml"]).exit, 0, "{claims}");
}

#[test]
fn claims_from_a_file_and_what_is_missing_in_it() {
    let folder = Folder::with("dump.csv", "x,y,df_dx,df_y\n1,2,3.1677063269057153,0.5838531634528576\n0,1,1,0\n");
    let (exit, result, _) = check(&folder, &["-f", F, "--claims", "dump.csv"]);
    assert_eq!((exit, result["points"].as_array().unwrap().len()), (0, 2));
    folder.write("dump.csv", "x,y,df_dx\n1,2,3\n");
    let (exit, _, err) = check(&folder, &["-f", F, "--claims", "dump.csv"]);
    assert_eq!((exit, err.lines().next()), (2, Some("error: `dump.csv` has neither `df_y` nor `df_dy`")));
    folder.write("dump.csv", "x,y,df_dx,df_dy\n1,2,3.1677063269057153,NaN\n");
    let (exit, result, _) = check(&folder, &["-f", F, "--claims", "dump.csv"]);
    assert_eq!((exit, &result["coordinates"][1]["reason"]), (1, &"the claim is not a number".into()));
    folder.write("dump.csv", "x,y,df_dx,df_dy\n");
    assert_eq!(check(&folder, &["-f", F, "--claims", "dump.csv"]).0, 2);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let folder = Folder::with("dump.csv", "x,df_x\n1,1\n");
    let fails = |args: &[&str], want: &str| {
        let (exit, _, err) = check(&folder, args);
        assert_eq!((exit, err.lines().next().unwrap_or("")), (2, want), "{args:?}");
    };
    fails(&[], "error: there is nothing to check: no formula, no program, no values");
    fails(&["-f", "x^2"], "error: no point is known, and no box to draw one from");
    fails(&["-f", "x^2", "--at", "x=1", "--claim", "z=1"], "error: `z` is claimed, and is no variable");
    fails(&["-f", "x*y", "--at", "x=1,y=1", "--claim", "x=y"], "error: the derivative by `y` is not claimed");
    fails(
        &["-f", "x", "--at", "x=1", "--claim", "x=1", "--claims", "dump.csv"],
        "error: the claim comes from two places: formulas and a file",
    );
    fails(&["-f", "x", "--at", "x=1", "--coordinates", "q"], "error: unknown coordinate `q`");
    fails(&["-f", "x", "--at", "x=1", "--claim", "x=1 +"], "error: nothing follows `+`");
    let (exit, _, _) = check(&folder, &["-f", "x*y", "--at", "x=1,y=1", "--claim", "x=y", "--coordinates", "x"]);
    assert_eq!(exit, 0, "others need no claim");
}

#[test]
fn kinks_are_no_errors_and_no_passes() {
    let folder = Folder::new();
    let verdict = |args: &[&str]| {
        let (exit, result, _) = check(&folder, args);
        (exit, result["verdict"].as_str().unwrap_or("").to_string())
    };
    let word = |w: &str| w.to_string();
    assert_eq!(verdict(&["-f", "abs(x)", "--at", "x=0", "--claim", "x=1"]), (1, word("not_differentiable")));
    let allowed = ["-f", "abs(x)", "--at", "x=0", "--claim", "x=1", "--allow", "not-differentiable"];
    assert_eq!(verdict(&allowed), (0, word("not_differentiable")));
    for distance in ["1e-3", "1e-6", "1e-9", "1e-12"] {
        let at = format!("x={distance}");
        assert_eq!(verdict(&["-f", "abs(x) + x^2", "--at", &at, "--claim", "x=1 + 2*x"]), (0, word("correct")), "{at}");
        assert_eq!(verdict(&["-f", "abs(x) + x^2", "--at", &at, "--claim", "x=2*x - 1"]), (1, word("wrong")), "{at}");
    }
    // outside the domain, and at its edge
    assert_eq!(verdict(&["-f", "ln(x)", "--at", "x=-1", "--claim", "x=1/x"]).0, 1);
    assert_eq!(verdict(&["-f", "sqrt(x)", "--at", "x=0", "--claim", "x=0"]).0, 1);
}

#[test]
fn random_points_come_again_and_are_drawn_away_from_trouble() {
    let folder = Folder::new();
    folder.write(
        "s.toml",
        "formula = \"abs(floor(4*x))/4*y + ln(x)\"\n[variables]\nx = { min = -1, max = 1 }\ny = { min = 0, max = 1 }\n\
         [gradcheck]\nrandom_points = 20\n",
    );
    let (exit, one, err) = check(&folder, &["s.toml"]);
    assert_eq!(exit, 0, "{err}");
    assert!(one["covered"]["points_replaced"].as_u64().unwrap() > 3, "half of the box is outside the domain");
    assert_eq!(one["points"].as_array().unwrap().len(), 20);
    let (_, two, _) = check(&folder, &["s.toml", "--threads", "1"]);
    assert_eq!(one, two);
    let (_, other, _) = check(&folder, &["s.toml", "--seed", "1"]);
    assert_ne!(one["points"], other["points"]);
    for seed in 0..20 {
        let seed = seed.to_string();
        let (exit, _, err) = check(&folder, &["s.toml", "--seed", &seed]);
        assert_eq!(exit, 0, "no flakes: seed {seed}: {err}");
    }
}

#[test]
fn at_a_bound_one_side_is_enough() {
    let folder = Folder::new();
    // the program knows nothing beyond its box, and dies there
    folder.write("f.awk", PROGRAM.replace("BODY", "if ($1 < 0 || $1 > 1) exit 9; f = exp(2*$1); g = 2*f"));
    for x in ["0", "1", "0.5", "1e-7"] {
        folder.write(
            "s.toml",
            format!("command = [\"awk\", \"-f\", \"f.awk\"]\n[variables]\nx = {{ value = {x}, min = 0, max = 1 }}\n"),
        );
        let (exit, result, err) = check(&folder, &["s.toml"]);
        assert_eq!((exit, &result["verdict"]), (0, &"correct".into()), "x = {x}: {err}");
    }
}

/// A program of one variable in awk: BODY sets f and g.
const PROGRAM: &str = "BEGIN { FS = \",\"; print \"f,df_x\" }\nNR > 1 { BODY; if ($2 == \"gradient\") printf \"%.17g,%.17g\\n\", f, g; else printf \"%.17g,\\n\", f }\n";

/// Runs a check of a program of one variable at x = 0.7.
fn program(body: &str, more: &[&str]) -> (i32, Value, String) {
    let folder = Folder::with("f.awk", PROGRAM.replace("BODY", body));
    folder.write("s.toml", "command = [\"awk\", \"-f\", \"f.awk\"]\n[variables]\nx = 0.7\n");
    let mut args = vec!["s.toml"];
    args.extend(more);
    check(&folder, &args)
}

#[test]
fn programs_are_held_to_their_own_values() {
    assert_eq!(program("f = sin($1); g = cos($1)", &[]).0, 0);
    let (exit, result, _) = program("f = sin($1); g = -cos($1)", &[]);
    assert_eq!((exit, &result["diagnosis"][0]["bug"]), (1, &"sign".into()));
    // a kink near by, at it, and a jump
    let (exit, result, _) = program("f = ($1 > 0.6999 ? $1 : 0.6999); g = 1", &[]);
    assert_eq!((exit, &result["verdict"]), (0, &"correct".into()));
    let (exit, result, _) = program("f = ($1 > 0.7 ? $1 : 0.7); g = 1", &[]);
    assert_eq!((exit, &result["verdict"]), (1, &"not_differentiable".into()));
    let (exit, result, _) = program("f = ($1 > 0.7 ? 1 : 0); g = 0", &[]);
    assert_eq!((exit, &result["verdict"]), (1, &"not_differentiable".into()));
}

#[test]
fn noise_is_measured_and_not_mistaken_for_a_bug() {
    // single precision: about 6e-8 of noise, a grid of 2^-24
    let single = "f = int(sin($1)*16777216 + 0.5)/16777216";
    let (exit, result, err) = program(&format!("{single}; g = cos($1)"), &[]);
    assert_eq!((exit, &result["verdict"]), (0, &"correct".into()), "{err} {result}");
    let (exit, result, _) = program(&format!("{single}; g = 1.01*cos($1)"), &[]);
    assert_eq!((exit, &result["verdict"]), (1, &"wrong".into()), "{result}");
    // three digits: nothing can be told of five
    let rough = "f = int(sin($1)*1000 + 0.5)/1000";
    let (exit, result, _) = program(&format!("{rough}; g = 1.0002*cos($1)"), &[]);
    assert_eq!((exit, &result["verdict"]), (1, &"inconclusive".into()), "{result}");
    let (exit, result, _) = program(&format!("{rough}; g = -cos($1)"), &[]);
    assert_eq!((exit, &result["verdict"]), (1, &"wrong".into()), "a gross bug shows all the same: {result}");
    // random: the same point twice
    let (_, result, _) = program("f = sin($1) + 0.001*rand(); g = cos($1)", &[]);
    assert_eq!(result["warnings"][0]["code"], "restless");
    assert_ne!(result["verdict"], "correct");
}

#[test]
fn programs_at_their_worst() {
    let folder = Folder::new();
    let fails = |script: &str, exit: i32, words: &[&str]| {
        let script = script.replace('"', "\\\"");
        folder.write(
            "s.toml",
            format!("command = [\"sh\", \"-c\", \"{script}\"]\n[variables]\nx = 0.7\n[gradcheck]\ntime_limit = 2\n"),
        );
        let before = Instant::now();
        let (found, result, err) = check(&folder, &["s.toml"]);
        assert_eq!(found, exit, "{script}: {err}");
        assert!(result.is_null(), "no output file: {script}");
        assert!(words.iter().all(|w| err.contains(w)), "{script}: {err}");
        assert!(before.elapsed() < Duration::from_secs(60), "{script}");
    };
    fails("true", 2, &["the output of `sh -c true`", "is empty"]);
    fails("echo f,df_x; echo 1,2", 3, &["answered 1 of"]);
    fails("echo f,df_x; yes 1,2 | head -1000", 3, &["answered more than the"]);
    fails("echo f,df_x; while read l; do echo much,more; done", 2, &["`much`"]);
    fails("echo hello world", 2, &["has no column `f`"]);
    fails("echo f; while read l; do echo 1; done", 2, &["neither `df_x` nor `df_dx`"]);
    fails("echo f,df_x; echo half way >&2; exit 5", 3, &["exit status 5", "| half way"]);
    fails("echo f,df_x; kill -9 $$", 3, &["signal 9"]);
    fails("sleep 74001", 3, &["did not answer within 2 s"]);
    fails("cat /dev/zero", 3, &["wrote more than"]);
    fails("printf '\\\\377\\\\376f,df_x'", 2, &[]);
    folder.write("s.toml", "command = [\"no-such-program-anywhere\"]\n[variables]\nx = 1\n");
    let (exit, _, err) = check(&folder, &["s.toml"]);
    assert_eq!(exit, 3);
    assert!(err.starts_with("error: cannot start `no-such-program-anywhere`: no such file or directory"), "{err}");
    let running = std::process::Command::new("pgrep").args(["-f", "^sleep 74001"]).output();
    assert!(running.is_err() || running.unwrap().stdout.is_empty(), "an orphan is left");
    // NaN everywhere is an answer
    let (exit, result, _) = program("f = \"NaN\"; g = \"NaN\"", &[]);
    assert!(exit == 1 || exit == 2, "{result}");
    let (exit, result, _) = program("f = sin($1); g = log(-1)", &[]);
    assert_eq!((exit, &result["verdict"]), (1, &"wrong".into()));
}

#[test]
fn jacobians_by_row() {
    let folder = Folder::new();
    let body = "BEGIN { FS = \",\"; print \"f1,f2,df1_x,df1_y,df2_x,df2_y\" }\nNR > 1 { a = $1; b = $2; if ($3 == \"gradient\") \
                printf \"%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\\n\", a*b, a*a + b, b, a, SIGN*2*a, 1; else printf \"%.17g,%.17g,,,,\\n\", a*b, a*a + b }\n";
    folder.write(
        "s.toml",
        "command = [\"awk\", \"-f\", \"f.awk\"]\n[variables]\nx = 0.7\ny = 1.9\n[gradcheck]\nrandom_points = 3\n",
    );
    folder.write("f.awk", body.replace("SIGN", "1"));
    let (exit, result, err) = check(&folder, &["s.toml"]);
    assert_eq!((exit, &result["functions"]), (0, &2.into()), "{err}");
    folder.write("f.awk", body.replace("SIGN", "-1"));
    let (exit, result, _) = check(&folder, &["s.toml"]);
    assert_eq!(exit, 1);
    let verdicts: Vec<(&str, &str)> = result["coordinates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["name"].as_str().unwrap(), c["verdict"].as_str().unwrap()))
        .collect();
    let want = [("df1_dx", "correct"), ("df1_dy", "correct"), ("df2_dx", "wrong"), ("df2_dy", "correct")];
    assert_eq!(verdicts, want);
    assert_eq!(result["diagnosis"][0]["bug"], "sign");
}

#[test]
fn values_computed_elsewhere() {
    let folder = Folder::with("f.awk", PROGRAM.replace("BODY", "f = exp($1); g = GRADIENT"));
    folder.write("s.toml", "[variables]\nx = { value = 0.7, min = 0, max = 2 }\n[gradcheck]\nrandom_points = 3\n");
    assert_eq!(
        folder.run(&["gradcheck", "s.toml", "--emit-points", "ask.csv"]).exit,
        2,
        "there is nothing to check yet"
    );
    folder.write(
        "s.toml",
        "formula = \"exp(x)\"\n[variables]\nx = { value = 0.7, min = 0, max = 2 }\n[gradcheck]\nrandom_points = 3\n",
    );
    assert_eq!(folder.run(&["gradcheck", "s.toml", "--emit-points", "ask.csv"]).exit, 0);
    let ask = folder.read("ask.csv");
    assert!(ask.starts_with("x,need\n0.7,value\n") && ask.matches(",gradient\n").count() == 4, "{ask}");
    for (gradient, exit) in [("f", 0), ("2*f", 1)] {
        folder.write("g.awk", folder.read("f.awk").replace("GRADIENT", gradient));
        let told =
            std::process::Command::new("awk").arg("-f").arg(folder.path("g.awk")).arg(folder.path("ask.csv")).output();
        folder.write("told.csv", told.unwrap().stdout);
        assert_eq!(check(&folder, &["s.toml", "--values", "told.csv"]).0, exit);
    }
    let rows: Vec<String> = folder.read("told.csv").lines().map(String::from).collect();
    folder.write("told.csv", rows[..20].join("\n"));
    assert_eq!(check(&folder, &["s.toml", "--values", "told.csv"]).0, 3);
    // rows of another run are not taken for ours
    let shifted: Vec<String> =
        ask.lines().zip(&rows).map(|(a, r)| format!("{},{r}", a.split(',').next().unwrap())).collect();
    folder.write("told.csv", shifted.join("\n"));
    assert_eq!(check(&folder, &["s.toml", "--values", "told.csv", "--seed", "5"]).0, 2);
}

#[test]
fn formats_for_machines() {
    let folder = Folder::new();
    let args = |format: &'static str| {
        [
            "gradcheck",
            "-f",
            "x^2*y",
            "--at",
            "x=1,y=2",
            "--claim",
            "x=x*y",
            "--claim",
            "y=x^2",
            "--format",
            format,
            "-q",
        ]
    };
    let csv = folder.run(&args("csv")).out;
    assert!(
        csv.starts_with("name,verdict,relative_error,claimed,numeric,exact,error_bound,point,reason\nx,wrong,"),
        "{csv}"
    );
    let xml = folder.run(&args("junit")).out;
    assert!(
        xml.contains("tests=\"2\" failures=\"1\"") && xml.contains("<testcase name=\"df/dy\" classname=\"x^2*y\"/>"),
        "{xml}"
    );
    let lines = folder.run(&args("github")).out;
    assert!(
        lines.starts_with("::error title=gradcheck: wrong::df/dx is wrong at point 0: claimed 2, and it is 4"),
        "{lines}"
    );
    assert_eq!(
        folder.run(&["grad", "-f", "x", "--at", "x=1", "--format", "junit"]).err.lines().next(),
        Some("error: grad does not write junit")
    );
    folder.write("s.toml", "formula = \"x^2\"\n[variables]\nx = 1\n[gradcheck.claim]\nx = \"x\"\n");
    let lines = folder.run(&["gradcheck", "s.toml", "--format", "github", "-q"]).out;
    assert!(lines.starts_with("::error file=s.toml,line=5,col=5,title=gradcheck: wrong::"), "{lines}");
}

#[test]
fn the_effective_spec_runs_again() {
    let folder = Folder::new();
    folder.write("s.toml", "formula = \"x^2*y\"\n[variables]\nx = 1\ny = 2\n[gradcheck.claim]\nx = \"x*y\"\n");
    let args = ["s.toml", "--claim", "y=x^2", "--random-points", "4", "--log-uniform"];
    let (exit, first, _) = check(&folder, &args);
    assert_eq!(exit, 1);
    let mut print = vec!["gradcheck", "--print-spec"];
    print.extend(args);
    let text = folder.run(&print).out;
    folder.write("again.toml", &text);
    let (_, second, err) = check(&folder, &["again.toml"]);
    assert_eq!(first["points"], second["points"], "{text}\n{err}");
    assert_eq!(first["diagnosis"], second["diagnosis"]);
}

#[test]
fn fail_fast_stops_and_says_so() {
    let (exit, result, _) = claim("1", "1", &["--fail-fast", "--random-points", "5"]);
    assert_eq!((exit, result["points"].as_array().unwrap().len()), (1, 1));
    assert_eq!(result["covered"]["points_skipped"], 5);
}

#[test]
fn many_coordinates_by_random_directions() {
    let folder = Folder::new();
    let spec = |claim: &str| {
        format!(
            "formula = \"sum(i, 1, 99999, (w(i+1) - w(i)^2)^2) + exp(w(7))\"\n[variables]\n\
             w = {{ size = 100000, value = \"0.5 + mod(i, 7)/10\" }}\n{claim}"
        )
    };
    folder.write("s.toml", spec(""));
    let (exit, result, err) = check(&folder, &["s.toml"]);
    assert_eq!(
        (exit, &result["covered"]["directions"], &result["covered"]["coordinates"]),
        (0, &3.into(), &0.into()),
        "{err}"
    );
    let right =
        "if(i > 1, 2*(w(i) - w(max(i - 1, 1))^2), 0) - if(i < 100000, 4*w(i)*(w(min(i + 1, 100000)) - w(i)^2), 0)";
    for (more, exit, bug) in [("if(i == 7, exp(w(7)), 0)", 0, None), ("0", 1, Some("w(7)"))] {
        folder.write("s.toml", spec(&format!("[gradcheck.claim]\nw = \"{right} + {more}\"\n")));
        let (found, result, err) = check(&folder, &["s.toml"]);
        assert_eq!(found, exit, "{err}");
        assert_eq!(result["coordinates"][0]["name"].as_str().filter(|_| bug.is_some()), bug);
    }
}

#[test]
fn claims_inside_proved_bounds_are_said_to_be_proved() {
    let folder = tempfile::tempdir().unwrap();
    let run = |claim_x: &str| {
        let (x, out) = (format!("x={claim_x}"), folder.path().join("out.json"));
        let args = ["gradcheck", "-f", "x^2*y + sin(x*y)", "--at", "x=1,y=2", "--claim", &x, "--claim"];
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_gradus"))
            .args(args)
            .args(["y=x^2 + x*cos(x*y)", "-o"])
            .arg(&out)
            .output()
            .unwrap();
        let result: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
        let proved: Vec<bool> = result["coordinates"].as_array().unwrap().iter().map(|c| c["proved"] == true).collect();
        (String::from_utf8_lossy(&done.stdout).contains("  proved: "), proved)
    };
    assert_eq!(run("2*x*y + y*cos(x*y)"), (true, vec![true, true]));
    // a claim that is off by a part in 10^10 is within the threshold, and proved to be wrong
    assert_eq!(run("(2*x*y + y*cos(x*y))*(1 + 1e-10)"), (false, vec![false, true]));
}

#[test]
fn a_long_formula_is_swept_by_chosen_coordinates() {
    let f = Folder::new();
    let formula = "formula = \"sum(i, 1, 3000, (x(i) - i/3000)^4)\"\nvariables.x = { size = 3000, value = \"0.5\" }\n";
    f.write("long.toml", formula);
    let sweep = |more: &[&str]| f.run(&[&["gradcheck", "long.toml", "--sweep", "s.csv"], more].concat());
    let all = sweep(&[]);
    assert_eq!(all.exit, 2);
    assert!(
        all.err.starts_with("error: a sweep of 3000 coordinates of a long formula: at most 100 can be taken\n"),
        "{}",
        all.err
    );
    assert!(all.err.ends_with("help: choose some: --coordinates 'x(1),x(2)'\n"), "{}", all.err);
    let some = sweep(&["--coordinates", "x(7),x(2500)"]);
    assert_eq!(some.exit, 0, "{}", some.err);
    // f' = 4 (x - i/3000)^3: the centred quotient's error is 4 (x - i/3000) h^2 exactly
    let table = f.read("s.csv");
    let cells: Vec<f64> = table.lines().nth(1).unwrap().split(',').map(|c| c.parse().unwrap()).collect();
    assert!((cells[0], cells[2] > 1e-3, cells[3] < 1e-9) == (0.1, true, true), "{table}");
}

#[test]
fn a_file_of_claims_may_have_other_values() {
    let f = Folder::with("dump.csv", "x,y,f,df_x,df_y\n1,2,2,2,1\n2,3,6,3,2\n3,1,3.000001,1,3\n");
    let args = ["gradcheck", "-f", "x*y", "--claims", "dump.csv", "-o", "r.json"];
    assert_eq!((f.run(&args).exit, f.json("r.json")["warnings"].as_array().unwrap().len()), (0, 0));
    f.write("dump.csv", "x,y,f,df_x,df_y\n1,2,2,2,1\n2,3,7,3,2\n3,1,,1,3\n");
    let done = f.run(&args);
    assert_eq!(done.exit, 0, "the gradient is right all the same");
    let told = "has another value of f in 1 of 3 rows, first in row 2: 7, where f is 6; its gradient is one of another function";
    assert!(done.err.contains(told), "{}", done.err);
    assert_eq!(f.json("r.json")["warnings"][0]["code"], "other_values");
    // a variable of that name is one
    f.write("f.csv", "f,df_f\n1,2\n");
    assert_eq!(f.run(&["gradcheck", "-f", "f^2", "--claims", "f.csv"]).exit, 0);
}
