//! lgamma: ln |Gamma(x)|; poles at 0, -1, -2, ...

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "lgamma",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\ln\left|\Gamma\left(#1\right)\right|",
    doc: "ln |Gamma(x)|; poles at 0, -1, -2, ...",
    kernel: &elementary::LGAMMA,
    partials: |g, x, _| vec![g.apply(&super::digamma::ENTRY, x)],
    interval: |x| x[0].lgamma(),
    domain: Domain::Where { holds: |x| x[0] > 0.0 || x[0].trunc() != x[0], condition: "#1 is not 0, -1, -2, ..." },
    corner: None,
    proof: include_str!("proof/lgamma.csv"),
};
