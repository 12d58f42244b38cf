//! L-BFGS-B: a step for variables with bounds.
//!
//! The model m(x + z) = f + g'z + z'Bz/2 with B = theta I - W M W', W = [Y, theta S] and M^-1 = [[-D, L'], [L, theta S'S]], D and L
//! being the diagonal and the strict lower part of S'Y (Byrd, Nocedal and Schnabel 1994). First its first minimizer along the
//! projected gradient, the generalised Cauchy point, which says what bounds are active; then its minimizer among the other variables
//! (Byrd, Lu, Nocedal and Zhu 1995, algorithms CP and the direct primal method), projected into the box where that still
//! descends and else cut at the first bound (Morales and Nocedal 2011); then a strong Wolfe search between the point and the end.
//!
//! Pairs are scaled to s'y = 1, which changes no B: their lengths lie many orders of ten apart near the end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::{CONDITIONS, Lbfgs};
use crate::numeric::linalg::{Lu, Matrix};
use crate::objective::EvaluationError;
use crate::optimize::bounds::Bounds;
use crate::optimize::line_search::wolfe;
use crate::optimize::method::{Around, Iterate, Step};
use crate::optimize::vector::{dot, larger, norm};

/// Where a variable meets its bound on the way down the gradient; the nearest is the greatest, as a heap wants it.
#[derive(PartialEq)]
struct Break {
    t: f64,
    i: usize,
}

impl Eq for Break {}

impl PartialOrd for Break {
    fn partial_cmp(&self, other: &Break) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Break {
    fn cmp(&self, other: &Break) -> Ordering {
        other.t.total_cmp(&self.t).then(other.i.cmp(&self.i))
    }
}

/// The matrix B by its parts: theta, and the pairs' scales.
struct Model<'m> {
    s: &'m [Vec<f64>],
    y: &'m [Vec<f64>],
    scale: Vec<f64>,
    theta: f64,
    /// M^-1, and factored; of no pairs both are empty.
    inverse: Matrix,
    factored: Option<Lu>,
}

impl<'m> Model<'m> {
    /// `None` where M is singular.
    fn new(of: &'m Lbfgs) -> Option<Self> {
        let m = of.s.len();
        let scale: Vec<f64> = (0..m).map(|i| 1.0 / of.sy[i][i].sqrt()).collect();
        let theta = m.checked_sub(1).map_or(1.0, |last| of.yy[last][last] / of.sy[last][last]);
        let mut inverse = Matrix::zeros(2 * m, 2 * m);
        for i in 0..m {
            inverse[(i, i)] = -1.0;
            for j in 0..i {
                let l = scale[i] * scale[j] * of.sy[i][j];
                (inverse[(m + i, j)], inverse[(j, m + i)]) = (l, l);
            }
            for j in 0..=i {
                let ss = theta * scale[i] * scale[j] * dot(&of.s[i], &of.s[j]);
                (inverse[(m + i, m + j)], inverse[(m + j, m + i)]) = (ss, ss);
            }
        }
        let factored = if m == 0 { None } else { Some(Lu::factor(&inverse).ok()?) };
        Some(Model { s: &of.s, y: &of.y, scale, theta, inverse, factored })
    }

    /// Row i of W: \[2 pairs\].
    fn row(&self, i: usize) -> Vec<f64> {
        let y = self.y.iter().zip(&self.scale).map(|(y, c)| c * y[i]);
        y.chain(self.s.iter().zip(&self.scale).map(|(s, c)| self.theta * c * s[i])).collect()
    }

    /// W'v for a v: \[n\].
    fn transposed(&self, v: &[f64]) -> Vec<f64> {
        let y = self.y.iter().zip(&self.scale).map(|(y, c)| c * dot(y, v));
        y.chain(self.s.iter().zip(&self.scale).map(|(s, c)| self.theta * c * dot(s, v))).collect()
    }

    /// M v.
    fn middle(&self, v: &[f64]) -> Option<Vec<f64>> {
        self.factored.as_ref().map_or(Some(Vec::new()), |lu| lu.solve(v).ok())
    }

