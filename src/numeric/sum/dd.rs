//! Double-double numbers: an unevaluated sum of two f64, about 32 digits.

use super::{quick_two_sum, two_product, two_sum};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// hi + lo with |lo| <= ulp(hi)/2.
///
/// Joldes, Muller and Popescu 2017, *Tight and rigorous error bounds for basic building blocks of double-word
/// arithmetic*: relative error at most 3u^2 (sum), 7u^2 (product), 10u^2 (quotient), u = 2^-53, away from over- and
/// underflow. A NaN or infinite `hi` is the whole value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dd {
    /// The number rounded to f64.
    pub hi: f64,
    /// The rest.
    pub lo: f64,
}

impl Dd {
    /// 0.
    pub const ZERO: Dd = Dd { hi: 0.0, lo: 0.0 };

    /// a + b, exactly.
    pub fn sum_of(a: f64, b: f64) -> Dd {
        let (hi, lo) = two_sum(a, b);
        Dd { hi, lo }.settled()
    }

    /// a b, exactly (above 2^-969).
    pub fn product_of(a: f64, b: f64) -> Dd {
        let (hi, lo) = two_product(a, b);
        Dd { hi, lo }
    }

    /// The nearest f64.
    pub fn to_f64(self) -> f64 {
        self.hi
    }

    /// |self|.
    pub fn abs(self) -> Dd {
        if self.hi < 0.0 { -self } else { self }
    }

    /// The square root; NaN below 0. Karp and Markstein 1997: one Newton step on the f64 root.
    pub fn sqrt(self) -> Dd {
        let root = self.hi.sqrt();
        if root == 0.0 || !root.is_finite() {
            return Dd::from(root);
        }
        let rest = self - Dd::product_of(root, root);
        let (hi, lo) = quick_two_sum(root, rest.hi / (2.0 * root));
        Dd { hi, lo }
    }

    /// self^n for n >= 0 by repeated squaring; 0^0 = 1.
    pub fn powi(self, n: u32) -> Dd {
        let (mut result, mut square, mut left) = (Dd::from(1.0), self, n);
        while left > 0 {
            if left & 1 == 1 {
                result = result * square;
            }
            left >>= 1;
            if left > 0 {
                square = square * square;
            }
        }
        result
    }

    /// An infinite or NaN head has no rest: inf - inf inside the error terms would turn inf into NaN.
    #[inline(always)]
    fn settled(self) -> Dd {
        if self.hi.is_finite() { self } else { Dd { hi: self.hi, lo: 0.0 } }
    }
}

impl From<f64> for Dd {
    fn from(x: f64) -> Dd {
        Dd { hi: x, lo: 0.0 }
    }
}

