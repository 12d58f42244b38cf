//! acosh: inverse hyperbolic cosine, for x >= 1.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "acosh",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{arcosh}\left(#1\right)",
    doc: "Inverse hyperbolic cosine, for x >= 1.",
    kernel: &elementary::ACOSH,
    // sqrt(x - 1)*sqrt(x + 1): no cancellation near 1, no overflow
    partials: |g, x, _| {
        let (below, above) = (g.shift(x[0], -1.0), g.shift(x[0], 1.0));
        let (a, b) = (g.apply(&super::sqrt::ENTRY, &[below]), g.apply(&super::sqrt::ENTRY, &[above]));
        let d = g.mul(a, b);
        vec![g.recip(d)]
    },
    interval: |x| x[0].acosh(),
    domain: Domain::Where { holds: |x| x[0] >= 1.0, condition: "#1 >= 1" },
    corner: None,
    proof: include_str!("proof/acosh.csv"),
};
