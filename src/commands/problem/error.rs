//! What can be wrong with variables, constants and the points they are given.

use crate::error::{Diagnose, Exit, Span};

/// A problem that cannot be stated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum ProblemError {
    #[error("there is no formula")]
    NoFormula,
    #[error("the formula has no variable to differentiate by")]
    NoVariables,
    #[error("unknown variable `{name}`")]
    UnknownVariable { name: String, near: Option<String> },
    #[error("unknown name `{name}`")]
    Undeclared { name: String, flag: &'static str, at: Span },
    #[error("`{name}` has no value")]
    NoValue { name: String, flag: &'static str },
    #[error("`{name}` is given twice")]
    Twice { name: String, flag: &'static str },
    #[error("this value has no name")]
    ValueWithoutName { flag: &'static str },
    #[error("this is not a finite number")]
    NotFinite,
    #[error("`{name}` {wanted}, and this is {found}")]
    Shape { name: String, wanted: String, found: String },
    #[error("rows of different lengths make no matrix")]
    Ragged,
    #[error("`{name}` at {place} is no finite number")]
    Component { name: String, place: String },
    #[error("the lower end {min} of `{name}` lies above the upper end {max}")]
    EmptyBox { name: String, min: String, max: String },
}

impl Diagnose for ProblemError {
    fn exit(&self) -> Exit {
        Exit::Request
    }

    fn span(&self) -> Option<Span> {
        match self {
            ProblemError::Undeclared { at, .. } => Some(*at),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        use ProblemError::*;
        Some(match self {
            NoFormula => "give one: -f 'x^2 + y^2', or a spec with the key `formula`".into(),
            NoVariables => "use a name in it: -f 'x^2'".into(),
            UnknownVariable { near: Some(near), .. } => format!("did you mean `{near}`?"),
            UnknownVariable { near: None, .. } => return None,
            NoValue { name, flag } => format!("give it one: {flag} {name}=..., or under [variables]"),
            Undeclared { name, flag, .. } => {
                format!("declare it under [variables] or [constants], or give it a value with {flag} {name}=...")
            }
            Twice { flag: "--at", .. } => "take one of them away; several points are several --at".into(),
            Twice { .. } => "take one of them away".into(),
            ValueWithoutName { flag } => format!("write {flag} x=1,y=2"),
            NotFinite => "write a number such as 1.5, 1e-3 or pi/4".into(),
            Shape { .. } => "a vector is written [1,2], a matrix [[1,2],[3,4]]".into(),
            Ragged => "write [[1,2],[3,4]]".into(),
            Component { .. } | EmptyBox { .. } => return None,
        })
    }
}

/// A size in words: `is a vector of 3`.
pub fn shape_words(shape: &[usize]) -> String {
    match shape {
        [] => "is a number".into(),
        [n] => format!("is a vector of {n}"),
        _ => format!("is a matrix of {}", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" by ")),
    }
}
