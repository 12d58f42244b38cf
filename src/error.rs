//! What every error of the library can tell: its exit class, the text it is about, and what to do next.
//!
//! Uses nothing of the crate. Each room has an error enum of its own (a variant a cause, with the facts as fields) that
//! implements [`Diagnose`]; [`Located`] puts the text it speaks of beside it. Only `main` draws either of them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The exit status of the process, the same for all verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The work is done and the answer is yes.
    Done = 0,
    /// The work is done and the answer is no: the result is written and says so.
    No = 1,
    /// The request is wrong: a flag, the spec, a formula, the data. No output file.
    Request = 2,
    /// The world failed: a file cannot be read or written, the user's program died. No output file.
    World = 3,
    /// Interrupted by SIGINT.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The number handed to the operating system.
    pub fn code(self) -> i32 {
        self as i32
    }
}

/// A range of bytes of a [`Source`]'s text, `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// The smallest span that holds both.
    pub fn join(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The same as a range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A text that a user wrote, and where: a whole spec, or one formula of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What a message calls it: `spec.toml`, `--formula`, `spec.toml: formula`.
    pub name: Arc<str>,
    /// The text itself.
    pub text: Arc<str>,
    /// The number of the text's first line in its file, from 1.
    pub first_line: usize,
}

impl Source {
    /// A text that begins at line 1 of what `name` says.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Source { name: name.into(), text: text.into(), first_line: 1 }
    }

    /// Line and column (both from 1, the column in characters) of a byte offset.
    pub fn line_column(&self, at: usize) -> (usize, usize) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = self.first_line + before.bytes().filter(|&b| b == b'\n').count();
        (line, before[start..].chars().count() + 1)
    }
}

/// What an error can tell beside its sentence. The sentence (`Display`) is lower case, without a full stop:
/// what was found and where; [`help`](Diagnose::help) says what to write instead.
pub trait Diagnose: std::error::Error + Send + Sync + 'static {
    /// How the process ends.
    fn exit(&self) -> Exit;
    /// The offending part of the source, if there is one.
    fn span(&self) -> Option<Span> {
        None
    }
    /// What to do next.
    fn help(&self) -> Option<String> {
        None
    }
}

/// An error together with the text that its span points into.
#[derive(Debug)]
pub struct Located {
    /// The error.
    pub problem: Box<dyn Diagnose>,
    /// The text it is about.
    pub source: Option<Source>,
}

impl Located {
    /// An error without a text.
    pub fn new(problem: impl Diagnose) -> Self {
        Located { problem: Box::new(problem), source: None }
    }

    /// An error about a part of `source`.
    pub fn at(problem: impl Diagnose, source: &Source) -> Self {
        Located { problem: Box::new(problem), source: Some(source.clone()) }
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.source, self.problem.span()) {
            (Some(source), Some(span)) => {
                let (line, column) = source.line_column(span.start);
                write!(f, "{}:{line}:{column}: {}", source.name, self.problem)
            }
            _ => write!(f, "{}", self.problem),
        }
    }
}

impl std::error::Error for Located {}

/// The candidate nearest to `word`, if one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may differ, swapped neighbours counting once; case does not count.
    let lower = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|&(d, c)| d <= allowed && d < c.chars().count())
        .min_by_key(|&(d, _)| d)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_and_column_count_from_one() {
        let s = Source::new("spec.toml", "a = 1\nbé = 2\n");
        assert_eq!(s.line_column(0), (1, 1));
        assert_eq!(s.line_column(6), (2, 1));
        assert_eq!(s.line_column(9), (2, 3));
        assert_eq!(s.line_column(99), (3, 1));
    }

    #[test]
    fn nearest_is_near_or_nothing() {
        assert_eq!(nearest("sine", ["cos", "sin", "tan"]), Some("sin"));
        assert_eq!(nearest("fromula", ["formula", "variables"]), Some("formula"));
        assert_eq!(nearest("q", ["cos", "sin"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}
