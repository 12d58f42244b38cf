//! What can be wrong with a table that is read.

use crate::error::{Diagnose, Exit, nearest};
use crate::numeric::text::count;
use std::io;
use std::sync::Arc;

/// Why the text of a cell is not taken as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// Words, or anything else.
    Text,
    /// `1,5`
    DecimalComma,
    /// `1_000` or `1,234,567`
    Grouped,
    /// `0x1f`
    Hexadecimal,
    /// `12%`
    Percent,
    /// `1e400`: a number, but too large for an f64.
    TooLarge,
    /// Bytes that are no UTF-8.
    NotUtf8,
}

/// An error of this room. `file` is what messages call the input: its path as given, or `stdin`.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The input cannot be opened or read.
    #[error("cannot read `{file}`: {reason}")]
    CannotRead {
        /// The input.
        file: Arc<str>,
        /// The system's words.
        reason: String,
    },
    /// Not even a header.
    #[error("`{file}` is empty")]
    Empty {
        /// The input.
        file: Arc<str>,
    },
    /// The first bytes are those of something else than a table of text.
    #[error("`{file}` is {what}, not a table of text")]
    NotText {
        /// The input.
        file: Arc<str>,
        /// What it is: `a gzip archive`.
        what: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A column's name is no UTF-8.
    #[error("{file}:{line}: the name of column {column} is not UTF-8: `{shown}`")]
    HeaderNotUtf8 {
        /// The input.
        file: Arc<str>,
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// The name, what cannot be read replaced.
        shown: String,
    },
    /// Two columns have one name.
    #[error("{file}:{line}: the header has `{name}` twice: columns {first} and {second}")]
    DuplicateColumn {
        /// The input.
        file: Arc<str>,
        /// The line, from 1.
        line: u64,
        /// The name.
        name: String,
        /// The first column that has it, from 1.
        first: usize,
        /// The second, from 1.
        second: usize,
    },
    /// A wanted column is not there.
    #[error("`{file}` has no column `{name}`")]
    NoSuchColumn {
        /// The input.
        file: Arc<str>,
        /// The name asked for.
        name: String,
        /// The names there are.
        names: Vec<String>,
        /// What the file's delimiter seems to be, where it is not the one in use.
        delimiter: Option<char>,
    },
    /// A row has more or fewer cells than the header.
    #[error("{file}:{line}: {}, where the header has {expected}", count(*found, "cell"))]
    Ragged {
        /// The input.
        file: Arc<str>,
        /// The line on which the row begins, from 1.
        line: u64,
        /// Columns of the header.
        expected: usize,
        /// Cells of the row.
        found: usize,
        /// What the file's delimiter seems to be, where it is not the one in use.
        delimiter: Option<char>,
    },
    /// The file ends inside quotes.
    #[error("{file}:{line}: a quote is opened in this row and never closed")]
    OpenQuote {
        /// The input.
        file: Arc<str>,
        /// The line on which the row begins, from 1.
        line: u64,
    },
    /// A row longer than any sane one: most likely a quote that is never closed.
    #[error("{file}:{line}: this row is longer than {limit} bytes; is there a quote that is never closed?")]
    LongRow {
        /// The input.
        file: Arc<str>,
        /// The line on which the row begins, from 1.
        line: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A wanted cell has no value, and the policy is to refuse that.
    #[error("{file}:{line}: column `{column}` is {}", if cell.is_empty() { "empty".to_string() } else { format!("`{cell}`") })]
    Missing {
        /// The input.
        file: Arc<str>,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there: nothing, `NaN` or `NA`.
        cell: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// A wanted cell holds something else than a number.
    #[error("{file}:{line}: column `{column}` is {}: `{cell}`", fault(*why))]
    NotANumber {
        /// The input.
        file: Arc<str>,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there, cut to a bearable length.
        cell: String,
        /// What is wrong with it.
        why: NotANumber,
    },
}

fn fault(why: NotANumber) -> &'static str {
    match why {
        NotANumber::TooLarge => "out of range",
        NotANumber::NotUtf8 => "not UTF-8",
        _ => "not a number",
    }
}

impl Diagnose for TableError {
    fn exit(&self) -> Exit {
        match self {
            TableError::CannotRead { .. } => Exit::World,
            _ => Exit::Request,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            TableError::CannotRead { reason, .. } if reason.contains("deflate stream") => {
                Some("the compressed file is damaged or its end is missing: `gzip -t` tests it".into())
            }
            TableError::Empty { .. } => Some("the first line names the columns".into()),
            TableError::NotText { remedy, .. } => Some(remedy.to_string()),
            TableError::HeaderNotUtf8 { .. } => {
                Some("convert the file, for instance with `iconv -f latin1 -t utf8`".into())
            }
            TableError::DuplicateColumn { .. } => Some("rename one of them".into()),
            TableError::NoSuchColumn { names, delimiter: Some(c), .. } => Some(other_delimiter(names.first()?, *c)),
            TableError::NoSuchColumn { name, names, .. } => {
                let near = nearest(name, names.iter().map(String::as_str));
                let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
                Some(format!("{near}the columns are {}", listed(names)))
            }
            TableError::Ragged { delimiter: Some(c), .. } => {
                Some(format!("is the delimiter {}? the header is one column", spoken(*c)))
            }
            TableError::Ragged { .. } => Some("cells that contain the delimiter stand in quotes".into()),
            TableError::OpenQuote { .. } => Some("a quote inside a quoted cell is written twice: \"\"".into()),
            TableError::Missing { advice, .. } => Some((*advice).into()),
            TableError::NotANumber { why, .. } => match why {
                NotANumber::DecimalComma => Some("write a decimal point: `1.5`".into()),
                NotANumber::Grouped => Some("write the digits without separators: `1000000`".into()),
                NotANumber::Hexadecimal => Some("write it as a decimal number".into()),
                NotANumber::Percent => Some("write it without the sign".into()),
                NotANumber::TooLarge => Some("the largest number is about 1.8e308; `inf` says infinity".into()),
                NotANumber::NotUtf8 | NotANumber::Text => {
                    Some("a value that is missing is written as an empty cell, `NA` or `NaN`".into())
                }
            },
            _ => None,
        }
    }
}

fn other_delimiter(header: &str, c: char) -> String {
    format!("the header is one column, `{}`: is the delimiter {}?", cut(header.as_bytes()), spoken(c))
}

fn spoken(delimiter: char) -> String {
    if delimiter == '\t' { "a tab".into() } else { format!("`{delimiter}`") }
}

/// `a`, `b`, `c`: the first of them, where there are many. Columns without a name are left out: nobody can ask for them.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let names: Vec<&String> = names.iter().filter(|n| !n.is_empty()).collect();
    let mut text = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

/// A cell as a message shows it: control characters escaped, at most 40 characters.
pub(crate) fn cut(cell: &[u8]) -> String {
    const SHOWN: usize = 40;
    // Four bytes a character at most: a cell of a megabyte is not decoded for the sake of its beginning.
    let head = &cell[..cell.len().min(4 * (SHOWN + 1))];
    let text = String::from_utf8_lossy(head);
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().count() > SHOWN {
        shown.push_str("...");
    }
    shown.replace("\\\"", "\"").replace("\\'", "'")
}

/// The system's words, without its number and without a capital.
pub(crate) fn reason(e: &io::Error) -> String {
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_says_what_where_and_what_to_do() {
        let file: Arc<str> = "houses.csv".into();
        let f = || file.clone();
        let names = || vec!["area".to_string(), "price".to_string()];
        let number = |cell: &str, why| TableError::NotANumber {
            file: f(),
            line: 7,
            column: "area".into(),
            cell: cell.into(),
            why,
        };
        let cases: Vec<(TableError, &str, Option<&str>, Exit)> = vec![
            (
                TableError::CannotRead { file: f(), reason: "no such file or directory".into() },
                "cannot read `houses.csv`: no such file or directory",
                None,
                Exit::World,
            ),
            (
                TableError::Empty { file: f() },
                "`houses.csv` is empty",
                Some("the first line names the columns"),
                Exit::Request,
            ),
            (
                TableError::NotText { file: f(), what: "a gzip archive", remedy: "unpack it first" },
                "`houses.csv` is a gzip archive, not a table of text",
                Some("unpack it first"),
                Exit::Request,
            ),
            (
                TableError::HeaderNotUtf8 { file: f(), line: 1, column: 2, shown: "gr\u{fffd}sse".into() },
                "houses.csv:1: the name of column 2 is not UTF-8: `gr\u{fffd}sse`",
                Some("convert the file, for instance with `iconv -f latin1 -t utf8`"),
                Exit::Request,
            ),
            (
                TableError::DuplicateColumn { file: f(), line: 1, name: "area".into(), first: 2, second: 5 },
                "houses.csv:1: the header has `area` twice: columns 2 and 5",
                Some("rename one of them"),
                Exit::Request,
            ),
            (
                TableError::NoSuchColumn { file: f(), name: "aera".into(), names: names(), delimiter: None },
                "`houses.csv` has no column `aera`",
                Some("did you mean `area`? the columns are `area`, `price`"),
                Exit::Request,
            ),
            (
                TableError::NoSuchColumn {
                    file: f(),
                    name: "area".into(),
                    names: vec!["area;price".into()],
                    delimiter: Some(';'),
                },
                "`houses.csv` has no column `area`",
                Some("the header is one column, `area;price`: is the delimiter `;`?"),
                Exit::Request,
            ),
            (
                TableError::Ragged { file: f(), line: 9, expected: 2, found: 3, delimiter: None },
                "houses.csv:9: 3 cells, where the header has 2",
                Some("cells that contain the delimiter stand in quotes"),
                Exit::Request,
            ),
            (
                TableError::Ragged { file: f(), line: 9, expected: 1, found: 3, delimiter: Some('\t') },
                "houses.csv:9: 3 cells, where the header has 1",
                Some("is the delimiter a tab? the header is one column"),
                Exit::Request,
            ),
            (
                TableError::OpenQuote { file: f(), line: 9 },
                "houses.csv:9: a quote is opened in this row and never closed",
                Some("a quote inside a quoted cell is written twice: \"\""),
                Exit::Request,
            ),
            (
                TableError::LongRow { file: f(), line: 9, limit: 1000 },
                "houses.csv:9: this row is longer than 1000 bytes; is there a quote that is never closed?",
                None,
                Exit::Request,
            ),
            (
                TableError::Missing {
                    file: f(),
                    line: 1042,
                    column: "area".into(),
                    cell: String::new(),
                    advice: "leave it out",
                },
                "houses.csv:1042: column `area` is empty",
                Some("leave it out"),
                Exit::Request,
            ),
            (
                TableError::Missing {
                    file: f(),
                    line: 3,
                    column: "area".into(),
                    cell: "NA".into(),
                    advice: "leave it out",
                },
                "houses.csv:3: column `area` is `NA`",
                Some("leave it out"),
                Exit::Request,
            ),
            (
                number("large", NotANumber::Text),
                "houses.csv:7: column `area` is not a number: `large`",
                Some("a value that is missing is written as an empty cell, `NA` or `NaN`"),
                Exit::Request,
            ),
            (
                number("1,5", NotANumber::DecimalComma),
                "houses.csv:7: column `area` is not a number: `1,5`",
                Some("write a decimal point: `1.5`"),
                Exit::Request,
            ),
            (
                number("1_000", NotANumber::Grouped),
                "houses.csv:7: column `area` is not a number: `1_000`",
                Some("write the digits without separators: `1000000`"),
                Exit::Request,
            ),
            (
                number("0x10", NotANumber::Hexadecimal),
                "houses.csv:7: column `area` is not a number: `0x10`",
                Some("write it as a decimal number"),
                Exit::Request,
            ),
            (
                number("12%", NotANumber::Percent),
                "houses.csv:7: column `area` is not a number: `12%`",
                Some("write it without the sign"),
                Exit::Request,
            ),
            (
                number("1e400", NotANumber::TooLarge),
                "houses.csv:7: column `area` is out of range: `1e400`",
                Some("the largest number is about 1.8e308; `inf` says infinity"),
                Exit::Request,
            ),
            (
                number("\u{fffd}", NotANumber::NotUtf8),
                "houses.csv:7: column `area` is not UTF-8: `\u{fffd}`",
                Some("a value that is missing is written as an empty cell, `NA` or `NaN`"),
                Exit::Request,
            ),
        ];
        for (error, text, help, exit) in cases {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.help().as_deref(), help, "{text}");
            assert_eq!(error.exit(), exit, "{text}");
        }
    }

    #[test]
    fn long_cells_are_cut_and_control_characters_escaped() {
        assert_eq!(cut(b"a\n\"b\""), "a\\n\"b\"");
        assert_eq!(cut("é".repeat(1000).as_bytes()), "é".repeat(40) + "...");
        assert_eq!(cut(&[b'a', 0xff]), "a\u{fffd}");
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..100).map(|i| format!("c{i}")).collect();
        assert!(listed(&names).ends_with("`c19` and 80 more"));
    }
}
