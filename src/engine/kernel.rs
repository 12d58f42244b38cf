//! Which kernel computes a node: the function's own, or a cheaper one with the same meaning where an argument is a number.

use crate::formula::functions::{Function, Operator};
use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::numeric::block::Kernel;
use crate::numeric::elementary;

/// The kernel for `function` applied to `args`, and how many of them it takes. Squares and cubes are products: at most
/// 1 ulp off, as the general power is, and a tenth of its time. Only an exponent that stands there as a number or a named
/// constant counts, so that every way of evaluation makes the same choice.
pub fn of(g: &Graph, function: &'static Function, args: &[NodeId]) -> (&'static Kernel, usize) {
    if function.operator() == Some(Operator::Pow) {
        let exponent = match g.node(args[1]) {
            Node::Number(bits) => Some(f64::from_bits(bits)),
            Node::Input(i) => match g.inputs()[i as usize].kind {
                InputKind::Constant(value) => Some(value),
                InputKind::Variable | InputKind::Column => None,
            },
            _ => None,
        };
        match exponent {
            Some(2.0) => return (&elementary::SQUARE, 1),
            Some(3.0) => return (&elementary::CUBE, 1),
            _ => {}
        }
    }
    (function.kernel, function.slots())
}
