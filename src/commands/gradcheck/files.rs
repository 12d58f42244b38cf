//! Whole tables of numbers: points, claims, and the answers of programs. What a file lacks is NaN here.

use std::path::Path;

use super::problem::CheckError;
use crate::cancel::Cancel;
use crate::error::Located;
use crate::objective::Layout;
use crate::table::read::{Batch, Input, Missing, Options, Reader};

/// Some columns of a table.
#[derive(Debug)]
pub struct Numbers {
    /// What messages call it.
    pub from: String,
    /// The chosen columns: `[columns][rows]`.
    pub columns: Vec<Vec<f64>>,
    /// The number of rows.
    pub rows: usize,
}

/// Opens a table of numbers.
pub fn open(path: &Path, cancel: &Cancel) -> Result<Reader, Located> {
    let options = Options { missing: Missing::Nan, ..Options::default() };
    let open = || Reader::open(Input::from_path(path), &options);
    if path == Path::new("-") { cancel.while_waiting(open) } else { open() }.map_err(Located::new)
}

/// Opens bytes as a table of numbers.
pub fn open_bytes(name: &str, bytes: Vec<u8>) -> Result<Reader, Located> {
    let options = Options { missing: Missing::Nan, ..Options::default() };
    let input = Input::Stream { name: name.to_string(), bytes: Box::new(std::io::Cursor::new(bytes)) };
    Reader::open(input, &options).map_err(Located::new)
}

/// Reads the columns called `names` to the end; of `most` rows one more is read, so that too many are seen.
pub fn numbers(reader: &mut Reader, names: &[String], most: usize) -> Result<Numbers, Located> {
    let selection = reader.select(names).map_err(Located::new)?.without_cells();
    let mut batch = Batch::new(selection);
    let mut columns = vec![Vec::new(); names.len()];
    let mut rows = 0;
    while rows <= most && reader.next_batch(&mut batch).map_err(Located::new)? {
        for (all, some) in columns.iter_mut().zip(&batch.columns) {
            all.extend_from_slice(some);
        }
        rows += batch.rows;
    }
    Ok(Numbers { from: reader.file().to_string(), columns, rows })
}

/// The header's name of a coordinate's column: as it is called, blanks apart.
pub fn column_of(header: &[String], name: &str) -> Option<String> {
    let bare = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    header.iter().find(|h| *h == name).or_else(|| header.iter().find(|h| bare(h) == bare(name))).cloned()
}

/// The header's name of the derivative of function `f` (from 1; `None`: the only one) by a coordinate.
pub fn derivative_of(header: &[String], f: Option<usize>, name: &str) -> Option<String> {
    let f = f.map_or(String::new(), |f| f.to_string());
    column_of(header, &format!("df{f}_d{name}")).or_else(|| column_of(header, &format!("df{f}_{name}")))
}

/// Points from the rows of a file: `[rows][n]`. Variables without a column have their value from `start: [n]`.
pub fn points(reader: &mut Reader, layout: &Layout, start: &[f64]) -> Result<Vec<Vec<f64>>, Located> {
    let header = reader.header().names().to_vec();
    let mut names = Vec::new();
    let mut from: Vec<Option<usize>> = Vec::new();
    for (k, &x) in start.iter().enumerate() {
        let name = layout.name(k);
        match column_of(&header, &name) {
            Some(column) => {
                from.push(Some(names.len()));
                names.push(column);
            }
            None if x.is_nan() => {
                // the reader's own words for a column that is not there
                reader.select(&[name]).map_err(Located::new)?;
                from.push(None);
            }
            None => from.push(None),
        }
    }
    let found = numbers(reader, &names, usize::MAX - 1)?;
    if found.rows == 0 {
        return Err(Located::new(CheckError::NoRows { file: found.from }));
    }
    let coordinate = |row: usize, k: usize| from[k].map_or(start[k], |c| found.columns[c][row]);
    Ok((0..found.rows).map(|row| (0..start.len()).map(|k| coordinate(row, k)).collect()).collect())
}
