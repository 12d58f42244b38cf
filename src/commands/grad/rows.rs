//! Points from the rows of a file: read in batches, evaluated in blocks on all cores, written in order, memory flat.

use std::path::Path;

use rayon::prelude::*;

use super::problem::PlanError;
use super::run::{PointSink, outputs_header};
use super::{GradOptions, MissingPolicy};
use crate::calculus::slopes::SlopeBlock;
use crate::commands::outcome::{Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::error::Located;
use crate::numeric::block::LANES;
use crate::table::formats::Cell;
use crate::table::read::{Batch, Input, Missing, Options, Reader, RowCounts};

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
    let mut batch = Batch::new(selection);
    let mut progress = sink.job.progress(reader.size(), "rows");
    sink.job.use_threads();
    // a terminal may keep us waiting for ever: a signal then ends the process at once, unless a file was begun
    let waits = path == Path::new("-") && !outputs.has_files();
    while sink.job.cancel.while_waiting_if(waits, || reader.next_batch(&mut batch)).map_err(Located::new)? {
        sink.job.check()?;
        let held: Vec<(usize, Vec<f64>)> = held.iter().map(|&(i, v)| (i, vec![v; batch.rows.min(LANES)])).collect();
        let starts: Vec<usize> = (0..batch.rows).step_by(LANES).collect();
        let lanes = |start: usize| (batch.rows - start).min(LANES);
        let variables = |start: usize| -> Vec<&[f64]> {
            let n = lanes(start);
            let column = |i: usize| match from_column[i] {
                Some(c) => &batch.columns[c][start..start + n],
                None => held.iter().find(|h| h.0 == i).map_or(&[][..], |h| &h.1[..n]),
            };
            (0..sink.plan.names.len()).map(column).collect()
        };
        let data = |start: usize| -> Vec<(usize, &[f64])> {
            data_columns.iter().map(|&(c, place)| (place, &batch.columns[c][start..start + lanes(start)])).collect()
        };
        let blocks: Vec<SlopeBlock> = {
            let shared: &PointSink<'_> = sink;
            let evaluate = |scratch: &mut _, &start: &usize| {
                shared.evaluate(scratch, &variables(start), &data(start), lanes(start))
            };
            if starts.len() > 1 && shared.job.threads() > 1 {
                starts.par_iter().map_init(|| shared.slopes.scratch(), evaluate).collect()
            } else {
                let mut scratch = shared.slopes.scratch();
                starts.iter().map(|s| evaluate(&mut scratch, s)).collect()
            }
        };
        for (&start, block) in starts.iter().zip(&blocks) {
            let n = lanes(start);
            sink.take(&variables(start), &data(start), block, n, Some(&batch.lines[start..start + n]))?;
            if sink.wanted.rows {
                for lane in 0..n {
                    let mut numbers = Vec::new();
                    sink.numbers(block, lane, &mut numbers);
                    let row = start + lane;
                    let mut cells: Vec<Cell<'_>> = Vec::with_capacity(header.len() + numbers.len() + 1);
                    for (at, text) in batch.cells(row).enumerate() {
                        cells.push(match read_as[at] {
                            Some(column) => Cell::Written(text, batch.columns[column][row]),
                            None => Cell::Text(text),
                        });
                    }
                    cells.extend(numbers.into_iter().map(Cell::Number));
                    cells.extend(sink.status_cell(block, lane).map(|s| Cell::Text(s.as_bytes())));
                    outputs.row(&cells)?;
                }
            }
        }
        if outputs.is_closed() {
            break;
        }
        progress.set(reader.bytes_read(), reader.rows().read);
    }
    progress.finish();
    tell_rows(reader.rows(), outcome)
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
    Ok(Options { delimiter, missing, ..Options::default() })
}

/// Says in the result what became of the rows, and warns of those that were dropped.
pub fn tell_rows(rows: &RowCounts, outcome: &mut Outcome) -> anyhow::Result<()> {
    outcome.result.insert("rows".into(), serde_json::to_value(rows)?);
    for dropped in &rows.dropped {
        let facts = match serde_json::to_value(dropped)? {
            serde_json::Value::Object(map) => map,
            _ => serde_json::Map::new(),
        };
        let lines = dropped.lines.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let more = if dropped.count > dropped.lines.len() as u64 { ", ..." } else { "" };
        let message = format!(
            "{} row{} dropped ({}): line{} {lines}{more}",
            dropped.count,
            plural(dropped.count),
            dropped.reason,
            plural(dropped.count)
        );
        outcome.warnings.push(Warning { code: "rows_dropped", facts, message });
    }
    Ok(())
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
