//! The function table: one file a function, one line a function in [`TABLE`].
//!
//! Everything that is known of a function stands in its entry: parsing, derivatives, printing, intervals, status,
//! documentation and tests loop over the table, and nothing else in the crate matches on a function's name. Fields have
//! no defaults, so a new question about functions must be answered for all of them or nothing compiles.

mod abs;
mod acos;
mod acosh;
mod asin;
mod asinh;
mod atan;
mod atan2;
mod atanh;
mod cbrt;
mod ceil;
mod clamp;
mod cos;
mod cosh;
mod digamma;
mod erf;
mod erfc;
mod exp;
mod exp2;
mod expm1;
mod floor;
mod hypot;
mod lgamma;
mod ln;
mod log;
mod log10;
mod log1p;
mod log2;
mod max;
mod min;
mod mod_;
mod operators;
mod polygamma;
mod pow;
mod relu;
mod round;
mod sigmoid;
mod sign;
mod sin;
mod sinh;
mod softplus;
mod sqrt;
mod tan;
mod tanh;
mod trigamma;

use super::graph::{Graph, NodeId};
use crate::numeric::block::Kernel;
use crate::numeric::interval::Interval;

/// A primitive of the formula language.
pub struct Function {
    /// How it is written; unique together with the number of arguments.
    pub name: &'static str,
    /// Other spellings.
    pub aliases: &'static [&'static str],
    /// How many arguments a user may write.
    pub arity: Arity,
    /// How it is written and printed.
    pub syntax: Syntax,
    /// Whether a user may call it by name; operators are written with their symbol.
    pub callable: bool,
    /// An argument that must be written as a number (the order of a polygamma function).
    pub constant_argument: Option<usize>,
    /// LaTeX with `#1`, `#2`, ... for the arguments; operators have their own layout.
    pub latex: &'static str,
    /// One sentence for `gradus list functions`.
    pub doc: &'static str,
    /// Its values: one scalar body for every instruction set.
    pub kernel: &'static Kernel,
    /// The partial derivatives as graphs in the arguments and the result, one an argument.
    pub partials: fn(&mut Graph, &[NodeId], NodeId) -> Vec<NodeId>,
    /// The range over a box, outward rounded.
    pub interval: fn(&[Interval]) -> Interval,
    /// Where it is defined; elsewhere, poles included, the kernel gives NaN.
    pub domain: Domain,
    /// Where the derivative rule is no evidence, if anywhere.
    pub corner: Option<Corner>,
    /// Points with value and derivatives from mpmath; the recipe is in line 1.
    pub proof: &'static str,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// How many arguments a user may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Exactly so many.
    Exactly(usize),
    /// So many or more; `f(a, b, c)` is lowered to `f(f(a, b), c)`.
    Fold(usize),
}

/// How a function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `name(a, b)`.
    Call,
    /// With an operator, or by a form of the language.
    Operator(Operator),
}

/// The operators, which passes over a graph may match on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are the meaning
pub enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    Pow,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
    Not,
    /// `if(condition, a, b)`.
    Select,
}

impl Operator {
    /// Whether it compares two numbers.
    pub fn is_comparison(self) -> bool {
        use Operator::*;
        matches!(self, Lt | Le | Gt | Ge | Eq | Ne)
    }

    /// The comparison that holds exactly where this one does not.
    pub fn opposite(self) -> Option<Operator> {
        use Operator::*;
        match self {
            Lt => Some(Ge),
            Ge => Some(Lt),
            Le => Some(Gt),
            Gt => Some(Le),
            Eq => Some(Ne),
            Ne => Some(Eq),
            _ => None,
        }
    }

    /// Whether its result is a truth value.
    pub fn is_condition(self) -> bool {
        self.is_comparison() || matches!(self, Operator::And | Operator::Or | Operator::Not)
    }
}

/// Where a function is defined.
#[derive(Clone, Copy)]
pub enum Domain {
    /// Everywhere.
    Reals,
    /// Where `holds`; `condition` says so with `#1`, `#2`, ... for the arguments, as in `#1 > 0`.
    Where {
        /// Whether the arguments lie in the domain.
        holds: fn(&[f64]) -> bool,
        /// The same in words.
        condition: &'static str,
    },
}

impl Domain {
    /// Whether finite arguments lie in the domain.
    pub fn holds(&self, args: &[f64]) -> bool {
        match self {
            Domain::Reals => true,
            Domain::Where { holds, .. } => holds(args),
        }
    }
}

/// Where a function's derivative rule is no evidence: kinks, jumps, and edges of the domain at which the rule is finite.
#[derive(Clone, Copy)]
pub struct Corner {
    /// What to call it.
    pub kind: CornerKind,
    /// A condition in the graph that is true at the corner, false elsewhere; `None` where these arguments can never be at one.
    pub site: fn(&mut Graph, &[NodeId]) -> Option<NodeId>,
    /// The one-sided derivative at a corner: of `f(x + t v)` as t falls to 0, from arguments x and tangents v. `None` where
    /// the tangents alone do not decide.
    pub slope: fn(&[f64], &[f64]) -> Option<f64>,
}

