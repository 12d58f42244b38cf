//! Some rows of a table: numbers by column, cells by row.

use super::Selection;

/// Rows of a full batch.
pub const BATCH_ROWS: usize = 4096;

/// Bytes of text after which a batch is full, however few its rows: 4096 rows of 10^5 columns would be gigabytes.
pub const BATCH_BYTES: usize = 1 << 22;

/// Cells after which a batch is full: each takes memory besides its text.
const BATCH_CELLS: usize = 1 << 19;

/// Some rows of a table. Used again and again: `next_batch` replaces what is in it.
#[derive(Clone, Debug)]
pub struct Batch {
    /// How many rows it holds.
    pub rows: usize,
    /// The wanted columns, `columns: [selection][rows]`, in the order of the selection.
    pub columns: Vec<Vec<f64>>,
    /// The line of the file on which each row begins, from 1: `lines: [rows]`.
    pub lines: Vec<u64>,
    pub(super) selection: Selection,
    /// Rows seen since it was empty, dropped ones too.
    seen: usize,
    seen_bytes: usize,
    text: Vec<u8>,
    /// Where each cell ends in `text`: `[rows * width]`.
    ends: Vec<usize>,
}

impl Batch {
    /// An empty batch for the wanted columns.
    pub fn new(selection: Selection) -> Batch {
        Batch {
            rows: 0,
            columns: vec![Vec::new(); selection.columns.len()],
            lines: Vec::new(),
            selection,
            seen: 0,
            seen_bytes: 0,
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// The bytes of a cell, quotes undone. Empty where cells are not kept.
    pub fn cell(&self, row: usize, column: usize) -> &[u8] {
        if column >= self.selection.width {
            return &[];
        }
        let at = row * self.selection.width + column;
        let Some(&end) = self.ends.get(at) else { return &[] };
        let begin = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[begin..end]
    }

    /// All cells of a row, in the file's order. None where cells are not kept.
    pub fn cells(&self, row: usize) -> Cells<'_> {
        let width = if self.selection.keep_cells { self.selection.width } else { 0 };
        Cells { batch: self, row, next: 0, width }
    }

    pub(super) fn clear(&mut self) {
        self.rows = 0;
        self.seen = 0;
        self.seen_bytes = 0;
        self.lines.clear();
        self.text.clear();
        self.ends.clear();
        self.columns.iter_mut().for_each(Vec::clear);
    }

    /// Whether it is time to hand it over: so many rows were seen (not only kept, so that a reader that drops all rows
    /// comes back now and then).
    pub fn is_full(&self) -> bool {
        self.seen >= BATCH_ROWS || self.seen_bytes >= BATCH_BYTES || self.seen * self.selection.width >= BATCH_CELLS
    }

    /// Counts a row of `bytes` towards fullness.
    pub(super) fn see(&mut self, bytes: usize) {
        self.seen += 1;
        self.seen_bytes += bytes;
    }

    /// Adds a row whose numbers are in `columns` already. `ends`: where each cell ends in `text`.
    pub(super) fn push(&mut self, line: u64, text: &[u8], ends: impl Iterator<Item = usize>) {
        self.rows += 1;
        self.lines.push(line);
        if self.selection.keep_cells {
            let base = self.text.len();
            self.text.extend_from_slice(text);
            self.ends.extend(ends.map(|end| base + end));
        }
    }
}

/// The cells of a row.
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    batch: &'a Batch,
    row: usize,
    next: usize,
    width: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.next >= self.width {
            return None;
        }
        self.next += 1;
        Some(self.batch.cell(self.row, self.next - 1))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.width - self.next, Some(self.width - self.next))
    }
}

impl ExactSizeIterator for Cells<'_> {}
