//! A function and its gradient as source code: one file a language, one line in [`LANGUAGES`]. Uses the graph and the
//! function table.
//!
//! A language is a table of templates and the frame around the statements; the walk (`statements`) is shared. Sub-expressions
//! that are used more than once get a name. What a language has no function for is an error that says so.
//!
//! | file | what it prints |
//! | --- | --- |
//! | [`c`] | a C99 function that fills the gradient |
//! | [`python`] | a function for Python 3.11, with `math` alone |
//! | [`rust`] | a function, with `std` alone |
//! | [`sql`] | one select list for PostgreSQL and DuckDB |
//! | [`latex`] | an `align*` block |

mod c;
mod latex;
mod python;
mod rust;
mod sql;
mod statements;

use super::graph::{Graph, NodeId};
use crate::error::{Diagnose, Exit};

/// What is to be printed.
#[derive(Debug)]
pub struct Unit<'g> {
    /// The graph; loops must have been written out.
    pub graph: &'g Graph,
    /// The formula as written, for a comment.
    pub text: &'g str,
    /// The arguments: names and nodes, in order.
    pub arguments: Vec<(String, NodeId)>,
    /// f.
    pub value: NodeId,
    /// The partial derivatives, each with the name of its variable.
    pub partials: Vec<(String, NodeId)>,
}

/// A language.
pub struct Language {
    /// As given to `--emit`.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// The templates of functions by their name in the table, `#1`, `#2` standing for arguments; `None`: the language has no
    /// such function. Every function that a formula can call is listed.
    pub calls: &'static [(&'static str, Option<&'static str>)],
    /// The whole text.
    pub emit: fn(&Unit<'_>) -> Result<String, EmitError>,
}

/// All languages.
pub static LANGUAGES: &[&Language] = &[&c::ENTRY, &python::ENTRY, &rust::ENTRY, &sql::ENTRY, &latex::ENTRY];

/// A function that cannot be said in a language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum EmitError {
    #[error("{language} has no `{function}`")]
    NoFunction { language: &'static str, function: &'static str },
    #[error("the text would be longer than {most} characters")]
    TooLong { most: usize },
}

impl Diagnose for EmitError {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        Some(match self {
            EmitError::NoFunction { .. } => {
                "write it out by functions that the language has, or choose another one".into()
            }
            EmitError::TooLong { .. } => "a language with statements names what is used more than once".into(),
        })
    }
}

/// A name that the language takes: what is not a letter, a digit or `_` becomes `_`; reserved words get a `_` behind.
fn identifier(name: &str, reserved: &[&str]) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => out.push(c),
            ')' | ' ' => {}
            _ => out.push('_'),
        }
    }
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if reserved.contains(&out.as_str()) {
        out.push('_');
    }
    out
}

/// The identifiers of names, no two the same.
fn identifiers(names: &[(String, NodeId)], reserved: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, _) in names {
        let mut id = identifier(name, reserved);
        while found.contains(&id) {
            id.push('_');
        }
        found.push(id);
    }
    found
}

/// The formula on one line, so that it fits a comment.
fn one_line(text: &str) -> String {
    const MOST: usize = 200;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST { line } else { line.chars().take(MOST).chain(" ...".chars()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::functions::TABLE;

    #[test]
    fn every_language_answers_for_every_function() {
        for language in LANGUAGES.iter().filter(|l| !l.calls.is_empty()) {
            for function in TABLE.iter().filter(|f| f.operator().is_none()) {
                let answers = language.calls.iter().filter(|c| c.0 == function.name).count();
                assert_eq!(answers, 1, "{}: {}", language.name, function.name);
            }
            for (name, _) in language.calls {
                assert!(TABLE.iter().any(|f| f.name == *name), "{}: {name} is in no table", language.name);
            }
        }
    }

    #[test]
    fn names_become_identifiers() {
        assert_eq!(identifier("x(1)", &[]), "x_1");
        assert_eq!(identifier("W(1, 2)", &[]), "W_1_2");
        assert_eq!(identifier("double", &["double"]), "double_");
        let names = vec![("x(1)".to_string(), Graph::new().number(1.0)), ("x_1".to_string(), Graph::new().number(1.0))];
        assert_eq!(identifiers(&names, &[]), ["x_1", "x_1_"]);
    }
}
