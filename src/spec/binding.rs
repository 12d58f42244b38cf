//! Lists such as `x=1,y=2`, `v=[1,2],x=pi/4`, `northeast=1,1` and `x=-2:2:41`: what flags and options are written in.

use super::error::SpecError;
use super::place::Text;
use crate::error::{Located, Span};

/// One part of a list: `name=value`, or a value alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The name before `=` and where it stands.
    pub name: Option<(String, Span)>,
    /// The value's text.
    pub value: Piece,
}

/// A value: a text without commas of its own, or a list in brackets.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// The text between the commas, blanks around it left out.
    Text(Span),
    /// `[a, b]`; a matrix is a list of lists.
    List(Vec<Piece>, Span),
}

impl Piece {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Piece::Text(span) | Piece::List(_, span) => *span,
        }
    }
}

/// Splits at commas outside brackets and parentheses. `name=` is a name only if it is one; `==`, `<=`, `>=` and `!=`
/// are comparisons. Fails at empty parts and at brackets that do not match.
pub fn bindings(text: &Text) -> Result<Vec<Binding>, Located> {
    let whole = Span::new(0, text.text.len());
    let mut found = Vec::new();
    for part in split(text, whole, ',')? {
        let piece = trimmed(&text.text, part);
        if piece.start == piece.end {
            let message = "a value is missing here".to_string();
            return Err(bad(text, message, "write values between commas: x=1,y=2", part.start, part.end + 1));
        }
        let (name, value) = match name_before_equals(&text.text[piece.range()]) {
            Some((name, after)) => {
                let start = piece.start;
                (Some((name.to_string(), Span::new(start, start + name.len()))), Span::new(start + after, piece.end))
            }
            None => (None, piece),
        };
        let value = trimmed(&text.text, value);
        if value.start == value.end {
            let name = &text.text[piece.range()];
            let message = format!("`{name}` has no value");
            return Err(bad(text, message, "write a number after =, as in x=1", piece.start, piece.end));
        }
        found.push(Binding { name, value: self::piece(text, value)? });
    }
    Ok(found)
}

/// Splits `from:to:count` and the like at `sep` outside brackets; blanks around the parts are left out.
pub fn parts(text: &Text, span: Span, sep: char) -> Result<Vec<Span>, Located> {
    Ok(split(text, span, sep)?.into_iter().map(|s| trimmed(&text.text, s)).collect())
}

// Depth is bounded by the bracket check in `split`: a matrix is two deep.
fn piece(text: &Text, span: Span) -> Result<Piece, Located> {
    let inner = &text.text[span.range()];
    if !(inner.starts_with('[') && inner.ends_with(']')) {
        return Ok(Piece::Text(span));
    }
    let inside = Span::new(span.start + 1, span.end - 1);
    let mut items = Vec::new();
    for part in split(text, inside, ',')? {
        let part = trimmed(&text.text, part);
        if part.start == part.end {
            let message = "a value is missing here".to_string();
            return Err(bad(text, message, "write values between commas: v=[1,2]", part.start, part.end + 1));
        }
        items.push(piece(text, part)?);
    }
    Ok(Piece::List(items, span))
}

fn split(text: &Text, span: Span, sep: char) -> Result<Vec<Span>, Located> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut start = span.start;
    let mut found = Vec::new();
    for (i, c) in text.text[span.range()].char_indices() {
        let i = i + span.start;
        match c {
            '(' | '[' => {
                open.push((if c == '(' { ')' } else { ']' }, i));
                let squares = open.iter().filter(|(close, _)| *close == ']').count();
                if squares > 2 {
                    let message = "brackets are nested too deep".to_string();
                    return Err(bad(text, message, "a vector is [1,2], a matrix [[1,2],[3,4]]", i, i + 1));
                }
            }
            ')' | ']' => {
                let opened = open.pop().map(|(close, _)| close);
                if opened != Some(c) {
                    return Err(bad(
                        text,
                        format!("`{c}` closes nothing"),
                        "take it away, or open it before",
                        i,
                        i + 1,
                    ));
                }
            }
            c if c == sep && open.is_empty() => {
                found.push(Span::new(start, i));
                start = i + c.len_utf8();
            }
            _ => {}
        }
    }
    if let Some((close, at)) = open.pop() {
        return Err(bad(text, format!("this is never closed by `{close}`"), "close it", at, at + 1));
    }
    found.push(Span::new(start, span.end));
    Ok(found)
}

fn trimmed(text: &str, span: Span) -> Span {
    let inner = &text[span.range()];
    let start = span.start + inner.len() - inner.trim_start().len();
    Span::new(start, start + inner.trim().len())
}

/// `x = 1` is (`x`, the byte after `=`); `x == 1` and `2*x = 1` are none.
fn name_before_equals(text: &str) -> Option<(&str, usize)> {
    let equals = text.find('=')?;
    let name = text[..equals].trim_end();
    (is_name(name) && !text[equals + 1..].starts_with('=')).then_some((name, equals + 1))
}

/// Letters, digits and `_`, no digit first.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

fn bad(text: &Text, message: String, help: &str, start: usize, end: usize) -> Located {
    let end = end.min(text.text.len());
    text.locate(SpecError::BadList { message, help: help.to_string(), at: Span::new(start.min(end), end) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::place::{Origin, Place};

    fn text(s: &str) -> Text {
        Text { text: s.to_string(), place: Place::whole(Origin::command_line("--at", s)), key: "grad.at".to_string() }
    }

    fn read(s: &str) -> Vec<(Option<String>, String)> {
        let found = bindings(&text(s)).unwrap();
        found.into_iter().map(|b| (b.name.map(|(n, _)| n), s[b.value.span().range()].to_string())).collect()
    }

    #[test]
    fn names_values_and_lists() {
        let named = |n: &str, v: &str| (Some(n.to_string()), v.to_string());
        assert_eq!(read("x=1, y = -2"), [named("x", "1"), named("y", "-2")]);
        assert_eq!(read("v=[1,2],x=max(1,2)"), [named("v", "[1,2]"), named("x", "max(1,2)")]);
        assert_eq!(read("-1,0"), [(None, "-1".to_string()), (None, "0".to_string())]);
        assert_eq!(read("x==1"), [(None, "x==1".to_string())]);
        let matrix = bindings(&text("W=[[1,2],[3,4]]")).unwrap();
        let Piece::List(rows, _) = &matrix[0].value else { panic!("no list: {matrix:?}") };
        assert!(matches!(&rows[1], Piece::List(row, _) if row.len() == 2));
    }

    #[test]
    fn faults_have_their_place() {
        let fault = |s: &str| bindings(&text(s)).unwrap_err().to_string();
        assert_eq!(fault("x=1,,y=2"), "--at:1:5: a value is missing here");
        assert_eq!(fault(""), "--at:1:1: a value is missing here");
        assert_eq!(fault("x="), "--at:1:1: `x=` has no value");
        assert_eq!(fault("v=[1,2"), "--at:1:3: this is never closed by `]`");
        assert_eq!(fault("v=1]"), "--at:1:4: `]` closes nothing");
        assert_eq!(fault("v=[[[1]]]"), "--at:1:5: brackets are nested too deep");
    }
}
