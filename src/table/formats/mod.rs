//! Output formats: one file a format, one line in [`FORMATS`].
//!
//! A format that streams writes a row at a time as bytes; one that does not (JSON) takes the result as a whole, and its text is
//! the caller's. Nothing here opens a file.

mod csv;
mod github;
mod json;
mod jsonl;
mod junit;
mod tsv;

use std::path::Path;
use std::sync::Arc;

use crate::error::{Diagnose, Exit, nearest};

/// A cell of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// A number: the shortest text that reads back as the same f64.
    Number(f64),
    /// A number of the input, as it was written there and as it was read.
    Written(&'a [u8], f64),
    /// Text as it is; quoted where the format needs it.
    Text(&'a [u8]),
}

/// A format of output files.
pub struct Format {
    /// As `--format` says it.
    pub name: &'static str,
    /// The endings of its files.
    pub extensions: &'static [&'static str],
    /// One line.
    pub doc: &'static str,
    /// How rows are written; `None`: the result is written as a whole.
    pub rows: Option<Rows>,
}

/// How a streaming format writes its rows.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// Appends what comes before the first row.
    pub header: fn(&mut Vec<u8>, &[String]),
    /// Appends a row: `cells` as many as `columns`.
    pub row: fn(&mut Vec<u8>, columns: &[String], cells: &[Cell<'_>]),
    /// What stands between cells that are written one after another, so that a row of the input which has the same can be
    /// copied as it is.
    pub separator: Option<u8>,
}

/// Rows of a table to bytes, on any thread.
#[derive(Clone, Debug)]
pub struct RowWriter {
    rows: Rows,
    columns: Arc<[String]>,
}

impl RowWriter {
    /// For a table with these columns.
    pub fn new(rows: Rows, columns: Arc<[String]>) -> RowWriter {
        RowWriter { rows, columns }
    }

    /// Appends a row: `cells` as many as there are columns.
    pub fn row(&self, out: &mut Vec<u8>, cells: &[Cell<'_>]) {
        (self.rows.row)(out, &self.columns, cells);
    }

    /// What [`RowWriter::row_after`] needs between the cells of its line; `None`: this table has no such rows.
    pub fn separator(&self) -> Option<u8> {
        self.rows.separator
    }

    /// Appends a row that begins with the cells of `line`, which can be copied, and goes on with `numbers` and `word`, which
    /// needs no quotes.
    pub fn row_after(&self, out: &mut Vec<u8>, line: &[u8], numbers: &[f64], word: Option<&str>) {
        let separator = self.rows.separator.unwrap_or(b',');
        out.extend_from_slice(line);
        for &x in numbers {
            out.push(separator);
            super::number::write(out, x);
        }
        if let Some(word) = word {
            out.push(separator);
            out.extend_from_slice(word.as_bytes());
        }
        out.push(b'\n');
    }
}

/// Every format.
pub static FORMATS: &[&Format] =
    &[&csv::ENTRY, &tsv::ENTRY, &json::ENTRY, &jsonl::ENTRY, &junit::ENTRY, &github::ENTRY];

/// A format that cannot be told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FormatError {
    /// No such format.
    #[error("unknown format `{name}`")]
    Unknown {
        /// As written.
        name: String,
    },
    /// A file name that does not tell.
    #[error("`{file}` does not say its format")]
    NoEnding {
        /// The file.
        file: String,
    },
}

impl Diagnose for FormatError {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        let all = FORMATS.iter().map(|f| format!("`{}`", f.name)).collect::<Vec<_>>().join(", ");
        Some(match self {
            FormatError::Unknown { name } => match nearest(name, FORMATS.iter().map(|f| f.name)) {
                Some(near) => format!("did you mean `{near}`? the formats are {all}"),
                None => format!("the formats are {all}"),
            },
            FormatError::NoEnding { .. } => format!("give --format; the formats are {all}"),
        })
    }
}

/// The format called `name`.
pub fn by_name(name: &str) -> Result<&'static Format, FormatError> {
    let found = FORMATS.iter().copied().find(|f| f.name == name);
    found.ok_or_else(|| FormatError::Unknown { name: name.to_string() })
}

/// The format that a file name's ending says.
pub fn by_path(path: &Path) -> Result<&'static Format, FormatError> {
    let inner = super::gzip::inner(path);
    let extension =
        inner.as_deref().unwrap_or(path).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let found = FORMATS.iter().copied().find(|f| f.extensions.contains(&extension.as_str()));
    found.ok_or_else(|| FormatError::NoEnding { file: path.display().to_string() })
}

/// Cells between separators; text in quotes where it holds what would divide it (RFC 4180).
fn delimited(out: &mut Vec<u8>, separator: u8, cells: &[Cell<'_>]) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(separator);
        }
        match cell {
            Cell::Number(x) => super::number::write(out, *x),
            Cell::Text(text) | Cell::Written(text, _) => quoted(out, separator, text, cells.len() == 1),
        }
    }
    out.push(b'\n');
}

