//! Rows of the table for a fit: numbers by the graph's inputs, codes of categories, in parts that do not depend on threads.

use super::inputs::Inputs;
use super::levels::Levels;
use super::problem::{PlanError, told};
use super::rests::{Rests, rests};
use crate::commands::session::Job;
use crate::error::Located;
use crate::regress::Column;
use crate::table::TableError;
use crate::table::read::{Batch, Dropped, Missing, Options, RowCounts};

/// Some rows.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Numbers: \[graph inputs\]\[rows\]; those that are not read are empty.
    pub inputs: Vec<Vec<f64>>,
    /// What rounding the decimals of the text left of them: \[graph inputs\]\[rows\], empty where nothing or not wanted.
    pub rests: Vec<Vec<f64>>,
    /// Codes of levels: \[categories\]\[rows\].
    pub codes: Vec<Vec<u32>>,
    /// Lines of the file, from 1: \[rows\].
    pub lines: Vec<u64>,
    /// Which of the files.
    pub file: usize,
}

impl Part {
    /// The numbers as columns.
    pub fn inputs(&self) -> Vec<Column<'_>> {
        let rest = |k: usize| self.rests.get(k).map_or(&[][..], Vec::as_slice);
        self.inputs.iter().enumerate().map(|(k, input)| Column::with_rests(input, rest(k))).collect()
    }

    /// The numbers as columns of f64: predictions of a fit and of its kept model are the same.
    pub fn rounded(&self) -> Vec<Column<'_>> {
        self.inputs.iter().map(|input| Column::of(input)).collect()
    }

    /// The codes as slices.
    pub fn codes(&self) -> Vec<&[u32]> {
        self.codes.iter().map(Vec::as_slice).collect()
    }

    /// Keeps the rows for which `keep` is true.
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Part {
        self.pick(&(0..self.lines.len()).filter(|&i| keep(i)).collect::<Vec<usize>>())
    }

    /// These rows, in this order.
    pub fn pick(&self, rows: &[usize]) -> Part {
        let numbers = |c: &Vec<f64>| if c.is_empty() { Vec::new() } else { rows.iter().map(|&i| c[i]).collect() };
        Part {
            inputs: self.inputs.iter().map(numbers).collect(),
            rests: self.rests.iter().map(numbers).collect(),
            codes: self.codes.iter().map(|c| rows.iter().map(|&i| c[i]).collect()).collect(),
            lines: rows.iter().map(|&i| self.lines[i]).collect(),
            file: self.file,
        }
    }

    /// Gives the categories' codes new values: \[categories\]\[old codes\]; nothing without maps.
    pub fn recode(&mut self, maps: &[Vec<u32>]) {
        for (codes, map) in self.codes.iter_mut().zip(maps) {
            codes.iter_mut().for_each(|c| *c = map[*c as usize]);
        }
    }

    /// Puts numbers in place of NaN: (input, number).
    pub fn fill(&mut self, means: &[(usize, f64)]) {
        for (at, mean) in means {
            self.inputs[*at].iter_mut().filter(|x| x.is_nan()).for_each(|x| *x = *mean);
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
    /// Whether the rests of decimals are wanted.
    pub rests: Rests,
    /// The category that is the target: it has to be there even where missing numbers are filled.
    pub never_missing: Option<usize>,
    /// Names of the numeric columns in which `--missing mean` fills nothing.
    pub unfilled: Vec<String>,
}

/// What to do about a missing value that no mean takes the place of.
const DROP: &str = "leave such rows out with --missing drop";

impl Wanted {
    /// A fault of the table. Where no mean is put, none is advised.
    fn told(&self, problem: TableError) -> Located {
        told(match problem {
            TableError::Missing { file, line, column, cell, .. } if self.unfilled.contains(&column) => {
                TableError::Missing { file, line, column, cell, advice: DROP }
            }
            problem => problem,
        })
    }
}

/// What became of the rows: of all files, and of each where they are several.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// All together. First lines are given where there is one file.
    pub total: RowCounts,
    /// File by file.
    pub files: Vec<OfFile>,
    /// Rows held out to be measured; they do not count as used.
    pub held_out: u64,
    /// Rows of the weight 0, which take no part in the fit; they do not count as used.
    pub zero_weight: u64,
    /// Whether all rows have the rests of their decimals.
    pub rests: bool,
}

/// What became of the rows of a file.
#[derive(Clone, Debug, Default)]
pub struct OfFile {
    /// What messages call it.
    pub name: String,
    /// Its rows.
    pub rows: RowCounts,
    /// Those held out.
    pub held_out: u64,
    /// Those of the weight 0.
    pub zero_weight: u64,
}

