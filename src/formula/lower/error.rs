//! What can be wrong with the meaning of a formula.

use thiserror::Error;

use super::super::graph::MAX_LEVELS;
use crate::error::{Diagnose, Exit, Span};

/// A formula's text that means nothing.
#[derive(Clone, Debug, PartialEq, Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum LowerError {
    #[error("unknown name `{name}`")]
    UnknownName { name: String, at: Span, near: Option<String> },
    #[error("unknown function `{name}`")]
    UnknownFunction { name: String, at: Span, near: Option<String> },
    #[error("`{name}` is a function: it needs its arguments in parentheses")]
    FunctionWithoutArguments { name: String, at: Span },
    #[error("`{name}` is a number, not a function or a vector")]
    NotAFunction { name: String, at: Span },
    #[error("`{name}` takes {expected}, not {found}")]
    Arity { name: String, expected: String, found: usize, at: Span },
    #[error("a number is needed here, not a condition")]
    NumberExpected { at: Span },
    #[error("a condition is needed here, not a number")]
    ConditionExpected { at: Span },
    #[error("`{name}` is {}", if *dimensions == 1 { "a vector" } else { "a matrix" })]
    ArrayAlone { name: String, dimensions: usize, at: Span },
    #[error("`{name}` takes {wanted} {}, not {found}", if *wanted == 1 { "index" } else { "indices" })]
    Indices { name: String, wanted: usize, found: usize, at: Span },
    #[error("`{name}` takes names of arrays here")]
    ArrayExpected { name: String, example: &'static str, at: Span },
    #[error("`{first}` and `{second}` have different sizes: {}", sizes)]
    Shapes { first: String, second: String, sizes: String, at: Span },
    #[error("the index `{name}` has a meaning already")]
    IndexTaken { name: String, at: Span },
    #[error("an index is needed here: a name")]
    IndexExpected { example: &'static str, at: Span },
    #[error("reductions are nested deeper than {MAX_LEVELS}")]
    TooDeep { at: Span },
    #[error("the ends of an index may not depend on variables")]
    VaryingEnd { at: Span },
    #[error("an index may not depend on variables")]
    VaryingIndex { at: Span },
    #[error("{what} must be a whole number, and is {found}{}", at_index(place))]
    NotWhole { what: &'static str, found: String, place: String, at: Span },
    #[error("`{name}` has {length} {unit}, and the index is {found}{}", at_index(place))]
    OutOfRange { name: String, length: usize, unit: &'static str, found: String, place: String, at: Span },
    #[error("the order of `{name}` must be a whole number from 0 to 50, written as a number")]
    OrderExpected { name: String, at: Span },
}

impl Diagnose for LowerError {
    fn exit(&self) -> Exit {
        Exit::Request
    }

    fn span(&self) -> Option<Span> {
        use LowerError::*;
        match self {
            UnknownName { at, .. }
            | UnknownFunction { at, .. }
            | FunctionWithoutArguments { at, .. }
            | NotAFunction { at, .. }
            | Arity { at, .. }
            | NumberExpected { at }
            | ConditionExpected { at }
            | ArrayAlone { at, .. }
            | Indices { at, .. }
            | ArrayExpected { at, .. }
            | Shapes { at, .. }
            | IndexTaken { at, .. }
            | IndexExpected { at, .. }
            | TooDeep { at }
            | VaryingEnd { at }
            | VaryingIndex { at }
            | NotWhole { at, .. }
            | OutOfRange { at, .. }
            | OrderExpected { at, .. } => Some(*at),
        }
    }

    fn help(&self) -> Option<String> {
        use LowerError::*;
        match self {
            UnknownName { near: Some(near), .. } | UnknownFunction { near: Some(near), .. } => {
                Some(format!("did you mean `{near}`?"))
            }
            UnknownName { .. } => Some("declare it under [variables] or [constants]".into()),
            UnknownFunction { .. } => Some("`gradus list functions` lists them all".into()),
            FunctionWithoutArguments { name, .. } => Some(format!("write `{name}(x)`")),
            NotAFunction { name, .. } => Some(format!("to multiply, write `{name}*(...)`")),
            Arity { .. } => None,
            NumberExpected { .. } => Some("conditions choose: `if(x > 0, a, b)`".into()),
            ConditionExpected { .. } => Some("compare with something, as in `x > 0`".into()),
            ArrayAlone { name, dimensions: 1, .. } => Some(format!(
                "write a component, `{name}(1)`, or reduce it: `sum({name})`, `norm({name})`, `dot({name}, {name})`"
            )),
            ArrayAlone { name, .. } => {
                Some(format!("write a component, `{name}(1, 1)`, or reduce it: `sum({name})`, `norm({name})`"))
            }
            Indices { name, wanted: 1, .. } => Some(format!("write `{name}(i)`")),
            Indices { name, .. } => Some(format!("write `{name}(i, j)`")),
            ArrayExpected { example, .. } => Some(format!("write `{example}`")),
            Shapes { .. } => None,
            IndexTaken { .. } => Some("choose another name for the index".into()),
            IndexExpected { example, .. } => Some(format!("write `{example}`")),
            TooDeep { .. } => None,
            VaryingEnd { .. } | VaryingIndex { .. } => {
                Some("make it of numbers, [constants] and the indices around it".into())
            }
            NotWhole { .. } => Some("use floor, ceil or round".into()),
            OutOfRange { length, .. } => Some(format!("indices run from 1 to {length}")),
            OrderExpected { .. } => Some("write `polygamma(2, x)`".into()),
        }
    }
}

fn at_index(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" where {place}") }
}