/// What happens at a corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CornerKind {
    /// Continuous, with a derivative that jumps.
    Kink,
    /// Not continuous.
    Jump,
    /// The function ends there.
    Edge,
}

impl Function {
    /// The arguments that a node of this function has.
    pub fn slots(&self) -> usize {
        match self.arity {
            Arity::Exactly(n) | Arity::Fold(n) => n,
        }
    }

    /// The operator it is, if it is one.
    pub fn operator(&self) -> Option<Operator> {
        match self.syntax {
            Syntax::Operator(op) => Some(op),
            Syntax::Call => None,
        }
    }

    /// Whether a user may write it with so many arguments.
    pub fn accepts(&self, count: usize) -> bool {
        match self.arity {
            Arity::Exactly(n) => count == n,
            Arity::Fold(n) => count >= n,
        }
    }
}

/// Every function, operators included.
pub static TABLE: &[&Function] = &[
    &operators::ADD,
    &operators::SUB,
    &operators::MUL,
    &operators::DIV,
    &operators::NEG,
    &operators::LT,
    &operators::LE,
    &operators::GT,
    &operators::GE,
    &operators::EQ,
    &operators::NE,
    &operators::AND,
    &operators::OR,
    &operators::NOT,
    &operators::SELECT,
    &pow::ENTRY,
    &sqrt::ENTRY,
    &cbrt::ENTRY,
    &exp::ENTRY,
    &exp2::ENTRY,
    &expm1::ENTRY,
    &ln::ENTRY,
    &log2::ENTRY,
    &log10::ENTRY,
    &log1p::ENTRY,
    &log::ENTRY,
    &sin::ENTRY,
    &cos::ENTRY,
    &tan::ENTRY,
    &asin::ENTRY,
    &acos::ENTRY,
    &atan::ENTRY,
    &atan2::ENTRY,
    &sinh::ENTRY,
    &cosh::ENTRY,
    &tanh::ENTRY,
    &asinh::ENTRY,
    &acosh::ENTRY,
    &atanh::ENTRY,
    &abs::ENTRY,
    &sign::ENTRY,
    &floor::ENTRY,
    &ceil::ENTRY,
    &round::ENTRY,
    &max::ENTRY,
    &min::ENTRY,
    &clamp::ENTRY,
    &hypot::ENTRY,
    &mod_::ENTRY,
    &erf::ENTRY,
    &erfc::ENTRY,
    &lgamma::ENTRY,
    &digamma::ENTRY,
    &trigamma::ENTRY,
    &polygamma::ENTRY,
    &sigmoid::ENTRY,
    &softplus::ENTRY,
    &relu::ENTRY,
];

/// Named numbers, unless a formula's own names hide them.
pub static CONSTANTS: &[(&str, f64)] =
    &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("tau", std::f64::consts::TAU)];

/// The square root, which the form `norm` is made of.
pub static SQRT: &Function = &sqrt::ENTRY;
/// The larger of two, which `max` over an index is made of.
pub static MAX: &Function = &max::ENTRY;
/// The smaller of two.
pub static MIN: &Function = &min::ENTRY;

/// The entry of an operator.
pub fn entry(op: Operator) -> &'static Function {
    use Operator::*;
    match op {
        Add => &operators::ADD,
        Sub => &operators::SUB,
        Mul => &operators::MUL,
        Div => &operators::DIV,
        Neg => &operators::NEG,
        Pow => &pow::ENTRY,
        Lt => &operators::LT,
        Le => &operators::LE,
        Gt => &operators::GT,
        Ge => &operators::GE,
        Eq => &operators::EQ,
        Ne => &operators::NE,
        And => &operators::AND,
        Or => &operators::OR,
        Not => &operators::NOT,
        Select => &operators::SELECT,
    }
}

/// The functions a user may call by `name`: several where the number of arguments tells them apart.
fn named(name: &str) -> impl Iterator<Item = &'static Function> {
    TABLE.iter().copied().filter(move |f| f.callable && (f.name == name || f.aliases.contains(&name)))
}

/// The function that `name` with `count` arguments means.
pub fn find(name: &str, count: usize) -> Option<&'static Function> {
    named(name).find(|f| f.accepts(count))
}

/// Whether a function has that name.
pub fn exists(name: &str) -> bool {
    named(name).next().is_some()
}

/// Every name that can be called, aliases included.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(|f| f.callable).flat_map(|f| std::iter::once(f.name).chain(f.aliases.iter().copied()))
}

/// What `name` takes, in words: `1 argument`, `2 or more arguments`.
pub fn expected(name: &str) -> String {
    let mut counts: Vec<(usize, bool)> = named(name)
        .map(|f| match f.arity {
            Arity::Exactly(n) => (n, false),
            Arity::Fold(n) => (n, true),
        })
        .collect();
    counts.sort();
    let words: Vec<String> =
        counts.iter().map(|(n, more)| if *more { format!("{n} or more") } else { n.to_string() }).collect();
    let one = words == ["1"];
    format!("{} argument{}", words.join(" or "), if one { "" } else { "s" })
}
