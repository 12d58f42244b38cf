//! acos: inverse cosine in [0, pi], for -1 <= x <= 1.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "acos",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\arccos\left(#1\right)",
    doc: "Inverse cosine in [0, pi], for -1 <= x <= 1.",
    kernel: &elementary::ACOS,
    partials: |g, x, _| {
        let x2 = g.powk(x[0], 2.0);
        let r = g.from(1.0, x2);
        let d = g.apply(&super::sqrt::ENTRY, &[r]);
        let p = g.recip(d);
        vec![g.neg(p)]
    },
    interval: |x| x[0].acos(),
    domain: Domain::Where { holds: |x| x[0].abs() <= 1.0, condition: "-1 <= #1 <= 1" },
    corner: None,
    proof: include_str!("proof/acos.csv"),
};
