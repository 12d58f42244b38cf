//! Curves into a point: d_i(t) = c_i t^e_i as t falls to 0. Lines have all exponents 1; `y = c*x^p` is the trap that lines
//! do not see.

use crate::formula::print;
use crate::numeric::elementary::{exp2, log2, pow};
use crate::numeric::random::Random;

/// Exponents of a faster coordinate: y = c x^p with p = 2, 3, 3/2 and their kin, and, with the roles exchanged, 1/2, 1/3, 2/3.
const EXPONENTS: [f64; 7] = [1.0, 2.0, 3.0, 1.5, 4.0, 4.0 / 3.0, 2.5];
/// log2 of the coefficients, simplest first.
const STRETCHES: [f64; 15] = [0.0, 1.0, -1.0, 2.0, -2.0, 4.0, -4.0, 8.0, -8.0, 12.0, -12.0, 20.0, -20.0, 30.0, -30.0];
/// Samples along a curve.
const SAMPLES: usize = 48;
/// Those of them in the first twelve powers of ten.
const DENSE: usize = 32;
/// Nodes that may be evaluated in all: what a large formula leaves decides how many curves it gets.
const WORK: usize = 60_000_000;

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// c: `[n]`; 0 for coordinates that stay.
    coefficients: Vec<f64>,
    /// e: `[n]`, 1 or more, 1 for one that moves.
    exponents: Vec<f64>,
}

impl Curve {
    /// Whether it is a straight line.
    pub fn is_line(&self) -> bool {
        self.coefficients.iter().zip(&self.exponents).all(|(&c, &e)| c == 0.0 || e == 1.0)
    }

    /// d(t).
    pub fn displacement(&self, t: f64) -> Vec<f64> {
        let one = |(&c, &e): (&f64, &f64)| {
            if c == 0.0 {
                0.0
            } else if e == 1.0 {
                c * t
            } else {
                c * pow(t, e)
            }
        };
        self.coefficients.iter().zip(&self.exponents).map(one).collect()
    }

    /// Values of t, falling: as far down as a + d and powers of d can be told from a and from 0.
    pub fn parameters(&self, at: &[f64]) -> Vec<f64> {
        let mut size = 0.0;
        for &a in at {
            size = if a.abs() > size { a.abs() } else { size };
        }
        let widest = 0.0625 * if size > 0.0 { size } else { 1.0 };
        let mut top = f64::INFINITY;
        for (&c, &e) in self.coefficients.iter().zip(&self.exponents).filter(|(c, _)| **c != 0.0) {
            let t = pow(widest / c.abs(), 1.0 / e);
            top = if t < top { t } else { top };
        }
        let mut bottom: f64 = 0.0;
        for ((&c, &e), &a) in self.coefficients.iter().zip(&self.exponents).zip(at) {
            if c == 0.0 {
                continue;
            }
            // 2^-45 |a| is 128 times the spacing of f64s there; below 1e-60 fifth powers underflow
            let least = if a == 0.0 { 1e-60 } else { a.abs() * 2.9e-14 };
            let t = pow(least / c.abs(), 1.0 / e);
            bottom = if t > bottom { t } else { bottom };
        }
        if !(bottom < top) {
            return Vec::new();
        }
        // dense where rounding of f(a) leaves something to see, wide below
        let middle = if bottom > top * 1e-12 { bottom } else { top * 1e-12 };
        let mut found = Vec::with_capacity(SAMPLES);
        let mut t = top;
        for (end, count) in [(middle, DENSE), (bottom, SAMPLES - DENSE)] {
            let ratio = pow(end / t, 1.0 / count as f64);
            for _ in 0..count {
                // powers of two: along lines a + d is then exact as far down as f64s reach
                let snapped = exp2(log2(t).round_ties_even());
                if snapped >= bottom && found.last().is_none_or(|&last| snapped < last) {
                    found.push(snapped);
                }
                t *= ratio;
            }
        }
        found
    }

