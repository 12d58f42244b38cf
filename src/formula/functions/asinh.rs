//! asinh: inverse hyperbolic sine.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "asinh",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{arsinh}\left(#1\right)",
    doc: "Inverse hyperbolic sine.",
    kernel: &elementary::ASINH,
    // hypot(1, x), not sqrt(1 + x^2): x^2 overflows from 1e154 on
    partials: |g, x, _| {
        let one = g.number(1.0);
        let d = g.apply(&super::hypot::ENTRY, &[one, x[0]]);
        vec![g.recip(d)]
    },
    interval: |x| x[0].asinh(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/asinh.csv"),
};
