//! Whole numbers and remainders.

use crate::numeric::block::kernel;

/// Largest whole number not above x.
#[inline(always)]
pub fn floor(x: f64) -> f64 {
    x.floor()
}
/// Smallest whole number not below x.
#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    x.ceil()
}
/// Nearest whole number, halves to the even one.
#[inline(always)]
pub fn round(x: f64) -> f64 {
    x.round_ties_even()
}
/// The remainder x - y floor(x/y), exact as Python's `%`: it has the sign of y. Undefined for y = 0 and infinite x.
#[inline(always)]
pub fn modulo(x: f64, y: f64) -> f64 {
    if y == 0.0 {
        return f64::NAN;
    }
    let r = x % y; // IEEE: exact, with the sign of x
    if r != 0.0 && (r < 0.0) != (y < 0.0) {
        r + y
    } else if r == 0.0 {
        0.0_f64.copysign(y)
    } else {
        r
    }
}

kernel!(FLOOR, floor, 1);
kernel!(CEIL, ceil, 1);
kernel!(ROUND, round, 1);
kernel!(MOD, modulo, 2);
