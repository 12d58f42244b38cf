//! Hyperbolic functions, their inverses, and the error function.

use super::exponential::{TINY, half_exp, quarter_expm1};
use crate::numeric::block::kernel;

/// Hyperbolic sine, at most 2 ulp off. With h = (e^|x| - 1)/2 it is h + h/(2h + 1).
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let size = x.abs();
    let held = if size > 710.5 { 710.5 } else { size };
    let (sum, rest) = quarter_expm1(held);
    let h = 2.0 * (sum + rest);
    // the quotient is 1/2 there, and its denominator may be infinite
    let value = if size > 50.0 { h } else { h + h / (2.0 * h + 1.0) };
    if size < TINY { x } else { value.copysign(x) }
}
/// Hyperbolic cosine, at most 2 ulp off.
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let size = x.abs();
    let half = half_exp(if size > 710.5 { 710.5 } else { size });
    half + 0.25 / half
}
/// Hyperbolic tangent, at most 1.5 ulp off. With e = e^|2x| - 1 it is e/(e + 2), or 1 - 2/(e + 2) where that rounds less.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let size = x.abs();
    let held = if size > 22.0 { 22.0 } else { size };
    let (sum, rest) = quarter_expm1(2.0 * held);
    let (sum, rest) = (4.0 * sum, 4.0 * rest);
    let e = sum + rest;
    let d = e + 2.0;
    let large = e > 2.0;
    let quotient = if large { 2.0 } else { e } / d;
    // what e and its denominator have lost; 1/d is (1 - quotient)/2
    let e_lost = (sum - e) + rest;
    let d_lost = ((2.0 - d) + e) + e_lost;
    let small = quotient + (e_lost - quotient * d_lost) * (0.5 - 0.5 * quotient);
    let value = if large { 1.0 - quotient } else { small };
    if size < TINY { x } else { value.copysign(x) }
}
/// Inverse hyperbolic sine.
#[inline(always)]
pub fn asinh(x: f64) -> f64 {
    libm::asinh(x)
}
/// Inverse hyperbolic cosine, undefined for x < 1.
#[inline(always)]
pub fn acosh(x: f64) -> f64 {
    if x >= 1.0 { libm::acosh(x) } else { f64::NAN }
}
/// Inverse hyperbolic tangent, undefined for |x| >= 1.
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    if x.abs() < 1.0 { libm::atanh(x) } else { f64::NAN }
}
/// Error function.
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}
/// 1 - erf(x) without cancellation.
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

kernel!(SINH, sinh, 1);
kernel!(COSH, cosh, 1);
kernel!(TANH, tanh, 1);
kernel!(ASINH, asinh, 1);
kernel!(ACOSH, acosh, 1);
kernel!(ATANH, atanh, 1);
kernel!(ERF, erf, 1);
kernel!(ERFC, erfc, 1);
