//! ln: natural logarithm, for x > 0; log(x) is the same.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "ln",
    aliases: &["log"],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\ln\left(#1\right)",
    doc: "Natural logarithm, for x > 0; log(x) is the same.",
    kernel: &elementary::LN,
    partials: |g, x, _| vec![g.recip(x[0])],
    interval: |x| x[0].ln(),
    domain: Domain::Where { holds: |x| x[0] > 0.0, condition: "#1 > 0" },
    corner: None,
    proof: include_str!("proof/ln.csv"),
};
