//! Interval arithmetic: ranges that hold every true value. Uses `numeric::{elementary, sum}`.
//!
//! An [`Interval`] extension of f takes boxes and gives a range that contains f(x) for every real x of the box where f is
//! defined, together with a [`Decoration`]: whether f was defined, and continuous, on all of the box (IEEE 1788-2015,
//! reduced to what a proof needs). Bounds are rounded outward.
//!
//! | file | functions |
//! | --- | --- |
//! | `arithmetic` | + - * / abs min max clamp relu, squares, roots |
//! | `power` | whole powers, pow, log to a base, hypot |
//! | `monotone` | exp, ln, their kin, hyperbolic functions, erf |
//! | `trigonometric` | sin, cos, tan and inverses, atan2 |
//! | `gamma` | lgamma, digamma, polygamma |
//! | `steps` | sign floor ceil round mod |
//! | `logic` | comparisons, and, or, not, select |

// `!(x >= 0.0)` says what happens to a NaN, which `x < 0.0` does not
#![allow(clippy::neg_cmp_op_on_partial_ord)]

mod arithmetic;
mod directed;
mod gamma;
mod logic;
mod monotone;
mod power;
mod steps;
mod trigonometric;

use directed::{least, most};

/// What is known of a function on the box that an [`Interval`] was computed from. Ordered: the less, the weaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decoration {
    /// Undefined in a part of the box, as far as is known (1788: `trv`).
    Partial,
    /// Defined on all of the box, perhaps with jumps (1788: `def`).
    Defined,
    /// Defined and continuous on all of the box (1788: `dac`).
    Continuous,
}

/// The real numbers from `lo` to `hi`, both included where finite; empty where not lo <= hi.
///
/// An infinite bound is no member: the range is unbounded there. -0 and 0 are one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub lo: f64,
    /// The upper bound.
    pub hi: f64,
    /// What is known of the functions that led here.
    pub decoration: Decoration,
}

impl Interval {
    /// No number at all: the range of a function wholly outside its domain.
    pub const EMPTY: Interval = Interval { lo: f64::INFINITY, hi: f64::NEG_INFINITY, decoration: Decoration::Partial };

    /// Every real number.
    pub const ENTIRE: Interval =
        Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY, decoration: Decoration::Continuous };

    /// From `lo` to `hi`; empty where not lo <= hi.
    pub fn new(lo: f64, hi: f64) -> Self {
        if !(lo <= hi) {
            return Interval::EMPTY;
        }
        // an infinite lower bound at the wrong end would hold no number: it stands for what overflowed
        let lo = if lo == f64::INFINITY { f64::MAX } else { lo };
        let hi = if hi == f64::NEG_INFINITY { f64::MIN } else { hi };
        Interval { lo, hi, decoration: Decoration::Continuous }
    }

    /// `x` alone; empty for NaN, beyond f64::MAX for an infinite one.
    pub fn point(x: f64) -> Self {
        Interval::new(x, x)
    }

    /// Whether it holds no number.
    pub fn is_empty(self) -> bool {
        !(self.lo <= self.hi)
    }

    /// Whether it holds one number alone.
    pub fn is_point(self) -> bool {
        self.lo == self.hi
    }

    /// Whether both bounds are finite and it is not empty.
    pub fn is_bounded(self) -> bool {
        !self.is_empty() && self.lo.is_finite() && self.hi.is_finite()
    }

    /// Whether the function was defined on all of the box.
    pub fn is_defined(self) -> bool {
        self.decoration >= Decoration::Defined
    }

    /// Whether the function was defined and continuous on all of the box.
    pub fn is_continuous(self) -> bool {
        self.decoration >= Decoration::Continuous
    }

    /// Whether `x` is a member.
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi && x.is_finite()
    }

    /// Whether every member is one of `other`.
    pub fn is_within(self, other: Interval) -> bool {
        self.is_empty() || (other.lo <= self.lo && self.hi <= other.hi)
    }

    /// Whether every member lies strictly inside `other`'s bounds: what the tests of Krawczyk and Brouwer ask.
    pub fn is_inside(self, other: Interval) -> bool {
        self.is_empty() || (other.lo < self.lo && self.hi < other.hi)
    }

    /// hi - lo rounded up; 0 where empty.
    pub fn width(self) -> f64 {
        if self.is_empty() { 0.0 } else { directed::add_up(self.hi, -self.lo) }
    }

    /// A finite number inside, near the middle; NaN where empty.
    pub fn midpoint(self) -> f64 {
        match (self.lo.is_finite(), self.hi.is_finite()) {
            _ if self.is_empty() => f64::NAN,
            (true, true) => {
                let middle = 0.5 * self.lo + 0.5 * self.hi; // halves first: the sum may overflow
                most(self.lo, least(self.hi, middle)) // halves of subnormals round
            }
            (true, false) => most(self.lo, f64::MAX),
            (false, true) => least(self.hi, f64::MIN),
            (false, false) => 0.0,
        }
    }

    /// The largest |x|.
    pub fn magnitude(self) -> f64 {
        most(self.lo.abs(), self.hi.abs())
    }

    /// The smallest |x|.
    pub fn mignitude(self) -> f64 {
        if self.lo <= 0.0 && 0.0 <= self.hi { 0.0 } else { least(self.lo.abs(), self.hi.abs()) }
    }

    /// The numbers in both.
    pub fn intersection(self, other: Interval) -> Interval {
        Interval::new(most(self.lo, other.lo), least(self.hi, other.hi)).decorated(self.joint(other))
    }

    /// The smallest interval that holds both.
    pub fn hull(self, other: Interval) -> Interval {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other.decorated(Decoration::Partial),
            (_, true) => self.decorated(Decoration::Partial),
            _ => Interval::new(least(self.lo, other.lo), most(self.hi, other.hi)).decorated(self.joint(other)),
        }
    }

    /// The same numbers, with `decoration` if that is weaker.
    pub fn decorated(self, decoration: Decoration) -> Interval {
        let decoration = if self.is_empty() || self.decoration > decoration { decoration } else { self.decoration };
        let decoration = if self.is_empty() { Decoration::Partial } else { decoration };
        Interval { decoration, ..self }
    }

    /// The weaker one of two decorations.
    fn joint(self, other: Interval) -> Decoration {
        if self.decoration < other.decoration { self.decoration } else { other.decoration }
    }

    /// What of it lies in the domain [lo, hi], weakened to `Partial` if that is not all. An infinite `self` bound does not
    /// reach beyond an infinite domain.
    fn restricted(self, lo: f64, hi: f64) -> Interval {
        if lo <= self.lo && self.hi <= hi {
            return self;
        }
        self.intersection(Interval::new(lo, hi)).decorated(Decoration::Partial)
    }
}

#[cfg(test)]
mod tests;
