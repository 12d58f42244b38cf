//! Rows in: a [`Reader`] streams a table as [`Batch`]es. A new input format is a file beside this one with a
//! `static ENTRY` and a line in [`FORMATS`].
//!
//! Memory does not grow with the file: a batch ends at [`BATCH_ROWS`] rows or [`BATCH_BYTES`] of text, whichever comes
//! first.
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

mod batch;
mod csv;
mod delimited;
mod header;
mod input;
mod judge;
mod tap;
mod tsv;

pub use batch::{BATCH_BYTES, BATCH_ROWS, Batch, Cells};
pub use header::{Header, Selection};
pub use input::{Input, Stream};
pub use judge::{Dropped, Judge, Missing, RowCounts};

use super::error::{TableError, cut};
use std::sync::Arc;

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
pub type Open = fn(Stream, &Options) -> Result<Box<dyn Source>, TableError>;

/// All input formats. What has no known ending is read as the first.
pub static FORMATS: &[&InputFormat] = &[&csv::ENTRY, &tsv::ENTRY];

/// How to read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The byte between cells; unset: as the format has it.
    pub delimiter: Option<u8>,
    /// What a wanted cell without a value means.
    pub missing: Missing,
    /// The longest row taken for a row, in bytes (a quote that is never closed makes one of the rest of the file).
    pub longest_row: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { delimiter: None, missing: Missing::Error, longest_row: 1 << 28 }
    }
}

/// What a format gives: a header and then rows.
pub trait Source: Send {
    /// The names of the columns.
    fn header(&self) -> &Header;
    /// Adds rows to an empty batch, in the file's order, each through [`Judge::row`]. False at the end of the input;
    /// a batch without rows is no end (all may have been dropped).
    fn fill(&mut self, judge: &mut Judge, batch: &mut Batch) -> Result<bool, TableError>;
    /// Bytes taken from the input so far.
    fn bytes_read(&self) -> u64;
}

/// A table being read.
pub struct Reader {
    source: Box<dyn Source>,
    judge: Judge,
    size: Option<u64>,
}

impl Reader {
    /// Opens an input and reads its header. The format is that of the name's ending, else CSV.
    ///
    /// Fails with `CannotRead`, `NotText`, `Empty`, or a fault of the header.
    pub fn open(input: Input, options: &Options) -> Result<Reader, TableError> {
        let stream = input.open()?;
        let known = |f: &&&InputFormat| f.extensions.contains(&stream.extension.as_str());
        let format = FORMATS.iter().find(known).unwrap_or(&FORMATS[0]);
        let judge = Judge::new(stream.file.clone(), options.missing);
        let size = stream.size;
        Ok(Reader { source: (format.open)(stream, options)?, judge, size })
    }

    /// What messages call the input.
    pub fn file(&self) -> &Arc<str> {
        &self.judge.file
    }

    /// The names of the columns, as they stand in the file but for blanks around them.
    pub fn header(&self) -> &Header {
        self.source.header()
    }

    /// The columns called `names`, to be read as numbers, in this order. Fails with `NoSuchColumn`.
    pub fn select<S: AsRef<str>>(&self, names: &[S]) -> Result<Selection, TableError> {
        self.header().select(&self.judge.file, names)
    }

    /// Replaces what is in `batch` by the next rows. False, and an empty batch, at the end. A batch may hold no rows and
    /// yet not be the last, where rows are dropped.
    ///
    /// Fails at the first faulty row, with its line.
    pub fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, TableError> {
        batch.clear();
        self.source.fill(&mut self.judge, batch)
    }

    /// What became of the rows so far.
    pub fn rows(&self) -> &RowCounts {
        &self.judge.rows
    }

    /// Bytes taken from the input so far: at most a buffer ahead of the rows.
    pub fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    /// Bytes of the input, where it is a regular file.
    pub fn size(&self) -> Option<u64> {
        self.size
    }
}

#[cfg(test)]
mod tests;
