//! Rows with quotes, on the `csv` crate: line breaks in cells, doubled quotes, carriage returns alone. The line of every row is
//! exact, which the crate's own is not where lines end in CRLF or blank lines stand between.

use super::super::error::reason;
use super::piece::Piece;
use super::{Batch, Header, Judge, TableError};
use ::csv::{ByteRecord, ErrorKind};
use std::io::{Chain, Read};
use std::sync::Arc;

/// The rows of a piece, one after another.
pub(super) struct Rows<'a> {
    file: &'a Arc<str>,
    text: &'a [u8],
    /// The line on which the piece begins, from 1.
    line: u64,
    /// Bytes put before the text.
    before: usize,
    reader: ::csv::Reader<Chain<&'static [u8], &'a [u8]>>,
    /// The row read last.
    pub record: ByteRecord,
}

impl<'a> Rows<'a> {
    /// The rows of `piece`, a part of the input that messages call `file`.
    pub fn new(file: &'a Arc<str>, piece: &'a Piece, delimiter: u8) -> Rows<'a> {
        let text = &piece.text[..piece.end];
        let mut builder = ::csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(delimiter).buffer_capacity(1 << 16);
        // The crate takes a mark of byte order away where its input begins; here it is a part of a cell, whatever stands before
        // it. A blank line does.
        let before: &[u8] = if text.starts_with(b"\xef\xbb\xbf") { b"\n" } else { b"" };
        let reader = builder.from_reader(before.chain(text));
        let line = piece.line - before.len() as u64;
        Rows { file, text, line, before: before.len(), reader, record: ByteRecord::new() }
    }

    /// Reads a row into `record`; the line on which it begins.
    pub fn next(&mut self) -> Result<Option<u64>, TableError> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(e) => {
                let reason = match e.into_kind() {
                    ErrorKind::Io(e) => reason(&e),
                    // A reader that is flexible and leaves bytes alone knows no other fault.
                    _ => "its rows cannot be told apart".into(),
                };
                return Err(TableError::CannotRead { file: self.file.clone(), reason });
            }
        }
        // The parser counts the line breaks it has passed: those of the rows before, the cells' own, and the one at the
        // row's end; but of CRLF only CR, the LF being passed with the next row.
        let passed = self.reader.position().line() - 1;
        let ended = u64::from(self.text.get(self.end().wrapping_sub(1)) == Some(&b'\n'));
        let inside = memchr::memchr_iter(b'\n', self.record.as_slice()).count() as u64;
        Ok(Some(self.line + passed.saturating_sub(inside + ended)))
    }

    /// Where the row ends in the piece's text.
    pub fn end(&self) -> usize {
        self.reader.position().byte() as usize - self.before
    }
}

/// Reads a piece into an empty batch.
pub(super) fn parse(
    piece: &Piece,
    delimiter: u8,
    header: &Header,
    judge: &Judge,
    batch: &mut Batch,
) -> Result<(), TableError> {
    let mut rows = Rows::new(&judge.file, piece, delimiter);
    while let Some(line) = rows.next()? {
        let record = &rows.record;
        header.check_width(&judge.file, line, record.len())?;
        if judge.row(header, line, |at| &record[at], batch)? {
            batch.rows += 1;
            batch.lines.push(line);
            if batch.selection.keep_cells {
                batch.bounds.push(batch.text.len() as u32);
                for cell in record {
                    batch.text.extend_from_slice(cell);
                    batch.text.push(b' ');
                    batch.bounds.push(batch.text.len() as u32);
                }
            }
        }
    }
    Ok(())
}
