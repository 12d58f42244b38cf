//! Where a formula's derivative rules are no evidence: a condition that is true at kinks, jumps and undecided branches.
//!
//! Uses the graph and the function table. The condition is compiled beside the gradient, so that of ten million points only
//! the few at a corner are looked at closely.

use rustc_hash::FxHashMap as HashMap;

use super::functions::Operator;
use super::graph::{Graph, Node, NodeId, Reduction};

/// The corners of a formula.
#[derive(Clone, Debug, Default)]
pub struct Corners {
    /// True where some corner that is used here is met; `None` where the formula has none.
    pub any: Option<NodeId>,
    /// The condition of each node that has a corner of its own.
    pub sites: HashMap<NodeId, NodeId>,
}

/// Collects the corners of `root` in nodes that depend on `wrt`; those in a branch not taken do not count.
pub fn corners(g: &mut Graph, root: NodeId, wrt: &[NodeId]) -> Corners {
    let depends = g.depends_on(wrt);
    let used = g.reachable(&[root]);
    let ids: Vec<NodeId> = g.ids().filter(|id| used[id.index()] && depends[id.index()]).collect();
    let mut below: HashMap<NodeId, NodeId> = HashMap::default();
    let mut sites = HashMap::default();
    for id in ids {
        if let Node::Reduce(how, level, parts) = g.node(id) {
            if let Some(any) = in_reduction(g, id, how, level, parts, below.get(&parts[2]).copied()) {
                below.insert(id, any);
            }
            continue;
        }
        let Some((function, args)) = g.as_apply(id) else { continue };
        let args = args.to_vec();
        let own = function.corner.and_then(|c| (c.site)(g, &args));
        if let Some(site) = own {
            sites.insert(id, site);
        }
        let mut parts: Vec<NodeId> = own.into_iter().collect();
        if function.operator() == Some(Operator::Select) {
            parts.extend(below.get(&args[0]));
            let (a, b) = (below.get(&args[1]).copied(), below.get(&args[2]).copied());
            if a.is_some() || b.is_some() {
                let never = g.number(0.0);
                parts.push(g.select(args[0], a.unwrap_or(never), b.unwrap_or(never)));
            }
        } else {
            parts.extend(args.iter().filter_map(|a| below.get(a)));
        }
        parts.dedup();
        if let Some(any) = parts.into_iter().reduce(|a, b| g.or(a, b)) {
            below.insert(id, any);
        }
    }
    Corners { any: below.get(&root).copied(), sites }
}

/// Whether any term of a reduction is at a corner, or several are the largest.
fn in_reduction(
    g: &mut Graph,
    id: NodeId,
    how: Reduction,
    level: u32,
    [first, last, body]: [NodeId; 3],
    below: Option<NodeId>,
) -> Option<NodeId> {
    let zero = g.number(0.0);
    let terms = below.map(|below| {
        let count = g.reduce(Reduction::Sum, level, first, last, below);
        g.compare(Operator::Gt, count, zero)
    });
    let ties = matches!(how, Reduction::Max | Reduction::Min).then(|| ties(g, id, level, [first, last, body]));
    terms.into_iter().chain(ties).reduce(|a, b| g.or(a, b))
}

/// Whether several terms are the largest (or the smallest).
pub(super) fn ties(g: &mut Graph, id: NodeId, level: u32, [first, last, body]: [NodeId; 3]) -> NodeId {
    let (zero, one) = (g.number(0.0), g.number(1.0));
    let equal = g.compare(Operator::Eq, body, id);
    let counted = g.select(equal, one, zero);
    let count = g.reduce(Reduction::Sum, level, first, last, counted);
    g.compare(Operator::Gt, count, one)
}

/// Where the rule of a node itself is no evidence: at its function's corner, or where its choice hangs on a tie.
pub(super) fn own_site(g: &mut Graph, id: NodeId, depends: &[bool]) -> Option<NodeId> {
    let (function, args) = g.as_apply(id)?;
    let args = args.to_vec();
    if function.operator() != Some(Operator::Select) {
        return function.corner.and_then(|c| (c.site)(g, &args));
    }
    let (mut open, mut seen, mut found) = (vec![args[0]], Vec::new(), None);
    while let Some(id) = open.pop() {
        if !depends.get(id.index()).copied().unwrap_or(false) || seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let Some((function, args)) = g.as_apply(id) else { continue };
        let args = args.to_vec();
        if let Some(site) = function.corner.and_then(|c| (c.site)(g, &args)) {
            found = Some(found.map_or(site, |f| g.or(f, site)));
        }
        open.extend(args);
    }
    found
}
