//! What a formula's ends and indices can be, checked before anything runs.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::super::functions::Operator;
use super::super::graph::{Graph, Node, NodeId};
use super::super::lower::LowerError;
use super::{Fixed, Indices, NO_INDICES, affine};

/// Checks every end and every access to an array that `root` can make, and gives the number of nodes that `root` would have
/// with all reductions written out.
pub fn check(g: &Graph, root: NodeId) -> Result<f64, LowerError> {
    let mut checker = Checker { g, fixed: &Fixed::new(g), pieces: HashMap::default() };
    checker.walk(root, &mut NO_INDICES.clone())
}

struct Checker<'a> {
    g: &'a Graph,
    fixed: &'a Fixed,
    /// Of a reduction: the comparisons that cut its range into pieces within which accesses are linear; `None` where every index is
    /// looked at.
    pieces: HashMap<NodeId, Option<Vec<(NodeId, NodeId)>>>,
}

impl Checker<'_> {
    /// What is evaluated at these indices, reductions one level down. Depth is bounded by the levels.
    fn walk(&mut self, root: NodeId, indices: &mut Indices) -> Result<f64, LowerError> {
        let mut seen = HashSet::default();
        let mut open = vec![root];
        let mut cost = 0.0;
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            cost += 1.0;
            let children = self.g.children(id);
            match (self.g.node(id), self.g.as_operator(id)) {
                (Node::Reduce(_, level, [_, _, body]), _) => {
                    open.extend(&children[..2]);
                    cost += self.reduction(id, level, body, indices)?;
                }
                (Node::Element(..), _) => {
                    self.fixed.place(self.g, id, indices)?;
                    open.extend(children);
                }
                (_, Some((Operator::Select, args))) => match self.fixed.decides(self.g, args[0], indices) {
                    Some(holds) => open.extend([args[0], if holds { args[1] } else { args[2] }]),
                    None => open.extend(args),
                },
                _ => open.extend(children),
            }
        }
        Ok(cost)
    }

    fn reduction(&mut self, id: NodeId, level: u32, body: NodeId, indices: &mut Indices) -> Result<f64, LowerError> {
        let (first, last) = self.fixed.ends(self.g, id, indices)?;
        if !(first <= last) {
            return Ok(0.0);
        }
        let slot = level as usize;
        let before = indices[slot];
        if !self.pieces.contains_key(&id) {
            let found = self.pieces_of(body, level);
            self.pieces.insert(id, found);
        }
        let samples = self.pieces[&id].clone().map(|cuts| self.samples(&cuts, slot, (first, last), indices));
        let mut cost = 0.0;
        match samples {
            Some(samples) => {
                let mut most = 0.0;
                for i in samples {
                    indices[slot] = i;
                    let own = self.walk(body, indices)?;
                    most = if own > most { own } else { most };
                }
                cost = most * (last - first + 1.0);
            }
            None => {
                let mut i = first;
                while i <= last {
                    indices[slot] = i;
                    cost += self.walk(body, indices)?;
                    i += 1.0;
                }
            }
        }
        indices[slot] = before;
        Ok(cost)
    }

    /// The ends of a range and of its pieces: an access that is in range at these is in range everywhere.
    fn samples(&self, cuts: &[(NodeId, NodeId)], slot: usize, ends: (f64, f64), indices: &mut Indices) -> Vec<f64> {
        let (first, last) = ends;
        let mut samples = vec![first, last];
        for &(a, b) in cuts {
            let mut difference = |i: f64| {
                indices[slot] = i;
                self.fixed.value(self.g, a, indices) - self.fixed.value(self.g, b, indices)
            };
            let (from, to) = (difference(first), difference(last));
            let root = first + (last - first) * (-from / (to - from));
            if root.is_finite() {
                samples.extend(
                    [-1.0, 0.0, 1.0, 2.0].map(|d| root.floor() + d).iter().filter(|i| **i > first && **i < last),
                );
            }
        }
        samples
    }

    /// The comparisons on which accesses hang, if all of them, and all accesses, are linear in the index.
    fn pieces_of(&self, body: NodeId, level: u32) -> Option<Vec<(NodeId, NodeId)>> {
        let g = self.g;
        let mut cuts = Vec::new();
        let mut seen = HashSet::default();
        let mut open = vec![body];
        while let Some(id) = open.pop() {
            if !seen.insert(id) || !g.varies_with(id, level) {
                continue;
            }
            let children = g.children(id);
            let linear = match (g.node(id), g.as_operator(id)) {
                (Node::Element(..), _) => children.iter().all(|&c| affine(g, c, level)),
                (Node::Reduce(..), _) => children[..2].iter().all(|&c| !g.varies_with(c, level)),
                (_, Some((Operator::Select, args))) => {
                    let known = !self.fixed.varies(args[0]) && g.varies_with(args[0], level);
                    !known || !self.has_access(&args[1..], level) || self.cuts(args[0], level, &mut cuts)
                }
                _ => true,
            };
            if !linear {
                return None;
            }
            open.extend(children);
        }
        Some(cuts)
    }

    /// Whether an access or a reduction that changes with the index stands below.
    fn has_access(&self, roots: &[NodeId], level: u32) -> bool {
        let mut seen = HashSet::default();
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            if seen.insert(id) && self.g.varies_with(id, level) {
                if matches!(self.g.node(id), Node::Element(..) | Node::Reduce(..)) {
                    return true;
                }
                open.extend(self.g.children(id));
            }
        }
        false
    }

    /// Takes a condition apart into comparisons; whether all of them are linear in the index.
    fn cuts(&self, condition: NodeId, level: u32, cuts: &mut Vec<(NodeId, NodeId)>) -> bool {
        let mut open = vec![condition];
        while let Some(id) = open.pop() {
            match self.g.as_operator(id) {
                Some((op, args)) if op.is_comparison() => {
                    if !args.iter().all(|&a| affine(self.g, a, level)) {
                        return false;
                    }
                    cuts.push((args[0], args[1]));
                }
                Some((Operator::And | Operator::Or | Operator::Not, args)) => open.extend(args),
                _ => return false,
            }
        }
        true
    }
}
