//! mod: remainder with the sign of the divisor, x - y*floor(x/y), as in Python; jumps where it is 0.

use super::{Arity, Corner, CornerKind, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "mod",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"#1 \bmod #2",
    doc: "Remainder with the sign of the divisor, x - y*floor(x/y), as in Python; jumps where it is 0.",
    kernel: &elementary::MOD,
    partials: |g, x, _| {
        let quotient = g.div(x[0], x[1]);
        let whole = g.apply(&super::floor::ENTRY, &[quotient]);
        vec![g.number(1.0), g.neg(whole)]
    },
    interval: |x| x[0].modulo(x[1]),
    domain: Domain::Where { holds: |x| x[1] != 0.0, condition: "#2 != 0" },
    corner: Some(Corner {
        kind: CornerKind::Jump,
        site: |g, x| {
            let y = g.apply(&ENTRY, x);
            Some(g.equals(y, 0.0))
        },
        slope: |_, _| None,
    }),
    proof: include_str!("proof/mod.csv"),
};
