//! What can be wrong with a formula's text. Uses `error`.

use thiserror::Error;

use crate::error::{Diagnose, Exit, Span};

/// What is wrong with a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberFault {
    /// `1.5.3`
    TwoPoints,
    /// `1e`, `1e+`: the digits before the `e` stand here.
    EmptyExponent(String),
    /// `1e2.5`
    FractionalExponent,
    /// `1_000`: the number without its underscores stands here.
    Underscore(String),
    /// `0x10`: its decimal value stands here, where it fits 64 bits.
    Radix(Option<u64>),
}

/// A text that is no formula. `at` is the offending part.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ParseError {
    /// There is nothing but blanks.
    #[error("the formula is empty")]
    Empty {
        /// The whole text.
        at: Span,
    },
    /// A character or operator of another language: `×`, `**`, `%`, `//`, `;`, a quote.
    #[error("{found} has no meaning in a formula")]
    Symbol {
        /// The symbol in backticks, or the code of an invisible one.
        found: String,
        /// What to write.
        instead: String,
        /// Where it stands.
        at: Span,
    },
    /// `x = 1`, `x += 1`.
    #[error("`{operator}` assigns, and a formula has no assignments")]
    Assignment {
        /// As written.
        operator: String,
        /// Where it stands.
        at: Span,
    },
    /// `x[1]`, or a bracket or brace elsewhere.
    #[error("`{found}`: brackets and braces have no meaning in a formula")]
    Bracket {
        /// As written.
        found: String,
        /// The same with parentheses, where it is an index.
        instead: Option<String>,
        /// Where it stands.
        at: Span,
    },
    /// A literal of another language.
    #[error("`{found}` is not a number: {}", .fault.sentence())]
    Number {
        /// As written, shortened.
        found: String,
        /// What is wrong with it.
        fault: NumberFault,
        /// Where it stands.
        at: Span,
    },
    /// `1e400`.
    #[error("`{found}` is out of range")]
    OutOfRange {
        /// As written, shortened.
        found: String,
        /// Where it stands.
        at: Span,
    },
    /// `1e-400`: not zero, but f64 has only zero for it.
    #[error("`{found}` is out of range: it would read as 0")]
    Underflow {
        /// As written, shortened.
        found: String,
        /// Where it stands.
        at: Span,
    },
    /// `inf`, `nan`.
    #[error("`{name}` is not a number that a formula can contain")]
    NonFinite {
        /// As written.
        name: String,
        /// Where it stands.
        at: Span,
    },
    /// `str::len`.
    #[error("`{name}` has a prefix other than `math::`")]
    Prefix {
        /// As written, shortened.
        name: String,
        /// Where it stands.
        at: Span,
    },
    /// `2x`, `sin x`, `(a)(b)`: two operands side by side.
    #[error("no operator stands between `{left}` and `{right}`")]
    MissingOperator {
        /// The last token of the left one, shortened.
        left: String,
        /// The first token of the right one, shortened.
        right: String,
        /// From the one to the other.
        at: Span,
    },
    /// `1 +`, `x +* y`, `* x`: an operand is missing.
    #[error("{}", missing_operand(.after, .before))]
    MissingOperand {
        /// The operator or parenthesis before the gap; none at the start of the text.
        after: Option<&'static str>,
        /// What stands after the gap; none at the end of the text.
        before: Option<&'static str>,
        /// From the one to the other.
        at: Span,
    },
    /// `5!`.
    #[error("`!` stands after an operand")]
    Postfix {
        /// The `!`.
        at: Span,
    },
    /// `a < b < c`.
    #[error("a comparison of a comparison: `{first}`, then `{second}`")]
    ChainedComparison {
        /// The first operator.
        first: &'static str,
        /// The second.
        second: &'static str,
        /// What stands between them, shortened.
        middle: String,
        /// From the one to the other.
        at: Span,
    },
    /// `f(x,)`, `f(,x)`.
    #[error("argument {index} of `{function}` is empty")]
    EmptyArgument {
        /// The function, shortened.
        function: String,
        /// Which argument, from 1.
        index: usize,
        /// The comma before or after it.
        at: Span,
    },
    /// `()`.
    #[error("nothing stands between `(` and `)`")]
    EmptyParentheses {
        /// Both parentheses.
        at: Span,
    },
    /// `1,5`, `(a, b)`.
    #[error("a comma outside of a function's arguments")]
    Comma {
        /// The comma.
        at: Span,
    },
    /// `(x`.
    #[error("{}", unclosed(*.count))]
    Unclosed {
        /// How many are never closed.
        count: usize,
        /// The innermost of them.
        at: Span,
    },
    /// `x)`.
    #[error("`)` without a `(` before it")]
    Unopened {
        /// The parenthesis.
        at: Span,
    },
    /// evalexpr understands an expression otherwise than we do: a bug of ours.
    #[error("this part was understood in two ways, which is a bug of this program")]
    Ambiguous {
        /// The expression.
        at: Span,
    },
}

