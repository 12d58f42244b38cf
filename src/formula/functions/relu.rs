//! relu: max(0, x); a kink at 0.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "relu",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\max\left(0, #1\right)",
    doc: "max(0, x); a kink at 0.",
    kernel: &elementary::RELU,
    partials: |g, x, _| {
        let (one, zero) = (g.number(1.0), g.number(0.0));
        let positive = g.compare(Operator::Gt, x[0], zero);
        vec![g.select(positive, one, zero)]
    },
    interval: |x| x[0].relu(),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Kink,
        site: |g, x| Some(g.equals(x[0], 0.0)),
        slope: |_, v| Some(if v[0] > 0.0 { v[0] } else { 0.0 }),
    }),
    proof: include_str!("proof/relu.csv"),
};
