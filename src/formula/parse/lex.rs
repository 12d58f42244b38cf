//! Tokens: numbers, names, operators, parentheses, commas, each with its place; operands and operators must alternate.

use super::BinaryOp;
use super::error::ParseError;
use crate::error::Span;

/// A part of the text that cannot be divided.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Name(String),
    /// A name straight before its opening parenthesis, which follows as [`Token::Open`].
    Call(String),
    Binary(BinaryOp),
    Negate,
    Not,
    Open,
    Close,
    Comma,
}

/// What may stand next.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Operand,
    Operator,
}

/// A parenthesis that is open.
struct Group {
    at: Span,
    /// Whether it holds a function's arguments.
    call: bool,
    /// Whether a comparison stands in it, with nothing looser after it.
    compared: bool,
}

/// The tokens of a text.
pub fn lex(text: &str) -> Result<Vec<(Token, Span)>, ParseError> {
    let mut tokens: Vec<(Token, Span)> = Vec::new();
    let mut expect = Expect::Operand;
    let mut groups = vec![Group { at: Span::default(), call: false, compared: false }];
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let rest = &text[at..];
        let span = |len: usize| Span::new(at, at + len);
        if c.is_ascii_digit() || c == '.' && rest[1..].starts_with(|d: char| d.is_ascii_digit()) {
            let len = number_length(rest);
            let value = number(&rest[..len], rest, span(len))?;
            operand(expect, &tokens, &rest[..len], span(len))?;
            tokens.push((Token::Number(value), span(len)));
            expect = Expect::Operator;
            at += len;
            continue;
        }
        if c.is_alphabetic() || c == '_' {
            let len = name_length(rest);
            let mut name = &rest[..len];
            let mut total = len;
            if name == "math" && rest[len..].starts_with("::") {
                total = len + 2 + name_length(&rest[len + 2..]);
                name = &rest[len + 2..total];
            }
            let whole = Span::new(at, at + total);
            if name.is_empty() || rest[total..].starts_with("::") {
                return Err(unknown("::", Span::new(at + total, at + total + 2)));
            }
            operand(expect, &tokens, name, whole)?;
            let lower = name.to_lowercase();
            if matches!(lower.as_str(), "inf" | "infinity" | "nan") {
                let help = "a formula has finite numbers only".to_string();
                return Err(ParseError::BadNumber { text: name.into(), help, at: whole });
            }
            at += total;
            let blanks = text[at..].len() - text[at..].trim_start().len();
            if text[at + blanks..].starts_with('(') {
                tokens.push((Token::Call(name.into()), whole));
                // the parenthesis follows as the operand's own
                let open = Span::new(at + blanks, at + blanks + 1);
                tokens.push((Token::Open, open));
                groups.push(Group { at: open, call: true, compared: false });
                at = open.end;
                expect = Expect::Operand;
            } else {
                tokens.push((Token::Name(name.into()), whole));
                expect = Expect::Operator;
            }
            continue;
        }
        let two = rest.get(..2).unwrap_or("");
        let three = rest.get(..3).unwrap_or("");
        match (two, three) {
            ("//", _) | ("/*", _) => {
                let write = "one operator; a formula has no comments";
                return Err(ParseError::UnknownOperator { text: two.into(), write, at: span(2) });
            }
            ("**", _) => return Err(ParseError::UnknownOperator { text: two.into(), write: "`^` for powers", at: span(2) }),
            ("+=" | "-=" | "*=" | "/=" | "^=" | "%=", _) | (_, "&&=" | "||=") => {
                return Err(ParseError::Assignment { at: span(if two.ends_with('=') { 2 } else { 3 }) });
            }
            _ => {}
        }
        let binary = match two {
            "<=" => Some((BinaryOp::Le, 2)),
            ">=" => Some((BinaryOp::Ge, 2)),
            "==" => Some((BinaryOp::Eq, 2)),
            "!=" => Some((BinaryOp::Ne, 2)),
            "&&" => Some((BinaryOp::And, 2)),
            "||" => Some((BinaryOp::Or, 2)),
            _ => match c {
                '+' => Some((BinaryOp::Add, 1)),
                '-' => Some((BinaryOp::Sub, 1)),
                '*' => Some((BinaryOp::Mul, 1)),
                '/' => Some((BinaryOp::Div, 1)),
                '^' => Some((BinaryOp::Pow, 1)),
                '<' => Some((BinaryOp::Lt, 1)),
                '>' => Some((BinaryOp::Gt, 1)),
                _ => None,
            },
        };
        if expect == Expect::Operand {
            match (c, binary) {
                ('-', _) => {
                    tokens.push((Token::Negate, span(1)));
                    at += 1;
                    continue;
                }
                ('!', None) => {
                    let last = tokens.last().map(|t| &t.0);
                    use BinaryOp::*;
                    if matches!(last, Some(Token::Binary(Add | Sub | Mul | Div | Pow)) | Some(Token::Negate)) {
                        return Err(ParseError::NotOfNumber { at: span(1) });
                    }
                    tokens.push((Token::Not, span(1)));
                    at += 1;
                    continue;
                }
                // a plus sign before the first operand of a group says nothing
                ('+', _) if matches!(tokens.last().map(|t| &t.0), None | Some(Token::Open | Token::Comma)) && !rest[1..].trim_start().starts_with(['+', '-', ')', ',']) => {
                    at += 1;
                    continue;
                }
                (_, Some((_, len))) => return Err(ParseError::MissingOperand { place: "before this operator", at: span(len) }),
                _ => {}
            }
        } else if let Some((op, len)) = binary {
            let group = groups.last_mut().expect("the outermost group is never popped");
            if op.is_comparison() {
                if group.compared {
                    return Err(ParseError::ChainedComparison { at: span(len) });
                }
                group.compared = true;
            } else if matches!(op, BinaryOp::And | BinaryOp::Or) {
                group.compared = false;
            }
            tokens.push((Token::Binary(op), span(len)));
            expect = Expect::Operand;
            at += len;
            continue;
        }
        match c {
            '(' => {
                if expect == Expect::Operator {
                    let help = "to multiply, write `*`".to_string();
                    return Err(ParseError::MissingOperator { help, at: span(1) });
                }
                groups.push(Group { at: span(1), call: false, compared: false });
                tokens.push((Token::Open, span(1)));
            }
            ')' => {
                if groups.len() == 1 {
                    return Err(ParseError::Unopened { at: span(1) });
                }
                if expect == Expect::Operand {
                    return Err(match tokens.last() {
                        Some((Token::Open, open)) => ParseError::EmptyParentheses { at: open.join(span(1)) },
                        _ => ParseError::MissingOperand { place: "before this parenthesis", at: span(1) },
                    });
                }
                groups.pop();
                tokens.push((Token::Close, span(1)));
                expect = Expect::Operator;
            }
            ',' => {
                let group = groups.last_mut().expect("the outermost group is never popped");
                if !group.call {
                    return Err(ParseError::StrayComma { at: span(1) });
                }
                if expect == Expect::Operand {
                    return Err(ParseError::MissingOperand { place: "before this comma", at: span(1) });
                }
                group.compared = false;
                tokens.push((Token::Comma, span(1)));
                expect = Expect::Operand;
            }
            '=' => return Err(ParseError::Assignment { at: span(1) }),
            '!' => return Err(ParseError::MissingOperator { help: "`!` stands before a condition; factorials are exp(lgamma(n + 1))".into(), at: span(1) }),
            _ => return Err(unknown(&rest[..c.len_utf8()], span(c.len_utf8()))),
        }
        at += 1;
    }
    if let Some(group) = groups.get(1..).and_then(<[_]>::last) {
        return Err(ParseError::Unclosed { at: group.at });
    }
    match (tokens.last(), expect) {
        (None, _) => Err(ParseError::Empty { at: Span::new(0, text.len()) }),
        (Some((_, last)), Expect::Operand) => Err(ParseError::MissingOperand { place: "after this", at: *last }),
        _ => Ok(tokens),
    }
}

