//! Rows in: a [`Reader`] streams a table as [`Batch`]es. A new input format is a file beside this one with a
//! `static ENTRY` and a line in [`FORMATS`].
//!
//! Memory does not grow with the file: a batch is a piece of the input of at most [`BATCH_ROWS`] lines or (but for a longer row)
//! [`BATCH_BYTES`] of text, whichever comes first. Pieces are read by one thread and turned into numbers by many: numbers and
//! errors are the same for any number of them, and so are the batches.
//!
//! Two ways to have them. [`Reader::next_batch`] hands them over one by one, those that follow being read meanwhile:
//!
//! ```
//! use gradus::table::read::{Batch, Input, Options, Reader};
//!
//! let input = Input::Stream { name: "points".into(), bytes: Box::new("x,name\n1,a\n2.5,b\n".as_bytes()) };
//! let mut reader = Reader::open(input, &Options::default())?;
//! let mut batch = Batch::new(reader.select(&["x"])?);
//! while reader.next_batch(&mut batch)? {
//!     assert_eq!(batch.columns[0], [1.0, 2.5]);
//!     assert_eq!(batch.cell(1, 1), b"b");
//! }
//! assert_eq!(reader.rows().used, 2);
//! # Ok::<(), gradus::table::TableError>(())
//! ```
//!
//! [`Reader::each`] works on them where they are read, on all threads, and hands over what came of it, in the order of the rows:
//!
//! ```
//! use gradus::table::read::{Input, Options, Reader};
//! use gradus::table::TableError;
//!
//! let input = Input::Stream { name: "points".into(), bytes: Box::new("x\n1\n2.5\n".as_bytes()) };
//! let mut reader = Reader::open(input, &Options::default())?;
//! let wanted = reader.select(&["x"])?;
//! let mut total = 0.0;
//! reader.each(&wanted, || (), |(), batch| batch.columns[0].iter().sum::<f64>(), |sum, _| {
//!     total += sum?;
//!     Ok::<bool, TableError>(true)
//! })?;
//! assert_eq!(total, 3.5);
//! # Ok::<(), TableError>(())
//! ```

mod ahead;
mod batch;
mod csv;
mod delimited;
mod general;
mod header;
mod input;
mod judge;
mod ordered;
mod piece;
mod plain;
mod tsv;

pub use batch::{BATCH_BYTES, BATCH_ROWS, Batch, Cells};
pub use header::{Header, Selection};
pub use input::{Input, Stream};
pub use judge::{Dropped, Judge, Missing, RowCounts};
pub use piece::Piece;

use super::error::{TableError, cut};
use ahead::Ahead;
use batch::BATCH_CELLS;
use ordered::Ordered;
use std::sync::{Arc, Mutex, PoisonError};

/// A format of input tables.
pub struct InputFormat {
    /// As a user names it.
    pub name: &'static str,
    /// The endings of its files.
    pub extensions: &'static [&'static str],
    /// One line.
    pub doc: &'static str,
    /// Reads the header and stands before the first row.
    pub open: Open,
}

/// Reads the header of a stream and stands before its first row.
pub type Open = fn(Stream, &Options) -> Result<Table, TableError>;

/// What a format makes of an opened input.
pub struct Table {
    /// The names of the columns.
    pub header: Header,
    /// Where rows come from.
    pub source: Box<dyn Source>,
    /// How they are read.
    pub rows: Arc<dyn Parse>,
}

/// All input formats. What has no known ending is read as the first.
pub static FORMATS: &[&InputFormat] = &[&csv::ENTRY, &tsv::ENTRY];

/// How to read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The byte between cells; unset: as the format has it.
    pub delimiter: Option<u8>,
    /// What a wanted cell without a value means.
    pub missing: Missing,
    /// What else the caller could be told to do about such a cell, for the error's help.
    pub advice: &'static str,
    /// The longest row taken for a row, in bytes (a quote that is never closed makes one of the rest of the file).
    pub longest_row: u64,
    /// How many threads turn text into numbers; unset: as many as the machine runs at once. Small inputs start none.
    pub threads: Option<usize>,
    /// Every piece goes the general way, as if it had quotes: for tests, which hold the fast way against it.
    pub general: bool,
}

