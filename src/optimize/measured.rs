//! The Hessian of an objective that has none to give, a program of the user's: differences of its gradients, or second differences
//! of its values, with a bound for the error of each entry.
//!
//! Three step sizes are taken. An entry is the difference of the coarser step of that pair whose two differences lie closest together,
//! what they differ by being twice the truncation's bound, and the digits in which the numbers arrive the rounding's. The two halves
//! of a Hessian that differ say so as well.

use super::bounds::Bounds;
use super::vector::larger;
use crate::numeric::linalg::Matrix;
use crate::objective::{EvaluationError, Objective};

/// A Hessian by differences, among the `free` variables.
#[derive(Clone, Debug)]
pub struct Measured {
    /// \[free, free\]
    pub hessian: Matrix,
    /// Bounds of the entries' errors: \[free, free\].
    pub error: Matrix,
}

/// The most variables where gradients are given: six gradients for each.
pub const MOST_BY_GRADIENTS: usize = 50;
/// The most variables where values alone are: 3 n (n + 1) of them.
pub const MOST_BY_VALUES: usize = 10;
/// Steps of gradients' differences, times the larger of |x_i| and 1.
const BY_GRADIENTS: [f64; 3] = [1e-2, 1e-3, 1e-4];
/// Steps of second differences: their rounding grows as 1/h^2.
const BY_VALUES: [f64; 3] = [3e-2, 1e-2, 3e-3];
/// Steps shrink before a bound, down to this part of what they should be.
const SMALLEST: f64 = 1e-3;

/// Measures the Hessian at `x`. `None` where f is no number nearby or a bound leaves no room.
pub fn measure(
    objective: &mut dyn Objective,
    x: &[f64],
    free: &[usize],
    bounds: &Bounds,
) -> Result<Option<Measured>, EvaluationError> {
    let by_gradients = objective.offers().gradient;
    let sizes = if by_gradients { BY_GRADIENTS } else { BY_VALUES };
    let Some(reach) = reaches(x, free, bounds, sizes[0]) else { return Ok(None) };
    let mut found = Vec::new();
    for size in sizes {
        let h: Vec<f64> = reach.iter().map(|r| r * size / sizes[0]).collect();
        let level = if by_gradients { gradients(objective, x, free, &h)? } else { values(objective, x, free, &h)? };
        if level.0.data.iter().chain(&level.1.data).any(|x| !x.is_finite()) {
            return Ok(None);
        }
        found.push(level);
    }
    let n = free.len();
    let (mut hessian, mut error) = (Matrix::zeros(n, n), Matrix::zeros(n, n));
    for i in 0..n {
        for j in 0..n {
            error[(i, j)] = f64::INFINITY;
            for pair in found.windows(2) {
                let bound = 2.0 * (pair[0].0[(i, j)] - pair[1].0[(i, j)]).abs() + pair[0].1[(i, j)];
                if bound < error[(i, j)] {
                    (hessian[(i, j)], error[(i, j)]) = (pair[0].0[(i, j)], bound);
                }
            }
        }
    }
    for i in 0..n {
        for j in 0..i {
            let (a, b) = (hessian[(i, j)], hessian[(j, i)]);
            let bound = larger(error[(i, j)], error[(j, i)]) + 0.5 * (a - b).abs();
            (hessian[(i, j)], hessian[(j, i)]) = (0.5 * (a + b), 0.5 * (a + b));
            (error[(i, j)], error[(j, i)]) = (bound, bound);
        }
    }
    Ok(Some(Measured { hessian, error }))
}

/// The largest steps that stay in the box.
fn reaches(x: &[f64], free: &[usize], bounds: &Bounds, size: f64) -> Option<Vec<f64>> {
    let reach = |&i: &usize| {
        let wanted = size * larger(x[i].abs(), 1.0);
        if bounds.are_none() {
            return Some(wanted);
        }
        let room =
            [x[i] - bounds.lower[i], bounds.upper[i] - x[i]].into_iter().fold(wanted, |a, b| if b < a { b } else { a });
        (room >= SMALLEST * wanted).then_some(room)
    };
    free.iter().map(reach).collect()
}

/// (g_i(x + h e_j) - g_i(x - h e_j))/2h and its rounding.
fn gradients(
    objective: &mut dyn Objective,
    x: &[f64],
    free: &[usize],
    h: &[f64],
) -> Result<(Matrix, Matrix), EvaluationError> {
    let n = free.len();
    let (mut differences, mut rounding) = (Matrix::zeros(n, n), Matrix::zeros(n, n));
    let (mut at, mut up, mut down) = (x.to_vec(), vec![0.0; x.len()], vec![0.0; x.len()]);
    for (j, &v) in free.iter().enumerate() {
        at[v] = x[v] + h[j];
        let above = at[v];
        objective.value_and_gradient(&at, &mut up)?;
        at[v] = x[v] - h[j];
        let width = above - at[v];
        objective.value_and_gradient(&at, &mut down)?;
        at[v] = x[v];
        let digits = objective.resolution().partial;
        for (i, &w) in free.iter().enumerate() {
            differences[(i, j)] = (up[w] - down[w]) / width;
            rounding[(i, j)] = (digits.of(up[w]) + digits.of(down[w])) / width;
        }
    }
    Ok((differences, rounding))
}

