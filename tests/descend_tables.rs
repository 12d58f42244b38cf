//! `gradus descend`: the result as a table, side files on pipes and devices, what least squares tells, budgets that are raised later.

mod support;
use support::{Done, Folder};

const DECAY: &str = "residual = \"y - (a + b*t)\"\n[variables]\na = 0\nb = 0\n[data]\nfile = \"line.csv\"\n";
/// By hand: means 1.5 and 3.25, S_tt = 5, S_ty = 6.5, so b = 1.3, a = 1.3; residuals -0.3, 0.4, 0.1, -0.2: RSS = 0.3 on 2 degrees.
const LINE: &str = "t,y\n0,1\n1,3\n2,4\n3,5\n";
const BOX: &str = "formula = \"(1 - x)^2 + 100*(y - x^2)^2\"\n[variables]\nx = { value = -1.2, min = -2, max = 0.5 }\ny = { value = 1, min = -2, max = 2 }\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("line.csv", LINE);
    folder.write("line.toml", DECAY);
    folder.write("box.toml", BOX);
    folder
}

fn numbers(line: &str) -> Vec<f64> {
    line.split(',').filter_map(|cell| cell.parse().ok()).collect()
}

fn near(found: f64, want: f64) {
    assert!((found - want).abs() <= 1e-8 * want.abs(), "{found} is not {want}");
}

#[test]
fn every_verb_writes_a_table_where_one_is_asked_for() {
    let f = folder();
    for args in [
        "grad -f x^2 --at x=1",
        "descend -f x^2 --start x=1",
        "regress line.csv --target y",
        "gradcheck -f x^2 --at x=1 --claim x=2*x",
    ] {
        for (file, format) in [("t.csv", "csv"), ("t.tsv", "tsv"), ("t.jsonl", "jsonl")] {
            let words: Vec<&str> = args.split(' ').collect();
            let Done { exit, err, .. } = f.run(&[&words[..], &["-o", file, "-q"]].concat());
            assert_eq!(exit, 0, "{args}: {err}");
            let direct = f.run(&[&words[..], &["-o", "-", "--format", format, "-q"]].concat()).out;
            assert!(direct.len() > 10 && f.read(file) == direct, "{args} {format}: {direct}");
        }
    }
    // what has no table is refused, and leaves no file
    let done = f.run(&["gradcheck", "-f", "x^2", "--at", "x=1", "--emit-points", "p.csv", "-o", "e.csv"]);
    assert_eq!((done.exit, f.path("e.csv").exists(), f.path("p.csv").exists()), (2, false, false), "{}", done.err);
}

#[test]
fn the_table_has_the_parameters_or_where_variables_went() {
    let f = folder();
    let table = f.run(&["descend", "line.toml", "-o", "-", "--format", "csv", "-q"]).out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "name,estimate,std_error,conf_low,conf_high");
    // s^2 = 0.15; se(b)^2 = s^2/5, se(a)^2 = s^2 (1/4 + 1.5^2/5); t of 2 degrees at 97.5 % is 4.30265273 by tables
    for (line, (estimate, square)) in lines[1..].iter().zip([(1.3, 0.15 * (0.25 + 0.45)), (1.3, 0.15 / 5.0)]) {
        let (n, se) = (numbers(line), f64::sqrt(square));
        near(n[0], estimate);
        near(n[1], se);
        near(n[3] - n[2], 2.0 * 4.302652729749464 * se);
    }
    let table =
        f.run(&["descend", "box.toml", "--methods", "bfgs,gauss-newton", "-o", "-", "--format", "tsv", "-q"]).out;
    assert_eq!(table.lines().next(), Some("method\tvariable\tstart\tend"));
    assert_eq!(table.lines().count(), 5);
    assert_eq!(table.lines().nth(3), Some("gauss-newton\tx\t-1.2\t0.5"));
    // of several starts the best end stands there
    let table = f.run(&["descend", "box.toml", "--multistart", "3", "-o", "-", "--format", "csv", "-q"]).out;
    assert_eq!(table.lines().count(), 3);
    // entry by entry
    f.write("v.toml", "formula = \"sum(i, 1, 3, (v(i) - i)^2)\"\n[variables]\nv = { size = 3, value = 0 }\n");
    let table = f.run(&["descend", "v.toml", "-o", "-", "--format", "csv", "-q"]).out;
    assert_eq!(table, "variable,start,end\nv(1),0,1\nv(2),0,2\nv(3),0,3\n");
}

