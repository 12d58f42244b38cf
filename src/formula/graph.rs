//! The graph of a formula: a hash-consed directed acyclic graph, in which a sub-expression exists once.
//!
//! Uses `numeric` and the function table. Nodes are only ever added, children before parents, so the order of
//! [`NodeId`]s is a topological order and every pass over a graph is a loop, never a recursion.

use rustc_hash::FxHashMap as HashMap;
use std::hash::{Hash, Hasher};

use super::functions::{Function, Operator};
use crate::error::Span;

/// A node's place in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The same as an index into arrays with one entry a node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A function of the table as a node names it; two are equal when they are the same entry.
#[derive(Clone, Copy, Debug)]
pub struct Fun(pub &'static Function);

impl PartialEq for Fun {
    fn eq(&self, other: &Fun) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Fun {}
impl Hash for Fun {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::hash(self.0, state);
    }
}

/// The most arguments a node has; functions of more are folded from the left when lowered.
pub const MAX_ARGS: usize = 3;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number, by its bits: 0 and -0 are two numbers.
    Number(u64),
    /// One of [`Graph::inputs`].
    Input(u32),
    /// A function of the table applied to its arguments; slots past its arity repeat the first argument.
    Apply(Fun, [NodeId; MAX_ARGS]),
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InputKind {
    /// A coordinate of the point: what gradients are with respect to.
    Variable,
    /// A column of the data: a number of the row, constant for derivatives.
    Column,
    /// A named number; its name is kept so that derivatives print as a person writes them.
    Constant(f64),
}

/// A name that formulas may use.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// As written.
    pub name: String,
    /// What it stands for.
    pub kind: InputKind,
}

/// A hash-consed expression graph over named inputs.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    known: HashMap<Node, NodeId>,
    inputs: Vec<Input>,
    names: HashMap<String, u32>,
    spans: HashMap<NodeId, Span>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Graph::default()
    }

    /// The number of nodes, those no longer used included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What the node is.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// The names, in the order of declaration.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The node of a name, if it is declared.
    pub fn input_named(&self, name: &str) -> Option<NodeId> {
        let &i = self.names.get(name)?;
        self.known.get(&Node::Input(i)).copied()
    }

    /// Declares a name and gives its node; a name that is known keeps its first meaning.
    pub fn declare(&mut self, name: &str, kind: InputKind) -> NodeId {
        let i = *self.names.entry(name.to_string()).or_insert_with(|| {
            self.inputs.push(Input { name: name.to_string(), kind });
            (self.inputs.len() - 1) as u32
        });
        self.intern(Node::Input(i))
    }

    /// The number `x`.
    pub fn number(&mut self, x: f64) -> NodeId {
        self.intern(Node::Number(x.to_bits()))
    }

    /// The node for exactly this, made if there is none yet. No simplification: [`Graph::apply`] is the door for those.
    pub(super) fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
        self.nodes.push(node);
        self.known.insert(node, id);
        id
    }

    /// A node for `function` applied to `args` as they are.
    pub(super) fn intern_apply(&mut self, function: &'static Function, args: &[NodeId]) -> NodeId {
        debug_assert!(!args.is_empty() && args.len() <= MAX_ARGS);
        let mut slots = [args[0]; MAX_ARGS];
        slots[..args.len()].copy_from_slice(args);
        self.intern(Node::Apply(Fun(function), slots))
    }

    /// The value, if the node is a number.
    pub fn as_number(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// Whether the node is the number `x`, bit for bit.
    pub fn is_number(&self, id: NodeId, x: f64) -> bool {
        self.node(id) == Node::Number(x.to_bits())
    }

    /// The function and its arguments, if the node applies one.
    pub fn as_apply(&self, id: NodeId) -> Option<(&'static Function, &[NodeId])> {
        match &self.nodes[id.index()] {
            Node::Apply(f, slots) => Some((f.0, &slots[..f.0.slots()])),
            _ => None,
        }
    }

    /// The operator and its arguments, if the node applies one.
    pub fn as_operator(&self, id: NodeId) -> Option<(Operator, &[NodeId])> {
        let (f, args) = self.as_apply(id)?;
        Some((f.operator()?, args))
    }

    /// The children of a node, in order.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        self.as_apply(id).map_or(&[], |(_, args)| args)
    }

    /// Remembers where in the user's text a node was first written.
    pub fn mark(&mut self, id: NodeId, span: Span) {
        self.spans.entry(id).or_insert(span);
    }

    /// Where in the user's text the node was first written, if it stands there.
    pub fn span(&self, id: NodeId) -> Option<Span> {
        self.spans.get(&id).copied()
    }

    /// All ids from the first to the last.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// Which nodes the roots are made of: `[len]`.
    pub fn reachable(&self, roots: &[NodeId]) -> Vec<bool> {
        let mut used = vec![false; self.len()];
        for r in roots {
            used[r.index()] = true;
        }
        for id in self.ids().rev() {
            if used[id.index()] {
                for c in self.children(id) {
                    used[c.index()] = true;
                }
            }
        }
        used
    }

    /// Which nodes depend on any of `inputs`: `[len]`.
    pub fn depends_on(&self, inputs: &[NodeId]) -> Vec<bool> {
        let mut depends = vec![false; self.len()];
        for i in inputs {
            depends[i.index()] = true;
        }
        for id in self.ids() {
            if self.children(id).iter().any(|c| depends[c.index()]) {
                depends[id.index()] = true;
            }
        }
        depends
    }
}
