//! Patterns of columns, and of files and folders, as a shell has them: `*`, `?`, `[12]`, `[a-z]`, `[!a-z]`.

use super::problem::PlanError;
use std::path::{Component, Path, PathBuf};

/// Whether a text can be a pattern. What has such a text for its name comes first: a column `x[1]` is asked for by it.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether a name fits a pattern.
pub fn matches(pattern: &str, name: &str) -> bool {
    fits(&pieces(pattern), name)
}

/// What fits one letter, or many.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Many,
    One,
    Letter(char),
    /// Letters from .. to; or all but those.
    Class(bool, Vec<(char, char)>),
}

impl Piece {
    fn takes(&self, c: char) -> bool {
        match self {
            Piece::Many => false,
            Piece::One => true,
            Piece::Letter(letter) => *letter == c,
            Piece::Class(inside, ranges) => ranges.iter().any(|(a, b)| (*a..=*b).contains(&c)) == *inside,
        }
    }
}

fn plain(c: char) -> Piece {
    match c {
        '*' => Piece::Many,
        '?' => Piece::One,
        c => Piece::Letter(c),
    }
}

/// The pieces of a pattern. A bracket that is never closed is a letter.
fn pieces(pattern: &str) -> Vec<Piece> {
    let letters: Vec<char> = pattern.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let class = if letters[at] == '[' { class(&letters[at + 1..]) } else { None };
        match class {
            Some((piece, length)) => {
                found.push(piece);
                at += 1 + length;
            }
            None => {
                found.push(plain(letters[at]));
                at += 1;
            }
        }
    }
    found
}

/// The class that begins behind a bracket, and how many letters it has with the closing one. A `]` at its beginning is a letter.
fn class(letters: &[char]) -> Option<(Piece, usize)> {
    let inside = !matches!(letters.first(), Some('!' | '^'));
    let start = usize::from(!inside);
    let end = start + 1 + letters.get(start + 1..)?.iter().position(|c| *c == ']')?;
    let (mut ranges, mut at) = (Vec::new(), start);
    while at < end {
        let range = at + 2 < end && letters[at + 1] == '-';
        ranges.push((letters[at], letters[if range { at + 2 } else { at }]));
        at += if range { 3 } else { 1 };
    }
    Some((Piece::Class(inside, ranges), end + 1))
}

/// By two pointers and one place to come back to.
fn fits(pattern: &[Piece], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p).is_some_and(|piece| piece.takes(name[n])) {
            p += 1;
            n += 1;
        } else if pattern.get(p) == Some(&Piece::Many) {
            back = Some((p, n));
            p += 1;
        } else if let Some((star, at)) = back {
            back = Some((star, at + 1));
            p = star + 1;
            n = at + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|piece| *piece == Piece::Many)
}

/// The files that a list of names and patterns means. What exists under the name as it stands is that file; names that a pattern
/// finds are in their own order, folder by folder. Fails with `NoFile`.
pub fn files(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, PlanError> {
    let mut found = Vec::new();
    for path in paths {
        if !is_pattern(&path.to_string_lossy()) || path.exists() {
            found.push(path);
            continue;
        }
        let fitting = search(&path);
        if fitting.is_empty() {
            return Err(PlanError::NoFile { pattern: path.display().to_string() });
        }
        found.extend(fitting);
    }
    Ok(found)
}

fn search(path: &Path) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::new()];
    for part in path.components() {
        let text = part.as_os_str().to_string_lossy();
        let pattern = matches!(part, Component::Normal(_)) && is_pattern(&text);
        folders = (folders.into_iter())
            .flat_map(|folder| {
                let literal = folder.join(part);
                if !pattern || literal.exists() { vec![literal] } else { inside(&folder, &text) }
            })
            .collect();
    }
    folders.retain(|path| path.exists());
    folders
}

/// What fits in a folder. Hidden names want a pattern that begins with a point.
fn inside(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let pieces = pieces(pattern);
    let entries = std::fs::read_dir(here).into_iter().flatten().flatten().map(|e| e.file_name());
    let mut names: Vec<_> = entries
        .filter(|name| {
            let name = name.to_string_lossy();
            name.starts_with('.') == pattern.starts_with('.') && fits(&pieces, &name)
        })
        .collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_fit() {
        for (pattern, name, want) in [
            ("s*", "s1", true),
            ("s*", "as", false),
            ("*_error", "area_error", true),
            ("*_error", "area_err", false),
            ("s?", "s10", false),
            ("s?", "sé", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "abab", true),
            ("*", "", true),
            ("", "x", false),
            ("x[1]*", "x[1]y", false),
            ("x[1]*", "x1y", true),
            ("x[[]1]*", "x[1]y", true),
            ("part[12].csv", "part1.csv", true),
            ("part[12].csv", "part3.csv", false),
            ("part[!12].csv", "part3.csv", true),
            ("part[^12].csv", "part1.csv", false),
            ("p[a-cx-]", "pb", true),
            ("p[a-cx-]", "p-", true),
            ("p[a-cx-]", "pd", false),
            ("p[]]", "p]", true),
            ("p[a", "p[a", true),
            ("*[0-9].csv", "a-10.csv", true),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }
}
