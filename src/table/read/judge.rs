//! Cells to numbers, under the policy for missing values. The one place that decides what becomes of a row, whatever
//! format it comes from.

use super::super::number::{self, Parsed};
use super::{Batch, Header, TableError, cut};
use serde::Serialize;
use std::sync::Arc;

/// What a wanted cell means that is empty, `NA` or `NaN`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// An error that names the line and the column.
    #[default]
    Error,
    /// The row is left out, and counted.
    Drop,
    /// The number is NaN.
    Nan,
}

/// What became of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// Rows of the file so far, without the header.
    pub read: u64,
    /// Rows handed over.
    pub used: u64,
    /// Rows left out, by reason.
    pub dropped: Vec<Dropped>,
}

/// Rows left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// A stable word: `empty`, or `nan` for `NaN` and `NA`.
    pub reason: &'static str,
    /// How many.
    pub count: u64,
    /// The lines of the first five.
    pub lines: Vec<u64>,
}

impl RowCounts {
    /// Counts a row that is left out.
    fn drop_row(&mut self, reason: &'static str, line: u64) {
        self.add(Dropped { reason, count: 1, lines: vec![line] });
    }

    /// Adds what became of the rows that follow.
    pub fn merge(&mut self, next: RowCounts) {
        self.read += next.read;
        self.used += next.used;
        next.dropped.into_iter().for_each(|d| self.add(d));
    }

    fn add(&mut self, more: Dropped) {
        match self.dropped.iter_mut().find(|d| d.reason == more.reason) {
            Some(entry) => {
                entry.count += more.count;
                let room = TOLD.saturating_sub(entry.lines.len());
                entry.lines.extend(more.lines.into_iter().take(room));
            }
            None => self.dropped.push(more),
        }
    }
}

/// The lines of a reason that are told.
const TOLD: usize = 5;

/// Turns rows into numbers, and counts them where they go.
#[derive(Debug)]
pub struct Judge {
    pub(super) file: Arc<str>,
    missing: Missing,
    advice: &'static str,
}

impl Judge {
    /// For the input that messages call `file`; `advice`: what to do about a value that is missing.
    pub fn new(file: Arc<str>, missing: Missing, advice: &'static str) -> Judge {
        Judge { file, missing, advice }
    }

    /// Reads the wanted cells of a row into the batch's columns. True if the row is to be kept; if not, the columns are
    /// as before. Fails with `Missing` or `NotANumber`.
    pub fn row<'a>(
        &self,
        header: &Header,
        line: u64,
        cell: impl Fn(usize) -> &'a [u8],
        batch: &mut Batch,
    ) -> Result<bool, TableError> {
        let Batch { columns, selection, rows, counts, .. } = batch;
        counts.read += 1;
        for (column, &at) in columns.iter_mut().zip(&selection.columns) {
            let text = cell(at);
            let x = match number::parse(text) {
                Parsed::Number(x) => x,
                Parsed::Wrong(why) => {
                    let (column, cell) = (header.names()[at].clone(), cut(text));
                    return Err(TableError::NotANumber { file: self.file.clone(), line, column, cell, why });
                }
                parsed => match self.missing {
                    Missing::Nan => f64::NAN,
                    Missing::Error => {
                        let (column, cell) = (header.names()[at].clone(), cut(text.trim_ascii()));
                        let (file, advice) = (self.file.clone(), self.advice);
                        return Err(TableError::Missing { file, line, column, cell, advice });
                    }
                    Missing::Drop => {
                        // The numbers to the left of this cell have been stored already.
                        columns.iter_mut().for_each(|c| c.truncate(*rows));
                        counts.drop_row(if parsed == Parsed::Empty { "empty" } else { "nan" }, line);
                        return Ok(false);
                    }
                },
            };
            column.push(x);
        }
        counts.used += 1;
        Ok(true)
    }
}
