//! How a program can fail its caller.

use crate::error::{Diagnose, Exit};

/// What went wrong with the user's program. `program` is its command line.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// There is no such program.
    #[error("cannot start `{program}`: {reason}")]
    CannotStart {
        /// The command line.
        program: String,
        /// The system's words.
        reason: String,
        /// Whether it is not there at all.
        missing: bool,
    },
    /// It ended with a status other than 0, or by a signal.
    #[error("`{program}` {how}{stderr}")]
    Died {
        /// The command line.
        program: String,
        /// `ended with exit status 3`, `was ended by signal 11 (SIGSEGV)`.
        how: String,
        /// The end of what it said on standard error, ready to be shown.
        stderr: Stderr,
    },
    /// It took too long.
    #[error("`{program}` did not answer within {seconds} s{stderr}")]
    TimedOut {
        /// The command line.
        program: String,
        /// The limit.
        seconds: f64,
        /// What it said on standard error.
        stderr: Stderr,
    },
    /// It wrote more than any answer can be.
    #[error("`{program}` wrote more than {bytes} bytes, which no answer needs{stderr}")]
    TooMuchOutput {
        /// The command line.
        program: String,
        /// The limit.
        bytes: u64,
        /// What it said on standard error.
        stderr: Stderr,
    },
    /// It ended well, but before it had answered.
    #[error("`{program}` ended before it had answered{stderr}")]
    Silent {
        /// The command line.
        program: String,
        /// What it said on standard error.
        stderr: Stderr,
    },
    /// A pipe failed.
    #[error("cannot talk to `{program}`: {reason}")]
    Pipe {
        /// The command line.
        program: String,
        /// The system's words.
        reason: String,
    },
    /// The caller was told to stop.
    #[error("stopped by a signal")]
    Stopped,
}

impl Diagnose for ProcessError {
    fn exit(&self) -> Exit {
        match self {
            ProcessError::Stopped => Exit::Interrupted,
            _ => Exit::World,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            ProcessError::CannotStart { missing: true, program, .. } => {
                let word = program.split(' ').next().unwrap_or("");
                Some(if word.contains('/') {
                    "paths to a program are relative to the spec's folder".into()
                } else {
                    format!("it was looked for in PATH; a program of your own is written `./{word}`")
                })
            }
            ProcessError::CannotStart { missing: false, .. } => Some(
                "an executable file is wanted; scripts are given to their interpreter: [\"python3\", \"model.py\"]"
                    .into(),
            ),
            ProcessError::TimedOut { .. } => Some(
                "allow it more with --time-limit SECONDS; a program that keeps running must flush after each line"
                    .into(),
            ),
            _ => None,
        }
    }
}

/// The end of a program's standard error; displayed as lines of their own, or as nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stderr(pub String);

impl std::fmt::Display for Stderr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.trim().is_empty() {
            return Ok(());
        }
        write!(f, "; the end of its standard error:")?;
        for line in self.0.trim_end().lines() {
            // a program's text is not trusted with the terminal
            let line: String = line.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect();
            write!(f, "\n  | {line}")?;
        }
        Ok(())
    }
}
