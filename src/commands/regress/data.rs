//! Rows of the table for a fit: numbers by the graph's inputs, codes of categories, in parts that do not depend on threads.

use super::problem::PlanError;
use crate::commands::session::Job;
use crate::error::Located;
use crate::table::read::{Batch, Input, Missing, Options, Reader, RowCounts};
use std::collections::HashMap;
use std::path::Path;

/// More levels are no category but a name of rows.
const MOST_LEVELS: usize = 10_000;

/// Some rows.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Numbers: \[graph inputs\]\[rows\]; those that are not read are empty.
    pub inputs: Vec<Vec<f64>>,
    /// Codes of levels: \[categories\]\[rows\].
    pub codes: Vec<Vec<u32>>,
    /// Lines of the file, from 1: \[rows\].
    pub lines: Vec<u64>,
}

impl Part {
    /// The numbers as slices.
    pub fn inputs(&self) -> Vec<&[f64]> {
        self.inputs.iter().map(Vec::as_slice).collect()
    }

    /// The codes as slices.
    pub fn codes(&self) -> Vec<&[u32]> {
        self.codes.iter().map(Vec::as_slice).collect()
    }

    /// Keeps the rows for which `keep` is true.
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Part {
        let rows: Vec<usize> = (0..self.lines.len()).filter(|&i| keep(i)).collect();
        let numbers = |c: &Vec<f64>| if c.is_empty() { Vec::new() } else { rows.iter().map(|&i| c[i]).collect() };
        Part {
            inputs: self.inputs.iter().map(numbers).collect(),
            codes: self.codes.iter().map(|c| rows.iter().map(|&i| c[i]).collect()).collect(),
            lines: rows.iter().map(|&i| self.lines[i]).collect(),
        }
    }
}

/// What to read.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Names of numeric columns, each with its place among the graph's inputs.
    pub numbers: Vec<(String, usize)>,
    /// How many inputs the graph has.
    pub inputs: usize,
    /// Names of categories.
    pub categories: Vec<String>,
    /// How to read.
    pub options: Options,
}

/// The levels of the categories, in the order of their first rows, as they are found.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// Texts by code: \[categories\]\[levels\].
    pub names: Vec<Vec<String>>,
    codes: Vec<HashMap<Vec<u8>, u32>>,
    /// Levels that are not listed are an error.
    pub fixed: bool,
}

impl Levels {
    /// For so many categories, none known.
    pub fn new(categories: usize) -> Levels {
        Levels { names: vec![Vec::new(); categories], codes: vec![HashMap::new(); categories], fixed: false }
    }

    /// For so many categories, two levels each: stands in where only the numeric columns matter.
    pub fn new_pairs(categories: usize) -> Levels {
        Levels::known(vec![vec!["0".into(), "1".into()]; categories])
    }

    /// With these levels and no others.
    pub fn known(names: Vec<Vec<String>>) -> Levels {
        let codes = names
            .iter()
            .map(|levels| levels.iter().enumerate().map(|(i, l)| (l.as_bytes().to_vec(), i as u32)).collect())
            .collect();
        Levels { names, codes, fixed: true }
    }

    /// Sorts the levels (as numbers where all are numbers, else as text) and gives for each category the new code of
    /// each old one.
    pub fn sort(&mut self) -> Vec<Vec<u32>> {
        let mut maps = Vec::new();
        for names in &mut self.names {
            let numbers: Vec<Option<f64>> = names.iter().map(|n| n.parse::<f64>().ok()).collect();
            let mut order: Vec<usize> = (0..names.len()).collect();
            if numbers.iter().all(Option::is_some) {
                order.sort_by(|&a, &b| numbers[a].unwrap_or(0.0).total_cmp(&numbers[b].unwrap_or(0.0)));
            } else {
                order.sort_by(|&a, &b| names[a].cmp(&names[b]));
            }
            let mut map = vec![0; names.len()];
            for (new, &old) in order.iter().enumerate() {
                map[old] = new as u32;
            }
            *names = order.iter().map(|&i| names[i].clone()).collect();
            maps.push(map);
        }
        maps
    }
}

/// Opens the file.
pub fn open(path: &Path, options: &Options, job: &Job) -> Result<Reader, Located> {
    let open = || Reader::open(Input::from_path(path), options);
    if path == Path::new("-") { job.cancel.while_waiting(open) } else { open() }.map_err(Located::new)
}

/// Reads all rows and hands them on part by part; `each` may keep a part. What became of the rows comes back.
pub fn read(
    path: &Path,
    wanted: &Wanted,
    levels: &mut Levels,
    job: &Job,
    mut each: impl FnMut(Part) -> anyhow::Result<()>,
) -> anyhow::Result<RowCounts> {
    read_all(path, wanted, levels, job, false, |part, _, _| each(part))
}

/// The same with the cells of each batch beside the part, and which row of the batch each row of the part is.
pub fn read_cells(
    path: &Path,
    wanted: &Wanted,
    levels: &mut Levels,
    job: &Job,
    each: impl FnMut(Part, &Batch, &[usize]) -> anyhow::Result<()>,
) -> anyhow::Result<RowCounts> {
    read_all(path, wanted, levels, job, true, each)
}