    /// `y = x^2`, `x = 0`, or in more variables `x = t, y = t^2, z = -t`.
    pub fn text(&self, names: &[String], at: &[f64]) -> String {
        let shifted = |i: usize| match at[i] {
            0.0 => names[i].clone(),
            a if a < 0.0 => format!("{} + {}", names[i], print::number(-a)),
            a => format!("{} - {}", names[i], print::number(a)),
        };
        let moving: Vec<usize> = (0..names.len()).filter(|&i| self.coefficients[i] != 0.0).collect();
        if names.len() == 2 && moving.len() == 2 {
            // the coordinate with exponent 1 is the free one
            let (free, bound) = if self.exponents[0] == 1.0 { (0, 1) } else { (1, 0) };
            let side = self.coefficients[free];
            let e = self.exponents[bound];
            // an odd whole power takes the side's sign along; a fractional one is of -x where x is below
            let odd = e == e.trunc() && (e / 2.0).fract() != 0.0;
            let c = self.coefficients[bound] / pow(side.abs(), e) * if odd { side.signum() } else { 1.0 };
            let base = match (e == e.trunc() || side > 0.0, at[free] == 0.0) {
                (true, true) => names[free].clone(),
                (true, false) if e == 1.0 && c == 1.0 => shifted(free),
                (true, false) => format!("({})", shifted(free)),
                (false, true) => format!("(-{})", names[free]),
                (false, false) => format!("({} - {})", print::number(at[free]), names[free]),
            };
            let power = if e == 1.0 { String::new() } else { format!("^{}", exponent(e)) };
            return format!("{} = {}{base}{power}", shifted(bound), factor(c));
        }
        let term = |i: usize| {
            let (c, e) = (self.coefficients[i], self.exponents[i]);
            let power = if e == 1.0 { "t".to_string() } else { format!("t^{}", exponent(e)) };
            if c == 0.0 { format!("{} = 0", shifted(i)) } else { format!("{} = {}{power}", shifted(i), factor(c)) }
        };
        const SHOWN: usize = 6;
        let mut parts: Vec<String> = (0..names.len()).take(SHOWN).map(term).collect();
        if names.len() > SHOWN {
            parts.push("...".into());
        }
        parts.join(", ")
    }
}

fn factor(c: f64) -> String {
    match c {
        1.0 => String::new(),
        -1.0 => "-".into(),
        // the stretches are powers of two, which are long in decimals
        c if log2(c.abs()) == log2(c.abs()).trunc() && log2(c.abs()).abs() > 3.0 => {
            format!("{}2^{}*", if c < 0.0 { "-" } else { "" }, log2(c.abs()))
        }
        c => format!("{}*", print::number(c)),
    }
}

fn exponent(e: f64) -> String {
    for (value, text) in [(4.0 / 3.0, "(4/3)"), (1.5, "(3/2)"), (2.5, "(5/2)")] {
        if e == value {
            return text.into();
        }
    }
    print::number(e)
}

/// The curves for a point of n coordinates and a formula of `nodes` nodes, the simplest first.
pub fn family(at: &[f64], nodes: usize) -> Vec<Curve> {
    let n = at.len();
    let most = (WORK / (SAMPLES * nodes.max(1))).clamp(64, 4000);
    let mut found: Vec<Curve> = Vec::new();
    let mut push = |coefficients: Vec<f64>, exponents: Vec<f64>| {
        if found.len() < most {
            found.push(Curve { coefficients, exponents });
        }
    };
    let ones = || vec![1.0; n];
    for i in 0..n.min(32) {
        for sign in [1.0, -1.0] {
            let mut c = vec![0.0; n];
            c[i] = sign;
            push(c, ones());
        }
    }
    if n == 1 {
        return found;
    }
    // curves in which all coordinates move, then pairs; in the plane they are the same
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|i| (0..i).map(move |j| (j, i))).collect();
    let few = pairs.len() <= 15;
    for (k, &e) in EXPONENTS.iter().enumerate() {
        for &stretch in &STRETCHES {
            let size = exp2(stretch);
            for &(i, j) in pairs.iter().take(if few { pairs.len() } else { 0 }) {
                // which of the two is the faster one; lines need one of the ways only
                for (slow, fast) in [(i, j), (j, i)].into_iter().take(if k == 0 { 1 } else { 2 }) {
                    for (a, b) in [(1.0, size), (1.0, -size), (-1.0, size), (-1.0, -size)] {
                        let (mut c, mut exponents) = (vec![0.0; n], ones());
                        c[slow] = a;
                        c[fast] = b;
                        exponents[fast] = e;
                        push(c, exponents);
                    }
                }
            }
        }
    }
    if n > 2 {
        let mut random = Random::new(0x6772_6164_7573);
        let mut draw = |k: usize| (random.uniform() * k as f64) as usize;
        for round in 0..1500 {
            let mut c = Vec::new();
            let mut exponents = Vec::new();
            let free = draw(n);
            for i in 0..n {
                let sign = if draw(2) == 0 { 1.0 } else { -1.0 };
                // the first ones are simple: coefficients 1 and the three plainest exponents
                let stretch = if round < 300 { 0.0 } else { STRETCHES[draw(9)] };
                c.push(sign * exp2(stretch));
                exponents.push(if i == free { 1.0 } else { EXPONENTS[draw(if round < 300 { 3 } else { 7 })] });
            }
            if round < 40 {
                exponents = ones();
            }
            push(c, exponents);
        }
    }
    found
}
