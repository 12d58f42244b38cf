//! The graph of a formula: a hash-consed directed acyclic graph, in which a sub-expression exists once.
//!
//! Uses `numeric` and the function table. Nodes are only ever added, children before parents, so the order of
//! [`NodeId`]s is a topological order and every pass over a graph is a loop, never a recursion.

use rustc_hash::FxHashMap as HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

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
    /// The index of the reduction at this depth of nesting, the outermost being 0.
    Index(u32),
    /// A component of one of [`Graph::arrays`], its indices counted from 1; of a vector both slots are the same.
    Element(u32, [NodeId; 2]),
    /// A body reduced over `Index(level)` from the first to the last value: `[first, last, body]`.
    Reduce(Reduction, u32, [NodeId; MAX_ARGS]),
}

/// How the values of a body over an index become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// Their sum; 0 of none.
    Sum,
    /// Their product; 1 of none.
    Prod,
    /// The largest; undefined of none.
    Max,
    /// The smallest; undefined of none.
    Min,
}

impl Reduction {
    /// As it is written: `sum(i, 1, n, ...)`.
    pub fn name(self) -> &'static str {
        match self {
            Reduction::Sum => "sum",
            Reduction::Prod => "prod",
            Reduction::Max => "max",
            Reduction::Min => "min",
        }
    }
}

/// A vector `[n]` or a matrix `[n, m]`, row-major.
#[derive(Clone, Debug)]
pub struct Array {
    /// As written.
    pub name: String,
    /// One or two lengths.
    pub shape: Vec<usize>,
    /// Its components where they are fixed; `None`: they are coordinates of the point.
    pub values: Option<Arc<[f64]>>,
}

impl Array {
    /// The number of components.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// No formula nests reductions deeper: the depths fit into a mask of bits.
pub const MAX_LEVELS: u32 = 24;

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
    arrays: Vec<Array>,
    index_names: Vec<String>,
    spans: HashMap<NodeId, Span>,
    /// Of each node, the depths whose index it depends on.
    free: Vec<u32>,
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
        let below = self.children(id).iter().fold(0, |mask, c| mask | self.free[c.index()]);
        self.free.push(match node {
            Node::Index(level) => 1 << level,
            Node::Reduce(_, level, [first, last, body]) => {
                let ends = self.free[first.index()] | self.free[last.index()];
                ends | self.free[body.index()] & !(1 << level)
            }
            _ => below,
        });
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
        match &self.nodes[id.index()] {
            Node::Apply(f, slots) => &slots[..f.0.slots()],
            Node::Element(array, slots) => &slots[..self.arrays[*array as usize].shape.len()],
            Node::Reduce(_, _, slots) => slots,
            Node::Number(_) | Node::Input(_) | Node::Index(_) => &[],
        }
    }

    /// The vectors and matrices, in the order of declaration.
    pub fn arrays(&self) -> &[Array] {
        &self.arrays
    }

    /// The place of an array among [`Graph::arrays`], if there is one of that name.
    pub fn array_named(&self, name: &str) -> Option<u32> {
        self.arrays.iter().position(|a| a.name == name).map(|i| i as u32)
    }

    /// Declares a vector or a matrix and gives its place; `values`: its components where they are fixed.
    pub fn declare_array(&mut self, name: &str, shape: &[usize], values: Option<Arc<[f64]>>) -> u32 {
        self.array_named(name).unwrap_or_else(|| {
            self.arrays.push(Array { name: name.to_string(), shape: shape.to_vec(), values });
            (self.arrays.len() - 1) as u32
        })
    }

    /// Remembers what the index of a depth is called in the text; the first name counts.
    pub fn name_index(&mut self, level: u32, name: &str) {
        for depth in self.index_names.len()..=level as usize {
            self.index_names.push(if depth == level as usize { name.to_string() } else { String::new() });
        }
        let own = &mut self.index_names[level as usize];
        if own.is_empty() {
            *own = name.to_string();
        }
    }

    /// What the index of a depth is called: as in the text, else a letter that nothing else is called by.
    pub fn index_name(&self, level: u32) -> String {
        if let Some(name) = self.index_names.get(level as usize).filter(|n| !n.is_empty()) {
            return name.clone();
        }
        let free = |name: &str| {
            !self.names.contains_key(name)
                && self.array_named(name).is_none()
                && !self.index_names.iter().any(|n| n == name)
        };
        let letters = ["i", "j", "k", "l", "m", "p", "q", "r"].iter().filter(|n| free(n)).map(|n| n.to_string());
        let numbered = (1..).map(|k| format!("i{k}")).filter(|n| free(n));
        let taken = (0..level).filter(|&l| self.index_names.get(l as usize).is_none_or(String::is_empty)).count();
        letters.chain(numbered).nth(taken).unwrap_or_default()
    }

    /// The index of the reduction at a depth.
    pub fn index(&mut self, level: u32) -> NodeId {
        self.intern(Node::Index(level))
    }

    /// The component of an array at `at`: one index or two.
    pub fn element(&mut self, array: u32, at: &[NodeId]) -> NodeId {
        self.intern(Node::Element(array, [at[0], at[at.len() - 1]]))
    }

    /// `body` reduced over the index of depth `level` from `first` to `last`.
    pub fn reduce(&mut self, how: Reduction, level: u32, first: NodeId, last: NodeId, body: NodeId) -> NodeId {
        self.intern(Node::Reduce(how, level, [first, last, body]))
    }

    /// Whether a node's value changes with the index of a depth.
    pub fn varies_with(&self, id: NodeId, level: u32) -> bool {
        self.free[id.index()] & (1 << level) != 0
    }

    /// Whether any node is a component of an array or a reduction.
    pub fn has_loops(&self) -> bool {
        self.nodes.iter().any(|n| matches!(n, Node::Element(..) | Node::Reduce(..)))
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
