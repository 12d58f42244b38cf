//! The function table against its proofs: values, first and second derivatives, intervals, text, domain and corners.

use std::collections::BTreeSet;

use gradus::engine::{Enclosure, Evaluator};
use gradus::error::Source;
use gradus::formula::functions::{Domain, Function, Syntax, TABLE};
use gradus::formula::graph::{Graph, InputKind, NodeId};
use gradus::formula::lower::Scope;
use gradus::formula::{print, read};
use gradus::numeric::interval::Interval;
use gradus::objective::Formula;

const LETTERS: [&str; 3] = ["x", "y", "z"];

fn rows(f: &Function) -> Vec<Vec<f64>> {
    let rows = f.proof.lines().skip(2);
    rows.map(|l| l.split(',').map(|c| c.parse().unwrap_or_else(|_| panic!("{}: {c}", f.name))).collect()).collect()
}

/// The function applied to x, y, z; the first argument is a number where it must be one.
fn formula(f: &'static Function, row: &[f64]) -> Formula {
    let mut g = Graph::new();
    let args: Vec<NodeId> =
        (0..f.slots())
            .map(|i| {
                if f.constant_argument == Some(i) {
                    g.number(row[i])
                } else {
                    g.declare(LETTERS[i], InputKind::Variable)
                }
            })
            .collect();
    let variables: Vec<NodeId> = args.iter().copied().filter(|&a| g.as_number(a).is_none()).collect();
    let value = g.apply(f, &args);
    Formula::new(g, value, variables)
}

/// The graph's inputs for a row of arguments.
fn inputs(f: &Formula, function: &Function, row: &[f64]) -> Vec<f64> {
    let mut all = vec![0.0; f.graph.inputs().len()];
    let moving = (0..function.slots()).filter(|&i| function.constant_argument != Some(i));
    for (&v, i) in f.variables.iter().zip(moving) {
        all[f.input_index(v)] = row[i];
    }
    all
}

#[test]
fn values_and_derivatives_are_those_of_the_proof() {
    for &function in TABLE {
        let n = function.slots();
        let skip = usize::from(function.constant_argument.is_some());
        let rows = rows(function);
        assert!(rows.len() >= 2, "{}: no proof", function.name);
        for row in rows {
            let (args, truth) = row.split_at(n);
            let mut f = formula(function, args);
            let hessian = f.hessian();
            let at = inputs(&f, function, args);
            let mut ev = Evaluator::new(&f.graph, &at);
            let what = format!("{} at {args:?}", function.name);
            let value = ev.value(f.value);
            // the kernels' own tables say 2 ulps; here 4 eps, since a square or a fold may stand in a kernel's place
            assert!(
                (value - truth[0]).abs() <= 4.0 * f64::EPSILON * truth[0].abs() + 1e-15,
                "{what}: {value}, truth {}",
                truth[0]
            );
            let first = &truth[1..=n];
            let second = &truth[n + 1..];
            for i in skip..n {
                let got = ev.value(f.gradient[i - skip]);
                // a rule may lose what its own condition in x costs: |x f_xx/f_x|
                let condition: f64 = (0..n).map(|j| (args[j] * second[place(i, j)]).abs()).sum::<f64>();
                let bound = 16.0 * f64::EPSILON * (first[i].abs() + condition) + 1e-300;
                assert!((got - first[i]).abs() <= bound, "{what}: f_{} = {got}, truth {}", LETTERS[i], first[i]);
                for j in skip..=i {
                    let (got, want) = (ev.value(hessian[i - skip][j - skip]), second[place(i, j)]);
                    let scale = want.abs() + 1e-9 * first[i].abs();
                    assert!(
                        (got - want).abs() <= 1e-6 * scale,
                        "{what}: f_{}{} = {got}, truth {want}",
                        LETTERS[i],
                        LETTERS[j]
                    );
                }
            }
        }
    }
}

