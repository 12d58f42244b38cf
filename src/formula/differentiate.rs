//! Derivatives, graph to graph: reverse mode for gradients, forward mode for everything along one direction.
//!
//! Uses the graph and the function table. Forward over reverse (the tangent of a gradient) gives Hessians and
//! Hessian-vector products. Griewank and Walther 2008, sections 3.2 (reverse), 3.1 (forward), 5.3 (second order).
//!
//! **Untaken branches never leak.** A cotangent is a pair of a value and a guard: the condition under which the node is
//! used at all. A branch's cotangents are multiplied by partials *inside* the guard and only the finished sum is selected,
//! so that the NaN of `0 * sqrt'(-1)` never arises.

use rustc_hash::FxHashMap as HashMap;

use super::functions::{Function, Operator};
use super::graph::{Graph, Node, NodeId, Reduction};
use super::loops;

/// What flows back to a node: the sum of `value`s, each counted where its `guard` holds (`None`: always).
#[derive(Clone, Copy)]
pub(super) struct Cotangent {
    pub(super) guard: Option<NodeId>,
    pub(super) value: NodeId,
}

/// The gradient of `root` with respect to `wrt`: a node each, numbers 0 where `root` does not depend on it.
/// Costs a small constant times the nodes of `root`, however many `wrt` there are.
pub fn gradient(g: &mut Graph, root: NodeId, wrt: &[NodeId]) -> Vec<NodeId> {
    let depends = g.depends_on(wrt);
    let count = root.index() + 1;
    let mut arrived: Vec<Vec<Cotangent>> = vec![Vec::new(); count];
    let one = g.number(1.0);
    arrived[root.index()].push(Cotangent { guard: None, value: one });

    let ids: Vec<NodeId> = g.ids().take(count).collect();
    let places: HashMap<NodeId, usize> = wrt.iter().enumerate().map(|(i, &w)| (w, i)).collect();
    let mut result: Vec<Option<NodeId>> = vec![None; wrt.len()];
    for &id in ids.iter().rev() {
        if arrived[id.index()].is_empty() || !depends[id.index()] {
            continue;
        }
        let parts = std::mem::take(&mut arrived[id.index()]);
        let total = sum(g, parts);
        if let Some(&at) = places.get(&id) {
            result[at] = Some(finish(g, total));
        }
        let Some((function, args)) = g.as_apply(id) else { continue };
        let args = args.to_vec();
        through(g, function, &args, id, total, &depends, |arg, part| arrived[arg.index()].push(part));
    }
    result.into_iter().map(|r| r.unwrap_or_else(|| g.number(0.0))).collect()
}

/// What flows from a node to its arguments.
pub(super) fn through(
    g: &mut Graph,
    function: &'static Function,
    args: &[NodeId],
    id: NodeId,
    total: Cotangent,
    depends: &[bool],
    mut arrive: impl FnMut(NodeId, Cotangent),
) {
    if function.operator() == Some(Operator::Select) {
        let (condition, otherwise) = (args[0], g.not(args[0]));
        for (branch, when) in [(args[1], condition), (args[2], otherwise)] {
            if depends[branch.index()] {
                let guard = match total.guard {
                    Some(outer) => g.and(outer, when),
                    None => when,
                };
                arrive(branch, Cotangent { guard: Some(guard), value: total.value });
            }
        }
        return;
    }
    let partials = (function.partials)(g, args, id);
    for (&arg, partial) in args.iter().zip(partials) {
        if depends[arg.index()] && !is_zero(g, partial) {
            let value = g.mul(total.value, partial);
            arrive(arg, Cotangent { guard: total.guard, value });
        }
    }
}

/// The structural zero of a rule (`floor'`, a comparison): it adds nothing, whatever the cotangent is.
pub(super) fn is_zero(g: &Graph, id: NodeId) -> bool {
    g.is_number(id, 0.0)
}

/// Adds cotangents, the earliest consumer's first, so that sums stand in the order of the formula.
pub(super) fn sum(g: &mut Graph, parts: Vec<Cotangent>) -> Cotangent {
    let mut parts = parts.into_iter().rev();
    let mut total = parts.next().expect("called with at least one cotangent");
    for part in parts {
        let complement = total.guard.map(|c| g.not(c));
        total = if total.guard == part.guard {
            Cotangent { guard: total.guard, value: g.add(total.value, part.value) }
        } else if let (Some(_), Some(when)) = (total.guard, part.guard)
            && complement == part.guard
        {
            // the two branches of one condition: both are used, each where it is taken
            Cotangent { guard: None, value: g.select(when, part.value, total.value) }
        } else {
            let (a, b) = (finish(g, total), finish(g, part));
            let guard = match (total.guard, part.guard) {
                (Some(x), Some(y)) => Some(g.or(x, y)),
                _ => None,
            };
            Cotangent { guard, value: g.add(a, b) }
        };
    }
    total
}

