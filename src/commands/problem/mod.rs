//! What all verbs mean by a problem: from the checked spec, and the points that flags give, to a graph with its variables, their
//! values and their boxes. Uses `spec`, `formula` and `objective`.

pub mod error;
pub mod given;
pub mod values;

use indexmap::IndexMap;

use crate::error::{Located, nearest};
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::formula::lower::{LowerError, Scope};
use crate::formula::{FormulaError, read_sized, unroll};
use crate::objective::{Formula, Layout};
use crate::spec::{Spec, Text};
use error::{ProblemError, shape_words};
pub use given::{Given, constant, given};

/// Formulas that have at most so many nodes when their reductions are written out are written out...
const MOST_NODES: f64 = 20_000.0;
/// ... if they have no more coordinates than this.
const MOST_COORDINATES: usize = 256;

/// A formula in variables.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The names, and the formula's nodes, its reductions as written.
    pub graph: Graph,
    /// f, or its value per row.
    pub value: NodeId,
    /// The formula as written.
    pub text: Text,
    /// The coordinates: the spec's variables in order, else those that flags name, else the formula's own names.
    pub layout: Layout,
    /// The values that the spec gives: `[n]`; NaN where it gives none.
    pub start: Vec<f64>,
    /// Lower ends of the box: `[n]`, -inf where there is none.
    pub lower: Vec<f64>,
    /// Upper ends of the box: `[n]`, inf where there is none.
    pub upper: Vec<f64>,
    /// The number of nodes with all reductions written out; 0 where there is none.
    pub size: f64,
}

/// What a verb knows beside the spec.
#[derive(Clone, Debug, Default)]
pub struct Knowledge<'a> {
    /// Points that flags give: their names are variables where the spec declares none.
    pub given: &'a [Vec<Given>],
    /// Names that are variables for another reason, as the axes of a grid are.
    pub also: &'a [(String, Text, crate::error::Span)],
    /// Whether rows are read: names that nobody declares are columns then.
    pub rows: bool,
    /// The flag that gives points, where it is not `--at`.
    pub flag: Option<&'static str>,
}

/// The problem that `text` states: the spec's formula, or another one over the same names.
pub fn problem(spec: &Spec, text: &Text, known: &Knowledge<'_>) -> Result<Problem, Located> {
    let mut graph = Graph::new();
    values::declare_constants(&mut graph, &spec.constants);
    let mut shapes: IndexMap<String, Vec<usize>> =
        spec.variables.iter().map(|(name, v)| (name.clone(), values::shape(&v.value))).collect();
    let declared = !shapes.is_empty();
    let named = known.given.iter().flatten().map(|g| (&g.name, &g.text, g.span, Some(&g.shape)));
    for (name, text, span, shape) in named.chain(known.also.iter().map(|a| (&a.0, &a.1, a.2, None))) {
        if declared && !shapes.contains_key(name) {
            let near = nearest(name, shapes.keys().map(String::as_str)).map(String::from);
            return Err(text.locate_at(ProblemError::UnknownVariable { name: name.clone(), near }, span));
        }
        shapes.entry(name.clone()).or_insert_with(|| shape.cloned().unwrap_or_default());
    }
    for (name, shape) in &shapes {
        match shape[..] {
            [] => {
                graph.declare(name, InputKind::Variable);
            }
            _ => {
                graph.declare_array(name, shape, None);
            }
        }
    }
    // whoever declares nothing means all names: but those of columns, where the spec has [data]
    let unknown = match (shapes.is_empty(), known.rows || spec.data.is_some()) {
        (true, _) if spec.data.is_none() => Some(InputKind::Variable),
        (_, true) => Some(InputKind::Column),
        _ => None,
    };
    let flag = known.flag.unwrap_or("--at");
    let mut scope = Scope { unknown, ..Scope::default() };
    for (name, definition) in &spec.lets {
        let (id, _) = formula(&mut graph, &definition.value, &scope, flag)?;
        scope.lets.insert(name.clone(), id);
    }
    let (value, size) = formula(&mut graph, text, &scope, flag)?;
    if shapes.is_empty() {
        let variables = graph.inputs().iter().filter(|i| i.kind == InputKind::Variable);
        shapes.extend(variables.map(|i| (i.name.clone(), vec![])));
    }
    let mut layout = Layout::new();
    shapes.iter().for_each(|(name, shape)| layout.push(name, shape));
    let mut problem = Problem {
        graph,
        value,
        text: text.clone(),
        start: vec![f64::NAN; layout.len()],
        lower: vec![f64::NEG_INFINITY; layout.len()],
        upper: vec![f64::INFINITY; layout.len()],
        layout,
        size,
    };
    problem.fill(spec)?;
    Ok(problem)
}

