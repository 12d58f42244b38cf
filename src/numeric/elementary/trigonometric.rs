//! Trigonometric functions and their inverses, in radians. `sin`, `cos` and `tan` vectorise for |x| < 10^6, `atan`
//! everywhere.

use super::exponential::head;
use crate::numeric::block::kernel;

const SHIFTER: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
/// pi/2 in three parts of 33 bits and a rest (fdlibm, e_rem_pio2.c): n times a part is exact for |n| < 2^20.
const HALF_PI_1: f64 = f64::from_bits(0x3ff9_21fb_5440_0000);
const HALF_PI_2: f64 = f64::from_bits(0x3dd0_b461_1a60_0000);
const HALF_PI_3: f64 = f64::from_bits(0x3ba3_198a_2e00_0000);
const HALF_PI_REST: f64 = f64::from_bits(0x397b_839a_2520_49c1);

/// Where three parts of pi/2 are enough: n < 2^20.
#[inline(always)]
fn covers(x: f64) -> bool {
    x.abs() < 1e6
}

/// The multiple n of pi/2 nearest to x, and x - n pi/2 as a sum of two numbers.
#[inline(always)]
fn reduce(x: f64) -> (u64, f64, f64) {
    let shifted = x * std::f64::consts::FRAC_2_PI + SHIFTER;
    let n = shifted - SHIFTER;
    // each difference is exact or its rounding error is kept
    let a = x - n * HALF_PI_1;
    let w = n * HALF_PI_2;
    let b = a - w;
    let lost = (a - b) - w;
    let w = n * HALF_PI_3;
    let c = b - w;
    let lost = lost + ((b - c) - w) - n * HALF_PI_REST;
    let high = c + lost;
    let low = (c - high) + lost;
    (shifted.to_bits(), high, low)
}

/// sin(x + y) for |x| <= pi/4 and a tiny y (fdlibm, k_sin.c).
#[inline(always)]
fn kernel_sin(x: f64, y: f64) -> f64 {
    let z = x * x;
    let r = 8.333_333_333_322_49e-3
        + z * (-1.984_126_982_985_795e-4
            + z * (2.755_731_370_707_006_8e-6 + z * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10)));
    let v = z * x;
    x - ((z * (0.5 * y - v * r) - y) - v * -1.666_666_666_666_663_2e-1)
}

/// cos(x + y) for |x| <= pi/4 and a tiny y (fdlibm, k_cos.c, in the form of FreeBSD).
#[inline(always)]
fn kernel_cos(x: f64, y: f64) -> f64 {
    let z = x * x;
    let w = z * z;
    let r = z * (4.166_666_666_666_66e-2 + z * (-1.388_888_888_887_411e-3 + z * 2.480_158_728_947_673e-5))
        + w * w * (-2.755_731_435_139_066_3e-7 + z * (2.087_572_321_298_175e-9 + z * -1.135_964_755_778_819_5e-11));
    let half = 0.5 * z;
    let w = 1.0 - half;
    w + (((1.0 - w) - half) + (z * r - x * y))
}

#[inline(always)]
fn quadrant(quarter: u64, x: f64, y: f64) -> f64 {
    let (s, c) = (kernel_sin(x, y), kernel_cos(x, y));
    let value = if quarter & 1 == 0 { s } else { c };
    if quarter & 2 == 0 { value } else { -value }
}

#[inline(always)]
fn sin_fast(x: f64) -> f64 {
    let (n, high, low) = reduce(x);
    let value = quadrant(n, high, low);
    // keeps the sign of -0, and x itself where x^3 is lost
    if x.abs() < 1e-300 { x } else { value }
}

#[inline(always)]
fn cos_fast(x: f64) -> f64 {
    let (n, high, low) = reduce(x);
    quadrant(n.wrapping_add(1), high, low)
}

