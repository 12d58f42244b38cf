//! sin: sine, x in radians.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "sin",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\sin\left(#1\right)",
    doc: "Sine, x in radians.",
    kernel: &elementary::SIN,
    partials: |g, x, _| vec![g.apply(&super::cos::ENTRY, x)],
    interval: |x| x[0].sin(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/sin.csv"),
};
