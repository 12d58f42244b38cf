//! polygamma: k-th derivative of digamma: polygamma(k, x), k a number from 0 to 50.

use super::{Arity, Domain, Function, Syntax};
use crate::numeric::elementary;
use crate::numeric::interval::Interval;

pub static ENTRY: Function = Function {
    name: "polygamma",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: Some(0),
    latex: r"\psi^{(#1)}\left(#2\right)",
    doc: "k-th derivative of digamma: polygamma(k, x), k a number from 0 to 50.",
    kernel: &elementary::POLYGAMMA,
    partials: |g, x, _| {
        let undefined = g.number(f64::NAN);
        let next = match g.as_number(x[0]) {
            Some(k) => {
                let k = g.number(k + 1.0);
                g.apply(&ENTRY, &[k, x[1]])
            }
            None => undefined,
        };
        vec![undefined, next]
    },
    interval: |x| Interval::polygamma(x[0], x[1]),
    domain: Domain::Where { holds: |x| x[1] > 0.0 || x[1].trunc() != x[1], condition: "#2 is not 0, -1, -2, ..." },
    corner: None,
    proof: include_str!("proof/polygamma.csv"),
};
