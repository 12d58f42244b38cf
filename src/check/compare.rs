//! The measure and the verdict.
//!
//! The measure is |a - g| / (|a| + |g|), 0 for two zeros. A claim is wrong only where it differs by more than the threshold *and*
//! the reference can resolve; it is right only where the reference is sharp enough to say so.

use super::difference::{Existence, Slope};
use crate::numeric::linalg::norm2;

/// What is said of a coordinate, and of the whole: the worst of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The claim agrees.
    Correct,
    /// There is no derivative here.
    NotDifferentiable,
    /// The reference is too noisy to tell.
    Inconclusive,
    /// The claim differs by more than the reference can be off.
    Wrong,
}

impl Verdict {
    /// Every verdict, from best to worst.
    pub const ALL: [Verdict; 4] = [Verdict::Correct, Verdict::NotDifferentiable, Verdict::Inconclusive, Verdict::Wrong];

    /// The word for it in results.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Correct => "correct",
            Verdict::NotDifferentiable => "not_differentiable",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Wrong => "wrong",
        }
    }
}

/// A reference value with a bound for its error.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The derivative.
    pub value: f64,
    /// What it may be off by.
    pub bound: f64,
    /// Numbers below this count as 0.
    pub zero: f64,
    /// Whether there is a derivative.
    pub exists: bool,
}

impl From<&Slope> for Reference {
    fn from(slope: &Slope) -> Reference {
        // undefined all around is no kink: nothing can be told there
        let exists = matches!(slope.existence, Existence::Smooth);
        Reference { value: slope.value, bound: slope.error, zero: slope.zero, exists }
    }
}

/// |a - g| / (|a| + |g|); 0 for two zeros, NaN where one is NaN, 1 where one is infinite.
pub fn relative_error(a: f64, g: f64) -> f64 {
    if a == g {
        return 0.0;
    }
    if a.is_infinite() || g.is_infinite() {
        return 1.0;
    }
    // halves, so that the largest numbers do not overflow
    (0.5 * a - 0.5 * g).abs() / (0.5 * a.abs() + 0.5 * g.abs())
}

/// The same for vectors, by their Euclidean norms.
pub fn relative_error_of_norms(a: &[f64], g: &[f64]) -> f64 {
    let difference: Vec<f64> = a.iter().zip(g).map(|(a, g)| 0.5 * a - 0.5 * g).collect();
    let (d, a, g) = (norm2(&difference), norm2(a), norm2(g));
    let size = 0.5 * a + 0.5 * g;
    if d == 0.0 { 0.0 } else { d / size }
}

/// The verdict on one number. A `claimed` that is none is wrong wherever there is a derivative.
pub fn verdict(claimed: f64, reference: &Reference, threshold: f64) -> Verdict {
    if !reference.exists {
        return Verdict::NotDifferentiable;
    }
    if !reference.value.is_finite() || reference.bound.is_nan() {
        return Verdict::Inconclusive;
    }
    if !claimed.is_finite() {
        return Verdict::Wrong;
    }
    let difference = (claimed - reference.value).abs();
    let size = claimed.abs() + reference.value.abs();
    let allowed = threshold * size;
    if difference > allowed + reference.bound {
        return Verdict::Wrong;
    }
    // two zeros, as far as anyone can see
    let zero = if reference.zero > reference.bound { reference.zero } else { reference.bound };
    let zeros = reference.bound.is_finite() && claimed.abs() <= reference.zero && reference.value.abs() <= zero;
    if reference.bound <= allowed || difference == 0.0 && size == 0.0 || zeros {
        return Verdict::Correct;
    }
    Verdict::Inconclusive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(value: f64, bound: f64, zero: f64) -> Reference {
        Reference { value, bound, zero, exists: true }
    }

    #[test]
    fn the_measure_is_the_articles() {
        assert_eq!(relative_error(3.0, 1.0), 0.5);
        assert_eq!(relative_error(0.0, 0.0), 0.0);
        assert_eq!(relative_error(1e-300, 0.0), 1.0);
        assert_eq!(relative_error(-1e308, 1e308), 1.0);
        assert_eq!(relative_error(f64::INFINITY, 1.0), 1.0);
        assert!(relative_error(f64::NAN, 1.0).is_nan());
        // ((3, 4) - (3, 0)) / (5 + 3)
        assert_eq!(relative_error_of_norms(&[3.0, 4.0], &[3.0, 0.0]), 0.5);
        assert_eq!(relative_error_of_norms(&[0.0], &[0.0]), 0.0);
        assert!(relative_error_of_norms(&[f64::NAN], &[0.0]).is_nan());
    }

    #[test]
    fn right_wrong_and_what_nobody_can_tell() {
        let at = |claimed, value, bound, zero| verdict(claimed, &reference(value, bound, zero), 1e-5);
        assert_eq!(at(1.0 + 1e-9, 1.0, 1e-12, 0.0), Verdict::Correct);
        assert_eq!(at(1.0 + 1e-4, 1.0, 1e-12, 0.0), Verdict::Wrong);
        // the same error, and a reference that cannot see it
        assert_eq!(at(1.0 + 1e-4, 1.0, 1e-3, 0.0), Verdict::Inconclusive);
        assert_eq!(at(2.0, 1.0, 1e-3, 0.0), Verdict::Wrong);
        assert_eq!(at(0.0, 0.0, 1e-15, 0.0), Verdict::Correct);
        assert_eq!(at(0.0, 1e-17, 1e-16, 1e-14), Verdict::Correct);
        assert_eq!(at(1e-10, 1e-17, 1e-16, 1e-14), Verdict::Wrong);
        assert_eq!(at(1e-300, 2e-300, 0.0, 0.0), Verdict::Wrong, "small is not zero");
        assert_eq!(at(f64::NAN, 1.0, 1e-12, 0.0), Verdict::Wrong);
        assert_eq!(at(1.0, f64::NAN, 1e-12, 0.0), Verdict::Inconclusive);
        assert_eq!(at(1.0, 1.0, f64::INFINITY, 0.0), Verdict::Inconclusive);
    }
}
