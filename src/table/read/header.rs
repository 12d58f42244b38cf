//! The names of the columns, and a choice of them.

use super::{TableError, cut};
use std::collections::HashMap;
use std::sync::Arc;

/// The names of the columns, in the file's order.
#[derive(Clone, Debug)]
pub struct Header {
    names: Arc<[String]>,
    /// Where each name stands. Columns without a name are not in it.
    places: HashMap<String, usize>,
    delimiter: u8,
}

impl Header {
    /// From the cells of the header row, which begins on `line`. Blanks around a name do not count; several columns may
    /// have no name at all (spreadsheets leave such), since nobody can ask for them.
    ///
    /// Fails with `HeaderNotUtf8` or `DuplicateColumn`.
    pub fn new<'a>(
        file: &Arc<str>,
        line: u64,
        delimiter: u8,
        cells: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Header, TableError> {
        let mut names = Vec::new();
        let mut places = HashMap::new();
        for (i, cell) in cells.enumerate() {
            let Ok(name) = std::str::from_utf8(cell) else {
                return Err(TableError::HeaderNotUtf8 { file: file.clone(), line, column: i + 1, shown: cut(cell) });
            };
            let name = name.trim().to_string();
            if !name.is_empty()
                && let Some(first) = places.insert(name.clone(), i)
            {
                let (first, second) = (first + 1, i + 1);
                return Err(TableError::DuplicateColumn { file: file.clone(), line, name, first, second });
            }
            names.push(name);
        }
        Ok(Header { names: names.into(), places, delimiter })
    }

    /// The names; empty for a column without one.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no column at all: never so for a table that was read.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The column called `name`, from 0.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The delimiter that the file seems to have, where the header is a single column with that character in it.
    pub fn other_delimiter(&self) -> Option<char> {
        let [name] = &self.names[..] else { return None };
        [';', '\t', ',', '|'].into_iter().find(|&c| c as u8 != self.delimiter && name.contains(c))
    }

    /// Refuses a row of `found` cells, unless there are as many columns. Fails with `Ragged`.
    pub(super) fn check_width(&self, file: &Arc<str>, line: u64, found: usize) -> Result<(), TableError> {
        let expected = self.len();
        if found == expected {
            return Ok(());
        }
        Err(TableError::Ragged { file: file.clone(), line, expected, found, delimiter: self.other_delimiter() })
    }

    /// The columns called `names`, in this order. Fails with `NoSuchColumn`.
    pub(super) fn select<S: AsRef<str>>(&self, file: &Arc<str>, names: &[S]) -> Result<Selection, TableError> {
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let name = name.as_ref();
            let at = self.position(name).ok_or_else(|| TableError::NoSuchColumn {
                file: file.clone(),
                name: name.to_string(),
                names: self.names.to_vec(),
                delimiter: self.other_delimiter(),
            })?;
            columns.push(at);
        }
        Ok(Selection { columns, width: self.len(), keep_cells: true })
    }
}

/// Columns to be read as numbers, and whether the cells are kept beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Places in the header, from 0, in the order asked for.
    pub columns: Vec<usize>,
    /// Columns of the header.
    pub width: usize,
    /// Whether batches keep the bytes of every cell, for passing through. On at first.
    pub keep_cells: bool,
}

impl Selection {
    /// The same, numbers only.
    pub fn without_cells(self) -> Selection {
        Selection { keep_cells: false, ..self }
    }
}
