//! Text with a delimiter: pieces without quotes are read by `plain`, the others by `general`; blank lines are skipped.

use super::general;
use super::piece::{Piece, Splitter};
use super::plain;
use super::{BATCH_CELLS, Batch, Header, Judge, Options, Parse, Source, Stream, Table, TableError};
use std::sync::Arc;

/// Opens it; the header is the first line that is not blank.
pub(super) fn open(stream: Stream, options: &Options, delimiter: u8) -> Result<Table, TableError> {
    let delimiter = options.delimiter.unwrap_or(delimiter);
    let mut splitter = Splitter::new(stream.bytes, &stream.file, delimiter, options.longest_row)?;
    let header = loop {
        let Some(piece) = splitter.next(Vec::new())? else { return Err(TableError::Empty { file: stream.file }) };
        let mut rows = general::Rows::new(&stream.file, &piece, delimiter);
        if let Some(line) = rows.next()? {
            // of CRLF the crate has passed the first; the other is no line of the first piece
            let end = rows.end();
            let end = end + usize::from(piece.text[..piece.end].get(end - 1..=end) == Some(b"\r\n"));
            splitter.put_back(&piece, end);
            break Header::new(&stream.file, line, delimiter, rows.record.iter())?;
        }
    };
    splitter.set_lines(BATCH_CELLS.div_ceil(header.len()));
    let rows = Delimited { delimiter, header: header.clone(), plainly: !options.general };
    Ok(Table { header, source: Box::new(splitter), rows: Arc::new(rows) })
}

impl Source for Splitter {
    fn next_piece(&mut self, spare: Vec<u8>) -> Result<Option<Piece>, TableError> {
        self.next(spare)
    }

    fn is_done(&self) -> bool {
        Splitter::is_done(self)
    }
}

/// How its pieces are read.
struct Delimited {
    delimiter: u8,
    header: Header,
    /// Whether plain pieces go the fast way.
    plainly: bool,
}

impl Parse for Delimited {
    fn parse(&self, piece: Piece, judge: &Judge, batch: &mut Batch) -> Result<(), TableError> {
        if self.plainly && plain::covers(&piece, self.delimiter) {
            plain::parse(piece, self.delimiter, &self.header, judge, batch)
        } else {
            general::parse(&piece, self.delimiter, &self.header, judge, batch)
        }
    }
}
