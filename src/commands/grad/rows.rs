//! Points from the rows of a file: each batch is read, evaluated and made into text by one of the threads, then counted and
//! written in the order of the file. Memory is flat.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::problem::PlanError;
use super::run::{PointSink, outputs_header};
use super::{GradOptions, MissingPolicy};
use crate::calculus::slopes::SlopeBlock;
use crate::commands::outcome::{Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::engine::Scratch;
use crate::error::Located;
use crate::numeric::block::LANES;
use crate::numeric::text::{count, plural};
use crate::table::TableError;
use crate::table::formats::{Cell, RowWriter};
use crate::table::read::{Batch, Dropped, Input, Missing, Options, Progress, Reader, RowCounts};

/// Evaluates at every row of `path`; `values`: of the variables that are no column; `columns`: names of the formula that must be.
pub fn run(
    request: &Request<GradOptions>,
    sink: &mut PointSink<'_>,
    path: &Path,
    values: &[Option<f64>],
    columns: &[(String, usize)],
    outputs: &mut Outputs,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let options = Options { threads: Some(sink.job.threads()), ..reader_options(request)? };
    let open = || Reader::open(Input::from_path(path), &options);
    let mut reader =
        if path == Path::new("-") { sink.job.cancel.while_waiting(open) } else { open() }.map_err(Located::new)?;
    if path != Path::new("-") {
        outcome.inputs.push(path.to_path_buf());
    }

    // each variable is a column, or has a value; names that the formula uses undeclared are columns
    let mut wanted: Vec<String> = Vec::new();
    let mut from_column = Vec::new();
    for (name, value) in sink.plan.names.iter().zip(values) {
        let is_column = reader.header().position(name).is_some();
        if is_column || value.is_none() {
            from_column.push(Some(wanted.len()));
            wanted.push(name.clone());
        } else {
            from_column.push(None);
        }
    }
    let data_columns: Vec<(usize, usize)> =
        columns.iter().enumerate().map(|(k, (_, place))| (wanted.len() + k, *place)).collect();
    wanted.extend(columns.iter().map(|c| c.0.clone()));
    let selection = reader.select(&wanted).map_err(Located::new)?;
    let header: Vec<String> = reader.header().names().to_vec();
    // variables that are held stand in no column of the file, but a row must say where it is
    let held: Vec<(usize, f64)> = from_column
        .iter()
        .zip(values)
        .enumerate()
        .filter(|(_, (c, _))| c.is_none())
        .filter_map(|(i, (_, v))| Some((i, (*v)?)))
        .collect();
    outputs_header(sink.plan, &header, sink.wanted, outputs)?;
    // which columns of the file are numbers to us
    let read_as: Vec<Option<usize>> = header.iter().map(|name| wanted.iter().position(|w| w == name)).collect();

    let selection = if sink.wanted.rows { selection } else { selection.without_cells() };
    // a terminal may keep us waiting for ever: a signal then ends the process at once, unless a file was begun
    let waits = path == Path::new("-") && !outputs.has_files();
    let job = sink.job;
    let shared = sink.fresh();
    let writers = outputs.row_writers();
    let work = Work {
        sink: &shared,
        writers: &writers,
        from_column: &from_column,
        data_columns: &data_columns,
        read_as: &read_as,
    };
    // the report shows the first points: until they have been seen, every point must be told
    let (closely, spares) = (AtomicBool::new(true), Mutex::new(Vec::new()));
    let local = || Local {
        scratch: shared.slopes.scratch(),
        held: held.iter().map(|&(i, v)| (i, vec![v; LANES])).collect(),
        numbers: Vec::new(),
    };
    let map = |local: &mut Local, batch: &Batch| {
        let texts: Option<Vec<Vec<u8>>> = spares.lock().unwrap_or_else(PoisonError::into_inner).pop();
        work.batch(local, batch, closely.load(Ordering::Relaxed), texts.unwrap_or_default())
    };
    let held = local().held;
    let mut progress = job.progress(reader.size(), "rows");
    let take = |made: Result<Made, TableError>, read: Progress<'_>| -> anyhow::Result<bool> {
        let made = made.map_err(Located::new)?;
        job.check()?;
        match &made.detail {
            Some(detail) => {
                for (block, start) in detail.blocks.iter().zip((0..made.rows).step_by(LANES)) {
                    let n = (made.rows - start).min(LANES);
                    let variables = work.variables(&detail.columns, &held, start, n);
                    let data = work.data(&detail.columns, start, n);
                    sink.take(&variables, &data, block, n, Some(&detail.lines[start..start + n]))?;
                }
            }
            None => sink.summary.count_ok(made.rows as u64),
        }
        closely.store(sink.looks_closely(), Ordering::Relaxed);
        outputs.written(&made.texts)?;
        spares.lock().unwrap_or_else(PoisonError::into_inner).push(made.texts);
        progress.set(read.bytes, read.rows.read);
        Ok(!outputs.is_closed())
    };
    job.cancel.while_waiting_if(waits, || reader.each(&selection, local, map, take))?;
    progress.finish();
    tell_rows(reader.rows(), outcome)
}