/// Second differences of values and their rounding: (f(+i) - 2 f + f(-i))/h^2, and for two variables
/// (f(+i+j) + f(-i-j) - f(+i) - f(-i) - f(+j) - f(-j) + 2 f)/2hk.
fn values(
    objective: &mut dyn Objective,
    x: &[f64],
    free: &[usize],
    h: &[f64],
) -> Result<(Matrix, Matrix), EvaluationError> {
    let n = free.len();
    let (mut differences, mut rounding) = (Matrix::zeros(n, n), Matrix::zeros(n, n));
    let mut at = x.to_vec();
    let middle = objective.value(x)?;
    let mut most = middle.abs();
    let mut beside = Vec::new();
    for (i, &v) in free.iter().enumerate() {
        at[v] = x[v] + h[i];
        let up = objective.value(&at)?;
        at[v] = x[v] - h[i];
        let down = objective.value(&at)?;
        at[v] = x[v];
        most = larger(most, larger(up.abs(), down.abs()));
        differences[(i, i)] = (up - middle + (down - middle)) / (h[i] * h[i]);
        beside.push(up - middle + (down - middle));
    }
    for (i, &v) in free.iter().enumerate() {
        for (j, &w) in free.iter().enumerate().take(i) {
            (at[v], at[w]) = (x[v] + h[i], x[w] + h[j]);
            let up = objective.value(&at)?;
            (at[v], at[w]) = (x[v] - h[i], x[w] - h[j]);
            let down = objective.value(&at)?;
            (at[v], at[w]) = (x[v], x[w]);
            most = larger(most, larger(up.abs(), down.abs()));
            let mixed = (up - middle + (down - middle) - beside[i] - beside[j]) / (2.0 * h[i] * h[j]);
            (differences[(i, j)], differences[(j, i)]) = (mixed, mixed);
        }
    }
    let digits = objective.resolution().value.of(most);
    for i in 0..n {
        for j in 0..n {
            rounding[(i, j)] = 4.0 * digits / (h[i] * h[j]);
        }
    }
    Ok((differences, rounding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary::{exp, pow};
    use crate::objective::{Digits, Offers, Resolution};

    /// x^2 y + exp(x + 2 y), its numbers rounded to so many decimals.
    struct Printed {
        gradient: bool,
        decimals: Option<i32>,
    }

    impl Printed {
        fn print(&self, x: f64) -> f64 {
            let unit = |d: i32| pow(10.0, f64::from(d));
            self.decimals.map_or(x, |d| (x * unit(d)).round() / unit(d))
        }
    }

    impl Objective for Printed {
        fn dimension(&self) -> usize {
            2
        }
        fn offers(&self) -> Offers {
            Offers { gradient: self.gradient, ..Offers::default() }
        }
        fn resolution(&self) -> Resolution {
            let digits =
                Digits { absolute: self.decimals.map_or(0.0, |d| 0.5 * pow(10.0, f64::from(-d))), ..Digits::FULL };
            Resolution { value: digits, partial: digits }
        }
        fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
            Ok(self.print(x[0] * x[0] * x[1] + exp(x[0] + 2.0 * x[1])))
        }
        fn value_and_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, EvaluationError> {
            let e = exp(x[0] + 2.0 * x[1]);
            (g[0], g[1]) = (self.print(2.0 * x[0] * x[1] + e), self.print(x[0] * x[0] + 2.0 * e));
            self.value(x)
        }
    }

    #[test]
    fn the_error_is_below_its_bound_whatever_is_printed() {
        let x = [0.3, -0.4];
        let e = exp(x[0] + 2.0 * x[1]);
        let truth = [[2.0 * x[1] + e, 2.0 * x[0] + 2.0 * e], [2.0 * x[0] + 2.0 * e, 4.0 * e]];
        // the bounds that the digits allow
        for (gradient, decimals, wanted) in [
            (true, None, 1e-5),
            (false, None, 1e-3),
            (true, Some(6), 3e-2),
            (true, Some(3), 1.0),
            (false, Some(8), 1e-2),
        ] {
            let mut f = Printed { gradient, decimals };
            let found = measure(&mut f, &x, &[0, 1], &Bounds::default()).unwrap().unwrap();
            for (i, row) in truth.iter().enumerate() {
                for (j, truth) in row.iter().enumerate() {
                    let (error, bound) = ((found.hessian[(i, j)] - truth).abs(), found.error[(i, j)]);
                    assert!(error <= bound && bound <= wanted, "{gradient} {decimals:?}: {error:e} {bound:e}");
                }
            }
        }
    }

    #[test]
    fn steps_stay_in_the_box() {
        let bounds = Bounds { lower: vec![0.299, -1.0], upper: vec![1.0, 1.0] };
        let found = measure(&mut Printed { gradient: true, decimals: None }, &[0.3, -0.4], &[0, 1], &bounds).unwrap();
        assert!(found.is_some());
        let bounds = Bounds { lower: vec![0.3, -1.0], upper: vec![1.0, 1.0] };
        let found = measure(&mut Printed { gradient: true, decimals: None }, &[0.3, -0.4], &[0, 1], &bounds).unwrap();
        assert!(found.is_none());
    }
}
