//! Comma-separated text (RFC 4180), also with another delimiter.

use super::{InputFormat, delimited};

/// The registry's entry.
pub static ENTRY: InputFormat = InputFormat {
    name: "csv",
    extensions: &["csv"],
    doc: "Comma-separated text with a header row.",
    open: |stream, options| delimited::open(stream, options, b','),
};
