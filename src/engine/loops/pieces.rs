//! What a program with loops is planned in: scopes, the loops they wait for, accesses by nodes.

use std::collections::{BTreeSet, HashMap};

use super::{Scope, Source};
use crate::formula::graph::NodeId;

/// A scatter of whose loops the first `depth` are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pending {
    pub scatter: usize,
    pub depth: usize,
}

/// The loop that a scope is the body of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub level: u32,
    pub first: NodeId,
    pub last: NodeId,
}

pub(super) struct Built {
    pub scope: Scope,
    /// Nodes of the scope around that the body needs, in the order of its imports.
    pub imports: Vec<NodeId>,
    /// Where the roots lie.
    pub roots: Vec<Source>,
}

/// Something that needs a loop of its own or a share in one.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub range: Range,
    /// The reduction, if it is one.
    pub reduce: Option<NodeId>,
    pub pending: Option<Pending>,
    /// Of a scatter, the first index (the row) that the loop begins with, and by how much it grows, if it moves evenly.
    pub window: Option<(NodeId, f64)>,
    /// What it needs of this scope.
    pub needs: Vec<NodeId>,
}

/// An access by nodes.
#[derive(Clone, Debug)]
pub(super) enum Reach {
    Strided { array: u32, start: Vec<NodeId>, stride: isize },
    Gathered { array: u32, at: Vec<NodeId> },
}

impl Reach {
    pub fn needs(&self) -> &[NodeId] {
        match self {
            Reach::Strided { start, .. } => start,
            Reach::Gathered { at, .. } => at,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Node(NodeId),
    Loop(Range, Vec<Job>),
}

#[derive(Default)]
pub(super) struct ScopePlan {
    pub range: Option<Range>,
    pub seen: BTreeSet<NodeId>,
    pub local: BTreeSet<NodeId>,
    pub imports: Vec<NodeId>,
    pub elements: HashMap<NodeId, Reach>,
}
