//! sigmoid: 1/(1 + exp(-x)), right at both ends.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "sigmoid",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\sigma\left(#1\right)",
    doc: "1/(1 + exp(-x)), right at both ends.",
    kernel: &elementary::SIGMOID,
    // y*sigmoid(-x), not y*(1 - y): at x = 40 the difference has no digit left
    partials: |g, x, y| {
        let minus = g.neg(x[0]);
        let other = g.apply(&ENTRY, &[minus]);
        vec![g.mul(y, other)]
    },
    interval: |x| x[0].sigmoid(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/sigmoid.csv"),
};
