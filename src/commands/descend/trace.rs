//! The course of a run as a table. While the run lasts it lives in FILE.part, whose length the checkpoint knows, so that a resumed
//! trace is whole; at the end it takes its name. What is no regular file is written to directly.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::options::DescendOptions;
use super::plan::Plan;
use super::problem::PlanError;
use crate::commands::request::Request;
use crate::error::{Located, Span};
use crate::objective::Layout;
use crate::optimize::driver::Row;
use crate::table::formats::{Cell, Format};
use crate::table::gzip;
use crate::table::output::{self, Output, OutputError, is_direct, reason};

/// Up to so many variables all of them are in the trace.
pub const MOST_VARIABLES: usize = 64;

/// A trace being written.
pub struct Trace {
    path: PathBuf,
    to: To,
    /// When a pipe's reader was last given something.
    flushed: Instant,
    format: &'static Format,
    columns: Vec<String>,
    picks: Vec<usize>,
    every: u64,
    seconds: bool,
    begun: Instant,
    method: Option<&'static str>,
    start: Option<usize>,
    written: u64,
    text: Vec<u8>,
    last: Option<u64>,
}

enum To {
    /// FILE.part, which takes the file's name at the end.
    Part(PathBuf, BufWriter<File>),
    /// Standard output, a device, a pipe: written to directly.
    Direct(Box<Output>),
}

/// Who reads along in a pipe sees rows after so many seconds.
const FRESH: f64 = 0.1;

/// What a trace shows.
pub struct Wanted<'w> {
    /// The file.
    pub path: &'w Path,
    /// How rows are written.
    pub format: &'static Format,
    /// Coordinates, by place.
    pub picks: Vec<usize>,
    /// A row every so many iterations; the last one is always there.
    pub every: u64,
    /// A column of seconds.
    pub seconds: bool,
    /// A column with the method.
    pub method: bool,
    /// A column with the number of the start, the given one being 0.
    pub start: bool,
    /// When the clock began.
    pub begun: Instant,
    /// Whether a checkpoint goes on in the part; else it goes away where the process ends at once.
    pub lasting: bool,
    /// Bytes to keep of an earlier run's part.
    pub keep: Option<u64>,
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Located + use<> {
    let path = path.to_path_buf();
    move |e| Located::new(OutputError::CannotWrite { path: path.clone(), reason: reason(&e) })
}

impl Trace {
    /// Opens FILE.part and writes the header, or goes on in it.
    pub fn open(wanted: Wanted<'_>, layout: &Layout) -> Result<Trace, Located> {
        let Wanted { path, format, picks, every, seconds, method, start, begun, lasting, keep } = wanted;
        let direct = is_direct(path);
        let mut columns: Vec<String> = Vec::new();
        if method {
            columns.push("method".into());
        }
        if start {
            columns.push("start".into());
        }
        let own = ["iteration", "evaluations", "f", "gradient_norm", "step_norm", "learning_rate"];
        columns.extend(own.iter().map(|c| c.to_string()));
        if seconds {
            columns.push("seconds".into());
        }
        columns.extend(picks.iter().map(|&k| layout.name(k)));
        let mut written = 0;
        let to = match direct {
            true => To::Direct(Box::new(Output::create(path, false).map_err(Located::new)?)),
            false => {
                let mut part = path.as_os_str().to_owned();
                part.push(".part");
                let part = PathBuf::from(part);
                let lost = || Located::new(PlanError::TraceLost { file: part.display().to_string() });
                let fail = failed(&part);
                // a run that was killed after its trace had taken its name and before its result had
                if keep.is_some() && !part.exists() && path.exists() {
                    // or one that has ended, and is to go on further
                    let mut from = gzip::reader(path).map_err(failed(path))?;
                    let copied = File::create(&part).and_then(|mut to| io::copy(&mut from, &mut to));
                    copied.map_err(&fail)?;
                }
                let file = OpenOptions::new().write(true).create(keep.is_none()).truncate(false).open(&part);
                let mut file = match file {
                    Err(e) if keep.is_some() && e.kind() == io::ErrorKind::NotFound => return Err(lost()),
                    other => other.map_err(&fail)?,
                };
                if let Some(keep) = keep {
                    if file.metadata().map_err(&fail)?.len() < keep {
                        return Err(lost());
                    }
                    written = keep;
                }
                file.set_len(written).map_err(&fail)?;
                file.seek(SeekFrom::Start(written)).map_err(&fail)?;
                if !lasting {
                    output::remember(&part);
                }
                To::Part(part, BufWriter::new(file))
            }
        };
        let mut trace = Trace {
            path: path.to_path_buf(),
            to,
            flushed: Instant::now(),
            format,
            columns,
            picks,
            every,
            seconds,
            begun,
            method: method.then_some(""),
            start: start.then_some(0),
            written,
            text: Vec::new(),
            last: None,
        };
        if written == 0
            && let Some(rows) = &trace.format.rows
        {
            (rows.header)(&mut trace.text, &trace.columns);
            trace.flush_text()?;
        }
        Ok(trace)
    }

