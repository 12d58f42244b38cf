//! Formulas: text to tree. Uses `error`.

pub mod parse;
