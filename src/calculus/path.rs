//! The chain rule along a path: d/dt f(x(t)) as grad f(x(t)) . x'(t), beside the derivative of the composed formula.
//!
//! Uses the objective and the engine. The two are computed from different graphs: one evaluates f's gradient at the numbers
//! x(t), the other differentiates the single formula f(x(t)) by t.

use crate::engine::{Enclosure, Evaluator};
use crate::formula::graft::graft;
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::numeric::interval::Interval;
use crate::numeric::sum::dot;
use crate::objective::Formula;

/// A path x(t) with its velocity, and f along it as one formula.
#[derive(Clone, Debug)]
pub struct Path {
    /// x_i(t), each with its derivative: `[n]`.
    coordinates: Vec<Formula>,
    /// f(x(t)) with its derivative by t.
    composed: Formula,
}

/// What is found at one t.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The parameter.
    pub t: f64,
    /// x(t): `[n]`.
    pub at: Vec<f64>,
    /// f(x(t)).
    pub value: f64,
    /// grad f at x(t): `[n]`.
    pub gradient: Vec<f64>,
    /// x'(t): `[n]`.
    pub velocity: Vec<f64>,
    /// grad f . x'(t).
    pub chained: f64,
    /// The derivative of f(x(t)) as one formula.
    pub composed: f64,
    /// What rounding can have done to the value.
    pub noise: f64,
}

/// What a path is as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Along {
    /// The largest |chained - composed|.
    pub max_difference: f64,
    /// Whether f stays what it is at the start, up to rounding, at every t that was looked at.
    pub on_level_set: bool,
    /// The smallest and the largest value.
    pub range: (f64, f64),
}

impl Path {
    /// The path of `coordinates`: `[n]` nodes of `graph` in the order of the formula's graph inputs named in `names`, over
    /// the parameter `t`. Named constants of `f` must have been declared in `graph` too.
    pub fn new(f: &Formula, graph: &Graph, t: NodeId, names: &[String], coordinates: &[NodeId]) -> Path {
        let whole = |node| Formula::new(graph.clone(), node, vec![t]);
        let mut joined = graph.clone();
        let root =
            graft(&mut joined, &f.graph, f.value, |g, input| match names.iter().position(|n| *n == input.name) {
                Some(i) => coordinates[i],
                None => g.declare(&input.name, input.kind),
            });
        Path {
            coordinates: coordinates.iter().map(|&c| whole(c)).collect(),
            composed: Formula::new(joined, root, vec![t]),
        }
    }

    /// What happens at `t`; `places`: where each coordinate stands among f's graph inputs, `[n]`.
    pub fn moment(&self, f: &Formula, places: &[usize], t: f64) -> Moment {
        let mut at = Vec::new();
        let mut velocity = Vec::new();
        for c in &self.coordinates {
            let (value, derivative) = along(c, t);
            at.push(value);
            velocity.push(derivative);
        }
        let mut inputs = vec![0.0; f.graph.inputs().len()];
        for (i, input) in f.graph.inputs().iter().enumerate() {
            if let InputKind::Constant(value) = input.kind {
                inputs[i] = value;
            }
        }
        for (&place, &x) in places.iter().zip(&at) {
            inputs[place] = x;
        }
        let mut here = Evaluator::new(&f.graph, &inputs);
        let value = here.value(f.value);
        // f may be differentiated by some of its variables only: the chain rule needs all that move
        let gradient: Vec<f64> = f.gradient.iter().map(|&g| here.value(g)).collect();
        let (_, composed) = along(&self.composed, t);
        let noise = self.noise(t, value);
        Moment { t, chained: dot(&gradient, &velocity), at, value, gradient, velocity, composed, noise }
    }

    fn noise(&self, t: f64, value: f64) -> f64 {
        let c = &self.composed;
        let mut inputs = vec![Interval::point(0.0); c.graph.inputs().len()];
        inputs[c.input_index(c.variables[0])] = Interval::point(t);
        let range = Enclosure::new(&c.graph, c.value).of(&inputs);
        let width = range.width();
        if range.is_bounded() { width } else { 4.0 * f64::EPSILON * value.abs() }
    }

    /// Whether the derivative's rule is evidence at `t`: no corner of f(x(t)) is met.
    pub fn is_smooth_at(&self, t: f64) -> bool {
        let c = &self.composed;
        let mut inputs = vec![0.0; c.graph.inputs().len()];
        inputs[c.input_index(c.variables[0])] = t;
        let mut at = Evaluator::new(&c.graph, &inputs);
        c.corners.any.is_none_or(|any| at.value(any) == 0.0)
    }
}

fn along(f: &Formula, t: f64) -> (f64, f64) {
    let mut inputs = vec![0.0; f.graph.inputs().len()];
    inputs[f.input_index(f.variables[0])] = t;
    let mut at = Evaluator::new(&f.graph, &inputs);
    (at.value(f.value), at.value(f.gradient[0]))
}

/// What the moments say of the whole path; `more`: further moments that are shown nowhere, so that a path which meets the
/// level at the shown ones alone is not taken for one that stays on it.
pub fn along_all(shown: &[Moment], more: &[Moment]) -> Along {
    let mut max_difference = 0.0;
    for m in shown {
        let d = (m.chained - m.composed).abs();
        if !(d <= max_difference) {
            max_difference = d;
        }
    }
    let start = shown.first().map_or(f64::NAN, |m| m.value);
    let mut on = !shown.is_empty();
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for m in shown.iter().chain(more) {
        let slack = 4.0 * (m.noise + shown[0].noise) + 8.0 * f64::EPSILON * start.abs();
        on &= (m.value - start).abs() <= slack;
        range = (if m.value < range.0 { m.value } else { range.0 }, if m.value > range.1 { m.value } else { range.1 });
    }
    Along { max_difference, on_level_set: on, range }
}