fn read_all(
    path: &Path,
    wanted: &Wanted,
    levels: &mut Levels,
    job: &Job,
    cells: bool,
    mut each: impl FnMut(Part, &Batch, &[usize]) -> anyhow::Result<()>,
) -> anyhow::Result<RowCounts> {
    let mut reader = open(path, &wanted.options, job)?;
    let names: Vec<&str> = wanted.numbers.iter().map(|n| n.0.as_str()).collect();
    let mut selection = reader.select(&names).map_err(Located::new)?;
    let places = reader.select(&wanted.categories).map_err(Located::new)?.columns;
    if places.is_empty() && !cells {
        selection = selection.without_cells();
    }
    let file = reader.file().clone();
    let mut batch = Batch::new(selection);
    let mut progress = job.progress(reader.size(), "rows");
    let mut dropped_levels = RowCounts::default();
    while reader.next_batch(&mut batch).map_err(Located::new)? {
        job.check()?;
        let mut part = Part {
            inputs: vec![Vec::new(); wanted.inputs],
            codes: vec![Vec::with_capacity(batch.rows); places.len()],
            lines: batch.lines.clone(),
        };
        for ((_, at), column) in wanted.numbers.iter().zip(&mut batch.columns) {
            part.inputs[*at] = std::mem::take(column);
        }
        let mut gone: Vec<usize> = Vec::new();
        let mut is_gone = vec![false; if places.is_empty() { 0 } else { batch.rows }];
        for (c, &at) in places.iter().enumerate() {
            for (row, is_gone) in is_gone.iter_mut().enumerate() {
                let cell = batch.cell(row, at).trim_ascii();
                let missing = cell.is_empty() || cell.eq_ignore_ascii_case(b"na") || cell.eq_ignore_ascii_case(b"nan");
                if missing {
                    if wanted.options.missing == Missing::Error {
                        return Err(Located::new(crate::table::TableError::Missing {
                            file: file.clone(),
                            line: batch.lines[row],
                            column: wanted.categories[c].clone(),
                            cell: String::from_utf8_lossy(cell).into_owned(),
                        })
                        .into());
                    }
                    if !*is_gone {
                        *is_gone = true;
                        gone.push(row);
                    }
                    part.codes[c].push(0);
                    continue;
                }
                let code = match levels.codes[c].get(cell) {
                    Some(&code) => code,
                    None => {
                        let level = String::from_utf8_lossy(cell).into_owned();
                        let column = wanted.categories[c].clone();
                        if levels.fixed {
                            let (file, line) = (file.to_string(), batch.lines[row]);
                            let known = levels.names[c].clone();
                            return Err(
                                Located::new(PlanError::UnseenLevel { file, line, column, level, known }).into()
                            );
                        }
                        if levels.names[c].len() == MOST_LEVELS {
                            return Err(Located::new(PlanError::ManyLevels { column, most: MOST_LEVELS }).into());
                        }
                        let code = levels.names[c].len() as u32;
                        levels.names[c].push(level);
                        levels.codes[c].insert(cell.to_vec(), code);
                        code
                    }
                };
                part.codes[c].push(code);
            }
        }
        let mut kept: Vec<usize> = (0..part.lines.len()).collect();
        if !gone.is_empty() {
            gone.sort_unstable();
            drop_rows(&mut dropped_levels, &gone, &part.lines);
            kept.retain(|i| gone.binary_search(i).is_err());
            part = part.filter(|i| gone.binary_search(&i).is_err());
        }
        progress.set(reader.bytes_read(), reader.rows().read);
        if !part.lines.is_empty() {
            each(part, &batch, &kept)?;
        }
    }
    progress.finish();
    let mut counts = reader.rows().clone();
    for dropped in dropped_levels.dropped {
        counts.used -= dropped.count;
        counts.dropped.push(dropped);
    }
    Ok(counts)
}

fn drop_rows(counts: &mut RowCounts, rows: &[usize], lines: &[u64]) {
    if counts.dropped.is_empty() {
        counts.dropped.push(crate::table::read::Dropped { reason: "empty_category", count: 0, lines: Vec::new() });
    }
    let entry = &mut counts.dropped[0];
    for &row in rows {
        entry.count += 1;
        if entry.lines.len() < 5 {
            entry.lines.push(lines[row]);
        }
    }
}

/// Which columns of the file are no numbers, by its first rows: \[columns\].
pub fn text_columns(path: &Path, options: &Options, job: &Job) -> Result<(Vec<String>, Vec<bool>), Located> {
    use crate::table::number::{Parsed, parse};
    let mut reader = open(path, options, job)?;
    let names: Vec<String> = reader.header().names().to_vec();
    let selection = reader.select::<&str>(&[]).map_err(Located::new)?;
    let mut batch = Batch::new(selection);
    let mut text = vec![false; names.len()];
    if reader.next_batch(&mut batch).map_err(Located::new)? {
        for (at, text) in text.iter_mut().enumerate() {
            // a column is text where every cell that has something in it is: one odd cell among numbers is a fault
            let (mut words, mut numbers) = (0u64, 0u64);
            for row in 0..batch.rows {
                match parse(batch.cell(row, at)) {
                    Parsed::Wrong(crate::table::NotANumber::Text) => words += 1,
                    Parsed::Number(_) | Parsed::Wrong(_) => numbers += 1,
                    Parsed::Empty | Parsed::NotAvailable => {}
                }
            }
            *text = words > numbers;
        }
    }
    Ok((names, text))
}