/// Sine, at most 1 ulp off; undefined at infinity.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    if covers(x) { sin_fast(x) } else { libm::sin(x) }
}
/// Cosine, at most 1 ulp off; undefined at infinity.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    if covers(x) { cos_fast(x) } else { libm::cos(x) }
}
/// tan(x + y) = x + x^3 p(x^2) + ... for |x| <= pi/4 and a tiny y, in odd quadrants -1 over it.
#[inline(always)]
fn tan_fast(x: f64) -> f64 {
    let (n, high, low) = reduce(x);
    let z = high * high;
    // (tan(x) - x)/x^3 in powers of x^2, to 6e-18 (mpmath's chebyfit)
    let p = 8.483_351_189_811_098e-6;
    let p = p * z - 1.831_535_915_170_614_7e-5;
    let p = p * z + 3.651_621_219_866_061e-5;
    let p = p * z - 1.101_364_614_730_713_4e-5;
    let p = p * z + 5.558_787_048_601_306e-5;
    let p = p * z + 8.998_519_160_692_119e-5;
    let p = p * z + 2.412_263_573_876_882_5e-4;
    let p = p * z + 5.895_756_052_271_365e-4;
    let p = p * z + 1.455_902_739_204_505_1e-3;
    let p = p * z + 3.592_120_980_544_247_7e-3;
    let p = p * z + 8.863_236_003_487_077e-3;
    let p = p * z + 2.186_948_851_707_432_4e-2;
    let p = p * z + 5.396_825_396_865_546e-2;
    let p = p * z + 1.333_333_333_333_3e-1;
    let p = p * z + 3.333_333_333_333_333e-1;
    // the tangent as a sum of two: low counts by the slope 1 + tan^2
    let rest = z * high * p;
    let t = high + rest;
    let rest = (rest - (t - high)) + low * (1.0 + t * t);
    let direct = t + rest;
    // -1/(t + rest): heads have exact products, so what the quotient lacks is known
    let quotient = -1.0 / t;
    let (q, h) = (head(quotient), head(t));
    let lack = (1.0 + q * h) + q * ((t - h) + rest);
    let inverse = q + quotient * lack;
    let value = if n & 1 == 0 { direct } else { inverse };
    if x.abs() < 1e-300 { x } else { value }
}
/// Tangent, at most 1.1 ulp off; undefined at infinity.
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    if covers(x) { tan_fast(x) } else { libm::tan(x) }
}
/// Inverse sine, undefined for |x| > 1.
#[inline(always)]
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}
/// Inverse cosine, undefined for |x| > 1.
#[inline(always)]
pub fn acos(x: f64) -> f64 {
    libm::acos(x)
}
/// Inverse tangent, at most 1 ulp off. The angle from 0, pi/4 or pi/2, whichever is within pi/8.
#[inline(always)]
pub fn atan(x: f64) -> f64 {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};
    const LO: f64 = 3.061_616_997_868_383e-17; // pi/4 - FRAC_PI_4
    let t = x.abs();
    let (middle, far) = (t > 0.414_213_562_373_095_03, t > 2.414_213_562_373_095);
    let (base, low) = if middle { (FRAC_PI_4, LO) } else { (0.0, 0.0) };
    let (base, low) = if far { (FRAC_PI_2, 2.0 * LO) } else { (base, low) };
    let (top, bottom) = if middle { (t - 1.0, t + 1.0) } else { (t, 1.0) };
    let (top, bottom) = if far { (-1.0, t) } else { (top, bottom) };
    let y = top / bottom;
    let z = y * y;
    // (atan(y) - y)/y^3 in powers of y^2, to 1e-17 (mpmath's chebyfit)
    let p = 1.628_572_921_780_781_6e-2;
    let p = p * z - 3.457_053_704_310_783_5e-2;
    let p = p * z + 4.551_592_250_943_698_6e-2;
    let p = p * z - 5.230_454_058_072_210_6e-2;
    let p = p * z + 5.878_928_968_971_856e-2;
    let p = p * z - 6.666_424_883_227_998e-2;
    let p = p * z + 7.692_296_374_892_38e-2;
    let p = p * z - 9.090_908_753_496_044e-2;
    let p = p * z + 1.111_111_110_515_535e-1;
    let p = p * z - 1.428_571_428_565_982_6e-1;
    let p = p * z + 1.999_999_999_999_980_4e-1;
    let p = p * z - 3.333_333_333_333_333e-1;
    let value = base + (y + (z * y * p + low));
    // keeps the sign of -0 and the smallest numbers
    if t < 1e-9 { x } else { value.copysign(x) }
}
/// The angle of the point (x, y) in [-pi, pi]; undefined at the origin. Written atan2(y, x).
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    if y == 0.0 && x == 0.0 { f64::NAN } else { libm::atan2(y, x) }
}

kernel!(SIN, sin, 1, sin_fast, covers);
kernel!(COS, cos, 1, cos_fast, covers);
kernel!(TAN, tan, 1, tan_fast, covers);
kernel!(ASIN, asin, 1);
kernel!(ACOS, acos, 1);
kernel!(ATAN, atan, 1);
kernel!(ATAN2, atan2, 2);
