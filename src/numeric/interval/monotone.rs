//! Functions that rise or fall along their whole domain, from their kernels at the two ends.

use super::Interval;
use super::directed::{KERNEL_ULPS, down, least, most, up};
use crate::numeric::elementary;

/// A rising function as the extension sees it: its kernel, where and how its value is known exactly, its range.
#[derive(Clone, Copy)]
pub(super) struct Rising {
    /// The kernel, within 2 ulp.
    pub f: fn(f64) -> f64,
    /// The exact value, or the limit at an end of the domain, where it is known.
    pub known: fn(f64) -> Option<f64>,
    /// No value lies outside these.
    pub range: (f64, f64),
}

impl Rising {
    /// A bound from below for f(x).
    pub fn below(&self, x: f64) -> f64 {
        (self.known)(x).unwrap_or_else(|| most(self.range.0, down((self.f)(x), KERNEL_ULPS)))
    }

    /// A bound from above for f(x).
    pub fn above(&self, x: f64) -> f64 {
        (self.known)(x).unwrap_or_else(|| least(self.range.1, up((self.f)(x), KERNEL_ULPS)))
    }

    /// The range over `x`, which lies in the domain.
    fn over(&self, x: Interval) -> Interval {
        if x.is_empty() {
            return Interval::EMPTY;
        }
        Interval::new(self.below(x.lo), self.above(x.hi)).decorated(x.decoration)
    }
}

const REALS: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// Nothing is exact.
fn nowhere(_: f64) -> Option<f64> {
    None
}

/// f(0) = 0, with its sign; the ends of the line go to the ends.
fn odd(x: f64) -> Option<f64> {
    (x == 0.0).then_some(x)
}

impl Interval {
    /// The range of a continuous function that never falls, from a kernel `f` within 2 ulp; `x` must lie in its domain.
    pub fn increasing(x: Interval, f: fn(f64) -> f64) -> Interval {
        Rising { f, known: nowhere, range: REALS }.over(x)
    }

    /// The range of a continuous function that never rises, from a kernel `f` within 2 ulp; `x` must lie in its domain.
    pub fn decreasing(x: Interval, f: fn(f64) -> f64) -> Interval {
        if x.is_empty() {
            return Interval::EMPTY;
        }
        Interval::new(down(f(x.hi), KERNEL_ULPS), up(f(x.lo), KERNEL_ULPS)).decorated(x.decoration)
    }

    /// The real cube root.
    pub fn cbrt(self) -> Interval {
        fn known(x: f64) -> Option<f64> {
            let root = elementary::cbrt(x);
            // a root of few digits whose cube is exact; y = 0 has its sign
            let exact = root.abs() < 2e5 && root.round_ties_even() == root && root * root * root == x;
            exact.then_some(root)
        }
        Rising { f: elementary::cbrt, known, range: REALS }.over(self)
    }

    /// e^x.
    pub fn exp(self) -> Interval {
        let known = |x: f64| (x == 0.0).then_some(1.0);
        Rising { f: elementary::exp, known, range: (0.0, f64::INFINITY) }.over(self)
    }

    /// 2^x.
    pub fn exp2(self) -> Interval {
        fn known(x: f64) -> Option<f64> {
            let whole = x.floor() == x && (-1022.0..=1023.0).contains(&x);
            whole.then(|| f64::from_bits(((x as i64 + 1023) as u64) << 52))
        }
        Rising { f: elementary::exp2, known, range: (0.0, f64::INFINITY) }.over(self)
    }

    /// e^x - 1.
    pub fn expm1(self) -> Interval {
        Rising { f: elementary::expm1, known: odd, range: (-1.0, f64::INFINITY) }.over(self)
    }

    /// ln x for x > 0.
    pub fn ln(self) -> Interval {
        fn known(x: f64) -> Option<f64> {
            match x {
                0.0 => Some(f64::NEG_INFINITY),
                1.0 => Some(0.0),
                _ => None,
            }
        }
        Rising { f: elementary::ln, known, range: REALS }.over(self.positive())
    }

    /// The logarithm to base 2 for x > 0.
    pub fn log2(self) -> Interval {
        fn known(x: f64) -> Option<f64> {
            let power = x >= f64::MIN_POSITIVE && x.is_finite() && x.to_bits() << 12 == 0;
            match x {
                0.0 => Some(f64::NEG_INFINITY),
                _ if power => Some((x.to_bits() >> 52) as f64 - 1023.0),
                _ => None,
            }
        }
        Rising { f: elementary::log2, known, range: REALS }.over(self.positive())
    }

