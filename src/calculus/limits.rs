//! The definition of the derivative at work: difference quotients, and their limits from one side.
//!
//! Uses the engine to evaluate f along a line, and `numeric::limit` to extrapolate.

use crate::engine::{Enclosure, Evaluator};
use crate::numeric::interval::Interval;
use crate::numeric::limit::{Evaluation, Limit, Verdict, displacements, quotient};
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

/// Formulas of more nodes are not enclosed at every sample: the noise of a value is then taken from its size.
pub(super) const MOST_ENCLOSED: usize = 2000;

/// f along the line x + t v, for `direction` v: `[n]` over the formula's variables.
pub struct Line<'f> {
    f: &'f Formula,
    at: Evaluator<'f>,
    enclosure: Option<Enclosure<'f>>,
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
        let enclosure = Enclosure::new(&f.graph, f.value);
        let enclosure = (enclosure.len() <= MOST_ENCLOSED).then_some(enclosure);
        Line {
            f,
            at,
            enclosure,
            inputs: inputs.to_vec(),
            moved: inputs.to_vec(),
            places,
            direction: direction.to_vec(),
        }
    }

    /// f(x + t v).
    pub fn value(&mut self, t: f64) -> f64 {
        for (&place, &d) in self.places.iter().zip(&self.direction) {
            self.moved[place] = if d == 0.0 { self.inputs[place] } else { self.inputs[place] + t * d };
        }
        self.at.move_to(&self.moved);
        self.at.value(self.f.value)
    }

    /// f(x + t v) with a bound for its rounding error.
    fn evaluation(&mut self, t: f64) -> Evaluation {
        self.value(t);
        self.here()
    }

    /// f at the point moved to, with a bound for its rounding error.
    fn here(&mut self) -> Evaluation {
        self.at.move_to(&self.moved);
        let value = self.at.value(self.f.value);
        let plain = 4.0 * f64::EPSILON * value.abs();
        let Some(enclosure) = &mut self.enclosure else { return Evaluation { value, noise: plain } };
        let point: Vec<Interval> = self.moved.iter().map(|&x| Interval::point(x)).collect();
        let width = enclosure.of(&point).width();
        // an enclosure across a jump is as wide as the jump, which is no noise
        let noise = if width.is_finite() && width < 1e-3 * value.abs() + 1e-290 { width } else { plain };
        Evaluation { value, noise }
    }

    /// The only component that is not 0, if there is just one: its place and value.
    fn axis(&self) -> Option<(usize, f64)> {
        let mut moving = self.places.iter().zip(&self.direction).filter(|(_, d)| **d != 0.0);
        match (moving.next(), moving.next()) {
            (Some((&place, &d)), None) => Some((place, d)),
            _ => None,
        }
    }

    /// A length in t over which f may be expected to change: the size of the coordinates that move, 0 at the origin.
    fn scale(&self) -> f64 {
        let mut scale = 0.0_f64;
        for (&p, &d) in self.places.iter().zip(&self.direction) {
            let s = (self.inputs[p] / d).abs();
            if d != 0.0 && s > scale && s.is_finite() {
                scale = s;
            }
        }
        scale
    }

    /// What rounding x + t v to doubles can do to f, from the gradient by the rule where it is finite.
    fn displacement_noise(&mut self) -> f64 {
        self.value(0.0);
        let mut noise = 0.0;
        for ((&g, &p), &d) in self.f.gradient.iter().zip(&self.places).zip(&self.direction) {
            let slope = self.at.value(g);
            if d != 0.0 && slope.is_finite() {
                noise += (slope * self.inputs[p]).abs() * f64::EPSILON;
            }
        }
        noise
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
    if let Some((place, d)) = line.axis() {
        // along an axis the displacements are exact
        let x = line.inputs[place];
        let limit = slope(x, d.signum(), |at| {
            line.moved[place] = at;
            line.here()
        });
        return side(limit, d);
    }
    let scale = line.scale();
    if scale == 0.0 {
        return side(slope(0.0, 1.0, |t| line.evaluation(t)), 1.0);
    }
    // t = 1 is the point itself, so that steps shrink relative to the coordinates and end where rounding takes over
    let noise = line.displacement_noise();
    let limit = slope(1.0, 1.0, |t| {
        let e = line.evaluation((t - 1.0) * scale);
        Evaluation { noise: e.noise + noise, ..e }
    });
    side(limit, 1.0 / scale)
}

/// At 0 no coordinate says how small a step may be; below this one even modest powers of it underflow: 2^-70.
const SMALLEST_STEP: f64 = 8.470_329_472_543_003e-22;

/// The slope of `f` at `at` from one side, as `numeric::limit` has it, but for steps whose powers underflow.
/// Beside it: whether f itself stays away from its value at the point however small the step.
fn slope(at: f64, side: f64, mut f: impl FnMut(f64) -> Evaluation) -> (Limit, bool) {
    let here = f(at);
    let steps = displacements(at, side).into_iter().filter(|d| at != 0.0 || d.abs() >= SMALLEST_STEP);
    let samples: Vec<_> = steps.map(|d| quotient(d, here, f(at + d))).collect();
    let jumps = match (samples.get(samples.len() / 2), samples.last()) {
        // f(x + h) - f(x) at a middling and at the smallest step; a root h^p with p > 0.04 would have fallen by half
        (Some(middle), Some(last)) => {
            let (a, b) = (middle.q * middle.h, last.q * last.h);
            b.abs() > 0.5 * a.abs() && b.abs() > 4.0 * last.noise * last.h
        }
        _ => false,
    };
    (Limit::of(&samples), jumps)
}

/// What a limit of quotients says of f, the slope times `factor`.
fn side((limit, jumps): (Limit, bool), factor: f64) -> Side {
    match limit.verdict {
        Verdict::Converged => Side::Slope { value: limit.value * factor, error: limit.error * factor.abs() },
        Verdict::Undefined => Side::Outside,
        Verdict::Diverges if jumps => Side::Jump,
        Verdict::Diverges if limit.value.is_infinite() => Side::Vertical,
        Verdict::Diverges | Verdict::Unclear => Side::Unclear,
    }
}
