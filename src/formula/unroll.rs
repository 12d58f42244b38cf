//! Reductions written out: the components of arrays become inputs of their own, `x(1)`, `x(2)`, ..., and every sum over an
//! index a sum of terms. For short ones: everything that is known of plain formulas is then known of them.
//! Uses the graph and the ranges.

use rustc_hash::FxHashMap as HashMap;

use super::functions::{self, Operator};
use super::graph::{Array, Graph, InputKind, MAX_LEVELS, Node, NodeId, Reduction};
use super::loops::substitute;
use super::lower::LowerError;
use super::ranges::{Fixed, Indices, NO_INDICES};

/// The name of a component: `x(3)`, `W(1, 2)`; it parses back as one.
pub fn component_name(name: &str, shape: &[usize], place: usize) -> String {
    match shape {
        [_, columns] => format!("{name}({}, {})", place / columns + 1, place % columns + 1),
        _ => format!("{name}({})", place + 1),
    }
}

/// The nodes of `roots` with every reduction written out, in the same graph. The components of arrays of coordinates become
/// inputs of it, named as they are written.
pub fn unroll(g: &mut Graph, roots: &[NodeId]) -> Result<Vec<NodeId>, LowerError> {
    if !g.has_loops() {
        return Ok(roots.to_vec());
    }
    let fixed = Fixed::new(g);
    let frames = vec![HashMap::default(); MAX_LEVELS as usize + 2];
    let mut u = Unroller { g, fixed, frames, indices: NO_INDICES };
    roots.iter().map(|&r| u.copy(r)).collect()
}

/// Declares the components of an array of coordinates as inputs, in their order, and gives their nodes.
pub fn components(g: &mut Graph, array: u32) -> Vec<NodeId> {
    let Array { name, shape, .. } = g.arrays()[array as usize].clone();
    let count = shape.iter().product();
    (0..count).map(|p| g.declare(&component_name(&name, &shape, p), InputKind::Variable)).collect()
}

struct Unroller<'a> {
    g: &'a mut Graph,
    fixed: Fixed,
    /// What has been copied, by the deepest index it depends on (one more than its depth; 0: none). A frame is valid as long as that
    /// index and those around it stay.
    frames: Vec<HashMap<NodeId, NodeId>>,
    indices: Indices,
}

impl Unroller<'_> {
    fn frame(&self, id: NodeId) -> usize {
        (0..MAX_LEVELS).rev().find(|&l| self.g.varies_with(id, l)).map_or(0, |l| l as usize + 1)
    }

    fn known(&self, id: NodeId) -> Option<NodeId> {
        self.frames[self.frame(id)].get(&id).copied()
    }

    /// The copy of a node at the present indices. Recursive once a reduction; their depth is bounded.
    fn copy(&mut self, root: NodeId) -> Result<NodeId, LowerError> {
        let mut open = vec![root];
        while let Some(&id) = open.last() {
            if self.known(id).is_some() {
                open.pop();
                continue;
            }
            let copy = match self.g.node(id) {
                Node::Number(_) | Node::Input(_) => id,
                Node::Index(level) => self.g.number(self.indices[level as usize]),
                Node::Element(a, _) => {
                    let place = self.fixed.place(self.g, id, &self.indices)?;
                    let array = &self.g.arrays()[a as usize];
                    let name = component_name(&array.name, &array.shape, place);
                    let kind = match &array.values {
                        None => InputKind::Variable,
                        Some(values) => InputKind::Constant(values[place]),
                    };
                    self.g.declare(&name, kind)
                }
                Node::Reduce(how, level, [_, _, body]) => self.reduction(id, how, level, body)?,
                Node::Apply(f, _) => {
                    let mut needed = self.g.children(id).to_vec();
                    let choice = f.0.operator() == Some(Operator::Select);
                    if choice && let Some(holds) = self.fixed.decides(self.g, needed[0], &self.indices) {
                        needed = vec![if holds { needed[1] } else { needed[2] }];
                    }
                    let missing: Vec<NodeId> = needed.iter().copied().filter(|&c| self.known(c).is_none()).collect();
                    if !missing.is_empty() {
                        open.extend(missing.into_iter().rev());
                        continue;
                    }
                    let args: Vec<NodeId> = needed.iter().filter_map(|&c| self.known(c)).collect();
                    match args[..] {
                        [taken] if choice => taken,
                        _ => self.g.apply(f.0, &args),
                    }
                }
            };
            if let Some(span) = self.g.span(id) {
                self.g.mark(copy, span);
            }
            let frame = self.frame(id);
            self.frames[frame].insert(id, copy);
            open.pop();
        }
        Ok(self.known(root).unwrap_or(root))
    }

    fn reduction(&mut self, id: NodeId, how: Reduction, level: u32, body: NodeId) -> Result<NodeId, LowerError> {
        let (first, last) = self.fixed.ends(self.g, id, &self.indices)?;
        let slot = level as usize;
        // a reduction of this depth may stand inside another one of the same: a named sub-expression
        let before = self.indices[slot];
        let count = self.frames.len();
        let held: Vec<_> = self.frames[slot + 1..count].iter_mut().map(std::mem::take).collect();
        let mut total: Option<NodeId> = None;
        let mut i = first;
        while i <= last {
            self.indices[slot] = i;
            self.frames[slot + 1..count].iter_mut().for_each(HashMap::clear);
            let term = self.copy(body)?;
            total = Some(match total {
                None => term,
                Some(t) => join(self.g, how, t, term),
            });
            i += 1.0;
        }
        self.indices[slot] = before;
        self.frames.splice(slot + 1..count, held);
        Ok(match (total, how) {
            (Some(total), _) => total,
            (None, Reduction::Sum) => self.g.number(0.0),
            (None, Reduction::Prod) => self.g.number(1.0),
            (None, Reduction::Max | Reduction::Min) => {
                let zero = self.g.number(0.0);
                self.g.div(zero, zero)
            }
        })
    }
}

