//! Every elementary function against tables of high precision, on every instruction set of this machine, and at the places
//! that tables of finite numbers leave out.

use std::path::PathBuf;

use gradus::numeric::block::{Isa, Kernel, LANES};
use gradus::numeric::elementary::*;

/// A table's name, its kernel, and how far a value near a zero may lie from the truth absolutely (0: not at all).
const TABLES: &[(&str, &Kernel, f64)] = &[
    ("sqrt", &SQRT, 0.0),
    ("cbrt", &CBRT, 0.0),
    ("exp", &EXP, 0.0),
    ("exp2", &EXP2, 0.0),
    ("expm1", &EXPM1, 0.0),
    ("ln", &LN, 0.0),
    ("log2", &LOG2, 0.0),
    ("log10", &LOG10, 0.0),
    ("log1p", &LOG1P, 0.0),
    ("log", &LOG, 0.0),
    ("sin", &SIN, 0.0),
    ("cos", &COS, 0.0),
    ("tan", &TAN, 0.0),
    ("asin", &ASIN, 0.0),
    ("acos", &ACOS, 0.0),
    ("atan", &ATAN, 0.0),
    ("atan2", &ATAN2, 0.0),
    ("sinh", &SINH, 0.0),
    ("cosh", &COSH, 0.0),
    ("tanh", &TANH, 0.0),
    ("asinh", &ASINH, 0.0),
    ("acosh", &ACOSH, 0.0),
    ("atanh", &ATANH, 0.0),
    ("erf", &ERF, 0.0),
    ("erfc", &ERFC, 0.0),
    ("sigmoid", &SIGMOID, 0.0),
    ("softplus", &SOFTPLUS, 0.0),
    ("pow", &POW, 0.0),
    ("hypot", &HYPOT, 0.0),
    ("mod", &MOD, 0.0),
    // near their zeros the contract asks for 1e-15 absolutely
    ("lgamma", &LGAMMA, 1e-15),
    ("digamma", &DIGAMMA, 1e-15),
    ("trigamma", &TRIGAMMA, 1e-15),
    ("polygamma", &POLYGAMMA, 1e-15),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/elementary")
}

/// Rows of arguments with the value last.
fn table(name: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(folder().join(format!("{name}.csv"))).unwrap();
    let rows = text.lines().skip(2).map(|l| l.split(',').map(|c| c.parse().unwrap()).collect());
    rows.collect()
}

/// Doubles between a and b, counted through zero; a NaN is infinitely far from everything.
fn ulps(a: f64, b: f64) -> u64 {
    if a.is_nan() || b.is_nan() {
        return u64::MAX;
    }
    let place = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
    };
    place(a).abs_diff(place(b))
}

#[test]
fn within_two_ulps_over_the_whole_range() {
    let mut failures = Vec::new();
    let mut worst = Vec::new();
    for &(name, kernel, absolute) in TABLES {
        let rows = table(name);
        assert!(rows.len() > 100, "{name}: {} rows", rows.len());
        let mut most = 0;
        for row in &rows {
            let (args, want) = row.split_at(row.len() - 1);
            let got = kernel.scalar(args);
            let off = ulps(got, want[0]);
            if off > 2 && !((got - want[0]).abs() <= absolute) {
                failures.push(format!("{name}({args:?}) = {got:e}, truth {:e}: {off} ulps", want[0]));
            } else if off <= 2 {
                most = if off > most { off } else { most };
            }
        }
        worst.push(format!("{name} {most}"));
    }
    println!("largest distance in ulps: {}", worst.join(", "));
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures[..failures.len().min(60)].join("\n"));
}

#[test]
fn every_table_is_used() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().trim_end_matches(".csv").to_string())
        .collect();
    let mut names: Vec<String> = TABLES.iter().map(|t| t.0.to_string()).collect();
    files.sort();
    names.sort();
    assert_eq!(files, names);
}

#[test]
fn blocks_have_the_bits_of_single_lanes_on_every_instruction_set() {
    for &(name, kernel, _) in TABLES {
        let mut rows = table(name);
        // what tables leave out, among ordinary lanes
        for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0] {
            rows.push(vec![special; kernel.arity() + 1]);
        }
        for isa in Isa::available() {
            for chunk in rows.chunks(LANES - 3) {
                let columns: Vec<Vec<f64>> =
                    (0..kernel.arity()).map(|i| chunk.iter().map(|r| r[i]).collect()).collect();
                let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
                let mut out = vec![0.0; chunk.len()];
                kernel.block(isa, &mut out, &slices);
                for (row, got) in chunk.iter().zip(out) {
                    let single = kernel.scalar(&row[..kernel.arity()]);
                    let same = got.to_bits() == single.to_bits() || got.is_nan() && single.is_nan();
                    assert!(same, "{name}({row:?}) on {isa:?}: {got:e} in a block, {single:e} alone");
                }
            }
        }
    }
}

#[track_caller]
fn assert_nan(kernel: &Kernel, args: &[f64]) {
    assert!(kernel.scalar(args).is_nan(), "{args:?} gives {}", kernel.scalar(args));
}

#[test]
fn nan_passes_through_everything() {
    let kernels = TABLES.iter().map(|t| t.1).chain([
        &ADD, &SUB, &MUL, &DIV, &NEG, &RECIP, &SQUARE, &CUBE, &ABS, &SIGN, &MIN, &MAX, &CLAMP, &RELU, &FLOOR, &CEIL,
        &ROUND, &LT, &LE, &GT, &GE, &EQ, &NE, &NOT,
    ]);
    for kernel in kernels {
        for i in 0..kernel.arity() {
            for other in [0.0, 1.0, 2.0, -1.0, f64::INFINITY] {
                let mut args = vec![other; kernel.arity()];
                args[i] = f64::NAN;
                assert_nan(kernel, &args);
            }
        }
    }
}

