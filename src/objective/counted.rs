//! An objective that counts what it is asked for.

use super::{EvaluationError, Linearized, Objective, Offers, Resolution};
use crate::numeric::linalg::Matrix;

/// How often an objective was evaluated. A call that gives value and gradient counts once in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Values of f.
    pub value: u64,
    /// Gradients, or Jacobians.
    pub gradient: u64,
    /// Products of the Hessian and a vector; a whole Hessian counts n.
    pub hessian_vector: u64,
}

/// Counts the evaluations of an objective and hands them on.
pub struct Counted<'o> {
    inner: &'o mut dyn Objective,
    /// The counts so far.
    pub count: Evaluations,
    most: Option<u64>,
    /// The lowest point with its gradient since it was last taken, where there is a limit.
    best: Option<(f64, Vec<f64>, Vec<f64>)>,
}

impl<'o> Counted<'o> {
    /// Begins at 0.
    pub fn new(inner: &'o mut dyn Objective) -> Self {
        Counted { inner, count: Evaluations::default(), most: None, best: None }
    }

    /// Beyond so many values of f every call fails with [`EvaluationError::Spent`].
    pub fn limit(&mut self, most: Option<u64>) {
        self.most = most;
    }

    /// The lowest point whose gradient was computed since the last call: value, point, gradient. Kept only where there is a limit.
    pub fn take_best(&mut self) -> Option<(f64, Vec<f64>, Vec<f64>)> {
        self.best.take()
    }

    /// Counts a value of f, if one is left.
    fn count_value(&mut self) -> Result<(), EvaluationError> {
        if self.most.is_some_and(|most| self.count.value >= most) {
            return Err(EvaluationError::Spent);
        }
        self.count.value += 1;
        Ok(())
    }

    fn see(&mut self, value: f64, x: &[f64], gradient: &[f64]) {
        let better = self.best.as_ref().is_none_or(|best| value < best.0);
        if self.most.is_some() && value.is_finite() && better && gradient.iter().all(|g| g.is_finite()) {
            self.best = Some((value, x.to_vec(), gradient.to_vec()));
        }
    }

    /// The objective without counting: for what is looked at and not worked with, or computed a second time on resuming.
    pub fn uncounted(&mut self) -> &mut dyn Objective {
        self.inner
    }
}

impl Objective for Counted<'_> {
    fn dimension(&self) -> usize {
        self.inner.dimension()
    }
    fn offers(&self) -> Offers {
        self.inner.offers()
    }
    fn resolution(&self) -> Resolution {
        self.inner.resolution()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        self.count_value()?;
        self.inner.value(x)
    }
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        self.count_value()?;
        self.count.gradient += 1;
        let value = self.inner.value_and_gradient(x, gradient)?;
        self.see(value, x, gradient);
        Ok(value)
    }
    fn hessian_vector(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) -> Result<(), EvaluationError> {
        self.count.hessian_vector += 1;
        self.inner.hessian_vector(x, v, product)
    }
    fn hessian(&mut self, x: &[f64], hessian: &mut Matrix) -> Result<(), EvaluationError> {
        self.count.hessian_vector += self.inner.dimension() as u64;
        self.inner.hessian(x, hessian)
    }
    fn residuals(&mut self, x: &[f64], residuals: &mut Vec<f64>) -> Result<(), EvaluationError> {
        self.count_value()?;
        self.inner.residuals(x, residuals)
    }
    fn linearize(&mut self, x: &[f64], found: &mut Linearized) -> Result<(), EvaluationError> {
        self.count_value()?;
        self.count.gradient += 1;
        self.inner.linearize(x, found)?;
        let (value, gradient) = (found.value, std::mem::take(&mut found.gradient));
        self.see(value, x, &gradient);
        found.gradient = gradient;
        Ok(())
    }
    fn fisher(&mut self, x: &[f64], fisher: &mut Matrix) -> Result<(), EvaluationError> {
        self.count.gradient += 1;
        self.inner.fisher(x, fisher)
    }
    fn batch(&mut self, rows: &[u32], x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        self.count_value()?;
        self.count.gradient += 1;
        self.inner.batch(rows, x, gradient)
    }
}
