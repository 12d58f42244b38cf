//! Pairwise sums of streams: plain additions along a balanced tree.

use super::Sum;

/// A sum whose additions form a balanced binary tree over the terms in their order, built as they come.
///
/// The tree depends on the number of terms alone. Error at most u log2(n) times the sum of magnitudes: Higham 1993, *The
/// accuracy of floating point summation*. Terms are usually block sums; memory is one number a level.
#[derive(Clone, Debug, Default)]
pub struct Cascade {
    /// `levels[k]` is the sum of 2^k terms where bit k of `count` is set.
    levels: Vec<f64>,
    count: u64,
}

impl Cascade {
    /// The empty sum.
    pub fn new() -> Self {
        Cascade::default()
    }

    /// Adds one term.
    pub fn add(&mut self, term: f64) {
        let mut carry = term;
        let mut level = 0;
        while self.count >> level & 1 == 1 {
            carry += self.levels[level];
            level += 1;
        }
        if level == self.levels.len() {
            self.levels.push(carry);
        } else {
            self.levels[level] = carry;
        }
        self.count += 1;
    }

    /// How many terms were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum; the open branches of the tree are joined from the shortest to the longest, compensated.
    pub fn value(&self) -> f64 {
        let open = self.levels.iter().enumerate().filter(|&(level, _)| self.count >> level & 1 == 1);
        open.map(|(_, &sum)| sum).collect::<Sum>().value()
    }
}

/// How many terms [`pairwise`] adds one after the other before the tree begins.
const RUN: usize = 32;

/// The pairwise sum of `terms`: runs of 32, then a [`Cascade`].
pub fn pairwise(terms: &[f64]) -> f64 {
    let mut cascade = Cascade::new();
    for run in terms.chunks(RUN) {
        cascade.add(run.iter().fold(0.0, |sum, term| sum + term));
    }
    cascade.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_summed_exactly() {
        for n in [0usize, 1, 31, 32, 33, 1000, 12_345] {
            let terms: Vec<f64> = (1..=n).map(|i| i as f64).collect();
            assert_eq!(pairwise(&terms), (n * (n + 1) / 2) as f64);
        }
    }

    #[test]
    fn a_long_sum_stays_sharp() {
        let n = 1 << 20;
        let terms = vec![0.1; n];
        let exact = 0.1 * n as f64; // a power of two times 0.1: exact
        let plain: f64 = terms.iter().sum();
        assert!((plain - exact).abs() > 1e-7, "the plain sum is no challenge");
        // log2(n) = 20 halvings of u = 1.1e-16, and runs of 32
        assert!((pairwise(&terms) - exact).abs() <= exact * 52.0 * 1.2e-16);
    }

    #[test]
    fn nan_and_infinity_pass_through() {
        assert!(pairwise(&[1.0, f64::NAN, 2.0]).is_nan());
        assert_eq!(pairwise(&[1.0, f64::INFINITY]), f64::INFINITY);
    }
}