    /// W'Z Z'W, Z choosing the `free` variables: \[2 pairs\]\[2 pairs\]; `rows` are those of Z'W by its columns.
    fn gram(&self, rows: &[Vec<f64>]) -> Matrix {
        let mut gram = Matrix::zeros(rows.len(), rows.len());
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows[..=i].iter().enumerate() {
                let product = dot(a, b);
                (gram[(i, j)], gram[(j, i)]) = (product, product);
            }
        }
        gram
    }

    /// Z'W by its columns.
    fn columns(&self, free: &[usize]) -> Vec<Vec<f64>> {
        let take = |v: &Vec<f64>, c: f64| free.iter().map(|&i| c * v[i]).collect::<Vec<f64>>();
        let y = self.y.iter().zip(&self.scale).map(|(y, c)| take(y, *c));
        y.chain(self.s.iter().zip(&self.scale).map(|(s, c)| take(s, self.theta * c))).collect()
    }

    /// The first minimizer of the model along P(x - t g), and c = W'(x_cp - x). `None` where numbers fail.
    fn cauchy(&self, at: &Iterate, bounds: &Bounds) -> Option<(Vec<f64>, Vec<f64>)> {
        let (x, g) = (&at.x, &at.gradient);
        let mut d = vec![0.0; x.len()];
        let mut breaks = Vec::new();
        let mut open = 0_usize;
        for i in 0..x.len() {
            let t = match g[i] {
                g if g < 0.0 => (x[i] - bounds.upper[i]) / g,
                g if g > 0.0 => (x[i] - bounds.lower[i]) / g,
                _ => continue,
            };
            if t > 0.0 {
                d[i] = -g[i];
                open += 1;
                if t < f64::INFINITY {
                    breaks.push(Break { t, i });
                }
            }
        }
        let mut breaks = BinaryHeap::from(breaks);
        let mut point = x.clone();
        let mut p = self.transposed(&d);
        let mut mp = self.middle(&p)?;
        let (mut c, mut mc) = (vec![0.0; p.len()], vec![0.0; p.len()]);
        let mut slope = -dot(&d, &d);
        let mut bend = -self.theta * slope - inner(&p, &mp);
        let least = f64::EPSILON * bend;
        if !(bend > 0.0) && open > 0 {
            return None;
        }
        let mut passed = 0.0;
        while open > 0 {
            let minimum = -slope / bend;
            if !minimum.is_finite() {
                return None;
            }
            let Some(next) = breaks.peek().filter(|b| minimum >= b.t - passed) else {
                // the minimizer lies before the next corner
                let step = larger(minimum, 0.0);
                passed += step;
                add(&mut c, step, &p);
                break;
            };
            let (t, b) = (next.t, next.i);
            breaks.pop();
            let step = t - passed;
            passed = t;
            open -= 1;
            point[b] = if d[b] > 0.0 { bounds.upper[b] } else { bounds.lower[b] };
            d[b] = 0.0;
            let (gb, zb) = (g[b], point[b] - x[b]);
            add(&mut c, step, &p);
            add(&mut mc, step, &mp);
            let row = self.row(b);
            let through = self.middle(&row)?;
            slope += step * bend + gb * gb + self.theta * gb * zb - gb * inner(&row, &mc);
            bend -= self.theta * gb * gb + 2.0 * gb * inner(&row, &mp) + gb * gb * inner(&row, &through);
            bend = larger(bend, least);
            add(&mut p, gb, &row);
            add(&mut mp, gb, &through);
        }
        for ((point, x), d) in point.iter_mut().zip(x).zip(&d) {
            if *d != 0.0 {
                *point = x + passed * d;
            }
        }
        bounds.project(&mut point); // rounding alone can have left it
        Some((point, c))
    }

    /// From the Cauchy point on to the minimizer among the variables between their bounds. `None` where numbers fail.
    fn subspace(&self, at: &Iterate, bounds: &Bounds, cauchy: &mut [f64], c: &[f64]) -> Option<()> {
        let inside = |i: &usize| bounds.lower[*i] < cauchy[*i] && cauchy[*i] < bounds.upper[*i];
        let free: Vec<usize> = (0..cauchy.len()).filter(inside).collect();
        if free.is_empty() || self.s.is_empty() {
            return Some(());
        }
        let columns = self.columns(&free);
        let mc = self.middle(c)?;
        let mut r: Vec<f64> = free.iter().map(|&i| at.gradient[i] + self.theta * (cauchy[i] - at.x[i])).collect();
        for (column, mc) in columns.iter().zip(&mc) {
            add(&mut r, -mc, column);
        }
        // (M^-1 - W'ZZ'W/theta) v = W'Z r, from the formula of Sherman, Morrison and Woodbury
        let gram = self.gram(&columns);
        let inner = Matrix::from_fn(c.len(), c.len(), |i, j| self.inverse[(i, j)] - gram[(i, j)] / self.theta);
        let right: Vec<f64> = columns.iter().map(|column| dot(column, &r)).collect();
        let v = Lu::factor(&inner).ok()?.solve(&right).ok()?;
        for (column, v) in columns.iter().zip(&v) {
            add(&mut r, v / self.theta, column);
        }
        let step: Vec<f64> = r.iter().map(|r| -r / self.theta).collect();
        if !step.iter().all(|d| d.is_finite()) {
            return None;
        }
        let mut end = cauchy.to_vec();
        for (&i, d) in free.iter().zip(&step) {
            end[i] += d;
        }
        if bounds.project(&mut end) && !(descent(at, &end) < 0.0) {
            // the projection has spoilt the direction: as far as the first bound, as in 1995
            let mut whole = vec![0.0; cauchy.len()];
            free.iter().zip(&step).for_each(|(&i, d)| whole[i] = *d);
            let room = bounds.room(cauchy, &whole);
            end.copy_from_slice(cauchy);
            free.iter().zip(&step).for_each(|(&i, d)| end[i] += room * d);
            bounds.project(&mut end);
        }
        cauchy.copy_from_slice(&end);
        Some(())
    }
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], a: f64, v: &[f64]) {
    to.iter_mut().zip(v).for_each(|(to, v)| *to += a * v);
}

