//! The logarithm of the gamma function and its derivatives.
//!
//! NIST Digital Library of Mathematical Functions, chapter 5 (5.5.3 reflection, 5.11 asymptotics, 5.15 polygamma) and 25.11
//! (Hurwitz zeta). Near their zeros the functions are right to 1e-15 absolutely, elsewhere to 2 units in the last place.

use super::{floor, ln, pow, round};
use crate::numeric::block::kernel;
use crate::numeric::sum::Dd;

/// B_2m/(2m), m = 1..9.
const STIRLING: [f64; 9] = [
    8.333_333_333_333_333e-2,
    -8.333_333_333_333_333e-3,
    3.968_253_968_253_968e-3,
    -4.166_666_666_666_667e-3,
    7.575_757_575_757_576e-3,
    -2.109_279_609_279_609_4e-2,
    8.333_333_333_333_333e-2,
    -4.432_598_039_215_686e-1,
    3.053_954_330_270_12,
];
/// B_2m/(2m)!, m = 1..12.
const MACLAURIN: [f64; 12] = [
    8.333_333_333_333_333e-2,
    -1.388_888_888_888_889e-3,
    3.306_878_306_878_307e-5,
    -8.267_195_767_195_767e-7,
    2.087_675_698_786_81e-8,
    -5.284_190_138_687_493e-10,
    1.338_253_653_068_468e-11,
    -3.389_680_296_322_583e-13,
    8.586_062_056_277_845e-15,
    -2.174_868_698_558_062e-16,
    5.509_002_828_360_23e-18,
    -1.395_446_468_581_252_3e-19,
];
/// The positive zero of digamma in two parts.
const ZERO: f64 = 1.461_632_144_968_362_2;
const ZERO_REST: f64 = 9.549_995_429_965_697e-17;
/// digamma(x)/(x - zero) on [1, 2] in powers of 2x - 3: a Chebyshev series of degree 22, error below 3e-18.
const NEAR_ZERO: [f64; 23] = [
    0.951_055_876_031_832_8,
    -0.211_813_710_640_730_3,
    0.060_135_621_060_196_84,
    -0.018_550_615_381_735_008,
    0.005_936_795_278_301_761,
    -0.001_935_066_664_861_307_1,
    0.000_636_888_030_386_581_7,
    -0.000_210_748_411_381_755_61,
    6.995_018_825_112_794e-5,
    -2.325_824_251_911_328_5e-5,
    7.741_234_508_636_364e-6,
    -2.578_093_954_045_772e-6,
    8.589_060_721_930_695e-7,
    -2.863_161_166_883_193e-7,
    9.543_298_288_278_275e-8,
    -3.162_911_147_408_454e-8,
    1.052_769_243_502_668_6e-8,
    -3.708_375_324_280_727_7e-9,
    1.246_998_461_670_740_3e-9,
    -2.758_099_481_437_7e-10,
    8.734_528_429_142_953e-11,
    -8.505_507_660_132_61e-11,
    2.918_622_732_168_261e-11,
];

/// Whether x is a pole: 0, -1, -2, ...
fn is_pole(x: f64) -> bool {
    x <= 0.0 && x.trunc() == x
}

/// pi cot(pi x), by the distance to the nearest whole number, which is exact.
fn pi_cot(x: f64) -> f64 {
    let d = x - round(x);
    let t = std::f64::consts::PI * d;
    if d.abs() == 0.5 { 0.0 } else { std::f64::consts::PI * (libm::cos(t) / libm::sin(t)) }
}

/// ln |Gamma(x)|, undefined at 0, -1, -2, ...
pub fn lgamma(x: f64) -> f64 {
    if x.is_nan() || is_pole(x) {
        return f64::NAN;
    }
    if x > 0.0 {
        return libm::lgamma(x);
    }
    if x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x > -25.0 {
        // Gamma(x) = Gamma(x + n + 1)/(x (x+1) ... (x+n)), the product in twice the digits: where it is near 1 the
        // logarithm has its zero
        let n = -round(x);
        let rest = Dd::from(x) + Dd::from(n); // in [-1/2, 1/2], exact
        let mut product = Dd::from(1.0);
        let mut k = 0.0;
        while k <= n {
            product = product * (rest - Dd::from(k));
            k += 1.0;
        }
        let p = product.to_f64();
        let correction = (product - Dd::from(p)).to_f64() / p;
        let ln_product =
            if (p.abs() - 1.0).abs() < 0.5 { libm::log1p(p.abs() - 1.0) } else { ln(p.abs()) } + correction;
        let top = libm::lgamma(1.0 + rest.to_f64());
        // 1 + rest is rounded where rest is small: its derivative there is -0.577
        let lost = rest.to_f64() - ((1.0 + rest.to_f64()) - 1.0);
        return (top + lost * digamma(1.0 + rest.to_f64())) - ln_product;
    }
    // reflection, 5.5.3: no zero is a double below -25
    let d = x - round(x);
    let s = libm::sin(std::f64::consts::PI * d).abs();
    ln(std::f64::consts::PI / s) - libm::lgamma(1.0 - x)
}

