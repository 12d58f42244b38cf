//! What a result was made from, as Make reads it.

use std::path::{Path, PathBuf};

/// `targets: inputs`, and an empty rule for each input, so that Make does not stop when one was deleted (as gcc -MP).
pub fn depfile(targets: &[PathBuf], inputs: &[PathBuf]) -> String {
    let words = |paths: &[PathBuf]| paths.iter().map(|p| escape(p)).collect::<Vec<_>>().join(" ");
    let mut out = format!("{}: {}\n", words(targets), words(inputs));
    for input in inputs {
        out.push_str(&format!("\n{}:\n", escape(input)));
    }
    out
}

/// A path as Make takes it for one word: blanks, `#` and backslashes escaped, `$` doubled.
fn escape(path: &Path) -> String {
    let mut out = String::new();
    for c in path.display().to_string().chars() {
        match c {
            ' ' | '#' | '\\' | '\t' => out.extend(['\\', c]),
            '$' => out.push_str("$$"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hurt_stay_one_word() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let text = depfile(&paths(&["out file.csv"]), &paths(&["a#1.toml", "$x.csv"]));
        assert_eq!(text, "out\\ file.csv: a\\#1.toml $$x.csv\n\na\\#1.toml:\n\n$$x.csv:\n");
    }
}
