//! The output files of a verb: the result's own, and the tables and texts that its flags name.

use super::flags::CommonFlags;
use crate::error::{Diagnose, Exit, Located};
use crate::spec::reason;
use crate::table::formats::{self, Cell, Format, RowWriter};
use crate::table::output::{Output, OutputError, is_direct};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Flags that do not go together.
#[derive(Debug, thiserror::Error)]
pub enum OutputConflict {
    /// A depfile about no file.
    #[error("--depfile says what a file was made from, and no file is written")]
    DepfileOfNothing,
    /// A table asked for in a format without rows.
    #[error("`{file}` is a table, and {format} is written as a whole")]
    NotATable {
        /// The file.
        file: String,
        /// Its format.
        format: &'static str,
    },
    /// A table of something that has none.
    #[error("`{file}` would be {format}, and this result has no table")]
    NoTable {
        /// The file.
        file: String,
        /// Its format.
        format: &'static str,
    },
    /// A format that the verb does not write.
    #[error("{verb} does not write {format}")]
    NotWritten {
        /// The verb.
        verb: &'static str,
        /// The format.
        format: &'static str,
    },
    /// A flag of the verb and another one on one stream.
    #[error("both --{flag} - and {other} write to standard output")]
    StdoutTaken {
        /// The verb's.
        flag: &'static str,
        /// The other.
        other: &'static str,
    },
    /// Two texts on one stream.
    #[error("both -o - and --print write to standard output")]
    StdoutTwice,
}

impl Diagnose for OutputConflict {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        Some(match self {
            OutputConflict::DepfileOfNothing => "add -o FILE".into(),
            OutputConflict::NotATable { .. } => "give it the ending .csv, .tsv or .jsonl".into(),
            OutputConflict::NoTable { .. } => "write JSON: -o FILE.json".into(),
            OutputConflict::NotWritten { .. } => "`gradus list formats` says who writes what".into(),
            OutputConflict::StdoutTwice | OutputConflict::StdoutTaken { .. } => {
                "write the result to a file: -o FILE".into()
            }
        })
    }
}

