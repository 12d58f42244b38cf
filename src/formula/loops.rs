//! Derivatives through reductions: the gradient of a sum with respect to a vector is a loop that adds into it. Uses the graph
//! and [`differentiate`](mod@super::differentiate).
//!
//! Reverse mode, one pass a reduction: what arrives at a reduction flows into its body, whose parts are of two kinds. Those that
//! change with the index are followed inside; a component of an array met there is a [`Scatter`], a value that is added to the
//! gradient for every index. Those that do not change stand outside: what they get is a reduction itself, of the partials,
//! and joins what arrives at them from elsewhere. So the gradient costs what the formula costs, whatever its length.

use std::collections::BTreeMap;

use super::corners::{own_site, ties};
use super::differentiate::{Cotangent, finish, sum, through};
use super::functions::Operator;
use super::graph::{Graph, Node, NodeId, Reduction};
use super::ranges::{Fixed, NO_INDICES};

/// An index with its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Its depth.
    pub level: u32,
    /// The first value.
    pub first: NodeId,
    /// The last value.
    pub last: NodeId,
}

/// `gradient(at) += value` for all indices.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// The array whose gradient it is.
    pub array: u32,
    /// The indices, the outermost first.
    pub loops: Vec<Loop>,
    /// The component: two slots, as in [`Node::Element`].
    pub at: [NodeId; 2],
    /// What is added to it.
    pub value: NodeId,
}

/// The gradient of a formula by numbers and arrays.
#[derive(Clone, Debug)]
pub struct LoopGradient {
    /// By the numbers, in the order asked for.
    pub numbers: Vec<NodeId>,
    /// By the arrays' components: the sum of all of these.
    pub scatters: Vec<Scatter>,
}

/// The gradient of `root` by the inputs `numbers` and the components of `arrays`.
///
/// Careful: where a function's rule is no evidence (a kink, a tie of an `if`), what it would give is NaN.
pub fn gradient(g: &mut Graph, root: NodeId, numbers: &[NodeId], arrays: &[u32], careful: bool) -> LoopGradient {
    let mut wrt = numbers.to_vec();
    wrt.extend(g.ids().filter(|&id| matches!(g.node(id), Node::Element(a, _) if arrays.contains(&a))));
    let depends = g.depends_on(&wrt);
    let one = g.number(1.0);
    let pass = Pass { depends: &depends, careful };
    let found = pass.run(g, root, None, Cotangent { guard: None, value: one });
    let partial = |g: &mut Graph, n: &NodeId| match found.outer.iter().find(|o| o.0 == *n) {
        Some(&(_, partial)) => partial,
        None => g.number(0.0),
    };
    let numbers = numbers.iter().map(|n| partial(g, n)).collect();
    LoopGradient { numbers, scatters: found.scatters }
}

/// What one reduction's body gives.
struct Found {
    /// To nodes outside (at the top: to inputs): the partial at each index.
    outer: Vec<(NodeId, NodeId)>,
    scatters: Vec<Scatter>,
}

struct Pass<'a> {
    depends: &'a [bool],
    careful: bool,
}

impl Pass<'_> {
    /// Recursive once a reduction; their depth is bounded.
    fn run(&self, g: &mut Graph, root: NodeId, level: Option<u32>, seed: Cotangent) -> Found {
        let mut found = Found { outer: Vec::new(), scatters: Vec::new() };
        // children have smaller ids than their parents: the largest id that waits has all of its parents behind it
        let mut arrived: BTreeMap<NodeId, Vec<Cotangent>> = BTreeMap::from([(root, vec![seed])]);
        while let Some((id, parts)) = arrived.pop_last() {
            if !self.depends[id.index()] {
                continue;
            }
            let mut total = sum(g, parts);
            if level.is_some_and(|l| !g.varies_with(id, l)) {
                let value = finish(g, total);
                found.outer.push((id, value));
                continue;
            }
            match g.node(id) {
                Node::Input(_) => {
                    let value = finish(g, total);
                    found.outer.push((id, value));
                }
                Node::Element(array, at) => {
                    let value = finish(g, total);
                    found.scatters.push(Scatter { array, loops: Vec::new(), at, value });
                }
                Node::Reduce(how, own, parts) => {
                    let [first, last, body] = parts;
                    if self.careful && matches!(how, Reduction::Max | Reduction::Min) {
                        let tied = ties(g, id, own, parts);
                        total.value = spoiled(g, tied, total.value);
                    }
                    let seed = match partial(g, id, how, own, parts) {
                        Partial::One => Cotangent { guard: None, value: g.number(1.0) },
                        Partial::Where(guard) => Cotangent { guard: Some(guard), value: g.number(1.0) },
                        Partial::Factor(value) => Cotangent { guard: None, value },
                    };
                    let inner = self.run(g, body, Some(own), seed);
                    for (outside, value) in inner.outer {
                        let partials = g.reduce(Reduction::Sum, own, first, last, value);
                        let value = g.mul(total.value, partials);
                        arrived.entry(outside).or_default().push(Cotangent { guard: total.guard, value });
                    }
                    for mut scatter in inner.scatters {
                        let value = g.mul(total.value, scatter.value);
                        scatter.value = finish(g, Cotangent { guard: total.guard, value });
                        scatter.loops.insert(0, Loop { level: own, first, last });
                        found.scatters.push(scatter);
                    }
                }
                _ => {
                    let Some((function, args)) = g.as_apply(id) else { continue };
                    let args = args.to_vec();
                    if self.careful
                        && let Some(site) = own_site(g, id, self.depends)
                    {
                        total.value = spoiled(g, site, total.value);
                    }
                    through(g, function, &args, id, total, self.depends, |arg, part| {
                        arrived.entry(arg).or_default().push(part);
                    });
                }
            }
        }
        found
    }
}

