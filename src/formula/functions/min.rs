//! min: smallest of its arguments; a kink where the smallest two are equal.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "min",
    aliases: &[],
    arity: Arity::Fold(2),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\min\left(#1, #2\right)",
    doc: "Smallest of its arguments; a kink where the smallest two are equal.",
    kernel: &elementary::MIN,
    partials: |g, x, _| {
        let first = g.compare(Operator::Le, x[0], x[1]);
        let (one, zero) = (g.number(1.0), g.number(0.0));
        vec![g.select(first, one, zero), g.select(first, zero, one)]
    },
    interval: |x| x[0].min(x[1]),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Kink,
        site: |g, x| Some(g.compare(Operator::Eq, x[0], x[1])),
        slope: |_, v| Some(if v[0] <= v[1] { v[0] } else { v[1] }),
    }),
    proof: include_str!("proof/min.csv"),
};
