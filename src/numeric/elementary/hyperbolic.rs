//! Hyperbolic functions, their inverses, and the error function.

use crate::numeric::block::kernel;

/// Hyperbolic sine.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    libm::sinh(x)
}
/// Hyperbolic cosine.
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    libm::cosh(x)
}
/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
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
