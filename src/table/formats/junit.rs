//! JUnit's XML, as CI servers read it: written as a whole, by the verbs that have answers to report.

use super::Format;

/// The registry's entry.
pub static ENTRY: Format = Format {
    name: "junit",
    extensions: &["xml"],
    doc: "JUnit XML with a test case for each coordinate, for CI servers; gradcheck alone writes it.",
    rows: None,
};
