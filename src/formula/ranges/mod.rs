//! Indices and their ends: what numbers they take, that they are whole and in range, and what a formula costs when its
//! reductions are written out. Uses the graph.
//!
//! Ends, indices and conditions made of numbers, constants, fixed arrays and outer indices are known before anything is
//! evaluated, and so is every access to an array: one that is out of range is an error of the formula, with its place.

mod check;

pub use check::check;

use rustc_hash::FxHashMap as HashMap;

use super::functions::Operator;
use super::graph::{Graph, InputKind, Node, NodeId, Reduction};
use super::lower::LowerError;
use crate::error::Span;

/// The values of what does not depend on variables; at a point, of everything.
#[derive(Clone, Debug)]
pub struct Fixed {
    varies: Vec<bool>,
    /// The graph's inputs and arrays at the point.
    point: Option<(Vec<f64>, Vec<Vec<f64>>)>,
}

/// The indices' values by depth.
pub type Indices = [f64; super::graph::MAX_LEVELS as usize + 2];

/// No index has a value yet.
pub const NO_INDICES: Indices = [f64::NAN; super::graph::MAX_LEVELS as usize + 2];

impl Fixed {
    /// Looks at every node of `g`.
    pub fn new(g: &Graph) -> Self {
        let mut varies = vec![false; g.len()];
        for id in g.ids() {
            varies[id.index()] = match g.node(id) {
                Node::Input(i) => !matches!(g.inputs()[i as usize].kind, InputKind::Constant(_)),
                Node::Element(a, _) if g.arrays()[a as usize].values.is_none() => true,
                _ => g.children(id).iter().any(|c| varies[c.index()]),
            };
        }
        Fixed { varies, point: None }
    }

    /// At a point: `inputs: [graph inputs]`, `arrays: [graph arrays][components]`. One node after the other: for few of them.
    pub fn at(g: &Graph, inputs: &[f64], arrays: &[&[f64]]) -> Self {
        let arrays = arrays.iter().map(|a| a.to_vec()).collect();
        Fixed { varies: vec![false; g.len()], point: Some((inputs.to_vec(), arrays)) }
    }

    /// Whether a node depends on variables or columns.
    pub fn varies(&self, id: NodeId) -> bool {
        self.varies.get(id.index()).copied().unwrap_or(true)
    }

    /// The value of a node that does not vary; NaN where it is undefined, an access out of range included.
    pub fn value(&self, g: &Graph, root: NodeId, indices: &Indices) -> f64 {
        let mut known: HashMap<NodeId, f64> = HashMap::default();
        let mut open = vec![root];
        while let Some(&id) = open.last() {
            if known.contains_key(&id) {
                open.pop();
                continue;
            }
            let children = self.needed(g, id, &known);
            let missing: Vec<NodeId> = children.iter().copied().filter(|c| !known.contains_key(c)).collect();
            if !missing.is_empty() {
                open.extend(missing);
                continue;
            }
            let value = match g.node(id) {
                Node::Number(bits) => f64::from_bits(bits),
                Node::Input(i) => match g.inputs()[i as usize].kind {
                    InputKind::Constant(x) => x,
                    _ => self.point.as_ref().and_then(|p| p.0.get(i as usize)).copied().unwrap_or(f64::NAN),
                },
                Node::Index(level) => indices[level as usize],
                Node::Apply(f, _) => match f.0.operator() {
                    Some(Operator::Select) => match known[&children[0]] {
                        // the branch taken, which is all that was asked for
                        1.0 | 0.0 => known[&children[1]],
                        _ => f64::NAN,
                    },
                    _ => f.0.kernel.scalar(&children.iter().map(|c| known[c]).collect::<Vec<_>>()),
                },
                Node::Element(a, _) => {
                    let at: Vec<f64> = children.iter().map(|c| known[c]).collect();
                    let array = &g.arrays()[a as usize];
                    let place = place(&array.shape, &at);
                    let own = match &array.values {
                        Some(values) => Some(&values[..]),
                        None => self.point.as_ref().and_then(|p| p.1.get(a as usize)).map(|v| &v[..]),
                    };
                    place.and_then(|p| own?.get(p).copied()).unwrap_or(f64::NAN)
                }
                Node::Reduce(how, level, [_, _, body]) => {
                    let (first, last) = (known[&children[0]], known[&children[1]]);
                    let mut inner = *indices;
                    let mut total: Option<f64> = None;
                    let mut i = first;
                    while i <= last {
                        inner[level as usize] = i;
                        let x = self.value(g, body, &inner);
                        total = Some(total.map_or(x, |t| combine(how, t, x)));
                        i += 1.0;
                    }
                    total.unwrap_or(empty(how))
                }
            };
            known.insert(id, value);
            open.pop();
        }
        known[&root]
    }

