//! -f: to walk up f is to walk down this.

use crate::numeric::linalg::Matrix;
use crate::objective::{EvaluationError, Objective, Offers, Resolution};

/// The negative of an objective. It has no residuals and no Fisher information.
pub struct Negated(pub Box<dyn Objective>);

impl Objective for Negated {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }
    fn offers(&self) -> Offers {
        Offers { residuals: None, fisher: false, ..self.0.offers() }
    }
    fn resolution(&self) -> Resolution {
        self.0.resolution()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        Ok(-self.0.value(x)?)
    }
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        let value = self.0.value_and_gradient(x, gradient)?;
        gradient.iter_mut().for_each(|g| *g = -*g);
        Ok(-value)
    }
    fn hessian_vector(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) -> Result<(), EvaluationError> {
        self.0.hessian_vector(x, v, product)?;
        product.iter_mut().for_each(|p| *p = -*p);
        Ok(())
    }
    fn hessian(&mut self, x: &[f64], hessian: &mut Matrix) -> Result<(), EvaluationError> {
        self.0.hessian(x, hessian)?;
        hessian.data.iter_mut().for_each(|h| *h = -*h);
        Ok(())
    }
    fn batch(&mut self, rows: &[u32], x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        let value = self.0.batch(rows, x, gradient)?;
        gradient.iter_mut().for_each(|g| *g = -*g);
        Ok(-value)
    }
}
