//! log: logarithm of x to a base b > 0, b != 1.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "log",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\log_{#2}\left(#1\right)",
    doc: "Logarithm of x to a base b > 0, b != 1.",
    kernel: &elementary::LOG,
    partials: |g, x, y| {
        let ln_base = g.apply(&super::ln::ENTRY, &[x[1]]);
        let (of_x, of_base) = (g.mul(x[0], ln_base), g.mul(x[1], ln_base));
        let by_base = g.div(y, of_base);
        vec![g.recip(of_x), g.neg(by_base)]
    },
    interval: |x| x[0].log(x[1]),
    domain: Domain::Where {
        holds: |x| x[0] > 0.0 && x[1] > 0.0 && x[1] != 1.0,
        condition: "#1 > 0, #2 > 0 and #2 != 1",
    },
    corner: None,
    proof: include_str!("proof/log.csv"),
};
