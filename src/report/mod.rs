//! Blocks of text for people: errors with their source line and caret, aligned tables, numbers, warnings.
//! Uses `error` alone. Everything here returns text; the commands print it.

pub mod diagnostic;
pub mod number;
pub mod paint;
pub mod table;

pub use diagnostic::draw;
pub use number::{human, shortest};
pub use paint::{ColorChoice, Paint};
pub use table::{Align, Table};
