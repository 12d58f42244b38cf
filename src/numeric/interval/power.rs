//! Powers, logarithms to a base, hypot.

use super::directed::{KERNEL_ULPS, down, least, most, mul_down, mul_up, up};
use super::{Decoration, Interval};
use crate::numeric::elementary;

/// A bound from below and above for b^n, b >= 0: by squaring with directed rounding, which is exact for small whole
/// numbers, and by the kernel, which stays sharp for large n. Both hold, so the tighter one counts.
fn whole_power(b: f64, n: u32) -> (f64, f64) {
    if n == 0 || b == 1.0 || b == 0.0 || b.is_infinite() {
        let exact = if n == 0 { 1.0 } else { b };
        return (exact, exact);
    }
    let kernel = elementary::pow(b, f64::from(n));
    let (mut lo, mut hi) = (most(0.0, down(kernel, KERNEL_ULPS)), up(kernel, KERNEL_ULPS));
    if n <= 32 {
        let (mut low, mut high, mut square) = (1.0, 1.0, (b, b));
        for bit in 0..6 {
            if n >> bit & 1 == 1 {
                (low, high) = (most(0.0, mul_down(low, square.0)), mul_up(high, square.1));
            }
            square = (most(0.0, mul_down(square.0, square.0)), mul_up(square.1, square.1));
        }
        (lo, hi) = (most(lo, low), least(hi, high));
    }
    (lo, hi)
}

/// b^y for b > 0 at a corner of the box: a bound from below and above; limits where b or y is infinite.
fn corner(b: f64, y: f64) -> (f64, f64) {
    // 1^y = b^0 = 1 also along the infinite ends, for every member
    if b == 1.0 || y == 0.0 {
        return (1.0, 1.0);
    }
    if b.is_finite() && y.floor() == y && y.abs() <= 32.0 {
        let (lo, hi) = whole_power(b, y.abs() as u32);
        let power = Interval::new(lo, hi);
        let power = if y < 0.0 { power.recip() } else { power };
        return (power.lo, power.hi);
    }
    if y == 0.5 && b.is_finite() {
        let root = Interval::point(b).sqrt();
        return (root.lo, root.hi);
    }
    let power = elementary::pow(b, y);
    (most(0.0, down(power, KERNEL_ULPS)), up(power, KERNEL_ULPS))
}

impl Interval {
    /// x^n for a whole number n; 0^0 = 1, undefined at 0 for n < 0.
    pub fn powi(self, n: i32) -> Interval {
        if self.is_empty() {
            return Interval::EMPTY;
        }
        if n == 0 {
            return Interval::point(1.0).decorated(self.decoration);
        }
        let m = n.unsigned_abs();
        let power = if m.is_multiple_of(2) {
            Interval::new(whole_power(self.mignitude(), m).0, whole_power(self.magnitude(), m).1)
        } else {
            // odd: rises
            let low = if self.lo < 0.0 { -whole_power(-self.lo, m).1 } else { whole_power(self.lo, m).0 };
            let high = if self.hi < 0.0 { -whole_power(-self.hi, m).0 } else { whole_power(self.hi, m).1 };
            Interval::new(low, high)
        };
        let power = power.decorated(self.decoration);
        match () {
            () if n > 0 => power,
            // the powers may underflow to a range that holds 0 where x does not
            () if self.lo > 0.0 || self.hi < 0.0 => {
                let side = if self.lo > 0.0 || m.is_multiple_of(2) {
                    Interval { lo: most(power.lo, 0.0), ..power }
                } else {
                    Interval { hi: least(power.hi, 0.0), ..power }
                };
                let inverse = side.recip();
                if inverse.is_empty() { Interval::ENTIRE } else { Interval { decoration: self.decoration, ..inverse } }
            }
            () => power.recip(),
        }
    }

