//! Tab-separated text with a header row; quotes as in CSV.

use super::{InputFormat, delimited};

/// The registry's entry.
pub static ENTRY: InputFormat = InputFormat {
    name: "tsv",
    extensions: &["tsv", "tab"],
    doc: "Tab-separated text with a header row.",
    open: |stream, options| delimited::open(stream, options, b'\t'),
};