    /// The children whose values decide a node's: of a choice, the branch taken; of a reduction, the ends.
    fn needed(&self, g: &Graph, id: NodeId, known: &HashMap<NodeId, f64>) -> Vec<NodeId> {
        let children = g.children(id);
        match (g.node(id), g.as_operator(id)) {
            (Node::Reduce(..), _) => children[..2].to_vec(),
            (_, Some((Operator::Select, _))) => match known.get(&children[0]) {
                Some(1.0) => vec![children[0], children[1]],
                Some(0.0) => vec![children[0], children[2]],
                _ => vec![children[0]],
            },
            _ => children.to_vec(),
        }
    }

    /// The deepest node that is not finite while all it is made of is, and the indices at which it is met; `None` where `root` is
    /// finite.
    pub fn culprit(&self, g: &Graph, root: NodeId) -> Option<(NodeId, Indices)> {
        let mut indices = NO_INDICES;
        let bad = |id: NodeId, at: &Indices| !self.value(g, id, at).is_finite();
        if !bad(root, &indices) {
            return None;
        }
        let mut id = root;
        'down: loop {
            if let Node::Reduce(_, level, [first, last, body]) = g.node(id) {
                let (mut i, last) = (self.value(g, first, &indices), self.value(g, last, &indices));
                while i <= last {
                    let mut inner = indices;
                    inner[level as usize] = i;
                    if bad(body, &inner) {
                        (id, indices) = (body, inner);
                        continue 'down;
                    }
                    i += 1.0;
                }
                return Some((id, indices));
            }
            let taken = match g.as_operator(id) {
                Some((Operator::Select, a)) => match self.value(g, a[0], &indices) {
                    1.0 => vec![a[0], a[1]],
                    0.0 => vec![a[0], a[2]],
                    _ => vec![a[0]],
                },
                _ => g.children(id).to_vec(),
            };
            match taken.into_iter().find(|&c| bad(c, &indices)) {
                Some(child) => id = child,
                None => return Some((id, indices)),
            }
        }
    }

    /// The condition of a choice, where it is known: whether it holds.
    pub fn decides(&self, g: &Graph, condition: NodeId, indices: &Indices) -> Option<bool> {
        if self.varies(condition) {
            return None;
        }
        match self.value(g, condition, indices) {
            1.0 => Some(true),
            0.0 => Some(false),
            _ => None,
        }
    }

    /// The first and the last value of an index. The first one beyond the last means that there is none.
    pub fn ends(&self, g: &Graph, reduce: NodeId, indices: &Indices) -> Result<(f64, f64), LowerError> {
        let ends = &g.children(reduce)[..2];
        let at = |id| g.span(id).or_else(|| g.span(reduce)).unwrap_or_default();
        let mut found = [0.0; 2];
        for (slot, &end) in found.iter_mut().zip(ends) {
            if self.varies(end) {
                return Err(LowerError::VaryingEnd { at: at(end) });
            }
            *slot = whole(self.value(g, end, indices), "an end of an index", g, end, indices, at(end))?;
        }
        Ok((found[0], found[1]))
    }

    /// The place of a component in its array's values, from 0.
    pub fn place(&self, g: &Graph, element: NodeId, indices: &Indices) -> Result<usize, LowerError> {
        let Node::Element(a, _) = g.node(element) else { return Ok(0) };
        let array = &g.arrays()[a as usize];
        let mut at = Vec::with_capacity(2);
        for (d, (&index, &length)) in g.children(element).iter().zip(&array.shape).enumerate() {
            let span = g.span(index).or_else(|| g.span(element)).unwrap_or_default();
            if self.varies(index) {
                return Err(LowerError::VaryingIndex { at: span });
            }
            let i = whole(self.value(g, index, indices), "an index", g, index, indices, span)?;
            if !(i >= 1.0 && i <= length as f64) {
                let unit = match (array.shape.len(), d) {
                    (1, _) => "components",
                    (_, 0) => "rows",
                    _ => "columns",
                };
                let (name, found) = (array.name.clone(), super::print::number(i));
                let place = where_(g, index, indices);
                return Err(LowerError::OutOfRange { name, length, unit, found, place, at: span });
            }
            at.push(i);
        }
        Ok(place(&array.shape, &at).unwrap_or(0))
    }
}

