//! erf: error function.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "erf",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{erf}\left(#1\right)",
    doc: "Error function.",
    kernel: &elementary::ERF,
    partials: |g, x, _| {
        let x2 = g.powk(x[0], 2.0);
        let minus = g.neg(x2);
        let e = g.apply(&super::exp::ENTRY, &[minus]);
        vec![g.scale(std::f64::consts::FRAC_2_SQRT_PI, e)]
    },
    interval: |x| x[0].erf(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/erf.csv"),
};
