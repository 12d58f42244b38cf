//! Powers.

use super::exponential::{head, scale, series, split};
use crate::numeric::block::kernel;

/// 1.5 * 2^52: adding it rounds to a whole number, whose lowest bit is then the lowest bit.
const SHIFTER: f64 = 6_755_399_441_055_744.0;

/// Where [`fast`] is right: x is normal, y of a bearable size, and whole numbers can be told where that matters.
#[inline(always)]
fn covers(x: f64, y: f64) -> bool {
    let size = x.abs();
    // no short circuit: it would be a branch
    (f64::MIN_POSITIVE..=f64::MAX).contains(&size) & (y.abs() <= if x < 0.0 { 2e15 } else { 1e250 })
}

/// x^y = 2^(y log2 |x|), the logarithm and the product in two parts of 26 and 53 bits each (the plan of fdlibm's e_pow.c, with one
/// interval and a longer series).
#[inline(always)]
fn fast(x: f64, y: f64) -> f64 {
    // 2/(3 ln 2) and ln 2, in two parts
    const C: f64 = 9.617_966_939_259_756e-1;
    const C_HI: f64 = 9.617_966_860_532_761e-1;
    const C_LO: f64 = 7.872_699_542_894_897e-9;
    const LN2_HI: f64 = 6.931_471_675_634_384e-1;
    const LN2_LO: f64 = 1.299_650_689_388_988_9e-8;

    // |x| = 2^k (1 + f); s = f/(2 + f) in two parts
    let (k, m) = split(x.abs());
    let f = m - 1.0;
    let d = 2.0 + f;
    let inverse = 1.0 / d;
    let s = f * inverse;
    let s_hi = head(s);
    let d_hi = head(d);
    let d_lo = (f - (d - 2.0)) + (d - d_hi);
    let s_lo = inverse * ((f - s_hi * d_hi) - s_hi * d_lo);
    // ln(1 + f) = (2/3) s (3 + s^2 + r)
    let square = s_hi * s_hi;
    let z = s * s;
    // 3/5 + 3/7 z + 3/9 z^2 + ..., to 5e-18 for z < 0.0295 (mpmath's chebyfit)
    let p = 0.175_854_054_353_581_17;
    let p = p * z + 0.175_592_935_348_220_47;
    let p = p * z + 0.200_022_093_181_509_05;
    let p = p * z + 0.230_768_924_018_968_75;
    let p = p * z + 0.272_727_275_034_812_4;
    let p = p * z + 0.333_333_333_324_821;
    let p = p * z + 0.428_571_428_571_440_5;
    let p = p * z + 0.6;
    let r = z * z * p + s_lo * (s_hi + s);
    let t_hi = head(3.0 + square + r);
    let t_lo = r - ((t_hi - 3.0) - square);
    let u = s_hi * t_hi;
    let v = s_lo * t_hi + t_lo * s;
    let p_hi = head(u + v);
    let p_lo = v - (p_hi - u);
    // log2 |x| = l_hi + l_lo
    let c_hi = C_HI * p_hi;
    let c_lo = C_LO * p_hi + p_lo * C;
    let l_hi = head((c_hi + c_lo) + k);
    let l_lo = c_lo - ((l_hi - k) - c_hi);
    // times y
    let y_hi = head(y);
    let lo = (y - y_hi) * l_hi + y * l_lo;
    let hi = y_hi * l_hi;
    // beyond these ends the result is 0 or inf
    let end = if hi > 0.0 { 1100.0 } else { -1100.0 };
    let beyond = hi.abs() > 1100.0;
    let (hi, lo) = (if beyond { end } else { hi }, if beyond { 0.0 } else { lo });
    // 2^(hi + lo)
    let n = ((hi + lo) + SHIFTER) - SHIFTER;
    let w_hi = head((hi - n) + lo);
    let w_lo = lo - (w_hi - (hi - n));
    let a = w_hi * LN2_HI;
    let b = w_lo * std::f64::consts::LN_2 + w_hi * LN2_LO;
    let e = a + b;
    let rest = b - (e - a);
    // e^(e + rest): the rest counts by the value itself
    let value = 1.0 + (e + (series(e) + (rest + rest * e)));
    let value = scale(value, n);

    // a negative number has whole powers only
    let rounded = y + SHIFTER;
    let odd = rounded.to_bits() & 1 == 1;
    let signed = if odd { -value } else { value };
    let whole = (rounded - SHIFTER) == y;
    let negative = if whole { signed } else { f64::NAN };
    if x < 0.0 { negative } else { value }
}

/// x^y: undefined for x < 0 and a y that is no whole number, and for x = 0 and y < 0; 0^0 is 1. At most 1 ulp off.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    if covers(x, y) {
        return fast(x, y);
    }
    if x.is_nan() || y.is_nan() || x == 0.0 && y < 0.0 {
        return f64::NAN;
    }
    libm::pow(x, y)
}

kernel!(POW, pow, 2, fast, covers);
