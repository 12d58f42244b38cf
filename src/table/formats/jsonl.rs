//! JSON lines: an object a row.

use super::{Cell, Format, Rows};
use crate::table::number;

/// The registry's entry.
pub static ENTRY: Format = Format {
    name: "jsonl",
    extensions: &["jsonl", "ndjson"],
    doc: "A JSON object a row; what is no number is null.",
    rows: Some(Rows { header: |_, _| {}, row, separator: None }),
};

fn row(out: &mut Vec<u8>, columns: &[String], cells: &[Cell<'_>]) {
    out.push(b'{');
    for (i, (name, cell)) in columns.iter().zip(cells).enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        match name.is_empty() {
            // several columns of a CSV may have no name, and an object keeps but one value for a key
            true => string(out, &format!("column_{}", i + 1)),
            false => string(out, name),
        }
        out.extend_from_slice(b": ");
        match cell {
            Cell::Number(x) | Cell::Written(_, x) => number::write_json(out, *x),
            // bytes that are no UTF-8 become replacement characters: JSON has no others
            Cell::Text(text) => string(out, &String::from_utf8_lossy(text)),
        }
    }
    out.extend_from_slice(b"}\n");
}

fn string(out: &mut Vec<u8>, text: &str) {
    // writing a string to a Vec cannot fail
    let _ = serde_json::to_writer(out, text);
}
