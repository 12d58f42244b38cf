//! floor: largest whole number not above x; jumps at whole numbers.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "floor",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Call,
    callable: true,
    constant_argument: None,
    latex: r"\lfloor #1 \rfloor",
    doc: "Largest whole number not above x; jumps at whole numbers.",
    kernel: &elementary::FLOOR,
    partials: |g, _, _| vec![g.number(0.0)],
    interval: |x| x[0].floor(),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Jump,
        site: |g, x| {
            let y = g.apply(&ENTRY, x);
            Some(g.compare(Operator::Eq, x[0], y))
        },
        // continuous from one side
        slope: |_, v| (v[0] > 0.0).then_some(0.0),
    }),
    proof: include_str!("proof/floor.csv"),
};
