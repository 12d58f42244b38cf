//! cosh: hyperbolic cosine.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "cosh",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\cosh\left(#1\right)",
    doc: "Hyperbolic cosine.",
    kernel: &elementary::COSH,
    partials: |g, x, _| vec![g.apply(&super::sinh::ENTRY, x)],
    interval: |x| x[0].cosh(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/cosh.csv"),
};
