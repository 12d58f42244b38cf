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

/// The rows of a file of claims.
#[derive(Debug)]
pub struct ClaimedRows {
    /// `[rows][n]`
    pub points: Vec<Vec<f64>>,
    /// `[rows][n]`
    pub claims: Vec<Vec<f64>>,
    /// f, where the file has it: `[rows]`.
    pub values: Option<Vec<f64>>,
}

/// Points and claims from the rows of a file, and f where it stands beside them.
pub fn claims(
    path: &Path,
    layout: &Layout,
    start: &[f64],
    coordinates: &[usize],
    cancel: &Cancel,
) -> Result<ClaimedRows, Located> {
    let mut reader = open(path, cancel)?;
    let header = reader.header().names().to_vec();
    let file = reader.file().to_string();
    // one pass for both: the file may be a stream
    let mut columns = Vec::new();
    let mut sources: Vec<Option<usize>> = Vec::new();
    for (k, &x) in start.iter().enumerate() {
        match column_of(&header, &layout.name(k)) {
            Some(name) => {
                sources.push(Some(columns.len()));
                columns.push(name);
            }
            None if x.is_nan() => {
                reader.select(&[layout.name(k)]).map_err(Located::new)?;
                sources.push(None);
            }
            None => sources.push(None),
        }
    }
    let mut claimed: Vec<Option<usize>> = vec![None; start.len()];
    for &i in coordinates {
        let name = layout.name(i);
        match derivative_of(&header, None, &name) {
            Some(column) => {
                claimed[i] = Some(columns.len());
                columns.push(column);
            }
            None => return Err(Located::new(CheckError::NoGradientColumn { file, name })),
        }
    }
    let f = (layout.find("f").is_none()).then(|| column_of(&header, "f")).flatten();
    let f = f.map(|column| {
        columns.push(column);
        columns.len() - 1
    });
    let found = numbers(&mut reader, &columns, usize::MAX - 1)?;
    if found.rows == 0 {
        return Err(Located::new(CheckError::NoRows { file }));
    }
    let get = |source: Option<usize>, row: usize, default: f64| source.map_or(default, |c| found.columns[c][row]);
    let n = start.len();
    let points = (0..found.rows).map(|r| (0..n).map(|k| get(sources[k], r, start[k])).collect()).collect();
    let claims = (0..found.rows).map(|r| (0..n).map(|k| get(claimed[k], r, f64::NAN)).collect()).collect();
    Ok(ClaimedRows { points, claims, values: f.map(|c| found.columns[c].clone()) })
}
