//! Forms: what is written like a function but has a lowering of its own. One file a form, one line in [`TABLE`].
//!
//! A form may be written in up to three ways: with plain arguments (`if(c, a, b)`), over an index (`sum(i, 1, n, body)`),
//! and with names of whole arrays (`dot(u, v)`). `max` and `min` are functions too; they are forms where their arguments
//! say so.

mod condition;
mod dot;
mod max;
mod mean;
mod min;
mod norm;
mod norm2;
mod prod;
mod sum;

use super::graph::{Graph, NodeId, Reduction};
use super::lower::{LowerError, Lowered};

/// A form of the language.
pub struct Form {
    /// How it is written.
    pub name: &'static str,
    /// How a use of it looks, for messages and `gradus list functions`.
    pub example: &'static str,
    /// One sentence for `gradus list functions`.
    pub doc: &'static str,
    /// With plain arguments: how many, and what it means.
    pub plain: Option<(usize, PlainLowering)>,
    /// Over an index.
    pub over: Option<OverLowering>,
    /// With whole arrays: how many, and what it means.
    pub arrays: Option<(usize, ArraysLowering)>,
}

/// The meaning of plain arguments.
pub type PlainLowering = fn(&mut Graph, &[Lowered]) -> Result<NodeId, LowerError>;
/// The meaning of a body over a range.
pub type OverLowering = fn(&mut Graph, Range, NodeId) -> NodeId;
/// The meaning for whole arrays (of one shape), whose components are visited at the depths from `level` on.
pub type ArraysLowering = fn(&mut Graph, &[u32], u32) -> NodeId;

/// An index and its ends.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The depth of nesting.
    pub level: u32,
    /// The first value.
    pub first: NodeId,
    /// The last value.
    pub last: NodeId,
}

/// Every form.
pub static TABLE: &[&Form] = &[
    &condition::ENTRY,
    &sum::ENTRY,
    &prod::ENTRY,
    &mean::ENTRY,
    &max::ENTRY,
    &min::ENTRY,
    &dot::ENTRY,
    &norm::ENTRY,
    &norm2::ENTRY,
];

/// The form of that name.
pub fn find(name: &str) -> Option<&'static Form> {
    TABLE.iter().copied().find(|f| f.name == name)
}

/// Whether there is a form of that name.
pub fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// The names of all forms.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|f| f.name)
}

/// Reduces a body made of the arrays' components over all of them, row by row.
fn over_all(
    g: &mut Graph,
    how: Reduction,
    arrays: &[u32],
    level: u32,
    body: impl FnOnce(&mut Graph, &[NodeId]) -> NodeId,
) -> NodeId {
    let shape = g.arrays()[arrays[0] as usize].shape.clone();
    let at: Vec<NodeId> = (0..shape.len()).map(|d| g.index(level + d as u32)).collect();
    let components: Vec<NodeId> = arrays.iter().map(|&a| g.element(a, &at)).collect();
    let mut value = body(g, &components);
    for (d, &length) in shape.iter().enumerate().rev() {
        let (first, last) = (g.number(1.0), g.number(length as f64));
        value = g.reduce(how, level + d as u32, first, last, value);
    }
    value
}
