//! Workflow commands of GitHub Actions, which annotate the lines of a change: written as a whole, by the verbs that have answers
//! to report.

use super::Format;

/// The registry's entry.
pub static ENTRY: Format = Format {
    name: "github",
    extensions: &[],
    doc: "Workflow annotations of GitHub Actions, a line for each fault; gradcheck alone writes it.",
    rows: None,
};
