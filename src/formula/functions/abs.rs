//! abs: absolute value; a kink at 0.

use super::{Arity, Corner, CornerKind, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "abs",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\left|#1\right|",
    doc: "Absolute value; a kink at 0.",
    kernel: &elementary::ABS,
    partials: |g, x, _| vec![g.apply(&super::sign::ENTRY, x)],
    interval: |x| x[0].abs(),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Kink,
        site: |g, x| Some(g.equals(x[0], 0.0)),
        slope: |_, v| Some(v[0].abs()),
    }),
    proof: include_str!("proof/abs.csv"),
};
