//! Why an evaluation cannot be had at all.

use crate::error::{Diagnose, Exit, Span};

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The caller asked for what the objective does not list in its offers.
    #[error("the objective does not give {what}")]
    NotOffered {
        /// In the plural or with an article.
        what: &'static str,
    },
    /// So many evaluations were allowed, and they are used up.
    #[error("the evaluations are used up")]
    Spent,
    /// What stands behind the objective failed.
    #[error("{0}")]
    Failed(Box<dyn Diagnose>),
}

impl Diagnose for EvaluationError {
    fn exit(&self) -> Exit {
        match self {
            EvaluationError::NotOffered { .. } | EvaluationError::Spent => Exit::Request,
            EvaluationError::Failed(problem) => problem.exit(),
        }
    }
    fn span(&self) -> Option<Span> {
        match self {
            EvaluationError::NotOffered { .. } | EvaluationError::Spent => None,
            EvaluationError::Failed(problem) => problem.span(),
        }
    }
    fn help(&self) -> Option<String> {
        match self {
            EvaluationError::NotOffered { .. } | EvaluationError::Spent => None,
            EvaluationError::Failed(problem) => problem.help(),
        }
    }
}
