//! What a verb hands back, and what is done with it: files, report, `--print`, `--compare`, exit status.

use super::flags::CommonFlags;
use super::outputs::write;
pub use super::outputs::{OutputConflict, Outputs};
use super::registry::Verb;
use super::request::{Request, json_spec};
use super::session::Job;
use super::{compare, json, pick};
use crate::error::{Exit, Located};
use crate::numeric::text::count;
use crate::report::{Paint, human};
use crate::spec::reason;
use crate::table::depfile::depfile;
use crate::table::output::{OutputError, is_direct};
use serde_json::{Map, Value as Json};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
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

impl Answer {
    fn json(&self) -> Json {
        let map = [("word".to_string(), self.word.into()), ("message".to_string(), self.message.as_str().into())];
        Json::Object(Map::from_iter(map))
    }
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
    if let Some((path, format, _)) = outputs.files.iter().find(|f| f.1.rows.is_some() && outputs.columns.is_empty()) {
        let file = path.display().to_string();
        return Err(Located::new(OutputConflict::NoTable { file, format: format.name }).into());
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
            let paths = [&["data.file"], &V::paths()[..]].concat();
            let asked = compare::requests(&result, &old, &paths);
            outcome.answers.push(Answer { word: "differs", message: differs(path, &found, &asked) });
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
        targets.push(path.clone());
    }
    targets.extend(outputs.own.iter().map(|file| file.path.clone()));
    targets.retain(|path| !is_direct(path));
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
            text.push_str(&format!("{} ({word}): {message}\n", paint.help("allowed")));
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
    if !outcome.answers.is_empty() {
        map.insert("answers".into(), Json::Array(outcome.answers.iter().map(Answer::json).collect()));
    }
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

/// `found`: what differs; `asked`: what was asked for otherwise.
fn differs(path: &Path, found: &[String], asked: &[String]) -> String {
    const SHOWN: usize = 20;
    let verb = if found.len() == 1 { "differs" } else { "differ" };
    let keys = format!("{} {verb}", count(found.len(), "key"));
    let mut text = format!("{keys} from `{}`", path.display());
    let mut list = |lines: &[String]| {
        for line in lines.iter().take(SHOWN) {
            text.push_str(&format!("\n  {line}"));
        }
        if lines.len() > SHOWN {
            text.push_str(&format!("\n  and {} more", lines.len() - SHOWN));
        }
    };
    list(found);
    if !asked.is_empty() {
        list(&["the requests differ too".to_string()]);
        list(&asked.iter().map(|line| format!("  {line}")).collect::<Vec<_>>());
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