/// The value, or NaN where the condition holds.
fn spoiled(g: &mut Graph, condition: NodeId, value: NodeId) -> NodeId {
    let nan = g.number(f64::NAN);
    g.select(condition, nan, value)
}

/// The derivative of a reduction by its body at one index.
pub(super) enum Partial {
    /// 1
    One,
    /// 1 where the condition holds, else 0.
    Where(NodeId),
    /// This.
    Factor(NodeId),
}

impl Partial {
    /// The partial times a tangent of the body.
    pub(super) fn times(&self, g: &mut Graph, t: NodeId) -> NodeId {
        match *self {
            Partial::One => t,
            Partial::Where(condition) => {
                let zero = g.number(0.0);
                g.select(condition, t, zero)
            }
            Partial::Factor(f) => g.mul(t, f),
        }
    }
}

/// The derivative of the reduction `id` by its body, as a node of the body's scope.
pub(super) fn partial(g: &mut Graph, id: NodeId, how: Reduction, level: u32, parts: [NodeId; 3]) -> Partial {
    let [first, last, body] = parts;
    match how {
        Reduction::Sum => Partial::One,
        // of several largest values each counts; that the slope is none there is for the corners to say
        Reduction::Max | Reduction::Min => Partial::Where(g.compare(Operator::Eq, body, id)),
        Reduction::Prod => {
            // the product of the other factors: of those that are not 0, if this one alone is 0; none if another one is
            let is_zero = g.equals(body, 0.0);
            let (zero, one) = (g.number(0.0), g.number(1.0));
            let counted = g.select(is_zero, one, zero);
            let zeros = g.reduce(Reduction::Sum, level, first, last, counted);
            let factor = g.select(is_zero, one, body);
            let rest = g.reduce(Reduction::Prod, level, first, last, factor);
            let alone = g.equals(zeros, 1.0);
            let none = g.equals(zeros, 0.0);
            let at_zero = g.select(alone, rest, zero);
            let quotient = g.div(rest, factor);
            let elsewhere = g.select(none, quotient, zero);
            Partial::Factor(g.select(is_zero, at_zero, elsewhere))
        }
    }
}

/// `id` with the indices of some depths replaced: `by[level]`. The indices bound inside move `shift` levels down, so that
/// none of them is taken for one that the replacement brings in.
pub fn substitute(g: &mut Graph, id: NodeId, by: &[(u32, NodeId)], shift: u32) -> NodeId {
    let mut memo: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    let mut open = vec![id];
    while let Some(&n) = open.last() {
        if memo.contains_key(&n) {
            open.pop();
            continue;
        }
        let missing: Vec<NodeId> = match g.node(n) {
            Node::Reduce(_, _, [first, last, _]) => vec![first, last],
            _ => g.children(n).to_vec(),
        };
        let missing: Vec<NodeId> = missing.into_iter().filter(|c| !memo.contains_key(c)).collect();
        if !missing.is_empty() {
            open.extend(missing);
            continue;
        }
        let copy = match g.node(n) {
            Node::Index(level) => by.iter().find(|b| b.0 == level).map_or(n, |b| b.1),
            Node::Element(array, at) => {
                let at = at.map(|a| memo.get(&a).copied().unwrap_or(a));
                g.element(array, &at)
            }
            Node::Reduce(how, level, [first, last, body]) => {
                let moved = level + shift;
                let mut inner: Vec<(u32, NodeId)> = by.iter().filter(|b| b.0 != level).copied().collect();
                let index = g.index(moved);
                inner.push((level, index));
                let body = substitute(g, body, &inner, shift);
                g.reduce(how, moved, memo[&first], memo[&last], body)
            }
            Node::Apply(f, _) => {
                let args: Vec<NodeId> = g.children(n).iter().map(|c| memo[c]).collect();
                g.apply(f.0, &args)
            }
            Node::Number(_) | Node::Input(_) => n,
        };
        memo.insert(n, copy);
        open.pop();
    }
    memo[&id]
}