impl Default for Options {
    fn default() -> Self {
        let (missing, advice) = (Missing::Error, "put a number there");
        Options { delimiter: None, missing, advice, longest_row: 1 << 28, threads: None, general: false }
    }
}

/// Where rows come from: one thread reads at a time.
pub trait Source: Send {
    /// The next rows; their text is put into `spare`, whose bytes do not matter. `None` at the end.
    fn next_piece(&mut self, spare: Vec<u8>) -> Result<Option<Piece>, TableError>;
    /// Whether no piece follows for certain.
    fn is_done(&self) -> bool;
}

/// How the rows of a piece are read, on any thread.
pub trait Parse: Send + Sync {
    /// Adds the rows to an empty batch, each through [`Judge::row`] or with the same result.
    fn parse(&self, piece: Piece, judge: &Judge, batch: &mut Batch) -> Result<(), TableError>;
}

/// What was read so far, as [`Reader::each`] tells it.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What became of the rows.
    pub rows: &'a RowCounts,
    /// Bytes taken from the input.
    pub bytes: u64,
}

/// A table being read.
pub struct Reader {
    header: Header,
    from: From,
    rows: Arc<dyn Parse>,
    judge: Arc<Judge>,
    size: Option<u64>,
    threads: usize,
    counts: RowCounts,
    bytes: u64,
}

/// Where batches come from.
enum From {
    /// Made on the caller's thread.
    Here(Box<dyn Source>),
    /// Made ahead by other threads.
    Ahead(Ahead),
    /// All have been handed over.
    Nowhere,
}

impl Reader {
    /// Opens an input and reads its header. The format is that of the name's ending, else CSV.
    ///
    /// Fails with `CannotRead`, `NotText`, `Empty`, or a fault of the header.
    pub fn open(input: Input, options: &Options) -> Result<Reader, TableError> {
        let stream = input.open()?;
        let known = |f: &&&InputFormat| f.extensions.contains(&stream.extension.as_str());
        let format = FORMATS.iter().find(known).unwrap_or(&FORMATS[0]);
        let judge = Arc::new(Judge::new(stream.file.clone(), options.missing, options.advice));
        let size = stream.size;
        let Table { header, source, rows } = (format.open)(stream, options)?;
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = options.threads.unwrap_or_else(all).max(1);
        Ok(Reader {
            header,
            from: From::Here(source),
            rows,
            judge,
            size,
            threads,
            counts: RowCounts::default(),
            bytes: 0,
        })
    }

    /// What messages call the input.
    pub fn file(&self) -> &Arc<str> {
        &self.judge.file
    }

    /// The names of the columns, as they stand in the file but for blanks around them.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The columns called `names`, to be read as numbers, in this order. Fails with `NoSuchColumn`.
    pub fn select<S: AsRef<str>>(&self, names: &[S]) -> Result<Selection, TableError> {
        self.header.select(&self.judge.file, names)
    }

    /// Replaces what is in `batch` by the next rows. False, and an empty batch, at the end. A batch may hold no rows and
    /// yet not be the last, where rows are dropped. The batches that follow are read meanwhile, on other threads, with the
    /// selection of the first.
    ///
    /// Fails at the first faulty row, with its line.
    pub fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, TableError> {
        batch.clear();
        // A small table is one batch, for which no thread is started; nor is one for whoever only looks at the first rows.
        if self.bytes > 0
            && let From::Here(source) = &self.from
            && !source.is_done()
            && let From::Here(source) = std::mem::replace(&mut self.from, From::Nowhere)
        {
            let (rows, judge) = (self.rows.clone(), self.judge.clone());
            self.from = match Ahead::start(source, rows, judge, batch.selection.clone(), self.threads) {
                Ok(ahead) => From::Ahead(ahead),
                Err(source) => From::Here(source),
            };
        }
        let found = match &mut self.from {
            From::Here(source) => match source.next_piece(std::mem::take(&mut batch.text)) {
                Ok(Some(piece)) => parse(&*self.rows, &self.judge, piece, batch).map(|()| true),
                Ok(None) => Ok(false),
                Err(e) => Err(e),
            },
            From::Ahead(ahead) => ahead.next(batch),
            From::Nowhere => Ok(false),
        };
        if !matches!(found, Ok(true)) {
            self.from = From::Nowhere;
            return found;
        }
        self.counts.merge(std::mem::take(&mut batch.counts));
        self.bytes = batch.taken;
        Ok(true)
    }

