//! Rounding down and up without rounding modes.
//!
//! Sums, products, quotients and roots are rounded to nearest once, then moved one f64 outward only where the exact error
//! of the rounding says so: whole numbers stay whole, and `x == 0` can be decided.

use crate::numeric::sum::{two_product, two_sum};

/// How far a kernel's value may be from the truth, in ulps, plus one: `numeric::elementary` promises 2.
pub(super) const KERNEL_ULPS: u32 = 3;

/// `x` moved `n` f64s towards -inf.
pub(super) fn down(x: f64, n: u32) -> f64 {
    (0..n).fold(x, |x, _| x.next_down())
}

/// `x` moved `n` f64s towards +inf.
pub(super) fn up(x: f64, n: u32) -> f64 {
    (0..n).fold(x, |x, _| x.next_up())
}

/// The smaller one; the other where one is NaN (a NaN bound says nothing).
pub(super) fn least(a: f64, b: f64) -> f64 {
    if b < a || a.is_nan() { b } else { a }
}

/// The larger one; the other where one is NaN.
pub(super) fn most(a: f64, b: f64) -> f64 {
    if b > a || a.is_nan() { b } else { a }
}

/// An f64 <= s + e where `s` was rounded from s + e, or overflown from finite operands.
fn settle_down(s: f64, e: f64, finite: bool) -> f64 {
    match () {
        () if s == f64::INFINITY && finite => f64::MAX,
        () if s.is_infinite() => s,
        () if !(e >= 0.0) => s.next_down(),
        () => s,
    }
}

/// a + b rounded down.
pub(super) fn add_down(a: f64, b: f64) -> f64 {
    let (s, e) = two_sum(a, b);
    settle_down(s, e, a.is_finite() && b.is_finite())
}

/// a + b rounded up.
pub(super) fn add_up(a: f64, b: f64) -> f64 {
    -add_down(-a, -b)
}

/// Below this the error of a product may itself have been rounded (2^-960).
const EXACT_PRODUCTS: f64 = f64::from_bits(((1023 - 960) as u64) << 52);

/// a b rounded down; 0 times an infinite bound is 0, since the bound is not itself a member.
pub(super) fn mul_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        return 0.0;
    }
    let (p, e) = two_product(a, b);
    // an underflown product has lost bits that `e` does not show
    let e = if p.abs() < EXACT_PRODUCTS { f64::NAN } else { e };
    settle_down(p, e, a.is_finite() && b.is_finite())
}

/// a b rounded up.
pub(super) fn mul_up(a: f64, b: f64) -> f64 {
    -mul_down(-a, b)
}

/// a / b rounded down, b != 0; inf / inf, of which the caller has no use, is NaN.
pub(super) fn div_down(a: f64, b: f64) -> f64 {
    let q = a / b;
    if a == 0.0 || b.is_infinite() || a.is_infinite() {
        return if b.is_infinite() && q == 0.0 && (a < 0.0) != (b < 0.0) && a != 0.0 { -0.0 } else { q };
    }
    if q.is_infinite() {
        return settle_down(q, 0.0, true);
    }
    let (p, e) = two_product(q, b);
    let exact = p.abs() >= EXACT_PRODUCTS && p.is_finite() && q.abs() >= f64::MIN_POSITIVE;
    // a - q b, of which the sign counts; exact for a rounded quotient
    let rest = (a - p) - e;
    let error = if exact { rest * 1f64.copysign(b) } else { f64::NAN };
    settle_down(q, error, true)
}

/// a / b rounded up, b != 0.
pub(super) fn div_up(a: f64, b: f64) -> f64 {
    -div_down(-a, b)
}

/// The root of x >= 0 rounded down.
pub(super) fn sqrt_down(x: f64) -> f64 {
    match sqrt_error(x) {
        (root, error) if !(error >= 0.0) => root.next_down(),
        (root, _) => root,
    }
}

/// The root of x >= 0 rounded up.
pub(super) fn sqrt_up(x: f64) -> f64 {
    match sqrt_error(x) {
        (root, error) if !(error <= 0.0) => root.next_up(),
        (root, _) => root,
    }
}

/// The rounded root r and the sign of x - r^2.
fn sqrt_error(x: f64) -> (f64, f64) {
    let root = x.sqrt();
    if x == 0.0 || !x.is_finite() {
        return (root, 0.0);
    }
    let (p, e) = two_product(root, root);
    let error = if p >= EXACT_PRODUCTS { (x - p) - e } else { f64::NAN };
    (root, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_results_stay_and_others_are_one_apart() {
        assert_eq!((add_down(1.0, 2.0), add_up(1.0, 2.0)), (3.0, 3.0));
        assert_eq!((add_down(1.0, 1e-30), add_up(1.0, 1e-30)), (1.0, 1f64.next_up()));
        assert_eq!((add_down(1.0, -1e-30), add_up(1.0, -1e-30)), (1f64.next_down(), 1.0));
        assert_eq!((mul_down(3.0, -7.0), mul_up(3.0, -7.0)), (-21.0, -21.0));
        assert_eq!((div_down(1.0, 4.0), div_up(1.0, 4.0)), (0.25, 0.25));
        // the f64 1/3 is below a third
        assert_eq!((div_down(1.0, 3.0), div_up(1.0, 3.0)), (1.0 / 3.0, (1.0f64 / 3.0).next_up()));
        assert_eq!((div_down(-1.0, 3.0), div_up(1.0, -3.0)), ((-1.0f64 / 3.0).next_down(), -1.0 / 3.0));
        // 0.1 * 10 is 1.000...000555 exactly, rounded to 1
        assert_eq!((mul_down(0.1, 10.0), mul_up(0.1, 10.0)), (1.0, 1f64.next_up()));
        assert_eq!((sqrt_down(9.0), sqrt_up(9.0)), (3.0, 3.0));
        // the f64 sqrt(2) is above the root by 9.7e-17
        assert_eq!((sqrt_down(2.0), sqrt_up(2.0)), (2f64.sqrt().next_down(), 2f64.sqrt()));
    }

    #[test]
    fn overflow_and_underflow_are_bounds() {
        assert_eq!((add_down(f64::MAX, f64::MAX), add_up(f64::MAX, f64::MAX)), (f64::MAX, f64::INFINITY));
        assert_eq!((mul_down(1e300, 1e300), mul_up(1e300, -1e300)), (f64::MAX, -f64::MAX));
        assert_eq!((div_down(1e300, 1e-300), div_up(1e300, 1e-300)), (f64::MAX, f64::INFINITY));
        let (low, high) = (mul_down(1e-200, 1e-200), mul_up(1e-200, 1e-200));
        assert!(low <= 0.0 && high > 0.0);
        let (low, high) = (div_down(5e-324, 3.0), div_up(5e-324, 3.0));
        assert!(low <= 0.0 && high > 0.0);
        assert_eq!(mul_up(0.0, f64::INFINITY), 0.0);
        assert_eq!(div_up(1.0, f64::INFINITY), 0.0);
        assert_eq!(div_down(f64::NEG_INFINITY, 2.0), f64::NEG_INFINITY);
    }
}
