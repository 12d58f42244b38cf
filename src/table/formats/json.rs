//! JSON: the whole result, written when it is complete.

use super::Format;

/// The registry's entry.
pub static ENTRY: Format = Format {
    name: "json",
    extensions: &["json"],
    doc: "The whole result as one object, formula, warnings and all; what is no number is null with a reason.",
    rows: None,
};
