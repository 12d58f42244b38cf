//! atan2: angle of the point (x, y), written atan2(y, x), in [-pi, pi]; undefined at the origin.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "atan2",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{atan2}\left(#1, #2\right)",
    doc: "Angle of the point (x, y), written atan2(y, x), in [-pi, pi]; undefined at the origin.",
    kernel: &elementary::ATAN2,
    partials: |g, x, _| {
        let (y2, x2) = (g.powk(x[0], 2.0), g.powk(x[1], 2.0));
        let r2 = g.add(x2, y2);
        let across = g.div(x[0], r2);
        vec![g.div(x[1], r2), g.neg(across)]
    },
    interval: |x| x[0].atan2(x[1]),
    domain: Domain::Where { holds: |x| x[0] != 0.0 || x[1] != 0.0, condition: "not both #1 and #2 are 0" },
    corner: Some(Corner {
        kind: CornerKind::Jump, // from pi to -pi across the negative half-axis
        site: |g, x| {
            let on_axis = g.equals(x[0], 0.0);
            let zero = g.number(0.0);
            let left = g.compare(Operator::Lt, x[1], zero);
            Some(g.and(on_axis, left))
        },
        // along the cut and to the side of the value at the cut (+pi for +0, -pi for -0) the rule -y/r^2, x/r^2 holds
        slope: |x, v| {
            let side = if x[0].is_sign_positive() { 1.0 } else { -1.0 };
            (v[0] * side >= 0.0).then(|| v[0] / x[1])
        },
    }),
    proof: include_str!("proof/atan2.csv"),
};
