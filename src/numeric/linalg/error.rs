//! What can be wrong with a matrix.

use crate::error::{Diagnose, Exit};

/// Why a factorisation or a solution does not exist. Rows, columns and pivots count from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LinalgError {
    /// Rows of different lengths, or operands that do not fit.
    #[error("a matrix of {rows} by {columns} where {wanted} is needed")]
    Shape {
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
        /// What would do, in words.
        wanted: String,
    },
    /// A NaN or infinite entry.
    #[error("entry ({row}, {column}) of the matrix is {value}")]
    NotFinite {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// NaN, inf or -inf.
        value: f64,
    },
    /// A Cholesky pivot that is not above 0.
    #[error("the matrix is not positive definite: pivot {pivot} is {value}")]
    NotPositiveDefinite {
        /// Which pivot; the leading block of this size is positive definite.
        pivot: usize,
        /// Its value.
        value: f64,
    },
    /// A pivot that is 0.
    #[error("the matrix is singular: column {pivot} depends on those before it")]
    Singular {
        /// The column.
        pivot: usize,
    },
    /// The eigenvalue iteration did not settle: impossible for finite entries as far as is known.
    #[error("the eigenvalues of a matrix of {rows} rows did not settle in {sweeps} sweeps")]
    NotSettled {
        /// Rows.
        rows: usize,
        /// Sweeps done.
        sweeps: usize,
    },
}

impl Diagnose for LinalgError {
    fn exit(&self) -> Exit {
        match self {
            LinalgError::Shape { .. } => Exit::Request,
            _ => Exit::No,
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            LinalgError::Singular { .. } => "leave out one of the columns that depend on each other",
            LinalgError::NotFinite { .. } => "every entry must be a finite number",
            _ => return None,
        };
        Some(text.into())
    }
}
