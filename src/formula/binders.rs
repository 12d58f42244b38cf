//! Which calls of a tree bind an index, and which parts of the text see it. Uses the tree.

use super::forms;
use super::parse::{Kind, Tree};

/// A call such as `sum(i, 1, n, body)`.
#[derive(Clone, Debug)]
pub struct Binder {
    /// The call's node.
    pub call: usize,
    /// The node of the index's name, which is no value.
    pub name_node: usize,
    /// The index as written.
    pub name: String,
    /// The nodes of the body: `start..=end`.
    pub body: (usize, usize),
}

/// The binders of `tree`, a body's outer binder before its inner ones. `declared`: whether a name has a meaning already,
/// which decides whether `max(a, b, c, d)` is a maximum of four numbers.
pub fn binders(tree: &Tree, declared: impl Fn(&str) -> bool) -> Vec<Binder> {
    // in post-order, the nodes of a subtree are a range that ends with its root
    let mut start: Vec<usize> = (0..tree.nodes.len()).collect();
    for (k, node) in tree.nodes.iter().enumerate() {
        let first = match &node.kind {
            Kind::Number(_) | Kind::Name(_) => k,
            Kind::Negate(a) | Kind::Not(a) => start[*a],
            Kind::Binary(_, a, _) => start[*a],
            Kind::Call { args, .. } => args.first().map_or(k, |&a| start[a]),
        };
        start[k] = first;
    }
    let mut found: Vec<Binder> = Vec::new();
    for (k, node) in tree.nodes.iter().enumerate().rev() {
        let Kind::Call { name, args, .. } = &node.kind else { continue };
        let [index, _, _, body] = args[..] else { continue };
        let Some(form) = forms::find(name).filter(|f| f.over.is_some()) else { continue };
        let Kind::Name(index_name) = &tree.nodes[index].kind else { continue };
        let body = (start[body], body);
        if super::functions::exists(form.name) {
            let bound = found.iter().any(|b| b.name == *index_name && b.body.0 <= k && k <= b.body.1);
            let used = (body.0..=body.1).any(|i| matches!(&tree.nodes[i].kind, Kind::Name(n) if n == index_name));
            if bound || !used || declared(index_name) {
                continue;
            }
        }
        found.push(Binder { call: k, name_node: index, name: index_name.clone(), body });
    }
    found
}
