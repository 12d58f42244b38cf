//! Exact gradients of formulas, and what they are good for.
//!
//! The rooms, from the ground up; a room uses only what stands below it (`tests/architecture.rs` holds the table).
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`error`] | errors that know their place, exit classes |
//! | [`numeric`] | f64 without formulas: kernels, sums, intervals, dense linear algebra |
//! | [`formula`] | text to tree |

pub mod error;
pub mod formula;
pub mod numeric;
