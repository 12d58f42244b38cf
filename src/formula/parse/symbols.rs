//! What people write that is no formula, and what to write instead: one table. Uses nothing.

const TIMES: &str = "write `*`";
const DIVIDE: &str = "write `/`";
const MINUS: &str = "write `-`, the hyphen of the keyboard";
const NO_COMMENTS: &str = "a formula has no comments: leave it out";
const NO_STRINGS: &str = "a formula has no strings; a name that is no plain word stands in backquotes";
const CONDITION: &str = "to choose, write `if(condition, a, b)`";
const INDEX_RANGE: &str = "write `sum(i, 1, n, ...)` or `prod(i, 1, n, ...)`";

/// Symbol and advice; where one is the beginning of another, the longer stands first.
const TABLE: &[(&str, &str)] = &[
    ("**", "write `^` for a power"),
    ("//", "write `/` to divide, `floor(a/b)` for the whole part; a formula has no comments"),
    ("/*", NO_COMMENTS),
    ("#", NO_COMMENTS),
    ("%", "write `mod(a, b)` for the remainder"),
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("=<", "write `<=`"),
    ("=>", "write `>=`"),
    ("<>", "write `!=`"),
    ("&", "write `&&` for and"),
    ("|", "write `||` for or, `abs(x)` for an absolute value"),
    ("~", "write `!` for not"),
    (";", "a formula is one expression"),
    ("?", CONDITION),
    (":", CONDITION),
    ("\"", NO_STRINGS),
    ("'", "a formula has no strings, and derivatives are taken of it, not written in it"),
    ("“", NO_STRINGS),
    ("”", NO_STRINGS),
    ("‘", NO_STRINGS),
    ("’", NO_STRINGS),
    (".", "a decimal point needs a digit beside it; names are made of letters, digits and `_`, or stand in backquotes"),
    ("\\", "write functions by their names alone, as in `sqrt(x)`"),
    ("−", MINUS), // U+2212, the minus of typeset text
    ("‐", MINUS), // U+2010
    ("‑", MINUS), // U+2011
    ("–", MINUS),
    ("—", MINUS),
    ("×", TIMES),
    ("·", TIMES),
    ("⋅", TIMES),
    ("∙", TIMES),
    ("•", TIMES),
    ("∗", TIMES),
    ("÷", DIVIDE),
    ("∕", DIVIDE),
    ("⁄", DIVIDE),
    ("≤", "write `<=`"),
    ("≥", "write `>=`"),
    ("≠", "write `!=`"),
    ("≈", "write `abs(a - b) < 1e-9`"),
    ("∧", "write `&&`"),
    ("∨", "write `||`"),
    ("¬", "write `!`"),
    ("√", "write `sqrt(x)`"),
    ("∛", "write `cbrt(x)`"),
    ("∞", "a formula contains finite numbers only"),
    ("∑", INDEX_RANGE),
    ("∏", INDEX_RANGE),
    ("½", "write `1/2`"),
    ("⅓", "write `1/3`"),
    ("⅔", "write `2/3`"),
    ("¼", "write `1/4`"),
    ("¾", "write `3/4`"),
    ("°", "angles are in radians: write `*pi/180`"),
    ("∂", "derivatives are taken of a formula, not written in it"),
    ("∇", "derivatives are taken of a formula, not written in it"),
];

/// Operators that assign; `=` comes last because the others end in it.
const ASSIGNMENTS: &[&str] = &["&&=", "||=", "**=", ":=", "+=", "-=", "*=", "/=", "%=", "^=", "="];

/// The assignment that `rest` begins with. `==`, `=<` and the like are none.
pub(super) fn assignment(rest: &str) -> Option<&'static str> {
    let found = ASSIGNMENTS.iter().find(|a| rest.starts_with(**a))?;
    let no_assignment = match rest[found.len()..].chars().next() {
        Some('=') => true,                // `a == b`, and `x*==y`, where an operand is missing
        Some('<' | '>') => *found == "=", // `a =< b`, `a => b`
        _ => false,
    };
    (!no_assignment).then_some(*found)
}

/// The foreign symbol that `rest` begins with, and what to write instead.
pub(super) fn foreign(rest: &str) -> Option<(&str, String)> {
    if let Some(end) = run(rest, |c| superscript(c).is_some()) {
        let plain: String = rest[..end].chars().filter_map(superscript).collect();
        let power =
            if plain.chars().all(|c| c.is_ascii_digit() || c.is_alphabetic()) { plain } else { format!("({plain})") };
        return Some((&rest[..end], format!("write `^{power}`")));
    }
    if let Some(end) = run(rest, |c| ('₀'..='₉').contains(&c)) {
        let plain: String = rest[..end].chars().filter_map(|c| char::from_digit(c as u32 - '₀' as u32, 10)).collect();
        return Some((&rest[..end], format!("write `x{plain}` for a name, `x({plain})` for a component of a vector")));
    }
    TABLE.iter().find(|(s, _)| rest.starts_with(s)).map(|(s, advice)| (&rest[..s.len()], advice.to_string()))
}

/// The length of the characters from the start on that satisfy `holds`, if there are any.
fn run(rest: &str, holds: impl Fn(char) -> bool) -> Option<usize> {
    let end = rest.find(|c| !holds(c)).unwrap_or(rest.len());
    (end > 0).then_some(end)
}

/// The plain form of a raised character.
pub(super) fn superscript(c: char) -> Option<char> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ";
    const PLAIN: &str = "0123456789+-()ni";
    RAISED.chars().zip(PLAIN.chars()).find(|&(r, _)| r == c).map(|(_, p)| p)
}

/// Whether a character would show nothing, or only together with its neighbour, in a message.
pub(super) fn invisible(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
