//! Arcs joined to branches, with points on them: where an arc is a graph over x, the y of any x is found between the cell's
//! edges by bisection and secants, and cannot slip to another branch.

use super::cells::{Arc, Cut};
use super::{Branch, CurvePoint, Curves, End, Plane, measure};
use crate::numeric::elementary::{atan2, hypot};
use crate::objective::Formula;

/// The tangent turns by no more than this between points: 6 degrees.
const TURN: f64 = 0.105;
/// Nor are they further apart than this part of the box.
const APART: f64 = 0.02;
/// Each arc is divided so often at most.
const DEEPEST: u32 = 12;

/// The branches of a cut.
pub fn branches(f: &Formula, inputs: &[f64], level: f64, cut: Cut) -> Curves {
    let mut plane = Plane::new(f, inputs, level);
    let mut at: Vec<Vec<usize>> = vec![Vec::new(); cut.crossings.all.len()];
    for (k, arc) in cut.arcs.iter().enumerate() {
        arc.ends.iter().for_each(|&e| at[e].push(k));
    }
    let mut saddle_of = vec![None; cut.crossings.all.len()];
    for (k, m) in cut.meetings.iter().enumerate() {
        m.ends.iter().for_each(|&e| saddle_of[e] = Some(k));
    }
    let mut found = Curves {
        branches: Vec::new(),
        singular: cut.meetings.iter().map(|m| m.at).chain(cut.isolated.iter().copied()).collect(),
        undecided: cut.undecided.clone(),
        cells: cut.cells,
        spent: cut.spent,
    };
    let end_of = |crossing: usize| {
        let c = cut.crossings.all[crossing];
        let on_edge = c.fixed == cut.domain[c.axis].lo || c.fixed == cut.domain[c.axis].hi;
        match () {
            () if saddle_of[crossing].is_some() => End::Saddle,
            () if on_edge => End::Edge,
            () => End::Unknown,
        }
    };
    let mut used = vec![false; cut.arcs.len()];
    // what begins somewhere first, then what goes round
    let starts = (0..at.len()).filter(|&c| at[c].len() == 1).chain((0..at.len()).filter(|&c| at[c].len() == 2));
    for start in starts.collect::<Vec<_>>() {
        let Some(&first) = at[start].iter().find(|&&a| !used[a]) else { continue };
        let open = at[start].len() == 1;
        if !open && at[start].iter().any(|&a| used[a]) {
            continue;
        }
        let mut points: Vec<[f64; 2]> = Vec::new();
        if let Some(k) = saddle_of[start] {
            points.push(cut.meetings[k].at);
        }
        points.push(polished(&mut plane, &cut, start));
        let (mut here, mut arc) = (start, first);
        loop {
            used[arc] = true;
            let [a, b] = cut.arcs[arc].ends;
            let there = if a == here { b } else { a };
            let end = polished(&mut plane, &cut, there);
            between(&mut plane, &cut, &cut.arcs[arc], end, &mut points);
            points.push(end);
            here = there;
            match at[here].iter().find(|&&a| !used[a]) {
                Some(&next) if here != start => arc = next,
                _ => break,
            }
        }
        let ends = if !open && here == start { [End::Closed; 2] } else { [end_of(start), end_of(here)] };
        if let (Some(k), false) = (saddle_of[here], ends[1] == End::Closed) {
            points.push(cut.meetings[k].at);
        }
        let mut points: Vec<CurvePoint> = points.into_iter().map(|p| plane.point(p)).collect();
        measure(&mut points);
        found.branches.push(Branch { points, ends });
    }
    // the two crossings of a saddle's cell with no arc beyond are a branch too short to see
    found
}

/// A crossing's point, on the curve to the last bit along its edge.
fn polished(plane: &mut Plane<'_>, cut: &Cut, crossing: usize) -> [f64; 2] {
    let c = cut.crossings.all[crossing];
    let place = |t: f64| if c.axis == 0 { [c.fixed, t] } else { [t, c.fixed] };
    place(root(plane, place, c.range.lo, c.range.hi))
}

/// The zero of f - c between `a` and `b`: the Illinois form of false position, kept between the ends.
fn root(plane: &mut Plane<'_>, place: impl Fn(f64) -> [f64; 2], a: f64, b: f64) -> f64 {
    let (mut a, mut b) = (a, b);
    let (mut fa, mut fb) = (plane.residual(place(a)), plane.residual(place(b)));
    if fa == 0.0 || fb == 0.0 || ((fa < 0.0) == (fb < 0.0)) {
        // an interval of a few roundings: the better end
        return if fb.abs() < fa.abs() { b } else { a };
    }
    for k in 0..200 {
        let secant = b - fb * ((b - a) / (fb - fa));
        let inside = secant > if a < b { a } else { b } && secant < if a < b { b } else { a };
        let m = if inside && k % 4 != 3 { secant } else { a + 0.5 * (b - a) };
        if m == a || m == b {
            break;
        }
        let fm = plane.residual(place(m));
        if fm == 0.0 {
            return m;
        }
        if (fm < 0.0) != (fb < 0.0) {
            (a, fa) = (b, fb);
        } else {
            fa *= 0.5;
        }
        (b, fb) = (m, fm);
        if (b - a).abs() <= f64::EPSILON * b.abs() {
            break;
        }
    }
    b
}

/// Points on an arc from the last of `points` to `end`, dense where it bends.
fn between(plane: &mut Plane<'_>, cut: &Cut, arc: &Arc, end: [f64; 2], points: &mut Vec<[f64; 2]>) {
    let Some(&begin) = points.last() else { return };
    let (i, j) = (arc.over, 1 - arc.over);
    let reach = [0, 1].map(|k| cut.domain[k].hi - cut.domain[k].lo);
    // an explicit stack, the nearer half on top
    let mut open = vec![(begin, end, 0)];
    while let Some((p, q, depth)) = open.pop() {
        let (gp, gq) = (plane.gradient(p), plane.gradient(q));
        let turn = atan2(gp[0] * gq[1] - gp[1] * gq[0], gp[0] * gq[0] + gp[1] * gq[1]).abs();
        let apart = hypot((q[0] - p[0]) / reach[0], (q[1] - p[1]) / reach[1]);
        let middle = p[i] + 0.5 * (q[i] - p[i]);
        // a NaN turn is no reason to go on
        if !(turn > TURN || apart > APART) || depth == DEEPEST || middle == p[i] || middle == q[i] {
            if q != end {
                points.push(q);
            }
            continue;
        }
        let place = |t: f64| {
            let mut at = [0.0; 2];
            at[i] = middle;
            at[j] = t;
            at
        };
        let t = root(plane, place, arc.cell[j].lo, arc.cell[j].hi);
        let m = place(t);
        open.push((m, q, depth + 1));
        open.push((p, m, depth + 1));
    }
}
