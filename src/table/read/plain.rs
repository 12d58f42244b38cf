//! Rows without quotes: cells are found and numbers read in one pass over the text. What is odd (a missing value, a word, a row
//! of another width) goes cell by cell to the judge, so that results and errors are those of the general way.

use super::super::decimal;
use super::piece::Piece;
use super::{Batch, Header, Judge, TableError};
use std::ops::Range;

/// Whether this way gives what the general one gives: no quote, and carriage returns before line feeds only (alone they
/// end a row).
pub(super) fn covers(piece: &Piece, delimiter: u8) -> bool {
    let text = &piece.text[..piece.end];
    // numbers would end at such a delimiter, or not
    let delimits = !(delimiter.is_ascii_alphanumeric() || b"+-.".contains(&delimiter));
    piece.plain && delimits && memchr::memchr_iter(b'\r', text).all(|i| piece.text[i + 1] == b'\n')
}

/// What is done with the cells of a row, from left to right.
pub(super) struct Cells {
    /// Which of the batch's columns each cell is read into; the first of them, where it is wanted twice.
    into: Vec<Option<u32>>,
    /// Columns that are copies of others.
    copies: Vec<(usize, usize)>,
}

impl Cells {
    /// For the wanted columns of a table of `width`.
    pub fn new(wanted: &[usize], width: usize) -> Cells {
        let mut into: Vec<Option<u32>> = vec![None; width];
        let mut copies = Vec::new();
        for (column, &at) in wanted.iter().enumerate() {
            match into[at] {
                Some(first) => copies.push((column, first as usize)),
                None => into[at] = Some(column as u32),
            }
        }
        Cells { into, copies }
    }
}

/// Reads a piece that [`covers`] into an empty batch.
pub(super) fn parse(
    piece: Piece,
    delimiter: u8,
    header: &Header,
    judge: &Judge,
    batch: &mut Batch,
) -> Result<(), TableError> {
    let cells = Cells::new(&batch.selection.columns, header.len());
    let Piece { text, end, line, lines, .. } = piece;
    let keep = batch.selection.keep_cells;
    batch.lines.reserve(lines);
    batch.columns.iter_mut().for_each(|c| c.reserve(lines));
    if keep {
        batch.bounds.reserve(lines * (header.len() + 1));
    }
    let whole = Whole { text: &text[..], end, line, delimiter, cells: &cells, header, judge };
    match keep {
        true => rows::<true>(&whole, batch)?,
        false => rows::<false>(&whole, batch)?,
    }
    if keep {
        batch.plain = (!needs_quotes(&text[..end], delimiter)).then_some(delimiter);
    }
    batch.text = text;
    Ok(())
}

/// A piece's text and how to read it.
struct Whole<'a> {
    text: &'a [u8],
    end: usize,
    /// The line of the first row.
    line: u64,
    delimiter: u8,
    cells: &'a Cells,
    header: &'a Header,
    judge: &'a Judge,
}

/// All rows, by the instructions that the machine has.
fn rows<const KEEP: bool>(whole: &Whole<'_>, batch: &mut Batch) -> Result<(), TableError> {
    #[cfg(target_arch = "x86_64")]
    if decimal::Wide::there() {
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
        fn wide<const KEEP: bool>(whole: &Whole<'_>, batch: &mut Batch) -> Result<(), TableError> {
            each::<decimal::Wide, KEEP>(whole, batch)
        }
        // SAFETY: the instructions are there, as just asked; nothing else is unsafe in it.
        return unsafe { wide::<KEEP>(whole, batch) };
    }
    each::<decimal::Words, KEEP>(whole, batch)
}

