//! Steps for sums of squares from the triangular factor of the Jacobian, for the variables that no bound holds back.

use super::bounds::Bounds;
use super::vector::{dot, norm};
use crate::numeric::linalg::{Matrix, Qr};
use crate::objective::Triangle;

/// The linear problem min |J p + r| over some of the variables, J and r given by their triangle.
#[derive(Clone, Debug)]
pub struct Linear {
    /// The columns of R that are free: \[n, free\].
    upper: Matrix,
    /// -Q'r: \[n\].
    rhs: Vec<f64>,
    /// Scales of the free variables: \[free\].
    scale: Vec<f64>,
}

/// The p that minimises |J p + r| over the box around `x`, `free` being the variables that may leave their bounds at once: an active
/// set, from p = 0 on, so that the promise is never negative. `None` if numbers are not finite. Lawson and Hanson 1974, 23.3, with
/// bounds on both sides (Stark and Parker 1995).
pub fn boxed(triangle: &Triangle, scale: &[f64], bounds: &Bounds, x: &[f64], free: &[usize]) -> Option<Vec<f64>> {
    let n = x.len();
    let mut p = vec![0.0; n];
    let mut open = vec![false; n];
    free.iter().for_each(|&i| open[i] = true);
    let rhs = triangle.rhs();
    let room = |i: usize| (bounds.lower[i] - x[i], bounds.upper[i] - x[i]);
    // each round frees a variable or holds one; cycles are only left to rounding
    for _ in 0..10 * n + 10 {
        let moving: Vec<usize> = (0..n).filter(|&i| open[i]).collect();
        let fixed: Vec<(usize, f64)> = (0..n).filter(|&i| !open[i]).map(|i| (i, p[i])).collect();
        let target = Linear::new(triangle, &moving, scale, &fixed).gauss_newton()?;
        // as far towards it as the box goes
        let (mut part, mut first) = (1.0, None);
        for (&i, &to) in moving.iter().zip(&target) {
            let (low, high) = room(i);
            let end = if to < low { low } else { high };
            if (to < low || to > high) && (end - p[i]) / (to - p[i]) < part {
                (part, first) = ((end - p[i]) / (to - p[i]), Some((i, end)));
            }
        }
        for (&i, &to) in moving.iter().zip(&target) {
            p[i] += part * (to - p[i]);
        }
        if let Some((i, end)) = first {
            (p[i], open[i]) = (end, false);
            continue;
        }
        // J'(J p + r) of the held ones: whoever would go inwards is let go, the steepest first
        let row = |i: usize| (0..n).map(|j| triangle.at(i, j) * p[j]).sum::<f64>() + rhs[i];
        let image: Vec<f64> = (0..n).map(row).collect();
        let slope = |j: usize| (0..n).map(|i| triangle.at(i, j) * image[i]).sum::<f64>() / scale[j];
        let size = norm(&image);
        let inward = |i: &usize| {
            let ((low, high), slope) = (room(*i), slope(*i));
            let inward = p[*i] <= low && slope < 0.0 || p[*i] >= high && slope > 0.0;
            (!open[*i] && low < high && inward && slope.abs() > 1e-14 * size).then_some((*i, slope.abs()))
        };
        let steepest = (0..n).filter_map(|i| inward(&i)).reduce(|a, b| if b.1 > a.1 { b } else { a });
        match steepest {
            Some((i, _)) => open[i] = true,
            None => break,
        }
    }
    Some(p)
}

/// Added in place of damping where the columns depend on each other: their least solution, nearly.
const FLOOR: f64 = 1e-10;

impl Linear {
    /// For the variables `free`, measured by `scale`: \[n\]; the steps of `fixed` ones are decided.
    pub fn new(triangle: &Triangle, free: &[usize], scale: &[f64], fixed: &[(usize, f64)]) -> Self {
        let n = triangle.dimension();
        let moved = |i: usize| fixed.iter().map(|&(j, p)| triangle.at(i, j) * p).sum::<f64>();
        Linear {
            upper: Matrix::from_fn(n, free.len(), |i, j| triangle.at(i, free[j])),
            rhs: triangle.rhs().iter().enumerate().map(|(i, r)| -r - moved(i)).collect(),
            scale: free.iter().map(|&j| scale[j]).collect(),
        }
    }