/// The cotangent as one node: 0 where the guard does not hold.
pub(super) fn finish(g: &mut Graph, c: Cotangent) -> NodeId {
    match c.guard {
        None => c.value,
        Some(guard) => {
            let zero = g.number(0.0);
            g.select(guard, c.value, zero)
        }
    }
}

/// The tangents J v of `roots` along the direction given by `seeds` (an input and its tangent; others have 0). A number 0
/// where a root does not depend on the seeded inputs.
pub fn tangents(g: &mut Graph, roots: &[NodeId], seeds: &[(NodeId, NodeId)]) -> Vec<NodeId> {
    tangents_over(g, roots, seeds, &[])
}

/// The same where arrays have tangents too: an array and the array of its tangents.
pub fn tangents_over(
    g: &mut Graph,
    roots: &[NodeId],
    seeds: &[(NodeId, NodeId)],
    arrays: &[(u32, u32)],
) -> Vec<NodeId> {
    let mut inputs: Vec<NodeId> = seeds.iter().map(|s| s.0).collect();
    let of = |array: u32| arrays.iter().find(|a| a.0 == array).map(|a| a.1);
    inputs.extend(g.ids().filter(|&id| matches!(g.node(id), Node::Element(a, _) if of(a).is_some())));
    let depends = g.depends_on(&inputs);
    let used = g.reachable(roots);
    let mut tangent: Vec<Option<NodeId>> = vec![None; depends.len()];
    for &(input, t) in seeds {
        tangent[input.index()] = Some(t);
    }
    let ids: Vec<NodeId> = g.ids().take(depends.len()).collect();
    for id in ids {
        if !used[id.index()] || !depends[id.index()] || tangent[id.index()].is_some() {
            continue;
        }
        match g.node(id) {
            Node::Element(array, at) => {
                tangent[id.index()] = of(array).map(|t| g.element(t, &at));
                continue;
            }
            Node::Reduce(how, level, [first, last, body]) => {
                if let Some(t) = tangent[body.index()] {
                    let partial = loops::partial(g, id, how, level, [first, last, body]);
                    let term = partial.times(g, t);
                    tangent[id.index()] = Some(g.reduce(Reduction::Sum, level, first, last, term));
                }
                continue;
            }
            _ => {}
        }
        let Some((function, args)) = g.as_apply(id) else { continue };
        let args = args.to_vec();
        if function.operator() == Some(Operator::Select) {
            let zero = g.number(0.0);
            let branches = [args[1], args[2]].map(|b| tangent[b.index()].unwrap_or(zero));
            // no shortcut for equal branches: the condition may be undefined
            tangent[id.index()] = Some(g.select(args[0], branches[0], branches[1]));
            continue;
        }
        if args.iter().all(|a| tangent[a.index()].is_none()) {
            continue;
        }
        let partials = (function.partials)(g, &args, id);
        let mut total = None;
        for (arg, partial) in args.iter().zip(partials) {
            let Some(t) = tangent[arg.index()] else { continue };
            if is_zero(g, partial) || is_zero(g, t) {
                continue;
            }
            let term = g.mul(t, partial);
            total = Some(match total {
                None => term,
                Some(so_far) => g.add(so_far, term),
            });
        }
        tangent[id.index()] = total;
    }
    roots.iter().map(|r| tangent[r.index()].unwrap_or_else(|| g.number(0.0))).collect()
}

/// The Hessian's rows, forward over reverse: `gradient: [n]` differentiated once more by each of `wrt: [n]`.
/// Only the lower triangle is built; the upper one repeats its nodes.
pub fn hessian(g: &mut Graph, gradient: &[NodeId], wrt: &[NodeId]) -> Vec<Vec<NodeId>> {
    let one = g.number(1.0);
    let n = wrt.len();
    let mut rows = vec![vec![one; n]; n];
    for j in 0..n {
        let column = tangents(g, &gradient[j..], &[(wrt[j], one)]);
        for (i, node) in (j..n).zip(column) {
            rows[i][j] = node;
            rows[j][i] = node;
        }
    }
    rows
}

/// The Hessian-vector product H v for a direction `v: [n]` of nodes: the tangent of the gradient.
pub fn hessian_vector(g: &mut Graph, gradient: &[NodeId], wrt: &[NodeId], v: &[NodeId]) -> Vec<NodeId> {
    let seeds: Vec<(NodeId, NodeId)> = wrt.iter().copied().zip(v.iter().copied()).collect();
    tangents(g, gradient, &seeds)
}
