//! hypot: sqrt(x^2 + y^2) without overflow; a kink at the origin.

use super::{Arity, Corner, CornerKind, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "hypot",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\sqrt{{#1}^{2} + {#2}^{2}}",
    doc: "sqrt(x^2 + y^2) without overflow; a kink at the origin.",
    kernel: &elementary::HYPOT,
    partials: |g, x, y| vec![g.div(x[0], y), g.div(x[1], y)],
    interval: |x| x[0].hypot(x[1]),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Kink,
        site: |g, x| {
            let (a, b) = (g.equals(x[0], 0.0), g.equals(x[1], 0.0));
            Some(g.and(a, b))
        },
        slope: |_, v| Some(elementary::hypot(v[0], v[1])),
    }),
    proof: include_str!("proof/hypot.csv"),
};
