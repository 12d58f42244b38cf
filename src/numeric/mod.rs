//! f64 without formulas: elementary kernels, intervals, sums, dense linear algebra, limits, random numbers. Uses only
//! `error`.

pub mod block;
pub mod elementary;
pub mod interval;
pub mod limit;
pub mod linalg;
pub mod random;
pub mod sum;
pub mod tails;
pub mod text;
pub mod trend;
