//! STAND-IN until `table::output`, `table::formats` and `table::depfile` are merged: whole-or-absent files, a CSV and
//! a JSON-lines writer behind the names that those will have.

use crate::error::{Diagnose, Exit, nearest};
use crate::report::shortest;
use crate::spec::{listed, reason};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// A format of output files.
pub struct Format {
    /// As `--format` says it.
    pub name: &'static str,
    /// Of file names.
    pub extensions: &'static [&'static str],
    /// One line.
    pub doc: &'static str,
}

/// All formats.
pub static FORMATS: &[Format] = &[
    Format { name: "csv", extensions: &["csv"], doc: "comma-separated text with a header row" },
    Format { name: "tsv", extensions: &["tsv", "tab"], doc: "tab-separated text with a header row" },
    Format { name: "json", extensions: &["json"], doc: "the whole result" },
    Format { name: "jsonl", extensions: &["jsonl", "ndjson"], doc: "an object a row" },
];

/// What is wrong with an output.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// No such format.
    #[error("unknown format `{name}`")]
    UnknownFormat {
        /// As written.
        name: String,
    },
    /// A file name that does not tell.
    #[error("`{}` does not say its format", path.display())]
    NoFormat {
        /// The file.
        path: PathBuf,
    },
    /// One file twice.
    #[error("`{}` is given twice", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("cannot write `{}`: {reason}", path.display())]
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
}

impl Diagnose for OutputError {
    fn exit(&self) -> Exit {
        match self {
            OutputError::CannotWrite { .. } => Exit::World,
            _ => Exit::Request,
        }
    }
    fn help(&self) -> Option<String> {
        let all = || listed(FORMATS.iter().map(|f| f.name));
        match self {
            OutputError::UnknownFormat { name } => {
                let near = nearest(name, FORMATS.iter().map(|f| f.name));
                let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
                Some(format!("{near}the formats are {}", all()))
            }
            OutputError::NoFormat { .. } => Some(format!("give --format; the formats are {}", all())),
            _ => None,
        }
    }
}

/// The format called `name`.
pub fn by_name(name: &str) -> Result<&'static Format, OutputError> {
    FORMATS.iter().find(|f| f.name == name).ok_or_else(|| OutputError::UnknownFormat { name: name.to_string() })
}

/// The format that a file name's ending says.
pub fn by_path(path: &Path) -> Result<&'static Format, OutputError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_lowercase();
    FORMATS
        .iter()
        .find(|f| f.extensions.contains(&extension.as_str()))
        .ok_or_else(|| OutputError::NoFormat { path: path.to_path_buf() })
}

/// A file that appears whole, when committed, or not at all; standard output for `-`; devices as they are.
pub struct Output {
    path: PathBuf,
    to: To,
    if_changed: bool,
    closed: bool,
}

enum To {
    Stdout(io::Stdout),
    Direct(BufWriter<File>),
    Whole(BufWriter<tempfile::NamedTempFile>),
}

impl Output {
    /// Opens it. With `if_changed` a file with the same content stays untouched.
    pub fn create(path: &Path, if_changed: bool) -> Result<Output, OutputError> {
        let fail = |e: io::Error| OutputError::CannotWrite { path: path.to_path_buf(), reason: reason(&e) };
        let special = std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir());
        let to = if path == Path::new("-") {
            To::Stdout(io::stdout())
        } else if special {
            To::Direct(BufWriter::new(File::options().write(true).open(path).map_err(fail)?))
        } else if path.is_dir() {
            return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
        } else {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            To::Whole(BufWriter::new(tempfile::NamedTempFile::new_in(folder).map_err(|e| fail(plain(e)))?))
        };
        Ok(Output { path: path.to_path_buf(), to, if_changed, closed: false })
    }

    /// Makes it appear.
    pub fn commit(mut self) -> Result<(), OutputError> {
        let path = self.path.clone();
        let fail = |e: io::Error| OutputError::CannotWrite { path: path.clone(), reason: reason(&e) };
        self.flush().map_err(fail)?;
        let To::Whole(buffer) = self.to else { return Ok(()) };
        let file = buffer.into_inner().map_err(|e| fail(e.into_error()))?;
        if self.if_changed && same(file.path(), &self.path).unwrap_or(false) {
            return Ok(());
        }
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&self.path).map_err(|e| fail(e.error))?;
        Ok(())
    }
}

/// tempfile puts the path into its message; ours says it already.
fn plain(e: io::Error) -> io::Error {
    match e.get_ref().and_then(|inner| inner.source()).and_then(|s| s.downcast_ref::<io::Error>()) {
        Some(inner) => inner.raw_os_error().map_or_else(|| io::Error::from(inner.kind()), io::Error::from_raw_os_error),
        None => io::Error::from(e.kind()),
    }
}

fn same(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    File::open(a)?.read_to_end(&mut left)?;
    File::open(b)?.read_to_end(&mut right)?;
    Ok(left == right)
}

impl Output {
    /// Whether the reader has gone.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn quiet(&mut self, done: io::Result<()>) -> io::Result<()> {
        match done {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let done = match &mut self.to {
            To::Stdout(out) => out.write_all(bytes),
            To::Direct(out) => out.write_all(bytes),
            To::Whole(out) => out.write_all(bytes),
        };
        self.quiet(done).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = match &mut self.to {
            To::Stdout(out) => out.flush(),
            To::Direct(out) => out.flush(),
            To::Whole(out) => out.flush(),
        };
        self.quiet(done)
    }
}

/// One cell of a row.
#[derive(Clone, Debug)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

/// A row as a line of text in `format`.
pub fn line(format: &Format, columns: &[String], cells: &[Cell]) -> String {
    let text = |cell: &Cell| match cell {
        Cell::Number(x) => shortest(*x),
        Cell::Text(s) => s.clone(),
    };
    match format.name {
        "jsonl" => {
            let pairs = columns.iter().zip(cells).map(|(name, cell)| match cell {
                Cell::Number(x) => (name.clone(), super::json::number(*x)),
                Cell::Text(s) => (name.clone(), s.clone().into()),
            });
            super::json::compact(&serde_json::Value::Object(pairs.collect())) + "\n"
        }
        "tsv" => cells.iter().map(text).collect::<Vec<_>>().join("\t") + "\n",
        _ => cells.iter().map(text).collect::<Vec<_>>().join(",") + "\n",
    }
}

/// The first line of a table, where the format has one.
pub fn header(format: &Format, columns: &[String]) -> String {
    let separator = match format.name {
        "jsonl" => return String::new(),
        "tsv" => "\t",
        _ => ",",
    };
    columns.join(separator) + "\n"
}

/// What a result was made from, as Make reads it.
pub fn depfile(targets: &[PathBuf], inputs: &[PathBuf]) -> String {
    let escape = |p: &PathBuf| {
        p.display().to_string().replace('\\', "\\\\").replace(' ', "\\ ").replace('#', "\\#").replace('$', "$$")
    };
    let words = |paths: &[PathBuf]| paths.iter().map(escape).collect::<Vec<_>>().join(" ");
    let mut out = format!("{}: {}\n", words(targets), words(inputs));
    // An empty rule for each input: Make does not stop when one was deleted.
    for input in inputs {
        out.push_str(&format!("\n{}:\n", escape(input)));
    }
    out
}