#[test]
fn the_residual_standard_deviation_is_that_of_the_residuals_however_f_is_written() {
    let f = folder();
    let ways: [&[&str]; 5] = [
        &["line.toml"],
        &["line.toml", "--set", "data.reduce=mean"],
        &["-f", "(y - (a + b*t))^2", "line.csv", "--start", "a=0,b=0"],
        &["-f", "(y - (a + b*t))^2/2", "line.csv", "--start", "a=0,b=0"],
        &[
            "-f",
            "3*(y - (a + b*t))^2",
            "line.csv",
            "--start",
            "a=0,b=0",
            "--set",
            "data.reduce=sum",
            "--method",
            "bfgs",
        ],
    ];
    for way in ways {
        let print = ["-q", "--print", "residual_sd", "--print", "parameters.1.std_error"];
        let out = f.run(&[&["descend"][..], way, &print].concat()).out;
        let found: Vec<f64> = out.lines().map(|l| l.parse().unwrap()).collect();
        near(found[0], f64::sqrt(0.15));
        near(found[1], f64::sqrt(0.03));
    }
    // other sums of squares are no residuals of a model
    for other in ["(y - (a + b*t))^4", "(y - (a + b*t))^2 + a^2"] {
        let done = f.run(&["descend", "-f", other, "line.csv", "--start", "a=0,b=0", "--print", "parameters"]);
        assert_eq!(done.exit, 2, "{other}: {}", done.out);
    }
}

#[test]
fn only_parameters_that_the_data_do_not_tell_lose_their_standard_errors() {
    let f = folder();
    let loose = ["descend", "-f", "(y - (a + b*t))^2 + 0*d", "line.csv", "--start", "a=0,b=0,d=4"];
    let done = f.run(&loose);
    assert!(!done.err.contains("tell"), "a term that is no square is no residual: {}", done.err);
    f.write("d.toml", DECAY.replace("a = 0", "a = 0\nd = 4"));
    let done = f.run(&["descend", "d.toml", "-o", "-", "--format", "csv"]);
    assert!(done.err.contains("the data say nothing about d: its standard error does not exist"), "{}", done.err);
    let lines: Vec<&str> = done.out.lines().collect();
    near(numbers(lines[1])[1], f64::sqrt(0.15 * 0.7));
    assert_eq!(lines[2], "d,4,NaN,NaN,NaN");
    near(numbers(lines[3])[1], f64::sqrt(0.03));
    // two that only show as a sum: their own errors do not exist, that of b does
    f.write("e.toml", DECAY.replace("a + b", "a + d + b").replace("a = 0", "a = 0\nd = 4"));
    let done = f.run(&["descend", "e.toml", "-o", "-", "--format", "csv"]);
    assert!(done.err.contains("the data do not tell a, d apart"), "{}", done.err);
    near(numbers(done.out.lines().nth(3).unwrap())[1], f64::sqrt(0.03));
}

#[test]
fn gauss_newton_in_a_box_goes_on_where_its_step_is_cut() {
    let f = folder();
    for method in ["gauss-newton", "levenberg-marquardt"] {
        let print = ["--print", "value", "--print", "point.x", "--print", "point.y", "--print", "stop.value"];
        let Done { exit, out, .. } = f.run(&[&["descend", "box.toml", "--method", method], &print[..]].concat());
        assert_eq!(exit, 0);
        let found: Vec<f64> = out.lines().map(|l| l.parse().unwrap()).collect();
        near(found[0], 0.25);
        near(found[1], 0.5);
        near(found[2], 0.25);
        assert!(found[3] >= 0.0);
    }
}

