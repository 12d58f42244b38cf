//! Tokens of a formula with their places; everything that is not mathematics is refused here. Uses `error`.

use super::BinaryOp;
use super::error::{ParseError, shorten};
use super::{number, symbols};
use crate::error::Span;

/// The smallest meaningful part of a formula.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(f64),
    /// A name, `math::` removed.
    Name(&'a str),
    /// An operator between operands; `-` and `+` may turn out to be signs.
    Operator(BinaryOp),
    /// `!`
    Not,
    Open,
    Close,
    Comma,
}

impl Token<'_> {
    /// How an operator, parenthesis or comma is written; an operand has no such word.
    pub(super) fn symbol(&self) -> &'static str {
        match self {
            Token::Operator(op) => op.symbol(),
            Token::Not => "!",
            Token::Open => "(",
            Token::Close => ")",
            Token::Comma => ",",
            Token::Number(_) | Token::Name(_) => "operand",
        }
    }
}

/// Those that may stand before `=`, `*`, `/`, `<` or `>` come here; the rest is `plain_operator`'s.
const OPERATORS: &[(&str, Token<'static>)] = &[
    ("<=", Token::Operator(BinaryOp::Le)),
    (">=", Token::Operator(BinaryOp::Ge)),
    ("==", Token::Operator(BinaryOp::Eq)),
    ("!=", Token::Operator(BinaryOp::Ne)),
    ("&&", Token::Operator(BinaryOp::And)),
    ("||", Token::Operator(BinaryOp::Or)),
    ("<", Token::Operator(BinaryOp::Lt)),
    (">", Token::Operator(BinaryOp::Gt)),
    ("+", Token::Operator(BinaryOp::Add)),
    ("-", Token::Operator(BinaryOp::Sub)),
    ("*", Token::Operator(BinaryOp::Mul)),
    ("/", Token::Operator(BinaryOp::Div)),
    ("^", Token::Operator(BinaryOp::Pow)),
    ("!", Token::Not),
];

/// Reads a text token by token.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The token before, if it was a name: `x[1]` is an index.
    name: Option<Span>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Lexer { text, at: 0, name: None }
    }

    /// The next token, or nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Token<'a>, Span)>, ParseError> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t', '\n', '\r']);
        self.at = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(None) };

        let start = self.at;
        let (token, end) = if first.is_ascii_digit() || (first == '.' && starts_with_digit(&rest[1..])) {
            let (value, end) = number::scan(self.text, start)?;
            (Token::Number(value), end)
        } else if begins_name(first) {
            self.scan_name(start)?
        } else if first == '`' {
            self.scan_quoted(start)?
        } else {
            let (token, length) = self.scan_symbol(rest)?;
            (token, start + length)
        };
        self.at = end;
        let span = Span::new(start, end);
        self.name = matches!(token, Token::Name(_)).then_some(span);
        Ok(Some((token, span)))
    }

    fn scan_name(&self, start: usize) -> Result<(Token<'a>, usize), ParseError> {
        let end = self.name_end(start);
        let name = &self.text[start..end];
        if self.text[end..].starts_with("::") {
            let last = self.name_end(end + 2);
            if name == "math" && last > end + 2 && !self.text[last..].starts_with("::") {
                return Ok((Token::Name(&self.text[end + 2..last]), last));
            }
            return Err(self.prefix(start));
        }
        if ["inf", "infinity", "nan"].iter().any(|w| name.eq_ignore_ascii_case(w)) {
            return Err(ParseError::NonFinite { name: name.into(), at: Span::new(start, end) });
        }
        Ok((Token::Name(name), end))
    }

    /// A name in backquotes, as in R: any text but a backquote, for columns such as `living area`.
    fn scan_quoted(&self, start: usize) -> Result<(Token<'a>, usize), ParseError> {
        let inside = &self.text[start + 1..];
        match inside.find('`') {
            Some(length) if !inside[..length].trim().is_empty() => {
                Ok((Token::Name(&inside[..length]), start + length + 2))
            }
            found => Err(ParseError::Symbol {
                found: if found.is_some() { "a name without letters" } else { "a backquote without another" }.into(),
                instead: "write a name between two: `living area`".into(),
                at: Span::new(start, start + found.map_or(1, |length| length + 2)),
            }),
        }
    }

    /// One past the name at `start`; `start` itself if there is none.
    fn name_end(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        if !rest.starts_with(begins_name) {
            return start;
        }
        start + rest.find(|c| !continues_name(c)).unwrap_or(rest.len())
    }

    /// The error for a path from `start` on: names joined by `::`.
    fn prefix(&self, start: usize) -> ParseError {
        let rest = &self.text[start..];
        let end = start + rest.find(|c| !(continues_name(c) || c == ':')).unwrap_or(rest.len());
        ParseError::Prefix { name: shorten(&self.text[start..end]), at: Span::new(start, end) }
    }

    fn scan_symbol(&self, rest: &str) -> Result<(Token<'a>, usize), ParseError> {
        let start = self.at;
        if let Some(token) = plain_operator(rest.as_bytes()) {
            return Ok((token, 1));
        }
        if rest.starts_with(['[', ']', '{', '}']) {
            return Err(self.bracket(rest));
        }
        if rest.starts_with("::") {
            return Err(self.prefix(start));
        }
        if let Some(operator) = symbols::assignment(rest) {
            return Err(ParseError::Assignment {
                operator: operator.into(),
                at: Span::new(start, start + operator.len()),
            });
        }
        // `&&` and `||` are ours though `&` and `|` are foreign; `**`, `//` and `!==` are foreign though they begin like ours
        if !(rest.starts_with("&&") || rest.starts_with("||"))
            && let Some((symbol, instead)) = symbols::foreign(rest)
        {
            let at = Span::new(start, start + symbol.len());
            return Err(ParseError::Symbol { found: format!("`{symbol}`"), instead, at });
        }
        if let Some((symbol, token)) = OPERATORS.iter().find(|(s, _)| rest.starts_with(s)) {
            return Ok((*token, symbol.len()));
        }
        let Some(c) = rest.chars().next() else { return Err(ParseError::Empty { at: Span::new(start, start) }) };
        let at = Span::new(start, start + c.len_utf8());
        if symbols::invisible(c) {
            let instead = if c.is_whitespace() { "write a plain blank" } else { "delete it" };
            return Err(ParseError::Symbol {
                found: format!("the character U+{:04X}", c as u32),
                instead: instead.into(),
                at,
            });
        }
        let instead =
            "formulas are made of numbers, names, `+ - * / ^`, comparisons, `&& || !`, parentheses and commas";
        Err(ParseError::Symbol { found: format!("`{c}`"), instead: instead.into(), at })
    }

    /// The error for a bracket or brace, which is the whole `x[1]` where an index is meant.
    fn bracket(&self, rest: &str) -> ParseError {
        const FAR: usize = 60; // an index longer than this is not repeated in a message
        let near = rest.char_indices().nth(FAR).map_or(rest, |(i, _)| &rest[..i]);
        if let (Some(name), true, Some(close)) = (self.name, rest.starts_with('['), near.find(']')) {
            let inside = rest[1..close].trim();
            let at = Span::new(name.start, self.at + close + 1);
            if !inside.is_empty() && !inside.contains(['[', '\n', '\r']) {
                let instead = format!("{}({})", &self.text[name.range()], inside);
                return ParseError::Bracket { found: shorten(&self.text[at.range()]), instead: Some(instead), at };
            }
        }
        ParseError::Bracket { found: rest[..1].into(), instead: None, at: Span::new(self.at, self.at + 1) }
    }
}