fn quoted(out: &mut Vec<u8>, separator: u8, text: &[u8], alone: bool) {
    let divides = |b: &u8| *b == separator || matches!(b, b'"' | b'\n' | b'\r');
    // a lone empty cell would be an empty line, which readers skip; blanks at the ends are trimmed by some
    let edges = text.first() == Some(&b' ') || text.last() == Some(&b' ');
    // first in a file, a mark of byte order would be taken for one, outside quotes
    let mark = text.starts_with(b"\xef\xbb\xbf");
    let needs_quotes = text.iter().any(divides) || edges || mark || alone && text.is_empty();
    if !needs_quotes {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    for &b in text {
        if b == b'"' {
            out.push(b'"');
        }
        out.push(b);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::read::{Batch, Input, Options, Reader};

    /// Rows that hurt: every kind of number, and text with everything that divides.
    const NUMBERS: &[f64] =
        &[f64::NAN, -0.0, 1e-310, f64::INFINITY, f64::NEG_INFINITY, 0.1, 1e21, -1.5e300, 6.0, 5e-324];
    const TEXTS: &[&[u8]] = &[
        b"plain",
        b"a,b",
        b"a\tb",
        b"say \"hi\"",
        b"two\nlines",
        b"",
        b" blank ",
        "\u{b5}\u{2260}".as_bytes(),
        b"x\r",
    ];

    fn table(format: &Format) -> Vec<u8> {
        let rows = format.rows.expect("a format of rows");
        let columns = ["n".to_string(), "a \"name\", so".to_string()];
        let mut out = Vec::new();
        (rows.header)(&mut out, &columns);
        for (i, &n) in NUMBERS.iter().enumerate() {
            (rows.row)(&mut out, &columns, &[Cell::Number(n), Cell::Text(TEXTS[i % TEXTS.len()])]);
        }
        out
    }

    #[test]
    fn delimited_text_reads_back_bit_for_bit() {
        for name in ["csv", "tsv"] {
            let bytes = table(by_name(name).unwrap());
            let input = Input::Stream { name: format!("t.{name}"), bytes: Box::new(std::io::Cursor::new(bytes)) };
            let options = Options { missing: crate::table::read::Missing::Nan, ..Options::default() };
            let mut reader = Reader::open(input, &options).unwrap();
            assert_eq!(reader.header().names(), ["n", "a \"name\", so"]);
            let mut batch = Batch::new(reader.select(&["n"]).unwrap());
            assert!(reader.next_batch(&mut batch).unwrap());
            assert_eq!(batch.rows, NUMBERS.len(), "{name}");
            for (i, &n) in NUMBERS.iter().enumerate() {
                let got = batch.columns[0][i];
                assert!(got.to_bits() == n.to_bits() || got.is_nan() && n.is_nan(), "{name}: {got} for {n}");
                assert_eq!(batch.cell(i, 1), TEXTS[i % TEXTS.len()], "{name}");
            }
        }
    }

    #[test]
    fn what_would_vanish_is_quoted() {
        let mut out = Vec::new();
        delimited(&mut out, b',', &[Cell::Text("\u{feff}a".as_bytes())]);
        delimited(&mut out, b',', &[Cell::Text(b"")]);
        assert_eq!(out, "\"\u{feff}a\"\n\"\"\n".as_bytes());
    }

    #[test]
    fn columns_without_a_name_keep_their_values_in_json() {
        let rows = by_name("jsonl").unwrap().rows.unwrap();
        let columns = ["".to_string(), "x".to_string(), "".to_string()];
        let mut out = Vec::new();
        (rows.row)(&mut out, &columns, &[Cell::Text(b"a"), Cell::Number(6.0), Cell::Text(b"b")]);
        assert_eq!(String::from_utf8(out).unwrap(), "{\"column_1\": \"a\", \"x\": 6, \"column_3\": \"b\"}\n");
    }

    #[test]
    fn json_lines_are_json() {
        let bytes = table(by_name("jsonl").unwrap());
        let lines: Vec<serde_json::Value> =
            String::from_utf8(bytes).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        for (i, (&n, line)) in NUMBERS.iter().zip(&lines).enumerate() {
            let text = String::from_utf8_lossy(TEXTS[i % TEXTS.len()]);
            assert_eq!(line["a \"name\", so"], *text);
            match line["n"].as_f64() {
                Some(got) => assert_eq!(got.to_bits(), n.to_bits()),
                None => assert!(line["n"].is_null() && !n.is_finite()),
            }
        }
    }

    #[test]
    fn the_folder_is_the_table() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/table/formats");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_str().unwrap().trim_end_matches(".rs").to_string())
            .filter(|n| n != "mod")
            .collect();
        let mut names: Vec<String> = FORMATS.iter().map(|f| f.name.to_string()).collect();
        files.sort();
        names.sort();
        assert_eq!(files, names);
    }

    #[test]
    fn formats_are_found_or_listed() {
        assert_eq!(by_path(Path::new("a/b.TAB")).unwrap().name, "tsv");
        let error = by_name("jsnl").map(|f| f.name).unwrap_err();
        assert_eq!(error.to_string(), "unknown format `jsnl`");
        assert_eq!(
            error.help().unwrap(),
            "did you mean `jsonl`? the formats are `csv`, `tsv`, `json`, `jsonl`, `junit`, `github`"
        );
        assert_eq!(
            by_path(Path::new("out.xyz")).map(|f| f.name).unwrap_err().to_string(),
            "`out.xyz` does not say its format"
        );
    }
}
