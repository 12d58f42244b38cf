//! Points as flags write them: `x=1,y=pi/2,v=[1,2],W=[[1,2],[3,4]]`.

use super::error::ProblemError;
use crate::engine::Evaluator;
use crate::error::{Located, Source, Span};
use crate::formula::graph::Graph;
use crate::formula::lower::Scope;
use crate::formula::read_plain;
use crate::spec::{Piece, Text, bindings};

/// A name, its value, and where it was written.
#[derive(Clone, Debug)]
pub struct Given {
    /// The variable's name.
    pub name: String,
    /// `[]`, `[n]` or `[n, m]`.
    pub shape: Vec<usize>,
    /// Row-major: `[product of shape]`.
    pub values: Vec<f64>,
    /// The whole text.
    pub text: Text,
    /// Where the name stands in it.
    pub span: Span,
    /// Where the value stands in it.
    pub value_span: Span,
}

/// The values of one point, as far as it goes. `flag`: what messages call it.
pub fn given(text: &Text, flag: &'static str) -> Result<Vec<Given>, Located> {
    let mut point: Vec<Given> = Vec::new();
    for binding in bindings(text)? {
        let value_span = binding.value.span();
        let Some((name, span)) = binding.name else {
            return Err(text.locate_at(ProblemError::ValueWithoutName { flag }, value_span));
        };
        if point.iter().any(|g| g.name == name) {
            return Err(text.locate_at(ProblemError::Twice { name, flag }, span));
        }
        let mut values = Vec::new();
        let shape = collect(text, &binding.value, &mut values)?;
        point.push(Given { name, shape, values, text: text.clone(), span, value_span });
    }
    Ok(point)
}

/// The numbers of a value and its shape; brackets are two deep at most.
fn collect(text: &Text, piece: &Piece, values: &mut Vec<f64>) -> Result<Vec<usize>, Located> {
    match piece {
        Piece::Text(span) => {
            values.push(constant(text, *span)?);
            Ok(vec![])
        }
        Piece::List(items, span) => {
            let mut inner: Option<Vec<usize>> = None;
            for item in items {
                let shape = collect(text, item, values)?;
                if inner.as_ref().is_some_and(|first| *first != shape) {
                    return Err(text.locate_at(ProblemError::Ragged, *span));
                }
                inner = Some(shape);
            }
            let mut shape = vec![items.len()];
            shape.extend(inner.unwrap_or_default());
            Ok(shape)
        }
    }
}

/// A number written as a formula without names: `1e-3`, `-pi/4`.
pub fn constant(text: &Text, span: Span) -> Result<f64, Located> {
    // blanks before the part keep its spans those of the whole text
    let source =
        Source { text: format!("{}{}", " ".repeat(span.start), &text.text[span.range()]).into(), ..text.source() };
    let mut graph = Graph::new();
    let id = read_plain(&mut graph, &source, &Scope::default()).map_err(|e| text.locate(e))?;
    let inputs = vec![0.0; graph.inputs().len()];
    let value = Evaluator::new(&graph, &inputs).value(id);
    if value.is_finite() { Ok(value) } else { Err(text.locate_at(ProblemError::NotFinite, span)) }
}
