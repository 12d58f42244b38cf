//! Tab-separated text, quoted as CSV is.

use super::{Cell, Format, Rows, delimited};

/// The registry's entry.
pub static ENTRY: Format = Format {
    name: "tsv",
    extensions: &["tsv", "tab"],
    doc: "Tab-separated text with a header row.",
    rows: Some(Rows {
        header: |out, columns| {
            let names: Vec<Cell> = columns.iter().map(|c| Cell::Text(c.as_bytes())).collect();
            delimited(out, b'\t', &names);
        },
        row: |out, _, cells| delimited(out, b'\t', cells),
        separator: Some(b'\t'),
    }),
};
