//! The contract of the command line: what goes where, exit statuses, files whole or absent.

mod support;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::{Done, Folder, done};

const SPEC: &str = "formula = \"x^2 + y^2\"\n[variables]\nx = 3\ny = 4\n";

fn ok(out: &str) -> Done {
    Done { exit: 0, out: out.to_string(), err: String::new() }
}

fn fails(exit: i32, err: &str) -> Done {
    Done { exit, out: String::new(), err: err.to_string() }
}

// ---------------------------------------------------------------- what is printed where

#[test]
fn without_arguments_help_and_exit_2() {
    let Done { exit, out, err } = Folder::new().run(&[]);
    assert_eq!((exit, out.as_str()), (2, ""));
    assert!(err.contains("Usage: gradus <VERB>") && err.contains("Exit status:"), "{err}");
}

#[test]
fn help_and_version_are_answers() {
    let folder = Folder::new();
    for args in [&["--help"][..], &["grad", "--help"], &["grad", "-h"], &["help", "grad"]] {
        let Done { exit, out, err } = folder.run(args);
        assert_eq!((exit, err.as_str()), (0, ""), "{args:?}");
        assert!(out.contains("Examples:") && out.contains("Exit status:"), "{out}");
    }
    assert!(folder.run(&["grad", "--help"]).out.starts_with("Slopes of a formula"));
    assert_eq!(folder.run(&["--version"]), ok(&format!("gradus {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn unknown_flags_and_verbs() {
    let folder = Folder::new();
    let want = "error: unexpected argument '--formul' found\n\n  tip: a similar argument exists: '--formula'\n\n\
                Usage: gradus grad --formula <FORMULA> [SPEC.toml|DATA.csv|-]\n\nFor more information, try '--help'.\n";
    assert_eq!(folder.run(&["grad", "--formul", "x"]), fails(2, want));
    let Done { exit, err, .. } = folder.run(&["regres"]);
    assert_eq!(exit, 2);
    assert!(err.contains("a similar subcommand exists: 'regress'"), "{err}");
}

#[test]
fn report_on_stdout_data_in_files() {
    let folder = Folder::with("spec.toml", SPEC);
    let Done { exit, out, err } = folder.run(&["grad", "spec.toml", "-o", "out.json", "-o", "out.csv"]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert!(out.contains("x = 3"), "{out}");
    assert_eq!(folder.names(), ["out.csv", "out.json", "spec.toml"]);
    let keys: Vec<String> = folder.json("out.json").as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys[..6], ["gradus", "verb", "status", "spec", "seed", "warnings"]);
    let result = folder.json("out.json");
    assert_eq!(result["gradus"], env!("CARGO_PKG_VERSION"));
    assert_eq!(result["verb"], "grad");
    assert_eq!(result["seed"], 0);
    assert_eq!(result["spec"]["formula"], "x^2 + y^2");
    assert_eq!(result["spec"]["grad"]["missing"], "error", "defaults are in the effective spec");
    assert!(folder.read("out.csv").starts_with("x,y"));
}

#[test]
fn dash_sends_data_to_stdout_and_the_report_to_stderr() {
    let folder = Folder::with("spec.toml", SPEC);
    for args in [&["grad", "spec.toml", "-o", "-"][..], &["grad", "spec.toml", "--format", "json"]] {
        let Done { exit, out, err } = folder.run(args);
        assert_eq!(exit, 0);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["verb"], "grad");
        assert!(err.contains("x = 3"), "{err}");
    }
    let Done { out, .. } = folder.run(&["grad", "spec.toml", "-o", "-", "--format", "csv"]);
    assert!(out.starts_with("x,y") && out.lines().count() == 2, "{out}");
    let both = folder.run(&["grad", "spec.toml", "-o", "-", "--print", "formula"]);
    let want = "error: both -o - and --print write to standard output\nhelp: write the result to a file: -o FILE\n";
    assert_eq!(both, fails(2, want));
}

#[test]
fn print_gives_bare_values() {
    let folder = Folder::with("spec.toml", SPEC);
    let args = ["grad", "spec.toml", "--print", "points.0.at.x", "--print", "formula", "--print", "points.0.at"];
    assert_eq!(folder.run(&args), ok("3\nx^2 + y^2\n{\"x\": 3, \"y\": 4}\n"));
    let want = "error: the result has no key `point.0`: nothing is called `point` in the top level\n\
                help: did you mean `points`?\n";
    assert_eq!(folder.run(&["grad", "spec.toml", "--print", "point.0", "-o", "out.json"]), fails(2, want));
    assert_eq!(folder.names(), ["spec.toml"], "a wrong request leaves no file");
}

#[test]
fn quiet_says_nothing_but_errors() {
    let folder = Folder::with("spec.toml", SPEC);
    assert_eq!(folder.run(&["grad", "spec.toml", "-q"]), ok(""));
    assert_eq!(folder.run(&["grad", "-f", "ln(x)", "--at", "x=1", "-q"]), ok(""));
    assert_eq!(folder.run(&["grad", "-f", "abs(x)", "--at", "x=0", "-q"]), fails(1, ""));
    assert_eq!(folder.run(&["grad", "none.toml", "-q"]).err.lines().count(), 1);
}

#[test]
fn warnings_are_said_and_written() {
    let folder = Folder::new();
    let Done { exit, out, err } = folder.run(&["grad", "-f", "e*x", "--at", "e=1,x=2", "-o", "out.json"]);
    let message = "`e` is a variable here and not the number e";
    assert_eq!((exit, err), (0, format!("warning: {message}\n")));
    assert!(!out.contains("warning"), "{out}");
    let want = serde_json::json!([{"code": "constant_hidden", "message": message, "name": "e"}]);
    assert_eq!(folder.json("out.json")["warnings"], want);
}

// ---------------------------------------------------------------- the request

#[test]
fn values_may_begin_with_a_hyphen() {
    let folder = Folder::new();
    let args = ["grad", "-f", "-x^2", "--at", "x=-1", "--direction", "-1", "--print", "spec"];
    let want =
        "{\"formula\": \"-x^2\", \"grad\": {\"at\": [\"x=-1\"], \"direction\": [\"-1\"], \"missing\": \"error\"}}\n";
    assert_eq!(folder.run(&args), ok(want));
    // But what is spelled as a flag is one.
    let want = "error: a value is required for '--formula <FORMULA>' but none was supplied\n\n  \
                tip: `--at` is a flag; to give it as a value write --formula=--at\n\n\
                For more information, try '--help'.\n";
    assert_eq!(folder.run(&["grad", "-f", "--at", "x=1"]), fails(2, want));
}

/// The flags of a verb that take a value, from its help.
fn flags_with_values(folder: &Folder, verb: &str) -> Vec<String> {
    let help = folder.run(&[verb, "--help"]).out;
    let flag = |line: &str| {
        let line = line.trim_start().split_once("--")?.1;
        let (name, value) = line.split_once(' ')?;
        (value.starts_with(['<', '[']) && line.len() > name.len()).then(|| format!("--{name}"))
    };
    help.lines().filter(|l| l.trim_start().starts_with('-')).filter_map(flag).collect()
}

#[test]
fn a_negative_number_after_a_flag_is_its_value() {
    for verb in ["grad", "descend", "regress", "gradcheck"] {
        let folder = Folder::with("d.csv", "x,y\n1,2\n2,3\n3,5\n");
        let flags = flags_with_values(&folder, verb);
        assert!(flags.len() > 20, "{verb}: {flags:?}");
        for flag in flags {
            let problem: &[&str] =
                if verb == "regress" { &["regress", "d.csv", "--target", "y"] } else { &[verb, "-f", "x^2"] };
            let done = folder.run(&[problem, &[&flag, "-1", "-q"]].concat());
            let refused = ["unexpected argument", "panicked", "invalid digit", "a value is required"];
            assert!(!refused.iter().any(|text| done.err.contains(text)), "{verb} {flag} -1: {}", done.err);
        }
    }
    let folder = Folder::new();
    let fails = |args: &[&str], told: &str| {
        let done = folder.run(args);
        assert!(done.exit == 2 && done.err.contains(told), "{args:?}: {}", done.err);
    };
    fails(&["grad", "-f", "x^2", "--at", "-1"], "this value has no name\n --> --at:1:1\n");
    fails(
        &["grad", "-f", "x^2", "--grid", "-1:1:3"],
        "an axis of the grid needs both ends and a count\n --> --grid:1:1\n",
    );
    fails(&["grad", "-f", "x^2", "--at", "x=1", "--box", "-1"], " --> --box:1:1\n");
    fails(&["descend", "-f", "x^2", "--start", "x=1", "--seed", "-1"], "a whole number from 0 to 2^63 - 1 is wanted");
    fails(&["gradcheck", "-f", "x^2", "--at", "x=1", "--threshold", "-1"], "a number above 0, at most 1, is wanted");
    // an argument that follows no flag is none
    fails(&["grad", "-1"], "unexpected argument '-1'");
}

#[test]
fn a_misspelled_word_has_a_nearest_one() {
    let folder = Folder::with("d.csv", "x,y\n1,2\n2,3\n3,5\n");
    for (verb, flag, key, word, near) in [
        ("regress", "--family", "family", "poison", "poisson"),
        ("regress", "--link", "link", "logti", "logit"),
        ("regress", "--solver", "solver", "newtn", "newton"),
        ("regress", "--penalty", "penalty", "rigde", "ridge"),
        ("descend", "--schedule", "schedule", "cosin", "cosine"),
        ("descend", "--method", "method", "lbgfs", "lbfgs"),
        ("grad", "--missing", "missing", "dorp", "drop"),
        ("gradcheck", "--scheme", "scheme", "centred", "centered"),
    ] {
        let problem: &[&str] = if verb == "regress" {
            &["regress", "d.csv", "--target", "y"]
        } else {
            &[verb, "-f", "x^2", "--set", "variables.x=1"]
        };
        folder.write("spec.toml", format!("[{verb}]\n{key} = \"{word}\"\n"));
        let set = format!("{verb}.{key}={word}");
        for more in [&[flag, word][..], &["--set", &set]] {
            let done = folder.run(&[problem, more].concat());
            assert!(done.exit == 2 && done.err.contains(near), "{more:?}: {}", done.err);
        }
        if verb != "regress" {
            let done = folder.run(&[verb, "spec.toml", "-f", "x^2", "--set", "variables.x=1"]);
            assert!(done.exit == 2 && done.err.contains(&format!("did you mean `{near}`?")), "{}", done.err);
            assert!(done.err.contains(" --> spec.toml:2:"), "{}", done.err);
        }
    }
}

#[test]
fn file_then_set_then_flag() {
    let folder = Folder::with(
        "spec.toml",
        "formula = \"x\"\nseed = 1\nvariables.x = 1\n[grad]\nmissing = \"drop\"\nhessian = true\n",
    );
    let missing = |more: &[&str]| {
        let args = [&["grad", "spec.toml", "--print", "spec.grad.missing", "--print", "seed"], more].concat();
        folder.run(&args).out
    };
    assert_eq!(missing(&[]), "drop\n1\n");
    assert_eq!(missing(&["--set", "grad.missing=nan", "--set", "seed=2"]), "nan\n2\n");
    assert_eq!(
        missing(&["--set", "grad.missing=nan", "--missing", "error", "--set", "seed=2", "--seed", "3"]),
        "error\n3\n"
    );
    let hessian =
        |more: &[&str]| folder.run(&[&["grad", "spec.toml", "--print", "spec.grad.hessian"], more].concat()).out;
    assert_eq!(hessian(&[]), "true\n");
    assert_eq!(hessian(&["--hessian=false"]), "false\n");
    assert_eq!(hessian(&["--set", "grad.hessian=false"]), "false\n");
    assert_eq!(hessian(&["--set", "grad.hessian=false", "--hessian"]), "true\n");
    // -f takes the place of whatever said the objective.
    folder.write("residual.toml", "residual = \"y - a\"\n");
    assert_eq!(
        folder.run(&["grad", "residual.toml", "-f", "x^2", "--at", "x=1", "--print", "spec.formula"]),
        ok("x^2\n")
    );
}

#[test]
fn every_option_is_settable_three_ways_with_one_result() {
    // Key, TOML, flag: the fields of GradOptions; the schema says which there are.
    let cases = [
        ("at", "[\"x=1\", \"x=2\"]", &["--at", "x=1", "--at", "x=2"][..]),
        ("wrt", "[\"x\", \"y\"]", &["--wrt", "x,y"]),
        ("points", "\"p.csv\"", &["--points", "p.csv"]),
        ("grid", "\"x=0:1:3\"", &["--grid", "x=0:1:3"]),
        ("missing", "\"nan\"", &["--missing", "nan"]),
        ("delimiter", "\";\"", &["--delimiter", ";"]),
        ("hessian", "true", &["--hessian"]),
        ("limits", "true", &["--limits"]),
        ("direction", "[\"-1,0\", \"e=1,0\"]", &["--direction", "-1,0", "--direction", "e=1,0"]),
        ("directions", "36", &["--directions", "36"]),
        ("latex", "true", &["--latex"]),
        ("status_column", "true", &["--status-column"]),
        ("level_set", "true", &["--level-set"]),
        ("level_curve", "\"c.csv\"", &["--level-curve", "c.csv"]),
        ("level", "\"25\"", &["--level", "25"]),
        ("linearize", "\"0.1,-0.2\"", &["--linearize", "0.1,-0.2"]),
        ("taylor", "2", &["--taylor", "2"]),
        ("critical", "true", &["--critical"]),
        ("box", "\"x=-6:6,y=-6:6.5\"", &["--box", "x=-6:6,y=-6:6.5"]),
        ("budget", "1000", &["--budget", "1000"]),
        ("differentiability", "true", &["--differentiability"]),
        ("certify", "true", &["--certify"]),
        ("emit", "\"c\"", &["--emit", "c"]),
        // tables: no flag of their own
        ("path", "{ from = 0, to = 1, x = \"cos(t)\", y = \"sin(t)\" }", &[]),
        ("metric", "{ matrix = [[\"1\", \"0\"], [\"0\", \"x^2\"]] }", &[]),
    ];
    const SPEC: &str = "formula = \"x^2 + y^2\"\n[variables]\nx = { value = 3, min = -7, max = 8 }\n\
                        y = { value = 4, min = -7, max = 8 }\n";
    let folder = Folder::with("plain.toml", SPEC);
    folder.write("p.csv", "x,y\n1,2\n");
    let schema: serde_json::Value = serde_json::from_str(&folder.run(&["schema"]).out).unwrap();
    let mut fields: Vec<&str> = cases.iter().map(|c| c.0).collect();
    let options = schema["$defs"]["GradOptions"]["properties"].as_object().unwrap();
    let mut known: Vec<&str> = options.keys().map(String::as_str).collect();
    fields.sort();
    known.sort();
    assert_eq!(fields, known, "a new option needs a line here");
    for (key, toml, flags) in cases {
        // a level is one of a curve
        let more = if key == "level" { "level_curve = \"c.csv\"\n" } else { "" };
        folder.write("plain.toml", format!("{SPEC}[grad]\n{more}"));
        folder.write("file.toml", format!("{SPEC}[grad]\n{more}{key} = {toml}\n"));
        let printed = |args: &[&str]| {
            let path = format!("spec.grad.{key}");
            let done = folder.run(&[args, &["--print", &path]].concat());
            assert_eq!((done.exit, done.err.as_str()), (0, ""), "{key}");
            done.out
        };
        let by_file = printed(&["grad", "file.toml"]);
        if !flags.is_empty() {
            assert_eq!(printed(&[&["grad", "plain.toml"], flags].concat()), by_file, "{key} as a flag");
        }
        assert_eq!(printed(&["grad", "plain.toml", "--set", &format!("grad.{key}={toml}")]), by_file, "{key} by --set");
        let file = if flags.is_empty() { "file.toml" } else { "plain.toml" };
        let spec = folder.run(&[&["grad", file, "--print-spec"], flags].concat()).out;
        folder.write("again.toml", spec);
        if !["points", "level_curve"].contains(&key) {
            assert_eq!(printed(&["grad", "again.toml"]), by_file, "{key} through --print-spec");
        }
    }
}

#[test]
fn print_spec_gives_the_same_run() {
    let folder = Folder::with(
        "in/spec.toml",
        "name = 'a \"b\" \\c'\nformula = \"\"\"x^2 +\n y*a\"\"\"\n[variables]\nx = { value = 3, min = -1e-7, max = 10.5 }\n\
         y = 4\nv = [1, 2.5]\nW = { size = [3, 4], value = \"0.1*i + j\" }\n[constants]\na = -0.0\nu = [[1, 2], [3, 4]]\n\
         [let]\nr = \"x\"\n[data]\nfile = \"d.csv\"\nreduce = \"mean\"\n[grad]\npoints = \"p.csv\"\nat = [\"x=1\"]\n",
    );
    let args = ["grad", "in/spec.toml", "--const", "b=0.1", "--seed", "7", "--hessian"];
    let first = folder.run(&[&args[..], &["--print-spec"]].concat());
    assert_eq!((first.exit, first.err.as_str()), (0, ""));
    // Paths are absolute, so that the text may be stored anywhere.
    let points = folder.path("in/p.csv");
    assert!(first.out.contains(&format!("points = \"{}\"", points.display())), "{}", first.out);
    folder.write("elsewhere/again.toml", &first.out);
    let second = folder.run(&["grad", "elsewhere/again.toml", "--print-spec"]);
    assert_eq!(second, first);
    // The order of the variables is the order of the gradient, whatever form their values have.
    let order: Vec<usize> =
        ["x = ", "y = ", "v = ", "W = "].map(|k| first.out.find(&format!("\n{k}")).unwrap()).to_vec();
    assert!(order.is_sorted(), "{}", first.out);

    // The same result, file names apart.
    folder.write("in/p.csv", "x,y\n1,2\n3,4\n");
    folder.write(
        "in/run.toml",
        "formula = \"a*x^2 + y\"\nconstants.a = 0.5\nvariables.x = 1\nvariables.y = 2\n[grad]\npoints = \"p.csv\"\n",
    );
    let args = ["grad", "in/run.toml", "--seed", "7", "--hessian"];
    folder.write("elsewhere/rerun.toml", folder.run(&[&args[..], &["--print-spec"]].concat()).out);
    let result = |args: &[&str]| folder.run(&[args, &["-o", "-", "-q"]].concat()).out;
    let a = result(&args).replace("\"p.csv\"", "0");
    let b = result(&["grad", "elsewhere/rerun.toml"]).replace(&format!("{:?}", points.display().to_string()), "0");
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(json(&a), json(&b));
    assert_eq!(json(&a)["seed"], 7);
}

#[test]
fn a_printed_spec_finds_its_program() {
    let folder = Folder::with("in/model.awk", "NR == 1 { print \"f\"; next } { print $1*$1 }\n");
    folder.write(
        "in/spec.toml",
        "command = [\"awk\", \"-F,\", \"-f\", \"model.awk\"]\nvariables.x = 3\n[gradcheck]\nclaim.x = \"2*x\"\n",
    );
    let printed = folder.run(&["gradcheck", "in/spec.toml", "--print-spec"]).out;
    let program = folder.path("in/model.awk");
    assert!(printed.contains(&format!("[\"awk\", \"-F,\", \"-f\", \"{}\"]", program.display())), "{printed}");
    folder.write("elsewhere/again.toml", &printed);
    let done = folder.run(&["gradcheck", "elsewhere/again.toml"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
}

#[test]
fn spec_from_standard_input() {
    let folder = Folder::new();
    let run = |args: &[&str], spec: &str| folder.run_with_input(args, spec);
    assert_eq!(run(&["grad", "-", "--print", "points.0.at.y"], SPEC), ok("4\n"));
    let want = "error: unknown key `fromula` at the top of the spec\n --> standard input:1:1\n  |\n1 | fromula = 1\n  \
                | ^^^^^^^\nhelp: did you mean `formula`?\n";
    assert_eq!(run(&["grad", "-"], "fromula = 1\n"), fails(2, want));
    let want = "error: standard input is wanted twice: for the spec and for `grad.points`\n\
                help: put one of them into a file\n";
    assert_eq!(run(&["grad", "-", "--points", "-"], SPEC), fails(2, want));
}

#[test]
fn a_positional_file_of_rows_is_points() {
    let folder = Folder::with("rows.csv", "x\n1\n2\n");
    let args = ["grad", "rows.csv", "-f", "x^2", "--print", "spec.grad.points", "--print", "points.1.gradient.x"];
    assert_eq!(folder.run(&args), ok("rows.csv\n4\n"));
}

#[test]
fn constants_by_flag() {
    let folder = Folder::new();
    let args =
        ["grad", "-f", "x", "--at", "x=1", "--const", "a=2, c=4", "--const", "b=-1.5", "--print", "spec.constants"];
    assert_eq!(folder.run(&args), ok("{\"a\": 2, \"c\": 4, \"b\": -1.5}\n"));
    let want = "error: this constant has no name\n --> --const:1:1\n  |\n1 | 2\n  | ^\nhelp: write --const a=2\n";
    assert_eq!(folder.run(&["grad", "-f", "x", "--const", "2"]), fails(2, want));
}

#[test]
fn a_list_that_cannot_be_read_has_a_caret() {
    let want = "error: a value is missing here\n --> --at:1:5\n  |\n1 | x=1,,y=2\n  |     ^\n\
                help: write values between commas: x=1,y=2\n";
    assert_eq!(Folder::new().run(&["grad", "-f", "x", "--at", "x=1,,y=2"]), fails(2, want));
}

// ---------------------------------------------------------------- answers and exit statuses

#[test]
fn no_is_1_unless_allowed() {
    let folder = Folder::new();
    let run = |more: &[&str]| folder.run(&[&["grad", "-f", "abs(x)", "--at", "x=0", "-o", "out.json"], more].concat());
    let Done { exit, err, .. } = run(&[]);
    assert_eq!(
        (exit, err.as_str()),
        (1, "no (kink): at x = 0: `abs(x)` has a kink here: slope -1 from the left and 1 from the right along x\n")
    );
    assert_eq!(folder.json("out.json")["status"], "kink", "the result is written all the same");
    assert_eq!(run(&["--allow", "jump"]).exit, 1);
    for word in ["kink", "KINK", "jump,kink", "max_iterations,kink"] {
        let Done { exit, err, .. } = run(&["--allow", word]);
        assert_eq!(exit, 0, "{word}");
        assert!(err.starts_with("allowed (kink): at x = 0: `abs(x)` has a kink here"), "{word}: {err}");
        assert_eq!(run(&["--allow", word, "-q"]).err, "");
    }
    assert_eq!(run(&["--allow", "jump", "--allow", "kink"]).exit, 0);
    assert_eq!(run(&["--set", "allow=[\"kink\"]"]).exit, 0);
}

#[test]
fn an_unknown_answer_lists_all() {
    let Done { exit, err, .. } = Folder::new().run(&["grad", "-f", "x", "--allow", "knik"]);
    assert_eq!(exit, 2);
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines[..4], ["error: unknown answer `knik`", " --> --allow:1:1", "  |", "1 | knik"]);
    assert!(lines[5].starts_with("help: did you mean `kink`? the answers are `kink`, `jump`, "), "{err}");
    for word in gradus::commands::answers::WORDS {
        assert!(lines[5].contains(&format!("`{}`", word.name)), "{}", word.name);
    }
}

#[test]
fn compare_answers_with_0_or_1() {
    let folder = Folder::with("spec.toml", SPEC);
    assert_eq!(folder.run(&["grad", "spec.toml", "-q", "-o", "old.json", "--timings"]).exit, 0);
    assert!(folder.json("old.json")["timings"]["total_seconds"].as_f64().unwrap() > 0.0);
    // Another version and other timings are no difference.
    let old =
        folder.read("old.json").replace(&format!("\"gradus\": \"{}\"", env!("CARGO_PKG_VERSION")), "\"gradus\": \"0\"");
    folder.write("old.json", old);
    let compare = |more: &[&str]| folder.run(&[&["grad", "spec.toml", "--compare", "old.json"], more].concat());
    assert_eq!((compare(&[]).exit, compare(&[]).err), (0, String::new()));
    let changed = compare(&["--set", "variables.y=4.4"]);
    let want =
        "no (differs): 6 keys differ from `old.json`\n  points.0.at.y: 4.4 was 4 (relative 0.091)\n  points.0.value: ";
    assert_eq!(changed.exit, 1);
    assert!(changed.err.starts_with(want), "{}", changed.err);
    let asked = "\n  the requests differ too\n    variables.y: 4.4 was 4 (relative 0.091)\n";
    assert!(changed.err.ends_with(asked), "{}", changed.err);
    assert_eq!(compare(&["--set", "variables.y=4.4", "--rtol", "0.2"]).exit, 0);
    assert_eq!(compare(&["--set", "variables.y=4.4", "--allow", "differs"]).exit, 0);
    // The golden file itself may be replaced in the same run.
    assert_eq!(compare(&["--set", "variables.y=4.4", "-o", "old.json"]).exit, 1);
    assert_eq!(compare(&["--set", "variables.y=4.4"]).exit, 0);

    let none = folder.run(&["grad", "spec.toml", "--compare", "none.json"]);
    let want = "error: cannot read `none.json`: no such file or directory\nhelp: wanted is a kept result, as -o OLD.json writes it\n";
    assert_eq!(none, fails(3, want));
    assert_eq!(folder.run(&["grad", "spec.toml", "--compare", "spec.toml", "-o", "x.json"]).exit, 2);
    assert_eq!(folder.names(), ["old.json", "spec.toml"]);
}

// ---------------------------------------------------------------- files

#[test]
fn if_changed_leaves_the_same_content_untouched() {
    let folder = Folder::with("spec.toml", SPEC);
    let run =
        |more: &[&str]| assert_eq!(folder.run(&[&["grad", "spec.toml", "-o", "out.json"], more].concat()).exit, 0);
    let past = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let age = || std::fs::File::open(folder.path("out.json")).unwrap().set_modified(past).unwrap();
    let modified = || std::fs::metadata(folder.path("out.json")).unwrap().modified().unwrap();
    run(&[]);
    age();
    run(&["--if-changed"]);
    assert_eq!(modified(), past);
    run(&["--if-changed", "--set", "variables.x=5"]);
    assert_ne!(modified(), past);
    age();
    run(&["--set", "variables.x=5"]);
    assert_ne!(modified(), past, "without the flag the file is written anew");
    assert_eq!(folder.names(), ["out.json", "spec.toml"]);
}

#[test]
fn depfile_as_make_reads_it() {
    let folder = Folder::with("my spec.toml", format!("{SPEC}[grad]\npoints = \"p.csv\"\n"));
    folder.write("p.csv", "x,y\n1,2\n");
    let args = ["grad", "my spec.toml", "-o", "out.json", "--depfile", "out.d"];
    assert_eq!(folder.run(&args).exit, 0);
    assert_eq!(folder.read("out.d"), "out.json: my\\ spec.toml p.csv\n\nmy\\ spec.toml:\n\np.csv:\n");
    let want = "error: --depfile says what files were made from, and no file is written\n\
                help: add -o FILE, or another flag that writes a file\n";
    assert_eq!(folder.run(&["grad", "my spec.toml", "--depfile", "x.d"]), fails(2, want));
    assert_eq!(folder.names(), ["my spec.toml", "out.d", "out.json", "p.csv"]);
}

#[test]
fn what_cannot_be_written() {
    let folder = Folder::with("spec.toml", SPEC);
    let run = |path: &str| folder.run(&["grad", "spec.toml", "-o", "first.json", "-o", path]);
    let Done { exit, err, .. } = run("none/out.json");
    assert_eq!(exit, 3);
    assert!(err.starts_with("error: cannot write `none/out.json`: "), "{err}");
    std::fs::create_dir(folder.path("dir.json")).unwrap();
    let Done { exit, err, .. } = run("dir.json");
    assert_eq!(exit, 3);
    assert!(err.starts_with("error: cannot write `dir.json`: "), "{err}");
    let Done { exit, err, .. } = run("out.xyz");
    assert_eq!(exit, 2);
    assert!(err.contains("`out.xyz`") && err.contains("--format"), "{err}");
    assert_eq!(folder.names(), ["dir.json", "spec.toml"], "no file is left, not even the first");
    let Done { exit, err, .. } = folder.run(&["grad", "spec.toml", "-o", "a.json", "--format", "jsn"]);
    assert_eq!(exit, 2);
    assert!(err.contains("`jsn`") && err.contains("did you mean `json`?"), "{err}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_exit_3() {
    let folder = Folder::with("spec.toml", SPEC);
    let Done { exit, err, .. } = folder.run(&["grad", "spec.toml", "-o", "/dev/full", "--format", "json"]);
    assert_eq!(exit, 3);
    assert!(err.starts_with("error: cannot write `/dev/full`: "), "{err}");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = folder.command(&["grad", "spec.toml"]);
    let Done { exit, err, .. } =
        done(command.stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap());
    assert_eq!((exit, err.as_str()), (3, "error: cannot write `standard output`: no space left on device\n"));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::with("spec.toml", SPEC);
    for args in
        [&["grad", "spec.toml"][..], &["grad", "spec.toml", "-o", "-"], &["--help"], &["schema"], &["list", "formats"]]
    {
        let mut command = folder.command(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
        assert!(!err.contains("error") && !err.contains("panic"), "{args:?}: {err}");
    }
}

// ---------------------------------------------------------------- surroundings

#[test]
fn colours_follow_the_flag() {
    let folder = Folder::new();
    let err = |more: &[&str]| folder.run(&[&["grad", "none.toml"], more].concat()).err;
    assert!(!err(&[]).contains('\x1b'), "no terminal, no colour");
    assert!(!err(&["--color", "never"]).contains('\x1b'));
    assert!(err(&["--color", "always"]).starts_with("\x1b[1;31merror\x1b[0m: "));
    assert!(err(&["--color=always", "--foo"]).contains('\x1b'), "clap's errors too");
    // The flag is the nearer word of the two.
    let mut command = folder.command(&["grad", "none.toml", "--color", "always"]);
    assert!(done(command.env("NO_COLOR", "1").output().unwrap()).err.contains('\x1b'));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_that_waits() {
    let folder = Folder::new();
    for (signal, exit) in [("INT", 130), ("TERM", 143)] {
        let mut command = folder.command(&["grad", "-", "-o", "out.json"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The handlers stand once the program waits for its input; until then the signal ends it by itself.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let state = std::fs::read_to_string(format!("/proc/{}/wchan", child.id())).unwrap_or_default();
            if state.contains("pipe") || (state.is_empty() && begun.elapsed() > Duration::from_secs(1)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let id = child.id().to_string();
        std::process::Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(exit), "{signal}");
        assert_eq!(folder.names(), [] as [&str; 0]);
    }
}

#[test]
fn lists_completions_manual_and_schema() {
    let folder = Folder::new();
    assert!(folder.run(&["list", "formats"]).out.contains("csv"));
    let families = folder.run(&["list", "families"]);
    assert!(families.out.starts_with("linear ") && families.out.contains("\npoisson "), "{}", families.out);
    let methods = folder.run(&["list", "methods"]);
    assert!(methods.exit == 0 && methods.out.contains("\nlbfgs "), "{}", methods.out);
    assert_eq!(folder.run(&["list", "function"]).exit, 2);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let Done { exit, out, .. } = folder.run(&["completions", shell]);
        assert_eq!(exit, 0);
        assert!(out.contains("--status-column") || out.contains("status-column"), "{shell} knows the flags");
    }
    assert!(folder.run(&["man"]).out.contains(".TH gradus"));
    std::fs::create_dir(folder.path("man")).unwrap();
    assert_eq!(folder.run(&["man", "--dir", "man"]).exit, 0);
    assert!(folder.read("man/gradus-grad.1").contains("status\\-column"));
    assert!(folder.read("man/gradus.1").contains("Exit status"));
}

#[test]
fn the_schema_knows_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&Folder::new().run(&["schema"]).out).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    for key in gradus::spec::KEYS.iter().map(|(k, _)| *k).chain(gradus::spec::VERB_TABLES.iter().copied()) {
        let shape = properties.get(key).unwrap_or_else(|| panic!("{key} is missing"));
        assert!(shape.get("type").is_some() || shape.get("$ref").is_some(), "{key}: {shape}");
    }
    assert_eq!(schema["additionalProperties"], false);
}
