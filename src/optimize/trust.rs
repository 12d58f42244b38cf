//! Steps inside a ball: the exact solution for a small Hessian, and what a radius learns from a step.

use super::vector::{dot, norm};
use crate::numeric::linalg::{Matrix, Symmetric};

/// p minimising g'p + p'Hp/2 over |p| <= radius, and the decrease that it promises.
///
/// More and Sorensen 1983 by eigenvalues: H = Q diag(e) Q', p = -Q (e + l)^-1 Q'g with the l >= max(0, -e_min) that makes |p| = radius,
/// or l = 0 where |p| is less. In the hard case, where g has no part along the lowest eigenvector, that vector is added.
#[derive(Clone, Debug)]
pub struct Exact {
    values: Vec<f64>,
    /// Row k is the eigenvector of `values[k]`.
    vectors: Matrix,
    /// Q'g
    image: Vec<f64>,
}

impl Exact {
    /// Factors; `None` where the numbers are not finite.
    pub fn new(hessian: &Matrix, gradient: &[f64]) -> Option<Self> {
        let Symmetric { values, vectors, .. } = Symmetric::factor(hessian).ok()?;
        let n = gradient.len();
        let image = (0..n).map(|k| (0..n).map(|i| vectors[(k, i)] * gradient[i]).sum()).collect();
        Some(Exact { values, vectors, image })
    }

    /// The lowest eigenvalue.
    pub fn lowest(&self) -> f64 {
        self.values.first().copied().unwrap_or(0.0)
    }

    fn length(&self, l: f64) -> f64 {
        norm(&self.scaled(l))
    }

    /// (e + l)^-1 Q'g
    fn scaled(&self, l: f64) -> Vec<f64> {
        let part = |(e, g): (&f64, &f64)| if *g == 0.0 { 0.0 } else { g / (e + l) };
        self.values.iter().zip(&self.image).map(part).collect()
    }

    /// The step and its promised decrease (positive).
    pub fn step(&self, radius: f64) -> (Vec<f64>, f64) {
        let lowest = self.lowest();
        let most = self.values.iter().fold(0.0, |m: f64, e| if e.abs() > m { e.abs() } else { m });
        let noise = 1e-14 * most;
        if lowest > noise && self.length(0.0) <= radius {
            return self.promise(self.scaled(0.0));
        }
        let floor = if lowest < 0.0 { -lowest } else { 0.0 };
        // just right of the pole
        let near = floor + if noise > 0.0 { noise } else { f64::MIN_POSITIVE };
        if self.length(near) <= radius {
            // hard case: the rest of the way along the lowest eigenvector, away from the gradient
            let mut parts = self.scaled(near);
            if lowest < -noise {
                let rest = radius * radius - dot(&parts, &parts);
                let sign = if self.image[0] < 0.0 { -1.0 } else { 1.0 };
                parts[0] += sign * if rest > 0.0 { rest.sqrt() } else { 0.0 };
            }
            return self.promise(parts);
        }
        // 1/|p| is nearly linear in l: Newton's method from the left, kept inside by bisection
        let (mut low, mut high) = (near, near + norm(&self.image) / radius + most);
        let mut l = low;
        for _ in 0..100 {
            let parts = self.scaled(l);
            let length = norm(&parts);
            if (length - radius).abs() <= 1e-10 * radius {
                break;
            }
            if length > radius {
                low = l
            } else {
                high = l
            }
            let slope: f64 = parts.iter().zip(&self.values).map(|(p, e)| p * p / (e + l)).sum();
            l += length * length / slope * (length - radius) / radius;
            if !(l > low && l < high) {
                l = 0.5 * (low + high);
            }
        }
        self.promise(self.scaled(l))
    }

    fn promise(&self, parts: Vec<f64>) -> (Vec<f64>, f64) {
        let n = parts.len();
        let decrease = (0..n).map(|k| parts[k] * (self.image[k] - 0.5 * self.values[k] * parts[k])).sum();
        let step = (0..n).map(|i| -(0..n).map(|k| self.vectors[(k, i)] * parts[k]).sum::<f64>()).collect();
        (step, decrease)
    }
}

/// The radius after a step of `length` whose decrease was `ratio` of the promise. Nocedal and Wright 2006, alg. 4.1.
pub fn radius_after(radius: f64, length: f64, ratio: f64) -> f64 {
    match ratio {
        r if !(r >= 0.25) => 0.25 * length,
        r if r > 0.75 && length >= 0.99 * radius => 2.0 * radius,
        _ => radius,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_on_the_sphere_and_in_the_hard_case() {
        let h = Matrix::from_rows(&[[2.0, 0.0], [0.0, 8.0]]).unwrap();
        let exact = Exact::new(&h, &[2.0, 4.0]).unwrap();
        let (p, d) = exact.step(10.0);
        assert!((p[0] + 1.0).abs() < 1e-15 && (p[1] + 0.5).abs() < 1e-15 && (d - 2.0).abs() < 1e-15);
        let (p, _) = exact.step(0.5);
        assert!((norm(&p) - 0.5).abs() < 1e-9);
        // the optimality condition: (H + l) p = -g with one l
        let l: Vec<f64> = (0..2).map(|i| (-[2.0, 4.0][i] - h[(i, i)] * p[i]) / p[i]).collect();
        assert!((l[0] - l[1]).abs() < 1e-6 * l[0]);
        // indefinite with no gradient along the negative curvature: to the sphere along it
        let h = Matrix::from_rows(&[[-2.0, 0.0], [0.0, 2.0]]).unwrap();
        let (p, d) = Exact::new(&h, &[0.0, 2.0]).unwrap().step(1.0);
        assert!((p[0].abs() - 0.75f64.sqrt()).abs() < 1e-9 && (p[1] + 0.5).abs() < 1e-9, "{p:?}");
        assert!((d - (0.75 + 1.0 - 0.25)).abs() < 1e-9);
    }
}
