//! softplus: ln(1 + exp(x)), right at both ends.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "softplus",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{softplus}\left(#1\right)",
    doc: "ln(1 + exp(x)), right at both ends.",
    kernel: &elementary::SOFTPLUS,
    partials: |g, x, _| vec![g.apply(&super::sigmoid::ENTRY, x)],
    interval: |x| x[0].softplus(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/softplus.csv"),
};
