//! Random formulas: printing and parsing give the same graph, reverse mode agrees with forward mode and with difference
//! quotients, block programs agree with the evaluator of single points bit for bit.

use gradus::engine::{Evaluator, compile};
use gradus::error::Source;
use gradus::formula::differentiate::tangents;
use gradus::formula::functions::{Arity, TABLE};
use gradus::formula::graph::{Graph, InputKind, NodeId};
use gradus::formula::lower::Scope;
use gradus::formula::{print, read};
use gradus::numeric::block::Isa;
use gradus::objective::Formula;
use proptest::prelude::*;

const NAMES: [&str; 3] = ["x", "y", "z"];

fn formula(text: &str) -> Formula {
    let mut g = Graph::new();
    let variables: Vec<NodeId> = NAMES.iter().map(|n| g.declare(n, InputKind::Variable)).collect();
    let source = Source::new("test", text);
    let root = read(&mut g, &source, &Scope::default()).unwrap_or_else(|e| panic!("{text}: {e}"));
    Formula::new(g, root, variables)
}

fn reread(f: &mut Formula, node: NodeId) -> NodeId {
    let text = print::infix(&f.graph, node);
    read(&mut f.graph, &Source::new("printed", text.as_str()), &Scope::default())
        .unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// A random formula text from everything a user can write.
fn texts(depth: u32) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => (0..3_usize).prop_map(|i| NAMES[i].to_string()),
        1 => (1..9_u32).prop_map(|n| n.to_string()),
        1 => (0.01..20.0_f64).prop_map(|x| format!("{x:.3}")),
        1 => prop_oneof![Just("pi".to_string()), Just("e".to_string())],
    ];
    leaf.prop_recursive(depth, 40, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let binary = (pair.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")]);
        let functions: Vec<(String, usize)> = TABLE
            .iter()
            .filter(|f| f.callable && f.constant_argument.is_none())
            .map(|f| match f.arity {
                Arity::Exactly(n) | Arity::Fold(n) => (f.name.to_string(), n),
            })
            .collect();
        let call = (0..functions.len(), inner.clone(), inner.clone(), inner.clone()).prop_map(move |(i, a, b, c)| {
            let (name, count) = &functions[i];
            format!("{name}({})", [a, b, c][..*count].join(", "))
        });
        let comparison =
            (pair.clone(), prop_oneof![Just("<"), Just("<="), Just(">"), Just(">="), Just("=="), Just("!=")])
                .prop_map(|((a, b), op)| format!("{a} {op} {b}"));
        let condition = prop_oneof![
            3 => comparison.clone(),
            1 => (comparison.clone(), comparison.clone()).prop_map(|(a, b)| format!("{a} && {b}")),
            1 => (comparison.clone(), comparison.clone()).prop_map(|(a, b)| format!("!({a} || {b})")),
        ];
        prop_oneof![
            4 => binary.prop_map(|((a, b), op)| format!("({a}){op}({b})")),
            1 => inner.clone().prop_map(|a| format!("-({a})")),
            2 => (inner.clone(), 1..5_u32).prop_map(|(a, k)| format!("({a})^{k}")),
            1 => pair.prop_map(|(a, b)| format!("({a})^({b})")),
            4 => call,
            1 => (condition, inner.clone(), inner).prop_map(|(c, a, b)| format!("if({c}, {a}, {b})")),
        ]
    })
}

/// What terms of size 1 and more may leave where they cancel.
const ROUNDING: f64 = 1e-11;

/// The limit of centred quotients, with an error bound; `None` where it does not settle, or where steps of two lengths settle
/// apart: a function that turns many times within each step may seem to have a limit.
fn difference(f: &Formula, at: &[f64], i: usize) -> Option<(f64, f64)> {
    let (a, b) = (quotients(f, at, i, 0.02)?, quotients(f, at, i, 0.0137)?);
    let agree = (a.0 - b.0).abs() <= a.1 + b.1;
    agree.then_some(if a.1 < b.1 { a } else { b })
}

