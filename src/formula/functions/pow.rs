//! pow: x to the power y, written `x^y` or `pow(x, y)`.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::numeric::elementary;

pub static ENTRY: Function = Function {
    name: "pow",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Pow),
    callable: true,
    constant_argument: None,
    latex: r"{#1}^{#2}",
    doc: "x to the power y, also written x^y; for x < 0 only whole y, 0^0 is 1.",
    kernel: &elementary::POW,
    // (x^y)_x = y x^(y-1), not y (x^y)/x: right at x = 0; (x^y)_y = x^y ln x
    partials: |g, x, y| {
        let lower = match g.as_number(x[1]) {
            Some(k) => g.number(k - 1.0),
            None => g.shift(x[1], -1.0),
        };
        let power = g.pow(x[0], lower);
        let by_base = g.mul(x[1], power);
        let by_exponent = if is_e(g, x[0]) {
            y
        } else {
            let ln = g.apply(&super::ln::ENTRY, &[x[0]]);
            g.mul(y, ln)
        };
        vec![by_base, by_exponent]
    },
    interval: |x| x[0].pow(x[1]),
    domain: Domain::Where {
        holds: |x| x[0] > 0.0 || x[0] == 0.0 && x[1] >= 0.0 || x[0] < 0.0 && x[1].trunc() == x[1],
        condition: "#1 > 0, or #1 = 0 and #2 >= 0, or #1 < 0 and #2 a whole number",
    },
    corner: Some(Corner {
        kind: CornerKind::Edge,
        // x^1.5 ends at x = 0, where the rule gives 0; whole exponents written as numbers have no such place
        site: |g, x| match g.as_number(x[1]) {
            Some(k) if k.trunc() == k => None,
            _ => Some(g.equals(x[0], 0.0)),
        },
        slope: |x, v| {
            let whole = x[1].trunc() == x[1];
            match (v[1] == 0.0, whole) {
                (true, true) if x[1] == 1.0 => Some(v[0]),
                (true, true) if x[1] == 0.0 || x[1] > 1.0 => Some(0.0),
                (true, false) if x[1] > 1.0 && v[0] > 0.0 => Some(0.0),
                _ => None,
            }
        },
    }),
    proof: include_str!("proof/pow.csv"),
};

/// Whether the node is the constant e by name, whose logarithm is 1.
fn is_e(g: &Graph, id: NodeId) -> bool {
    match g.node(id) {
        Node::Input(i) => g.inputs()[i as usize].kind == InputKind::Constant(std::f64::consts::E),
        _ => false,
    }
}
