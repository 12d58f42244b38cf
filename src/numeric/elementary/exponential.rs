//! Exponentials, logarithms and their kin. `exp` and `ln` are branch-free and vectorise.

use crate::numeric::block::kernel;

/// 1.5 * 2^52: adding it rounds to a whole number, which then stands in the lowest bits.
const SHIFTER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first with 21 trailing zero bits, so that n*LN2_HI is exact for |n| < 2^20 (fdlibm, e_exp.c).
const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;

/// 2^n for a whole number n in -1022..=1023: the exponent's bits come from a sum with the shifter, which vectorises where
/// conversions to whole numbers do not.
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    f64::from_bits((n + (SHIFTER + 1023.0)).to_bits() << 52)
}

/// x 2^n for |n| <= 2040, in two steps, so that a subnormal result is rounded once.
#[inline(always)]
fn scale(x: f64, n: f64) -> f64 {
    let half = (0.5 * n + SHIFTER) - SHIFTER;
    x * power_of_two(half) * power_of_two(n - half)
}

/// e^x, at most 1 ulp off. Reduction by multiples of ln 2 in two parts (Cody and Waite 1980, chapter 6), then the series.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // beyond these ends the result is 0 or inf; a NaN fails both comparisons and stays
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + SHIFTER;
    let n = shifted - SHIFTER;
    // exact by the zero bits of LN2_HI; the low part keeps what its subtraction rounds away
    let hi = x - n * LN2_HI;
    let lo = n * LN2_LO;
    let r = hi - lo;
    let tail = (hi - r) - lo;
    // sum of r^k/k!, k = 2..13: the first term left out is below 5e-18 for |r| <= ln(2)/2
    let mut p = 1.0 / 6_227_020_800.0;
    p = p * r + 1.0 / 479_001_600.0;
    p = p * r + 1.0 / 39_916_800.0;
    p = p * r + 1.0 / 3_628_800.0;
    p = p * r + 1.0 / 362_880.0;
    p = p * r + 1.0 / 40_320.0;
    p = p * r + 1.0 / 5_040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    let series = 1.0 + (r + (r * r * p + tail));
    scale(series, n)
}

/// Natural logarithm, undefined for x <= 0; at most 1 ulp off. After fdlibm's e_log.c: x = 2^k (1 + f), s = f/(2 + f).
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const L: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    // subnormal numbers are brought into range
    let small = x < f64::MIN_POSITIVE;
    let y = if small { x * 18_014_398_509_481_984.0 } else { x }; // 2^54
    let offset = if small { -54.0 } else { 0.0 };
    // the mantissa between sqrt(1/2) and sqrt(2)
    let bits = y.to_bits();
    let root = 0x3fe6_a09e_667f_3bcd_u64; // sqrt(1/2)
    // the exponent with its bias, so that it is positive; as a double by the bits of 2^52 + e
    let biased = bits.wrapping_sub(root).wrapping_add(1023 << 52) >> 52;
    let m = f64::from_bits(bits.wrapping_sub(biased << 52).wrapping_add(1023 << 52));
    let k = (f64::from_bits(0x4330_0000_0000_0000 | biased) - 4_503_599_627_371_519.0) + offset;
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w * (L[1] + w * (L[3] + w * L[5]));
    let even = z * (L[0] + w * (L[2] + w * (L[4] + w * L[6])));
    let r = odd + even;
    let half = 0.5 * f * f;
    let value = k * LN2_HI - ((half - (s * (half + r) + k * LN2_LO)) - f);
    let value = if x == f64::INFINITY { x } else { value };
    if x > 0.0 { value } else { f64::NAN }
}

/// 2^x.
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    libm::exp2(x)
}
/// e^x - 1 without cancellation near 0.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    libm::expm1(x)
}
/// Logarithm to base 2, undefined for x <= 0.
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    if x > 0.0 { libm::log2(x) } else { f64::NAN }
}
/// Logarithm to base 10, undefined for x <= 0.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    if x > 0.0 { libm::log10(x) } else { f64::NAN }
}
/// ln(1 + x) without cancellation near 0, undefined for x <= -1.
#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    if x > -1.0 { libm::log1p(x) } else { f64::NAN }
}
/// Logarithm of x to a base b > 0, b != 1; exact where x is a whole power of b.
#[inline(always)]
pub fn log(x: f64, b: f64) -> f64 {
    if !(x > 0.0 && b > 0.0 && b != 1.0) {
        return f64::NAN;
    }
    if b == 2.0 {
        return log2(x);
    }
    if b == 10.0 {
        return log10(x);
    }
    let (top, bottom) = (ln(x), ln(b));
    let quotient = top / bottom;
    // log(125, 5) is 3, not 3.0000000000000004
    let whole = quotient.round_ties_even();
    if (quotient - whole).abs() <= 4.0 * f64::EPSILON * whole.abs() && libm::pow(b, whole) == x {
        whole
    } else {
        quotient
    }
}
/// 1/(1 + e^-x), without overflow at either end.
#[inline(always)]
pub fn sigmoid(x: f64) -> f64 {
    // e^-|x| <= 1; for x < 0 the quotient is e^x/(1 + e^x), which keeps its digits
    let e = exp(-x.abs());
    let top = if x < 0.0 { e } else { 1.0 };
    top / (1.0 + e)
}
/// ln(1 + e^x), without overflow at either end.
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    let tail = libm::log1p(exp(-x.abs()));
    if x > 0.0 { x + tail } else { tail }
}

kernel!(EXP, exp, 1);
kernel!(LN, ln, 1);
kernel!(EXP2, exp2, 1);
kernel!(EXPM1, expm1, 1);
kernel!(LOG2, log2, 1);
kernel!(LOG10, log10, 1);
kernel!(LOG1P, log1p, 1);
kernel!(LOG, log, 2);
kernel!(SIGMOID, sigmoid, 1);
kernel!(SOFTPLUS, softplus, 1);