/// The partial by a component of `array` as a node in the component's indices, those of the depths 0 (and 1): what
/// `df/dx(i) = ...` prints. `None` where the scatters have no such form.
pub fn component_form(g: &mut Graph, array: u32, scatters: &[Scatter]) -> Option<NodeId> {
    let shape = g.arrays()[array as usize].shape.clone();
    let mut total: Option<NodeId> = None;
    for s in scatters.iter().filter(|s| s.array == array) {
        let term = form_of(g, s, &shape)?;
        total = Some(total.map_or(term, |t| g.add(t, term)));
    }
    Some(total.unwrap_or_else(|| g.number(0.0)))
}

/// One scatter, solved for the indices of the component it adds to.
fn form_of(g: &mut Graph, s: &Scatter, shape: &[usize]) -> Option<NodeId> {
    let shift = shape.len() as u32;
    let mut by: Vec<(u32, NodeId)> = Vec::new();
    let mut solved: Vec<(Loop, NodeId, NodeId, u32)> = Vec::new();
    let mut conditions: Vec<(NodeId, NodeId)> = Vec::new();
    for d in 0..shape.len() {
        let target = g.index(d as u32);
        let moving: Vec<Loop> = s.loops.iter().filter(|l| g.varies_with(s.at[d], l.level)).copied().collect();
        match moving[..] {
            [] => conditions.push((target, s.at[d])),
            [l] if solved.iter().all(|x| x.0 != l) => {
                if !is_index_plus_constant(g, s.at[d], l.level) {
                    return None;
                }
                let zero = g.number(0.0);
                let offset = substitute(g, s.at[d], &[(l.level, zero)], 0);
                let index = minus(g, target, offset);
                by.push((l.level, index));
                solved.push((l, index, offset, d as u32));
            }
            _ => return None,
        }
    }
    let rest: Vec<Loop> = s.loops.iter().filter(|l| solved.iter().all(|x| x.0 != **l)).copied().collect();
    for l in &rest {
        let moved = g.index(l.level + shift);
        by.push((l.level, moved));
    }
    let mut value = substitute(g, s.value, &by, shift);
    let mut holds: Option<NodeId> = None;
    let mut also = |g: &mut Graph, c: NodeId| holds = Some(holds.map_or(c, |h| g.and(h, c)));
    for (target, at) in conditions {
        let at = substitute(g, at, &by, shift);
        let c = g.compare(Operator::Eq, target, at);
        also(g, c);
    }
    for (l, index, offset, dimension) in solved {
        let length = shape[dimension as usize];
        let (first, last) = (substitute(g, l.first, &by, shift), substitute(g, l.last, &by, shift));
        for (end, op, limit) in [(first, Operator::Ge, 1.0), (last, Operator::Le, length as f64)] {
            let reached = g.add(end, offset);
            let reached = fixed_number(g, reached);
            if reached.is_some_and(|r| if op == Operator::Ge { r <= limit } else { r >= limit }) {
                continue; // all components are reached on this side
            }
            // i >= 2, not i - 1 >= 1
            let c = match (g.as_number(end), reached) {
                (Some(_), Some(r)) => {
                    let (target, r) = (g.index(dimension), g.number(r));
                    g.compare(op, target, r)
                }
                _ => g.compare(op, index, end),
            };
            also(g, c);
        }
    }
    if let Some(c) = holds {
        let zero = g.number(0.0);
        value = g.select(c, value, zero);
    }
    for l in rest.iter().rev() {
        let (first, last) = (substitute(g, l.first, &by, shift), substitute(g, l.last, &by, shift));
        value = g.reduce(Reduction::Sum, l.level + shift, first, last, value);
    }
    Some(value)
}

/// `i`, `i + c` or `i - c`.
fn is_index_plus_constant(g: &Graph, id: NodeId, level: u32) -> bool {
    match (g.node(id), g.as_operator(id)) {
        (Node::Index(l), _) => l == level,
        (_, Some((Operator::Add, a))) => {
            let plain = |k: usize| !g.varies_with(a[k], level);
            plain(1) && is_index_plus_constant(g, a[0], level) || plain(0) && is_index_plus_constant(g, a[1], level)
        }
        (_, Some((Operator::Sub, a))) => !g.varies_with(a[1], level) && is_index_plus_constant(g, a[0], level),
        _ => false,
    }
}

/// a - b, as a person writes it for small whole numbers.
fn minus(g: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    match fixed_number(g, b) {
        Some(0.0) => a,
        Some(c) => g.shift(a, -c),
        None => g.sub(a, b),
    }
}

/// The value of a node made of numbers and named numbers.
fn fixed_number(g: &Graph, id: NodeId) -> Option<f64> {
    let fixed = Fixed::new(g);
    let free = (0..super::graph::MAX_LEVELS).all(|l| !g.varies_with(id, l));
    let value = (free && !fixed.varies(id)).then(|| fixed.value(g, id, &NO_INDICES))?;
    value.is_finite().then_some(value)
}
