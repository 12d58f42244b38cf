//! Some rows of a table: numbers by column, cells by row.

use super::{RowCounts, Selection};

/// Lines of a piece of the input at most: rows of a batch, unless some are blank or dropped.
pub const BATCH_ROWS: usize = 4096;

/// Bytes of text after which a batch is full, however few its rows: 4096 rows of 10^5 columns would be gigabytes.
pub const BATCH_BYTES: usize = 1 << 22;

/// Cells after which a batch is full: each takes memory besides its text.
pub(super) const BATCH_CELLS: usize = 1 << 19;

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
    /// What became of the rows that were read for it.
    pub(super) counts: RowCounts,
    /// Bytes of the input up to its end.
    pub(super) taken: u64,
    pub(super) text: Vec<u8>,
    /// Where cells begin in `text`, each a byte behind the end of the one before, and one more a row: `[rows * (width + 1)]`.
    pub(super) bounds: Vec<u32>,
    /// What stands between the cells of a row in `text`, if rows stand there as in the input, without quotes.
    pub(super) plain: Option<u8>,
}

impl Batch {
    /// An empty batch for the wanted columns.
    pub fn new(selection: Selection) -> Batch {
        Batch {
            rows: 0,
            columns: vec![Vec::new(); selection.columns.len()],
            lines: Vec::new(),
            selection,
            counts: RowCounts::default(),
            taken: 0,
            text: Vec::new(),
            bounds: Vec::new(),
            plain: None,
        }
    }

    /// The bytes of a cell, quotes undone. Empty where cells are not kept.
    pub fn cell(&self, row: usize, column: usize) -> &[u8] {
        let width = self.selection.width;
        match self.bounds.get(row * (width + 1)..(row + 1) * (width + 1)) {
            Some(bounds) if column < width => &self.text[bounds[column] as usize..bounds[column + 1] as usize - 1],
            _ => &[],
        }
    }

    /// All cells of a row, in the file's order. None where cells are not kept.
    pub fn cells(&self, row: usize) -> Cells<'_> {
        let width = if self.selection.keep_cells { self.selection.width } else { 0 };
        Cells { batch: self, row, next: 0, width }
    }

    /// All cells of a row as they stand in the input, if `delimiter` stands between them and no cell needs quotes: they can be
    /// copied. `None` where they cannot, or cells are not kept.
    pub fn line(&self, row: usize, delimiter: u8) -> Option<&[u8]> {
        if self.plain != Some(delimiter) {
            return None;
        }
        let width = self.selection.width;
        let bounds = self.bounds.get(row * (width + 1)..(row + 1) * (width + 1))?;
        Some(&self.text[bounds[0] as usize..bounds[width] as usize - 1])
    }

    pub(super) fn clear(&mut self) {
        self.rows = 0;
        self.counts = RowCounts::default();
        self.plain = None;
        self.lines.clear();
        self.text.clear();
        self.bounds.clear();
        self.columns.iter_mut().for_each(Vec::clear);
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
