//! log10: logarithm to base 10, for x > 0.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "log10",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\log_{10}\left(#1\right)",
    doc: "Logarithm to base 10, for x > 0.",
    kernel: &elementary::LOG10,
    partials: |g, x, _| {
        let ten = g.number(10.0);
        let ln10 = g.apply(&super::ln::ENTRY, &[ten]);
        let d = g.mul(x[0], ln10);
        vec![g.recip(d)]
    },
    interval: |x| x[0].log10(),
    domain: Domain::Where { holds: |x| x[0] > 0.0, condition: "#1 > 0" },
    corner: None,
    proof: include_str!("proof/log10.csv"),
};
