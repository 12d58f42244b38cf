//! Forms: what is written like a function but has a lowering of its own. One file a form, one line in [`TABLE`].

mod condition;

use super::graph::{Graph, NodeId};
use super::lower::{LowerError, Lowered};

/// A form of the language.
pub struct Form {
    /// How it is written.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: usize,
    /// How a use of it looks, for messages.
    pub example: &'static str,
    /// One sentence for `gradus list functions`.
    pub doc: &'static str,
    /// Its meaning.
    pub lower: fn(&mut Graph, &[Lowered]) -> Result<NodeId, LowerError>,
}

/// Every form.
pub static TABLE: &[&Form] = &[&condition::ENTRY];

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
