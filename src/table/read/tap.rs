//! The bytes of an input on their way to the parser: looked at first, remembered a buffer long, ended by a sentinel.

use super::super::error::TableError;
use std::io::{self, Read};
use std::sync::Arc;

/// First bytes that no table of text has: what they say, and what to do.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "compressed with gzip", "unpack it: gzip -dc FILE | ... -"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it: zstd -dc FILE | ... -"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it: xz -dc FILE | ... -"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "save it as CSV"),
    (b"PAR1", "a Parquet file", "save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet", "save it as CSV"),
    (b"\xff\xfe", "UTF-16 text", "convert it: iconv -f utf-16 -t utf-8 FILE"),
    (b"\xfe\xff", "UTF-16 text", "convert it: iconv -f utf-16 -t utf-8 FILE"),
];

/// What is read beyond the end of the input. One line break ends a last row that has none of its own; only a row that is
/// inside quotes swallows the second too, which tells us so.
const SENTINEL: &[u8] = b"\n\n";

/// Marks the error that stops a row of excessive length.
#[derive(Debug, thiserror::Error)]
#[error("a row is too long")]
pub(super) struct TooLong;

/// A reader in front of the parser.
pub(super) struct Tap {
    inner: Box<dyn Read + Send>,
    /// Bytes read already and not yet handed on: the first ones, looked at for a signature.
    head: Vec<u8>,
    /// The piece handed on last, and where it begins.
    last: Vec<u8>,
    last_begin: u64,
    /// Bytes handed on in all, the sentinel too.
    given: u64,
    /// Bytes taken from the input.
    taken: u64,
    end: Option<u64>,
    sentinel_left: usize,
    row_begin: u64,
    longest_row: u64,
}

impl Tap {
    /// Reads the first bytes: takes away a byte order mark, refuses what is no text.
    pub fn new(mut inner: Box<dyn Read + Send>, file: &Arc<str>, longest_row: u64) -> Result<Tap, TableError> {
        let fail =
            |e: io::Error| TableError::CannotRead { file: file.clone(), reason: super::super::error::reason(&e) };
        let mut head = Vec::new();
        inner.by_ref().take(8).read_to_end(&mut head).map_err(fail)?;
        let taken = head.len() as u64;
        if let Some((_, what, remedy)) = SIGNATURES.iter().find(|s| head.starts_with(s.0)) {
            return Err(TableError::NotText { file: file.clone(), what, remedy });
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        Ok(Tap {
            inner,
            head,
            last: Vec::new(),
            last_begin: 0,
            given: 0,
            taken,
            end: None,
            sentinel_left: SENTINEL.len(),
            row_begin: 0,
            longest_row,
        })
    }

    /// Bytes taken from the input.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// A row begins at `at`: its length counts from here.
    pub fn begin_row(&mut self, at: u64) {
        self.row_begin = at;
    }

    /// The byte before the place `at`, if it was in the piece handed on last.
    pub fn byte_before(&self, at: u64) -> Option<u8> {
        let i = at.checked_sub(self.last_begin + 1)?;
        self.last.get(i as usize).copied()
    }

    /// Whether a row that ends at `at` has swallowed the whole sentinel.
    pub fn swallowed(&self, at: u64) -> bool {
        self.end.is_some_and(|end| at >= end + SENTINEL.len() as u64)
    }

    fn piece(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            let n = self.head.len().min(buffer.len());
            buffer[..n].copy_from_slice(&self.head[..n]);
            self.head.drain(..n);
            return Ok(n);
        }
        if self.end.is_none() {
            let n = loop {
                match self.inner.read(buffer) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                    other => break other?,
                }
            };
            self.taken += n as u64;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            self.end = Some(self.given);
        }
        let n = self.sentinel_left.min(buffer.len());
        buffer[..n].copy_from_slice(&SENTINEL[..n]);
        self.sentinel_left -= n;
        Ok(n)
    }
}

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given - self.row_begin > self.longest_row {
            return Err(io::Error::other(TooLong));
        }
        let n = self.piece(buffer)?;
        self.last.clear();
        self.last.extend_from_slice(&buffer[..n]);
        self.last_begin = self.given;
        self.given += n as u64;
        Ok(n)
    }
}
