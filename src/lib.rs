//! Exact gradients of formulas, and what they are good for.
//!
//! The rooms, from the ground up; a room uses only what stands below it (`tests/architecture.rs` holds the table).
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`error`] | errors that know their place, exit classes |
//! | [`numeric`] | f64 without formulas: kernels, sums, intervals, dense linear algebra |
//! | [`spec`] | the request as written, every value with its place |
//! | [`report`] | blocks of text: errors with carets, tables, numbers, warnings |
//! | [`cancel`] | the flag that says stop |
//! | [`commands`] | a folder a verb: options, plan, run, view; and what all verbs share |

pub mod cancel;
pub mod commands;
pub mod error;
pub mod numeric;
pub mod report;
pub mod spec;
