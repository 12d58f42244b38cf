//! The output files of a verb: the result's own, and the tables and texts that its flags name.

use super::flags::CommonFlags;
use super::registry::Verb;
use super::request::Request;
use crate::error::{Diagnose, Exit, Located};
use crate::spec::reason;
use crate::table::formats::{self, Cell, Format, RowWriter};
use crate::table::output::{Output, OutputError, identity, is_direct, is_stdout};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Flags that do not go together.
#[derive(Debug, thiserror::Error)]
pub enum OutputConflict {
    /// A depfile about no file.
    #[error("--depfile says what files were made from, and no file is written")]
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
    #[error("both {first} and {second} write to standard output")]
    StdoutTwice {
        /// As given: `-o -`.
        first: String,
        /// As given.
        second: String,
    },
    /// Two flags that name one file.
    #[error("both {first} and {second} write to `{path}`")]
    OneFile {
        /// The flag.
        first: String,
        /// The other.
        second: String,
        /// The file, as the second names it.
        path: String,
    },
}

impl Diagnose for OutputConflict {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        Some(match self {
            OutputConflict::DepfileOfNothing => "add -o FILE, or another flag that writes a file".into(),
            OutputConflict::NotATable { .. } => "give it the ending .csv, .tsv or .jsonl".into(),
            OutputConflict::NoTable { .. } => "write JSON: -o FILE.json".into(),
            OutputConflict::NotWritten { .. } => "`gradus list formats` says who writes what".into(),
            OutputConflict::StdoutTwice { .. } if self.has_result() => "write the result to a file: -o FILE".into(),
            OutputConflict::StdoutTwice { .. } => "write one of them to a file".into(),
            OutputConflict::OneFile { .. } => "give each a file of its own".into(),
        })
    }
}

impl OutputConflict {
    /// Whether the result itself is on standard output.
    fn has_result(&self) -> bool {
        matches!(self, OutputConflict::StdoutTwice { first, .. } if first == "-o -")
    }
}

/// A file that a flag of the verb's own names.
#[derive(Clone, Debug)]
pub struct OwnFile {
    /// `--trace`.
    pub flag: String,
    /// As it is reached from the current folder.
    pub path: PathBuf,
}

impl OwnFile {
    /// All that are asked for.
    pub fn all<V: Verb>(request: &Request<V::Options>) -> Vec<OwnFile> {
        let file = |key: &&str| Some(OwnFile { flag: V::flag(key), path: request.path(key)? });
        V::OUTPUTS.iter().filter_map(file).collect()
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
    /// All files that flags of the verb name, whoever writes them.
    pub(super) own: Vec<OwnFile>,
}

impl Outputs {
    /// Opens what `-o` and `--depfile` name; `own`: the files that flags of the verb name, which it opens itself.
    pub fn open(common: &CommonFlags, own: Vec<OwnFile>) -> Result<Outputs, Located> {
        apart(common, &own).map_err(Located::new)?;
        let mut targets = common.output.iter().chain(own.iter().map(|file| &file.path));
        if common.depfile.is_some() && targets.all(|path| is_direct(path)) {
            return Err(Located::new(OutputConflict::DepfileOfNothing));
        }
        let open = |path: &PathBuf, if_changed| Output::create(path, if_changed).map_err(Located::new);
        let mut files: Vec<(PathBuf, &'static Format, Output)> = Vec::new();
        for path in &common.output {
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
        Ok(Outputs { files, depfile, columns, text, if_changed: common.if_changed, tables, format, texts, own })
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
        let number = self.reserve_table(path)?;
        self.begin_table(number, columns)?;
        Ok(number)
    }

    /// The same for a table whose columns are not known yet: [`Outputs::begin_table`] follows before its rows.
    pub fn reserve_table(&mut self, path: &Path) -> Result<usize, Located> {
        let format = self.table_format(path)?;
        let out = Output::create(path, self.if_changed).map_err(Located::new)?;
        self.tables.push((path.to_path_buf(), format, Vec::new(), out));
        Ok(self.tables.len() - 1)
    }

    /// Writes the header of a table of [`Outputs::reserve_table`].
    pub fn begin_table(&mut self, number: usize, columns: Vec<String>) -> Result<(), Located> {
        if let Some(table) = self.tables.get_mut(number) {
            table.2 = columns;
        }
        self.append(number, |rows, text, columns| (rows.header)(text, columns))
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

/// Fails where two outputs go to one file or stream.
fn apart(common: &CommonFlags, own: &[OwnFile]) -> Result<(), OutputConflict> {
    let result = common.output.iter().map(|path| ("-o".to_string(), path));
    let own = own.iter().map(|file| (file.flag.clone(), &file.path));
    let depfile = common.depfile.iter().map(|path| ("--depfile".to_string(), path));
    let mut seen: Vec<(String, PathBuf)> = Vec::new();
    for (flag, path) in result.chain(own).chain(depfile) {
        let Some(file) = identity(path) else { continue };
        if let Some((first, _)) = seen.iter().find(|(_, other)| *other == file) {
            let (first, second) = (first.clone(), flag);
            return Err(if is_stdout(path) {
                OutputConflict::StdoutTwice { first: format!("{first} -"), second: format!("{second} -") }
            } else {
                OutputConflict::OneFile { first, second, path: path.display().to_string() }
            });
        }
        seen.push((flag, file));
    }
    match seen.iter().find(|(_, file)| file == Path::new("-")) {
        Some((flag, _)) if !common.print.is_empty() => {
            Err(OutputConflict::StdoutTwice { first: format!("{flag} -"), second: "--print".into() })
        }
        _ => Ok(()),
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
