//! What can be wrong with data for a fit.

use crate::error::{Diagnose, Exit};

/// Why there is no fit. Rows are lines of the file, from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RegressError {
    /// No row was left.
    #[error("there are no rows to fit")]
    NoRows,
    /// A number of the model that is not finite.
    #[error("line {line}: `{column}` is {value}")]
    NotFinite {
        /// The row.
        line: u64,
        /// The column or formula.
        column: String,
        /// NaN, inf or -inf.
        value: f64,
    },
    /// A target outside what the family describes.
    #[error("line {line}: the target is {value}; {family} regression needs {wanted}")]
    Target {
        /// The row.
        line: u64,
        /// Its value.
        value: f64,
        /// The family.
        family: &'static str,
        /// What would do, in words.
        wanted: &'static str,
    },
    /// Rows of which none counts.
    #[error("the weight is 0 in every row")]
    NoWeight,
    /// A weight below 0.
    #[error("line {line}: the weight is {value}, below 0")]
    Weight {
        /// The row.
        line: u64,
        /// Its value.
        value: f64,
    },
    /// Two states that are not of one model.
    #[error("the sums are of different models: {what}")]
    Unlike {
        /// In what they differ.
        what: String,
    },
    /// A target with one value alone.
    #[error("the target is {value} in every row")]
    ConstantTarget {
        /// That value.
        value: f64,
    },
    /// A fault in one of several files.
    #[error("{problem}")]
    InFile {
        /// Which of them.
        file: usize,
        /// The fault.
        problem: Box<RegressError>,
    },
    /// Sums that are not finite.
    #[error("the sums of products of `{column}` overflow")]
    Overflow {
        /// The column or formula.
        column: String,
    },
    /// Rows that were kept cannot be written or read again.
    #[error("cannot keep the rows for further passes: {reason}")]
    Storage {
        /// The system's word.
        reason: String,
    },
    /// A signal came.
    #[error("stopped by a signal")]
    Stopped,
    /// A walk down that could not go on.
    #[error("the descent failed: {why}")]
    Walk {
        /// What happened.
        why: String,
    },
    /// A loss that does not exist where the fit begins.
    #[error("the loss is undefined or infinite where every prediction is 0, and there the fit begins")]
    NoLoss,
    /// The fitted means left what the family describes, and no smaller step brought them back.
    #[error("the fit leaves the range of the link: no step keeps every mean inside")]
    OutOfRange,
}

impl RegressError {
    /// The line of the row at fault, which the text begins with.
    pub fn line(&self) -> Option<u64> {
        match self {
            RegressError::NotFinite { line, .. }
            | RegressError::Target { line, .. }
            | RegressError::Weight { line, .. } => Some(*line),
            _ => None,
        }
    }
}

impl Diagnose for RegressError {
    fn exit(&self) -> Exit {
        match self {
            RegressError::InFile { problem, .. } => problem.exit(),
            RegressError::OutOfRange => Exit::No,
            RegressError::Storage { .. } => Exit::World,
            RegressError::Stopped => Exit::Interrupted,
            _ => Exit::Request,
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            RegressError::InFile { problem, .. } => return problem.help(),
            RegressError::NotFinite { .. } => {
                "the cell says so, or the formula is undefined or overflows there; leave the row out or change the formula"
            }
            RegressError::NoLoss => {
                "move the origin: --loss with prediction + 1 in place of prediction, or an --offset"
            }
            RegressError::Overflow { .. } => "divide the column by its size: --features 'x/1e200'",
            RegressError::Storage { .. } => {
                "free some space in the folder for temporary files (TMPDIR), or give more --memory"
            }
            RegressError::OutOfRange => "try `--link log`",
            _ => return None,
        };
        Some(text.into())
    }
}