/// `flag`: what gives an undeclared name a value.
fn formula(graph: &mut Graph, text: &Text, scope: &Scope, flag: &'static str) -> Result<(NodeId, f64), Located> {
    read_sized(graph, &text.source(), scope).map_err(|e| match e {
        FormulaError::Lower(LowerError::UnknownName { name, at, near: None }) => {
            text.locate(ProblemError::Undeclared { name, flag, at })
        }
        other => text.locate(other),
    })
}

impl Problem {
    /// The spec's values and boxes.
    fn fill(&mut self, spec: &Spec) -> Result<(), Located> {
        for variable in self.layout.variables().to_vec() {
            let Some(named) = spec.variables.get(&variable.name) else { continue };
            let of = |q| values::components(&variable.name, q, &variable.shape, named, &spec.constants);
            if let Some(value) = &named.value.value {
                self.start[variable.range.clone()].copy_from_slice(&of(value)?);
            }
            if let Some(min) = &named.value.min {
                self.lower[variable.range.clone()].copy_from_slice(&of(min)?);
            }
            if let Some(max) = &named.value.max {
                self.upper[variable.range.clone()].copy_from_slice(&of(max)?);
            }
            for k in variable.range.clone() {
                if self.lower[k] > self.upper[k] {
                    let text = |x: f64| crate::formula::print::number(x);
                    let (min, max) = (text(self.lower[k]), text(self.upper[k]));
                    let problem = ProblemError::EmptyBox { name: self.layout.name(k), min, max };
                    return Err(named.place.locate_whole(problem));
                }
            }
        }
        Ok(())
    }

    /// Lays the values of a flag over a point `x: [n]`.
    pub fn lay(&self, given: &[Given], x: &mut [f64]) -> Result<(), Located> {
        for g in given {
            // unknown names were refused when the problem was made
            let Some(variable) = self.layout.find(&g.name) else { continue };
            let own = &mut x[variable.range.clone()];
            match (g.shape == variable.shape, g.shape.is_empty()) {
                (true, _) => own.copy_from_slice(&g.values),
                // one number for all components
                (false, true) => own.fill(g.values[0]),
                (false, false) => {
                    let found = shape_words(&g.shape).replacen("is ", "", 1);
                    let (name, wanted) = (g.name.clone(), shape_words(&variable.shape));
                    return Err(g.text.locate_at(ProblemError::Shape { name, wanted, found }, g.value_span));
                }
            }
        }
        Ok(())
    }

    /// The point of one flag over the spec's values; every coordinate must have one. `flag`: what messages call it.
    pub fn point(&self, given: &[Given], flag: &'static str) -> Result<Vec<f64>, Located> {
        let mut x = self.start.clone();
        self.lay(given, &mut x)?;
        match x.iter().position(|x| x.is_nan()) {
            None => Ok(x),
            Some(k) => {
                let variables = self.layout.variables();
                let name = variables.iter().find(|v| v.range.contains(&k)).map(|v| v.name.clone());
                let problem = ProblemError::NoValue { name: name.unwrap_or_default(), flag };
                Err(match given.first() {
                    Some(g) => g.text.locate_at(problem, crate::error::Span::new(0, g.text.text.len())),
                    None => Located::new(problem),
                })
            }
        }
    }

    /// Names that the formula uses as columns, each with its place among the graph's inputs.
    pub fn columns(&self) -> Vec<(String, usize)> {
        let inputs = self.graph.inputs().iter().enumerate();
        inputs.filter(|(_, i)| i.kind == InputKind::Column).map(|(place, i)| (i.name.clone(), place)).collect()
    }

    /// Whether the formula has no reductions, or few enough terms to have them written out.
    pub fn is_small(&self) -> bool {
        let plain = self.layout.is_plain() && !self.graph.has_loops();
        plain || self.layout.len() <= MOST_COORDINATES && self.size <= MOST_NODES
    }

    /// Writes the reductions out: from here on the graph has an input for each coordinate. Gives their nodes: `[n]`.
    pub fn write_out(&mut self) -> Result<Vec<NodeId>, Located> {
        let mut coordinates = Vec::with_capacity(self.layout.len());
        for variable in self.layout.variables() {
            match self.graph.array_named(&variable.name) {
                Some(array) => coordinates.extend(unroll::components(&mut self.graph, array)),
                None => coordinates.extend(self.graph.input_named(&variable.name)),
            }
        }
        let roots = unroll::unroll(&mut self.graph, &[self.value]);
        self.value = roots.map_err(|e: LowerError| self.text.locate(crate::formula::FormulaError::from(e)))?[0];
        Ok(coordinates)
    }

    /// The formula with its gradient by the coordinates `wrt` (all of them where empty), reductions written out.
    pub fn formula(mut self, wrt: &[usize]) -> Result<Formula, Located> {
        let all = self.write_out()?;
        let by = if wrt.is_empty() { all } else { wrt.iter().map(|&k| all[k]).collect() };
        Ok(Formula::new(self.graph, self.value, by))
    }
}
