//! A formula put into another graph: inputs become what they stand for there. Uses the graph.

use super::graph::{Graph, Input, Node, NodeId};

/// Copies `root` of `from` into `to`; `stands_for` gives the node of each input that `root` uses.
/// Substitution in one pass: f(x(t)) is f grafted with x replaced by the node of x(t).
pub fn graft(
    to: &mut Graph,
    from: &Graph,
    root: NodeId,
    mut stands_for: impl FnMut(&mut Graph, &Input) -> NodeId,
) -> NodeId {
    let used = from.reachable(&[root]);
    let mut copies: Vec<Option<NodeId>> = vec![None; root.index() + 1];
    let mut last = None;
    for id in from.ids().take(root.index() + 1).filter(|id| used[id.index()]) {
        let copy = match from.node(id) {
            Node::Number(bits) => to.number(f64::from_bits(bits)),
            Node::Input(i) => stands_for(to, &from.inputs()[i as usize]),
            // loops are written out before a formula is put elsewhere
            Node::Index(_) | Node::Element(..) | Node::Reduce(..) => to.number(f64::NAN),
            Node::Apply(f, _) => {
                // children stand before their parents
                let args: Vec<NodeId> = from.children(id).iter().filter_map(|c| copies[c.index()]).collect();
                to.apply(f.0, &args)
            }
        };
        copies[id.index()] = Some(copy);
        last = Some(copy);
    }
    last.unwrap_or_else(|| to.number(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Source;
    use crate::formula::graph::InputKind;
    use crate::formula::{lower::Scope, print, read};

    #[test]
    fn a_path_put_into_a_formula() {
        let mut f = Graph::new();
        for name in ["x", "y"] {
            f.declare(name, InputKind::Variable);
        }
        let root = read(&mut f, &Source::new("f", "x^2 + sin(x*y)"), &Scope::default()).unwrap();
        let mut path = Graph::new();
        let t = path.declare("t", InputKind::Variable);
        let twice = path.scale(2.0, t);
        let whole = graft(&mut path, &f, root, |_, input| if input.name == "x" { twice } else { t });
        assert_eq!(print::infix(&path, whole), "(2*t)^2 + sin(2*t*t)");
    }
}
