//! What is differentiated, minimised or checked, as the rooms above see it. Uses `engine` and what stands below it.
//!
//! [`Formula`] is a function with its derivatives as graphs. [`Objective`] is a function of a flat point that can be evaluated,
//! whatever stands behind it: a formula ([`FormulaObjective`]), a formula over rows, a program of the user's. What it can give beside
//! values it says in [`Offers`], and [`Counted`] counts what it was asked for.

mod arrays;
mod cause;
mod counted;
mod error;
mod formula;
mod layout;
pub mod metric;
mod rows;
mod scalar;
mod squares;
mod triangle;

pub use arrays::{ArrayFormula, ArrayObjective, Forms};
pub use cause::{cause, short};
pub use counted::{Counted, Evaluations};
pub use error::EvaluationError;
pub use formula::Formula;
pub use layout::{Layout, Variable};
pub use rows::{Columns, Information, PerRow, RowsObjective};
pub use scalar::FormulaObjective;
pub use squares::{squared, squares};
pub use triangle::{Linearized, Triangle};

use crate::numeric::linalg::Matrix;

/// What an objective can give beside its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// An exact gradient (or one that the user's program gives).
    pub gradient: bool,
    /// Hessian-vector products.
    pub hessian_vector: bool,
    /// The Hessian as a whole: n is small.
    pub hessian: bool,
    /// So many residuals: f = r_1^2 + ... + r_m^2.
    pub residuals: Option<usize>,
    /// A Fisher information.
    pub fisher: bool,
    /// So many rows, any selection of which can be evaluated by itself (mini-batches).
    pub rows: Option<usize>,
}

/// How finely numbers arrive: a program prints so many digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Digits {
    /// Half a unit of the last digit, as a part of the number.
    pub relative: f64,
    /// The same where there are so many decimals, whatever the number.
    pub absolute: f64,
}

impl Digits {
    /// All of f64's.
    pub const FULL: Digits = Digits { relative: f64::EPSILON, absolute: 0.0 };

    /// How far the number may be from what was meant.
    pub fn of(&self, x: f64) -> f64 {
        let relative = self.relative * x.abs();
        if relative > self.absolute { relative } else { self.absolute }
    }
}

/// How finely values and partials arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Of f.
    pub value: Digits,
    /// Of its partials.
    pub partial: Digits,
}

impl Default for Resolution {
    fn default() -> Self {
        Resolution { value: Digits::FULL, partial: Digits::FULL }
    }
}

/// A function f: R^n -> R.
///
/// A point where f or a derivative does not exist gives NaN there, and infinity where a number left the range of f64: that is
/// no error, a method steps back from it. An [`EvaluationError`] ends the run: the world failed (a program died), or something
/// was asked for that [`Objective::offers`] does not list.
///
/// Implementations own their storage, so that an evaluation allocates nothing that grows with n.
pub trait Objective {
    /// The number of variables, n.
    fn dimension(&self) -> usize;

    /// What it can give.
    fn offers(&self) -> Offers;

    /// How finely its numbers arrive, as far as it has been seen.
    fn resolution(&self) -> Resolution {
        Resolution::default()
    }

    /// f(x), `x`: \[n\].
    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError>;

    /// f(x) and its gradient, `x`, `gradient`: \[n\].
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError>;

    /// H v, the product of the Hessian at `x` and `v`; `x`, `v`, `product`: \[n\].
    fn hessian_vector(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) -> Result<(), EvaluationError> {
        let _ = (x, v, product);
        Err(EvaluationError::NotOffered { what: "Hessian-vector products" })
    }

    /// The Hessian at `x`, whole and symmetric; `hessian`: \[n, n\].
    fn hessian(&mut self, x: &[f64], hessian: &mut Matrix) -> Result<(), EvaluationError> {
        let _ = (x, hessian);
        Err(EvaluationError::NotOffered { what: "the Hessian" })
    }

    /// The residuals r(x), `residuals`: \[m\].
    fn residuals(&mut self, x: &[f64], residuals: &mut Vec<f64>) -> Result<(), EvaluationError> {
        let _ = (x, residuals);
        Err(EvaluationError::NotOffered { what: "residuals" })
    }

    /// The sum of squares with everything that a method of least squares wants of the Jacobian J: \[m, n\], which is not kept.
    fn linearize(&mut self, x: &[f64], found: &mut Linearized) -> Result<(), EvaluationError> {
        let _ = (x, found);
        Err(EvaluationError::NotOffered { what: "residuals" })
    }

    /// The Fisher information of the model behind f, on f's scale (so that it is the Hessian's expectation), symmetric;
    /// `fisher`: \[n, n\].
    fn fisher(&mut self, x: &[f64], fisher: &mut Matrix) -> Result<(), EvaluationError> {
        let _ = (x, fisher);
        Err(EvaluationError::NotOffered { what: "a Fisher information" })
    }

    /// The objective of some rows alone, scaled so that its mean over all selections of that size is f: value and gradient.
    fn batch(&mut self, rows: &[u32], x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        let _ = (rows, x, gradient);
        Err(EvaluationError::NotOffered { what: "mini-batches" })
    }
}
