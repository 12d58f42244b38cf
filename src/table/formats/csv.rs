//! Comma-separated text: RFC 4180, lines ended by a line feed.

use super::{Cell, Format, Rows, delimited};

/// The registry's entry.
pub static ENTRY: Format = Format {
    name: "csv",
    extensions: &["csv"],
    doc: "Comma-separated text with a header row; what is no number is NaN, inf, -inf.",
    rows: Some(Rows {
        header: |out, columns| {
            let names: Vec<Cell> = columns.iter().map(|c| Cell::Text(c.as_bytes())).collect();
            delimited(out, b',', &names);
        },
        row: |out, _, cells| delimited(out, b',', cells),
        separator: Some(b','),
    }),
};
