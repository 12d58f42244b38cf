//! An input cut into pieces: whole rows, so that each can be read by itself, on any thread.
//!
//! Where pieces end depends on the text alone, never on how it arrives: after [`BATCH_ROWS`] lines or before [`BATCH_BYTES`],
//! whichever comes first. Only line breaks outside quotes count, as the `csv` crate sees quotes: they open a cell where they are
//! its first byte, and are text elsewhere.

use super::super::decimal::PADDING;
use super::super::error::{TableError, reason};
use super::batch::{BATCH_BYTES, BATCH_ROWS};
use crate::numeric::block::{Isa, per_isa};
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

/// Some rows of the input, whole.
#[derive(Debug, Default)]
pub struct Piece {
    /// The rows, each with its line break, up to `end`; then [`PADDING`] bytes that are none of theirs.
    pub text: Vec<u8>,
    /// Where the rows end.
    pub end: usize,
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// At most so many rows begin in it.
    pub lines: usize,
    /// Whether there is no quote in it.
    pub plain: bool,
    /// Bytes of the input up to its end.
    pub taken: u64,
}

/// Cuts an input into pieces.
pub(super) struct Splitter {
    file: Arc<str>,
    input: Box<dyn Read + Send>,
    /// Bytes read and not yet handed on are the first `filled`.
    buffer: Vec<u8>,
    filled: usize,
    /// The line on which they begin.
    line: u64,
    /// Bytes taken from the input.
    taken: u64,
    ended: bool,
    failed: Option<io::Error>,
    delimiter: u8,
    most_lines: usize,
    longest_row: usize,
    /// Bytes of a line, as far as is known.
    usual: usize,
}

/// How far a piece has been looked at.
#[derive(Default)]
struct Scan {
    /// Bytes looked at.
    at: usize,
    /// Line breaks that end a row, or a blank line.
    lines: usize,
    /// Behind the last of them.
    cut: usize,
    /// Behind the last end of a row, a carriage return alone too.
    row: usize,
    /// Set once there is a quote.
    quotes: Option<Quotes>,
}

/// Where in a row the byte before the next one stands.
#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    CellBegins,
    InCell,
    Quoted,
    /// Behind a quote inside quotes: the end of the cell, or the first of two.
    Closing,
}

impl Splitter {
    /// Reads the first bytes: takes away a byte order mark, refuses what is no text.
    pub fn new(
        input: Box<dyn Read + Send>,
        file: &Arc<str>,
        delimiter: u8,
        longest_row: u64,
    ) -> Result<Splitter, TableError> {
        let mut splitter = Splitter {
            file: file.clone(),
            input,
            buffer: Vec::new(),
            filled: 0,
            line: 1,
            taken: 0,
            ended: false,
            failed: None,
            delimiter,
            most_lines: 1,
            // places in a piece are 32 bits
            longest_row: longest_row.min(1 << 30) as usize,
            usual: 16,
        };
        while splitter.filled < 8 && !splitter.ended {
            splitter.fill(8);
        }
        if let Some(e) = splitter.failed.take() {
            return Err(splitter.cannot_read(e));
        }
        let head = &splitter.buffer[..splitter.filled];
        if let Some((_, what, remedy)) = SIGNATURES.iter().find(|s| head.starts_with(s.0)) {
            return Err(TableError::NotText { file: file.clone(), what, remedy });
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            splitter.buffer.copy_within(3..splitter.filled, 0);
            splitter.filled -= 3;
        }
        Ok(splitter)
    }

    /// Pieces have at most so many lines from here on.
    pub fn set_lines(&mut self, most: usize) {
        self.most_lines = most.clamp(1, BATCH_ROWS);
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.ended && self.filled == 0 && self.failed.is_none()
    }

    /// The next piece; its text is put into `spare`, whose bytes do not matter. `None` at the end.
    ///
    /// Fails with `CannotRead`, `OpenQuote` or `LongRow`, after all rows before the fault.
    pub fn next(&mut self, spare: Vec<u8>) -> Result<Option<Piece>, TableError> {
        let mut scan = Scan::default();
        let cut = loop {
            // what lies beyond is the next piece's, however much has been read
            scan.advance(&self.buffer[..self.filled.min(BATCH_BYTES)], self.most_lines, self.delimiter);
            if scan.lines >= self.most_lines {
                break scan.cut;
            }
            if scan.at >= BATCH_BYTES {
                if scan.row == 0 {
                    scan.advance(&self.buffer[..self.filled], 1, self.delimiter);
                }
                if scan.row > 0 {
                    break if scan.cut > 0 { scan.cut } else { scan.row };
                }
            }
            if self.ended {
                if self.filled == 0 || self.failed.is_some() || scan.quotes == Some(Quotes::Quoted) {
                    break scan.row;
                }
                if !self.buffer[..self.filled].ends_with(b"\n") {
                    // the last row has no end of its own
                    self.put(b'\n');
                    continue;
                }
                break scan.cut;
            }
            if self.filled - scan.row > self.longest_row {
                break scan.row;
            }
            let usual = scan.cut.checked_div(scan.lines).map_or(self.usual.max(scan.at), |bytes| bytes + 1);
            let wanted = (self.most_lines - scan.lines) * usual;
            self.fill((wanted + wanted / 16).clamp(1 << 14, 1 << 20));
        };
        if cut == 0 {
            return match self.failed.take() {
                Some(e) => Err(self.cannot_read(e)),
                None if self.filled == 0 => Ok(None),
                None => Err(self.endless(&scan)),
            };
        }
        Ok(Some(self.cut(cut, &scan, spare)))
    }