/// Richardson's table of centred quotients from the step `h` on.
fn quotients(f: &Formula, at: &[f64], i: usize, mut h: f64) -> Option<(f64, f64)> {
    let mut ev = Evaluator::new(&f.graph, &inputs(f, at));
    let mut value = |t: f64| {
        let mut moved = at.to_vec();
        moved[i] += t;
        ev.move_to(&inputs(f, &moved));
        ev.value(f.value)
    };
    let mut previous: Vec<f64> = Vec::new();
    let mut best = (f64::NAN, f64::INFINITY);
    for _ in 0..8 {
        let mut row = vec![(value(h) - value(-h)) / (2.0 * h)];
        for (k, p) in previous.iter().enumerate() {
            let factor = 4_f64.powi_exact(k as i32 + 1);
            row.push(row[k] + (row[k] - p) / (factor - 1.0));
        }
        if let (Some(last), Some(before)) = (row.last(), previous.last()) {
            let error = (last - before).abs();
            if error < best.1 {
                best = (*last, error);
            }
        }
        previous = row;
        h /= 2.0;
    }
    let noise = value(0.0).abs() * 1e-13 / 0.001;
    (best.1.is_finite()).then_some((best.0, 10.0 * best.1 + noise))
}

trait PowiExact {
    fn powi_exact(self, k: i32) -> f64;
}
impl PowiExact for f64 {
    fn powi_exact(self, k: i32) -> f64 {
        (0..k).fold(1.0, |p, _| p * self)
    }
}

/// All graph inputs: x, y, z first, named constants after them.
fn inputs(f: &Formula, at: &[f64]) -> Vec<f64> {
    let mut all = at.to_vec();
    all.resize(f.graph.inputs().len(), 0.0);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same_graph(text in texts(5)) {
        let mut f = formula(&text);
        for node in std::iter::once(f.value).chain(f.gradient.clone()) {
            // a derivative may hold the number NaN where none exists (the order of polygamma); no text says that
            if print::length(&f.graph, node) < 20_000.0 && !print::infix(&f.graph, node).contains("NaN") {
                let back = reread(&mut f, node);
                prop_assert_eq!(back, node, "{}", print::infix(&f.graph, node));
            }
        }
    }

    #[test]
    fn programs_and_the_evaluator_have_the_same_bits(text in texts(4), at in prop::array::uniform3(-3.0..3.0_f64)) {
        let f = formula(&text);
        let outputs: Vec<NodeId> = std::iter::once(f.value).chain(f.gradient.clone()).collect();
        let program = compile(&f.graph, &outputs);
        let columns: Vec<Vec<f64>> = inputs(&f, &at).into_iter().map(|v| vec![v; 3]).collect();
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut ev = Evaluator::new(&f.graph, &inputs(&f, &at));
        for isa in Isa::available() {
            let mut blocks = vec![Vec::new(); outputs.len()];
            program.run(&mut program.scratch_for(isa), &slices, 3, &mut blocks);
            for (block, &node) in blocks.iter().zip(&outputs) {
                let single = ev.value(node);
                for lane in block {
                    let same = lane.to_bits() == single.to_bits() || lane.is_nan() && single.is_nan();
                    prop_assert!(same, "{lane} {single} on {isa:?}");
                }
            }
        }
    }

    #[test]
    fn reverse_is_forward_is_the_limit(text in texts(4), at in prop::array::uniform3(0.2..2.5_f64)) {
        let f = formula(&text);
        let mut g = f.graph.clone();
        let one = g.number(1.0);
        let forward: Vec<NodeId> = f.variables.iter().map(|&v| tangents(&mut g, &[f.value], &[(v, one)])[0]).collect();
        let all = inputs(&f, &at);
        let mut ev = Evaluator::new(&g, &all);
        // where f is undefined the rule may still give a number; `calculus::status` asks for the value first
        prop_assume!(ev.value(f.value).is_finite());
        for i in 0..3 {
            let (r, t) = (ev.value(f.gradient[i]), ev.value(forward[i]));
            if r.is_finite() && t.is_finite() {
                // both reassociate: a relative bound alone would forbid cancellation
                let scale = r.abs() + t.abs() + ev.value(f.value).abs();
                prop_assert!((r - t).abs() <= 1e-9 * scale + ROUNDING, "d/d{} of {text}: reverse {r}, forward {t}", NAMES[i]);
            }
            // a kink or a jump may lie within the reach of the steps: quotients are a witness for smooth formulas alone
            if r.is_finite() && f.corners.any.is_none() && let Some((d, error)) = difference(&f, &at, i) {
                let scale = d.abs() + ev.value(f.value).abs();
                if error < 1e-5 * scale {
                    prop_assert!((r - d).abs() <= error + 1e-6 * scale + ROUNDING, "d/d{} of {text}: rule {r}, limit {d} +- {error}", NAMES[i]);
                }
            }
        }
    }
}
