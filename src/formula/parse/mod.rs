//! Text to tree: what a formula says, with the place of each part; what it means is decided by lowering.
//! Uses `error` and the crate `evalexpr` (its parser, never its evaluator).
//!
//! The road: `lex` makes tokens of the text and refuses everything that is not mathematics; `grammar` sees that operands
//! and operators alternate, and cuts the text at its parentheses and commas into pieces without either; `operators` hands
//! each piece to evalexpr, with operand k written `_k`, and rebuilds its tree as our nodes. Because a piece is flat,
//! nesting costs evalexpr nothing (10^6 parentheses), its tokenizer meets only `_k` and operators (no comments, hexadecimal
//! numbers, strings, assignments), and the k-th leaf is the k-th operand of the text, which is how a node gets its place. `order` puts the nodes into the
//! order of the text.
//!
//! # Precedence, from the loosest
//!
//! | operators | group | evalexpr 11.3.1 | repaired here |
//! | --- | --- | --- | --- |
//! | `\|\|` | left | 70 | |
//! | `&&` | left | 75 | |
//! | `<` `<=` `>` `>=` `==` `!=` | never: `a<b<c` is an error | 80, left | refused before |
//! | `+` `-` | left | 95 | |
//! | `*` `/` | left | 100 | |
//! | `-x` `!a` | prefix: `-x^2` = -(x^2), `-a*b` = (-a)*b, `!a == b` = (!a) == b | 110 | chains are folded: `---x` = -x, `----x` = -(-x) |
//! | `^` | right: `2^3^2` = 2^(3^2), `2^-x^2` = 2^(-(x^2)) | 120, left: (2^3)^2, (2^(-x))^2 | regrouped |
//!
//! A sign `+` is accepted, and dropped, where an expression begins: at the start of the text, after `(`, `,`, a comparison,
//! `&&` or `||`. It is an error elsewhere (`1 + + x`, `-+x`, `2^+x`).
//!
//! # Lexis
//!
//! Names are letters (ASCII or Unicode: `µ`, `α`), digits and `_`, not starting with a digit; `math::sin` is an alias of `sin`.
//! Numbers are decimal, with optional fraction and exponent (`5.`, `.5`, `1e-3`), and must lie in the range of f64.
//! Blanks, tabs and line ends separate; there are no comments. A name before `(` is a call, blanks between or not; whether
//! that is a function, a component of a vector or a mistake is for lowering to say, and so are `e`, `pi` and `f()`.

mod error;
mod grammar;
mod lex;
mod number;
mod operators;
mod order;
mod symbols;

pub use error::{NumberFault, ParseError};
pub(crate) use lex::is_plain;

use std::fmt;

use crate::error::{Source, Span};

/// A formula as written, in post-order: children stand before their parents, left before right.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// All nodes; indices inside [`Kind`] point into this.
    pub nodes: Vec<Node>,
    /// The index of the whole formula's node.
    pub root: usize,
}

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the user's text, without the parentheses around it.
    pub span: Span,
}

/// What a part of a formula is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A literal, finite and not negative.
    Number(f64),
    /// A name without arguments.
    Name(String),
    /// `-a`.
    Negate(usize),
    /// `!a`.
    Not(usize),
    /// `a op b`.
    Binary(BinaryOp, usize, usize),
    /// `name(args)`: a function, a form of the language or a component of a vector. `args` may be empty.
    Call {
        /// The name, `math::` removed.
        name: String,
        /// Where the name stands (with its `math::`).
        name_span: Span,
        /// The arguments in order.
        args: Vec<usize>,
    },
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `^`
    Pow,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `&&`
    And,
    /// `||`
    Or,
}

impl BinaryOp {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Pow => "^",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::And => "&&",
            BinaryOp::Or => "||",
        }
    }

    /// Whether it compares two numbers.
    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Lt | Le | Gt | Ge | Eq | Ne)
    }

    /// Whether it joins two conditions.
    pub fn is_logical(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or)
    }
}

impl fmt::Display for BinaryOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// The tree of a formula's text, in time and memory linear in its length and without recursion.
///
/// Fails with the first fault of the text; its span lies in `source.text`, on character boundaries.
///
/// ```
/// use gradus::{error::Source, formula::parse::{BinaryOp, Kind, parse}};
/// let tree = parse(&Source::new("--formula", "-x^2")).unwrap();
/// let Kind::Negate(power) = tree.nodes[tree.root].kind else { panic!() };
/// assert!(matches!(tree.nodes[power].kind, Kind::Binary(BinaryOp::Pow, _, _)));
/// ```
pub fn parse(source: &Source) -> Result<Tree, ParseError> {
    grammar::read(&source.text)
}