/// Two terms of a reduction as one node.
fn join(g: &mut Graph, how: Reduction, a: NodeId, b: NodeId) -> NodeId {
    match how {
        Reduction::Sum => g.add(a, b),
        Reduction::Prod => g.mul(a, b),
        Reduction::Max => g.apply(functions::MAX, &[a, b]),
        Reduction::Min => g.apply(functions::MIN, &[a, b]),
    }
}

/// An inner reduction of at most so many terms is written out...
const SHORT: f64 = 16.0;
/// ... unless it then has more nodes than this.
const MOST_WRITTEN: f64 = 2000.0;

/// `root` with the short reductions inside other ones written out: a loop of three terms costs more to start than to run.
/// Only those whose ends are the same for every outer index.
pub fn write_out_short(g: &mut Graph, root: NodeId) -> NodeId {
    let fixed = Fixed::new(g);
    let used = g.reachable(&[root]);
    let ids: Vec<NodeId> = g.ids().filter(|id| used[id.index()]).collect();
    let mut new: HashMap<NodeId, NodeId> = HashMap::default();
    for id in ids {
        let copy = match g.node(id) {
            Node::Reduce(how, level, parts) => {
                let parts = parts.map(|p| new[&p]);
                short_terms(g, &fixed, id).and_then(|ends| written(g, how, level, parts[2], ends)).unwrap_or_else(
                    || {
                        let [first, last, body] = parts;
                        g.reduce(how, level, first, last, body)
                    },
                )
            }
            Node::Element(array, at) => {
                let at = at.map(|a| new[&a]);
                g.element(array, &at)
            }
            Node::Apply(f, _) => {
                let args: Vec<NodeId> = g.children(id).iter().map(|c| new[c]).collect();
                g.apply(f.0, &args)
            }
            _ => id,
        };
        if let Some(span) = g.span(id) {
            g.mark(copy, span);
        }
        new.insert(id, copy);
    }
    new[&root]
}

/// The ends of a reduction that stands inside another one, is short, and has the same ends for every outer index.
fn short_terms(g: &Graph, fixed: &Fixed, id: NodeId) -> Option<(f64, f64)> {
    let inside = (0..MAX_LEVELS).any(|l| g.varies_with(id, l));
    let same = g.children(id)[..2].iter().all(|&e| (0..MAX_LEVELS).all(|l| !g.varies_with(e, l)));
    let (first, last) = (inside && same).then(|| fixed.ends(g, id, &NO_INDICES).ok())??;
    (first <= last && last - first < SHORT).then_some((first, last))
}

/// The terms of a reduction over `first..=last`, joined; `None` where that is too much.
fn written(g: &mut Graph, how: Reduction, level: u32, body: NodeId, (first, last): (f64, f64)) -> Option<NodeId> {
    let nodes = g.reachable(&[body]).iter().filter(|u| **u).count() as f64;
    if nodes * (last - first + 1.0) > MOST_WRITTEN {
        return None;
    }
    let mut total: Option<NodeId> = None;
    let mut i = first;
    while i <= last {
        let index = g.number(i);
        let term = substitute(g, body, &[(level, index)], 0);
        total = Some(total.map_or(term, |t| join(g, how, t, term)));
        i += 1.0;
    }
    total
}
