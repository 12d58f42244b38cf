//! Why a sub-expression has no finite value: one sentence, for points and for formulas with long reductions alike.

use crate::formula::functions::Domain;
use crate::formula::graph::{Graph, Node, NodeId};
use crate::formula::print;

/// Why `id` is not finite while all it is made of is (`values`: its arguments'), and whether it is undefined there (else it
/// overflows).
pub fn cause(g: &Graph, id: NodeId, values: &[f64]) -> (bool, String) {
    let text = short(g, id);
    let overflows = (false, format!("`{text}` overflows"));
    let Some((function, args)) = g.as_apply(id) else { return overflows };
    let Domain::Where { holds, condition } = function.domain else { return overflows };
    if holds(values) {
        return overflows;
    }
    let mut needs = condition.to_string();
    let mut found = Vec::new();
    for (k, (&arg, value)) in args.iter().zip(values).enumerate() {
        let marker = format!("#{}", k + 1);
        if needs.contains(&marker) {
            needs = needs.replace(&marker, &short(g, arg));
            if !matches!(g.node(arg), Node::Number(_)) {
                found.push(format!("{} = {}", short(g, arg), print::number(*value)));
            }
        }
    }
    let here = if found.is_empty() { String::new() } else { format!(", and {}", found.join(", ")) };
    (true, format!("`{text}` needs {needs}{here}"))
}

/// A sub-expression for a message: cut in the middle where it is long.
pub fn short(g: &Graph, id: NodeId) -> String {
    const MOST: usize = 60;
    if print::length(g, id) > 10_000.0 {
        return "...".into();
    }
    let text = print::infix(g, id);
    let count = text.chars().count();
    if count <= MOST {
        return text;
    }
    let head: String = text.chars().take(MOST / 2).collect();
    let tail: String = text.chars().skip(count - MOST / 2 + 5).collect();
    format!("{head} ... {tail}")
}
