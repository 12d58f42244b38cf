//! Where a value of the request was written: in the spec, in a `--set`, or as a flag.

use crate::error::{Diagnose, Exit, Located, Source, Span};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One text of the request (a spec, one `--set`, one flag) and the folder that paths in it start from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The text and what messages call it.
    pub source: Source,
    /// Paths in the text are relative to this folder; `None`: to the current one.
    pub folder: Option<PathBuf>,
}

impl Origin {
    /// A text of the command line: paths in it are relative to the current folder.
    pub fn command_line(flag: &str, text: &str) -> Arc<Origin> {
        Arc::new(Origin { source: Source::new(flag, text), folder: None })
    }
}

/// A part of an [`Origin`]'s text.
#[derive(Clone, Debug)]
pub struct Place {
    /// The text.
    pub origin: Arc<Origin>,
    /// The part of it.
    pub span: Span,
}

impl Place {
    /// The whole of a text.
    pub fn whole(origin: Arc<Origin>) -> Place {
        let span = Span::new(0, origin.source.text.len());
        Place { origin, span }
    }

    /// The error with this place's text beside it. Its span must point into that text.
    pub fn locate(&self, problem: impl Diagnose) -> Located {
        Located::at(problem, &self.origin.source)
    }

    /// An error about all that stands here, that carries no span of its own.
    pub fn locate_whole(&self, problem: impl Diagnose) -> Located {
        self.locate(Pointed { problem: Box::new(problem), span: self.span })
    }

    /// A path written here, as it is reached from the current folder; `-` stays what it is.
    pub fn path(&self, written: &str) -> PathBuf {
        match &self.origin.folder {
            Some(folder) if written != "-" => folder.join(written),
            _ => Path::new(written).to_path_buf(),
        }
    }
}

/// A text value (a formula, a name) that knows where each of its characters was written.
#[derive(Clone, Debug)]
pub struct Text {
    /// What was written, quotes and escapes taken away.
    pub text: String,
    /// Where the value stands, quotes included.
    pub place: Place,
    /// What messages call it when characters cannot be found one by one: `formula`, `let.r2`.
    pub key: String,
}

impl Text {
    /// The text for a parser; spans into it are what [`Text::locate`] takes.
    pub fn source(&self) -> Source {
        let Source { name, .. } = &self.place.origin.source;
        let name = if name.starts_with('-') { name.to_string() } else { format!("{name}: {}", self.key) };
        let (line, _) = self.place.origin.source.line_column(self.place.span.start);
        let first_line = if self.place.origin.folder.is_some() { line } else { 1 };
        Source { name: name.into(), text: self.text.as_str().into(), first_line }
    }

    /// An error whose span points into the text, drawn in the file that the text came from. Where escapes
    /// (`"a\u0062"`) make characters of the file and of the text differ, the text is shown by itself.
    pub fn locate(&self, problem: impl Diagnose) -> Located {
        match self.offset() {
            Some(by) => self.place.locate(Shifted { problem: Box::new(problem), by }),
            None => Located::at(problem, &self.source()),
        }
    }

    /// An error about a part of this text that carries no span of its own.
    pub fn locate_at(&self, problem: impl Diagnose, span: Span) -> Located {
        self.locate(Pointed { problem: Box::new(problem), span })
    }

    /// The byte of the origin at which the text begins, if it stands there letter by letter.
    fn offset(&self) -> Option<usize> {
        let Span { start, end } = self.place.span;
        let raw = self.place.origin.source.text.get(start..end)?;
        if raw == self.text {
            return Some(start);
        }
        // TOML's quotes, the longest first; a newline straight after three quotes is not part of the text.
        for quote in ["\"\"\"\n", "\"\"\"\r\n", "'''\n", "'''\r\n", "\"\"\"", "'''", "\"", "'"] {
            let close = quote.trim_end();
            let inner = raw.strip_prefix(quote).and_then(|r| r.strip_suffix(close));
            if inner.is_some_and(|inner| inner == self.text) {
                return Some(start + quote.len());
            }
        }
        None
    }
}

/// An error whose span counts from a later byte.
#[derive(Debug)]
struct Shifted {
    problem: Box<dyn Diagnose>,
    by: usize,
}

/// An error that is told where it happened.
#[derive(Debug)]
struct Pointed {
    problem: Box<dyn Diagnose>,
    span: Span,
}

impl fmt::Display for Shifted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl fmt::Display for Pointed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Shifted {}
impl std::error::Error for Pointed {}

impl Diagnose for Shifted {
    fn exit(&self) -> Exit {
        self.problem.exit()
    }
    fn span(&self) -> Option<Span> {
        self.problem.span().map(|s| Span::new(s.start + self.by, s.end + self.by))
    }
    fn help(&self) -> Option<String> {
        self.problem.help()
    }
}

impl Diagnose for Pointed {
    fn exit(&self) -> Exit {
        self.problem.exit()
    }
    fn span(&self) -> Option<Span> {
        Some(self.span)
    }
    fn help(&self) -> Option<String> {
        self.problem.help()
    }
}
