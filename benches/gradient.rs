//! A value with its gradient beside the value alone, in blocks of lanes, and both beside plain Rust written by hand:
//! `cargo bench --bench gradient`.

#![allow(clippy::disallowed_methods)] // std is the baseline here

use std::hint::black_box;
use std::time::Instant;

use gradus::engine::compile;
use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind, NodeId};
use gradus::formula::lower::Scope;
use gradus::formula::read;
use gradus::numeric::block::LANES;
use gradus::objective::Formula;

const FOUR_LINES: &str =
    "sqrt(x^2 + y^2 + 1)*tanh(x*y - z) + ln(1 + x^2*z^2)/(2 + cos(y*z)) + (y^2 + 0.5)^(x/4) - exp(-z^2/2)*sin(x + 2*y)";

/// The least of many times, in nanoseconds a lane.
fn time(mut pass: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..300 {
        let begun = Instant::now();
        for _ in 0..10 {
            pass();
        }
        let each = begun.elapsed().as_secs_f64() * 1e9 / (10 * LANES) as f64;
        best = if each < best { each } else { best };
    }
    best
}

fn run(text: &str) -> (f64, f64) {
    let mut g = Graph::new();
    let variables: Vec<NodeId> = ["x", "y", "z"].iter().map(|n| g.declare(n, InputKind::Variable)).collect();
    let root = read(&mut g, &Source::new("bench", text), &Scope::default()).expect("a formula");
    let f = Formula::new(g, root, variables);
    let columns: Vec<Vec<f64>> = (0..3)
        .map(|c| (0..LANES).map(|i| 0.1 + 2.0 * ((i * (c + 3)) % LANES) as f64 / LANES as f64).collect())
        .collect();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let measure = |nodes: &[NodeId]| {
        let program = compile(&f.graph, nodes);
        let mut scratch = program.scratch();
        let mut out = vec![Vec::new(); nodes.len()];
        time(|| program.run(black_box(&mut scratch), &slices, LANES, &mut out))
    };
    let all: Vec<NodeId> = std::iter::once(f.value).chain(f.gradient.iter().copied()).collect();
    (measure(&[f.value]), measure(&all))
}

fn main() {
    let x: Vec<f64> = (0..LANES).map(|i| 0.1 + 2.0 * i as f64 / LANES as f64).collect();
    let mut out = vec![[0.0; 3]; LANES];
    let by_hand = time(|| {
        for (o, &x) in out.iter_mut().zip(black_box(&x)) {
            let y = 2.2 - x;
            let (s, c) = (x * y).sin_cos();
            *o = [x * x * y + s, 2.0 * x * y + y * c, x * x + x * c];
        }
        black_box(&out);
    });
    println!("{:28} {:>8} {:>22} {:>7}", "ns a point", "value", "value and gradient", "ratio");
    for (name, text) in [("x^2*y + sin(x*y)", "x^2*y + sin(x*y)"), ("the four-line formula", FOUR_LINES)] {
        let (value, both) = run(text);
        println!("{name:28} {value:8.2} {both:22.2} {:7.2}", both / value);
    }
    println!("{:28} {:>8} {by_hand:22.2}   (the first, in plain Rust with std's sin_cos)", "by hand", "");
}
