//! Graphs as text: one file a notation. Uses the graph and the function table.
//!
//! A notation says how leaves, operators and calls are written; the walk over the graph, its parentheses and its limits
//! are shared. Walks use an explicit stack, so that 10^5 nested operators are no danger.

mod infix;
mod latex;

pub use infix::infix;
pub use latex::{latex, latex_name};

use super::functions::Operator;
use super::graph::{Graph, NodeId};

/// How tightly an operator binds: a child that binds less tightly than its place asks for gets parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Prefix,
    Power,
    Atom,
}

/// How tightly the text of a node binds, and what its operands must bind at least.
pub(super) fn binding(op: Operator) -> (Binding, &'static [Binding]) {
    use Binding::*;
    match op {
        Operator::Or => (Or, &[Or, And]),
        Operator::And => (And, &[And, Comparison]),
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge | Operator::Eq | Operator::Ne => {
            (Comparison, &[Sum, Sum])
        }
        Operator::Add | Operator::Sub => (Sum, &[Sum, Product]),
        Operator::Mul | Operator::Div => (Product, &[Product, Power]),
        // -x^2 is -(x^2), and -x*y is (-x)*y
        Operator::Neg | Operator::Not => (Prefix, &[Power]),
        // powers associate to the right
        Operator::Pow => (Power, &[Atom, Power]),
        Operator::Select => (Atom, &[Or, Or, Or]),
    }
}

/// The number of characters that `infix` would write for `root`, up to rounding of f64: a graph of n nodes can stand for a
/// text of 2^n characters, so one asks before one prints.
pub fn length(g: &Graph, root: NodeId) -> f64 {
    let mut size = vec![0.0_f64; root.index() + 1];
    for id in g.ids().take(root.index() + 1) {
        let own = match g.as_apply(id) {
            None => 4.0,
            Some((f, _)) => {
                if f.operator().is_some() {
                    3.0
                } else {
                    f.name.len() as f64 + 2.0
                }
            }
        };
        size[id.index()] = own + g.children(id).iter().map(|c| size[c.index()]).sum::<f64>();
    }
    size[root.index()]
}

pub use crate::numeric::text::shortest as number;
