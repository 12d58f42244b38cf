//! digamma: derivative of lgamma.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "digamma",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\psi\left(#1\right)",
    doc: "Derivative of lgamma.",
    kernel: &elementary::DIGAMMA,
    partials: |g, x, _| vec![g.apply(&super::trigamma::ENTRY, x)],
    interval: |x| x[0].digamma(),
    domain: Domain::Where { holds: |x| x[0] > 0.0 || x[0].trunc() != x[0], condition: "#1 is not 0, -1, -2, ..." },
    corner: None,
    proof: include_str!("proof/digamma.csv"),
};
