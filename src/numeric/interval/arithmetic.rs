//! The four operations, and what needs no kernel: abs, min, max, clamp, relu, square and root.

use super::directed::{add_down, add_up, div_down, div_up, least, most, mul_down, mul_up, sqrt_down, sqrt_up};
use super::{Decoration, Interval};
use std::ops::{Add, Div, Mul, Neg, Sub};

impl Neg for Interval {
    type Output = Interval;
    fn neg(self) -> Interval {
        Interval { lo: -self.hi, hi: -self.lo, decoration: self.decoration }
    }
}

impl Add for Interval {
    type Output = Interval;
    fn add(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        Interval::new(add_down(self.lo, other.lo), add_up(self.hi, other.hi)).decorated(self.joint(other))
    }
}

impl Sub for Interval {
    type Output = Interval;
    fn sub(self, other: Interval) -> Interval {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Interval;
    fn mul(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        let (a, b, c, d) = (self.lo, self.hi, other.lo, other.hi);
        let lo = least(least(mul_down(a, c), mul_down(a, d)), least(mul_down(b, c), mul_down(b, d)));
        let hi = most(most(mul_up(a, c), mul_up(a, d)), most(mul_up(b, c), mul_up(b, d)));
        Interval::new(lo, hi).decorated(self.joint(other))
    }
}

impl Div for Interval {
    type Output = Interval;
    // a/0 is undefined: what is left of a divisor with 0 inside are its two sides
    fn div(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() || (other.lo == 0.0 && other.hi == 0.0) {
            return Interval::EMPTY;
        }
        let known = self.joint(other);
        if other.lo > 0.0 || other.hi < 0.0 {
            return self.over(other).decorated(known);
        }
        // with 0 at an end, the limit there is the infinite quotient
        let quotient = match () {
            () if self.lo == 0.0 && self.hi == 0.0 => Interval::point(0.0),
            () if other.lo < 0.0 && other.hi > 0.0 => Interval::ENTIRE,
            () => self.over_half_line(other),
        };
        quotient.decorated(Decoration::Partial)
    }
}

impl Interval {
    /// The quotient by a divisor without 0.
    fn over(self, other: Interval) -> Interval {
        let (a, b, c, d) = (self.lo, self.hi, other.lo, other.hi);
        // inf/inf is NaN, which `least` and `most` pass over: the neighbouring corners have the limits
        let lo = least(least(div_down(a, c), div_down(a, d)), least(div_down(b, c), div_down(b, d)));
        let hi = most(most(div_up(a, c), div_up(a, d)), most(div_up(b, c), div_up(b, d)));
        Interval::new(lo, hi)
    }

    /// The quotient by (0, d] or [c, 0).
    fn over_half_line(self, other: Interval) -> Interval {
        if other.hi <= 0.0 {
            return (-self).over_half_line(-other);
        }
        let d = other.hi;
        let lo = if self.lo >= 0.0 { div_down(self.lo, d) } else { f64::NEG_INFINITY };
        let hi = if self.hi <= 0.0 { div_up(self.hi, d) } else { f64::INFINITY };
        Interval::new(lo, hi)
    }

    /// x^2: tighter than x * x, which forgets that both are one.
    pub fn sqr(self) -> Interval {
        if self.is_empty() {
            return Interval::EMPTY;
        }
        let (near, far) = (self.mignitude(), self.magnitude());
        let lo = mul_down(near, near);
        Interval::new(most(0.0, lo), mul_up(far, far)).decorated(self.decoration)
    }

    /// 1/x.
    pub fn recip(self) -> Interval {
        Interval::point(1.0) / self
    }

    /// The square root of what is not below 0.
    pub fn sqrt(self) -> Interval {
        let x = self.restricted(0.0, f64::INFINITY);
        if x.is_empty() {
            return Interval::EMPTY;
        }
        Interval::new(most(0.0, sqrt_down(x.lo)), sqrt_up(x.hi)).decorated(x.decoration)
    }

    /// |x|.
    pub fn abs(self) -> Interval {
        if self.is_empty() {
            return Interval::EMPTY;
        }
        Interval::new(self.mignitude(), self.magnitude()).decorated(self.decoration)
    }

    /// The smaller one.
    pub fn min(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        Interval::new(least(self.lo, other.lo), least(self.hi, other.hi)).decorated(self.joint(other))
    }

    /// The larger one.
    pub fn max(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        Interval::new(most(self.lo, other.lo), most(self.hi, other.hi)).decorated(self.joint(other))
    }

    /// max(low, min(x, high)), undefined where low > high.
    pub fn clamp(self, low: Interval, high: Interval) -> Interval {
        if low.lo > high.hi {
            return Interval::EMPTY;
        }
        let held = low.max(self.min(high));
        if low.hi <= high.lo { held } else { held.decorated(Decoration::Partial) }
    }

    /// max(0, x).
    pub fn relu(self) -> Interval {
        self.max(Interval::point(0.0))
    }
}
