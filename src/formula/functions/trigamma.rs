//! trigamma: derivative of digamma.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "trigamma",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\psi_{1}\left(#1\right)",
    doc: "Derivative of digamma.",
    kernel: &elementary::TRIGAMMA,
    partials: |g, x, _| {
        let two = g.number(2.0);
        vec![g.apply(&super::polygamma::ENTRY, &[two, x[0]])]
    },
    interval: |x| x[0].trigamma(),
    domain: Domain::Where { holds: |x| x[0] > 0.0 || x[0].trunc() != x[0], condition: "#1 is not 0, -1, -2, ..." },
    corner: None,
    proof: include_str!("proof/trigamma.csv"),
};
