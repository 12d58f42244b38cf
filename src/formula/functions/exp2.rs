//! exp2: 2 to the power x.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "exp2",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"2^{#1}",
    doc: "2 to the power x.",
    kernel: &elementary::EXP2,
    partials: |g, _, y| {
        let two = g.number(2.0);
        let ln2 = g.apply(&super::ln::ENTRY, &[two]);
        vec![g.mul(ln2, y)]
    },
    interval: |x| x[0].exp2(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/exp2.csv"),
};