/// g'(end - x).
fn descent(at: &Iterate, end: &[f64]) -> f64 {
    at.gradient.iter().zip(end.iter().zip(&at.x)).map(|(g, (to, from))| g * (to - from)).sum()
}

impl Lbfgs {
    /// The direction to the model's minimizer in the box. `None` where numbers fail or it does not descend.
    fn aim(&mut self, at: &Iterate, bounds: &Bounds) -> Option<()> {
        let model = Model::new(self)?;
        let (mut end, c) = model.cauchy(at, bounds)?;
        model.subspace(at, bounds, &mut end, &c)?;
        self.direction.iter_mut().zip(&end).zip(&at.x).for_each(|((d, to), from)| *d = to - from);
        (dot(&self.direction, &at.gradient) < 0.0).then_some(())
    }

    /// A step where there are bounds.
    pub(super) fn step_in_box(
        &mut self,
        at: &Iterate,
        next: &mut Iterate,
        around: &mut Around,
    ) -> Result<Step, EvaluationError> {
        for _ in 0..2 {
            let aimed = self.aim(at, around.bounds).is_some();
            if !aimed && self.s.is_empty() {
                self.direction.fill(0.0);
                break;
            }
            if aimed {
                let bounds = around.bounds;
                let boxed = bounds.lower.iter().chain(&bounds.upper).all(|b| b.is_finite());
                let first = match norm(&self.direction) {
                    // without a pair the length of the gradient says nothing, unless the box does
                    length if self.s.is_empty() && !boxed && length > 1.0 => 1.0 / length,
                    _ => 1.0,
                };
                let room = larger(bounds.room(&at.x, &self.direction), 1.0);
                if let Some(length) = wolfe(at, &self.direction, first, room, CONDITIONS, next, around)? {
                    around.rate = length;
                    return Ok(Step::Done);
                }
                if self.s.is_empty() {
                    break;
                }
            }
            self.forget();
        }
        Ok(crate::optimize::rounding::stuck(at, &self.direction, 1.0))
    }
}
