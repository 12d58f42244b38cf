//! `--loss`: a formula in the place of a family.

use super::super::features::{Columns, Use};
use super::super::problem::PlanError;
use crate::error::{Located, Span};
use crate::formula::graph::{InputKind, NodeId};
use crate::formula::lower::Scope;
use crate::formula::read;
use crate::regress::loss::{Input, Loss, graph};
use crate::spec::Text;

/// The loss of a row, differentiated, and the columns it depends on.
pub fn loss(
    text: &Text,
    columns: &mut Columns,
    constants: &[(String, f64)],
    target_at: Option<usize>,
) -> Result<(Loss, Vec<NodeId>), Located> {
    let number = |at: usize| !columns.is_category[at];
    let names: Vec<String> =
        (0..columns.names.len()).filter(|&k| number(k)).map(|k| columns.names[k].clone()).collect();
    let (mut graph, prediction) = graph(&names, constants);
    let root = read(&mut graph, &text.source(), &Scope::default()).map_err(|e| columns.explain(e, text, Use::Loss))?;
    let used = graph.reachable(&[root]);
    if !used[prediction.index()] {
        return Err(text.locate_at(PlanError::NoPrediction, Span::new(0, text.text.len())));
    }
    let mut extra = Vec::new();
    let target_name = target_at.map(|at| columns.names[at].clone());
    let inputs = (graph.inputs().to_vec().iter())
        .map(|input| match &input.name {
            name if graph.input_named(name).is_none_or(|id| !used[id.index()]) => Input::Unused,
            name if name == "prediction" => Input::Prediction,
            name if name == "target" || Some(name) == target_name.as_ref() => Input::Target,
            _ if matches!(input.kind, InputKind::Constant(_)) => Input::Unused, // folded into the program
            name => {
                extra.push(columns.graph.declare(name, InputKind::Column));
                Input::Extra(extra.len() - 1)
            }
        })
        .collect();
    Ok((Loss::new(graph, root, prediction, inputs), extra))
}
