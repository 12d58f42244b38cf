//! sin, cos, tan, their inverses, atan2.

use super::directed::{KERNEL_ULPS, down, least, most, up};
use super::{Decoration, Interval};
use crate::numeric::elementary;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, PI};

/// Beyond this many quarter turns the turns of an interval are not counted any more.
const COUNTABLE: f64 = 1e15;

/// The whole numbers m (first, last) for which m pi/2 may lie in [lo, hi], or `None` if there are too many to tell.
///
/// Safe: 2x/pi in f64 is off by less than 3 eps |2x/pi|. Where that lets a turn in that is not there, the kernel's value at
/// the end is within (3e-16 x)^2 of the extreme anyway.
fn quarters(lo: f64, hi: f64) -> Option<(f64, f64)> {
    let (a, b) = (lo * FRAC_2_PI, hi * FRAC_2_PI);
    let slack = |q: f64| q.abs() * 3.0 * f64::EPSILON;
    let (a, b) = (a - slack(a), b + slack(b));
    (a.abs() < COUNTABLE && b.abs() < COUNTABLE).then(|| (a.ceil(), b.floor()))
}

/// Whether some m with m mod 4 = residue lies in first..=last.
fn passes(first: f64, last: f64, residue: f64) -> bool {
    let next = first + elementary::modulo(residue - first, 4.0);
    next <= last
}

fn bounds(f: fn(f64) -> f64, x: f64) -> (f64, f64) {
    let y = f(x);
    (most(-1.0, down(y, KERNEL_ULPS)), least(1.0, up(y, KERNEL_ULPS)))
}

impl Interval {
    /// Sine.
    pub fn sin(self) -> Interval {
        self.wave(elementary::sin, 1.0)
    }

    /// Cosine.
    pub fn cos(self) -> Interval {
        self.wave(elementary::cos, 0.0)
    }

    /// A wave between -1 and 1 with its maxima at (crest + 4k) pi/2 and its minima half a period away.
    fn wave(self, f: fn(f64) -> f64, crest: f64) -> Interval {
        if self.is_empty() {
            return Interval::EMPTY;
        }
        let all = Interval::new(-1.0, 1.0).decorated(self.decoration);
        if self.lo == 0.0 && self.hi == 0.0 {
            return Interval::point(f(0.0)).decorated(self.decoration); // 0 or 1, exactly
        }
        if !self.is_bounded() {
            return all;
        }
        let (a, b) = (bounds(f, self.lo), bounds(f, self.hi));
        let mut ends = (least(a.0, b.0), most(a.1, b.1));
        if !self.is_point() {
            let Some((first, last)) = quarters(self.lo, self.hi) else { return all };
            if passes(first, last, crest) {
                ends.1 = 1.0;
            }
            if passes(first, last, crest + 2.0) {
                ends.0 = -1.0;
            }
            // sin(0) = 0 at an end; nothing else is exact
            if crest == 1.0 && self.lo == 0.0 && ends.0 < 0.0 && ends.0 > -1e-300 {
                ends.0 = 0.0;
            }
            if crest == 1.0 && self.hi == 0.0 && ends.1 > 0.0 && ends.1 < 1e-300 {
                ends.1 = 0.0;
            }
        }
        Interval::new(ends.0, ends.1).decorated(self.decoration)
    }

    /// Tangent. Between two poles it rises.
    pub fn tan(self) -> Interval {
        if self.is_empty() {
            return Interval::EMPTY;
        }
        let unknown = Interval::ENTIRE.decorated(Decoration::Partial);
        if !self.is_bounded() {
            return unknown;
        }
        if !self.is_point() {
            match quarters(self.lo, self.hi) {
                // poles at odd m
                Some((first, last)) if !(passes(first, last, 1.0) || passes(first, last, 3.0)) => {}
                _ => return unknown,
            }
        }
        let end = |x: f64, move_by: fn(f64, u32) -> f64| {
            if x == 0.0 { 0.0 } else { move_by(elementary::tan(x), KERNEL_ULPS) }
        };
        Interval::new(end(self.lo, down), end(self.hi, up)).decorated(self.decoration)
    }

    /// Inverse sine for -1 <= x <= 1.
    pub fn asin(self) -> Interval {
        let x = self.restricted(-1.0, 1.0);
        x.arc(elementary::asin, FRAC_PI_2)
    }

    /// Inverse cosine for -1 <= x <= 1.
    pub fn acos(self) -> Interval {
        let x = self.restricted(-1.0, 1.0);
        if x.is_empty() {
            return Interval::EMPTY;
        }
        let lo = if x.hi == 1.0 { 0.0 } else { most(0.0, down(elementary::acos(x.hi), KERNEL_ULPS)) };
        let hi = least(PI.next_up(), up(elementary::acos(x.lo), KERNEL_ULPS));
        let hi = if x.lo == 1.0 { 0.0 } else { hi };
        Interval::new(lo, hi).decorated(x.decoration)
    }

    /// Inverse tangent.
    pub fn atan(self) -> Interval {
        self.arc(elementary::atan, FRAC_PI_2)
    }

    /// A rising function with f(0) = 0 and |f| <= limit.
    fn arc(self, f: fn(f64) -> f64, limit: f64) -> Interval {
        if self.is_empty() {
            return Interval::EMPTY;
        }
        let limit = limit.next_up();
        let lo = if self.lo == 0.0 { 0.0 } else { most(-limit, down(f(self.lo), KERNEL_ULPS)) };
        let hi = if self.hi == 0.0 { 0.0 } else { least(limit, up(f(self.hi), KERNEL_ULPS)) };
        Interval::new(lo, hi).decorated(self.decoration)
    }

    /// The angle of the point (x, y), `self` being y, in [-pi, pi]; undefined at the origin.
    ///
    /// On the cut y = 0 > x the angle is pi; where a zero bound of y has the sign bit set, -pi counts as well, because
    /// the kernel tells -0 from 0.
    pub fn atan2(self, x: Interval) -> Interval {
        let y = self;
        if x.is_empty() || y.is_empty() {
            return Interval::EMPTY;
        }
        let zero = |v: Interval| v.lo == 0.0 && v.hi == 0.0;
        if zero(x) && zero(y) {
            return Interval::EMPTY;
        }
        let origin = x.lo <= 0.0 && x.hi >= 0.0 && y.lo <= 0.0 && y.hi >= 0.0;
        let known = if origin { Decoration::Partial } else { x.joint(y) };
        let beneath = y.lo < 0.0 || [y.lo, y.hi].iter().any(|v| *v == 0.0 && v.is_sign_negative());
        if x.lo < 0.0 && y.hi >= 0.0 && beneath {
            let limit = PI.next_up();
            let jump = if y.lo < 0.0 { Decoration::Defined } else { Decoration::Continuous };
            return Interval::new(-limit, limit).decorated(known).decorated(jump);
        }
        // a rectangle beside the cut: the extreme angles are those of its corners
        let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
        for (y, x) in [(y.lo, x.lo), (y.lo, x.hi), (y.hi, x.lo), (y.hi, x.hi)] {
            let angle = match (y, x) {
                (0.0, 0.0) => continue,
                (0.0, x) if x > 0.0 => (0.0, 0.0),
                // an infinite corner is approached along every direction between its neighbours'
                _ => {
                    let a = elementary::atan2(y, x);
                    (most(-PI.next_up(), down(a, KERNEL_ULPS)), least(PI.next_up(), up(a, KERNEL_ULPS)))
                }
            };
            lo = least(lo, angle.0);
            hi = most(hi, angle.1);
        }
        Interval::new(lo, hi).decorated(known)
    }
}
