//! sign: -1, 0 or 1; jumps at 0.

use super::{Arity, Corner, CornerKind, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "sign",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\operatorname{sign}\left(#1\right)",
    doc: "-1, 0 or 1; jumps at 0.",
    kernel: &elementary::SIGN,
    partials: |g, _, _| vec![g.number(0.0)],
    interval: |x| x[0].sign(),
    domain: Domain::Reals,
    corner: Some(Corner { kind: CornerKind::Jump, site: |g, x| Some(g.equals(x[0], 0.0)), slope: |_, _| None }),
    proof: include_str!("proof/sign.csv"),
};
