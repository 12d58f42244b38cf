//! The definition of the derivative at work: difference quotients, and their limits from one side.
//!
//! Uses the engine to evaluate f along a line, and `numeric::limit` to extrapolate.

use crate::engine::Evaluator;
use crate::objective::Formula;

/// What f does to one side of a point along a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Side {
    /// The quotients converge: the one-sided derivative and a bound for its error.
    Slope {
        /// The limit.
        value: f64,
        /// What it may be off by.
        error: f64,
    },
    /// f does not tend to its value at the point.
    Jump,
    /// f is continuous, its quotients grow without bound.
    Vertical,
    /// f is not defined there.
    Outside,
    /// The quotients neither settle nor grow.
    Unclear,
}

impl Side {
    /// The same with the sign of the slope changed.
    pub fn negated(self) -> Side {
        match self {
            Side::Slope { value, error } => Side::Slope { value: -value, error },
            other => other,
        }
    }
}

/// f along the line x + t v, for `direction` v: `[n]` over the formula's variables.
pub struct Line<'f> {
    f: &'f Formula,
    at: Evaluator<'f>,
    inputs: Vec<f64>,
    moved: Vec<f64>,
    places: Vec<usize>,
    direction: Vec<f64>,
}

impl<'f> Line<'f> {
    /// The line through the point given by all graph inputs.
    pub fn new(f: &'f Formula, inputs: &[f64], direction: &[f64]) -> Self {
        let places = f.variables.iter().map(|&v| f.input_index(v)).collect();
        let at = Evaluator::new(&f.graph, inputs);
        Line { f, at, inputs: inputs.to_vec(), moved: inputs.to_vec(), places, direction: direction.to_vec() }
    }

    /// f(x + t v).
    pub fn value(&mut self, t: f64) -> f64 {
        for (&place, &d) in self.places.iter().zip(&self.direction) {
            self.moved[place] = self.inputs[place] + t * d;
        }
        self.at.move_to(&self.moved);
        self.at.value(self.f.value)
    }

    /// A length in t over which f may be expected to change: the size of the coordinates that move, or 1 at 0.
    pub fn scale(&self) -> f64 {
        let moving = self.places.iter().zip(&self.direction).filter(|(_, d)| **d != 0.0);
        let mut scale = 0.0_f64;
        for (&p, &d) in moving {
            let s = (self.inputs[p] / d).abs();
            if s > scale {
                scale = s;
            }
        }
        if scale > 0.0 && scale.is_finite() { scale } else { 1.0 }
    }
}

/// A difference quotient: the definition of the derivative before the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quotient {
    /// The step.
    pub h: f64,
    /// (f(x + h v) - f(x))/h
    pub quotient: f64,
}

/// The quotients along `direction` for h = 1e-1, 1e-2, ..., 1e-8.
pub fn quotients(f: &Formula, inputs: &[f64], direction: &[f64]) -> Vec<Quotient> {
    let mut line = Line::new(f, inputs, direction);
    let here = line.value(0.0);
    [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8]
        .map(|h| Quotient { h, quotient: (line.value(h) - here) / h })
        .to_vec()
}

/// The one-sided derivative of f along `direction`: the limit of (f(x + t v) - f(x))/t as t falls to 0.
pub fn one_sided(f: &Formula, inputs: &[f64], direction: &[f64]) -> Side {
    let mut line = Line::new(f, inputs, direction);
    one_sided_on(&mut line)
}

/// The same for a line that is there already.
pub fn one_sided_on(line: &mut Line<'_>) -> Side {
    let here = line.value(0.0);
    let scale = line.scale();
    let mut q: Vec<f64> = (0..30).map(|k| { let h = scale * 0.1 / (1u64 << k) as f64; (line.value(h) - here) / h }).collect();
    if q.iter().any(|v| v.is_nan()) { return Side::Outside }
    for k in (1..20).rev() { q[k] = 2.0 * q[k] - q[k - 1]; }
    Side::Slope { value: q[12], error: (q[12] - q[13]).abs() }
}
