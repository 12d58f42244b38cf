//! The empirical Fisher matrix: the mean over the rows of `[data]` of s s', s the gradient of a log-density by the variables.

use std::path::PathBuf;

use super::GradOptions;
use super::data::Rows;
use super::plan::Plan;
use super::problem::PlanError;
use super::rows::reader_options;
use super::study::Spot;
use crate::calculus::slopes::Slopes;
use crate::commands::request::Request;
use crate::error::{Located, Span};
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::numeric::block::LANES;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::Sum;
use crate::objective::Formula;
use crate::spec::Text;
use crate::table::read::{Batch, Input, Options, Reader};

/// A log-density over rows.
pub struct Empirical {
    slopes: Slopes,
    path: PathBuf,
    file: Text,
    options: Options,
    columns: Vec<(String, usize)>,
}

impl Empirical {
    /// Of the node `value` in `graph`, which holds the plan's variables; what else it names are columns of `rows`.
    pub fn new(
        request: &Request<GradOptions>,
        rows: &Rows,
        graph: Graph,
        value: NodeId,
        plan: &Plan,
    ) -> Result<Self, Located> {
        if rows.path.as_os_str() == "-" {
            let whole = Span::new(0, rows.file.text.len());
            return Err(rows.file.locate_at(PlanError::DataReadTwice, whole));
        }
        let columns = (graph.inputs().iter().enumerate())
            .filter(|(_, i)| i.kind == InputKind::Column)
            .map(|(place, i)| (i.name.clone(), place))
            .collect();
        let slopes = Slopes::new(Formula::new(graph, value, plan.formula.variables.clone()), false);
        let options = reader_options(request)?;
        Ok(Empirical { slopes, path: rows.path.clone(), file: rows.file.clone(), options, columns })
    }

    /// The file as written.
    pub fn file(&self) -> &str {
        &self.file.text
    }

    /// The matrix at a point: one pass over the file. Entries are compensated sums in the order of the rows.
    pub fn at(&self, spot: &Spot<'_>) -> Result<Matrix, Located> {
        let n = self.slopes.formula.dimension();
        let mut sums = vec![Sum::new(); n * (n + 1) / 2];
        let mut reader = Reader::open(Input::from_path(&self.path), &self.options).map_err(Located::new)?;
        let names: Vec<&str> = self.columns.iter().map(|c| c.0.as_str()).collect();
        let selection = reader.select(&names).map_err(Located::new)?.without_cells();
        let mut batch = Batch::new(selection);
        let mut scratch = self.slopes.scratch();
        let mut progress = spot.job.progress(reader.size(), "rows");
        let inputs = self.slopes.formula.graph.inputs().len();
        let held: Vec<Vec<f64>> =
            (0..inputs).map(|i| vec![spot.inputs.get(i).copied().unwrap_or(0.0); LANES]).collect();
        let mut count = 0_u64;
        while reader.next_batch(&mut batch).map_err(Located::new)? {
            if spot.job.cancel.is_set() {
                break; // the caller looks, and drops everything
            }
            for start in (0..batch.rows).step_by(LANES) {
                let end = batch.rows.min(start + LANES);
                let lanes = end - start;
                let mut columns: Vec<&[f64]> = held.iter().map(|h| &h[..lanes]).collect();
                for ((_, place), column) in self.columns.iter().zip(&batch.columns) {
                    columns[*place] = &column[start..end];
                }
                let block = self.slopes.block(&mut scratch, &columns, lanes);
                if let Some((lane, judged)) = block
                    .judged
                    .iter()
                    .find(|(lane, _)| block.value[*lane].is_nan() || block.gradient.iter().any(|g| g[*lane].is_nan()))
                {
                    let (_, reason) = judged.worst();
                    let problem = PlanError::DensityUndefined {
                        line: batch.lines[start + lane],
                        reason: reason.unwrap_or("no number").to_string(),
                    };
                    return Err(self.file.locate_at(problem, Span::new(0, self.file.text.len())));
                }
                let mut at = sums.iter_mut();
                for i in 0..n {
                    for j in 0..=i {
                        if let Some(sum) = at.next() {
                            block.gradient[i].iter().zip(&block.gradient[j]).for_each(|(a, b)| sum.add(a * b));
                        }
                    }
                }
                count += lanes as u64;
            }
            progress.set(reader.bytes_read(), count);
        }
        progress.finish();
        if count == 0 {
            let problem = PlanError::NoRows { file: reader.file().to_string() };
            return Err(self.file.locate_at(problem, Span::new(0, self.file.text.len())));
        }
        let entry = |i: usize, j: usize| sums[i * (i + 1) / 2 + j].value() / count as f64;
        Ok(Matrix::from_fn(n, n, |i, j| if i >= j { entry(i, j) } else { entry(j, i) }))
    }
}
