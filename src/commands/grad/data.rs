//! A formula summed over the rows of `[data]`: the file is read once for each block of points, evaluated on all cores, and
//! added up in the order of its rows. Memory does not grow with the file.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::GradOptions;
use super::problem::PlanError;
use super::rows::{reader_options, tell_rows};
use super::run::PointSink;
use crate::calculus::over_rows::RowSums;
use crate::calculus::slopes::SlopeBlock;
use crate::commands::outcome::Outcome;
use crate::commands::request::Request;
use crate::error::{Located, Span};
use crate::numeric::block::LANES;
use crate::spec::{Reduce, Text};
use crate::table::read::{Batch, Input, Options, Reader};

/// The rows that a formula is summed over.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The file; `-` is standard input.
    pub path: PathBuf,
    /// As written.
    pub file: Text,
    /// Sum or mean.
    pub reduce: Reduce,
    /// Names of the formula that must be columns, each with its place among the graph's inputs.
    pub columns: Vec<(String, usize)>,
}

impl Rows {
    /// The word for how rows become one number.
    pub fn word(&self) -> &'static str {
        match self.reduce {
            Reduce::Mean => "mean",
            Reduce::Sum => "sum",
        }
    }
}

/// Evaluates blocks of points, each of them summed over all rows.
#[derive(Debug)]
pub struct OverRows<'r> {
    rows: &'r Rows,
    options: Options,
    /// What became of the rows in the last pass.
    counts: Option<crate::table::read::RowCounts>,
    passes: u64,
}

impl<'r> OverRows<'r> {
    /// Prepares to read `rows` as the request says.
    pub fn new(request: &Request<GradOptions>, rows: &'r Rows) -> Result<Self, Located> {
        Ok(OverRows { rows, options: reader_options(request)?, counts: None, passes: 0 })
    }

    /// The block of points `variables: [names][lanes]`: a lane's value and gradient are those of the sum.
    pub fn block(&mut self, sink: &PointSink<'_>, variables: &[&[f64]], lanes: usize) -> anyhow::Result<SlopeBlock> {
        let rows = self.rows;
        let whole = Span::new(0, rows.file.text.len());
        let standard_input = rows.path == Path::new("-");
        if standard_input && self.passes > 0 {
            return Err(rows.file.locate_at(PlanError::DataReadAgain { points: LANES }, whole).into());
        }
        self.passes += 1;
        let options = Options { threads: Some(sink.job.threads()), ..self.options.clone() };
        let open = || Reader::open(Input::from_path(&rows.path), &options);
        let mut reader =
            if standard_input { sink.job.cancel.while_waiting(open) } else { open() }.map_err(Located::new)?;
        if let Some(name) = sink.plan.names.iter().find(|n| reader.header().position(n).is_some()) {
            let problem = PlanError::VariableIsColumn { name: name.clone(), file: reader.file().to_string() };
            return Err(rows.file.locate_at(problem, whole).into());
        }
        let names: Vec<&str> = rows.columns.iter().map(|c| c.0.as_str()).collect();
        let selection = reader.select(&names).map_err(Located::new)?.without_cells();
        let mut batch = Batch::new(selection);
        let mut sums = vec![RowSums::new(sink.plan.wrt.len(), sink.wanted.hessian); lanes];
        let mut progress = sink.job.progress(reader.size(), "rows");
        sink.job.use_threads();
        while reader.next_batch(&mut batch).map_err(Located::new)? {
            sink.job.check()?;
            let starts: Vec<usize> = (0..batch.rows).step_by(LANES).collect();
            for (point, total) in sums.iter_mut().enumerate() {
                let held: Vec<Vec<f64>> = variables.iter().map(|v| vec![v[point]; LANES]).collect();
                let evaluate = |scratch: &mut _, &start: &usize| {
                    let end = batch.rows.min(start + LANES);
                    let held: Vec<&[f64]> = held.iter().map(|h| &h[..end - start]).collect();
                    let data: Vec<(usize, &[f64])> = (rows.columns.iter().zip(&batch.columns))
                        .map(|((_, place), column)| (*place, &column[start..end]))
                        .collect();
                    let block = sink.evaluate(scratch, &held, &data, end - start);
                    RowSums::of(&block, &batch.lines[start..end])
                };
                let parts: Vec<RowSums> = if starts.len() > 1 && sink.job.threads() > 1 {
                    starts.par_iter().map_init(|| sink.slopes.scratch(), evaluate).collect()
                } else {
                    let mut scratch = sink.slopes.scratch();
                    starts.iter().map(|s| evaluate(&mut scratch, s)).collect()
                };
                parts.into_iter().for_each(|part| total.merge(part));
            }
            progress.set(reader.bytes_read(), reader.rows().read);
        }
        progress.finish();
        self.counts = Some(reader.rows().clone());
        if sums.iter().any(|s| s.rows() == 0) {
            let problem = PlanError::NoRows { file: reader.file().to_string() };
            return Err(rows.file.locate_at(problem, whole).into());
        }
        let mut block = SlopeBlock { gradient: vec![Vec::new(); sink.plan.wrt.len()], ..SlopeBlock::default() };
        for (lane, sum) in sums.iter().enumerate() {
            let found = sum.finish(rows.reduce == Reduce::Mean);
            block.value.push(found.value.number);
            for (column, partial) in block.gradient.iter_mut().zip(&found.partials) {
                column.push(partial.number);
            }
            let second = sum.hessian(rows.reduce == Reduce::Mean);
            block.hessian.resize(second.len(), Vec::new());
            for (column, entry) in block.hessian.iter_mut().zip(second) {
                column.push(entry);
            }
            if found.worst().0 != crate::calculus::status::Status::Ok {
                block.judged.push((lane, found));
            }
        }
        Ok(block)
    }

    /// Says in the result what the sum was taken over.
    pub fn tell(self, outcome: &mut Outcome) -> anyhow::Result<()> {
        if self.rows.path != Path::new("-") {
            outcome.inputs.push(self.rows.path.clone());
        }
        outcome.result.insert("reduce".into(), self.rows.word().into());
        match &self.counts {
            Some(counts) => tell_rows(counts, outcome),
            None => Ok(()),
        }
    }
}
