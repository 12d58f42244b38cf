//! tan: tangent, x in radians.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "tan",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\tan\left(#1\right)",
    doc: "Tangent, x in radians.",
    kernel: &elementary::TAN,
    partials: |g, _, y| {
        let y2 = g.powk(y, 2.0);
        vec![g.shift(y2, 1.0)]
    },
    interval: |x| x[0].tan(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/tan.csv"),
};
