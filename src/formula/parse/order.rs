//! Nodes in the order of the text: left before right, children before parents. Pieces finish from the inside out, so that
//! `x*(y + z)` is read as y, z, y + z, x; but the order of names and terms is one that users see. Uses nothing.

use super::{Kind, Node, Tree};

/// The tree of `nodes` under `root` in post-order.
pub(super) fn post_order(mut nodes: Vec<Node>, root: usize) -> Tree {
    let mut ordered = Vec::with_capacity(nodes.len());
    // where each node has gone
    let mut place = vec![0; nodes.len()];
    let mut open = vec![(root, false)];
    while let Some((at, children_done)) = open.pop() {
        if !children_done {
            open.push((at, true));
            let first = open.len();
            each_child(&mut nodes[at].kind, |child| open.push((*child, false)));
            open[first..].reverse();
            continue;
        }
        let kind = std::mem::replace(&mut nodes[at].kind, Kind::Number(0.0));
        let mut node = Node { kind, span: nodes[at].span };
        each_child(&mut node.kind, |child| *child = place[*child]);
        place[at] = ordered.len();
        ordered.push(node);
    }
    Tree { root: ordered.len().saturating_sub(1), nodes: ordered }
}

/// Calls `f` with each child from left to right.
fn each_child(kind: &mut Kind, mut f: impl FnMut(&mut usize)) {
    match kind {
        Kind::Number(_) | Kind::Name(_) => {}
        Kind::Negate(a) | Kind::Not(a) => f(a),
        Kind::Binary(_, a, b) => {
            f(a);
            f(b);
        }
        Kind::Call { args, .. } => args.iter_mut().for_each(f),
    }
}
