//! Nanoseconds an element of the hot kernels on every instruction set of this machine, beside the standard library's function:
//! `cargo bench --bench kernels`.

#![allow(clippy::disallowed_methods)] // std is the baseline here

use std::hint::black_box;
use std::time::Instant;

use gradus::numeric::block::{Isa, Kernel, LANES};
use gradus::numeric::elementary as el;

/// The least time of a pass over a block, in nanoseconds a lane.
fn time(mut pass: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..200 {
        let begun = Instant::now();
        for _ in 0..20 {
            pass();
        }
        let each = begun.elapsed().as_secs_f64() * 1e9 / (20 * LANES) as f64;
        best = if each < best { each } else { best };
    }
    best
}

fn main() {
    // name, kernel, baseline, arguments from lo to hi
    type Row = (&'static str, &'static Kernel, fn(f64) -> f64, f64, f64);
    let rows: &[Row] = &[
        ("sqrt", &el::SQRT, f64::sqrt, 0.1, 100.0),
        ("exp", &el::EXP, f64::exp, -20.0, 20.0),
        ("ln", &el::LN, f64::ln, 0.01, 1000.0),
        ("sin", &el::SIN, f64::sin, -100.0, 100.0),
        ("cos", &el::COS, f64::cos, -100.0, 100.0),
        ("tan", &el::TAN, f64::tan, -100.0, 100.0),
        ("tanh", &el::TANH, f64::tanh, -5.0, 5.0),
        ("sigmoid", &el::SIGMOID, |x| 1.0 / (1.0 + (-x).exp()), -20.0, 20.0),
        ("softplus", &el::SOFTPLUS, |x| x.exp().ln_1p(), -20.0, 20.0),
        ("sinh", &el::SINH, f64::sinh, -5.0, 5.0),
        ("cosh", &el::COSH, f64::cosh, -5.0, 5.0),
        ("exp2", &el::EXP2, f64::exp2, -20.0, 20.0),
        ("log2", &el::LOG2, f64::log2, 0.01, 1000.0),
        ("log10", &el::LOG10, f64::log10, 0.01, 1000.0),
        ("pow", &el::POW, |x| x.powf(1.7 - x), 0.01, 20.0),
        ("expm1", &el::EXPM1, f64::exp_m1, -2.0, 2.0),
        ("log1p", &el::LOG1P, f64::ln_1p, -0.5, 5.0),
        ("atan", &el::ATAN, f64::atan, -5.0, 5.0),
    ];
    print!("{:8} {:>8}", "", "std");
    let sets = Isa::available();
    sets.iter().for_each(|isa| print!(" {:>22}", format!("{isa:?}")));
    println!("   (ns an element, and the ratio to std)");
    for &(name, kernel, std, lo, hi) in rows {
        let x: Vec<f64> = (0..LANES).map(|i| lo + (hi - lo) * i as f64 / LANES as f64).collect();
        let mut out = vec![0.0; LANES];
        let base = time(|| {
            for (o, &v) in out.iter_mut().zip(black_box(&x)) {
                *o = std(v);
            }
            black_box(&out);
        });
        print!("{name:8} {base:8.2}");
        for &isa in &sets {
            let exponent: Vec<f64> = x.iter().map(|x| 1.7 - x).collect();
            let own = time(|| {
                // the second is there for functions of two arguments
                kernel.block(isa, &mut out, &[black_box(&x[..]), &exponent][..kernel.arity()]);
                black_box(&out);
            });
            print!(" {own:14.2} ({:.2})", own / base);
        }
        println!();
    }
}