    /// |D p|.
    pub fn length(&self, p: &[f64]) -> f64 {
        norm(&p.iter().zip(&self.scale).map(|(p, d)| p * d).collect::<Vec<f64>>())
    }

    /// The decrease of f = |r|^2 that the linear model promises for p.
    pub fn promise(&self, p: &[f64]) -> f64 {
        let image: Vec<f64> = (0..self.rhs.len()).map(|i| dot(self.upper.row(i), p)).collect();
        2.0 * dot(&image, &self.rhs) - dot(&image, &image)
    }

    /// p minimising |J p + r|^2 + damping |D p|^2, with the factor it was found by.
    fn damped(&self, damping: f64) -> Option<(Vec<f64>, Qr)> {
        let (n, free) = (self.upper.rows, self.upper.cols);
        let root = damping.sqrt();
        let rows = if damping > 0.0 { n + free } else { n };
        let entry = |i: usize, j: usize| match i {
            i if i < n => self.upper[(i, j)] / self.scale[j],
            i if i - n == j => root,
            _ => 0.0,
        };
        let qr = Qr::factor_pivoted(&Matrix::from_fn(rows, free, entry)).ok()?;
        if damping == 0.0 && qr.rank(1e-13) < free {
            return None;
        }
        let mut rhs = self.rhs.clone();
        rhs.resize(rows, 0.0);
        let p = qr.solve(&rhs).ok()?;
        Some((p.iter().zip(&self.scale).map(|(p, d)| p / d).collect(), qr))
    }

    /// The step of Gauss and Newton; where columns depend on each other, nearly the shortest one. `None` if numbers are not finite.
    pub fn gauss_newton(&self) -> Option<Vec<f64>> {
        let norms = |j: usize| dot(&self.upper.column(j), &self.upper.column(j));
        let largest = (0..self.upper.cols).map(|j| norms(j).sqrt() / self.scale[j]).fold(0.0, super::vector::larger);
        self.damped(0.0).or_else(|| self.damped(FLOOR * FLOOR * largest * largest)).map(|found| found.0)
    }

    /// The step with |D p| <= radius, to a tenth, and its damping. `guess`: the last damping. More 1978, section 5.
    pub fn within(&self, radius: f64, guess: f64) -> Option<(Vec<f64>, f64)> {
        let free = self.scale.len();
        // D^-1 J'r
        let slope: Vec<f64> = (0..free).map(|j| dot(&self.upper.column(j), &self.rhs) / self.scale[j]).collect();
        let steepest = norm(&slope);
        let mut low = 0.0;
        let whole = self.damped(0.0);
        if let Some((p, qr)) = &whole {
            let length = self.length(p);
            if length <= 1.1 * radius {
                return Some((p.clone(), 0.0));
            }
            low = (length - radius) / (radius * self.bend(p, length, qr)?);
        }
        let mut high = steepest / radius;
        if whole.is_none() {
            // the undamped step does not exist: the least damping stands for it
            low = FLOOR * FLOOR * steepest / radius;
        }
        if !(high > 0.0) {
            return Some((vec![0.0; free], 0.0));
        }
        let mut damping = guess;
        let mut best = None;
        for _ in 0..20 {
            if !(damping > low && damping < high) {
                damping = super::vector::larger(1e-3 * high, (low * high).sqrt());
            }
            let (p, qr) = self.damped(damping)?;
            let length = self.length(&p);
            let excess = length - radius;
            let bend = self.bend(&p, length, &qr)?;
            best = Some((p, damping));
            if excess.abs() <= 0.1 * radius {
                break;
            }
            if excess > 0.0 {
                low = super::vector::larger(low, damping);
            } else {
                high = super::vector::smaller(high, damping);
            }
            let next = damping + excess / radius / bend;
            damping = super::vector::larger(low, next);
            if high - low <= 1e-12 * high {
                break;
            }
        }
        best
    }

