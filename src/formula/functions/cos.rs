//! cos: cosine, x in radians.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "cos",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\cos\left(#1\right)",
    doc: "Cosine, x in radians.",
    kernel: &elementary::COS,
    partials: |g, x, _| {
        let s = g.apply(&super::sin::ENTRY, x);
        vec![g.neg(s)]
    },
    interval: |x| x[0].cos(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/cos.csv"),
};
