//! cbrt: real cube root, for every real x.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "cbrt",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\sqrt[3]{#1}",
    doc: "Real cube root, for every real x.",
    kernel: &elementary::CBRT,
    // (x^(1/3))' = 1/(3 y^2): built from the result y, not from x again
    partials: |g, _, y| {
        let y2 = g.powk(y, 2.0);
        let d = g.scale(3.0, y2);
        vec![g.recip(d)]
    },
    interval: |x| x[0].cbrt(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/cbrt.csv"),
};
