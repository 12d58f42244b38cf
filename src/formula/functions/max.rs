//! max: largest of its arguments; a kink where the largest two are equal.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "max",
    aliases: &[],
    arity: Arity::Fold(2),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\max\left(#1, #2\right)",
    doc: "Largest of its arguments; a kink where the largest two are equal.",
    kernel: &elementary::MAX,
    partials: |g, x, _| {
        let first = g.compare(Operator::Ge, x[0], x[1]);
        let (one, zero) = (g.number(1.0), g.number(0.0));
        vec![g.select(first, one, zero), g.select(first, zero, one)]
    },
    interval: |x| x[0].max(x[1]),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Kink,
        site: |g, x| Some(g.compare(Operator::Eq, x[0], x[1])),
        slope: |_, v| Some(if v[0] >= v[1] { v[0] } else { v[1] }),
    }),
    proof: include_str!("proof/max.csv"),
};
