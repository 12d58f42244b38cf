//! clamp: x held between lo and hi: clamp(x, lo, hi); kinks at both.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "clamp",
    aliases: &[],
    arity: Arity::Exactly(3),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{clamp}\left(#1, #2, #3\right)",
    doc: "x held between lo and hi: clamp(x, lo, hi); kinks at both.",
    kernel: &elementary::CLAMP,
    partials: |g, x, _| {
        let below = g.compare(Operator::Lt, x[0], x[1]);
        let above = g.compare(Operator::Gt, x[0], x[2]);
        let (one, zero) = (g.number(1.0), g.number(0.0));
        let inside = g.select(above, zero, one);
        vec![g.select(below, zero, inside), g.select(below, one, zero), g.select(above, one, zero)]
    },
    interval: |x| x[0].clamp(x[1], x[2]),
    domain: Domain::Where { holds: |x| x[1] <= x[2], condition: "#2 <= #3" },
    corner: Some(Corner {
        kind: CornerKind::Kink,
        site: |g, x| {
            let low = g.compare(Operator::Eq, x[0], x[1]);
            let high = g.compare(Operator::Eq, x[0], x[2]);
            Some(g.or(low, high))
        },
        slope: |x, v| match (x[0] == x[1], x[0] == x[2]) {
            (true, false) => Some(if v[0] >= v[1] { v[0] } else { v[1] }),
            (false, true) => Some(if v[0] <= v[2] { v[0] } else { v[2] }),
            _ => None,
        },
    }),
    proof: include_str!("proof/clamp.csv"),
};