/// What threads need to make rows of results from rows of the file.
struct Work<'a> {
    sink: &'a PointSink<'a>,
    writers: &'a [RowWriter],
    /// Which of the batch's columns each variable is.
    from_column: &'a [Option<usize>],
    /// The batch's columns that are no variables, each with its place among the graph's inputs.
    data_columns: &'a [(usize, usize)],
    /// Which of the batch's columns each column of the file is.
    read_as: &'a [Option<usize>],
}

/// What each thread has of its own.
struct Local {
    scratch: Scratch,
    /// Variables that are held, each a block of the same number.
    held: Vec<(usize, Vec<f64>)>,
    numbers: Vec<f64>,
}

/// What was made of a batch.
struct Made {
    rows: usize,
    /// The rows as each table has them.
    texts: Vec<Vec<u8>>,
    /// Where points must be seen one by one.
    detail: Option<Detail>,
}

/// Points of a batch and what was found there.
struct Detail {
    columns: Vec<Vec<f64>>,
    lines: Vec<u64>,
    blocks: Vec<SlopeBlock>,
}

impl Work<'_> {
    /// Evaluates a batch and writes its rows into `texts`, whose memory is used again. `closely`: detail is wanted; without, it
    /// is given where a point is not ok.
    fn batch(&self, local: &mut Local, batch: &Batch, closely: bool, mut texts: Vec<Vec<u8>>) -> Made {
        texts.resize(self.writers.len(), Vec::new());
        texts.iter_mut().for_each(Vec::clear);
        let mut blocks = Vec::new();
        for start in (0..batch.rows).step_by(LANES) {
            let n = (batch.rows - start).min(LANES);
            let variables = self.variables(&batch.columns, &local.held, start, n);
            let data = self.data(&batch.columns, start, n);
            let block = self.sink.evaluate(&mut local.scratch, &variables, &data, n);
            for (writer, text) in self.writers.iter().zip(&mut texts) {
                self.write(writer, text, batch, &block, start..start + n, &mut local.numbers);
            }
            blocks.push(block);
        }
        let detailed = closely || blocks.iter().any(|b| !b.judged.is_empty());
        let detail = detailed.then(|| Detail { columns: batch.columns.clone(), lines: batch.lines.clone(), blocks });
        Made { rows: batch.rows, texts, detail }
    }

    /// The variables at the rows from `start` on: `[names][n]`.
    fn variables<'c>(
        &self,
        columns: &'c [Vec<f64>],
        held: &'c [(usize, Vec<f64>)],
        start: usize,
        n: usize,
    ) -> Vec<&'c [f64]> {
        let column = |(i, from): (usize, &Option<usize>)| match *from {
            Some(c) => &columns[c][start..start + n],
            None => held.iter().find(|h| h.0 == i).map_or(&[][..], |h| &h.1[..n]),
        };
        self.from_column.iter().enumerate().map(column).collect()
    }

    /// The columns that are no variables, there.
    fn data<'c>(&self, columns: &'c [Vec<f64>], start: usize, n: usize) -> Vec<(usize, &'c [f64])> {
        self.data_columns.iter().map(|&(c, place)| (place, &columns[c][start..start + n])).collect()
    }

    /// Appends the rows `rows` of a batch and what was found there.
    fn write(
        &self,
        writer: &RowWriter,
        text: &mut Vec<u8>,
        batch: &Batch,
        block: &SlopeBlock,
        rows: Range<usize>,
        numbers: &mut Vec<f64>,
    ) {
        for (lane, row) in rows.enumerate() {
            numbers.clear();
            self.sink.numbers(block, lane, numbers);
            let status = self.sink.status_cell(block, lane);
            if let Some(line) = writer.separator().and_then(|s| batch.line(row, s)) {
                writer.row_after(text, line, numbers, status);
                continue;
            }
            let through = batch.cells(row).zip(self.read_as).map(|(text, read)| match read {
                Some(column) => Cell::Written(text, batch.columns[*column][row]),
                None => Cell::Text(text),
            });
            let own = numbers.iter().map(|&x| Cell::Number(x));
            let cells: Vec<Cell<'_>> = through.chain(own).chain(status.map(|s| Cell::Text(s.as_bytes()))).collect();
            writer.row(text, &cells);
        }
    }
}