/// All rows.
#[inline(always)]
fn each<D: decimal::Digits, const KEEP: bool>(whole: &Whole<'_>, batch: &mut Batch) -> Result<(), TableError> {
    let &Whole { text, end, mut line, delimiter, cells, header, judge } = whole;
    let mut at = 0;
    while at < end {
        // blank lines are no rows
        let blank = usize::from(text[at] == b'\r');
        if text[at + blank] == b'\n' {
            at += blank + 1;
            line += 1;
            continue;
        }
        let bounds = batch.bounds.len();
        let fast = row::<D, KEEP>(text, at, delimiter, cells, batch);
        if let Some(next) = fast {
            for &(copy, column) in &cells.copies {
                let x = batch.columns[column][batch.rows];
                batch.columns[copy].push(x);
            }
            batch.counts.read += 1;
            batch.counts.used += 1;
            batch.rows += 1;
            batch.lines.push(line);
            at = next;
        } else {
            // what the fast way has stored of this row is taken back
            batch.bounds.truncate(bounds);
            let rows = batch.rows;
            batch.columns.iter_mut().for_each(|c| c.truncate(rows));
            at = odd_row(text, at, line, delimiter, header, judge, batch)?;
        }
        line += 1;
    }
    Ok(())
}

/// A row whose wanted cells are all plain numbers; where the next one begins. `None`: it is something else.
#[inline(always)]
fn row<D: decimal::Digits, const KEEP: bool>(
    text: &[u8],
    at: usize,
    delimiter: u8,
    cells: &Cells,
    batch: &mut Batch,
) -> Option<usize> {
    let mut at = at;
    if KEEP {
        batch.bounds.push(at as u32);
    }
    let last = cells.into.len() - 1;
    for (i, into) in cells.into.iter().enumerate() {
        let end = match *into {
            Some(column) => {
                let (x, end) = decimal::read::<D>(text, at)?;
                batch.columns[column as usize].push(x);
                end
            }
            None => {
                let end = cell_end(text, at, delimiter)?;
                // all carriage returns stand before line feeds here
                end - usize::from(i == last && end > at && text[end - 1] == b'\r')
            }
        };
        if KEEP {
            batch.bounds.push(end as u32 + 1);
        }
        at = end + 1;
        if i < last && text[end] != delimiter {
            return None;
        }
    }
    match text[at - 1] {
        b'\n' => Some(at),
        b'\r' => Some(at + 1),
        _ => None,
    }
}

/// The first delimiter or line feed from `at` on, looked for eight bytes at a time.
#[inline(always)]
fn cell_end(text: &[u8], mut at: usize, delimiter: u8) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (delimiters, breaks) = (ONES * u64::from(delimiter), ONES * u64::from(b'\n'));
    loop {
        let word = u64::from_le_bytes(*text.get(at..)?.first_chunk::<8>()?);
        let (a, b) = (word ^ delimiters, word ^ breaks);
        // the lowest high bit is that of the first zero byte
        let found = (a.wrapping_sub(ONES) & !a | b.wrapping_sub(ONES) & !b) & HIGH;
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
}

/// A row cell by cell, through the judge.
#[cold]
fn odd_row(
    text: &[u8],
    at: usize,
    line: u64,
    delimiter: u8,
    header: &Header,
    judge: &Judge,
    batch: &mut Batch,
) -> Result<usize, TableError> {
    // a piece ends with a line feed
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i);
    let row_end = end - usize::from(end > at && text[end - 1] == b'\r');
    let mut cells: Vec<Range<usize>> = Vec::with_capacity(header.len());
    let mut begin = at;
    for i in memchr::memchr_iter(delimiter, &text[at..row_end]) {
        cells.push(begin..at + i);
        begin = at + i + 1;
    }
    cells.push(begin..row_end);
    header.check_width(&judge.file, line, cells.len())?;
    if judge.row(header, line, |i| &text[cells[i].clone()], batch)? {
        batch.rows += 1;
        batch.lines.push(line);
        if batch.selection.keep_cells {
            batch.bounds.push(at as u32);
            batch.bounds.extend(cells.iter().map(|c| c.end as u32 + 1));
        }
    }
    Ok(end + 1)
}

/// Whether some cell would be written with quotes: blanks at its edges, or (perhaps) a mark of byte order at its beginning.
fn needs_quotes(text: &[u8], delimiter: u8) -> bool {
    let edge = |b: Option<&u8>| b.is_none_or(|&b| b == delimiter || b == b'\n' || b == b'\r');
    let before = |i: usize| edge(i.checked_sub(1).map(|i| &text[i]));
    memchr::memchr2_iter(b' ', 0xef, text).any(|i| before(i) || text[i] == b' ' && edge(text.get(i + 1)))
}
