//! One point at a time, only what is asked for, only the branches that are taken: for status analysis and limits.

use super::kernel;
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, InputKind, Node, NodeId};

/// Evaluates nodes of a graph at a point, remembering what it has computed there.
#[derive(Debug)]
pub struct Evaluator<'g> {
    graph: &'g Graph,
    inputs: Vec<f64>,
    values: Vec<f64>,
    /// The point at which `values` was computed, by its count.
    stamp: Vec<u32>,
    now: u32,
}

impl<'g> Evaluator<'g> {
    /// An evaluator at `inputs: [graph inputs]`; entries of named constants are ignored.
    pub fn new(graph: &'g Graph, inputs: &[f64]) -> Self {
        Evaluator {
            graph,
            inputs: inputs.to_vec(),
            values: vec![0.0; graph.len()],
            stamp: vec![0; graph.len()],
            now: 1,
        }
    }

    /// Goes to another point.
    pub fn move_to(&mut self, inputs: &[f64]) {
        self.inputs.clear();
        self.inputs.extend_from_slice(inputs);
        self.now += 1;
    }

    /// The graph.
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// The value of a node here.
    pub fn value(&mut self, root: NodeId) -> f64 {
        let mut open = vec![root];
        while let Some(&id) = open.last() {
            if self.known(id) {
                open.pop();
                continue;
            }
            let value = match self.graph.node(id) {
                Node::Number(bits) => f64::from_bits(bits),
                Node::Input(i) => match self.graph.inputs()[i as usize].kind {
                    InputKind::Constant(value) => value,
                    InputKind::Variable | InputKind::Column => self.inputs[i as usize],
                },
                // written out before
                Node::Index(_) | Node::Element(..) | Node::Reduce(..) => f64::NAN,
                Node::Apply(f, _) => {
                    let args = self.needed(id);
                    let before = open.len();
                    open.extend(args.iter().filter(|a| !self.known(**a)));
                    if open.len() > before {
                        continue;
                    }
                    self.apply(f.0.operator(), id)
                }
            };
            self.values[id.index()] = value;
            self.stamp[id.index()] = self.now;
            open.pop();
        }
        self.values[root.index()]
    }

    /// The children whose values decide a node's here: of an `if`, the condition and the branch taken.
    /// Asks for nothing: the branch is left out while the condition is unknown.
    pub fn needed(&self, id: NodeId) -> Vec<NodeId> {
        let children = self.graph.children(id);
        if let Some((Operator::Select, _)) = self.graph.as_operator(id) {
            let condition = children[0];
            if !self.known(condition) {
                return vec![condition];
            }
            return match self.values[condition.index()] {
                1.0 => vec![condition, children[1]],
                0.0 => vec![condition, children[2]],
                _ => vec![condition],
            };
        }
        children.to_vec()
    }

    fn known(&self, id: NodeId) -> bool {
        self.stamp[id.index()] == self.now
    }

    fn apply(&self, operator: Option<Operator>, id: NodeId) -> f64 {
        let children = self.graph.children(id);
        let value = |c: NodeId| self.values[c.index()];
        if operator == Some(Operator::Select) {
            return match value(children[0]) {
                1.0 => value(children[1]),
                0.0 => value(children[2]),
                _ => f64::NAN,
            };
        }
        let args: Vec<f64> = children.iter().map(|&c| value(c)).collect();
        let Node::Apply(f, _) = self.graph.node(id) else { return f64::NAN };
        let (kernel, count) = kernel::of(self.graph, f.0, children);
        kernel.scalar(&args[..count])
    }
}