/// Derivative of [`lgamma`], undefined at 0, -1, -2, ...
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || is_pole(x) || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x < -1000.0 {
        // 5.5.4: psi(x) = psi(1 - x) - pi cot(pi x)
        return digamma_positive(1.0 - x) - pi_cot(x);
    }
    if x < 0.0 {
        // 5.5.2 up to [1, 2], in twice the digits: near the zeros of psi the terms cancel
        let whole = round(x);
        let d = x - whole; // exact
        let up = if d >= 0.0 { 1.0 } else { 2.0 };
        let base = d + up;
        let lost = d - (base - up);
        let mut sum = Dd::from(on_one_two(base)) + Dd::from(lost * (1.0 / base + 0.64));
        let mut k = whole;
        while k < up {
            sum = sum - Dd::from(1.0) / (Dd::from(d) + Dd::from(k));
            k += 1.0;
        }
        return sum.to_f64();
    }
    digamma_positive(x)
}

fn digamma_positive(x: f64) -> f64 {
    if x >= 12.0 {
        if x == f64::INFINITY {
            return x;
        }
        let w = 1.0 / (x * x);
        let mut sum = 0.0;
        for b in STIRLING.iter().rev() {
            sum = sum * w + b;
        }
        // 5.11.2: ln x - 1/(2x) - sum B_2m/(2m x^2m)
        return ln(x) - (0.5 / x + w * sum);
    }
    if x < 1.0 {
        // 5.5.2; 1 + x is rounded: what is lost counts by psi'(1 + x)
        let up = 1.0 + x;
        let lost = x - (up - 1.0);
        return (on_one_two(up) + lost * 1.6) - 1.0 / x;
    }
    // down to [1, 2], adding the reciprocals in twice the digits
    let steps = floor(x) - 1.0;
    let base = x - steps; // exact
    let mut sum = Dd::from(on_one_two(base));
    let mut k = 0.0;
    while k < steps {
        let at = base + k;
        let term = 1.0 / at;
        sum += Dd::from(term);
        k += 1.0;
    }
    sum.to_f64()
}

fn on_one_two(x: f64) -> f64 {
    let t = 2.0 * x - 3.0;
    let mut p = 0.0;
    for c in NEAR_ZERO.iter().rev() {
        p = p * t + c;
    }
    // x - ZERO is exact on [1, 2]
    ((x - ZERO) - ZERO_REST) * p
}

/// Derivative of [`digamma`].
pub fn trigamma(x: f64) -> f64 {
    polygamma(1.0, x)
}

/// The k-th derivative of [`digamma`], k = 0, 1, ..., 60; undefined for other k and at 0, -1, -2, ...
pub fn polygamma(k: f64, x: f64) -> f64 {
    if k == 0.0 {
        return digamma(x);
    }
    if !(1.0..=60.0).contains(&k) || k.trunc() != k || x.is_nan() || is_pole(x) || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    let s = k + 1.0;
    let odd = k % 2.0 != 0.0;
    // psi_k(x) = (-1)^(k+1) k! zeta(k + 1, x), 5.15.2 with 25.11.1
    let sum = if x > 0.0 {
        hurwitz(s, x)
    } else {
        // the sum over all whole numbers, which depends on x - round(x) alone, less those below
        let d = x - round(x);
        let (above, below) = (hurwitz(s, 1.0 + d), hurwitz(s, 1.0 - d));
        let mirrored = hurwitz(s, 1.0 - x);
        let pole = 1.0 / whole_power(d, s);
        // (-1)^s is 1 for odd k
        if odd { pole + (above + (below - mirrored)) } else { pole + (above - (below - mirrored)) }
    };
    let value = factorial_times(k, sum);
    if odd { value } else { -value }
}

/// k! sum, in an order in which neither factor leaves the range before the product does.
fn factorial_times(k: f64, sum: f64) -> f64 {
    let mut value = sum;
    let mut factor = 1.0;
    let mut i = 2.0;
    while i <= k {
        factor *= i;
        i += 1.0;
    }
    value *= factor;
    value
}

/// x^n for a whole n > 0.
fn whole_power(x: f64, n: f64) -> f64 {
    pow(x, n)
}

/// The Hurwitz zeta function for a whole s >= 2 and a > 0: Euler and Maclaurin, 25.11.28 after the first terms.
fn hurwitz(s: f64, a: f64) -> f64 {
    // far enough that the twelfth term is below the rounding of the first
    let far = 14.0 + 0.6 * s;
    let mut terms: Vec<f64> = Vec::new();
    let mut at = a;
    let mut k = 0.0;
    while at < far {
        terms.push(whole_power(at, -s));
        k += 1.0;
        at = a + k;
    }
    let tail = whole_power(at, -s);
    let mut sum = 0.0;
    // rising factors s (s+1) ... (s+2m-2) at^-(2m-1)
    let mut rising = s / at;
    for (m, b) in MACLAURIN.iter().enumerate() {
        sum += b * rising;
        let m = 2.0 * (m as f64 + 1.0);
        rising *= (s + m - 1.0) * (s + m) / (at * at);
    }
    // the smallest first
    // at^(1-s) by itself: at^-s underflows before it
    let mut total = Dd::from(whole_power(at, 1.0 - s) / (s - 1.0) + tail * (0.5 + sum));
    for t in terms.into_iter().rev() {
        total += Dd::from(t);
    }
    total.to_f64()
}

kernel!(LGAMMA, lgamma, 1);
kernel!(DIGAMMA, digamma, 1);
kernel!(TRIGAMMA, trigamma, 1);
kernel!(POLYGAMMA, polygamma, 2);
