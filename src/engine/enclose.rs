//! A formula on intervals: what rounding can have done to a value, and later proofs. Uses the table's interval extensions.

use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::numeric::interval::Interval;

/// Encloses one node of a graph over boxes.
#[derive(Debug)]
pub struct Enclosure<'g> {
    graph: &'g Graph,
    order: Vec<NodeId>,
    values: Vec<Interval>,
}

impl<'g> Enclosure<'g> {
    /// Prepares the nodes that `root` is made of.
    pub fn new(graph: &'g Graph, root: NodeId) -> Self {
        let used = graph.reachable(&[root]);
        let order = graph.ids().take(root.index() + 1).filter(|id| used[id.index()]).collect();
        Enclosure { graph, order, values: vec![Interval::point(0.0); root.index() + 1] }
    }

    /// The number of nodes: what an enclosure costs.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is nothing to enclose.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// An interval that holds the true value of the root wherever `inputs: [graph inputs]` hold the true arguments.
    pub fn of(&mut self, inputs: &[Interval]) -> Interval {
        let mut last = Interval::point(f64::NAN);
        for &id in &self.order {
            last = match self.graph.node(id) {
                Node::Number(bits) => Interval::point(f64::from_bits(bits)),
                Node::Input(i) => match self.graph.inputs()[i as usize].kind {
                    InputKind::Constant(value) => Interval::point(value),
                    InputKind::Variable | InputKind::Column => inputs[i as usize],
                },
                // written out before
                Node::Index(_) | Node::Element(..) | Node::Reduce(..) => Interval::point(f64::NAN),
                Node::Apply(f, _) => {
                    let args: Vec<Interval> = self.graph.children(id).iter().map(|c| self.values[c.index()]).collect();
                    (f.0.interval)(&args)
                }
            };
            self.values[id.index()] = last;
        }
        last
    }
}
