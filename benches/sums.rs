//! A long sum as loops, beside the same sum written by hand as one fused Rust loop. `cargo bench --bench sums`
//!
//! Prints, for each length: the time of a value and of value and gradient a variable, their ratio, and the ratio to the code by hand.

use std::hint::black_box;
use std::time::Instant;

use gradus::error::Source;
use gradus::formula::graph::{Graph, InputKind};
use gradus::formula::lower::Scope;
use gradus::formula::read;
use gradus::objective::{ArrayFormula, ArrayObjective, Layout, Objective};

const TEXT: &str = "sum(i, 1, n - 1, 100*(x(i+1) - x(i)^2)^2 + (1 - x(i))^2)";
const FOUR: &str = "sum(i, 1, n, sqrt(x(i)^2 + y(i)^2 + 1)*tanh(x(i)*y(i) - z(i)) + ln(1 + x(i)^2*z(i)^2)/(2 + cos(y(i)*z(i))) \
                    + (y(i)^2 + 0.5)^(x(i)/4) - exp(-z(i)^2/2)*sin(x(i) + 2*y(i)))";

fn objective(text: &str, arrays: &[&str], n: usize) -> ArrayObjective {
    let mut g = Graph::new();
    g.declare("n", InputKind::Constant(n as f64));
    let mut layout = Layout::new();
    for name in arrays {
        g.declare_array(name, &[n], None);
        layout.push(name, &[n]);
    }
    let value = read(&mut g, &Source::new("f", text), &Scope::default()).expect("a formula");
    ArrayObjective::new(ArrayFormula::new(g, value, layout))
}

fn by_hand(x: &[f64], g: &mut [f64]) -> f64 {
    g.fill(0.0);
    let mut value = 0.0;
    for i in 0..x.len() - 1 {
        let (r, s) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        value += 100.0 * r * r + s * s;
        g[i + 1] += 200.0 * r;
        g[i] -= 400.0 * r * x[i] + 2.0 * s;
    }
    value
}

/// The least time of several runs, in nanoseconds a variable.
fn least(n: usize, mut f: impl FnMut()) -> f64 {
    let runs = (20_000_000 / n).clamp(5, 2000);
    (0..runs)
        .map(|_| {
            let begun = Instant::now();
            f();
            begun.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, |a, b| if b < a { b } else { a })
        * 1e9
        / n as f64
}

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    pool.install(|| {
        println!("{TEXT}, one thread, ns a variable");
        println!("{:>9} {:>9} {:>9} {:>9} {:>9} {:>9}", "n", "value", "both", "both/value", "by hand", "both/hand");
        for n in [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000] {
            let x: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 }).collect();
            let mut g = vec![0.0; n];
            let mut f = objective(TEXT, &["x"], n);
            let value = least(n, || {
                black_box(f.value(black_box(&x)).ok());
            });
            let both = least(n, || {
                black_box(f.value_and_gradient(black_box(&x), &mut g).ok());
            });
            let hand = least(n, || {
                black_box(by_hand(black_box(&x), &mut g));
            });
            println!("{n:>9} {value:>9.3} {both:>9.3} {:>9.2} {hand:>9.3} {:>9.2}", both / value, both / hand);
        }
        println!("the four-line formula of the batch benchmarks over three vectors");
        for n in [1000, 100_000] {
            let x: Vec<f64> = (0..3 * n).map(|i| 0.3 + 0.7 * ((i % 97) as f64) / 97.0).collect();
            let mut g = vec![0.0; 3 * n];
            let mut f = objective(FOUR, &["x", "y", "z"], n);
            let value = least(n, || {
                black_box(f.value(black_box(&x)).ok());
            });
            let both = least(n, || {
                black_box(f.value_and_gradient(black_box(&x), &mut g).ok());
            });
            println!("{n:>9} {value:>9.3} {both:>9.3} {:>9.2}", both / value);
        }
    });
}
