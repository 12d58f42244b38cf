//! From a graph to numbers: straight-line programs over blocks of lanes, and a lazy evaluator of single points.
//!
//! Uses `formula` and what stands below it. A lane is a point, a row of data or an index: the program does not know which.
//! Both ways of evaluation use the same kernels, chosen by [`kernel::of`], and give the same bits.

mod boxes;
mod compile;
mod enclose;
mod interpret;
pub mod kernel;
pub mod loops;
mod program;

pub use boxes::{BoxScratch, Boxes};
pub use compile::compile;
pub use enclose::Enclosure;
pub use interpret::Evaluator;
pub use program::{Program, Scratch};
