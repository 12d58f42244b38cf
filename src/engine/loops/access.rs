//! How indices move: the constant step of an access from one index to the next, and where it starts.

use super::super::compile::number_of;
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, Node, NodeId};

/// By how much `id` grows when the index of `level` grows by one, where that is a fixed whole number.
pub(super) fn slope(g: &Graph, id: NodeId, level: u32) -> Option<f64> {
    if !g.varies_with(id, level) {
        return Some(0.0);
    }
    let whole = |x: f64| (x.trunc() == x && x.abs() < 1e9).then_some(x);
    match (g.node(id), g.as_operator(id)) {
        (Node::Index(l), _) if l == level => Some(1.0),
        (_, Some((Operator::Add, a))) => Some(slope(g, a[0], level)? + slope(g, a[1], level)?),
        (_, Some((Operator::Sub, a))) => Some(slope(g, a[0], level)? - slope(g, a[1], level)?),
        (_, Some((Operator::Neg, a))) => Some(-slope(g, a[0], level)?),
        (_, Some((Operator::Mul, a))) => {
            let by = |c: NodeId, x: NodeId| Some(number_of(g, c)? * slope(g, x, level)?);
            by(a[0], a[1]).or_else(|| by(a[1], a[0])).and_then(whole)
        }
        _ => None,
    }
}