    /// Works on all rows: `map` makes something of each batch, on any thread, with what `local` made for that thread; `take`
    /// gets it on the caller's thread, in the order of the rows, or the error at which reading ends. `take` answers whether to
    /// go on.
    ///
    /// Fails as `take` does.
    pub fn each<L, T: Send, E>(
        &mut self,
        selection: &Selection,
        local: impl Fn() -> L + Sync,
        map: impl Fn(&mut L, &Batch) -> T + Sync,
        mut take: impl FnMut(Result<T, TableError>, Progress<'_>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let From::Here(mut source) = std::mem::replace(&mut self.from, From::Nowhere) else { return Ok(()) };
        let (rows, judge) = (&*self.rows, &*self.judge);
        let (counts, bytes) = (&mut self.counts, &mut self.bytes);
        let mut hand_over = |found: Result<(T, RowCounts, u64), TableError>| match found {
            Ok((mapped, more, taken)) => {
                counts.merge(more);
                *bytes = taken;
                take(Ok(mapped), Progress { rows: counts, bytes: taken })
            }
            Err(e) => take(Err(e), Progress { rows: counts, bytes: *bytes }).map(|_| false),
        };
        let work = |local: &mut L, batch: &mut Batch, piece: Result<Piece, TableError>| {
            parse(rows, judge, piece?, batch)?;
            Ok((map(local, batch), std::mem::take(&mut batch.counts), batch.taken))
        };

        // a small table is one piece, for which no thread is started
        let mut batch = Batch::new(selection.clone());
        let mut own = local();
        let Some(piece) = source.next_piece(Vec::new()).transpose() else { return Ok(()) };
        if !hand_over(work(&mut own, &mut batch, piece))? {
            return Ok(());
        }
        drop(own);
        if source.is_done() {
            return Ok(());
        }
        let ordered = Ordered::new(2 * self.threads + 2);
        let source = Mutex::new(source);
        let spares: Mutex<Vec<Vec<u8>>> = Mutex::new(vec![batch.text]);
        let spare = || spares.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        std::thread::scope(|scope| {
            let worker = || {
                let mut batch = Batch::new(selection.clone());
                let mut local = local();
                let fetch = |source: &mut Box<dyn Source>| source.next_piece(spare()).transpose();
                ordered.work(&source, fetch, Result::is_err, |piece| {
                    batch.clear();
                    let result = work(&mut local, &mut batch, piece);
                    let text = std::mem::take(&mut batch.text);
                    spares.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                    result
                });
            };
            let start = || std::thread::Builder::new().spawn_scoped(scope, worker);
            let started = (0..self.threads).take_while(|_| start().is_ok()).count();
            let mut here = (started == 0).then(|| (local(), Batch::new(selection.clone())));
            let mut next = || match &mut here {
                None => ordered.take(),
                // the system gives no thread
                Some((local, batch)) => {
                    let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                    let piece = source.next_piece(std::mem::take(&mut batch.text)).transpose()?;
                    batch.clear();
                    Some(work(local, batch, piece))
                }
            };
            let mut done = Ok(());
            while let Some(found) = next() {
                match hand_over(found) {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(e) => done = Err(e),
                }
                break;
            }
            ordered.stop();
            done
        })
    }

    /// What became of the rows so far.
    pub fn rows(&self) -> &RowCounts {
        &self.counts
    }

    /// Bytes taken from the input so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Bytes of the input, where it is a regular file.
    pub fn size(&self) -> Option<u64> {
        self.size
    }
}

/// Reads a piece into an empty batch.
fn parse(rows: &dyn Parse, judge: &Judge, piece: Piece, batch: &mut Batch) -> Result<(), TableError> {
    batch.taken = piece.taken;
    rows.parse(piece, judge, batch)
}

#[cfg(test)]
mod tests;
