//! exp: exponential function.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "exp",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"e^{#1}",
    doc: "Exponential function.",
    kernel: &elementary::EXP,
    partials: |_, _, y| vec![y],
    interval: |x| x[0].exp(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/exp.csv"),
};