#[test]
fn undefined_outside_the_domain_and_at_poles() {
    for (kernel, args) in [
        (&DIV, &[1.0, 0.0][..]),
        (&DIV, &[0.0, -0.0]),
        (&RECIP, &[0.0]),
        (&LN, &[0.0]),
        (&LN, &[-1.0]),
        (&LOG2, &[0.0]),
        (&LOG10, &[-0.0]),
        (&LOG1P, &[-1.0]),
        (&LOG, &[2.0, 1.0]),
        (&LOG, &[2.0, 0.0]),
        (&SQRT, &[-1e-300]),
        (&ASIN, &[1.0000001]),
        (&ACOS, &[-1.0000001]),
        (&ACOSH, &[0.9999999]),
        (&ACOSH, &[-5.0]),
        (&ATANH, &[1.0]),
        (&ATANH, &[-2.0]),
        (&POW, &[0.0, -1.0]),
        (&POW, &[-2.0, 0.5]),
        (&ATAN2, &[0.0, 0.0]),
        (&ATAN2, &[-0.0, -0.0]),
        (&MOD, &[1.0, 0.0]),
        (&LGAMMA, &[0.0]),
        (&LGAMMA, &[-3.0]),
        (&DIGAMMA, &[-1.0]),
        (&TRIGAMMA, &[0.0]),
        (&POLYGAMMA, &[2.0, -4.0]),
        (&POLYGAMMA, &[1.5, 2.0]),
        (&POLYGAMMA, &[-1.0, 2.0]),
        (&CLAMP, &[1.0, 2.0, 0.0]),
        (&SIN, &[f64::INFINITY]),
        (&COS, &[f64::NEG_INFINITY]),
        (&TAN, &[f64::INFINITY]),
    ] {
        assert_nan(kernel, args);
    }
}

#[test]
fn infinities_and_zeros_follow_the_limits() {
    let inf = f64::INFINITY;
    for (kernel, args, want) in [
        (&EXP, &[inf][..], inf),
        (&EXP, &[-inf], 0.0),
        (&EXP, &[1000.0], inf),
        (&EXP, &[-1000.0], 0.0),
        (&EXP2, &[1024.0], inf),
        (&EXPM1, &[-inf], -1.0),
        (&LN, &[inf], inf),
        (&LOG, &[8.0, 2.0], 3.0),
        (&LOG, &[1000.0, 10.0], 3.0),
        (&LOG, &[125.0, 5.0], 3.0),
        (&TANH, &[inf], 1.0),
        (&ATAN, &[inf], std::f64::consts::FRAC_PI_2),
        (&ERF, &[-inf], -1.0),
        (&ERFC, &[30.0], 0.0),
        (&SIGMOID, &[inf], 1.0),
        (&SIGMOID, &[-inf], 0.0),
        (&SOFTPLUS, &[-inf], 0.0),
        (&SOFTPLUS, &[inf], inf),
        (&DIV, &[1.0, inf], 0.0),
        (&POW, &[0.0, 0.0], 1.0),
        (&POW, &[-2.0, 3.0], -8.0),
        (&POW, &[-0.0, 3.0], -0.0),
        (&HYPOT, &[1e200, 1e200], 1e200 * std::f64::consts::SQRT_2),
        (&MOD, &[-7.0, 3.0], 2.0),
        (&MOD, &[7.0, -3.0], -2.0),
        (&ROUND, &[0.5], 0.0),
        (&ROUND, &[1.5], 2.0),
        (&ROUND, &[-2.5], -2.0),
        (&SIGN, &[-0.0], -0.0),
        (&SIN, &[-0.0], -0.0),
        (&TRIGAMMA, &[inf], 0.0),
        (&RELU, &[-3.0], 0.0),
        (&MAX, &[-0.5, 2.0], 2.0),
        (&CLAMP, &[5.0, 0.0, 2.0], 2.0),
    ] {
        let got = kernel.scalar(args);
        assert_eq!(got.to_bits(), f64::to_bits(want), "{args:?}: {got}, expected {want}");
    }
}

#[test]
fn conditions_are_three_valued() {
    let u = f64::NAN;
    for (kernel, args, want) in [
        (&AND, &[0.0, u][..], 0.0),
        (&AND, &[u, 0.0], 0.0),
        (&AND, &[1.0, u], u),
        (&OR, &[1.0, u], 1.0),
        (&OR, &[u, 1.0], 1.0),
        (&OR, &[0.0, u], u),
        (&NOT, &[u], u),
        (&LT, &[1.0, 2.0], 1.0),
        (&LT, &[f64::INFINITY, f64::INFINITY], 0.0),
        (&EQ, &[0.0, -0.0], 1.0),
        (&SELECT, &[1.0, 5.0, u], 5.0),
        (&SELECT, &[0.0, u, 5.0], 5.0),
        (&SELECT, &[u, 5.0, 5.0], u),
        (&SELECT, &[1.0, u, 5.0], u),
    ] {
        let got = kernel.scalar(args);
        assert!(got == want || got.is_nan() && want.is_nan(), "{args:?}: {got}, expected {want}");
    }
}
