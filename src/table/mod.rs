//! Tables in, tables out, and files that are whole or absent.
//!
//! [`read`] streams rows of a CSV (and whatever its registry names) as batches: the wanted columns as f64, every cell as
//! the bytes it came in. [`formats`] are the ways a result is written. [`output`] is where: a file that appears whole or
//! not at all. [`depfile`] tells Make what a result was made from. [`number`] is the text of an f64 in data files, [`rest`] what its
//! rounding left.
//! May use `error` and `numeric`; knows nothing of formulas, verbs or flags.

pub mod decimal;
pub mod depfile;
mod error;
pub mod formats;
pub mod gzip;
mod names;
pub mod number;
pub mod output;
pub mod read;
pub mod rest;
mod temporaries;

pub use error::{NotANumber, TableError};
