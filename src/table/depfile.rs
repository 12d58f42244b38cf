//! What a result was made from, as Make reads it.

use std::path::{Path, PathBuf};

/// `targets: inputs`, and an empty rule for each input, so that Make does not stop when one was deleted (as gcc -MP).
///
/// Names as gcc writes them. Make has no way to say a name with a line break, a `;`, a `=` or a `|`.
pub fn depfile(targets: &[PathBuf], inputs: &[PathBuf]) -> String {
    let words = |paths: &[PathBuf], target| paths.iter().map(|p| escape(p, target)).collect::<Vec<_>>().join(" ");
    let mut out = format!("{}: {}\n", words(targets, true), words(inputs, false));
    for input in inputs {
        out.push_str(&format!("\n{}:\n", escape(input, true)));
    }
    out
}

/// A path as GNU Make takes it for one word. A backslash is a plain letter to it unless something that it can escape
/// follows: only then are backslashes doubled. `%` makes a pattern of a target, and is nothing special elsewhere.
fn escape(path: &Path, target: bool) -> String {
    let mut out = String::new();
    let mut backslashes = 0;
    for c in path.display().to_string().chars() {
        let special = matches!(c, ' ' | '\t' | '#' | ':' | '*' | '?' | '[') || target && c == '%';
        if special {
            out.push_str(&"\\".repeat(backslashes + 1));
        } else if c == '$' {
            out.push('$');
        }
        out.push(c);
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
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

    #[test]
    fn names_are_escaped_as_make_undoes_it() {
        // Each tried with GNU Make 4: as prerequisite and as target.
        for (name, prerequisite, target) in [
            ("run 10:30.csv", r"run\ 10\:30.csv", r"run\ 10\:30.csv"),
            (r"a\b.csv", r"a\b.csv", r"a\b.csv"),
            (r"a\ b.csv", r"a\\\ b.csv", r"a\\\ b.csv"),
            (r"a\#b.csv", r"a\\\#b.csv", r"a\\\#b.csv"),
            ("5%.csv", "5%.csv", r"5\%.csv"),
            ("a*[b]?.csv", r"a\*\[b]\?.csv", r"a\*\[b]\?.csv"),
        ] {
            assert_eq!(escape(Path::new(name), false), prerequisite);
            assert_eq!(escape(Path::new(name), true), target);
        }
    }
}
