//! Level curves {f = c} in the plane: one through a point by continuation, or all of them in a box, proved.
//!
//! Uses the engine's [`Boxes`], `critical`'s test and `numeric`. In a box no branch can be missed: the box is cut into cells
//! until in each of them f - c has no zero, or one partial derivative has one sign. There the curve is the graph of a
//! function, its arcs begin and end on the cell's edges, and the zeros of f - c on an edge are isolated in turn. Snyder 1992,
//! "Interval analysis for computer graphics"; Plantinga and Vegter 2004. Where f has a saddle on the level itself,
//! branches meet: the saddle is proved to be alone in its cell, and counted as an end of each.
//!
//! | file | what it does |
//! | --- | --- |
//! | `cells` | cuts the box, proves what each cell holds |
//! | `edges` | isolates the zeros on the edges of cells |
//! | `chain` | joins arcs to branches and puts points on them |
//! | `trace` | follows one curve without a box: predictor and corrector |

mod cells;
mod chain;
mod edges;
mod trace;

use crate::engine::Evaluator;
use crate::numeric::interval::Interval;
use crate::objective::Formula;

/// A point of a branch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The length of the branch up to here.
    pub s: f64,
    /// Where.
    pub at: [f64; 2],
    /// f there.
    pub value: f64,
    /// The partials there.
    pub gradient: [f64; 2],
}

/// How a branch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where it began.
    Closed,
    /// At the edge of the box.
    Edge,
    /// At a saddle on the level, where branches meet.
    Saddle,
    /// At what could not be decided, or where the curve cannot be followed.
    Unknown,
    /// Far from the point where it began (no box was given).
    Far,
}

impl End {
    /// The word for it in results.
    pub fn word(self) -> &'static str {
        match self {
            End::Closed => "closed",
            End::Edge => "edge",
            End::Saddle => "saddle",
            End::Unknown => "unknown",
            End::Far => "far",
        }
    }
}

/// A branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Its points in order; of a closed one the last repeats the first.
    pub points: Vec<CurvePoint>,
    /// How it begins and ends.
    pub ends: [End; 2],
}

impl Branch {
    /// Whether it comes back to where it began.
    pub fn is_closed(&self) -> bool {
        self.ends[0] == End::Closed
    }

    /// Its length.
    pub fn length(&self) -> f64 {
        self.points.last().map_or(0.0, |p| p.s)
    }
}

/// The curves of one level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// The branches.
    pub branches: Vec<Branch>,
    /// Critical points on the level: saddles in which branches meet, and extrema, which are isolated points of it.
    pub singular: Vec<[f64; 2]>,
    /// Cells of which nothing could be decided.
    pub undecided: Vec<[Interval; 2]>,
    /// The cells that were looked into.
    pub cells: u64,
    /// Whether the budget ended the search.
    pub spent: bool,
}

impl Curves {
    /// Whether these are proved to be all branches in the box.
    pub fn complete(&self) -> bool {
        self.undecided.is_empty() && !self.spent
    }
}

/// f in the plane of its two variables, as numbers.
struct Plane<'f> {
    f: &'f Formula,
    at: Evaluator<'f>,
    inputs: Vec<f64>,
    places: [usize; 2],
    level: f64,
}

impl<'f> Plane<'f> {
    fn new(f: &'f Formula, inputs: &[f64], level: f64) -> Self {
        let places = [f.input_index(f.variables[0]), f.input_index(f.variables[1])];
        Plane { f, at: Evaluator::new(&f.graph, inputs), inputs: inputs.to_vec(), places, level }
    }

    fn go(&mut self, p: [f64; 2]) {
        self.inputs[self.places[0]] = p[0];
        self.inputs[self.places[1]] = p[1];
        self.at.move_to(&self.inputs);
    }

    /// f - c.
    fn residual(&mut self, p: [f64; 2]) -> f64 {
        self.go(p);
        self.at.value(self.f.value) - self.level
    }

    fn gradient(&mut self, p: [f64; 2]) -> [f64; 2] {
        self.go(p);
        [self.at.value(self.f.gradient[0]), self.at.value(self.f.gradient[1])]
    }

    fn point(&mut self, p: [f64; 2]) -> CurvePoint {
        self.go(p);
        let value = self.at.value(self.f.value);
        let gradient = [self.at.value(self.f.gradient[0]), self.at.value(self.f.gradient[1])];
        CurvePoint { s: 0.0, at: p, value, gradient }
    }
}

/// All branches of {f = `level`} in `domain`, with at most `budget` cells. `watch`: the cells so far; false stops.
pub fn curves_in(
    f: &Formula,
    inputs: &[f64],
    level: f64,
    domain: [Interval; 2],
    budget: u64,
    watch: &mut dyn FnMut(u64) -> bool,
) -> Curves {
    // a little beyond the box, so that a curve may touch its edge or pass through its corner
    // (by another part on each side: a diagonal would go through the corners of an evenly grown square too)
    let grown =
        |d: Interval, low: f64, high: f64| Interval::new(d.lo - low * (d.hi - d.lo), d.hi + high * (d.hi - d.lo));
    let wider = [grown(domain[0], 1.37e-7, 1.13e-7), grown(domain[1], 0.91e-7, 1.71e-7)];
    let first = chain::branches(f, inputs, level, cells::cut(f, inputs, level, wider, budget, watch));
    if first.complete() {
        return first;
    }
    // beyond it f may not be defined
    let exact = chain::branches(f, inputs, level, cells::cut(f, inputs, level, domain, budget, watch));
    if exact.complete() || exact.undecided.len() < first.undecided.len() { exact } else { first }
}

/// The branch through the point nearest to `from` on the level, as far as `reach` from there; `None` where no point of the
/// level is near.
pub fn curve_through(f: &Formula, inputs: &[f64], level: f64, from: [f64; 2], reach: f64) -> Option<Branch> {
    trace::follow(&mut Plane::new(f, inputs, level), from, reach)
}

/// Fills in the lengths: of an arc between two points whose tangents turn by an angle a, chord (a/2)/sin(a/2).
fn measure(points: &mut [CurvePoint]) {
    use crate::numeric::elementary::{atan2, hypot, sin};
    let mut s = 0.0;
    for k in 1..points.len() {
        let (a, b) = (points[k - 1], points[k]);
        let chord = hypot(b.at[0] - a.at[0], b.at[1] - a.at[1]);
        let dot = a.gradient[0] * b.gradient[0] + a.gradient[1] * b.gradient[1];
        let cross = a.gradient[0] * b.gradient[1] - a.gradient[1] * b.gradient[0];
        let half = 0.5 * atan2(cross, dot).abs();
        // at a saddle there is no tangent to turn
        let longer = if half > 1e-8 && half < 1.0 { half / sin(half) } else { 1.0 };
        s += chord * longer;
        points[k].s = s;
    }
}

#[cfg(test)]
mod tests;