impl NumberFault {
    fn sentence(&self) -> &'static str {
        match self {
            NumberFault::TwoPoints => "it has more than one decimal point",
            NumberFault::EmptyExponent(_) => "its exponent has no digits",
            NumberFault::FractionalExponent => "its exponent is not a whole number",
            NumberFault::Underscore(_) => "it has an underscore",
            NumberFault::Radix(_) => "numbers are decimal",
        }
    }

    fn help(&self) -> String {
        match self {
            NumberFault::TwoPoints => "write one decimal point, as in `1.5`".into(),
            NumberFault::EmptyExponent(digits) => {
                format!("write `{digits}e3` for an exponent, `{digits}*e` for a product with e")
            }
            NumberFault::FractionalExponent => "write `10^2.5` for a broken power of ten".into(),
            NumberFault::Underscore(plain) => format!("write `{plain}`"),
            NumberFault::Radix(Some(value)) => format!("write `{value}`"),
            NumberFault::Radix(None) => "write it in decimal digits".into(),
        }
    }
}

fn missing_operand(after: &Option<&'static str>, before: &Option<&'static str>) -> String {
    match (after, before) {
        (Some(a), Some(b)) => format!("an operand is missing between `{a}` and `{b}`"),
        (Some(a), None) => format!("nothing follows `{a}`"),
        (None, Some(b)) => format!("nothing stands before `{b}`"),
        (None, None) => "an operand is missing".into(),
    }
}

fn unclosed(count: usize) -> String {
    match count {
        1 => "`(` is never closed".into(),
        n => format!("{n} parentheses `(` are never closed, this one is the innermost"),
    }
}

/// What to write for two operands side by side.
fn missing_operator_help(left: &str, right: &str) -> String {
    let is_number = |s: &str| s.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match (left, right) {
        (_, "and") | ("and", _) => "write `&&` for and".into(),
        (_, "or") | ("or", _) => "write `||` for or".into(),
        ("not", _) | (_, "not") => "write `!` for not, as in `!(x > 0)`".into(),
        (_, "mod") | ("mod", _) => "write `mod(a, b)`".into(),
        (")", "(") => "to multiply, write `(...)*(...)`".into(),
        (")", right) => format!("to multiply, write `(...)*{right}`"),
        (left, "(") => format!("to multiply, write `{left}*(...)`"),
        (left, right) if !is_number(left) => {
            format!("write `{left}({right})` for a function's value, `{left}*{right}` for a product")
        }
        (left, right) if is_number(right) => format!("write one number, or an operator such as `{left}*{right}`"),
        (left, right) => format!("to multiply, write `{left}*{right}`"),
    }
}

impl Diagnose for ParseError {
    fn exit(&self) -> Exit {
        Exit::Request
    }

    fn span(&self) -> Option<Span> {
        use ParseError::*;
        match self {
            Empty { at }
            | Symbol { at, .. }
            | Assignment { at, .. }
            | Bracket { at, .. }
            | Number { at, .. }
            | OutOfRange { at, .. }
            | Underflow { at, .. }
            | NonFinite { at, .. }
            | Prefix { at, .. }
            | MissingOperator { at, .. }
            | MissingOperand { at, .. }
            | Postfix { at }
            | ChainedComparison { at, .. }
            | EmptyArgument { at, .. }
            | EmptyParentheses { at }
            | Comma { at }
            | Unclosed { at, .. }
            | Unopened { at }
            | Ambiguous { at } => Some(*at),
        }
    }

    fn help(&self) -> Option<String> {
        use ParseError::*;
        Some(match self {
            Empty { .. } => "write an expression, such as `x^2 + y`".into(),
            Symbol { instead, .. } => instead.clone(),
            Assignment { operator, .. } if operator == "=" => "write `==` to compare".into(),
            Assignment { .. } => "a formula is one expression: write only the value".into(),
            Bracket { instead: Some(instead), .. } => format!("write `{instead}`: components count from 1"),
            Bracket { instead: None, .. } => {
                "write parentheses `( )`, for groups and for components of a vector".into()
            }
            Number { fault, .. } => fault.help(),
            OutOfRange { .. } => "numbers go up to 1.7976931348623157e308".into(),
            Underflow { .. } => "numbers other than 0 begin at 5e-324".into(),
            NonFinite { .. } => "write a finite number, or choose another name for the variable".into(),
            Prefix { name, .. } => match name.rsplit("::").next() {
                Some(last) if !last.is_empty() => format!("write `{last}`"),
                _ => "write the name alone".into(),
            },
            MissingOperator { left, right, .. } => missing_operator_help(left, right),
            MissingOperand { before: Some("+"), .. } => {
                "write a number, a name or `(` there; a sign `+` stands only where an expression begins".into()
            }
            MissingOperand { after: Some("*"), before: Some("*"), .. } => "write `^` for a power".into(),
            MissingOperand { .. } => "write a number, a name or `(` there".into(),
            Postfix { .. } => {
                "`!` stands before the condition that it negates; for the factorial of n write `exp(lgamma(n + 1))`"
                    .into()
            }
            ChainedComparison { first, second, middle, .. } => {
                format!("write two comparisons: `... {first} {middle} && {middle} {second} ...`")
            }
            EmptyArgument { .. } => "write the argument, or leave out the comma".into(),
            EmptyParentheses { .. } => "write an expression between them".into(),
            Comma { .. } => {
                "the decimal sign is a point: write `1.5`; vectors are declared, not written in a formula".into()
            }
            Unclosed { .. } => "add `)`".into(),
            Unopened { .. } => "leave it out, or add `(`".into(),
            Ambiguous { .. } => "add parentheses, and please report the formula".into(),
        })
    }
}

/// A piece of the user's text for a message: on one line, of bounded length.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}
