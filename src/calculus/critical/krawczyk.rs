//! Krawczyk's test on one box: K(X) = m - Y g(m) + (I - Y H(X))(X - m), Y an approximate inverse of H's middle.
//!
//! Every zero of g = grad f in X lies in K(X). Is K(X) apart from X, there is none; does it lie inside X, there is exactly
//! one, and H is regular in all of X.

use super::matrix;
use crate::engine::{BoxScratch, Boxes};
use crate::numeric::interval::Interval;
use crate::numeric::linalg::{Lu, Matrix};
use crate::objective::Formula;

/// What is known of a box.
pub enum Outcome {
    /// It holds no critical point.
    None,
    /// There is exactly one in `alone_in`, which holds the box; it lies in `enclosure`.
    One { alone_in: Vec<Interval>, enclosure: Vec<Interval> },
    /// All of its critical points lie in this part of it.
    Within(Vec<Interval>),
    /// Unknown; how much each side's width matters: `[n]`.
    Divide(Vec<f64>),
}

/// The gradient and the Hessian on boxes.
pub struct System {
    n: usize,
    gradient: Boxes,
    /// The lower triangle, row by row.
    hessian: Boxes,
    scratch: BoxScratch,
    inputs: Vec<Interval>,
    places: Vec<usize>,
    g: Vec<Interval>,
    h: Vec<Interval>,
}

/// The test looks this part of a width beyond the box, so that a point on its edge is one of its own.
const INFLATION: f64 = 0.1;
/// A contraction to less than this part of some side is worth looking at again before cutting.
const WORTH: f64 = 0.6;

impl System {
    pub fn new(f: &Formula, inputs: &[f64]) -> System {
        let n = f.dimension();
        let mut f = f.clone();
        let rows = f.hessian();
        let lower: Vec<_> = rows.iter().enumerate().flat_map(|(i, row)| row[..=i].to_vec()).collect();
        System {
            n,
            gradient: Boxes::new(&f.graph, &f.gradient),
            hessian: Boxes::new(&f.graph, &lower),
            scratch: BoxScratch::default(),
            inputs: inputs.iter().map(|&x| Interval::point(x)).collect(),
            places: f.variables.iter().map(|&v| f.input_index(v)).collect(),
            g: Vec::new(),
            h: Vec::new(),
        }
    }

    fn gradient(&mut self, at: &[Interval]) -> Vec<Interval> {
        for (&place, x) in self.places.iter().zip(at) {
            self.inputs[place] = *x;
        }
        self.gradient.run(&mut self.scratch, &self.inputs, &mut self.g);
        self.g.clone()
    }

    /// The entry (i, j) of the Hessian over the last box of `take_hessian`.
    fn entry(&self, i: usize, j: usize) -> Interval {
        let (i, j) = if i >= j { (i, j) } else { (j, i) };
        self.h[i * (i + 1) / 2 + j]
    }

    /// Whether the Hessian exists and is bounded over the box: only then do the tests speak.
    fn take_hessian(&mut self, at: &[Interval]) -> bool {
        for (&place, x) in self.places.iter().zip(at) {
            self.inputs[place] = *x;
        }
        self.hessian.run(&mut self.scratch, &self.inputs, &mut self.h);
        self.h.iter().all(|h| h.is_bounded() && h.is_continuous())
    }

    /// The Hessian at a point, as numbers.
    pub fn hessian_at(&mut self, at: &[f64]) -> Matrix {
        let point: Vec<Interval> = at.iter().map(|&x| Interval::point(x)).collect();
        self.take_hessian(&point);
        matrix(self.n, |i, j| self.entry(i, j).midpoint())
    }

    /// What is known of `cell`.
    pub fn test(&mut self, cell: &[Interval]) -> Outcome {
        let g = self.gradient(cell);
        if g.iter().any(|g| !(g.lo <= 0.0 && 0.0 <= g.hi)) {
            return Outcome::None;
        }
        let smooth = g.iter().all(|g| g.is_continuous());
        let wide: Vec<Interval> = cell.iter().map(|x| inflated(*x)).collect();
        if smooth && self.take_hessian(&wide) {
            match self.krawczyk(&wide) {
                Some(k) => {
                    if k.iter().zip(&wide).all(|(k, x)| k.is_inside(*x)) {
                        let enclosure = self.sharpened(k);
                        return Outcome::One { alone_in: wide, enclosure };
                    }
                    let mut part = Vec::new();
                    let mut shrunk = false;
                    for (k, x) in k.iter().zip(cell) {
                        let both = k.intersection(*x);
                        if both.is_empty() {
                            return Outcome::None;
                        }
                        shrunk |= both.width() < WORTH * x.width();
                        part.push(both);
                    }
                    if shrunk {
                        return Outcome::Within(part);
                    }
                }
                None => {
                    if self.excluded(&wide) {
                        return Outcome::None;
                    }
                }
            }
            return Outcome::Divide(self.influence(cell, &g));
        }
        // no Hessian to weigh the sides by: as wide as they are
        let bounded = self.take_hessian(cell);
        Outcome::Divide(if bounded { self.influence(cell, &g) } else { cell.iter().map(|x| x.width()).collect() })
    }

