//! Where the rows are: one file or several, patterns of files, standard input. What can be read only once (a pipe) is
//! looked at first (which columns are numbers?) and then read from its beginning all the same: what the look took is kept.

use super::glob;
use super::problem::{InTable, PlanError, told};
use crate::commands::session::Job;
use crate::error::Located;
use crate::table::TableError;
use crate::table::number::{Parsed, parse};
use crate::table::read::{Batch, Input, Options, Reader};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What a look at the first rows of a file finds.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// What messages call the file.
    pub file: String,
    /// The columns' names, in order; empty where there is none.
    pub names: Vec<String>,
    /// Which hold text: \[names\].
    pub text: Vec<bool>,
    /// What the delimiter seems to be, where it is not the one in use.
    pub delimiter: Option<char>,
}

impl Header {
    /// That there is no column `name`.
    pub fn lacks(&self, name: &str) -> InTable {
        let (file, names) = (self.file.as_str().into(), self.names.clone());
        InTable(TableError::NoSuchColumn { file, name: name.into(), names, delimiter: self.delimiter })
    }
}

/// The files of a fit, in order.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Their paths; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// What a look took from a pipe: (which of the paths, its bytes).
    pub(super) looked: Mutex<Vec<(usize, Arc<Mutex<Kept>>)>>,
}

/// A pipe and what has been read from it.
pub(super) struct Kept {
    bytes: Vec<u8>,
    rest: Box<dyn Read + Send>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes of a pipe", self.bytes.len())
    }
}

/// Reads a pipe and keeps what it read.
struct Look(Arc<Mutex<Kept>>);

impl Read for Look {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().map_err(|_| io::Error::other("a thread failed"))?;
        let count = kept.rest.read(out)?;
        kept.bytes.extend_from_slice(&out[..count]);
        Ok(count)
    }
}

/// Reads what was kept, then on.
struct Again {
    kept: Arc<Mutex<Kept>>,
    at: usize,
}

impl Read for Again {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut kept = self.kept.lock().map_err(|_| io::Error::other("a thread failed"))?;
        let ready = &kept.bytes[self.at.min(kept.bytes.len())..];
        if ready.is_empty() {
            kept.bytes = Vec::new();
            return kept.rest.read(out);
        }
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Inputs {
    /// These files, patterns in the place of some. Fails with `NoFile`.
    pub fn new(paths: Vec<PathBuf>) -> Result<Inputs, PlanError> {
        Ok(Inputs { paths: glob::files(paths)?, looked: Mutex::default() })
    }

    /// What messages call file `k`.
    pub fn name(&self, k: usize) -> String {
        self.paths.get(k).map_or(String::new(), |p| p.display().to_string())
    }

    fn pipe(&self, k: usize) -> Result<Option<Arc<Mutex<Kept>>>, TableError> {
        let path = &self.paths[k];
        let mut looked = self.looked.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((_, kept)) = looked.iter().find(|l| l.0 == k) {
            return Ok(Some(kept.clone()));
        }
        let rest: Box<dyn Read + Send> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else if path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            let fail = |e: io::Error| TableError::CannotRead {
                file: path.display().to_string().into(),
                reason: crate::table::output::reason(&e),
            };
            Box::new(std::fs::File::open(path).map_err(fail)?)
        } else {
            return Ok(None);
        };
        let kept = Arc::new(Mutex::new(Kept { bytes: Vec::new(), rest }));
        looked.push((k, kept.clone()));
        Ok(Some(kept))
    }

    fn stream_name(&self, k: usize) -> String {
        if self.paths[k].as_os_str() == "-" { "stdin".into() } else { self.name(k) }
    }

    /// Opens file `k` from its beginning; once for what is no regular file, looks aside.
    pub fn open(&self, k: usize, options: &Options, job: &Job) -> Result<Reader, Located> {
        let input = match self.pipe(k).map_err(told)? {
            None => Input::from_path(&self.paths[k]),
            Some(kept) => Input::Stream { name: self.stream_name(k), bytes: Box::new(Again { kept, at: 0 }) },
        };
        let waits = !matches!(input, Input::Path(_));
        let options = Options { threads: Some(job.threads()), ..options.clone() };
        job.cancel.while_waiting_if(waits, || Reader::open(input, &options)).map_err(told)
    }

    /// The columns of the first file, and which are no numbers, by its first rows.
    pub fn look(&self, options: &Options, job: &Job) -> Result<Header, Located> {
        let input = match self.pipe(0).map_err(told)? {
            None => Input::from_path(&self.paths[0]),
            Some(kept) => Input::Stream { name: self.stream_name(0), bytes: Box::new(Look(kept)) },
        };
        let waits = !matches!(input, Input::Path(_));
        job.cancel.while_waiting_if(waits, || {
            let mut reader = Reader::open(input, options).map_err(told)?;
            let names: Vec<String> = reader.header().names().to_vec();
            let selection = reader.select::<&str>(&[]).map_err(told)?;
            let mut batch = Batch::new(selection);
            let mut text = vec![false; names.len()];
            if reader.next_batch(&mut batch).map_err(told)? {
                text.iter_mut().enumerate().for_each(|(at, text)| *text = is_text(&batch, at));
            }
            Ok(Header { file: self.name(0), names, text, delimiter: reader.header().other_delimiter() })
        })
    }
}

/// A column is text where most cells that have something in them are: one odd cell among numbers is a fault.
fn is_text(batch: &Batch, column: usize) -> bool {
    let (mut words, mut numbers) = (0u64, 0u64);
    for row in 0..batch.rows {
        match parse(batch.cell(row, column)) {
            Parsed::Wrong(crate::table::NotANumber::Text) => words += 1,
            Parsed::Number(_) | Parsed::Wrong(_) => numbers += 1,
            Parsed::Empty | Parsed::NotAvailable => {}
        }
    }
    words > numbers
}
