//! The curvature of a stationary point where second derivatives do not decide: f itself along the directions in which they are 0, or
//! in which they change on the little way that is left.

use super::bounds::Bounds;
use super::curvature::{Curvature, curvature, dense};
use super::vector::{add_scaled, along, dot, larger, norm};
use crate::numeric::linalg::{Matrix, Symmetric};
use crate::numeric::trend::{Trend, trend};
use crate::objective::{EvaluationError, Objective};

/// Eigenvalues of the scaled Hessian below this part of the largest one are rounding.
const NOISE: f64 = 1e-10;
/// A curvature that Newton's step changes by more than this part of it is not that of the end: x^3 and x^4 near 0.
const CHANGES: f64 = 0.3;
/// The most directions that are looked along.
const MOST: usize = 60;

/// The curvature at `x`, as [`curvature`] has it; where the Hessian is known and has no negative eigenvalue, f tells about the rest.
pub fn at_end(
    objective: &mut dyn Objective,
    x: &[f64],
    free: &[usize],
    bounds: &Bounds,
    seed: u64,
) -> Result<Option<Curvature>, EvaluationError> {
    if !objective.offers().hessian || free.is_empty() {
        return curvature(objective, x, free, bounds, seed);
    }
    let n = x.len();
    let mut hessian = Matrix::zeros(n, n);
    objective.hessian(x, &mut hessian)?;
    let Some(mut found) = dense(&hessian, n, free) else { return Ok(None) };
    if found.negative > 0 {
        return Ok(Some(found));
    }
    let mut gradient = vec![0.0; n];
    let value = objective.value_and_gradient(x, &mut gradient)?;
    let Some(own) = Own::of(&hessian, free) else { return Ok(Some(found)) };
    let doubtful = own.doubtful(objective, x, &gradient, bounds)?;
    let flat: Vec<usize> = (0..free.len()).filter(|&k| own.values[k].abs() <= own.zero).collect();
    let mut directions: Vec<(Vec<f64>, bool)> = flat.iter().map(|&k| (own.direction(k, n), false)).collect();
    directions.extend(doubtful.iter().map(|&k| (own.direction(k, n), true)));
    // between two flat directions f may fall where it does not along both: x*y*(x^2 - y^2)
    for (i, j) in (0..flat.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        for ratio in [1.0, -1.0, 0.5, -0.5, 2.0, -2.0] {
            let mut sum = directions[i].0.clone();
            add_scaled(ratio, &directions[j].0, &mut sum);
            let length = norm(&sum);
            sum.iter_mut().for_each(|d| *d /= length);
            directions.push((sum, false));
        }
    }
    let size = larger(norm(x), 1.0);
    let mut at = vec![0.0; n];
    for (d, positive) in directions.into_iter().take(MOST) {
        let slope = dot(&gradient, &d);
        let mut failed = None;
        let mut side = |sign: f64| {
            let f = |t: f64| {
                along(x, sign * t, &d, &mut at);
                if bounds.project(&mut at) {
                    return f64::NAN;
                }
                objective.value(&at).unwrap_or_else(|e| {
                    failed = Some(e);
                    f64::NAN
                })
            };
            trend(f, value, sign * slope, size)
        };
        let sides = [side(1.0), side(-1.0)];
        if let Some(e) = failed {
            return Err(e);
        }
        let falls = sides.map(|s| s == Trend::Falls);
        if falls[0] || falls[1] {
            let sign = if falls[0] { 1.0 } else { -1.0 };
            found.downhill = Some(d.iter().map(|d| sign * d).collect());
            if falls[0] && falls[1] && free.len() == 1 {
                (found.negative, found.positive, found.flat) = (1, 0, 0);
            } else {
                found.falls = true;
            }
            break;
        }
        if positive && sides != [Trend::Rises; 2] {
            // its sign is not to be relied on
            (found.positive, found.flat) = (found.positive.saturating_sub(1), found.flat + 1);
        }
    }
    Ok(Some(found))
}

/// The Hessian of the free variables scaled to a unit diagonal, as the signs in [`Curvature`] are told.
struct Own<'f> {
    free: &'f [usize],
    scale: Vec<f64>,
    values: Vec<f64>,
    vectors: Matrix,
    zero: f64,
}

impl<'f> Own<'f> {
    fn of(hessian: &Matrix, free: &'f [usize]) -> Option<Self> {
        let root = |&i: &usize| if hessian[(i, i)] != 0.0 { hessian[(i, i)].abs().sqrt() } else { 1.0 };
        let scale: Vec<f64> = free.iter().map(root).collect();
        let entry = |i: usize, j: usize| hessian[(free[i], free[j])] / scale[i] / scale[j];
        let Symmetric { values, vectors, .. } =
            Symmetric::factor(&Matrix::from_fn(free.len(), free.len(), entry)).ok()?;
        let zero = NOISE * values.iter().fold(0.0, |m: f64, e| larger(m, e.abs()));
        Some(Own { free, scale, values, vectors, zero })
    }

    /// Eigenvector k among all variables, not of unit length.
    fn vector(&self, k: usize, n: usize) -> Vec<f64> {
        let mut v = vec![0.0; n];
        self.free.iter().enumerate().for_each(|(i, &at)| v[at] = self.vectors[(k, i)] / self.scale[i]);
        v
    }

    /// The same of unit length.
    fn direction(&self, k: usize, n: usize) -> Vec<f64> {
        let mut v = self.vector(k, n);
        let length = norm(&v);
        v.iter_mut().for_each(|d| *d /= length);
        v
    }

    /// Directions of positive curvature that Newton's step changes: there the point is not close enough to tell.
    fn doubtful(
        &self,
        objective: &mut dyn Objective,
        x: &[f64],
        gradient: &[f64],
        bounds: &Bounds,
    ) -> Result<Vec<usize>, EvaluationError> {
        let n = x.len();
        let positive: Vec<usize> = (0..self.free.len()).filter(|&k| self.values[k] > self.zero).collect();
        let vectors: Vec<Vec<f64>> = positive.iter().map(|&k| self.vector(k, n)).collect();
        let mut there = x.to_vec();
        for (&k, v) in positive.iter().zip(&vectors) {
            add_scaled(-dot(v, gradient) / self.values[k], v, &mut there);
        }
        bounds.project(&mut there);
        if there == x {
            return Ok(Vec::new());
        }
        let mut hessian = Matrix::zeros(n, n);
        objective.hessian(&there, &mut hessian)?;
        let changed = |k: usize, v: &[f64]| {
            let product: Vec<f64> = (0..n).map(|i| dot(hessian.row(i), v)).collect();
            !((dot(v, &product) - self.values[k]).abs() <= CHANGES * self.values[k])
        };
        Ok(positive.iter().zip(&vectors).filter(|(k, v)| changed(**k, v)).map(|(k, _)| *k).collect())
    }
}