/// How the request wants rows to be read.
pub fn reader_options(request: &Request<GradOptions>) -> Result<Options, Located> {
    let delimiter = match request.options.delimiter {
        // a quote or an end of line between cells would leave none
        Some(c) if c.is_ascii() && !"\"\r\n".contains(c) => Some(c as u8),
        Some(c) => return Err(request.locate("grad.delimiter", PlanError::BadDelimiter { found: c })),
        None => None,
    };
    let missing = match request.options.missing.unwrap_or_default() {
        MissingPolicy::Error => Missing::Error,
        MissingPolicy::Drop => Missing::Drop,
        MissingPolicy::Nan => Missing::Nan,
    };
    let advice = "leave such rows out with --missing drop, or keep them, their results NaN, with --missing nan";
    Ok(Options { delimiter, missing, advice, ..Options::default() })
}

/// Says in the result what became of the rows, and warns of those that were dropped.
pub fn tell_rows(rows: &RowCounts, outcome: &mut Outcome) -> anyhow::Result<()> {
    outcome.result.insert("rows".into(), serde_json::to_value(rows)?);
    for dropped in &rows.dropped {
        let lines = dropped.lines.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let lines = format!("{} {lines}", plural(dropped.count, "line"));
        warn_of_dropped(dropped, serde_json::to_value(dropped)?, dropped.lines.len(), &lines, outcome);
    }
    Ok(())
}

/// The same of several files, of which `rows` are together: a line says nothing without its file, so that `places` stand for `lines`.
pub fn tell_rows_of(rows: &RowCounts, files: &[(&str, &RowCounts)], outcome: &mut Outcome) -> anyhow::Result<()> {
    let mut told = serde_json::to_value(rows)?;
    for (k, dropped) in rows.dropped.iter().enumerate() {
        let in_file = |file: &(&str, &RowCounts)| {
            let (name, rows) = (file.0.to_string(), file.1);
            let of_reason = rows.dropped.iter().filter(|d| d.reason == dropped.reason);
            of_reason.flat_map(|d| d.lines.clone()).map(move |line| (name.clone(), line)).collect::<Vec<_>>()
        };
        let places: Vec<(String, u64)> = files.iter().flat_map(in_file).take(PLACES).collect();
        let texts: Vec<String> = places.iter().map(|(file, line)| format!("{file}:{line}")).collect();
        let shown = places.iter().map(|(file, line)| serde_json::json!({ "file": file, "line": line })).collect();
        let facts = &mut told["dropped"][k];
        if let serde_json::Value::Object(facts) = facts {
            facts.remove("lines");
            facts.insert("places".into(), shown);
        }
        warn_of_dropped(dropped, facts.clone(), places.len(), &texts.join(", "), outcome);
    }
    outcome.result.insert("rows".into(), told);
    Ok(())
}

/// So many rows that were dropped are named, as in each file alone.
const PLACES: usize = 5;

fn warn_of_dropped(dropped: &Dropped, facts: serde_json::Value, named: usize, at: &str, outcome: &mut Outcome) {
    let serde_json::Value::Object(facts) = facts else { return };
    let more = if dropped.count > named as u64 { ", ..." } else { "" };
    let message = format!("{} dropped ({}): {at}{more}", count(dropped.count, "row"), dropped.reason);
    outcome.warnings.push(Warning { code: "rows_dropped", facts, message });
}
