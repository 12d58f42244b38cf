//! Where `gradus descend` ends: at kinks, at points that second derivatives do not tell, where a budget is spent inside a step.

mod support;
use support::{Done, Folder};

/// Exit status, status, class, value, gradient norm as printed.
fn end(args: &[&str]) -> (i32, Vec<String>) {
    let print = ["-q", "--print", "status", "--print", "class", "--print", "value", "--print", "gradient_norm"];
    let Done { exit, out, err } = Folder::new().run(&[&["descend"][..], args, &print].concat());
    assert!(!out.is_empty(), "{args:?}: {err}");
    (exit, out.lines().map(String::from).collect())
}

#[test]
fn a_kink_is_no_gradient_of_zero() {
    let at = |f: &'static str, start: &'static str| end(&["-f", f, "--start", start]);
    assert_eq!(at("-abs(x)", "x=0"), (1, ["kink", "null", "0", "null"].map(String::from).to_vec()));
    assert_eq!(at("abs(x)", "x=0"), (0, ["converged", "minimum", "0", "null"].map(String::from).to_vec()));
    let plain = ["-f", "abs(x) - y^2", "--start", "x=0,y=0", "--method", "gradient-descent"];
    assert_eq!(end(&plain).1[0], "kink");
    assert_eq!(at("abs(x) + 0*y", "x=0,y=0").1[0], "kink", "along y nobody can tell");
    assert_eq!(at("max(x, -x, y, -y)", "x=0,y=0").1[..2], ["converged", "minimum"]);
    assert_eq!(at("abs(x)^2", "x=0").1[3], "0", "that one is smooth");
    assert_eq!(end(&["-f", "-abs(x)", "--start", "x=0", "--maximize"]).1[..2], ["converged", "maximum"]);
    assert_eq!(end(&["-f", "-abs(x)", "--start", "x=0", "--allow", "kink"]).0, 0);
    // in a box the sides that lie inside count
    let edge = ["--set", "variables.x={value=0, min=0, max=1}"];
    assert_eq!(end(&[&["-f", "sqrt(x)"][..], &edge].concat()).1[..2], ["converged", "minimum"]);
    let done = Folder::new().run(&["descend", "-f", "-abs(x)", "--start", "x=0"]);
    assert!(
        done.err.contains("f has no gradient at the end point, and falls along x: `abs(x)` has a kink here"),
        "{}",
        done.err
    );
}

#[test]
fn where_f_does_not_exist_its_gradient_does_not_either() {
    let (exit, found) = end(&["-f", "ln(x)", "--start", "x=-1"]);
    assert_eq!((exit, found), (1, ["undefined", "null", "null", "null"].map(String::from).to_vec()));
    let trace = Folder::new().run(&["descend", "-f", "ln(x)", "--start", "x=-1", "--trace", "-"]).out;
    assert!(trace.contains("\n0,1,NaN,NaN,0,,-1\n"), "{trace}");
}

#[test]
fn flat_directions_are_looked_along() {
    // f falls along y by -y^4 alone
    for start in ["x=0,y=0", "x=1,y=0"] {
        let f = ["-f", "x^4 - y^4", "--start", start];
        assert_eq!(end(&[&f[..], &["--method", "gradient-descent"]].concat()).1[0], "saddle");
        assert_eq!(end(&f).1[0], "diverged", "it leaves the saddle");
    }
    let f = ["-f", "x^2 + y^2*(y - 1)*(y + 2)", "--start", "x=1,y=0"];
    assert_eq!(end(&f).1[..2], ["converged", "minimum"]);
    // two flat directions, along both of which f is 0
    assert_eq!(end(&["-f", "x*y*(x^2 - y^2)", "--start", "x=0,y=0", "--method", "momentum"]).1[0], "saddle");
    // what stays undecided is no saddle
    assert_eq!(end(&["-f", "x^2 + y^4", "--start", "x=1,y=0"]).1[..2], ["converged", "degenerate"]);
}

#[test]
fn an_inflection_that_is_approached_is_no_minimum() {
    assert_eq!(end(&["-f", "x^3", "--start", "x=1"]).1[0], "diverged", "newton goes on down");
    let slow = ["-f", "x^3", "--start", "x=1", "--method", "gradient-descent", "--learning-rate", "0.1"];
    assert_eq!(end(&[&slow[..], &["--max-iterations", "100000"]].concat()).1[..2], ["saddle", "inflection"]);
    assert_eq!(end(&["-f", "x^4", "--start", "x=1", "--method", "bfgs"]).1[..2], ["converged", "minimum"]);
    assert_eq!(end(&["-f", "-x^4", "--start", "x=0", "--maximize"]).1[..2], ["converged", "maximum"]);
    assert_eq!(end(&["-f", "x^5", "--start", "x=0", "--method", "adam"]).1[..2], ["saddle", "inflection"]);
}

#[test]
fn a_start_at_a_stationary_point_has_a_scale_after_it_was_left() {
    let found = end(&["-f", "x^4/4 - x^2/2", "--start", "x=0"]);
    assert_eq!(found.1[..3], ["converged", "minimum", "-0.25"]);
}

#[test]
fn no_more_evaluations_than_asked_for() {
    let f = Folder::new();
    f.write("r.csv", "t,y\n0,1\n1,3\n2,4\n3,5\n");
    for entry in gradus::optimize::methods::TABLE {
        for most in 1..12_u64 {
            let number = most.to_string();
            let problem = ["-f", "(y - a*exp(b*t))^2", "r.csv", "--start", "a=1,b=0.1"];
            let print =
                ["--print", "evaluations.value", "--print", "value", "--print", "start_value", "--print", "status"];
            let budget = ["--method", entry.name, "--max-evaluations", &number, "-q"];
            let Done { out, err, .. } = f.run(&[&["descend"][..], &problem, &budget, &print].concat());
            let found: Vec<&str> = out.lines().collect();
            assert!(found[0].parse::<u64>().unwrap() <= most, "{} {most}: {out}{err}", entry.name);
            if ["newton", "newton-cg", "levenberg-marquardt", "gauss-newton", "bfgs", "lbfgs"].contains(&entry.name) {
                // these only go down
                assert!(found[1].parse::<f64>().unwrap() <= found[2].parse::<f64>().unwrap(), "{} {out}", entry.name);
            }
        }
    }
    assert_eq!(f.run(&["descend", "-f", "x^2", "--start", "x=1", "--set", "descend.max_evaluations=0"]).exit, 2);
}

#[test]
fn a_start_outside_the_box_is_told() {
    let f =
        Folder::with("b.toml", "formula = \"x^2 + y^2\"\n[variables]\nx = { value = 5, min = 1, max = 2 }\ny = 1\n");
    let done = f.run(&["descend", "b.toml", "-o", "o.json"]);
    assert!(
        done.err.contains("warning: the start of x lies outside the box and was moved to its edge"),
        "{}",
        done.err
    );
    let found = f.json("o.json");
    assert_eq!(found["warnings"][0]["code"], "start_moved");
    assert_eq!(found["warnings"][0]["variables"][0], "x");
}
