//! Functions that jump: sign, floor, ceil, round, mod.

use super::directed::{add_up, down, least, most, up};
use super::{Decoration, Interval};
use crate::numeric::elementary;

impl Interval {
    /// -1, 0 or 1.
    pub fn sign(self) -> Interval {
        self.step(elementary::sign)
    }

    /// The largest whole number not above x.
    pub fn floor(self) -> Interval {
        self.step(f64::floor)
    }

    /// The smallest whole number not below x.
    pub fn ceil(self) -> Interval {
        self.step(f64::ceil)
    }

    /// The nearest whole number, halves to the even one.
    pub fn round(self) -> Interval {
        self.step(f64::round_ties_even)
    }

    /// A rising step function with exact values.
    fn step(self, f: fn(f64) -> f64) -> Interval {
        if self.is_empty() {
            return Interval::EMPTY;
        }
        let (lo, hi) = (f(self.lo), f(self.hi));
        // one value on all of the box: continuous there
        let jump = if lo == hi { Decoration::Continuous } else { Decoration::Defined };
        Interval::new(lo, hi).decorated(self.decoration).decorated(jump)
    }

    /// x - y floor(x/y): the remainder with the divisor's sign; undefined for y = 0.
    pub fn modulo(self, y: Interval) -> Interval {
        if self.is_empty() || y.is_empty() || (y.lo == 0.0 && y.hi == 0.0) {
            return Interval::EMPTY;
        }
        if y.hi <= 0.0 {
            // mod(x, y) = -mod(-x, -y)
            return -(-self).modulo(-y);
        }
        let known = self.joint(y);
        if y.lo < 0.0 {
            return Interval::new(y.lo, y.hi).decorated(Decoration::Partial);
        }
        let known = if y.lo == 0.0 { Decoration::Partial } else { known };
        let all = Interval::new(0.0, y.hi).decorated(known).decorated(Decoration::Defined);
        if !self.is_bounded() || y.lo == 0.0 {
            return all;
        }
        if y.is_point() && y.hi.is_finite() {
            // less than a divisor wide and in order at both ends: no multiple of the divisor in between
            let (a, b) = (elementary::modulo(self.lo, y.lo), elementary::modulo(self.hi, y.lo));
            if add_up(self.hi, -self.lo) < y.lo && a <= b {
                // exact for x >= 0; below, the divisor is added with one rounding
                let exact = self.lo >= 0.0;
                let (lo, hi) = if exact { (a, b) } else { (most(0.0, down(a, 1)), least(y.lo, up(b, 1))) };
                return Interval::new(lo, hi).decorated(known);
            }
            return all;
        }
        let whole = (self / y).floor();
        if whole.is_point() {
            let rest = self - y * whole;
            let (lo, hi) = (most(0.0, rest.lo), least(y.hi, rest.hi));
            return Interval::new(lo, hi).decorated(known);
        }
        all
    }
}