impl Counts {
    /// So many rows of each file are held out of those used.
    pub fn hold_out(&mut self, by_file: &[u64]) {
        for (file, out) in self.files.iter_mut().zip(by_file) {
            file.rows.used -= out;
            file.held_out = *out;
        }
        self.held_out = by_file.iter().sum();
        self.total.used -= self.held_out;
    }

    /// So many rows of each file have the weight 0.
    pub fn pass_over(&mut self, by_file: &[u64]) {
        for (file, without) in self.files.iter_mut().zip(by_file) {
            file.rows.used -= without;
            file.zero_weight = *without;
        }
        self.zero_weight = by_file.iter().sum();
        self.total.used -= self.zero_weight;
    }

    fn add(&mut self, file: String, counts: RowCounts) {
        self.total.read += counts.read;
        self.total.used += counts.used;
        for dropped in &counts.dropped {
            match self.total.dropped.iter_mut().find(|d| d.reason == dropped.reason) {
                Some(entry) => entry.count += dropped.count,
                None => self.total.dropped.push(dropped.clone()),
            }
        }
        self.files.push(OfFile { name: file, rows: counts, ..OfFile::default() });
        if self.files.len() > 1 {
            self.total.dropped.iter_mut().for_each(|d| d.lines.clear());
        }
    }
}

/// Numbers of some rows where they were read.
pub struct Numbers<'b> {
    /// By the graph's inputs: \[graph inputs\]\[rows\]; those that are not read are empty.
    pub inputs: Vec<&'b [f64]>,
    /// As in [`Part`].
    pub rests: Vec<Vec<f64>>,
    /// Lines of the file: \[rows\].
    pub lines: &'b [u64],
    /// Which of the files.
    pub file: usize,
}

impl Numbers<'_> {
    /// The numbers as columns of f64.
    pub fn columns(&self) -> Vec<Column<'_>> {
        self.inputs.iter().map(|input| Column::of(input)).collect()
    }

    /// A part of its own.
    pub fn part(&self) -> Part {
        let inputs = self.inputs.iter().map(|i| i.to_vec()).collect();
        let rests = self.rests.clone();
        Part { inputs, rests, codes: Vec::new(), lines: self.lines.to_vec(), file: self.file }
    }
}

/// Reads all rows where no category is wanted: `map` works on them on all threads, where they are read, the first rows before all
/// others; `take` gets what came of it in the order of the rows. What became of the rows comes back.
pub fn read_numbers<T: Send>(
    inputs: &Inputs,
    wanted: &Wanted,
    job: &Job,
    map: impl Fn(&Numbers<'_>) -> T + Sync,
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let mut wants = wanted.rests;
    for file in 0..inputs.paths.len() {
        let mut reader = inputs.open(file, &wanted.options, job)?;
        let names: Vec<&str> = wanted.numbers.iter().map(|n| n.0.as_str()).collect();
        let mut selection = reader.select(&names).map_err(|e| wanted.told(e))?;
        let places = selection.columns.clone();
        let mut progress = job.progress(reader.size(), "rows");
        let numbers = |batch: &Batch, with_rests: bool| {
            let mut inputs: Vec<&[f64]> = vec![&[]; wanted.inputs];
            for ((_, at), column) in wanted.numbers.iter().zip(&batch.columns) {
                inputs[*at] = column;
            }
            let rests = if with_rests { rests(batch, &places, &wanted.numbers, wanted.inputs) } else { Vec::new() };
            (!batch.lines.is_empty()).then(|| map(&Numbers { inputs, rests, lines: &batch.lines, file }))
        };
        if let Rests::Few(_) = wants {
            let mut batch = Batch::new(selection.clone());
            if reader.next_batch(&mut batch).map_err(|e| wanted.told(e))?
                && let Some(found) = numbers(&batch, wants.wanted(batch.rows, true))
            {
                take(found)?;
            }
        }
        let all = wants == Rests::All;
        if !all {
            selection = selection.without_cells();
        }
        let see = |(): &mut (), batch: &Batch| numbers(batch, all);
        reader.each(
            &selection,
            || (),
            see,
            |found, so_far| {
                job.check()?;
                progress.set(so_far.bytes, so_far.rows.read);
                if !all {
                    wants = Rests::None;
                }
                if let Some(found) = found.map_err(|e| wanted.told(e))? {
                    take(found)?;
                }
                Ok::<bool, anyhow::Error>(true)
            },
        )?;
        progress.finish();
        counts.add(inputs.name(file), reader.rows().clone());
    }
    counts.rests = wants != Rests::None;
    Ok(counts)
}

/// Reads all rows and hands them on part by part; `each` may keep a part. What became of the rows comes back.
pub fn read(
    inputs: &Inputs,
    wanted: &Wanted,
    levels: &mut Levels,
    job: &Job,
    mut each: impl FnMut(Part) -> anyhow::Result<()>,
) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let mut wants = wanted.rests;
    for k in 0..inputs.paths.len() {
        let found = read_file(inputs, k, wanted, levels, &mut wants, job, false, &mut |part, _, _| each(part))?;
        counts.add(inputs.name(k), found);
    }
    counts.rests = wants != Rests::None;
    Ok(counts)
}

