//! What a verb hands back, and what is done with it: files, report, `--print`, `--compare`, exit status.

use super::flags::CommonFlags;
use super::registry::Verb;
use super::request::{Request, json_spec};
use super::session::Job;
use super::{compare, json, pick};
use crate::error::{Diagnose, Exit, Located};
use crate::report::{Paint, human};
use crate::spec::reason;
use crate::table::depfile::depfile;
use crate::table::formats::{self, Cell, Format, RowWriter};
use crate::table::output::{Output, OutputError};
use serde_json::{Map, Value as Json};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Reports say how long it took from here on: below, nobody asks, and the text stays the same from run to run.
const WORTH_SAYING: Duration = Duration::from_millis(500);

/// A result.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The word of the result: `ok`, `converged`, or what kept it from being that.
    pub status: String,
    /// The verb's own keys, in their order.
    pub result: Map<String, Json>,
    /// The text for people, colours included.
    pub report: String,
    /// Every "no".
    pub answers: Vec<Answer>,
    /// What should be known.
    pub warnings: Vec<Warning>,
    /// Files that were read beside the spec, for `--depfile`.
    pub inputs: Vec<PathBuf>,
    /// The result in formats that are neither rows nor JSON: name and text.
    pub documents: Vec<(&'static str, String)>,
    /// A signal came, and the verb has put what it has into the result: it is written, and the exit status tells.
    pub interrupted: bool,
    /// Seconds that parts of the work took, for `--timings`.
    pub timings: Vec<(&'static str, f64)>,
}

/// An answer "no": exit status 1, unless `--allow` has its word.
#[derive(Clone, Debug)]
pub struct Answer {
    /// One of [`super::answers::WORDS`].
    pub word: &'static str,
    /// A sentence.
    pub message: String,
}

/// Something that should be known about a result.
#[derive(Clone, Debug)]
pub struct Warning {
    /// Stable, for programs.
    pub code: &'static str,
    /// The numbers and names in it.
    pub facts: Map<String, Json>,
    /// A sentence.
    pub message: String,
}

impl Warning {
    fn json(&self) -> Json {
        let mut map = Map::new();
        map.insert("code".into(), self.code.into());
        map.insert("message".into(), self.message.as_str().into());
        map.extend(self.facts.clone());
        Json::Object(map)
    }
}

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
    files: Vec<(PathBuf, &'static Format, Output)>,
    depfile: Option<(PathBuf, Output)>,
    columns: Vec<String>,
    text: Vec<u8>,
    if_changed: bool,
    /// Tables of a verb's own flags: file, format, columns.
    tables: Vec<(PathBuf, &'static Format, Vec<String>, Output)>,
    /// Other files of a verb's own flags.
    texts: Vec<(PathBuf, Output)>,
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
        Ok(Outputs { files, depfile, columns, text, if_changed: common.if_changed, tables, texts })
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
        let format = formats::by_path(path).map_err(Located::new)?;
        if format.rows.is_none() {
            let problem = OutputConflict::NotATable { file: path.display().to_string(), format: format.name };
            return Err(Located::new(problem));
        }
        let out = Output::create(path, self.if_changed).map_err(Located::new)?;
        self.tables.push((path.to_path_buf(), format, columns, out));
        let number = self.tables.len() - 1;
        self.append(number, |rows, text, columns| (rows.header)(text, columns))?;
        Ok(number)
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

fn write(out: &mut impl Write, path: &Path, text: &[u8]) -> Result<(), Located> {
    let fail = |e| Located::new(OutputError::CannotWrite { path: path.to_path_buf(), reason: reason(&e) });
    out.write_all(text).map_err(fail)
}

/// Puts the result together, writes it, prints it, and says how the process ends.
pub fn finish<V: Verb>(
    mut outcome: Outcome,
    request: &Request<V::Options>,
    common: &CommonFlags,
    job: &Job,
    mut outputs: Outputs,
) -> anyhow::Result<Exit> {
    if !outcome.interrupted {
        job.check()?;
    }
    let elapsed = job.started.elapsed();
    let wanted = outputs.want_result() || common.compare.is_some() || !common.print.is_empty();
    let result = if wanted { whole::<V>(&mut outcome, request, common, elapsed) } else { Json::Null };

    // Everything that can be wrong with the request comes before anything appears.
    let printed: Vec<String> =
        common.print.iter().map(|key| pick::pick(&result, key)).collect::<Result<_, Located>>()?;
    if let Some(path) = &common.compare {
        // Read before files appear: the old result may be the one that is about to be replaced.
        let old = compare::read(path)?;
        let found = compare::differences(&result, &old, common.rtol.unwrap_or(compare::RTOL));
        if !found.is_empty() {
            outcome.answers.push(Answer { word: "differs", message: differs(path, &found) });
        }
    }

    let mut targets = Vec::new();
    for (path, format, out) in &mut outputs.files {
        if format.rows.is_none() {
            let document = outcome.documents.iter().find(|d| d.0 == format.name);
            match document {
                Some((_, text)) => write(out, path, text.as_bytes())?,
                None => write(out, path, json::pretty(&result).as_bytes())?,
            }
        }
        if path != Path::new("-") {
            targets.push(path.clone());
        }
    }
    targets.extend(outputs.tables.iter().map(|t| t.0.clone()));
    targets.extend(outputs.texts.iter().map(|t| t.0.clone()));
    if let Some((path, out)) = &mut outputs.depfile {
        let mut inputs: Vec<PathBuf> = request.file.iter().cloned().collect();
        inputs.extend(outcome.inputs.iter().filter(|p| *p != Path::new("-")).cloned());
        write(out, path, depfile(&targets, &inputs).as_bytes())?;
    }
    // All of them are on the disk before the first appears: no file is left where another fails.
    let tables = outputs.tables.iter_mut().map(|t| &mut t.3).chain(outputs.texts.iter_mut().map(|t| &mut t.1));
    let files = outputs.files.iter_mut().map(|f| &mut f.2).chain(outputs.depfile.iter_mut().map(|d| &mut d.1));
    for out in files.chain(tables) {
        out.ready().map_err(Located::new)?;
    }
    for out in outputs.tables.into_iter().map(|t| t.3).chain(outputs.texts.into_iter().map(|t| t.1)) {
        out.commit().map_err(Located::new)?;
    }
    for (_, _, out) in outputs.files {
        out.commit().map_err(Located::new)?;
    }
    if let Some((_, out)) = outputs.depfile {
        out.commit().map_err(Located::new)?;
    }

    if !common.print.is_empty() {
        print_text(&(printed.join("\n") + "\n"))?;
    } else if !common.quiet {
        if common.timings || elapsed >= WORTH_SAYING {
            outcome.report.push_str(&format!("time {} s\n", human(elapsed.as_secs_f64(), 3)));
        }
        if job.report_on_stderr { complain(&outcome.report) } else { print_text(&outcome.report)? }
    }
    let exit = conclude(&outcome, &request.allow, common);
    Ok(job.cancel.exit().filter(|_| outcome.interrupted).unwrap_or(exit))
}

/// Warnings and answers on standard error, and the exit status.
fn conclude(outcome: &Outcome, allow: &[&str], common: &CommonFlags) -> Exit {
    let paint = Paint::new(common.color, io::stderr().is_terminal());
    let mut exit = Exit::Done;
    let mut text = String::new();
    for warning in &outcome.warnings {
        text.push_str(&format!("{}: {}\n", paint.warning("warning"), warning.message));
    }
    for Answer { word, message } in &outcome.answers {
        if allow.contains(word) {
            if common.verbose > 0 {
                text.push_str(&format!("{} ({word}): {message}\n", paint.help("allowed")));
            }
        } else {
            text.push_str(&format!("{} ({word}): {message}\n", paint.error("no")));
            exit = Exit::No;
        }
    }
    if !common.quiet {
        complain(&text);
    }
    exit
}

/// The result in its documented order: the header, the verb's keys, the timings if asked for.
fn whole<V: Verb>(
    outcome: &mut Outcome,
    request: &Request<V::Options>,
    common: &CommonFlags,
    elapsed: Duration,
) -> Json {
    let mut map = Map::new();
    map.insert("gradus".into(), env!("CARGO_PKG_VERSION").into());
    map.insert("verb".into(), V::NAME.into());
    map.insert("status".into(), outcome.status.as_str().into());
    map.insert("spec".into(), json_spec::<V>(request));
    map.insert("seed".into(), request.seed.into());
    map.insert("warnings".into(), Json::Array(outcome.warnings.iter().map(Warning::json).collect()));
    map.append(&mut outcome.result);
    if common.timings {
        let mut timings = Map::new();
        timings.insert("total_seconds".into(), json::number(elapsed.as_secs_f64()));
        for (name, seconds) in &outcome.timings {
            timings.insert(format!("{name}_seconds"), json::number(*seconds));
        }
        map.insert("timings".into(), Json::Object(timings));
    }
    Json::Object(map)
}

fn differs(path: &Path, found: &[String]) -> String {
    const SHOWN: usize = 20;
    let keys = if found.len() == 1 { "1 key differs".to_string() } else { format!("{} keys differ", found.len()) };
    let mut text = format!("{keys} from `{}`", path.display());
    for line in found.iter().take(SHOWN) {
        text.push_str(&format!("\n  {line}"));
    }
    if found.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", found.len() - SHOWN));
    }
    text
}

/// Text to standard output. A reader that has gone (`| head`) is no error.
pub fn print_text(text: &str) -> Result<(), Located> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            let path = PathBuf::from("standard output");
            Err(Located::new(OutputError::CannotWrite { path, reason: reason(&e) }))
        }
        _ => Ok(()),
    }
}

/// Text to standard error. Nobody can be told where that fails.
pub fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