/// The place of (i, j) among second derivatives stored row by row below the diagonal.
fn place(i: usize, j: usize) -> usize {
    let (i, j) = if i >= j { (i, j) } else { (j, i) };
    i * (i + 1) / 2 + j
}

#[test]
fn intervals_hold_the_proof() {
    for &function in TABLE {
        for row in rows(function) {
            let args = &row[..function.slots()];
            let f = formula(function, args);
            let at: Vec<Interval> = inputs(&f, function, args).into_iter().map(Interval::point).collect();
            let found = Enclosure::new(&f.graph, f.value).of(&at);
            // the proof is itself rounded
            let truth = row[function.slots()];
            let slack = 1.2e-16 * truth.abs();
            assert!(
                found.lo <= truth + slack && truth - slack <= found.hi,
                "{} {args:?}: {found:?}, truth {truth}",
                function.name
            );
        }
    }
}

#[test]
fn what_is_printed_is_read_as_the_same_function() {
    for &function in TABLE.iter().filter(|f| f.callable) {
        let f = formula(function, &[2.0; 3]);
        let text = print::infix(&f.graph, f.value);
        let mut g = f.graph.clone();
        let back = read(&mut g, &Source::new("test", text.as_str()), &Scope::default())
            .unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(back, f.value, "{text}");
        let latex = print::latex(&f.graph, f.value);
        assert!(!latex.contains('#') && latex.contains(['x', 'y']), "{}: {latex}", function.name);
    }
}

#[test]
fn kernels_are_undefined_exactly_outside_the_domain() {
    let grid = [-3.0, -2.5, -1.0, -0.5, -0.0, 0.0, 0.25, 1.0, 1.5, 2.0, 7.0];
    for &function in TABLE {
        let mut points: Vec<Vec<f64>> = vec![vec![]];
        for i in 0..function.slots() {
            let own: &[f64] = if function.constant_argument == Some(i) { &[0.0, 1.0, 2.0, 3.0] } else { &grid };
            points = points.iter().flat_map(|p| own.iter().map(move |&x| [p.as_slice(), &[x]].concat())).collect();
        }
        for p in points {
            // conditions are 0, 1 or undefined, and so is what they are made of
            let logical = matches!(function.syntax, Syntax::Operator(op) if op.is_condition() && !op.is_comparison());
            if logical || function.name == "select" {
                continue;
            }
            let value = function.kernel.scalar(&p);
            assert_eq!(value.is_nan(), !function.domain.holds(&p), "{}({p:?}) = {value}", function.name);
        }
    }
}

#[test]
fn entries_are_complete_and_unique() {
    let mut names = BTreeSet::new();
    for f in TABLE {
        for name in std::iter::once(f.name).chain(f.aliases.iter().copied()) {
            assert!(names.insert((name, f.slots())), "{name} twice");
        }
        assert_eq!(f.kernel.arity(), f.slots(), "{}", f.name);
        assert!(f.doc.ends_with('.') && f.doc.len() > 10, "{}: {}", f.name, f.doc);
        if let Domain::Where { condition, .. } = f.domain {
            assert!(condition.contains('#'), "{}: {condition}", f.name);
        }
    }
}

#[test]
fn every_file_of_the_folder_is_in_the_table() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/formula/functions");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|e| {
            e.unwrap().file_name().to_str()?.strip_suffix(".rs").map(|n| n.trim_end_matches('_').to_string())
        })
        .filter(|n| n != "mod" && n != "operators")
        .chain(["mod".to_string()]) // mod_.rs: a keyword
        .collect();
    let table: BTreeSet<String> = TABLE.iter().filter(|f| f.callable).map(|f| f.name.to_string()).collect();
    assert_eq!(files, table);
    let proofs: BTreeSet<String> = std::fs::read_dir(format!("{folder}/proof"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_str().unwrap().trim_end_matches(".csv").to_string())
        .collect();
    assert_eq!(proofs, TABLE.iter().map(|f| f.name.to_string()).collect());
}
