//! sqrt: square root, for x >= 0.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "sqrt",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\sqrt{#1}",
    doc: "Square root, for x >= 0.",
    kernel: &elementary::SQRT,
    // (x^(1/2))' = 1/(2 y): built from the result, and a pole at 0 as it must be
    partials: |g, _, y| {
        let d = g.scale(2.0, y);
        vec![g.recip(d)]
    },
    interval: |x| x[0].sqrt(),
    domain: Domain::Where { holds: |x| x[0] >= 0.0, condition: "#1 >= 0" },
    corner: None,
    proof: include_str!("proof/sqrt.csv"),
};