    /// The logarithm to base 10 for x > 0.
    pub fn log10(self) -> Interval {
        fn known(x: f64) -> Option<f64> {
            if x == 0.0 {
                return Some(f64::NEG_INFINITY);
            }
            // 10^22 is the last power of ten that is an f64
            let k = elementary::log10(x).round_ties_even();
            let exact = (0.0..=22.0).contains(&k) && (0..k as u32).fold(1.0, |p, _| p * 10.0) == x;
            exact.then_some(k)
        }
        Rising { f: elementary::log10, known, range: REALS }.over(self.positive())
    }

    /// ln(1 + x) for x > -1.
    pub fn log1p(self) -> Interval {
        fn known(x: f64) -> Option<f64> {
            if x == -1.0 { Some(f64::NEG_INFINITY) } else { odd(x) }
        }
        let x = self.restricted(-1.0, f64::INFINITY).without_low_end(-1.0);
        Rising { f: elementary::log1p, known, range: REALS }.over(x)
    }

    /// Hyperbolic sine.
    pub fn sinh(self) -> Interval {
        Rising { f: elementary::sinh, known: odd, range: REALS }.over(self)
    }

    /// Hyperbolic cosine.
    pub fn cosh(self) -> Interval {
        let known = |x: f64| (x == 0.0).then_some(1.0);
        Rising { f: elementary::cosh, known, range: (1.0, f64::INFINITY) }.over(self.abs())
    }

    /// Hyperbolic tangent.
    pub fn tanh(self) -> Interval {
        Rising { f: elementary::tanh, known: odd, range: (-1.0, 1.0) }.over(self)
    }

    /// Inverse hyperbolic sine.
    pub fn asinh(self) -> Interval {
        Rising { f: elementary::asinh, known: odd, range: REALS }.over(self)
    }

    /// Inverse hyperbolic cosine for x >= 1.
    pub fn acosh(self) -> Interval {
        let known = |x: f64| (x == 1.0).then_some(0.0);
        let x = self.restricted(1.0, f64::INFINITY);
        Rising { f: elementary::acosh, known, range: (0.0, f64::INFINITY) }.over(x)
    }

    /// Inverse hyperbolic tangent for -1 < x < 1.
    pub fn atanh(self) -> Interval {
        fn known(x: f64) -> Option<f64> {
            if x.abs() == 1.0 { Some(f64::INFINITY.copysign(x)) } else { odd(x) }
        }
        let x = -(-self.restricted(-1.0, 1.0).without_low_end(-1.0)).without_low_end(-1.0);
        Rising { f: elementary::atanh, known, range: REALS }.over(x)
    }

    /// The error function.
    pub fn erf(self) -> Interval {
        Rising { f: elementary::erf, known: odd, range: (-1.0, 1.0) }.over(self)
    }

    /// 1 - erf(x).
    pub fn erfc(self) -> Interval {
        // -erfc rises
        fn known(x: f64) -> Option<f64> {
            (x == 0.0).then_some(-1.0)
        }
        -Rising { f: |x| -elementary::erfc(x), known, range: (-2.0, 0.0) }.over(self)
    }

    /// 1/(1 + e^-x).
    pub fn sigmoid(self) -> Interval {
        let known = |x: f64| (x == 0.0).then_some(0.5);
        Rising { f: elementary::sigmoid, known, range: (0.0, 1.0) }.over(self)
    }

    /// ln(1 + e^x).
    pub fn softplus(self) -> Interval {
        Rising { f: elementary::softplus, known: nowhere, range: (0.0, f64::INFINITY) }.over(self)
    }

    /// What is above 0: 0 itself stays as an end, for its limit.
    pub(super) fn positive(self) -> Interval {
        self.restricted(0.0, f64::INFINITY).without_low_end(0.0)
    }

    /// Its members above `end`, where `end` is a pole at its low end: empty if it holds nothing else, `Partial` if it
    /// holds it.
    fn without_low_end(self, end: f64) -> Interval {
        match () {
            () if self.hi == end => Interval::EMPTY,
            () if self.lo == end => self.decorated(super::Decoration::Partial),
            () => self,
        }
    }
}