    /// -(d|D p|/d damping)/|D p|, by the factor at this damping.
    fn bend(&self, p: &[f64], length: f64, qr: &Qr) -> Option<f64> {
        // q = D p/|D p| in the factor's order; z = R^-T q; the derivative is |z|^2 |D p|
        let n = p.len();
        let upper = qr.upper();
        let q: Vec<f64> = qr.order().iter().map(|&j| p[j] * self.scale[j] / length).collect();
        let mut z = vec![0.0; n];
        for i in 0..n {
            let known: f64 = (0..i).map(|k| upper[(k, i)] * z[k]).sum();
            z[i] = (q[i] - known) / upper[(i, i)];
        }
        let bend = dot(&z, &z);
        (bend > 0.0 && bend.is_finite()).then_some(bend)
    }
}

/// max_j |J_j'r|/(|J_j| |r|): the cosine of the angle between the residuals and the nearest column, which is 0 at a minimum.
/// `gradient` = 2 J'r.
pub fn cosine(triangle: &Triangle, gradient: &[f64], value: f64, free: &[usize]) -> f64 {
    let norms = triangle.column_norms();
    let size = value.sqrt();
    let one = |&j: &usize| if gradient[j] == 0.0 { 0.0 } else { (0.5 * gradient[j] / norms[j] / size).abs() };
    free.iter().map(one).fold(0.0, super::vector::larger)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_step_in_a_box() {
        // f = (p1 + p2 - 3)^2 + (p1 - p2 - 1)^2 has its minimum at (2, 1). With p1 = 1 it is 2 (p2 - 1)^2 + 2
        let mut triangle = Triangle::new(2);
        triangle.absorb(&mut [vec![1.0, 1.0], vec![1.0, -1.0], vec![-3.0, -1.0]]);
        let bounds = Bounds { lower: vec![-1.0, -1.0], upper: vec![1.0, 5.0] };
        let p = boxed(&triangle, &[1.0, 1.0], &bounds, &[0.0, 0.0], &[0, 1]).unwrap();
        assert!((p[0] - 1.0).abs() < 1e-14 && (p[1] - 1.0).abs() < 1e-14, "{p:?}");
        // from a corner that holds both, both are let go again
        let bounds = Bounds { lower: vec![-1.0, -1.0], upper: vec![5.0, 5.0] };
        let p = boxed(&triangle, &[1.0, 1.0], &bounds, &[-1.0, -1.0], &[]).unwrap();
        assert!((p[0] - 2.0).abs() < 1e-14 && (p[1] - 1.0).abs() < 1e-14, "{p:?}");
    }

    #[test]
    fn steps_of_a_known_problem() {
        // J = [[3, 0], [0, 4], [0, 0]], r = (3, 8, 1): p = (-1, -2), f falls by 9 + 64
        let mut triangle = Triangle::new(2);
        triangle.absorb(&mut [vec![3.0, 0.0, 0.0], vec![0.0, 4.0, 0.0], vec![3.0, 8.0, 1.0]]);
        let linear = Linear::new(&triangle, &[0, 1], &[1.0, 1.0], &[]);
        let p = linear.gauss_newton().unwrap();
        assert!((p[0] + 1.0).abs() < 1e-14 && (p[1] + 2.0).abs() < 1e-14);
        assert!((linear.promise(&p) - 73.0).abs() < 1e-12);
        let (p, damping) = linear.within(1.0, 0.0).unwrap();
        assert!((norm(&p) - 1.0).abs() <= 0.1 && damping > 0.0);
        // (J'J + damping) p = -J'r
        assert!(((9.0 + damping) * p[0] + 9.0).abs() < 1e-12 && ((16.0 + damping) * p[1] + 32.0).abs() < 1e-12);
        let held = Linear::new(&triangle, &[1], &[1.0, 1.0], &[(0, 5.0)]);
        assert!((held.gauss_newton().unwrap()[0] + 2.0).abs() < 1e-14);
        let c = cosine(&triangle, &[18.0, 64.0], 74.0, &[0, 1]);
        assert!((c - 8.0 / 74f64.sqrt()).abs() < 1e-14);
    }
}
