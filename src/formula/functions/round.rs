//! round: nearest whole number, halves to the even one; jumps at halves.

use super::{Arity, Corner, CornerKind, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "round",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{round}\left(#1\right)",
    doc: "Nearest whole number, halves to the even one; jumps at halves.",
    kernel: &elementary::ROUND,
    partials: |g, _, _| vec![g.number(0.0)],
    interval: |x| x[0].round(),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Jump,
        // x is a half: its distance to floor(x) is 1/2 exactly
        site: |g, x| {
            let below = g.apply(&super::floor::ENTRY, x);
            let distance = g.sub(x[0], below);
            Some(g.equals(distance, 0.5))
        },
        slope: |_, _| None,
    }),
    proof: include_str!("proof/round.csv"),
};
