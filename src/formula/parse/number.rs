//! Literals: how far one reaches, what it is worth, what is wrong with it. Uses `error`.

use super::error::{NumberFault, ParseError, shorten};
use crate::error::Span;

fn is_digit(b: Option<&u8>) -> bool {
    b.is_some_and(u8::is_ascii_digit)
}

/// One past the digits from `at` on.
fn digits(bytes: &[u8], mut at: usize) -> usize {
    while is_digit(bytes.get(at)) {
        at += 1;
    }
    at
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// Value and end of the literal at `start`, where a digit stands, or a point and a digit.
pub(super) fn scan(text: &str, start: usize) -> Result<(f64, usize), ParseError> {
    let bytes = text.as_bytes();
    let fault = |end: usize, fault: NumberFault| {
        Err(ParseError::Number { found: shorten(&text[start..end]), fault, at: Span::new(start, end) })
    };

    if let Some((end, value)) = other_radix(text, start) {
        return fault(end, NumberFault::Radix(value));
    }
    let mut end = digits(bytes, start);
    if bytes.get(end) == Some(&b'.') {
        end = digits(bytes, end + 1);
    }
    let mantissa = end;
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let first = end + 1 + sign;
        if is_digit(bytes.get(first)) {
            end = digits(bytes, first);
        } else if sign == 1 || !text[first..].starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return fault(first, NumberFault::EmptyExponent(shorten(&text[start..mantissa])));
        }
        // else `2exp(x)`: a number and a name, which the grammar refuses with better advice
    }
    match bytes.get(end) {
        Some(b'.') => {
            let has_exponent = end > mantissa;
            while matches!(bytes.get(end), Some(b'.' | b'0'..=b'9')) {
                end += 1;
            }
            return fault(end, if has_exponent { NumberFault::FractionalExponent } else { NumberFault::TwoPoints });
        }
        Some(b'_') if is_digit(bytes.get(end + 1)) => {
            while bytes.get(end).is_some_and(|&b| b.is_ascii_digit() || b == b'_') {
                end += 1;
            }
            return fault(end, NumberFault::Underscore(shorten(&text[start..end].replace('_', ""))));
        }
        _ => {}
    }

    let literal = &text[start..end];
    let at = Span::new(start, end);
    let Ok(value) = literal.parse::<f64>() else { return Err(ParseError::Ambiguous { at }) };
    if value == f64::INFINITY {
        return Err(ParseError::OutOfRange { found: shorten(literal), at });
    }
    // a literal must never silently become another number: 1e-400 is not 0
    if value == 0.0 && bytes[start..mantissa].iter().any(|b| (b'1'..=b'9').contains(b)) {
        return Err(ParseError::Underflow { found: shorten(literal), at });
    }
    Ok((value, end))
}

/// End and value of `0x1F`, `0b101` or `0o17`, if that stands at `start`.
fn other_radix(text: &str, start: usize) -> Option<(usize, Option<u64>)> {
    let bytes = text.as_bytes();
    if bytes[start] != b'0' {
        return None;
    }
    let radix = match bytes.get(start + 1)? {
        b'x' | b'X' => 16,
        b'o' | b'O' => 8,
        b'b' | b'B' => 2,
        _ => return None,
    };
    let mut end = start + 2;
    while bytes.get(end).is_some_and(|&b| is_word(b)) {
        end += 1;
    }
    // otherwise `0xy` is 0 and a name
    let body = text[start + 2..end].replace('_', "");
    let fits = !body.is_empty() && body.chars().all(|c| c.is_digit(radix));
    fits.then(|| (end, u64::from_str_radix(&body, radix).ok()))
}
