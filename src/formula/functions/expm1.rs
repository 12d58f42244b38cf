//! expm1: exp(x) - 1 without cancellation near 0.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "expm1",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{expm1}\left(#1\right)",
    doc: "exp(x) - 1 without cancellation near 0.",
    kernel: &elementary::EXPM1,
    // exp(x), not y + 1: at x = -40 the sum has no digit left
    partials: |g, x, _| vec![g.apply(&super::exp::ENTRY, x)],
    interval: |x| x[0].expm1(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/expm1.csv"),
};
