//! sinh: hyperbolic sine.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "sinh",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\sinh\left(#1\right)",
    doc: "Hyperbolic sine.",
    kernel: &elementary::SINH,
    partials: |g, x, _| vec![g.apply(&super::cosh::ENTRY, x)],
    interval: |x| x[0].sinh(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/sinh.csv"),
};
