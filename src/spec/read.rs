//! Reading the request: the spec's file or standard input, then each `--set` on top of it.

use super::error::SpecError;
use super::node::{Node, Table, Value, is_toml, parse_document, parse_value};
use super::place::{Origin, Place};
use crate::error::{Located, Source, Span};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the spec comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A file; paths in it are relative to its folder.
    File(PathBuf),
    /// Standard input; paths in it are relative to the current folder.
    Stdin,
}

/// The tree of a spec file. Fails with exit 3 where it cannot be read, with exit 2 where it is not TOML.
pub fn read(from: &From) -> Result<Node, Located> {
    let (name, bytes, folder) = match from {
        From::File(path) => {
            let bytes = std::fs::read(path).map_err(|e| Located::new(cannot_read(path, &e)))?;
            let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
            (path.display().to_string(), bytes, folder)
        }
        From::Stdin => {
            let mut bytes = Vec::new();
            let path = Path::new("standard input");
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| Located::new(cannot_read(path, &e)))?;
            ("standard input".to_string(), bytes, PathBuf::new())
        }
    };
    parse(&name, bytes, folder)
}

/// The tree of a spec's bytes; `name` is what messages call it.
pub fn parse(name: &str, bytes: Vec<u8>, folder: PathBuf) -> Result<Node, Located> {
    let text = String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        Located::new(SpecError::NotUtf8 { name: name.to_string(), line })
    })?;
    // A byte order mark is what some editors put before UTF-8; it is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    parse_document(&Arc::new(Origin { source: Source::new(name, text), folder: Some(folder) }))
}

fn cannot_read(path: &Path, e: &std::io::Error) -> SpecError {
    let name = path.display().to_string();
    let help = if e.kind() == std::io::ErrorKind::NotFound && name.contains(['^', '*', '(', '+']) {
        Some(format!("a formula is given with -f '{name}'"))
    } else {
        None
    };
    SpecError::CannotRead { path: path.to_path_buf(), reason: reason(e), help }
}

/// The system's words without its number: "no such file or directory".
pub fn reason(e: &std::io::Error) -> String {
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

/// Applies one `--set key.path=value`. The value is TOML; what TOML cannot read is a bare word, taken as a string,
/// unless it begins as an array, a table or a quoted string does.
pub fn set(tree: &mut Node, written: &str) -> Result<(), Located> {
    let origin = Origin::command_line("--set", written);
    let no_setting = || Place::whole(origin.clone()).locate(no_setting(written));
    let equals = equals_sign(written).ok_or_else(no_setting)?;
    let path = key_path(&written[..equals], &origin).ok_or_else(no_setting)?;
    let raw = &written[equals + 1..];
    let start = equals + 1 + (raw.len() - raw.trim_start().len());
    let part = Span::new(start, start + raw.trim().len());
    if part.start == part.end {
        return Err(no_setting());
    }
    let node = value_or_word(&origin, part)?;
    tree.set(&path, node)
}

/// A part of a command line's text as a TOML value, or as a bare word.
pub fn value_or_word(origin: &Arc<Origin>, part: Span) -> Result<Node, Located> {
    let word = &origin.source.text[part.range()];
    match parse_value(origin, part) {
        Ok(node) => Ok(node),
        // Numbers out of range are numbers, and what begins as an array is no word.
        Err(e) if is_toml(word) || word.starts_with(['[', '{', '"', '\'']) => Err(e),
        Err(_) => {
            Ok(Node { value: Value::Text(word.to_string()), place: Place { origin: origin.clone(), span: part } })
        }
    }
}

fn no_setting(written: &str) -> SpecError {
    SpecError::NotASetting { text: written.to_string(), at: Span::new(0, written.len()) }
}

/// The first `=` outside quotes.
fn equals_sign(text: &str) -> Option<usize> {
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(i),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

/// The steps of a dotted key, as TOML reads it.
fn key_path(text: &str, origin: &Arc<Origin>) -> Option<Vec<(String, Place)>> {
    // A whole line of TOML, so that quoting and dots mean what they mean in a file. A newline would begin another key.
    if text.contains(['\n', '\r', '#', '[', '{']) {
        return None;
    }
    let line = Arc::new(Origin { source: Source::new("--set", format!("{text}=0")), folder: None });
    let mut node = parse_document(&line).ok()?;
    let mut path = Vec::new();
    while let Value::Table(Table { entries }) = node.value {
        let (key, (place, value)) = entries.into_iter().next()?;
        path.push((key, Place { origin: origin.clone(), span: place.span }));
        node = value;
    }
    Some(path)
}