/// The rows of one file with the cells of each batch beside the part, and which row of the batch each row of the part is.
pub fn read_cells(
    inputs: &Inputs,
    wanted: &Wanted,
    levels: &mut Levels,
    job: &Job,
    mut each: impl FnMut(Part, &Batch, &[usize]) -> anyhow::Result<()>,
) -> anyhow::Result<RowCounts> {
    read_file(inputs, 0, wanted, levels, &mut Rests::None, job, true, &mut each)
}

/// Takes a part, the batch it is of, and which row of the batch each of its rows is.
type EachPart<'e> = dyn FnMut(Part, &Batch, &[usize]) -> anyhow::Result<()> + 'e;

#[allow(clippy::too_many_arguments)] // one caller a flag
fn read_file(
    inputs: &Inputs,
    file_at: usize,
    wanted: &Wanted,
    levels: &mut Levels,
    wants: &mut Rests,
    job: &Job,
    cells: bool,
    each: &mut EachPart<'_>,
) -> anyhow::Result<RowCounts> {
    let mut reader = inputs.open(file_at, &wanted.options, job)?;
    let names: Vec<&str> = wanted.numbers.iter().map(|n| n.0.as_str()).collect();
    let mut selection = reader.select(&names).map_err(|e| wanted.told(e))?;
    let places = reader.select(&wanted.categories).map_err(|e| wanted.told(e))?.columns;
    let numbers = selection.columns.clone();
    if places.is_empty() && !cells && *wants == Rests::None {
        selection = selection.without_cells();
    }
    let file = reader.file().clone();
    let mut batch = Batch::new(selection);
    let mut progress = job.progress(reader.size(), "rows");
    let mut gone_category = Dropped { reason: "empty_category", count: 0, lines: Vec::new() };
    let mut first = true;
    while reader.next_batch(&mut batch).map_err(|e| wanted.told(e))? {
        job.check()?;
        let mut part = Part {
            inputs: vec![Vec::new(); wanted.inputs],
            rests: match wants.wanted(batch.rows, first) {
                true => rests(&batch, &numbers, &wanted.numbers, wanted.inputs),
                false => Vec::new(),
            },
            codes: Vec::new(),
            lines: batch.lines.clone(),
            file: file_at,
        };
        first = false;
        for ((_, at), column) in wanted.numbers.iter().zip(&batch.columns) {
            part.inputs[*at] = column.clone();
        }
        let mut gone = vec![false; batch.rows];
        for (c, &at) in places.iter().enumerate() {
            let mut codes = Vec::with_capacity(batch.rows);
            for (row, gone) in gone.iter_mut().enumerate() {
                let cell = batch.cell(row, at).trim_ascii();
                if !cell.is_empty() && !cell.eq_ignore_ascii_case(b"na") && !cell.eq_ignore_ascii_case(b"nan") {
                    codes.push(levels.code(c, &wanted.categories[c], cell, &file, batch.lines[row])?);
                    continue;
                }
                if wanted.options.missing == Missing::Error {
                    let problem = TableError::Missing {
                        file: file.clone(),
                        line: batch.lines[row],
                        column: wanted.categories[c].clone(),
                        cell: String::from_utf8_lossy(cell).into_owned(),
                        advice: DROP,
                    };
                    return Err(told(problem).into());
                }
                if wanted.options.missing == Missing::Nan && wanted.never_missing == Some(c) {
                    let (file, line) = (file.to_string(), batch.lines[row]);
                    let column = wanted.categories[c].clone();
                    return Err(Located::new(PlanError::NotFilled { file, line, column, role: "the target" }).into());
                }
                *gone = true;
                codes.push(0);
            }
            part.codes.push(codes);
        }
        let mut kept: Vec<usize> = (0..batch.rows).collect();
        if gone.contains(&true) {
            for (line, _) in part.lines.iter().zip(&gone).filter(|(_, gone)| **gone) {
                gone_category.count += 1;
                if gone_category.lines.len() < 5 {
                    gone_category.lines.push(*line);
                }
            }
            kept.retain(|&i| !gone[i]);
            part = part.filter(|i| !gone[i]);
        }
        progress.set(reader.bytes_read(), reader.rows().read);
        if !part.lines.is_empty() {
            each(part, &batch, &kept)?;
        }
    }
    progress.finish();
    let mut counts = reader.rows().clone();
    if gone_category.count > 0 {
        counts.used -= gone_category.count;
        counts.dropped.push(gone_category);
    }
    Ok(counts)
}