    /// x^y: for x > 0, at x = 0 if y >= 0 (0^0 = 1), and for x < 0 at whole numbers y.
    pub fn pow(self, y: Interval) -> Interval {
        if self.is_empty() || y.is_empty() {
            return Interval::EMPTY;
        }
        let known = self.joint(y);
        if y.is_point() && y.lo.floor() == y.lo && y.lo.abs() <= 1e9 {
            return self.powi(y.lo as i32).decorated(known);
        }
        let right = self.positive_power(y);
        if self.lo >= 0.0 {
            return right.decorated(known);
        }
        // below 0 only the whole numbers in y count: both signs of |x|^y
        let whole = y.lo.ceil() <= y.hi.floor();
        let mut range = right;
        if whole {
            let left = Interval::new(-least(self.hi, 0.0), -self.lo).positive_power(y);
            let one_sign = y.lo.ceil() == y.hi.floor() && y.lo.abs() < 9e15;
            let odd = one_sign && elementary::modulo(y.lo.ceil(), 2.0) == 1.0;
            range = range.hull(if odd || !one_sign { -left } else { left });
            if !one_sign {
                range = range.hull(left);
            }
        }
        let all_whole = y.is_point() && whole; // beyond 1e9, where every number is even or nearly
        let certain = all_whole && (y.lo >= 0.0 || self.hi < 0.0);
        if certain { range.undone(known) } else { range.decorated(Decoration::Partial) }
    }

    /// The same bounds with exactly `decoration`: for ranges joined from parts whose own decorations do not count.
    fn undone(self, decoration: Decoration) -> Interval {
        if self.is_empty() { self } else { Interval { decoration, ..self } }
    }

    /// x^y over what of x is not below 0.
    fn positive_power(self, y: Interval) -> Interval {
        if self.hi < 0.0 {
            return Interval::EMPTY;
        }
        let (a, b) = (most(self.lo, 0.0), self.hi);
        // x^y is monotone in each argument for x > 0: the extremes lie at the corners
        let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut include = |low: f64, high: f64| {
            lo = least(lo, low);
            hi = most(hi, high);
        };
        let corners = [(a, y.lo), (a, y.hi), (b, y.lo), (b, y.hi)];
        corners.into_iter().filter(|&(base, _)| base > 0.0).map(|(base, y)| corner(base, y)).for_each(|(l, h)| {
            include(l, h);
        });
        let mut decoration = Decoration::Continuous;
        if a == 0.0 {
            // along x = 0 and beside it
            if y.hi > 0.0 {
                include(0.0, 0.0);
            }
            if y.lo <= 0.0 && y.hi >= 0.0 {
                include(1.0, 1.0);
                decoration = Decoration::Defined; // 0^y jumps at y = 0
            }
            if y.lo < 0.0 {
                decoration = Decoration::Partial;
                if b > 0.0 {
                    include(f64::INFINITY, f64::INFINITY);
                }
            }
        }
        Interval::new(lo, hi).decorated(decoration)
    }

    /// The logarithm of x > 0 to a base > 0 other than 1.
    pub fn log(self, base: Interval) -> Interval {
        let quotient = self.ln() / base.ln();
        if self.is_point() && base.is_point() && quotient.is_bounded() {
            // the kernel rounds once, and is exact where the logarithm is a whole number
            let value = elementary::log(self.lo, base.lo);
            let n = value.round_ties_even();
            if n.abs() <= 1024.0 && n.abs() >= 1.0 {
                let power = base.powi(n as i32);
                if power.is_point() && power.lo == self.lo {
                    return Interval::point(n).decorated(self.joint(base));
                }
            }
            return quotient.intersection(Interval::new(down(value, KERNEL_ULPS), up(value, KERNEL_ULPS)));
        }
        quotient
    }

    /// sqrt(x^2 + y^2).
    pub fn hypot(self, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        let (x, y) = (self.abs(), other.abs());
        let at = |a: f64, b: f64| match (a, b) {
            (0.0, b) => (b, b),
            (a, 0.0) => (a, a),
            _ => {
                let h = elementary::hypot(a, b);
                let kernel = Interval::new(most(0.0, down(h, KERNEL_ULPS)), up(h, KERNEL_ULPS));
                let root = (Interval::point(a).sqr() + Interval::point(b).sqr()).sqrt();
                // exact for small whole numbers; but squares may over- or underflow
                let both = kernel.intersection(root);
                if a.is_infinite() || b.is_infinite() { (h, h) } else { (both.lo, both.hi) }
            }
        };
        Interval::new(at(x.lo, y.lo).0, at(x.hi, y.hi).1).decorated(self.joint(other))
    }
}