/// The place of a component, row-major, or `None` where it is out of range.
fn place(shape: &[usize], at: &[f64]) -> Option<usize> {
    let mut place = 0;
    for (&length, &i) in shape.iter().zip(at) {
        if !(i >= 1.0 && i <= length as f64 && i.trunc() == i) {
            return None;
        }
        place = place * length + i as usize - 1;
    }
    Some(place)
}

/// A value that must be a whole number; one that rounding has moved by a few units of its last place is one.
fn whole(x: f64, what: &'static str, g: &Graph, id: NodeId, indices: &Indices, at: Span) -> Result<f64, LowerError> {
    let near = x.round_ties_even();
    if (x - near).abs() <= 8.0 * f64::EPSILON * near.abs() && near.abs() < 9e15 {
        return Ok(near);
    }
    let found = if x.is_nan() { "undefined".to_string() } else { super::print::number(x) };
    Err(LowerError::NotWhole { what, found, place: where_(g, id, indices), at })
}

/// `i = 3, j = 2`: the indices that a node depends on.
pub fn where_(g: &Graph, id: NodeId, indices: &Indices) -> String {
    let levels = (0..super::graph::MAX_LEVELS).filter(|&l| g.varies_with(id, l));
    levels.map(|l| format!("{} = {}", g.index_name(l), indices[l as usize])).collect::<Vec<_>>().join(", ")
}

/// Two values of a reduction as one.
fn combine(how: Reduction, a: f64, b: f64) -> f64 {
    match how {
        Reduction::Sum => a + b,
        Reduction::Prod => a * b,
        Reduction::Max => crate::numeric::elementary::max(a, b),
        Reduction::Min => crate::numeric::elementary::min(a, b),
    }
}

/// The value of a reduction over nothing.
pub fn empty(how: Reduction) -> f64 {
    match how {
        Reduction::Sum => 0.0,
        Reduction::Prod => 1.0,
        Reduction::Max | Reduction::Min => f64::NAN,
    }
}

/// Whether the node is `a*i + b` in the index of a depth, with `a` and `b` free of it.
pub fn affine(g: &Graph, id: NodeId, level: u32) -> bool {
    if !g.varies_with(id, level) {
        return true;
    }
    match (g.node(id), g.as_operator(id)) {
        (Node::Index(l), _) => l == level,
        (_, Some((Operator::Add | Operator::Sub, a))) => affine(g, a[0], level) && affine(g, a[1], level),
        (_, Some((Operator::Neg, a))) => affine(g, a[0], level),
        (_, Some((Operator::Mul, a))) => {
            let fixed = |k: usize| !g.varies_with(a[k], level);
            (fixed(0) || fixed(1)) && affine(g, a[0], level) && affine(g, a[1], level)
        }
        (_, Some((Operator::Div, a))) => !g.varies_with(a[1], level) && affine(g, a[0], level),
        _ => false,
    }
}
