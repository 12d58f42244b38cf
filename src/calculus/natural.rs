//! The natural gradient: steepest ascent where length is measured by a metric F, F^-1 grad f. Amari 1998.
//!
//! Uses `objective::metric` and `numeric::linalg`.

use crate::numeric::linalg::{Cholesky, LinalgError, Matrix, Symmetric};
use crate::numeric::sum::{Sum, dot, two_product};

/// The natural gradient at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Natural {
    /// Largest over smallest eigenvalue of the metric, damping included.
    pub condition_number: f64,
    /// F^-1 grad f: `[n]`.
    pub gradient: Vec<f64>,
    /// grad f . F^-1 grad f: the square of the natural gradient's length under F.
    pub square_length: f64,
}

/// F^-1 `gradient` by Cholesky, `metric`: \[n, n\]. Fails where the metric is not positive definite.
pub fn natural(metric: &Matrix, gradient: &[f64]) -> Result<Natural, LinalgError> {
    let factor = Cholesky::factor(metric)?;
    let mut solution = factor.solve(gradient)?;
    // one step of refinement with an exact residual: what the square roots of the factor rounded away comes back
    let residual: Vec<f64> = (0..metric.rows).map(|i| residual(gradient[i], metric.row(i), &solution)).collect();
    let correction = factor.solve(&residual)?;
    solution.iter_mut().zip(&correction).for_each(|(x, c)| *x += c);
    let condition_number = Symmetric::factor(metric)?.condition_number();
    Ok(Natural { condition_number, square_length: dot(gradient, &solution), gradient: solution })
}

/// b - row . x, rounded once.
fn residual(b: f64, row: &[f64], x: &[f64]) -> f64 {
    let mut rest = Sum::new();
    rest.add(b);
    for (&a, &x) in row.iter().zip(x) {
        let (product, lost) = two_product(a, x);
        rest.add(-product);
        rest.add(-lost);
    }
    rest.value()
}

/// `metric` with `damping` added to its diagonal.
pub fn damped(metric: &Matrix, damping: f64) -> Matrix {
    Matrix::from_fn(metric.rows, metric.rows, |i, j| metric[(i, j)] + if i == j { damping } else { 0.0 })
}

/// step . F step/2: what a divergence is to second order.
pub fn half_square(metric: &Matrix, step: &[f64]) -> f64 {
    0.5 * metric.apply(step).map_or(f64::NAN, |image| dot(step, &image))
}

/// The rate at which a divergence that grows with the rate reaches `target`, from the guess of its quadratic part.
/// `divergence`: at a rate; `None` beyond the family's edge. `None` where it is not reached.
pub fn rate_of(target: f64, guess: f64, mut divergence: impl FnMut(f64) -> Option<f64>) -> Option<f64> {
    if !(guess > 0.0 && guess.is_finite()) {
        return None;
    }
    let mut above = |rate: f64| divergence(rate).is_none_or(|d| d > target);
    // a bracket by doubling, then bisection: a divergence is convex along a line only near 0
    let (mut low, mut high) = (guess, guess);
    let mut tries = 0;
    while above(low) {
        low *= 0.5;
        tries += 1;
        if tries > 200 {
            return None;
        }
    }
    tries = 0;
    while !above(high) {
        high *= 2.0;
        tries += 1;
        if tries > 200 {
            return None;
        }
    }
    for _ in 0..200 {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            break;
        }
        if above(middle) { high = middle } else { low = middle }
    }
    // an edge of the family is no length
    divergence(low).filter(|d| (d - target).abs() <= 1e-6 * target).map(|_| low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_s_normal() {
        // F = diag(1/s^2, 2/s^2) at s = 1/2, gradient (-4, -3)
        let f = Matrix::from_rows(&[[4.0, 0.0], [0.0, 8.0]]).unwrap();
        let found = natural(&f, &[-4.0, -3.0]).unwrap();
        assert_eq!(found.gradient, [-1.0, -0.375]);
        assert_eq!(found.condition_number, 2.0);
        assert_eq!(found.square_length, 4.0 + 1.125);
        assert_eq!(half_square(&f, &[1.0, 1.0]), 6.0);
    }

    #[test]
    fn a_metric_must_be_positive_definite() {
        let f = Matrix::from_rows(&[[1.0, 2.0], [2.0, 1.0]]).unwrap();
        assert!(matches!(natural(&f, &[1.0, 1.0]), Err(LinalgError::NotPositiveDefinite { pivot: 1, .. })));
        assert!(natural(&damped(&f, 2.0), &[1.0, 1.0]).is_ok());
    }

    #[test]
    fn a_rate_for_a_length() {
        // 3 r^2 = 12
        let rate = rate_of(12.0, 1.0, |r| Some(3.0 * r * r)).unwrap();
        assert!((rate - 2.0).abs() < 1e-15);
        assert_eq!(rate_of(12.0, 1.0, |r| if r < 1.5 { Some(r) } else { None }), None);
    }
}
