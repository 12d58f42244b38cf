//! atan: inverse tangent in [-pi/2, pi/2].

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "atan",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\arctan\left(#1\right)",
    doc: "Inverse tangent in [-pi/2, pi/2].",
    kernel: &elementary::ATAN,
    partials: |g, x, _| {
        let x2 = g.powk(x[0], 2.0);
        let d = g.shift(x2, 1.0);
        vec![g.recip(d)]
    },
    interval: |x| x[0].atan(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/atan.csv"),
};
