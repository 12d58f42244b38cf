//! What the search could not decide: boxes joined where they touch, with what the place looks like.

use super::apart;
use crate::engine::Evaluator;
use crate::numeric::interval::Interval;
use crate::numeric::linalg::{Matrix, Symmetric, norm2};
use crate::objective::Formula;

/// Boxes that touch each other, of which nothing is proved.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecided {
    /// The smallest box that holds them all: `[n]`.
    pub cells: Vec<Interval>,
    /// How many there were.
    pub count: usize,
    /// The place in it where the gradient was found smallest: `[n]`.
    pub at: Vec<f64>,
    /// f there.
    pub value: f64,
    /// |gradient| there.
    pub gradient_norm: f64,
    /// Of the Hessian there, ascending; empty where it does not exist.
    pub eigenvalues: Vec<f64>,
}

/// Joins `cells` where they touch.
pub fn joined(f: &Formula, inputs: &[f64], mut cells: Vec<Vec<Interval>>) -> Vec<Undecided> {
    // sorted by the first side, each is compared with the open groups that it can still touch
    cells.sort_by(|a, b| a[0].lo.total_cmp(&b[0].lo).then(a[0].hi.total_cmp(&b[0].hi)));
    let mut parent: Vec<usize> = (0..cells.len()).collect();
    fn root(parent: &mut [usize], mut i: usize) -> usize {
        while parent[i] != i {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }
        i
    }
    let mut open: Vec<usize> = Vec::new();
    for i in 0..cells.len() {
        open.retain(|&k| cells[k][0].hi >= cells[i][0].lo);
        for &k in &open {
            if !apart(&cells[k], &cells[i]) {
                let (a, b) = (root(&mut parent, k), root(&mut parent, i));
                parent[if a < b { b } else { a }] = if a < b { a } else { b };
            }
        }
        open.push(i);
    }
    let mut groups: Vec<(usize, Vec<Interval>, usize)> = Vec::new();
    for (i, cell) in cells.iter().enumerate() {
        let r = root(&mut parent, i);
        match groups.iter_mut().find(|g| g.0 == r) {
            Some((_, hull, count)) => {
                hull.iter_mut().zip(cell).for_each(|(h, c)| *h = Interval::new(least(h.lo, c.lo), most(h.hi, c.hi)));
                *count += 1;
            }
            None => groups.push((r, cell.clone(), 1)),
        }
    }
    let mut found: Vec<Undecided> = groups.into_iter().map(|(_, hull, count)| look(f, inputs, hull, count)).collect();
    found.sort_by(|a, b| super::order(&a.at, &b.at));
    found
}

fn least(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

fn most(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The likeliest place of a critical point in the hull.
fn look(f: &Formula, inputs: &[f64], hull: Vec<Interval>, count: usize) -> Undecided {
    let mut f = f.clone();
    let hessian = f.hessian();
    let places: Vec<usize> = f.variables.iter().map(|&v| f.input_index(v)).collect();
    let mut there = inputs.to_vec();
    let mut at = Evaluator::new(&f.graph, inputs);
    let middle: Vec<f64> = hull.iter().map(|x| x.midpoint()).collect();
    let rounded: Vec<f64> = hull.iter().map(|x| super::simple(*x, *x)).collect();
    let mut best: Option<(f64, Vec<f64>)> = None;
    for candidate in [rounded, middle] {
        places.iter().zip(&candidate).for_each(|(&p, &x)| there[p] = x);
        at.move_to(&there);
        let g: Vec<f64> = f.gradient.iter().map(|&g| at.value(g)).collect();
        let norm = norm2(&g);
        if best.as_ref().is_none_or(|(least, _)| norm < *least || least.is_nan()) {
            best = Some((norm, candidate));
        }
    }
    let (gradient_norm, point) = best.unwrap_or((f64::NAN, Vec::new()));
    places.iter().zip(&point).for_each(|(&p, &x)| there[p] = x);
    at.move_to(&there);
    let n = point.len();
    let second = Matrix::from_fn(n, n, |i, j| at.value(hessian[i][j]));
    let eigenvalues = Symmetric::factor(&second).map_or(Vec::new(), |s| s.values);
    Undecided { cells: hull, count, value: at.value(f.value), at: point, gradient_norm, eigenvalues }
}