    /// Some partial is not 0 in the box by its mean value form: g_i(m) + H_i(X)(X - m).
    fn excluded(&mut self, cell: &[Interval]) -> bool {
        let middle: Vec<Interval> = cell.iter().map(|x| Interval::point(x.midpoint())).collect();
        let g = self.gradient(&middle);
        (0..self.n).any(|i| {
            let mut range = g[i];
            for j in 0..self.n {
                range = range + self.entry(i, j) * (cell[j] - middle[j]);
            }
            range.is_bounded() && !(range.lo <= 0.0 && 0.0 <= range.hi)
        })
    }

    /// K(X), for X on which the Hessian was taken; `None` where its middle has no inverse.
    fn krawczyk(&mut self, x: &[Interval]) -> Option<Vec<Interval>> {
        let n = self.n;
        let middle = matrix(n, |i, j| self.entry(i, j).midpoint());
        let lu = Lu::factor(&middle).ok()?;
        let mut inverse = Vec::new();
        for j in 0..n {
            let mut unit = vec![0.0; n];
            unit[j] = 1.0;
            let column = lu.solve(&unit).ok()?;
            if column.iter().any(|c| !c.is_finite()) {
                return None;
            }
            inverse.push(column); // by columns: inverse[j][i]
        }
        let m: Vec<f64> = x.iter().map(|x| x.midpoint()).collect();
        let at: Vec<Interval> = m.iter().map(|&x| Interval::point(x)).collect();
        let g = self.gradient(&at);
        if g.iter().any(|g| !g.is_bounded() || !g.is_defined()) {
            return None;
        }
        let mut image = Vec::with_capacity(n);
        for i in 0..n {
            let mut k = at[i];
            for j in 0..n {
                k = k - Interval::point(inverse[j][i]) * g[j];
            }
            for j in 0..n {
                // (I - Y H)_ij
                let mut c = Interval::point(if i == j { 1.0 } else { 0.0 });
                for (l, column) in inverse.iter().enumerate() {
                    if column[i] != 0.0 {
                        c = c - Interval::point(column[i]) * self.entry(l, j);
                    }
                }
                k = k + c * (x[j] - at[j]);
            }
            image.push(k);
        }
        Some(image)
    }

    /// A few more applications of the test make the enclosure as narrow as rounding allows.
    fn sharpened(&mut self, mut k: Vec<Interval>) -> Vec<Interval> {
        for _ in 0..8 {
            if !self.take_hessian(&k) {
                break;
            }
            let Some(next) = self.krawczyk(&k) else { break };
            let next: Vec<Interval> = next.iter().zip(&k).map(|(a, b)| a.intersection(*b)).collect();
            if next.iter().any(|x| x.is_empty()) {
                break;
            }
            let better = next.iter().zip(&k).any(|(a, b)| a.width() < 0.9 * b.width());
            k = next;
            if !better {
                break;
            }
        }
        k
    }

    /// How much the width of each side does to the gradient, relative to what the gradient does in the box.
    fn influence(&self, cell: &[Interval], g: &[Interval]) -> Vec<f64> {
        let weight = |i: usize| {
            let mut sum = 0.0;
            for (j, g) in g.iter().enumerate() {
                let size = g.magnitude();
                let moved = self.entry(j, i).magnitude() * cell[i].width();
                if moved > 0.0 {
                    sum += if size > 0.0 && size.is_finite() { moved / size } else { 1.0 };
                }
            }
            sum
        };
        (0..self.n).map(weight).collect()
    }
}

fn inflated(x: Interval) -> Interval {
    let margin = INFLATION * (x.hi - x.lo) + 1e-14 * x.magnitude() + 1e-290;
    Interval::new(x.lo - margin, x.hi + margin)
}
