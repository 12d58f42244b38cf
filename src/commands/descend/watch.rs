//! Who looks at the runs: trace, bar, checkpoints.

use std::path::PathBuf;

use super::checkpoint::{self, Identity};
use super::ended::Ended;
use super::trace::Trace;
use crate::commands::session::Job;
use crate::error::Located;
use crate::objective::EvaluationError;
use crate::optimize::driver::{Row, Watch};
use crate::optimize::state::State;
use crate::progress::Progress;
use crate::report::human;

/// Looks at the runs: trace, bar, checkpoints.
pub struct Watcher<'w> {
    /// The trace.
    pub trace: Option<Trace>,
    /// The bar.
    pub progress: Progress,
    /// The signals.
    pub job: &'w Job,
    /// -1 where f is maximised.
    pub sign: f64,
    /// Where checkpoints go.
    pub checkpoint: Option<PathBuf>,
    /// Steps between them.
    pub every: u64,
    /// Steps since the last one.
    pub since: u64,
    /// Which run they are of.
    pub identity: Identity,
    /// The runs that have ended.
    pub done: Vec<Ended>,
}

impl Watch for Watcher<'_> {
    fn accepted(&mut self, row: &Row<'_>) -> Result<(), EvaluationError> {
        self.since += u64::from(row.at.k > 0);
        if let Some(trace) = &mut self.trace {
            trace.row(row, self.sign, false).map_err(|e| EvaluationError::Failed(e.problem))?;
        }
        let (sign, f, g) = (self.sign, row.at.value, row.gradient_norm);
        self.progress.set_with(row.at.k, row.at.k, || format!("f {}, |g| {}", human(sign * f, 6), human(g, 3)));
        Ok(())
    }

    fn wants_state(&mut self, _: u64) -> bool {
        self.checkpoint.is_some() && self.since >= self.every
    }

    fn state(&mut self, state: State) -> Result<(), EvaluationError> {
        self.save(Some(&state)).map_err(|e| EvaluationError::Failed(e.problem))
    }

    fn interrupted(&self) -> bool {
        self.job.cancel.is_set()
    }
}

impl Watcher<'_> {
    /// A run has ended.
    pub fn ended(&mut self, end: Ended) -> Result<(), Located> {
        self.done.push(end);
        if self.since >= self.every { self.save(None) } else { Ok(()) }
    }

    /// Writes the checkpoint: the runs that are done, and the state of the one that is not.
    pub fn save(&mut self, current: Option<&State>) -> Result<(), Located> {
        let Some(path) = &self.checkpoint else { return Ok(()) };
        self.since = 0;
        let length = match &mut self.trace {
            Some(trace) => Some(trace.settle()?),
            None => None,
        };
        checkpoint::write(path, current, &mut self.done, length, &self.identity)
    }
}
