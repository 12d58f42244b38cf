//! What is differentiated, minimised or checked, as the rooms above see it. Uses `engine` and what stands below it.

mod formula;

pub use formula::Formula;
