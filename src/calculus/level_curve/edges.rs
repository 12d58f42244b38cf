//! The zeros of f - c on an edge of a cell, each isolated: along the edge f - c changes sign and has no flat place.

use rustc_hash::FxHashMap as HashMap;

use crate::engine::{BoxScratch, Boxes};
use crate::numeric::interval::Interval;
use crate::objective::Formula;

/// f - c and the partials on intervals.
pub struct Field {
    boxes: Boxes,
    scratch: BoxScratch,
    inputs: Vec<Interval>,
    places: [usize; 2],
    level: Interval,
    out: Vec<Interval>,
}

impl Field {
    pub fn new(f: &Formula, inputs: &[f64], level: f64) -> Self {
        Field {
            boxes: Boxes::new(&f.graph, &[f.value, f.gradient[0], f.gradient[1]]),
            scratch: BoxScratch::default(),
            inputs: inputs.iter().map(|&x| Interval::point(x)).collect(),
            places: [f.input_index(f.variables[0]), f.input_index(f.variables[1])],
            level: Interval::point(level),
            out: Vec::new(),
        }
    }

    /// f - c and both partials over a cell.
    pub fn over(&mut self, cell: [Interval; 2]) -> (Interval, [Interval; 2]) {
        self.inputs[self.places[0]] = cell[0];
        self.inputs[self.places[1]] = cell[1];
        self.boxes.run(&mut self.scratch, &self.inputs, &mut self.out);
        (self.out[0] - self.level, [self.out[1], self.out[2]])
    }

    /// The sign of f - c at a point, 0 where rounding hides it.
    pub fn sign(&mut self, at: [f64; 2]) -> i8 {
        let (value, _) = self.over(at.map(Interval::point));
        match () {
            () if value.lo > 0.0 => 1,
            () if value.hi < 0.0 => -1,
            () => 0,
        }
    }
}

/// A zero on an edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// The coordinate that is fixed along the edge: 0 for vertical edges.
    pub axis: usize,
    /// Its value.
    pub fixed: f64,
    /// The interval of the other coordinate in which it is the only zero.
    pub range: Interval,
}

/// All crossings by their number, found once for neighbours that share an edge.
#[derive(Default)]
pub struct Crossings {
    pub all: Vec<Crossing>,
    by_line: HashMap<(usize, u64), Vec<usize>>,
}

/// An edge is cut no further than this part of its length.
const SMALLEST: f64 = 1e-10;

impl Crossings {
    /// The numbers of the crossings on the edge where coordinate `axis` is `fixed` and the other lies in `range`; `None` where
    /// they could not be isolated.
    pub fn on(&mut self, field: &mut Field, axis: usize, fixed: f64, range: Interval) -> Option<Vec<usize>> {
        let place = |t: Interval| if axis == 0 { [Interval::point(fixed), t] } else { [t, Interval::point(fixed)] };
        let point = |t: f64| if axis == 0 { [fixed, t] } else { [t, fixed] };
        let mut found = Vec::new();
        let mut open = vec![range];
        while let Some(part) = open.pop() {
            let (value, partials) = field.over(place(part));
            if !(value.lo <= 0.0 && 0.0 <= value.hi) {
                continue;
            }
            let slope = partials[1 - axis];
            let monotone = value.is_continuous()
                && slope.is_bounded()
                && slope.is_defined()
                && !(slope.lo <= 0.0 && 0.0 <= slope.hi);
            if monotone {
                match (field.sign(point(part.lo)), field.sign(point(part.hi))) {
                    // a zero at an end cannot be told from one beyond it
                    (0, _) | (_, 0) => return None,
                    (a, b) if a == b => {}
                    (low, _) => {
                        found.push(self.number(Crossing { axis, fixed, range: narrowed(field, point, part, low) }))
                    }
                }
                continue;
            }
            if part.hi - part.lo <= SMALLEST * (range.hi - range.lo) {
                return None;
            }
            let at = part.lo + 0.493 * (part.hi - part.lo);
            if !(at > part.lo && at < part.hi) || field.sign(point(at)) == 0 {
                return None;
            }
            open.push(Interval::new(part.lo, at));
            open.push(Interval::new(at, part.hi));
        }
        Some(found)
    }

    fn number(&mut self, crossing: Crossing) -> usize {
        let line = self.by_line.entry((crossing.axis, crossing.fixed.to_bits())).or_default();
        for &known in line.iter() {
            let other = self.all[known].range;
            if crossing.range.lo <= other.hi && other.lo <= crossing.range.hi {
                return known;
            }
        }
        self.all.push(crossing);
        line.push(self.all.len() - 1);
        self.all.len() - 1
    }
}

/// Bisection between signs as far as intervals tell them.
fn narrowed(field: &mut Field, point: impl Fn(f64) -> [f64; 2], part: Interval, low: i8) -> Interval {
    let (mut a, mut b) = (part.lo, part.hi);
    for _ in 0..1100 {
        let middle = a + 0.5 * (b - a);
        if !(middle > a && middle < b) {
            break;
        }
        match field.sign(point(middle)) {
            0 => break,
            s if s == low => a = middle,
            _ => b = middle,
        }
    }
    // where rounding hides the sign, the zero is within a few roundings of the middle
    Interval::new(a, b)
}
