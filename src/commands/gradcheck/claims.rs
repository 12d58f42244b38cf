//! Claims as formulas: each is evaluated at a point with the variables' values as fixed numbers; a claim for a vector or a matrix
//! is a formula in the indices i and j.

use std::sync::Arc;

use super::GradcheckOptions;
use super::problem::CheckError;
use crate::commands::problem::values;
use crate::commands::request::Request;
use crate::engine::Evaluator;
use crate::error::{Located, nearest};
use crate::formula::graph::{Graph, InputKind, MAX_LEVELS};
use crate::formula::lower::{Scope, lower};
use crate::formula::parse::parse;
use crate::formula::ranges::{Fixed, NO_INDICES};
use crate::formula::read;
use crate::objective::Layout;
use crate::spec::{Spec, Text};

/// The claimed formulas.
#[derive(Debug)]
pub struct Claims<'r> {
    spec: &'r Spec,
    layout: &'r Layout,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    /// The first coordinate that it claims.
    first: usize,
    /// `[]` for one coordinate.
    shape: Vec<usize>,
    text: Text,
}

impl<'r> Claims<'r> {
    /// The claims of the request, checked against the variables; every coordinate in `wanted` must be claimed.
    pub fn new(
        request: &'r Request<GradcheckOptions>,
        layout: &'r Layout,
        wanted: &[usize],
    ) -> Result<Claims<'r>, Located> {
        let mut parts: Vec<Part> = Vec::new();
        for (name, _) in &request.options.claim {
            let key = format!("gradcheck.claim.{name}");
            let text = match request.tree.find("gradcheck.claim").and_then(|t| entry(t, name)) {
                Some(node) => node.text(&key)?,
                None => continue,
            };
            let (first, shape) = place(layout, name).ok_or_else(|| {
                let names = layout.variables().iter().map(|v| v.name.as_str());
                let near = nearest(name, names).map(String::from);
                text.locate_at(CheckError::UnknownClaim { name: name.clone(), near }, whole(&text))
            })?;
            let count: usize = shape.iter().product();
            let twice = parts.iter().any(|p| {
                let end = p.first + p.shape.iter().product::<usize>();
                p.first < first + count && first < end
            });
            if twice {
                return Err(text.locate_at(CheckError::ClaimedTwice { name: name.clone() }, whole(&text)));
            }
            parts.push(Part { first, shape, text });
        }
        let claimed = |i: usize| parts.iter().any(|p| i >= p.first && i < p.first + p.shape.iter().product::<usize>());
        if let Some(&i) = wanted.iter().find(|&&i| !claimed(i)) {
            return Err(Located::new(CheckError::Unclaimed { name: layout.name(i) }));
        }
        let claims = Claims { spec: &request.spec, layout, parts };
        // faults of the formulas are found before anything is computed
        claims.at(&vec![0.5; layout.len()])?;
        Ok(claims)
    }

    /// The claimed gradient at `x: [n]`; NaN where a formula is undefined.
    pub fn at(&self, x: &[f64]) -> Result<Vec<f64>, Located> {
        let mut graph = Graph::new();
        values::declare_constants(&mut graph, &self.spec.constants);
        for variable in self.layout.variables() {
            let own = &x[variable.range.clone()];
            match variable.is_number() {
                true => {
                    graph.declare(&variable.name, InputKind::Constant(own[0]));
                }
                false => {
                    graph.declare_array(&variable.name, &variable.shape, Some(Arc::from(own)));
                }
            }
        }
        let mut scope = Scope::default();
        for (name, definition) in &self.spec.lets {
            let id = read(&mut graph, &definition.value.source(), &scope).map_err(|e| definition.value.locate(e))?;
            scope.lets.insert(name.clone(), id);
        }
        let mut gradient = vec![f64::NAN; x.len()];
        for part in &self.parts {
            let mut scope = scope.clone();
            // beyond the depths that sums use
            for (level, name) in (MAX_LEVELS..).zip(["i", "j"]).take(part.shape.len()) {
                scope.lets.insert(name.to_string(), graph.index(level));
                graph.name_index(level, name);
            }
            // not `read`: what an index ranges over is known only once i and j have values
            let tree = parse(&part.text.source()).map_err(|e| part.text.locate(e))?;
            let root = lower(&mut graph, &tree, &scope).map_err(|e| part.text.locate(e))?;
            if part.shape.is_empty() && graph.arrays().is_empty() {
                let inputs = vec![0.0; graph.inputs().len()];
                gradient[part.first] = Evaluator::new(&graph, &inputs).value(root);
                continue;
            }
            let fixed = Fixed::new(&graph);
            let columns = part.shape.get(1).copied().unwrap_or(1);
            let mut indices = NO_INDICES;
            for k in 0..part.shape.iter().product() {
                let [i, j] = [MAX_LEVELS as usize, MAX_LEVELS as usize + 1];
                (indices[i], indices[j]) = ((k / columns + 1) as f64, (k % columns + 1) as f64);
                gradient[part.first + k] = fixed.value(&graph, root, &indices);
            }
        }
        Ok(gradient)
    }
}

/// A key of a table, whatever dots it holds.
fn entry<'t>(table: &'t crate::spec::Node, name: &str) -> Option<&'t crate::spec::Node> {
    match &table.value {
        crate::spec::Value::Table(table) => table.get(name),
        _ => None,
    }
}

/// The coordinates that a name means: a variable, or one component `v(2)`, `W(1,2)`.
pub fn place(layout: &Layout, name: &str) -> Option<(usize, Vec<usize>)> {
    if let Some(variable) = layout.find(name) {
        return Some((variable.range.start, variable.shape.clone()));
    }
    component(layout, name).map(|k| (k, Vec::new()))
}

/// The coordinate called `v(2)` or `W(1, 2)`, blanks apart.
pub fn component(layout: &Layout, name: &str) -> Option<usize> {
    let (base, rest) = name.split_once('(')?;
    let variable = layout.find(base.trim())?;
    let inside = rest.trim_end().strip_suffix(')')?;
    let indices: Vec<usize> = inside.split(',').map(|s| s.trim().parse().ok()).collect::<Option<_>>()?;
    if indices.len() != variable.shape.len() || indices.iter().zip(&variable.shape).any(|(i, n)| *i < 1 || i > n) {
        return None;
    }
    let k = indices.iter().zip(&variable.shape).fold(0, |k, (i, n)| k * n + (i - 1));
    Some(variable.range.start + k)
}

fn whole(text: &Text) -> crate::error::Span {
    crate::error::Span::new(0, text.text.len())
}
