//! What calculus asks of a function at a point. Uses `objective` and what stands below it; no input, no output.

pub mod certify;
pub mod classify;
pub mod critical;
pub mod differentiability;
pub mod directional;
pub mod kink;
pub mod level_curve;
pub mod level_set;
pub mod limits;
pub mod linearize;
pub mod natural;
pub mod near;
pub mod one_sided;
pub mod over_rows;
pub mod path;
pub mod slopes;
pub mod status;
