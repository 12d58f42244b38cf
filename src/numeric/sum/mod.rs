//! Sums whose error does not grow with their length, and double-double numbers. Uses nothing of the crate.
//!
//! The order of the additions is part of every result: it depends on the sequence alone, never on threads or lanes.
//!
//! | use | for | error of n terms, u = 2^-53 |
//! | --- | --- | --- |
//! | [`Sum`], [`sum`] | a loss, whatever cancels in it | u of the result + n u^2 of the sum of magnitudes |
//! | [`Cascade`], [`pairwise`] | long sums that must stay as fast as plain ones | u log2(n) of the sum of magnitudes |
//! | [`dot`] | inner products in linear algebra | as [`Sum`] |
//! | [`Dd`] | Gram sums, products of columns: 32 digits | 2^-104 a operation |

mod cascade;
mod dd;
mod exact;

pub use cascade::{Cascade, pairwise};
pub use dd::{Dd, dot_dd};
pub use exact::{quick_two_sum, two_product, two_sum};

/// A compensated sum: the roundings of every addition are summed beside it.
///
/// Neumaier 1974 (a term larger than the sum so far is compensated too, which Kahan's sum misses).
/// Once a term or the sum is infinite or NaN, the value is what plain addition gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// The empty sum, 0.
    pub const fn new() -> Self {
        Sum { total: 0.0, lost: 0.0 }
    }

    /// Adds one term.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let (total, lost) = two_sum(self.total, term);
        self.total = total;
        self.lost += lost;
    }

    /// Adds another sum. Merging in the order of the data gives one result for any partition fixed by the data.
    #[inline]
    pub fn merge(&mut self, other: Sum) {
        self.add(other.total);
        self.lost += other.lost;
    }

    /// The sum, rounded once.
    #[inline]
    pub fn value(self) -> f64 {
        // inf - inf inside two_sum makes `lost` NaN where the plain sum is a right infinity
        if self.total.is_finite() { self.total + self.lost } else { self.total }
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Self {
        let mut sum = Sum::new();
        terms.into_iter().for_each(|term| sum.add(term));
        sum
    }
}

/// The compensated sum of `terms`, in their order.
pub fn sum(terms: &[f64]) -> f64 {
    terms.iter().copied().collect::<Sum>().value()
}

/// The inner product as if computed in twice the precision and rounded once; `x`, `y`: \[n\], the shorter one counts.
///
/// Dot2 of Ogita, Rump and Oishi 2005, *Accurate sum and dot product*: the rounding of each product is compensated too.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = Sum::new();
    for (&a, &b) in x.iter().zip(y) {
        let (product, lost) = two_product(a, b);
        sum.add(product);
        sum.lost += lost;
    }
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancelling_sums_keep_every_digit() {
        // expectations by exact rational arithmetic
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum(&[1e16, 1.0, -1e16]), 1.0);
        assert_eq!(sum(&[0.1; 10]), 1.0); // 10 * 0.1000000000000000055511 = 1.000000000000000055511
        assert_eq!(sum(&[]), 0.0);
        // Kahan's own sum gives 0 here
        assert_eq!(sum(&[1.0, 1e17, -1e17]), 1.0);
    }

    #[test]
    fn infinities_and_nan_behave_as_in_plain_sums() {
        assert_eq!(sum(&[1.0, f64::INFINITY, 2.0]), f64::INFINITY);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(sum(&[1.0, f64::NAN]).is_nan());
    }

    #[test]
    fn merging_parts_is_the_sum_of_the_whole() {
        let terms: Vec<f64> = (0..1000).map(|i| if i % 2 == 0 { 1e15 + f64::from(i) } else { -1e15 }).collect();
        let mut whole = Sum::new();
        for part in terms.chunks(37) {
            whole.merge(part.iter().copied().collect());
        }
        assert_eq!(whole.value(), 249_500.0); // 0 + 2 + ... + 998
    }

    #[test]
    fn dot_products_are_compensated() {
        // the middle terms cancel exactly: (2^30 + 1)(2^30 - 1) = 2^60 - 1
        let big = 1_073_741_824.0;
        assert_eq!(dot(&[big + 1.0, big], &[big - 1.0, -big]), -1.0);
        // Ogita, Rump and Oishi's point: plain evaluation gives 0
        assert_eq!(dot(&[1e20, 3.0, -1e20], &[1e10, 0.25, 1e10]), 0.75);
        // no overflow inside the exact product
        assert_eq!(dot(&[f64::MAX, 1.0], &[0.5, 1.0]), f64::MAX / 2.0);
    }
}
