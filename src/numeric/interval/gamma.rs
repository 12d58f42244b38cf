//! lgamma and its derivatives.
//!
//! psi_k is the k-th derivative of digamma, and lgamma counts as psi_-1. Between two neighbouring poles 0, -1, -2, ... (a
//! cell) every psi_k with odd k is convex, because psi_(k+2) > 0 there, and every one with even k rises, because
//! psi_(k+1) > 0. Right of 0, psi_k falls for odd k >= 1 and rises for even k. Abramowitz and Stegun 1964, 6.4.

use super::directed::{down, least, most, up};
use super::{Decoration, Interval};
use crate::numeric::elementary;

/// The kernels promise 2 ulp, or 1e-15 absolute near their zeros.
const GAMMA_ULPS: u32 = 4;
/// See [`GAMMA_ULPS`].
const GAMMA_ABSOLUTE: f64 = 4e-15;

/// The highest order the kernel knows.
const MAX_ORDER: f64 = 50.0;

/// The zero of digamma right of 0, where lgamma has its minimum there.
const DIGAMMA_ZERO: f64 = 1.461_632_144_968_362_3;

fn value(k: i32, x: f64) -> f64 {
    match k {
        -1 => elementary::lgamma(x),
        0 => elementary::digamma(x),
        1 => elementary::trigamma(x),
        _ => elementary::polygamma(f64::from(k), x),
    }
}

/// How far the kernel may be off at x beyond its ulps: where psi_k has zeros.
fn slack(k: i32, x: f64) -> f64 {
    match k {
        -1 | 0 => GAMMA_ABSOLUTE,
        // even orders have zeros left of 0, where sums of 2.4 k!/d^(k+1) cancel, d being the distance to the next pole
        _ if k % 2 == 0 && x < 0.0 => {
            let d = (x - x.round_ties_even()).abs();
            // where the sum overflows no more is wanted than beside f64::MAX: nearer to the pole no bound is lower
            let relative = 16.0 * f64::EPSILON * 2.4;
            least((1..=k).fold(relative / d, |bound, i| bound * f64::from(i) / d), relative * f64::MAX)
        }
        _ => 0.0,
    }
}

/// The limit of psi_k at the pole x from the right (side 1) or the left (side -1), or at +inf.
fn limit(k: i32, x: f64, side: f64) -> f64 {
    match () {
        () if x == f64::INFINITY => {
            if k <= 0 {
                f64::INFINITY
            } else {
                0.0
            }
        }
        () if k % 2 != 0 => f64::INFINITY,
        () => -side * f64::INFINITY,
    }
}

fn is_pole(x: f64) -> bool {
    x <= 0.0 && x.floor() == x
}

/// A bound from below (and above) for psi_k at an end of a cell; `side` tells where the cell lies.
fn below(k: i32, x: f64, side: f64) -> f64 {
    if is_pole(x) || x == f64::INFINITY {
        return limit(k, x, side);
    }
    match (k, x) {
        (-1, 1.0 | 2.0) => 0.0,
        _ => {
            let low = down(value(k, x), GAMMA_ULPS) - slack(k, x);
            if k >= 1 && k % 2 != 0 { most(0.0, low) } else { low.next_down() }
        }
    }
}

fn above(k: i32, x: f64, side: f64) -> f64 {
    if is_pole(x) || x == f64::INFINITY {
        return limit(k, x, side);
    }
    match (k, x) {
        (-1, 1.0 | 2.0) => 0.0,
        _ => {
            let high = (up(value(k, x), GAMMA_ULPS) + slack(k, x)).next_up();
            if k >= 2 && k % 2 == 0 && x > 0.0 { least(0.0, high) } else { high }
        }
    }
}

/// What no value of psi_k, k odd, lies below.
fn bottom(k: i32) -> f64 {
    if k == -1 { f64::NEG_INFINITY } else { 0.0 }
}