#[test]
fn side_files_go_to_standard_output_in_the_form_that_is_asked_for() {
    let f = folder();
    let start = ["descend", "-f", "x^2", "--start", "x=1", "--method", "newton"];
    let done = |more: &[&str]| f.run(&[&start[..], more].concat());
    for name in ["-", "/dev/stdout"] {
        let Done { out, err, .. } = done(&["--point", name]);
        assert_eq!(out, "variable,value\nx,0\n");
        assert!(err.starts_with("minimise x^2"), "{err}");
    }
    assert_eq!(done(&["--point", "-", "--format", "jsonl"]).out, "{\"variable\": \"x\", \"value\": 0}\n");
    assert!(done(&["--trace", "-", "--format", "tsv"]).out.starts_with("iteration\tevaluations\tf\t"));
    assert_eq!(done(&["--trace", "-", "--point", "-"]).exit, 2);
    assert_eq!(done(&["--point", "-", "--print", "value"]).exit, 2);
    let curve = ["grad", "-f", "x^2 + y^2", "--at", "x=1,y=0", "--level-curve", "-", "--format", "tsv"];
    assert!(f.run(&curve).out.starts_with("branch\ts\tx\ty\tf\t"));
    let sweep = f.run(&["gradcheck", "-f", "x^2", "--at", "x=1", "--claim", "x=2*x", "--sweep", "-"]);
    assert!(sweep.out.starts_with("h,forward,"), "{}", sweep.out);
}

#[test]
fn a_run_whose_budget_was_spent_goes_on_with_a_larger_one() {
    let f = folder();
    for trace in ["t.csv", "t.csv.gz"] {
        let base = ["descend", "box.toml", "--method", "momentum", "--learning-rate", "0.0001", "--trace", trace, "-q"];
        let run = |more: &[&str]| f.run(&[&base[..], more].concat()).exit;
        assert_eq!(run(&["--max-iterations", "60", "-o", "whole.json"]), 1);
        let whole = std::fs::read(f.path(trace)).unwrap();
        std::fs::remove_file(f.path(trace)).unwrap();
        assert_eq!(run(&["--max-iterations", "23", "--checkpoint", "ck"]), 1);
        assert_eq!(run(&["--max-iterations", "60", "--resume", "ck", "-o", "resumed.json"]), 1);
        assert_eq!(f.read("whole.json"), f.read("resumed.json"));
        assert!(std::fs::read(f.path(trace)).unwrap() == whole, "{trace}");
    }
}

#[test]
fn going_up_is_told_as_going_up() {
    let f = folder();
    let up = f.run(&["descend", "-f", "x^2", "--start", "x=1", "--maximize"]);
    assert!(up.err.contains("f has risen to 7.737e25 without end; it has no maximum this way"), "{}", up.err);
    let up = f.run(&[
        "descend",
        "-f",
        "-x^2 - y^2",
        "--start",
        "x=1,y=2",
        "--maximize",
        "--method",
        "bfgs",
        "--target",
        "-1",
    ]);
    assert!(up.out.contains("has reached the target -1"), "{}", up.out);
    let up = f.run(&["descend", "-f", "y^2 - x^2", "--start", "x=1,y=0", "--maximize", "--method", "gradient-descent"]);
    assert!(up.err.contains("the point is no maximum: there are directions along which f rises on"), "{}", up.err);
}

#[test]
fn negative_numbers_are_read_and_refused() {
    let f = folder();
    let any = ["max-iterations", "warmup"].map(|o| (o, "a whole number of 0 or more is wanted"));
    let some = ["batch-size", "epochs", "trace-every", "max-evaluations"]
        .map(|o| (o, "a whole number of 1 or more is wanted"));
    let real = [("gtol", "a number of 0 or more is wanted"), ("learning-rate", "a number above 0 is wanted")];
    for (option, wanted) in any.into_iter().chain(some).chain(real) {
        let done = f.run(&["descend", "box.toml", &format!("--{option}"), "-3"]);
        assert_eq!(done.exit, 2);
        assert!(done.err.contains(wanted) && done.err.contains("'-3'"), "{option}: {}", done.err);
    }
}

#[test]
fn an_undeclared_name_is_to_be_given_a_start() {
    let done = folder().run(&["descend", "-f", "x^2 + z", "--start", "x=1"]);
    let help = "help: declare it under [variables] or [constants], or give it a value with --start z=...\n";
    assert!(
        done.err.starts_with("error: unknown name `z`\n --> --formula:1:7") && done.err.ends_with(help),
        "{}",
        done.err
    );
}
