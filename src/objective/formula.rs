//! A formula with its gradient, as graphs: the objective that everything else is compared with.

use crate::formula::corners::{Corners, corners};
use crate::formula::differentiate;
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, Node, NodeId};
use crate::formula::tidy::{nonzero_where_defined, tidy};

/// A function f: R^n -> R given by a formula, with its gradient and, on request, its Hessian.
#[derive(Clone, Debug)]
pub struct Formula {
    /// Everything below lives here.
    pub graph: Graph,
    /// f
    pub value: NodeId,
    /// What f is differentiated by: `[n]`, in the user's order.
    pub variables: Vec<NodeId>,
    /// The partial derivatives, as they are printed and run: `[n]`.
    pub gradient: Vec<NodeId>,
    /// The same before they were rewritten: rounded otherwise, and overflowing elsewhere.
    pub raw_gradient: Vec<NodeId>,
    /// 0 where no divisor that rewriting made has overflowed, NaN else: `a/v^2` is 0 there, silently, where `a/v/v` is not.
    /// `None` where there is no such divisor.
    pub divisors: Option<NodeId>,
    /// Where the partial derivatives are no evidence.
    pub corners: Corners,
}

impl Formula {
    /// Differentiates `value` by `variables` in reverse mode; `graph` must hold nothing but what the user wrote.
    pub fn new(mut graph: Graph, value: NodeId, variables: Vec<NodeId>) -> Self {
        let written = graph.len();
        let raw_gradient = differentiate::gradient(&mut graph, value, &variables);
        let nonzero = nonzero_where_defined(&graph, value);
        let gradient = tidy(&mut graph, &raw_gradient, written, &nonzero);
        let divisors = divisors(&mut graph, &gradient, written);
        let corners = corners(&mut graph, value, &variables);
        Formula { graph, value, variables, gradient, raw_gradient, divisors, corners }
    }

    /// The number of variables, n.
    pub fn dimension(&self) -> usize {
        self.variables.len()
    }

    /// The place of a variable among the graph's inputs.
    pub fn input_index(&self, variable: NodeId) -> usize {
        match self.graph.node(variable) {
            Node::Input(i) => i as usize,
            _ => unreachable!("variables are inputs"),
        }
    }

    /// The Hessian's nodes, `[n][n]`, symmetric: forward over reverse.
    pub fn hessian(&mut self) -> Vec<Vec<NodeId>> {
        let n = self.dimension();
        let (gradient, variables) = (self.gradient.clone(), self.variables.clone());
        let flat = tidied(&mut self.graph, self.value, |g| {
            differentiate::hessian(g, &gradient, &variables).into_iter().flatten().collect()
        });
        flat.chunks(n.max(1)).map(<[NodeId]>::to_vec).collect()
    }

    /// The derivative of `node` by one variable: for derivatives of higher order.
    pub fn partial(&mut self, node: NodeId, variable: NodeId) -> NodeId {
        let value = self.value;
        tidied(&mut self.graph, value, |g| differentiate::gradient(g, node, &[variable]))[0]
    }
}

/// The sum of 0*v over the divisors v of `roots` that stand in no user's text.
fn divisors(g: &mut Graph, roots: &[NodeId], written: usize) -> Option<NodeId> {
    let used = g.reachable(roots);
    let ids: Vec<NodeId> = g.ids().filter(|id| id.index() >= written && used[id.index()]).collect();
    let mut seen: Vec<NodeId> = Vec::new();
    for id in ids {
        if let Some((Operator::Div, args)) = g.as_operator(id)
            && args[1].index() >= written
            && g.as_number(args[1]).is_none()
        {
            seen.push(args[1]);
        }
    }
    seen.sort();
    seen.dedup();
    let zero = g.number(0.0);
    let terms: Vec<NodeId> = seen.into_iter().map(|v| g.mul(zero, v)).collect();
    terms.into_iter().reduce(|a, b| g.add(a, b))
}

/// Differentiates and rewrites what is new; `value` tells which divisors are nonzero wherever the formula is defined.
fn tidied(g: &mut Graph, value: NodeId, differentiate: impl FnOnce(&mut Graph) -> Vec<NodeId>) -> Vec<NodeId> {
    let born = g.len();
    let raw = differentiate(g);
    let nonzero = nonzero_where_defined(g, value);
    tidy(g, &raw, born, &nonzero)
}
