//! asin: inverse sine in [-pi/2, pi/2], for -1 <= x <= 1.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "asin",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\arcsin\left(#1\right)",
    doc: "Inverse sine in [-pi/2, pi/2], for -1 <= x <= 1.",
    kernel: &elementary::ASIN,
    partials: |g, x, _| {
        let x2 = g.powk(x[0], 2.0);
        let r = g.from(1.0, x2);
        let d = g.apply(&super::sqrt::ENTRY, &[r]);
        vec![g.recip(d)]
    },
    interval: |x| x[0].asin(),
    domain: Domain::Where { holds: |x| x[0].abs() <= 1.0, condition: "-1 <= #1 <= 1" },
    corner: None,
    proof: include_str!("proof/asin.csv"),
};
