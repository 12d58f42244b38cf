//! Where a formula's derivative rules are no evidence: a condition that is true at kinks, jumps and undecided branches.
//!
//! Uses the graph and the function table. The condition is compiled beside the gradient, so that of ten million points only
//! the few at a corner are looked at closely.

use rustc_hash::FxHashMap as HashMap;

use super::functions::Operator;
use super::graph::{Graph, NodeId};

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