/// A bound from below for the minimum of psi_k, k odd, in the part [lo, hi] of a cell left of 0 (or for lgamma of any).
fn valley(k: i32, lo: f64, hi: f64) -> f64 {
    let slope = |x: f64| match () {
        () if is_pole(x) && x == lo => f64::NEG_INFINITY,
        () if is_pole(x) || x == f64::INFINITY => f64::INFINITY,
        // its sign is that of the pole; the power itself would overflow
        () if x > -1e-3 && x < 0.0 => f64::INFINITY,
        () => value(k + 1, x),
    };
    let (at_lo, at_hi) = (slope(lo), slope(hi));
    match () {
        () if at_lo >= 0.0 => return below(k, lo, 1.0),
        () if at_hi <= 0.0 => return below(k, hi, -1.0),
        // a kernel without an answer proves nothing
        () if at_lo.is_nan() || at_hi.is_nan() => return bottom(k),
        () => {}
    }
    if k == -1 && lo >= 0.0 {
        return least(below(k, DIGAMMA_ZERO, 1.0), below(k, DIGAMMA_ZERO.next_up(), 1.0));
    }
    // the slope rises: halve until the zero is between neighbours
    let (mut a, mut b) = (lo, hi);
    loop {
        let middle = 0.5 * a + 0.5 * b;
        if !(a < middle && middle < b) {
            break;
        }
        match slope(middle) {
            s if s < 0.0 => a = middle,
            s if s.is_nan() => return bottom(k),
            _ => b = middle,
        }
    }
    // between neighbours a convex function is above its tangents: less by |slope| times an ulp, or by a kernel's error in
    // the slope times the few ulps it moves the zero by
    let steepest = most(value(k + 1, a).abs(), value(k + 1, b).abs()) + slack(k + 1, a) + slack(k + 1, b);
    least(below(k, a, 1.0), below(k, b, -1.0)) - steepest * (b - a) * 8.0
}

impl Interval {
    /// ln |Gamma(x)|.
    pub fn lgamma(self) -> Interval {
        self.psi(-1)
    }

    /// Derivative of lgamma.
    pub fn digamma(self) -> Interval {
        self.psi(0)
    }

    /// Derivative of digamma.
    pub fn trigamma(self) -> Interval {
        self.psi(1)
    }

    /// The k-th derivative of digamma for a whole number k from 0 to 50; undefined for others.
    pub fn polygamma(order: Interval, x: Interval) -> Interval {
        let inside = order.lo.ceil() <= order.hi.floor() && order.hi >= 0.0 && order.lo <= MAX_ORDER;
        match () {
            () if order.is_empty() || !inside => Interval::EMPTY,
            () if order.is_point() => x.psi(order.lo as i32).decorated(order.decoration),
            () => Interval::ENTIRE.decorated(Decoration::Partial),
        }
    }

    fn psi(self, k: i32) -> Interval {
        let (lo, hi) = (self.lo, self.hi);
        if self.is_empty() || (self.is_point() && is_pole(lo)) {
            return Interval::EMPTY;
        }
        let unknown = {
            let low = if k % 2 != 0 { bottom(k) } else { f64::NEG_INFINITY };
            Interval::new(low, f64::INFINITY).decorated(Decoration::Partial)
        };
        let poles_at_ends = is_pole(lo) || is_pole(hi);
        let decoration = if poles_at_ends { Decoration::Partial } else { self.decoration };
        if lo >= 0.0 {
            let range = match k {
                -1 => Interval::new(valley(k, lo, hi), most(above(k, lo, 1.0), above(k, hi, -1.0))),
                _ if k % 2 == 0 => Interval::new(below(k, lo, 1.0), above(k, hi, -1.0)),
                _ => Interval::new(below(k, hi, -1.0), above(k, lo, 1.0)),
            };
            return range.decorated(decoration);
        }
        // one cell left of 0, or poles inside
        if lo == f64::NEG_INFINITY || hi > lo.floor() + 1.0 {
            return unknown;
        }
        let range = if k % 2 == 0 {
            Interval::new(below(k, lo, 1.0), above(k, hi, -1.0))
        } else {
            Interval::new(valley(k, lo, hi), most(above(k, lo, 1.0), above(k, hi, -1.0)))
        };
        if range.is_empty() { unknown } else { range.decorated(decoration) }
    }
}
