//! Arithmetic, roots and the smallest and largest of two.

use crate::numeric::block::kernel;

/// x + y
#[inline(always)]
pub fn add(x: f64, y: f64) -> f64 {
    x + y
}
/// x - y
#[inline(always)]
pub fn sub(x: f64, y: f64) -> f64 {
    x - y
}
/// x y
#[inline(always)]
pub fn mul(x: f64, y: f64) -> f64 {
    x * y
}
/// x/y, undefined for y = 0.
#[inline(always)]
pub fn div(x: f64, y: f64) -> f64 {
    if y == 0.0 { f64::NAN } else { x / y }
}
/// -x
#[inline(always)]
pub fn neg(x: f64) -> f64 {
    -x
}
/// 1/x, undefined for x = 0.
#[inline(always)]
pub fn recip(x: f64) -> f64 {
    div(1.0, x)
}
/// x^2: rounded once.
#[inline(always)]
pub fn square(x: f64) -> f64 {
    x * x
}
/// x^3: rounded twice, at most 1 ulp off where x^2 is in range; beyond that x^3 is out of range, or below 1e-460.
#[inline(always)]
pub fn cube(x: f64) -> f64 {
    x * x * x
}
/// |x|
#[inline(always)]
pub fn abs(x: f64) -> f64 {
    x.abs()
}
/// -1, 0 or 1.
#[inline(always)]
pub fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x // 0, -0, NaN
    }
}
/// The smaller; NaN if either is.
#[inline(always)]
pub fn min(x: f64, y: f64) -> f64 {
    let least = if y < x { y } else { x };
    if y.is_nan() { y } else { least }
}
/// The larger; NaN if either is.
#[inline(always)]
pub fn max(x: f64, y: f64) -> f64 {
    let most = if y > x { y } else { x };
    if y.is_nan() { y } else { most }
}
/// x held between lo and hi; undefined for lo > hi.
#[inline(always)]
pub fn clamp(x: f64, lo: f64, hi: f64) -> f64 {
    let held = min(max(x, lo), hi);
    if lo <= hi { held } else { f64::NAN }
}
/// max(0, x)
#[inline(always)]
pub fn relu(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}
/// Square root, undefined for x < 0: correctly rounded.
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}
/// Real cube root.
#[inline(always)]
pub fn cbrt(x: f64) -> f64 {
    libm::cbrt(x)
}
/// sqrt(x^2 + y^2) without overflow on the way.
#[inline(always)]
pub fn hypot(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { libm::hypot(x, y) }
}

kernel!(ADD, add, 2);
kernel!(SUB, sub, 2);
kernel!(MUL, mul, 2);
kernel!(DIV, div, 2);
kernel!(NEG, neg, 1);
kernel!(RECIP, recip, 1);
kernel!(SQUARE, square, 1);
kernel!(CUBE, cube, 1);
kernel!(ABS, abs, 1);
kernel!(SIGN, sign, 1);
kernel!(MIN, min, 2);
kernel!(MAX, max, 2);
kernel!(CLAMP, clamp, 3);
kernel!(RELU, relu, 1);
kernel!(SQRT, sqrt, 1);
kernel!(CBRT, cbrt, 1);
kernel!(HYPOT, hypot, 2);