/// An operand where an operator is needed: `2x`, `sin x`, `x y`.
fn operand(expect: Expect, tokens: &[(Token, Span)], text: &str, at: Span) -> Result<(), ParseError> {
    if expect == Expect::Operand {
        return Ok(());
    }
    let help = match tokens.last() {
        Some((Token::Name(name), before)) if before.end < at.start && crate::formula::functions::exists(name) => {
            format!("write `{name}({text})`")
        }
        Some((Token::Name(name), _)) => format!("to multiply, write `{name}*{text}`"),
        Some((Token::Number(x), _)) => format!("to multiply, write `{}*{text}`", super::super::print::number(*x)),
        _ => format!("to multiply, write `*{text}`"),
    };
    Err(ParseError::MissingOperator { help, at })
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// Digits, a point, digits, an exponent.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut len = digits(0);
    if text[len..].starts_with('.') {
        len += 1;
        len += digits(len);
    }
    if text[len..].starts_with(['e', 'E']) {
        let sign = usize::from(text[len + 1..].starts_with(['+', '-']));
        let exponent = digits(len + 1 + sign);
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    len
}

fn number(text: &str, rest: &str, at: Span) -> Result<f64, ParseError> {
    let after = &rest[text.len()..];
    let junk = name_length(after);
    let whole = || {
        let len = after.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(after.len());
        (rest[..text.len() + len].to_string(), Span::new(at.start, at.end + len))
    };
    if after.starts_with('.') {
        let (text, at) = whole();
        return Err(ParseError::BadNumber { text, help: "a number has one decimal point".into(), at });
    }
    if junk > 0 {
        let (all, at) = whole();
        let tail = &after[..junk];
        let help = match tail.chars().next() {
            Some('x' | 'X' | 'b' | 'B' | 'o' | 'O') if text == "0" && junk > 1 => "numbers are decimal".to_string(),
            Some('e' | 'E') if junk == 1 => "write an exponent as 1e5, or `*e` for the number e".to_string(),
            Some('_') => "write the digits without `_`".to_string(),
            _ => format!("to multiply, write `{text}*{tail}`"),
        };
        return Err(ParseError::BadNumber { text: all, help, at });
    }
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        Ok(_) => Err(ParseError::OutOfRange { text: text.into(), at }),
        Err(_) => Err(ParseError::BadNumber { text: text.into(), help: "write 1.5 or 1e-3".into(), at }),
    }
}

fn unknown(found: &str, at: Span) -> ParseError {
    let write = match found {
        "%" => Some("`mod(a, b)`, which has the sign of b"),
        "[" | "]" | "{" | "}" => Some("parentheses: `x(1)` is the first element of x"),
        "&" => Some("`&&`"),
        "|" => Some("`||`, or `abs(x)`"),
        "\u{2212}" | "\u{2013}" | "\u{2014}" => Some("`-`"),
        "\u{d7}" | "\u{b7}" | "\u{22c5}" | "\u{2217}" => Some("`*`"),
        "\u{f7}" | "\u{2044}" | "\u{2215}" => Some("`/`"),
        "\u{b2}" => Some("`^2`"),
        "\u{b3}" => Some("`^3`"),
        "\u{221a}" => Some("`sqrt(x)`"),
        "\u{2264}" => Some("`<=`"),
        "\u{2265}" => Some("`>=`"),
        "\u{2260}" => Some("`!=`"),
        ";" => Some("one formula; named parts go under [let]"),
        "\"" | "'" => Some("names without quotes"),
        "::" => Some("the function's name alone"),
        "#" => Some("the formula without comments"),
        _ => None,
    };
    ParseError::UnknownCharacter { found: found.into(), write, at }
}
