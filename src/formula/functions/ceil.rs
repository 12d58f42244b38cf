//! ceil: smallest whole number not below x; jumps at whole numbers.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "ceil",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\lceil #1 \rceil",
    doc: "Smallest whole number not below x; jumps at whole numbers.",
    kernel: &elementary::CEIL,
    partials: |g, _, _| vec![g.number(0.0)],
    interval: |x| x[0].ceil(),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Jump,
        site: |g, x| {
            let y = g.apply(&ENTRY, x);
            Some(g.compare(Operator::Eq, x[0], y))
        },
        // continuous from one side
        slope: |_, v| (v[0] < 0.0).then_some(0.0),
    }),
    proof: include_str!("proof/ceil.csv"),
};
