//! Small dense linear algebra whose bits do not depend on the machine. Uses `error` and `numeric::sum`.
//!
//! Every factorisation has the same rooms: `factor`, `solve`, `reconstruct`. Sums run in index order, inner products are
//! compensated ([`sum::dot`](super::sum::dot)), nothing dispatches on the CPU.
//!
//! | file | what it is for |
//! | --- | --- |
//! | [`Matrix`] | rows of f64 |
//! | [`Symmetric`] | eigenvalues and vectors, class and condition of a Hessian |
//! | [`Cholesky`] | positive definite systems |
//! | [`Lu`] | general square systems, the sign of a determinant |
//! | [`Qr`] | least squares, rank |
//! | [`tangent_basis`] | what is orthogonal to a gradient |

// `!(x >= 0.0)` says what happens to a NaN, which `x < 0.0` does not
#![allow(clippy::neg_cmp_op_on_partial_ord)]

mod cholesky;
mod error;
mod lu;
mod matrix;
mod qr;
mod symmetric;
mod tangent;
mod vector;

pub use cholesky::Cholesky;
pub use error::LinalgError;
pub use lu::Lu;
pub use matrix::Matrix;
pub use qr::Qr;
pub use symmetric::{Symmetric, condition_number};
pub use tangent::tangent_basis;
pub use vector::{norm2, unit};

#[cfg(test)]
mod tests;
