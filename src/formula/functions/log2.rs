//! log2: logarithm to base 2, for x > 0.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "log2",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\log_{2}\left(#1\right)",
    doc: "Logarithm to base 2, for x > 0.",
    kernel: &elementary::LOG2,
    partials: |g, x, _| {
        let two = g.number(2.0);
        let ln2 = g.apply(&super::ln::ENTRY, &[two]);
        let d = g.mul(x[0], ln2);
        vec![g.recip(d)]
    },
    interval: |x| x[0].log2(),
    domain: Domain::Where { holds: |x| x[0] > 0.0, condition: "#1 > 0" },
    corner: None,
    proof: include_str!("proof/log2.csv"),
};
