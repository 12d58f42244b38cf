//! Formulas that stand in a study's own table of the spec.

use super::GradOptions;
use crate::commands::request::Request;
use crate::error::Located;
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::formula::lower::Scope;
use crate::formula::{FormulaError, read, unroll};
use crate::report::shortest;
use crate::spec::{Node, Text, Value};

/// A formula: a text, or a number that stands for itself.
pub fn formula_text(node: &Node, key: &str) -> Result<Text, Located> {
    let number = |text: String| Ok(Text { text, place: node.place.clone(), key: key.to_string() });
    match &node.value {
        Value::Integer(i) => number(i.to_string()),
        Value::Float(x) if x.is_finite() => number(shortest(*x)),
        Value::Text(_) => node.text(key),
        _ => Err(node.wrong(key, "a formula or a number")),
    }
}

/// The node of a further formula in a graph that holds the problem's names; reductions are written out.
pub fn formula(graph: &mut Graph, text: &Text, scope: &Scope) -> Result<NodeId, Located> {
    let node = read(graph, &text.source(), scope).map_err(|e| text.locate(e))?;
    let roots = unroll::unroll(graph, &[node]).map_err(|e| text.locate(FormulaError::from(e)))?;
    Ok(roots[0])
}

/// The spec's named sub-expressions, for further formulas in a graph that holds its variables and constants.
pub fn scope(request: &Request<GradOptions>, graph: &mut Graph) -> Result<Scope, Located> {
    let mut scope = Scope::default();
    for (name, definition) in &request.spec.lets {
        // columns of data are known to the graph already where the formula uses them
        let columns = Scope { unknown: Some(InputKind::Column), ..scope.clone() };
        let text = &definition.value;
        let id = read(graph, &text.source(), &columns).map_err(|e| text.locate(e))?;
        scope.lets.insert(name.clone(), id);
    }
    Ok(scope)
}
