//! log1p: ln(1 + x) without cancellation near 0, for x > -1.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "log1p",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{log1p}\left(#1\right)",
    doc: "ln(1 + x) without cancellation near 0, for x > -1.",
    kernel: &elementary::LOG1P,
    partials: |g, x, _| {
        let d = g.shift(x[0], 1.0);
        vec![g.recip(d)]
    },
    interval: |x| x[0].log1p(),
    domain: Domain::Where { holds: |x| x[0] > -1.0, condition: "#1 > -1" },
    corner: None,
    proof: include_str!("proof/log1p.csv"),
};
