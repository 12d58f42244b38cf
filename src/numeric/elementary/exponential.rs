//! Exponentials, logarithms and their kin: branch-free, so that loops over them become vectors. `log` to a base alone is
//! not.

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
pub(super) fn scale(x: f64, n: f64) -> f64 {
    let half = (0.5 * n + SHIFTER) - SHIFTER;
    x * power_of_two(half) * power_of_two(n - half)
}

/// n, r and t with x = n ln 2 + r + t, |r| <= ln(2)/2 and t below the digits of r (Cody and Waite 1980, chapter 6).
#[inline(always)]
fn reduce(x: f64) -> (f64, f64, f64) {
    let shifted = x * std::f64::consts::LOG2_E + SHIFTER;
    let n = shifted - SHIFTER;
    // exact by the zero bits of LN2_HI; the low part keeps what its subtraction rounds away
    let hi = x - n * LN2_HI;
    let lo = n * LN2_LO;
    let r = hi - lo;
    (n, r, (hi - r) - lo)
}

/// e^r - 1 - r for |r| <= ln(2)/2: the sum of r^k/k!, k = 2..13; the first term left out is below 5e-18.
#[inline(always)]
pub(super) fn series(r: f64) -> f64 {
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
    r * r * p
}

/// e^x, at most 1 ulp off.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // beyond these ends the result is 0 or inf; a NaN fails both comparisons and stays
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let (n, r, tail) = reduce(x);
    scale(1.0 + (r + (series(r) + tail)), n)
}

/// e^x / 2 for 0 <= x < 711, which does not overflow before cosh does.
#[inline(always)]
pub(super) fn half_exp(x: f64) -> f64 {
    let (n, r, tail) = reduce(x);
    scale(1.0 + (r + (series(r) + tail)), n - 1.0)
}

/// (e^x - 1)/4 for |x| <= 710.5 as a sum of two, the first the larger: a quarter, so that sinh can be made of it where e^x
/// overflows. Not for the smallest numbers, a quarter of which is not exact.
#[inline(always)]
pub(super) fn quarter_expm1(x: f64) -> (f64, f64) {
    let (n, r, tail) = reduce(x);
    // 2^n (1 + r + ...) - 1 is (2^n - 1) + 2^n r and a rest; the first is 0 or the larger one, so their sum's error is exact
    let u = power_of_two(n - 2.0);
    let whole = u - 0.25;
    let part = u * r;
    let sum = whole + part;
    let lost = part - (sum - whole);
    (sum, lost + u * (series(r) + tail))
}

/// Below this x^2 is lost beside x.
pub(super) const TINY: f64 = 5.551_115_123_125_783e-17; // 2^-54

/// e^x - 1 without cancellation near 0, at most 1 ulp off.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    let held = if x > 710.0 { 710.0 } else { x };
    let held = if held < -50.0 { -50.0 } else { held };
    let (sum, rest) = quarter_expm1(held);
    let value = 4.0 * (sum + rest);
    if x.abs() < TINY { x } else { value }
}

/// k and m with x = 2^k m and m between sqrt(1/2) and sqrt(2), for a normal x > 0.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let bits = x.to_bits();
    let root = 0x3fe6_a09e_667f_3bcd_u64; // sqrt(1/2)
    // the exponent with its bias, so that it is positive; as a double by the bits of 2^52 + e
    let biased = bits.wrapping_sub(root).wrapping_add(1023 << 52) >> 52;
    let m = f64::from_bits(bits.wrapping_sub(biased << 52).wrapping_add(1023 << 52));
    (f64::from_bits(0x4330_0000_0000_0000 | biased) - 4_503_599_627_371_519.0, m)
}

/// [`split`] for every x > 0: the smallest numbers are brought into range.
#[inline(always)]
fn split_any(x: f64) -> (f64, f64) {
    let small = x < f64::MIN_POSITIVE;
    let (k, m) = split(if small { x * 18_014_398_509_481_984.0 } else { x }); // 2^54
    (k + if small { -54.0 } else { 0.0 }, m)
}

/// f^2/2 and c with ln(1 + f) = f - (f^2/2 - c), for 1 + f between sqrt(1/2) and sqrt(2): fdlibm's e_log.c, s = f/(2 + f).
#[inline(always)]
fn ln_parts(f: f64) -> (f64, f64) {
    const L: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w * (L[1] + w * (L[3] + w * L[5]));
    let even = z * (L[0] + w * (L[2] + w * (L[4] + w * L[6])));
    let half = 0.5 * f * f;
    (half, s * (half + (odd + even)))
}

/// `value` for 0 < x < inf, x for x = inf, NaN elsewhere.
#[inline(always)]
fn defined(x: f64, value: f64) -> f64 {
    let value = if x == f64::INFINITY { x } else { value };
    if x > 0.0 { value } else { f64::NAN }
}

/// Natural logarithm, undefined for x <= 0; at most 1 ulp off.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (k, m) = split_any(x);
    let f = m - 1.0;
    let (half, c) = ln_parts(f);
    defined(x, k * LN2_HI - ((half - (c + k * LN2_LO)) - f))
}

/// ln(1 + x) without cancellation near 0, undefined for x <= -1; at most 1 ulp off.
#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    let u = 1.0 + x;
    // what the sum has lost counts by its share of u
    let back = u - 1.0;
    let lost = (1.0 - (u - back)) + (x - back);
    let (k, m) = split(u);
    let f = m - 1.0;
    let (half, c) = ln_parts(f);
    let value = k * LN2_HI - ((half - (c + (k * LN2_LO + lost / u))) - f);
    let value = if x.abs() < TINY { x } else { value };
    defined(u, value)
}

/// A number's first 26 bits: the product of two such is exact.
#[inline(always)]
pub(super) fn head(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_f800_0000)
}

/// k times `step` (in two parts) plus ln(m) times `unit` (in two parts), for x = 2^k m: a logarithm to another base.
#[inline(always)]
fn log_by(x: f64, step: (f64, f64), unit: (f64, f64)) -> f64 {
    let (k, m) = split_any(x);
    let f = m - 1.0;
    let (half, c) = ln_parts(f);
    // ln(m) as hi + lo, so that its product with the unit keeps all digits
    let hi = head(f - half);
    let lo = ((f - hi) - half) + c;
    let first = k * step.0;
    let second = hi * unit.0;
    let sum = first + second;
    // the larger of the two is the first, or it is 0
    let lost = (first - sum) + second;
    defined(x, sum + (lost + (k * step.1 + (lo + hi) * unit.1 + lo * unit.0)))
}

/// Logarithm to base 2, undefined for x <= 0; exact for powers of two.
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    log_by(x, (1.0, 0.0), (1.442_695_021_629_333_5, 1.925_962_991_126_617_5e-8))
}

/// Logarithm to base 10, undefined for x <= 0.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    log_by(
        x,
        (3.010_299_950_838_089e-1, 5.801_722_962_879_576e-10),
        (4.342_944_771_051_407e-1, 4.798_111_141_615_973e-9),
    )
}

/// 2^x, at most 1 ulp off; exact for whole numbers.
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let x = if x > 1025.0 { 1025.0 } else { x };
    let x = if x < -1080.0 { -1080.0 } else { x };
    let n = (x + SHIFTER) - SHIFTER;
    let r = (x - n) * std::f64::consts::LN_2;
    scale(1.0 + (r + series(r)), n)
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
    if (quotient - whole).abs() <= 4.0 * f64::EPSILON * whole.abs() && super::power::pow(b, whole) == x {
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
    let tail = log1p(exp(-x.abs()));
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
