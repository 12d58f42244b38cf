//! The command line: what all verbs share, a folder a verb, and the small subcommands beside them. May use every room;
//! has no mathematics of its own.
//!
//! A verb is a folder with `options` (its flags and its table in a spec), `plan` (what that means), `run` and `view`,
//! a [`registry::Verb`] and one line in [`registry::SUBCOMMANDS`]. The road of a command: clap reads the flags;
//! [`request`] merges file, `--set` and flags and checks the result; the verb returns an [`outcome::Outcome`];
//! [`outcome::finish`] writes the files, prints the report and decides the exit status.

pub mod answers;
pub mod compare;
pub mod completions;
pub mod descend;
mod flags;
pub mod grad;
pub mod gradcheck;
pub mod json;
pub mod line;
pub mod list;
pub mod man;
pub mod outcome;
pub mod outputs;
pub mod pick;
pub mod problem;
mod reads;
pub mod registry;
pub mod regress;
pub mod request;
pub mod schema;
pub mod session;

pub use line::{bug_report, color_choice, command, draw_failure, run};