    /// What follows is of this method from this start.
    pub fn begin(&mut self, method: &'static str, start: usize) {
        self.method = self.method.map(|_| method);
        self.start = self.start.map(|_| start);
        self.last = None;
    }

    /// What follows goes on after iteration k, which is in the trace if it was its turn.
    pub fn go_on(&mut self, k: u64) {
        self.last = k.is_multiple_of(self.every).then_some(k);
    }

    /// Adds an iterate if it is its turn. `sign`: -1 where f is maximised.
    pub fn row(&mut self, row: &Row<'_>, sign: f64, force: bool) -> Result<(), Located> {
        let k = row.at.k;
        if self.last == Some(k) || !(force || k.is_multiple_of(self.every)) {
            return Ok(());
        }
        self.last = Some(k);
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(self.columns.len());
        cells.extend(self.method.map(|m| Cell::Text(m.as_bytes())));
        cells.extend(self.start.map(|s| Cell::Number(s as f64)));
        let numbers = [k as f64, row.count.value as f64, sign * row.at.value, row.gradient_norm, row.step_norm];
        cells.extend(numbers.map(|x| Cell::Number(x + 0.0)));
        cells.push(if row.rate.is_nan() { Cell::Text(b"") } else { Cell::Number(row.rate) });
        if self.seconds {
            cells.push(Cell::Number(self.begun.elapsed().as_secs_f64()));
        }
        cells.extend(self.picks.iter().map(|&i| Cell::Number(row.at.x[i] + 0.0)));
        if let Some(rows) = &self.format.rows {
            (rows.row)(&mut self.text, &self.columns, &cells);
        }
        self.flush_text()
    }

    fn flush_text(&mut self) -> Result<(), Located> {
        let done = match &mut self.to {
            To::Part(_, file) => file.write_all(&self.text),
            To::Direct(out) => out.write_all(&self.text),
        };
        done.map_err(failed(self.target()))?;
        self.written += self.text.len() as u64;
        self.text.clear();
        if let To::Direct(out) = &mut self.to
            && self.flushed.elapsed().as_secs_f64() > FRESH
        {
            self.flushed = Instant::now();
            out.flush().map_err(failed(&self.path))?;
        }
        Ok(())
    }

    /// The file that bytes go to.
    fn target(&self) -> &Path {
        match &self.to {
            To::Part(part, _) => part,
            To::Direct(_) => &self.path,
        }
    }

    /// Brings everything to the disk; the bytes so far.
    pub fn settle(&mut self) -> Result<u64, Located> {
        let done = match &mut self.to {
            To::Part(_, file) => file.flush().and_then(|()| file.get_ref().sync_data()),
            To::Direct(out) => out.flush(),
        };
        done.map_err(failed(self.target()))?;
        Ok(self.written)
    }

    /// Gives the file its name.
    pub fn finish(mut self) -> Result<(), Located> {
        self.settle()?;
        if let To::Part(part, _) = &self.to {
            output::forget(part);
        }
        match self.to {
            To::Direct(out) => (*out).commit().map_err(Located::new),
            To::Part(part, _) if gzip::inner(&self.path).is_some() => {
                let mut out = Output::create(&self.path, false).map_err(Located::new)?;
                let copied = File::open(&part).and_then(|mut from| io::copy(&mut from, &mut out));
                copied.map_err(failed(&self.path))?;
                out.commit().map_err(Located::new)?;
                std::fs::remove_file(&part).map_err(failed(&part))
            }
            To::Part(part, _) => std::fs::rename(part, &self.path).map_err(failed(&self.path)),
        }
    }

    /// Takes the part away: the run has failed and nothing can go on from it.
    pub fn abandon(self) {
        if let To::Part(part, _) = &self.to {
            // nobody can be told
            let _ = std::fs::remove_file(part);
            output::forget(part);
        }
    }
}

/// Coordinates in the trace.
pub fn picks(request: &Request<DescendOptions>, plan: &Plan) -> Result<Vec<usize>, Located> {
    let n = plan.layout.len();
    let Some(text) = request.text("descend.trace_variables") else {
        return Ok(if n <= MOST_VARIABLES { (0..n).collect() } else { Vec::new() });
    };
    let mut found = Vec::new();
    let mut depth = 0;
    let mut from = 0;
    let end = text.text.len();
    let marks = text.text.char_indices().chain(std::iter::once((end, ',')));
    for (at, c) in marks {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth <= 0 => {
                let name = text.text[from..at].trim();
                match plan.layout.find(name) {
                    Some(v) => found.extend(v.range.clone()),
                    None => match (0..n).find(|&k| plan.layout.name(k).replace(' ', "") == name.replace(' ', "")) {
                        Some(k) => found.push(k),
                        None => {
                            let problem = PlanError::TraceVariable { name: name.to_string() };
                            return Err(text.locate_at(problem, Span::new(from, at)));
                        }
                    },
                }
                from = at + 1;
            }
            _ => {}
        }
    }
    Ok(found)
}
