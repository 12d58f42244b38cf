//! What calculus asks of a function at a point. Uses `objective` and what stands below it; no input, no output.

pub mod classify;
pub mod directional;
pub mod limits;
pub mod one_sided;
pub mod over_rows;
pub mod slopes;
pub mod status;
