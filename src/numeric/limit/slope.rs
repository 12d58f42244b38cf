//! One-sided slopes as limits of difference quotients.

use super::{Limit, Sample};

/// A value of f and a bound for its rounding error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// f(x); NaN where undefined.
    pub value: f64,
    /// A bound for its rounding error; `f64::EPSILON * value.abs()` where nothing cancels.
    pub noise: f64,
}

impl Evaluation {
    /// A value with a rounding error of two ulps.
    pub fn of(value: f64) -> Self {
        Evaluation { value, noise: 2.0 * f64::EPSILON * value.abs() }
    }
}

/// The displacements d at which to sample for a limit at `at`, from the `side` (1 or -1): at + d is an f64, and d its
/// distance from `at`, exact unless |d| is far above |at|. |d| falls.
///
/// Halving from about 1/3 (or |at|/3, if that is more) to 2^-50 and from 20 |at| to 2^-50 |at|; wider steps in between, and, at
/// 0, on to 2^-1000: 60 to 250 of them. Empty if `at` is not finite.
pub fn displacements(at: f64, side: f64) -> Vec<f64> {
    const FINE: i64 = 50;
    const WIDE: i64 = 8;
    if !at.is_finite() {
        return Vec::new();
    }
    let exponent = |x: f64| (x.abs().to_bits() >> 52) as i64 - 1023;
    let own = if at == 0.0 { None } else { Some(exponent(at)) };
    let top = match own {
        Some(e) if e > 0 => e - 2,
        _ => -2,
    };
    let last = own.map_or(-1000, |e| e - FINE).clamp(-1000, 1000);
    let dense = |e: i64| e > top - FINE || own.is_some_and(|own| e <= own + 4);
    let mut found: Vec<f64> = Vec::new();
    let mut e = top;
    while e >= last {
        let point = at + side * MANTISSA * power_of_two(e);
        let d = point - at;
        if d != 0.0 && d.is_finite() && found.last().is_none_or(|before| d.abs() < before.abs()) {
            found.push(d);
        }
        // do not step over the beginning of the fine part
        let wide = if own.is_some_and(|own| e - WIDE < own + 4) { own.map_or(1, |own| e - own - 4) } else { WIDE };
        e -= if dense(e) || wide < 1 { 1 } else { wide };
    }
    found
}

/// What the steps are times a power of two: sqrt(5) - 1. Powers of two themselves square, add and cancel without rounding,
/// so that a formula is right at each of them until, at once, it is wrong for good; this shows its noise coming.
const MANTISSA: f64 = 1.236_067_977_499_79;

/// 2^e within the normal range.
fn power_of_two(e: i64) -> f64 {
    f64::from_bits(((e.clamp(-1022, 1023) + 1023) as u64) << 52)
}

/// The sample (f(at + d) - f(at))/d of a limit.
pub fn quotient(d: f64, at: Evaluation, there: Evaluation) -> Sample {
    let h = d.abs();
    let q = (there.value - at.value) / d;
    // values may be subnormal, and then err by half the smallest number
    let noise = (at.noise + there.noise + f64::from_bits(1)) / h;
    Sample { h, q, noise }
}

/// The slope of `f` at `at` from the right (`side` 1) or the left (-1).
pub fn slope(at: f64, side: f64, mut f: impl FnMut(f64) -> Evaluation) -> Limit {
    let here = f(at);
    let samples: Vec<Sample> = displacements(at, side).into_iter().map(|d| quotient(d, here, f(at + d))).collect();
    Limit::of(&samples)
}
