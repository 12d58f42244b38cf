//! What a run knows of its surroundings.

use super::flags::{CommonFlags, ProgressChoice};
use crate::cancel::Cancel;
use crate::progress::{Mode, Progress};
use crate::report::{Paint, human, shortest};
use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Instant;

/// The process: when it began and whether it was told to stop.
#[derive(Clone, Debug)]
pub struct Session {
    /// Set by a signal.
    pub cancel: Cancel,
    /// The clock of `--timings`.
    pub started: Instant,
}

/// What the common flags say about how to work and how to talk.
#[derive(Debug)]
pub struct Job {
    /// Set by a signal: stop soon, drop everything, return [`Stopped`].
    pub cancel: Cancel,
    /// The clock of `--timings`.
    pub started: Instant,
    /// `-v`, how often.
    pub verbose: u8,
    /// `-q`.
    pub quiet: bool,
    /// `--progress`, `never` where `-q` says so.
    pub progress: ProgressChoice,
    /// Whether the report goes to standard error, because data go to standard output.
    pub report_on_stderr: bool,
    /// Whether the result is wanted as a whole beside files: `--print`, `--compare`.
    pub result_wanted: bool,
    /// Colours of the report.
    pub paint: Paint,
    threads: Option<u16>,
    pool: OnceLock<()>,
}

/// A signal came.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped by a signal")]
pub struct Stopped;

impl Job {
    /// From the flags; `on_stdout`: a flag of the verb sends data to standard output.
    pub fn new(session: &Session, common: &CommonFlags, on_stdout: bool) -> Job {
        let report_on_stderr = on_stdout || common.output.iter().any(|path| path.as_os_str() == "-");
        let terminal = if report_on_stderr { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
        Job {
            cancel: session.cancel.clone(),
            started: session.started,
            verbose: common.verbose,
            quiet: common.quiet,
            progress: if common.quiet { ProgressChoice::Never } else { common.progress },
            report_on_stderr,
            result_wanted: common.compare.is_some() || !common.print.is_empty(),
            paint: Paint::new(common.color, terminal),
            threads: common.threads,
            pool: OnceLock::new(),
        }
    }

    /// A number for the report: six digits, all of them with `-v`.
    pub fn number(&self, x: f64) -> String {
        if self.verbose > 0 { shortest(x) } else { human(x, 6) }
    }

    /// Sets the number of threads. Call it before the first parallel work, and only there: starting threads costs
    /// more than the smallest job.
    pub fn use_threads(&self) {
        self.pool.get_or_init(|| {
            if let Some(n) = self.threads {
                // Fails only where a pool exists already: then somebody else has decided.
                let _ = rayon::ThreadPoolBuilder::new().num_threads(n.into()).build_global();
            }
        });
    }

    /// How many threads to use.
    pub fn threads(&self) -> usize {
        match self.threads {
            Some(n) => n.into(),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Progress towards `total`, as `--progress` says.
    pub fn progress(&self, total: Option<u64>, unit: &'static str) -> Progress {
        let mode = match self.progress {
            ProgressChoice::Auto => Mode::Auto,
            ProgressChoice::Always => Mode::Always,
            ProgressChoice::Never => Mode::Never,
        };
        Progress::new(mode, std::io::stderr().is_terminal(), total, unit)
    }

    /// An error if a signal came.
    pub fn check(&self) -> Result<(), Stopped> {
        if self.cancel.is_set() { Err(Stopped) } else { Ok(()) }
    }
}