/// The operator of one byte that `bytes` begin with, if the next byte shows that no longer symbol, ours or foreign, begins
/// here: most of any formula, and found without searching the tables.
fn plain_operator(bytes: &[u8]) -> Option<Token<'static>> {
    let longer = matches!(bytes.get(1), Some(b'=' | b'*' | b'/' | b'<' | b'>'));
    match bytes.first()? {
        b'(' => Some(Token::Open),
        b')' => Some(Token::Close),
        b',' => Some(Token::Comma),
        _ if longer => None,
        b'+' => Some(Token::Operator(BinaryOp::Add)),
        b'-' => Some(Token::Operator(BinaryOp::Sub)),
        b'*' => Some(Token::Operator(BinaryOp::Mul)),
        b'/' => Some(Token::Operator(BinaryOp::Div)),
        b'^' => Some(Token::Operator(BinaryOp::Pow)),
        b'<' => Some(Token::Operator(BinaryOp::Lt)),
        b'>' => Some(Token::Operator(BinaryOp::Gt)),
        b'!' => Some(Token::Not),
        _ => None,
    }
}

fn starts_with_digit(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_digit())
}

fn begins_name(c: char) -> bool {
    // raised letters such as ⁿ are alphabetic to Unicode, but `xⁿ` is meant as a power
    c == '_' || c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphabetic() && symbols::superscript(c).is_none())
}

/// Whether a name can stand in a formula without backquotes, as a letter's or an element's: `x`, `x(1)`, `W(1, 2)`.
pub(crate) fn is_plain(name: &str) -> bool {
    let (head, index) = name.split_once('(').map_or((name, None), |(head, index)| (head, Some(index)));
    let index = index
        .is_none_or(|i| i.ends_with(')') && i[..i.len() - 1].chars().all(|c| c.is_ascii_digit() || ", ".contains(c)));
    index && head.starts_with(begins_name) && head.chars().all(continues_name)
}

fn continues_name(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit()
}
