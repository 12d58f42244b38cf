//! erfc: 1 - erf(x) without cancellation for large x.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "erfc",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{erfc}\left(#1\right)",
    doc: "1 - erf(x) without cancellation for large x.",
    kernel: &elementary::ERFC,
    partials: |g, x, _| {
        let x2 = g.powk(x[0], 2.0);
        let minus = g.neg(x2);
        let e = g.apply(&super::exp::ENTRY, &[minus]);
        vec![g.scale(-std::f64::consts::FRAC_2_SQRT_PI, e)]
    },
    interval: |x| x[0].erfc(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/erfc.csv"),
};
