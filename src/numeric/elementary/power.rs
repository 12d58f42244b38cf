//! Powers.

use crate::numeric::block::kernel;

/// x^y: undefined for x < 0 and a y that is no whole number, and for x = 0 and y < 0; 0^0 is 1. At most 1 ulp off.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() || x == 0.0 && y < 0.0 {
        return f64::NAN;
    }
    libm::pow(x, y)
}

kernel!(POW, pow, 2);
