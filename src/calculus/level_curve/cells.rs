//! The box cut into cells, each with what is proved of it.

use std::collections::VecDeque;

use super::edges::{Crossings, Field};
use crate::calculus::critical::{Outcome, System};
use crate::numeric::interval::Interval;
use crate::objective::Formula;

/// A cell in which one arc of the curve goes from one edge to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// The cell.
    pub cell: [Interval; 2],
    /// The coordinate over which the arc is a graph: the partial by the other one has one sign.
    pub over: usize,
    /// The crossings that it joins.
    pub ends: [usize; 2],
}

/// A cell with a saddle on the level.
#[derive(Clone, Debug, PartialEq)]
pub struct Meeting {
    /// The saddle.
    pub at: [f64; 2],
    /// The crossings on the cell's edges.
    pub ends: Vec<usize>,
}

/// What the box is made of.
pub struct Cut {
    pub domain: [Interval; 2],
    pub crossings: Crossings,
    pub arcs: Vec<Arc>,
    pub meetings: Vec<Meeting>,
    /// Extrema on the level: isolated points of it.
    pub isolated: Vec<[f64; 2]>,
    pub undecided: Vec<[Interval; 2]>,
    pub cells: u64,
    pub spent: bool,
}

/// Cells are cut no further than this part of the box.
const SMALLEST: f64 = 1e-8;
/// A saddle's cell is at most this part of the box, so that little of the curve hides in it.
const MEETING: f64 = 2e-3;
/// Where a cell is cut: not in the middle, where symmetric curves cross.
const SPLIT: f64 = 0.487_31;

enum Seen {
    Nothing,
    Arc(Arc),
    Meeting(Meeting),
    Isolated([f64; 2]),
    Unclear,
}

/// Cuts `domain` until every cell is understood, or small, or the budget is spent.
pub fn cut(
    f: &Formula,
    inputs: &[f64],
    level: f64,
    domain: [Interval; 2],
    budget: u64,
    watch: &mut dyn FnMut(u64) -> bool,
) -> Cut {
    let mut field = Field::new(f, inputs, level);
    let mut system = System::new(f, inputs);
    let mut cut = Cut {
        domain,
        crossings: Crossings::default(),
        arcs: Vec::new(),
        meetings: Vec::new(),
        isolated: Vec::new(),
        undecided: Vec::new(),
        cells: 0,
        spent: false,
    };
    let mut waiting = VecDeque::from([domain]);
    while let Some(cell) = waiting.pop_front() {
        if cut.cells >= budget || cut.cells.is_multiple_of(256) && !watch(cut.cells) {
            cut.spent = true;
            cut.undecided.push(cell);
            cut.undecided.extend(waiting.drain(..));
            break;
        }
        cut.cells += 1;
        match look(&mut field, &mut system, &mut cut, cell) {
            Seen::Nothing => {}
            Seen::Arc(arc) => cut.arcs.push(arc),
            Seen::Meeting(m) => cut.meetings.push(m),
            Seen::Isolated(p) => cut.isolated.push(p),
            Seen::Unclear => {
                let part = |i: usize| (cell[i].hi - cell[i].lo) / (domain[i].hi - domain[i].lo);
                let i = if part(0) >= part(1) { 0 } else { 1 };
                let at = cell[i].lo + SPLIT * (cell[i].hi - cell[i].lo);
                if part(i) <= SMALLEST || !(at > cell[i].lo && at < cell[i].hi) {
                    cut.undecided.push(cell);
                    continue;
                }
                for half in [Interval::new(cell[i].lo, at), Interval::new(at, cell[i].hi)] {
                    let mut smaller = cell;
                    smaller[i] = half;
                    waiting.push_back(smaller);
                }
            }
        }
    }
    cut
}

fn look(field: &mut Field, system: &mut System, cut: &mut Cut, cell: [Interval; 2]) -> Seen {
    let (value, partials) = field.over(cell);
    let holds = |v: Interval| v.lo <= 0.0 && 0.0 <= v.hi;
    if !holds(value) {
        return Seen::Nothing;
    }
    let smooth = value.is_continuous() && partials.iter().all(|p| p.is_bounded() && p.is_defined());
    if !smooth {
        return Seen::Unclear;
    }
    // the mean value form is narrower where the cell is small
    let middle = cell.map(|c| Interval::point(c.midpoint()));
    let (centre, _) = field.over(middle);
    let mean = centre + partials[0] * (cell[0] - middle[0]) + partials[1] * (cell[1] - middle[1]);
    if mean.is_bounded() && !holds(mean) {
        return Seen::Nothing;
    }
    let steep = [!holds(partials[0]), !holds(partials[1])];
    if !steep[0] && !steep[1] {
        return meeting(field, system, cut, cell);
    }
    let Some(ends) = around(field, cut, cell) else { return Seen::Unclear };
    match ends[..] {
        // every arc begins and ends on an edge
        [] => Seen::Nothing,
        [a, b] => {
            // the larger slope decides what it is a graph over
            let over =
                if steep[1] && (!steep[0] || partials[1].mignitude() >= partials[0].mignitude()) { 0 } else { 1 };
            Seen::Arc(Arc { cell, over, ends: [a, b] })
        }
        _ => Seen::Unclear,
    }
}

/// The crossings on the four edges.
fn around(field: &mut Field, cut: &mut Cut, cell: [Interval; 2]) -> Option<Vec<usize>> {
    let mut ends = Vec::new();
    for (axis, fixed, range) in
        [(0, cell[0].lo, cell[1]), (0, cell[0].hi, cell[1]), (1, cell[1].lo, cell[0]), (1, cell[1].hi, cell[0])]
    {
        ends.extend(cut.crossings.on(field, axis, fixed, range)?);
    }
    Some(ends)
}

/// A cell in which the gradient may vanish: a critical point on the level, proved to be the only one.
fn meeting(field: &mut Field, system: &mut System, cut: &mut Cut, cell: [Interval; 2]) -> Seen {
    let small = (0..2).all(|i| cell[i].hi - cell[i].lo <= MEETING * (cut.domain[i].hi - cut.domain[i].lo));
    if !small {
        return Seen::Unclear;
    }
    let Outcome::One { enclosure, .. } = system.test(&cell) else { return Seen::Unclear };
    let inside = enclosure.iter().zip(&cell).all(|(e, c)| e.is_within(*c));
    let (value, _) = field.over([enclosure[0], enclosure[1]]);
    // on the level as far as f64s can tell, and not merely near it
    let on = value.lo <= 0.0 && 0.0 <= value.hi;
    if !inside || !on {
        return Seen::Unclear;
    }
    let at = [0, 1].map(|i| if enclosure[i].contains(0.0) { 0.0 } else { enclosure[i].midpoint() });
    let hessian = system.hessian_at(&at);
    // the test has shown the determinant to have one sign in the cell
    let saddle = hessian[(0, 0)] * hessian[(1, 1)] < hessian[(0, 1)] * hessian[(1, 0)];
    let Some(ends) = around(field, cut, cell) else { return Seen::Unclear };
    match (saddle, ends.len()) {
        (true, 4) => Seen::Meeting(Meeting { at, ends }),
        (false, 0) => Seen::Isolated(at),
        _ => Seen::Unclear,
    }
}
