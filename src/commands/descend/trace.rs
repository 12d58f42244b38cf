//! The course of a run as a table. While the run lasts it lives in FILE.part, whose length the checkpoint knows, so that a resumed
//! trace is whole; at the end it takes its name.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::problem::PlanError;
use crate::error::Located;
use crate::objective::Layout;
use crate::optimize::driver::Row;
use crate::table::formats::{self, Cell, Format};
use crate::table::output::{OutputError, reason};

/// Up to so many variables all of them are in the trace.
pub const MOST_VARIABLES: usize = 64;

/// A trace being written.
pub struct Trace {
    path: PathBuf,
    /// FILE.part; none where the target is no regular file and is written to directly.
    part: Option<PathBuf>,
    file: BufWriter<File>,
    format: &'static Format,
    columns: Vec<String>,
    picks: Vec<usize>,
    every: u64,
    seconds: bool,
    begun: Instant,
    method: Option<String>,
    written: u64,
    text: Vec<u8>,
    last: Option<u64>,
}

/// What a trace shows.
pub struct Wanted<'w> {
    /// The file.
    pub path: &'w Path,
    /// Coordinates, by place.
    pub picks: Vec<usize>,
    /// A row every so many iterations; the last one is always there.
    pub every: u64,
    /// A column of seconds.
    pub seconds: bool,
    /// A column with the method.
    pub method: bool,
    /// When the clock began.
    pub begun: Instant,
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
        let Wanted { path, picks, every, seconds, method, begun, keep } = wanted;
        let format = formats::by_path(path).map_err(Located::new)?;
        if format.rows.is_none() {
            let problem = crate::commands::outcome::OutputConflict::NotATable {
                file: path.display().to_string(),
                format: format.name,
            };
            return Err(Located::new(problem));
        }
        let mut columns: Vec<String> = Vec::new();
        if method {
            columns.push("method".into());
        }
        let own = ["iteration", "evaluations", "f", "gradient_norm", "step_norm", "learning_rate"];
        columns.extend(own.iter().map(|c| c.to_string()));
        if seconds {
            columns.push("seconds".into());
        }
        columns.extend(picks.iter().map(|&k| layout.name(k)));
        let direct = std::fs::metadata(path).is_ok_and(|about| !about.is_file());
        let part = (!direct).then(|| {
            let mut name = path.as_os_str().to_owned();
            name.push(".part");
            PathBuf::from(name)
        });
        let target = part.as_deref().unwrap_or(path);
        let fail = failed(target);
        let mut file = OpenOptions::new().write(true).create(!direct).truncate(false).open(target).map_err(&fail)?;
        let mut written = 0;
        if let Some(keep) = keep {
            if file.metadata().map_err(&fail)?.len() < keep {
                return Err(Located::new(PlanError::TraceLost { file: target.display().to_string() }));
            }
            written = keep;
        }
        if part.is_some() {
            file.set_len(written).map_err(&fail)?;
            file.seek(SeekFrom::Start(written)).map_err(&fail)?;
        }
        let mut trace = Trace {
            path: path.to_path_buf(),
            part,
            file: BufWriter::new(file),
            format,
            columns,
            picks,
            every,
            seconds,
            begun,
            method: None,
            written,
            text: Vec::new(),
            last: None,
        };
        if keep.is_none()
            && let Some(rows) = &trace.format.rows
        {
            (rows.header)(&mut trace.text, &trace.columns);
            trace.flush_text()?;
        }
        Ok(trace)
    }

    /// What follows is of this method.
    pub fn method(&mut self, name: &str) {
        self.method = Some(name.to_string());
        self.last = None;
    }

    /// Adds an iterate if it is its turn. `sign`: -1 where f is maximised.
    pub fn row(&mut self, row: &Row<'_>, sign: f64, force: bool) -> Result<(), Located> {
        let k = row.at.k;
        if self.last == Some(k) || !(force || k.is_multiple_of(self.every)) {
            return Ok(());
        }
        self.last = Some(k);
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(self.columns.len());
        if self.columns.first().is_some_and(|c| c == "method") {
            cells.push(Cell::Text(self.method.as_deref().unwrap_or_default().as_bytes()));
        }
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
        let fail = failed(self.part.as_deref().unwrap_or(&self.path));
        self.file.write_all(&self.text).map_err(fail)?;
        self.written += self.text.len() as u64;
        self.text.clear();
        Ok(())
    }

    /// Brings everything to the disk; the bytes so far.
    pub fn settle(&mut self) -> Result<u64, Located> {
        let fail = failed(self.part.as_deref().unwrap_or(&self.path));
        self.file.flush().and_then(|()| self.file.get_ref().sync_data()).or_else(ignore_pipes).map_err(fail)?;
        Ok(self.written)
    }

    /// Gives the file its name.
    pub fn finish(mut self) -> Result<(), Located> {
        self.settle()?;
        match &self.part {
            Some(part) => std::fs::rename(part, &self.path).map_err(failed(&self.path)),
            None => Ok(()),
        }
    }

    /// Takes the part away: the run has failed and nothing can go on from it.
    pub fn abandon(self) {
        if let Some(part) = &self.part {
            // nobody can be told
            let _ = std::fs::remove_file(part);
        }
    }
}

/// A pipe cannot be synchronised.
fn ignore_pipes(e: io::Error) -> io::Result<()> {
    if e.kind() == io::ErrorKind::InvalidInput { Ok(()) } else { Err(e) }
}
