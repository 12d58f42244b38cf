//! What can be wrong with a spec. Every variant's full text is asserted in `tests/spec_errors.rs`.

use crate::error::{Diagnose, Exit, Span};
use std::path::PathBuf;

/// A fault of the request as written. Spans point into the text that holds the fault.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The file cannot be opened or read.
    #[error("cannot read `{}`: {reason}", path.display())]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
        /// What may have been meant.
        help: Option<String>,
    },
    /// Bytes that are no text.
    #[error("`{name}` is not UTF-8 text: the first wrong byte is in line {line}")]
    NotUtf8 {
        /// The file, or "standard input".
        name: String,
        /// Counted from 1.
        line: usize,
    },
    /// Not TOML.
    #[error("not TOML: {message}")]
    Syntax {
        /// The parser's words.
        message: String,
        /// Where.
        at: Span,
    },
    /// A key that nothing knows.
    #[error("unknown key `{key}` {}", location(table))]
    UnknownKey {
        /// The key.
        key: String,
        /// The table that holds it, empty at the top.
        table: String,
        /// The nearest known key.
        near: Option<String>,
        /// All known keys of that table.
        known: Vec<String>,
        /// Where.
        at: Span,
    },
    /// A value of another kind than the key wants.
    #[error("`{key}` is to be {expected}, found {found}")]
    WrongType {
        /// The key, with its tables.
        key: String,
        /// The wanted kind, with its article.
        expected: String,
        /// The kind that was found.
        found: &'static str,
        /// Where.
        at: Span,
    },
    /// The right kind, but not a value that the key can take.
    #[error("`{key}`: {message}")]
    BadValue {
        /// The key, with its tables.
        key: String,
        /// What is wrong.
        message: String,
        /// Where.
        at: Span,
    },
    /// A key that must be there is not.
    #[error("`{table}` has no key `{key}`")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// Its table.
        table: String,
        /// The table's place.
        at: Span,
    },
    /// NaN or infinity as a value.
    #[error("`{key}` is {found}: values are finite numbers")]
    NotFinite {
        /// The key, with its tables.
        key: String,
        /// `nan`, `inf` or `-inf`.
        found: String,
        /// Where.
        at: Span,
    },
    /// A number beyond the range of f64.
    #[error("the number {text} is out of range")]
    OutOfRange {
        /// As written.
        text: String,
        /// Where.
        at: Span,
    },
    /// An integer that no f64 equals for certain.
    #[error("the integer {text} is beyond 2^53")]
    IntegerTooLarge {
        /// As written.
        text: String,
        /// Where.
        at: Span,
    },
    /// Rows of different lengths, or numbers beside rows.
    #[error("`{key}` is ragged: entry {entry} has another shape than the first")]
    Ragged {
        /// The key, with its tables.
        key: String,
        /// Counted from 1.
        entry: usize,
        /// The entry's place.
        at: Span,
    },
    /// An array without entries.
    #[error("`{key}` is an empty array")]
    EmptyArray {
        /// The key, with its tables.
        key: String,
        /// Where.
        at: Span,
    },
    /// An array of arrays of arrays.
    #[error("`{key}` is nested too deep: vectors and matrices are what there is")]
    TooDeep {
        /// The key, with its tables.
        key: String,
        /// Where.
        at: Span,
    },
    /// A key of `[constants]`, `[let]` or `[variables]` that no formula could say.
    #[error("`{name}` is not a name")]
    NotAName {
        /// The key.
        name: String,
        /// Where.
        at: Span,
    },
    /// One name in two of `[constants]`, `[let]` and `[variables]`.
    #[error("`{name}` stands in [{first}] already")]
    DeclaredTwice {
        /// The name.
        name: String,
        /// The table that has it too.
        first: &'static str,
        /// The second place.
        at: Span,
    },
    /// Two of formula, residual, likelihood.
    #[error("both `{first}` and `{second}` say what the objective is")]
    TwoObjectives {
        /// One.
        first: &'static str,
        /// The other, whose place is given.
        second: &'static str,
        /// Where.
        at: Span,
    },
    /// min > max.
    #[error("`{key}`: min {min} is larger than max {max}")]
    EmptyBox {
        /// The variable's key.
        key: String,
        /// As read.
        min: f64,
        /// As read.
        max: f64,
        /// Where max stands.
        at: Span,
    },
    /// A `--set` without `=`, or with nothing after it.
    #[error("`{text}` is no setting")]
    NotASetting {
        /// As written.
        text: String,
        /// Where.
        at: Span,
    },
    /// A path that goes on below something that is no table.
    #[error("`{key}` is {found}, not a table: nothing can be set below it")]
    NotATable {
        /// The key, with its tables.
        key: String,
        /// Its kind.
        found: &'static str,
        /// The place of the step below it.
        at: Span,
    },
    /// A key of the contract that this version does not have yet.
    #[error("`{key}` is not supported yet by this version")]
    NotYet {
        /// The key, with its tables.
        key: String,
        /// Where.
        at: Span,
    },
    /// A list such as `x=1,y=2` that cannot be taken apart.
    #[error("{message}")]
    BadList {
        /// What is wrong.
        message: String,
        /// What to write.
        help: String,
        /// Where.
        at: Span,
    },
}

fn location(table: &str) -> String {
    if table.is_empty() { "at the top of the spec".to_string() } else { format!("in [{table}]") }
}

/// Joins words as a message lists them: `a`, `b`, `c`.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}

impl Diagnose for SpecError {
    fn exit(&self) -> Exit {
        match self {
            SpecError::CannotRead { .. } => Exit::World,
            _ => Exit::Request,
        }
    }

    fn span(&self) -> Option<Span> {
        use SpecError::*;
        match self {
            CannotRead { .. } | NotUtf8 { .. } => None,
            Syntax { at, .. }
            | UnknownKey { at, .. }
            | WrongType { at, .. }
            | BadValue { at, .. }
            | MissingKey { at, .. }
            | NotFinite { at, .. }
            | OutOfRange { at, .. }
            | IntegerTooLarge { at, .. }
            | Ragged { at, .. }
            | EmptyArray { at, .. }
            | TooDeep { at, .. }
            | NotAName { at, .. }
            | DeclaredTwice { at, .. }
            | TwoObjectives { at, .. }
            | EmptyBox { at, .. }
            | NotASetting { at, .. }
            | NotATable { at, .. }
            | NotYet { at, .. }
            | BadList { at, .. } => Some(*at),
        }
    }

    fn help(&self) -> Option<String> {
        use SpecError::*;
        match self {
            CannotRead { help, .. } => help.clone(),
            NotUtf8 { .. } => Some("save it as UTF-8".into()),
            UnknownKey { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            UnknownKey { known, .. } if known.is_empty() => None,
            UnknownKey { known, .. } => Some(format!("the keys are {}", listed(known.iter().map(String::as_str)))),
            WrongType { key, expected, found: "a string", .. }
                if expected.starts_with("a number") && key.starts_with("variables.") =>
            {
                Some("a value by a formula is written { value = \"...\" }".into())
            }
            IntegerTooLarge { .. } => Some("write it with a point or an exponent if the nearest number will do".into()),
            NotAName { .. } => Some("names are letters, digits and _, and begin with no digit".into()),
            DeclaredTwice { .. } => Some("formulas could not tell them apart: rename one".into()),
            TwoObjectives { .. } => Some("keep one of them".into()),
            NotASetting { .. } => Some("write --set key=value or --set table.key=value".into()),
            BadList { help, .. } => Some(help.clone()),
            _ => None,
        }
    }
}
