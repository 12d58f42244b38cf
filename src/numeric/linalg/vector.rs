//! Norms that neither overflow nor underflow.

use crate::numeric::sum::Dd;

/// The largest |x_i|, 0 for none; NaN if one is NaN.
pub(super) fn max_abs(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |largest: f64, v| {
        let v = v.abs();
        // the comparison is false for a NaN on either side, which then stays
        if v <= largest || largest.is_nan() { largest } else { v }
    })
}

/// The power of two 2^-e that brings `x` into \[1, 2), for finite x > 0 (as near as the exponents' range allows).
pub(super) fn inverse_scale(x: f64) -> f64 {
    let exponent = (x.to_bits() >> 52 & 0x7ff) as i64 - 1023;
    let wanted = (-exponent).clamp(-1022, 1023);
    f64::from_bits(((wanted + 1023) as u64) << 52)
}

/// The Euclidean norm, correct to an ulp wherever it is representable. NaN if an entry is NaN (even beside an infinite one).
///
/// Scaled by a power of two; the squares are summed in double-double.
pub fn norm2(x: &[f64]) -> f64 {
    let largest = max_abs(x);
    if largest == 0.0 || !largest.is_finite() {
        return if x.iter().any(|v| v.is_nan()) { f64::NAN } else { largest };
    }
    let scale = inverse_scale(largest);
    let mut squares = Dd::ZERO;
    for &v in x {
        let v = v * scale;
        squares += Dd::product_of(v, v);
    }
    squares.sqrt().to_f64() / scale
}

/// x/|x|, or `None` where the norm is 0, infinite or NaN.
pub fn unit(x: &[f64]) -> Option<Vec<f64>> {
    let largest = max_abs(x);
    if largest == 0.0 || !largest.is_finite() {
        return None;
    }
    // scaled first: the norm itself may overflow, and subnormal entries have too few digits to divide by
    let scale = inverse_scale(largest);
    let scaled: Vec<f64> = x.iter().map(|v| v * scale).collect();
    let norm = norm2(&scaled);
    Some(scaled.iter().map(|v| v / norm).collect())
}
