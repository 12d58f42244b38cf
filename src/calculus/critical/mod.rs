//! All critical points in a box, each with a proof: interval branch and prune on grad f = 0.
//!
//! Uses the engine's [`Boxes`] and `numeric::{interval, linalg}`. A box is dropped only where interval arithmetic shows
//! that some partial derivative is not 0 in it; a point is counted only where Krawczyk's test shows that a box holds exactly
//! one. What neither settles at the smallest size, or when the budget is spent, is listed and never dropped. Moore, Kearfott
//! and Cloud 2009, chapter 8; Neumaier 1990, 5.1 (Krawczyk 1969).
//!
//! | file | what it does |
//! | --- | --- |
//! | `krawczyk` | the test on one box |
//! | `undecided` | joins what is left where it touches, and says what it looks like |
//! | `higher` | one variable: higher derivatives settle what Krawczyk's test cannot |

mod higher;
mod krawczyk;
mod undecided;

use std::collections::VecDeque;

use super::classify::Class;
use crate::engine::{BoxScratch, Boxes};
use crate::numeric::interval::Interval;
use crate::numeric::linalg::{Matrix, Symmetric};
use crate::objective::Formula;
pub(super) use krawczyk::{Outcome, System};
pub use undecided::Undecided;

/// A critical point with its proof.
#[derive(Clone, Debug, PartialEq)]
pub struct CriticalPoint {
    /// The middle of its enclosure: `[n]`.
    pub at: Vec<f64>,
    /// A box in which it is the only critical point: `[n]`.
    pub alone_in: Vec<Interval>,
    /// The box that is known to hold it, a few roundings wide: `[n]`.
    pub enclosure: Vec<Interval>,
    /// f there, enclosed.
    pub value: Interval,
    /// Of the Hessian, ascending: `[n]`.
    pub eigenvalues: Vec<f64>,
    /// How many of them are negative.
    pub index: usize,
    /// What it is.
    pub class: Class,
}

/// The whole answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The proved points, in the order of their coordinates.
    pub points: Vec<CriticalPoint>,
    /// What could not be decided, joined where it touches.
    pub undecided: Vec<Undecided>,
    /// The boxes that were looked into.
    pub boxes: u64,
    /// Whether the budget ended the search.
    pub spent: bool,
}

impl Found {
    /// Whether the points are all that there are.
    pub fn complete(&self) -> bool {
        self.undecided.is_empty() && !self.spent
    }
}

/// A box is not divided further where each side is this part of the whole.
const SMALLEST: f64 = 1e-9;
/// Where a box is cut: not in the middle, where symmetric formulas have their critical points.
const CUT: f64 = 0.487_3;

/// What was seen so far, asked now and then: `(boxes, waiting, points)`; false stops the search, as if the budget were spent.
pub type Watch<'w> = &'w mut dyn FnMut(u64, usize, usize) -> bool;

/// All critical points of `f` with respect to its variables in `domain`: `[n]`, other inputs as in `inputs`.
/// At most `budget` boxes are looked into.
pub fn critical(f: &Formula, inputs: &[f64], domain: &[Interval], budget: u64, watch: Watch<'_>) -> Found {
    let mut search = Search::new(f, inputs, domain);
    let mut found = Found::default();
    let mut waiting: VecDeque<Vec<Interval>> = VecDeque::from([domain.to_vec()]);
    let mut left: Vec<Vec<Interval>> = Vec::new();
    while let Some(cell) = waiting.pop_front() {
        if found.boxes >= budget || found.boxes % 256 == 0 && !watch(found.boxes, waiting.len(), found.points.len()) {
            found.spent = true;
            left.push(cell);
            left.extend(waiting.drain(..));
            break;
        }
        found.boxes += 1;
        if found.points.iter().any(|p| inside(&cell, &p.alone_in)) {
            continue;
        }
        match search.system.test(&cell) {
            Outcome::None => {}
            Outcome::One { alone_in, enclosure } => search.add(alone_in, enclosure, &mut found.points),
            Outcome::Within(smaller) => waiting.push_back(smaller),
            Outcome::Divide(influence) => match search.cut(&cell, &influence) {
                Some(i) => {
                    let at = cell[i].lo + CUT * (cell[i].hi - cell[i].lo);
                    for half in [Interval::new(cell[i].lo, at), Interval::new(at, cell[i].hi)] {
                        let mut part = cell.clone();
                        part[i] = half;
                        waiting.push_back(part);
                    }
                }
                None => left.push(cell),
            },
        }
    }
    let mut undecided = undecided::joined(f, inputs, left);
    if let [range] = domain {
        undecided.retain(|u| match higher::settle(f, inputs, u.cells[0]) {
            Some(point) if range.contains(point.at[0]) => {
                found.points.push(point);
                false
            }
            _ => true,
        });
    }
    found.points.sort_by(|a, b| order(&a.at, &b.at));
    found.undecided = undecided;
    found
}

