//! atanh: inverse hyperbolic tangent, for -1 < x < 1.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "atanh",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{artanh}\left(#1\right)",
    doc: "Inverse hyperbolic tangent, for -1 < x < 1.",
    kernel: &elementary::ATANH,
    partials: |g, x, _| {
        let x2 = g.powk(x[0], 2.0);
        let d = g.from(1.0, x2);
        vec![g.recip(d)]
    },
    interval: |x| x[0].atanh(),
    domain: Domain::Where { holds: |x| x[0].abs() < 1.0, condition: "-1 < #1 < 1" },
    corner: None,
    proof: include_str!("proof/atanh.csv"),
};
