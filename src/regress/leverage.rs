//! Rows of leverage 1, which decide a coefficient alone: their residual is 0 whatever their target, so that r^2/(1 - h) of HC2 and
//! HC3 is 0/0. Nothing tells the variance of what they decide; the other coefficients do not answer to them.

use super::gram::Gram;
use super::linear::Unscale;
use crate::numeric::sum::Dd;

/// A row whose part of a coefficient's variance is below this does not decide it: the rounding of 1e-7 of a standard error.
const SHARE: f64 = 1e-14;

/// Where leverages come from: the inverse of Z^T W Z.
pub struct Leverage<'g> {
    unscale: Unscale<'g>,
    inverse: &'g [Dd],
    n: usize,
    /// The diagonal of the covariance without the shifts: \[columns\].
    variance: Vec<f64>,
}

/// How many rows have leverage 1, and what they decide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alone {
    /// Rows.
    pub rows: u64,
    /// The coefficients that some of them decides: \[coefficients\].
    pub decided: Vec<bool>,
}

impl<'g> Leverage<'g> {
    /// For the columns of `gram`; `inverse`: \[n, n\] by rows.
    pub fn new(gram: &'g Gram, inverse: &'g [Dd]) -> Self {
        let (unscale, n) = (Unscale::new(gram), gram.order() - 1);
        let full = unscale.covariance(inverse, n);
        Leverage { unscale, inverse, n, variance: (0..n).map(|k| full[k * n + k].hi).collect() }
    }

    fn along(&self, z: &[f64]) -> Vec<Dd> {
        let row = |k: usize| self.inverse[k * self.n..].iter().zip(z);
        (0..self.n).map(|k| row(k).fold(Dd::ZERO, |sum, (a, z)| sum + *a * *z)).collect()
    }

    /// 1 - w z^T (Z^T W Z)^-1 z in double-double: what is left of 1 keeps its digits.
    pub fn rest(&self, z: &[f64], w: f64) -> f64 {
        let h = self.along(z).into_iter().zip(z).fold(Dd::ZERO, |sum, (a, z)| sum + a * *z);
        (Dd::from(1.0) - h * w).hi
    }

    /// Adds 1 to the `count` of each coefficient, in the table's units, that a row of leverage 1 decides.
    pub fn decides(&self, z: &[f64], w: f64, count: &mut [f64]) {
        // the row's part of the variance of coefficient k: w (A z)_k^2 of A_kk
        let own = self.unscale.apply(&self.along(z));
        for (k, (count, own)) in count.iter_mut().zip(own).enumerate() {
            let own = own.hi / self.unscale.unit(k);
            if w * own * own > SHARE * self.variance[k] {
                *count += 1.0;
            }
        }
    }
}

impl Alone {
    /// From counts by coefficient.
    pub fn of(rows: f64, counts: &[f64]) -> Alone {
        Alone { rows: rows as u64, decided: counts.iter().map(|c| *c > 0.0).collect() }
    }

    /// Takes the standard errors of what is decided away.
    pub fn silence(&self, errors: &mut [f64]) {
        errors.iter_mut().zip(&self.decided).filter(|(_, decided)| **decided).for_each(|(e, _)| *e = f64::NAN);
    }
}
