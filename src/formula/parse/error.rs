//! What can be wrong with the text of a formula.

use crate::error::{Diagnose, Exit, Span};

/// A text that is no formula.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum ParseError {
    #[error("the formula is empty")]
    Empty { at: Span },
    #[error("`{found}` has no meaning in a formula")]
    UnknownCharacter { found: String, write: Option<&'static str>, at: Span },
    #[error("`{text}` is not a number")]
    BadNumber { text: String, help: String, at: Span },
    #[error("`{text}` is out of range: numbers end at 1.8e308")]
    OutOfRange { text: String, at: Span },
    #[error("`{text}` is not an operator")]
    UnknownOperator { text: String, write: &'static str, at: Span },
    #[error("an operator is missing before this")]
    MissingOperator { help: String, at: Span },
    #[error("an operand is missing {place}")]
    MissingOperand { place: &'static str, at: Span },
    #[error("these parentheses are empty")]
    EmptyParentheses { at: Span },
    #[error("this parenthesis is never closed")]
    Unclosed { at: Span },
    #[error("this parenthesis closes nothing")]
    Unopened { at: Span },
    #[error("a comma stands outside a function's parentheses")]
    StrayComma { at: Span },
    #[error("a formula assigns nothing")]
    Assignment { at: Span },
    #[error("comparisons do not chain")]
    ChainedComparison { at: Span },
    #[error("`!` negates conditions, not numbers")]
    NotOfNumber { at: Span },
    #[error("the formula cannot be read: {message}")]
    Refused { message: String, at: Span },
}

impl Diagnose for ParseError {
    fn exit(&self) -> Exit {
        Exit::Request
    }

    fn span(&self) -> Option<Span> {
        use ParseError::*;
        let (Empty { at }
        | UnknownCharacter { at, .. }
        | BadNumber { at, .. }
        | OutOfRange { at, .. }
        | UnknownOperator { at, .. }
        | MissingOperator { at, .. }
        | MissingOperand { at, .. }
        | EmptyParentheses { at }
        | Unclosed { at }
        | Unopened { at }
        | StrayComma { at }
        | Assignment { at }
        | ChainedComparison { at }
        | NotOfNumber { at }
        | Refused { at, .. }) = self;
        Some(*at)
    }

    fn help(&self) -> Option<String> {
        use ParseError::*;
        match self {
            Empty { .. } => Some("write one, such as `x^2 + y^2`".into()),
            UnknownCharacter { write, .. } => write.map(|w| format!("write {w}")),
            BadNumber { help, .. } | MissingOperator { help, .. } => Some(help.clone()),
            UnknownOperator { write, .. } => Some(format!("write {write}")),
            Assignment { .. } => Some("to compare, write `==`".into()),
            ChainedComparison { .. } => Some("write `a < b && b < c`".into()),
            NotOfNumber { .. } => Some("to change a sign, write `-x`".into()),
            StrayComma { .. } => Some("a decimal point is a point: 1.5".into()),
            _ => None,
        }
    }
}