    /// Gives back the end of a piece, from `at` on: it is read again with what follows.
    pub fn put_back(&mut self, piece: &Piece, at: usize) {
        let rest = &piece.text[at..piece.end];
        self.line -= memchr::memchr_iter(b'\n', rest).count() as u64;
        self.buffer.truncate(self.filled);
        self.buffer.splice(0..0, rest.iter().copied());
        self.filled += rest.len();
    }

    /// Takes `cut` bytes off.
    fn cut(&mut self, cut: usize, scan: &Scan, mut spare: Vec<u8>) -> Piece {
        let rest = &self.buffer[cut..self.filled];
        // room for what is read next as well: growing it would copy it
        spare.resize(self.buffer.len().max(rest.len()), 0);
        spare[..rest.len()].copy_from_slice(rest);
        let filled = rest.len();
        let mut text = std::mem::replace(&mut self.buffer, spare);
        self.filled = filled;
        text.truncate(cut);
        text.extend_from_slice(&[0; PADDING]);
        let line = self.line;
        let plain = scan.quotes.is_none();
        let broken =
            if plain && cut == scan.cut { scan.lines } else { memchr::memchr_iter(b'\n', &text[..cut]).count() };
        self.line += broken as u64;
        self.usual = cut.checked_div(scan.lines).map_or(self.usual, |bytes| bytes + 1);
        let taken = self.taken - self.filled as u64;
        Piece { text, end: cut, line, lines: scan.lines, plain, taken }
    }

    /// A row that has no end.
    fn endless(&self, scan: &Scan) -> TableError {
        let before = memchr::memchr_iter(b'\n', &self.buffer[..scan.row]).count() as u64;
        let (file, line) = (self.file.clone(), self.line + before);
        if self.ended {
            TableError::OpenQuote { file, line }
        } else {
            TableError::LongRow { file, line, limit: self.longest_row as u64 }
        }
    }

    fn cannot_read(&self, e: io::Error) -> TableError {
        TableError::CannotRead { file: self.file.clone(), reason: reason(&e) }
    }

    fn put(&mut self, byte: u8) {
        if self.filled == self.buffer.len() {
            self.buffer.push(byte);
        } else {
            self.buffer[self.filled] = byte;
        }
        self.filled += 1;
    }

    /// Reads once, up to `wanted` bytes. An error waits until the rows before it have been handed on.
    fn fill(&mut self, wanted: usize) {
        let room = self.filled + wanted;
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        match self.input.read(&mut self.buffer[self.filled..room]) {
            Ok(0) => self.ended = true,
            Ok(n) => {
                self.filled += n;
                self.taken += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                self.ended = true;
                self.failed = Some(e);
            }
        }
    }
}

impl Scan {
    /// Looks at the rest of `text`, as far as `most` lines.
    fn advance(&mut self, text: &[u8], most: usize, delimiter: u8) {
        // small enough to stay in the first-level cache between the counts
        const STEP: usize = 1 << 12;
        let isa = Isa::detect();
        while self.at < text.len() && self.lines < most {
            if self.quotes.is_some() {
                return self.quoted(text, most, delimiter);
            }
            let step = &text[self.at..text.len().min(self.at + STEP)];
            let (breaks, returns, quotes) = count(isa, step);
            if quotes {
                // every end of a row so far was one
                self.quotes = Some(Quotes::CellBegins);
                self.at = self.row;
                continue;
            }
            if self.lines + breaks >= most {
                let last = memchr::memchr_iter(b'\n', step).nth(most - self.lines - 1).unwrap_or(0);
                self.cut = self.at + last + 1;
                self.row = self.cut;
                self.lines = most;
                self.at = self.cut;
                return;
            }
            if breaks > 0 {
                self.cut = self.at + memchr::memrchr(b'\n', step).map_or(0, |i| i + 1);
                self.lines += breaks;
                self.row = self.cut;
            }
            if returns {
                self.row = self.row.max(self.at + memchr::memrchr(b'\r', step).map_or(0, |i| i + 1));
            }
            self.at += step.len();
        }
    }

    /// The same where there are quotes.
    fn quoted(&mut self, text: &[u8], most: usize, delimiter: u8) {
        let mut state = self.quotes.unwrap_or(Quotes::CellBegins);
        while self.at < text.len() && self.lines < most {
            if state == Quotes::Quoted {
                match memchr::memchr(b'"', &text[self.at..]) {
                    Some(i) => {
                        self.at += i + 1;
                        state = Quotes::Closing;
                    }
                    None => self.at = text.len(),
                }
                continue;
            }
            let byte = text[self.at];
            self.at += 1;
            state = match byte {
                b'"' if state != Quotes::InCell => Quotes::Quoted,
                b'\n' => {
                    self.lines += 1;
                    self.cut = self.at;
                    self.row = self.at;
                    Quotes::CellBegins
                }
                b'\r' => {
                    self.row = self.at;
                    Quotes::CellBegins
                }
                b if b == delimiter => Quotes::CellBegins,
                _ => Quotes::InCell,
            };
        }
        self.quotes = Some(state);
    }
}

per_isa! {
    /// Line feeds, whether there are carriage returns, whether there are quotes.
    fn count(text: &[u8]) -> (usize, bool, bool) {
        let mut breaks = 0;
        let (mut returns, mut quotes) = (0_u8, 0_u8);
        // sums of bytes are what a compiler makes vectors of; 128 of them cannot overflow
        for part in text.chunks(128) {
            let mut some = 0_u8;
            for &b in part {
                some += u8::from(b == b'\n');
                returns |= u8::from(b == b'\r');
                quotes |= u8::from(b == b'"');
            }
            breaks += usize::from(some);
        }
        (breaks, returns != 0, quotes != 0)
    }
}