fn order(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

fn inside(a: &[Interval], b: &[Interval]) -> bool {
    a.iter().zip(b).all(|(x, y)| x.is_within(*y))
}

fn apart(a: &[Interval], b: &[Interval]) -> bool {
    a.iter().zip(b).any(|(x, y)| x.hi < y.lo || y.hi < x.lo)
}

struct Search<'f> {
    domain: &'f [Interval],
    system: System,
    value: Boxes,
    scratch: BoxScratch,
    inputs: Vec<Interval>,
    places: Vec<usize>,
}

impl<'f> Search<'f> {
    fn new(f: &Formula, inputs: &[f64], domain: &'f [Interval]) -> Self {
        Search {
            domain,
            system: System::new(f, inputs),
            value: Boxes::new(&f.graph, &[f.value]),
            scratch: BoxScratch::default(),
            inputs: inputs.iter().map(|&x| Interval::point(x)).collect(),
            places: f.variables.iter().map(|&v| f.input_index(v)).collect(),
        }
    }

    /// The side to cut: the one whose width matters most to the gradient, among those that can still be cut.
    fn cut(&self, cell: &[Interval], influence: &[f64]) -> Option<usize> {
        let wide = |i: usize| {
            let (c, d) = (cell[i], self.domain[i]);
            let middle = c.lo + CUT * (c.hi - c.lo);
            c.hi - c.lo > SMALLEST * (d.hi - d.lo) && middle > c.lo && middle < c.hi
        };
        let mut best: Option<(usize, f64)> = None;
        for (i, &weight) in influence.iter().enumerate() {
            if weight > 0.0 && wide(i) && best.is_none_or(|(_, w)| weight > w) {
                best = Some((i, weight));
            }
        }
        best.map(|b| b.0)
    }

    fn add(&mut self, alone_in: Vec<Interval>, enclosure: Vec<Interval>, points: &mut Vec<CriticalPoint>) {
        if apart(&enclosure, self.domain) {
            return; // the test looks a little beyond the box
        }
        let known = |p: &CriticalPoint| inside(&enclosure, &p.alone_in) || inside(&p.enclosure, &alone_in);
        if points.iter().any(known) {
            return;
        }
        let at: Vec<f64> = enclosure.iter().zip(self.domain).map(|(e, d)| simple(*e, *d)).collect();
        for (&place, e) in self.places.iter().zip(&enclosure) {
            self.inputs[place] = *e;
        }
        let mut out = Vec::new();
        self.value.run(&mut self.scratch, &self.inputs, &mut out);
        let hessian = self.system.hessian_at(&at);
        let eigenvalues = Symmetric::factor(&hessian).map_or_else(|_| vec![f64::NAN; at.len()], |s| s.values);
        let index = eigenvalues.iter().filter(|e| **e < 0.0).count();
        // the test has shown the Hessian to be regular in all of the box: no eigenvalue is 0
        let class = match index {
            0 => Class::Minimum,
            i if i == at.len() => Class::Maximum,
            _ => Class::Saddle,
        };
        points.push(CriticalPoint { at, alone_in, enclosure, value: out[0], eigenvalues, index, class });
    }
}

/// A number in the enclosure: 0 or one of few digits where there is one, else the middle.
fn simple(enclosure: Interval, domain: Interval) -> f64 {
    if enclosure.contains(0.0) {
        return 0.0;
    }
    let middle = enclosure.midpoint();
    let rounded = (middle * 1e6).round_ties_even() / 1e6;
    let within = |x: f64| enclosure.contains(x) && domain.contains(x);
    match () {
        () if within(rounded) => rounded,
        () if within(middle) || !within(domain.lo) && !within(domain.hi) => middle,
        () if within(domain.lo) => domain.lo,
        () => domain.hi,
    }
}

/// The Hessian as numbers.
fn matrix(n: usize, entry: impl Fn(usize, usize) -> f64) -> Matrix {
    Matrix::from_fn(n, n, entry)
}

#[cfg(test)]
mod tests;