/// The output files. They are opened before the work, so that what cannot be written fails at once, and appear
/// after it; dropped before that, they leave nothing.
pub struct Outputs {
    pub(super) files: Vec<(PathBuf, &'static Format, Output)>,
    pub(super) depfile: Option<(PathBuf, Output)>,
    pub(super) columns: Vec<String>,
    text: Vec<u8>,
    if_changed: bool,
    /// Tables of a verb's own flags: file, format, columns.
    pub(super) tables: Vec<(PathBuf, &'static Format, Vec<String>, Output)>,
    /// What `--format` says, for files whose name says nothing.
    format: Option<&'static Format>,
    /// Other files of a verb's own flags.
    pub(super) texts: Vec<(PathBuf, Output)>,
}

impl Outputs {
    /// Opens what `-o` and `--depfile` name; `taken`: a flag of the verb that writes to standard output.
    pub fn open(common: &CommonFlags, taken: Option<&'static str>) -> Result<Outputs, Located> {
        let stdout = common.output.iter().any(|p| p == Path::new("-"));
        if let Some(flag) = taken
            && (stdout || !common.print.is_empty())
        {
            let other = if stdout { "-o -" } else { "--print" };
            return Err(Located::new(OutputConflict::StdoutTaken { flag, other }));
        }
        if stdout && !common.print.is_empty() {
            return Err(Located::new(OutputConflict::StdoutTwice));
        }
        if common.depfile.is_some() && common.output.iter().all(|p| p == Path::new("-")) {
            return Err(Located::new(OutputConflict::DepfileOfNothing));
        }
        let open = |path: &PathBuf, if_changed| Output::create(path, if_changed).map_err(Located::new);
        let mut files: Vec<(PathBuf, &'static Format, Output)> = Vec::new();
        for path in &common.output {
            if files.iter().any(|(other, ..)| other == path) {
                return Err(Located::new(OutputError::Twice { path: path.clone() }));
            }
            let format = match &common.format {
                Some(name) => formats::by_name(name),
                None if path == Path::new("-") => formats::by_name("json"),
                None => formats::by_path(path),
            };
            let format = format.map_err(Located::new)?;
            files.push((path.clone(), format, open(path, common.if_changed)?));
        }
        let depfile = match &common.depfile {
            Some(path) => Some((path.clone(), open(path, common.if_changed)?)),
            None => None,
        };
        let (columns, text, tables, texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let format = common.format.as_deref().and_then(|name| formats::by_name(name).ok());
        Ok(Outputs { files, depfile, columns, text, if_changed: common.if_changed, tables, format, texts })
    }

    /// Writes a file that a flag of the verb names; it appears with the others or not at all.
    pub fn text_file(&mut self, path: &Path, text: &str) -> Result<(), Located> {
        let mut out = Output::create(path, self.if_changed).map_err(Located::new)?;
        write(&mut out, path, text.as_bytes())?;
        self.texts.push((path.to_path_buf(), out));
        Ok(())
    }

    /// Opens a table that a flag of the verb names and writes its header; the number is what [`Outputs::table_row`] takes.
    /// It appears with the other files or not at all.
    pub fn open_table(&mut self, path: &Path, columns: Vec<String>) -> Result<usize, Located> {
        let taken = self.files.iter().map(|f| &f.0).chain(self.tables.iter().map(|t| &t.0)).any(|other| other == path);
        if taken {
            return Err(Located::new(OutputError::Twice { path: path.to_path_buf() }));
        }
        let format = self.table_format(path)?;
        let out = Output::create(path, self.if_changed).map_err(Located::new)?;
        self.tables.push((path.to_path_buf(), format, columns, out));
        let number = self.tables.len() - 1;
        self.append(number, |rows, text, columns| (rows.header)(text, columns))?;
        Ok(number)
    }

    /// The format of a table that a flag of the verb names: by its ending, else by `--format`; CSV for what is written to directly.
    pub fn table_format(&self, path: &Path) -> Result<&'static Format, Located> {
        let format = match (formats::by_path(path), self.format) {
            (Ok(format), _) => format,
            (Err(_), Some(format)) if format.rows.is_some() => format,
            // a device has no ending
            (Err(_), _) if is_direct(path) => formats::by_name("csv").map_err(Located::new)?,
            (Err(e), _) => return Err(Located::new(e)),
        };
        if format.rows.is_none() {
            let problem = OutputConflict::NotATable { file: path.display().to_string(), format: format.name };
            return Err(Located::new(problem));
        }
        Ok(format)
    }

    /// Adds a row to a table of [`Outputs::open_table`].
    pub fn table_row(&mut self, number: usize, cells: &[Cell<'_>]) -> Result<(), Located> {
        self.append(number, |rows, text, columns| (rows.row)(text, columns, cells))
    }

    fn append(&mut self, number: usize, add: impl Fn(&formats::Rows, &mut Vec<u8>, &[String])) -> Result<(), Located> {
        let Some((path, format, columns, out)) = self.tables.get_mut(number) else { return Ok(()) };
        let Some(rows) = &format.rows else { return Ok(()) };
        self.text.clear();
        add(rows, &mut self.text, columns);
        write(out, path, &self.text)
    }

    /// Fails where a file is wanted in a format that `verb` does not write; `documents`: those it writes beside rows and JSON.
    pub fn fits(&self, verb: &'static str, documents: &[&str]) -> Result<(), Located> {
        let fits = |f: &&Format| f.rows.is_some() || f.name == "json" || documents.contains(&f.name);
        match self.files.iter().map(|f| f.1).find(|f| !fits(f)) {
            Some(format) => Err(Located::new(OutputConflict::NotWritten { verb, format: format.name })),
            None => Ok(()),
        }
    }

    /// Whether rows are wanted: some file is a table.
    pub fn want_rows(&self) -> bool {
        self.files.iter().any(|(_, format, _)| format.rows.is_some())
    }

    /// Whether a file was begun.
    pub fn has_files(&self) -> bool {
        self.depfile.is_some() || self.files.iter().any(|(path, ..)| path != Path::new("-"))
    }

    /// Whether the result is wanted as a whole: some file is JSON.
    pub fn want_result(&self) -> bool {
        self.files.iter().any(|(_, format, _)| format.rows.is_none())
    }

    /// Whether the reader of standard output has gone and nothing else is written: the verb can stop.
    pub fn is_closed(&self) -> bool {
        !self.files.is_empty() && self.files.iter().all(|(_, _, out)| out.is_closed())
    }

    /// Begins the tables.
    pub fn columns(&mut self, names: Vec<String>) -> Result<(), Located> {
        self.columns = names;
        let columns = &self.columns;
        each_table(&mut self.files, &mut self.text, |rows, out| (rows.header)(out, columns))
    }

    /// Adds a row to the tables.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), Located> {
        let columns = &self.columns;
        each_table(&mut self.files, &mut self.text, |rows, out| (rows.row)(out, columns, cells))
    }

    /// What makes bytes of the tables' rows, on any thread: one for each table, to be used after [`Outputs::columns`].
    pub fn row_writers(&self) -> Vec<RowWriter> {
        let columns: Arc<[String]> = self.columns.clone().into();
        self.files.iter().filter_map(|f| f.1.rows).map(|rows| RowWriter::new(rows, columns.clone())).collect()
    }

    /// Adds rows that [`Outputs::row_writers`] have made: `texts: [tables]`.
    pub fn written(&mut self, texts: &[Vec<u8>]) -> Result<(), Located> {
        let tables = self.files.iter_mut().filter(|f| f.1.rows.is_some());
        for ((path, _, out), text) in tables.zip(texts) {
            write(out, path, text)?;
        }
        Ok(())
    }
}

/// Appends to each table what its format makes of it; `text` is there to be used again.
fn each_table(
    files: &mut [(PathBuf, &'static Format, Output)],
    text: &mut Vec<u8>,
    append: impl Fn(&formats::Rows, &mut Vec<u8>),
) -> Result<(), Located> {
    for (path, format, out) in files {
        if let Some(rows) = &format.rows {
            text.clear();
            append(rows, text);
            write(out, path, text)?;
        }
    }
    Ok(())
}

pub(super) fn write(out: &mut impl Write, path: &Path, text: &[u8]) -> Result<(), Located> {
    let fail = |e| Located::new(OutputError::CannotWrite { path: path.to_path_buf(), reason: reason(&e) });
    out.write_all(text).map_err(fail)
}
