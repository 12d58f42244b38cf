//! A formula as what is checked, and as what checks: its values in rounds, its exact derivative with a bound for the rounding.

use super::batch::{Answers, Evaluate, Round};
use super::compare::Reference;
use crate::calculus::status::{Judge, Judged, Status};
use crate::engine::{Enclosure, Evaluator, Program, Scratch, compile};
use crate::error::Located;
use crate::numeric::block::LANES;
use crate::numeric::interval::Interval;
use crate::numeric::random::Random;
use crate::objective::{ArrayObjective, Formula, Objective};

/// A formula that answers rounds.
#[derive(Debug)]
pub struct FormulaBatch<'f> {
    f: &'f Formula,
    program: Program,
    scratch: Scratch,
    places: Vec<usize>,
}

impl<'f> FormulaBatch<'f> {
    /// Compiles `f`'s value.
    pub fn new(f: &'f Formula) -> Self {
        let program = compile(&f.graph, &[f.value]);
        let places = f.variables.iter().map(|&v| f.input_index(v)).collect();
        FormulaBatch { f, scratch: program.scratch(), program, places }
    }
}

impl Evaluate for FormulaBatch<'_> {
    fn dimension(&self) -> usize {
        self.places.len()
    }

    fn round(&mut self, round: &Round<'_>) -> Result<Answers, Located> {
        let mut answers = Answers { functions: 1, ..Answers::default() };
        let mut columns = vec![vec![0.0; LANES]; self.f.graph.inputs().len()];
        let mut out = vec![Vec::new()];
        let mut x = Vec::new();
        for block in round.probes.chunks(LANES) {
            for (lane, probe) in block.iter().enumerate() {
                round.points.place(probe, &mut x);
                for (&place, &x) in self.places.iter().zip(&x) {
                    columns[place][lane] = x;
                }
            }
            let inputs: Vec<&[f64]> = columns.iter().map(|c| &c[..block.len()]).collect();
            self.program.run(&mut self.scratch, &inputs, block.len(), &mut out);
            answers.values.extend_from_slice(&out[0]);
        }
        Ok(answers)
    }
}

/// A partial derivative by the rules.
#[derive(Clone, Debug)]
pub struct Partial {
    /// With the bound for its rounding.
    pub reference: Reference,
    /// Whether it exists, and why not.
    pub judged: Judged,
    /// Proved bounds for it, where the rules are evidence and intervals could follow them.
    pub proved: Option<Interval>,
}

/// The exact gradient of `f` at `x: [n]`: a partial each, proved by interval arithmetic to lie within its bound.
pub fn gradient(f: &Formula, x: &[f64]) -> Vec<Partial> {
    let mut inputs = vec![0.0; f.graph.inputs().len()];
    for (&v, &x) in f.variables.iter().zip(x) {
        inputs[f.input_index(v)] = x;
    }
    let status = Judge::new(f).judge(&inputs);
    let point: Vec<Interval> = inputs.iter().map(|&x| Interval::point(x)).collect();
    let partial = |(judged, &node): (Judged, _)| {
        let value = judged.number;
        let range = Enclosure::new(&f.graph, node).of(&point);
        let (up, down) = (range.hi - value, value - range.lo);
        let width = if up > down { up } else { down };
        // a number that rests on limits, or an enclosure that division blew up: what is left is its own size
        let by_rule =
            judged.status == Status::Ok && judged.reason.is_none() && range.is_defined() && up >= 0.0 && down >= 0.0;
        let bound = if by_rule && width.is_finite() { width } else { 1e-9 * value.abs() };
        let exists = judged.status == Status::Ok;
        // what cannot be told from 0 by the terms that it is the sum of is 0
        let reference = Reference { value, bound: 2.0 * bound, zero: 8.0 * bound, exists };
        Partial { reference, judged, proved: by_rule.then_some(range) }
    };
    status.partials.into_iter().zip(&f.gradient).map(partial).collect()
}

/// A formula over long arrays that answers rounds.
pub struct ArrayBatch<'f>(pub &'f mut ArrayObjective);

impl Evaluate for ArrayBatch<'_> {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    fn round(&mut self, round: &Round<'_>) -> Result<Answers, Located> {
        let mut answers = Answers { functions: 1, ..Answers::default() };
        let mut x = Vec::new();
        for probe in &round.probes {
            round.points.place(probe, &mut x);
            answers.values.push(self.0.value(&x).map_err(Located::new)?);
        }
        Ok(answers)
    }
}

/// The same for a formula over long arrays. Interval arithmetic would cost too much there: the bound is what moving every
/// coordinate by a rounding error does to a partial, eight times.
pub fn array_gradient(f: &mut ArrayObjective, x: &[f64]) -> Vec<Partial> {
    let mut random = Random::new(1);
    let nudge = |&x: &f64| x * (1.0 + if random.word() >> 63 == 0 { f64::EPSILON } else { -f64::EPSILON });
    let moved: Vec<f64> = x.iter().map(nudge).collect();
    let (mut here, mut there) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    f.careful_gradient(x, &mut here);
    f.careful_gradient(&moved, &mut there);
    let partial = |(&value, &other): (&f64, &f64)| {
        let exists = value.is_finite();
        let bound = 8.0 * ((value - other).abs() + f64::EPSILON * value.abs());
        let judged = Judged {
            number: value,
            status: if exists { Status::Ok } else { Status::Undefined },
            reason: (!exists).then(|| "a kink, a jump or an undefined term enters it".into()),
        };
        // beside a kink the other point tells nothing
        let bound = if bound.is_finite() { bound } else { 1e-9 * value.abs() };
        Partial { reference: Reference { value, bound, zero: 4.0 * bound, exists }, judged, proved: None }
    };
    here.iter().zip(&there).map(partial).collect()
}

/// Which pieces of a function with corners a point lies on: two points with the same answer have no kink or jump between them that
/// this knows of.
pub fn branches(f: &Formula, x: &[f64]) -> Vec<i8> {
    let mut graph = f.graph.clone();
    let used = graph.reachable(&[f.value]);
    let depends = graph.depends_on(&f.variables);
    let ids: Vec<_> = graph.ids().filter(|id| used[id.index()]).collect();
    let mut deciding = Vec::new();
    for id in ids {
        let Some((function, args)) = graph.as_apply(id) else { continue };
        let args = args.to_vec();
        match function.operator() {
            Some(crate::formula::functions::Operator::Select) => deciding.push(args[0]),
            // the signs of its partial derivatives tell its pieces apart
            _ if function.corner.is_some() => {
                let partials = (function.partials)(&mut graph, &args, id);
                // not those by constants: the exponent of x^2 decides nothing
                let moving = args.iter().zip(partials).filter(|(arg, _)| depends[arg.index()]);
                deciding.extend(moving.map(|(_, partial)| partial));
            }
            _ => {}
        }
    }
    let mut inputs = vec![0.0; graph.inputs().len()];
    for (&v, &x) in f.variables.iter().zip(x) {
        inputs[f.input_index(v)] = x;
    }
    let mut at = Evaluator::new(&graph, &inputs);
    let sign = |v: f64| i8::from(v > 0.0) - i8::from(v < 0.0);
    deciding.into_iter().map(|node| sign(at.value(node))).collect()
}
