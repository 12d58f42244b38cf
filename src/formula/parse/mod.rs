//! From the text of a formula to its tree. Uses `error` and the crate evalexpr.
//!
//! The road: `lex` makes tokens and checks that operands and operators alternate; `hand` writes them for evalexpr with
//! operand k as the identifier `_k`, so that every leaf of its tree carries a place; `take` takes that tree apart with
//! an explicit stack and repairs its meaning. evalexpr's evaluator is not used.
//!
//! | binds | operators | associates |
//! | --- | --- | --- |
//! | tightest | `^` | to the right: `2^3^2` is `2^(3^2)` |
//! | | `-x`, `!c` | `-x^2` is `-(x^2)`, `-x*y` is `(-x)*y`, `2^-x^2` is `2^(-(x^2))` |
//! | | `*` `/` | to the left |
//! | | `+` `-` | to the left |
//! | | `<` `<=` `>` `>=` `==` `!=` | not at all: `a < b < c` is an error |
//! | | `&&` | to the left |
//! | loosest | `\|\|` | to the left |

mod error;
mod hand;
mod lex;
mod take;

pub use error::ParseError;

use crate::error::{Source, Span};

/// A formula's tree: an arena in which children stand before their parents, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The whole formula.
    pub root: usize,
}

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the user's text.
    pub span: Span,
}

/// What a part of a formula is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number, finite and not negative.
    Number(f64),
    /// A name.
    Name(String),
    /// -a
    Negate(usize),
    /// !a
    Not(usize),
    /// a op b
    Binary(BinaryOp, usize, usize),
    /// name(args): a function or a vector's element.
    Call {
        /// What stands before the parenthesis.
        name: String,
        /// Where.
        name_span: Span,
        /// At least one.
        args: Vec<usize>,
    },
}

/// The operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the meaning
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
}

impl BinaryOp {
    /// Whether it compares two numbers.
    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Lt | Le | Gt | Ge | Eq | Ne)
    }
}

/// The tree of a text. Linear in its length; nothing recurses.
pub fn parse(source: &Source) -> Result<Tree, ParseError> {
    let tokens = lex::lex(&source.text)?;
    let handed = hand::write(&tokens, source.text.len())?;
    let tree = evalexpr::build_operator_tree(&handed.text).map_err(|e| ParseError::Refused {
        message: e.to_string(),
        at: Span::new(0, source.text.len()),
    })?;
    take::apart(tree, &handed)
}