impl Neg for Dd {
    type Output = Dd;
    fn neg(self) -> Dd {
        Dd { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for Dd {
    type Output = Dd;
    // AccurateDWPlusDW (algorithm 6): the sloppy variant loses everything where heads cancel
    #[inline]
    fn add(self, other: Dd) -> Dd {
        let (s, s_low) = two_sum(self.hi, other.hi);
        let (t, t_low) = two_sum(self.lo, other.lo);
        let (v, v_low) = quick_two_sum(s, s_low + t);
        let (hi, lo) = quick_two_sum(v, t_low + v_low);
        if s.is_finite() { Dd { hi, lo }.settled() } else { Dd::from(s) }
    }
}

impl Add<f64> for Dd {
    type Output = Dd;
    #[inline]
    fn add(self, other: f64) -> Dd {
        let (s, s_low) = two_sum(self.hi, other);
        let (hi, lo) = quick_two_sum(s, self.lo + s_low);
        if s.is_finite() { Dd { hi, lo }.settled() } else { Dd::from(s) }
    }
}

impl AddAssign for Dd {
    #[inline]
    fn add_assign(&mut self, other: Dd) {
        *self = *self + other;
    }
}

impl Sub for Dd {
    type Output = Dd;
    #[inline]
    fn sub(self, other: Dd) -> Dd {
        self + -other
    }
}

impl Mul for Dd {
    type Output = Dd;
    // DWTimesDW1 (algorithm 10)
    #[inline]
    fn mul(self, other: Dd) -> Dd {
        let (p, p_low) = two_product(self.hi, other.hi);
        let (hi, lo) = quick_two_sum(p, p_low + (self.hi * other.lo + self.lo * other.hi));
        if p.is_finite() { Dd { hi, lo }.settled() } else { Dd::from(p) }
    }
}

impl Mul<f64> for Dd {
    type Output = Dd;
    #[inline]
    fn mul(self, other: f64) -> Dd {
        self * Dd::from(other)
    }
}

impl Div for Dd {
    type Output = Dd;
    // long division in three f64 quotients (Hida, Li and Bailey 2001, QD): each takes the exact rest
    #[inline]
    fn div(self, other: Dd) -> Dd {
        let q1 = self.hi / other.hi;
        if !q1.is_finite() || other.hi.is_infinite() {
            return Dd::from(q1);
        }
        let rest = self - other * q1;
        let q2 = rest.hi / other.hi;
        let rest = rest - other * q2;
        let q3 = rest.hi / other.hi;
        let (hi, lo) = quick_two_sum(q1, q2);
        Dd { hi, lo } + q3
    }
}

/// The inner product in double-double; `x`, `y`: \[n\], the shorter one counts.
pub fn dot_dd(x: &[f64], y: &[f64]) -> Dd {
    let mut sum = Dd::ZERO;
    for (&a, &b) in x.iter().zip(y) {
        sum += Dd::product_of(a, b);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1e-31: a little over u^2 = 1.2e-32 times the worst factor 10.
    const TOLERANCE: f64 = 1e-31;

    fn close(found: Dd, hi: f64, lo: f64) {
        let difference = (found - Dd { hi, lo }).abs().to_f64();
        assert!(difference <= TOLERANCE * hi.abs(), "{found:?} is not {hi:e} + {lo:e}");
    }

    #[test]
    fn known_constants_to_31_digits() {
        // hi and lo of the decimal expansions, from mpmath with 60 digits
        close(Dd::from(2.0).sqrt(), std::f64::consts::SQRT_2, -9.667293313452913e-17);
        close(Dd::from(1.0) / Dd::from(3.0), 0.3333333333333333, 1.850371707708594e-17);
        close(Dd::from(0.1) * Dd::from(0.1), 0.010000000000000002, -8.326672684688674e-19);
        close(Dd::from(22.0) / Dd::from(7.0), 3.142857142857143, 6.344131569286608e-17);
        close((Dd::from(1.0) / Dd::from(3.0)).powi(5), 0.00411522633744856, -3.4980020708997344e-19);
    }

    #[test]
    fn heads_may_cancel() {
        let tiny = 1.0 / (1u64 << 63) as f64; // a power of two: all is exact
        let a = Dd::sum_of(1.0, tiny);
        let b = Dd::sum_of(1.0, 3.0 * tiny);
        assert_eq!((b - a).to_f64(), 2.0 * tiny);
        assert_eq!((a - a).to_f64(), 0.0);
    }

    #[test]
    fn operations_undo_each_other() {
        let mut x = Dd::from(0.7);
        for k in 1..200 {
            let y = Dd::from(f64::from(k)) / Dd::from(7.3) + x * x;
            let back = (y * x) / x;
            assert!((back - y).abs().to_f64() <= TOLERANCE * y.to_f64().abs());
            let root = y.sqrt();
            assert!((root * root - y).abs().to_f64() <= TOLERANCE * y.to_f64());
            x = root / Dd::from(f64::from(k));
        }
    }

    #[test]
    fn limits_are_those_of_f64() {
        let inf = Dd::from(f64::INFINITY);
        assert_eq!((inf + Dd::from(1.0)).to_f64(), f64::INFINITY);
        assert_eq!((Dd::from(1.0) / inf).to_f64(), 0.0);
        assert_eq!((Dd::from(f64::MAX) * Dd::from(2.0)).to_f64(), f64::INFINITY);
        assert!((inf - inf).to_f64().is_nan());
        assert!(Dd::from(-1.0).sqrt().to_f64().is_nan());
        assert_eq!(Dd::ZERO.sqrt(), Dd::ZERO);
    }

    #[test]
    fn a_gram_sum_keeps_what_f64_loses() {
        // sum of (1e8 + i)^2 - 1e16 - 2e8 i = i^2, i = 0..99: 328350
        let x: Vec<f64> = (0..100).map(|i| 1e8 + f64::from(i)).collect();
        let gram = dot_dd(&x, &x);
        let rest = gram - Dd::from(1e18) - Dd::from(2e8 * 4950.0);
        assert_eq!(rest.to_f64(), 328_350.0);
    }
}
