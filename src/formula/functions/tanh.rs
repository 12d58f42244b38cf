//! tanh: hyperbolic tangent.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "tanh",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\tanh\left(#1\right)",
    doc: "Hyperbolic tangent.",
    kernel: &elementary::TANH,
    // 1/cosh^2, not 1 - y^2: at x = 10 the difference keeps eight digits
    partials: |g, x, _| {
        let c = g.apply(&super::cosh::ENTRY, x);
        let c2 = g.powk(c, 2.0);
        vec![g.recip(c2)]
    },
    interval: |x| x[0].tanh(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/tanh.csv"),
};
