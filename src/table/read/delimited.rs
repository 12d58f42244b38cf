//! Text with a delimiter, on the `csv` crate: quotes, line breaks in cells, CRLF, blank lines (which are skipped). The
//! line of every row is exact, which the crate's own is not where lines end in CRLF or blank lines stand between.

use super::super::error::reason;
use super::tap::{Tap, TooLong};
use super::{Batch, Header, Judge, Options, Source, Stream, TableError};
use ::csv::{ByteRecord, ErrorKind};
use std::sync::Arc;

/// A table with `delimiter` between cells.
struct Delimited {
    file: Arc<str>,
    header: Header,
    reader: ::csv::Reader<Tap>,
    record: ByteRecord,
    longest_row: u64,
}

/// Opens it; the header is the first line that is not blank.
pub(super) fn open(stream: Stream, options: &Options, delimiter: u8) -> Result<Box<dyn Source>, TableError> {
    let delimiter = options.delimiter.unwrap_or(delimiter);
    let tap = Tap::new(stream.bytes, &stream.file, options.longest_row)?;
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(1 << 16)
        .from_reader(tap);
    let mut record = ByteRecord::new();
    let longest_row = options.longest_row;
    let Some(line) = read_row(&stream.file, longest_row, &mut reader, &mut record)? else {
        return Err(TableError::Empty { file: stream.file });
    };
    let header = Header::new(&stream.file, line, delimiter, record.iter())?;
    Ok(Box::new(Delimited { file: stream.file, header, reader, record, longest_row }))
}

/// The next row, and the line on which it begins.
fn read_row(
    file: &Arc<str>,
    longest_row: u64,
    reader: &mut ::csv::Reader<Tap>,
    record: &mut ByteRecord,
) -> Result<Option<u64>, TableError> {
    let begin = reader.position().byte();
    reader.get_mut().begin_row(begin);
    let begin_line = reader.position().line() + u64::from(reader.get_ref().byte_before(begin) == Some(b'\r'));
    match reader.read_byte_record(record) {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(e) => {
            // Nothing of the row is known but where it began (blank lines before it count too).
            let line = begin_line;
            let file = file.clone();
            return Err(match e.into_kind() {
                ErrorKind::Io(e) if e.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
                    TableError::LongRow { file, line, limit: longest_row }
                }
                ErrorKind::Io(e) => TableError::CannotRead { file, reason: reason(&e) },
                // A reader that is flexible and leaves bytes alone knows no other fault.
                _ => TableError::CannotRead { file, reason: "its rows cannot be told apart".into() },
            });
        }
    }
    // The parser counts the line breaks it has passed: those of the rows before, the cells' own, and the one at the
    // row's end; but of CRLF only CR, the LF being passed with the next row.
    let end = reader.position().byte();
    let passed = reader.position().line() - 1;
    let ended = u64::from(reader.get_ref().byte_before(end) == Some(b'\n'));
    let inside = memchr::memchr_iter(b'\n', record.as_slice()).count() as u64;
    let open_quote = reader.get_ref().swallowed(end);
    // In an open quote the last line breaks are text of the cell, the sentinel's two among them.
    let line = 1 + passed.saturating_sub(inside + if open_quote { 0 } else { ended });
    if open_quote {
        return Err(TableError::OpenQuote { file: file.clone(), line });
    }
    Ok(Some(line))
}

impl Source for Delimited {
    fn header(&self) -> &Header {
        &self.header
    }

    fn fill(&mut self, judge: &mut Judge, batch: &mut Batch) -> Result<bool, TableError> {
        let Delimited { file, header, reader, record, longest_row } = self;
        while !batch.is_full() {
            let Some(line) = read_row(file, *longest_row, reader, record)? else { return Ok(batch.rows > 0) };
            if record.len() != header.len() {
                let (expected, found) = (header.len(), record.len());
                let delimiter = header.other_delimiter();
                return Err(TableError::Ragged { file: file.clone(), line, expected, found, delimiter });
            }
            batch.see(record.as_slice().len());
            if judge.row(header, line, |at| &record[at], batch)? {
                let ends = (0..record.len()).map(|i| record.range(i).map_or(0, |r| r.end));
                batch.push(line, record.as_slice(), ends);
            }
        }
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        self.reader.get_ref().taken()
    }
}
