//! Where the rows are: one file or several, patterns of files, standard input. What can be read only once (a pipe) is
//! looked at first (which columns are numbers?) and then read from its beginning all the same: what the look took is kept.

use super::features::{is_pattern, matches};
use super::problem::PlanError;
use crate::commands::session::Job;
use crate::error::Located;
use crate::table::TableError;
use crate::table::number::{Parsed, parse};
use crate::table::read::{Batch, Input, Options, Reader};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

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
    /// These files; a name that no file has and that holds `*` or `?` is a pattern of names in its folder, taken in the order of
    /// the names. Fails with `NoFile`.
    pub fn new(paths: Vec<PathBuf>) -> Result<Inputs, PlanError> {
        let mut found = Vec::new();
        for path in paths {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if !is_pattern(&name) || path.exists() {
                found.push(path);
                continue;
            }
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
            let mut fitting: Vec<String> =
                names.filter(|n| matches(name.as_bytes(), n.as_bytes()) && !n.starts_with('.')).collect();
            if fitting.is_empty() {
                return Err(PlanError::NoFile { pattern: path.display().to_string() });
            }
            fitting.sort();
            found.extend(fitting.into_iter().map(|n| path.with_file_name(n)));
        }
        Ok(Inputs { paths: found, looked: Mutex::default() })
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
        let input = match self.pipe(k).map_err(Located::new)? {
            None => Input::from_path(&self.paths[k]),
            Some(kept) => Input::Stream { name: self.stream_name(k), bytes: Box::new(Again { kept, at: 0 }) },
        };
        let waits = !matches!(input, Input::Path(_));
        let options = Options { threads: Some(job.threads()), ..options.clone() };
        job.cancel.while_waiting_if(waits, || Reader::open(input, &options)).map_err(Located::new)
    }

    /// The names of the columns of the first file, and which are no numbers, by its first rows: \[columns\].
    pub fn look(&self, options: &Options, job: &Job) -> Result<(Vec<String>, Vec<bool>), Located> {
        let input = match self.pipe(0).map_err(Located::new)? {
            None => Input::from_path(&self.paths[0]),
            Some(kept) => Input::Stream { name: self.stream_name(0), bytes: Box::new(Look(kept)) },
        };
        let waits = !matches!(input, Input::Path(_));
        job.cancel.while_waiting_if(waits, || {
            let mut reader = Reader::open(input, options).map_err(Located::new)?;
            let names: Vec<String> = reader.header().names().to_vec();
            let selection = reader.select::<&str>(&[]).map_err(Located::new)?;
            let mut batch = Batch::new(selection);
            let mut text = vec![false; names.len()];
            if reader.next_batch(&mut batch).map_err(Located::new)? {
                text.iter_mut().enumerate().for_each(|(at, text)| *text = is_text(&batch, at));
            }
            Ok((names, text))
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
