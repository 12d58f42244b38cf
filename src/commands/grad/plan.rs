//! What the request means: the formula with its derivatives, the points, the directions. Fills defaults, checks names.

use std::path::PathBuf;

use super::GradOptions;
use super::data::Rows;
use super::grid::{Axis, Grid};
use super::problem::PlanError;
use crate::calculus::directional::unit;
use crate::commands::request::Request;
use crate::engine::Evaluator;
use crate::error::{Located, Source, Span, nearest};
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::formula::lower::Scope;
use crate::formula::{functions, read};
use crate::numeric::elementary::{cos, sin};
use crate::objective::Formula;
use crate::spec::{Named, Objective, Piece, Quantity, Reduce, Text, Variable, bindings, parts};

/// Everything that `run` needs.
#[derive(Debug)]
pub struct Plan {
    /// What reports call the problem.
    pub title: Option<String>,
    /// The formula as written.
    pub text: String,
    /// The formula and its derivatives by `wrt`.
    pub formula: Formula,
    /// All variables, in order.
    pub names: Vec<String>,
    /// The place of each variable among the graph's inputs.
    pub places: Vec<usize>,
    /// The variables that are differentiated by, in order.
    pub wrt: Vec<String>,
    /// Where.
    pub points: Points,
    /// The rows that the formula is summed over, if any.
    pub data: Option<Rows>,
    /// In which directions beside the axes.
    pub directions: Vec<Direction>,
}

/// What is wanted of each point.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The Hessian and what follows from it.
    pub hessian: bool,
    /// The tables of difference quotients.
    pub limits: bool,
    /// Rows for tables.
    pub rows: bool,
    /// Objects for the result.
    pub objects: bool,
    /// A status column in tables.
    pub status_column: bool,
}

/// Where to evaluate.
#[derive(Debug)]
pub enum Points {
    /// At these: `[points][names]`.
    Given(Vec<Vec<f64>>),
    /// At the points of a grid.
    Grid(Grid),
    /// At the rows of a file (`-`: standard input); variables that are no column have a value here.
    Rows {
        /// The file.
        path: PathBuf,
        /// Values of variables for which there is no column: `[names]`.
        values: Vec<Option<f64>>,
        /// Names that the formula uses without declaring them, each with its place: they must be columns.
        columns: Vec<(String, usize)>,
    },
}

/// A direction with a name.
#[derive(Clone, Debug)]
pub struct Direction {
    /// As given, or the components as written.
    pub name: String,
    /// The unit vector: `[wrt]`.
    pub unit: Vec<f64>,
    /// Whether it had another length as written.
    pub normalised: bool,
}

/// Makes the plan. Fails at the first thing that is wrong, with its place.
pub fn plan(request: &Request<GradOptions>) -> Result<Plan, Located> {
    let spec = &request.spec;
    let options = &request.options;
    let text = match &spec.objective {
        Some(Objective::Formula(text)) => text.clone(),
        Some(Objective::Residual(_)) => return Err(request.locate("residual", PlanError::NotYet { what: "residuals" })),
        Some(Objective::Likelihood(node)) => {
            return Err(node.place.locate(PlanError::NotYetAt { what: "likelihoods", at: node.place.span }));
        }
        None => return Err(Located::new(PlanError::NoFormula)),
    };
    if spec.data.is_some() {
        fits_data(request)?;
    }

    let mut graph = Graph::new();
    for (name, constant) in &spec.constants {
        match &constant.value {
            Quantity::Number(value) => graph.declare(name, InputKind::Constant(*value)),
            _ => return Err(not_a_number(constant)),
        };
    }
    let at = given_points(request)?;
    let rows = options.points.is_some();
    if rows && options.grid.is_some() {
        return Err(request.locate("grad.grid", PlanError::PointsTwice));
    }
    let axes = match &options.grid {
        Some(_) => axes(request)?,
        None => Vec::new(),
    };

    // the variables, in order: the spec's, else those of --at and --grid, else the formula's own names
    let mut names: Vec<String> = spec.variables.keys().cloned().collect();
    let declared = !names.is_empty();
    for (name, origin, span) in
        at.iter().flatten().map(|b| (&b.0, &b.2, b.3)).chain(axes.iter().map(|a| (&a.name, &a.text, a.span)))
    {
        if names.contains(name) {
            continue;
        }
        if declared {
            let near = nearest(name, names.iter().map(String::as_str)).map(String::from);
            return Err(origin.locate_at(PlanError::UnknownVariable { name: name.clone(), near }, span));
        }
        names.push(name.clone());
    }
    for name in &names {
        graph.declare(name, InputKind::Variable);
    }
    let unknown = match (names.is_empty(), rows || spec.data.is_some()) {
        (true, false) => Some(InputKind::Variable),
        (true, true) if spec.data.is_none() => Some(InputKind::Variable),
        (_, true) => Some(InputKind::Column),
        (false, false) => None,
    };

    let mut scope = Scope { unknown, ..Scope::default() };
    for (name, definition) in &spec.lets {
        let id = formula(&mut graph, &definition.value, &scope)?;
        scope.lets.insert(name.clone(), id);
    }
    let value = formula(&mut graph, &text, &scope)?;
    if names.is_empty() {
        let variables = graph.inputs().iter().filter(|i| i.kind == InputKind::Variable);
        names = variables.map(|i| i.name.clone()).collect();
    }
    let node = |name: &String| graph.input_named(name).ok_or_else(|| Located::new(PlanError::NoFormula));
    let variables = names.iter().map(node).collect::<Result<Vec<NodeId>, _>>()?;
    let columns: Vec<(String, usize)> = (graph.inputs().iter().enumerate())
        .filter(|(_, i)| i.kind == InputKind::Column)
        .map(|(place, i)| (i.name.clone(), place))
        .collect();

    let mut wrt = Vec::new();
    for (k, name) in options.wrt.iter().enumerate() {
        let name = name.trim();
        if !names.iter().any(|n| n == name) {
            let near = nearest(name, names.iter().map(String::as_str)).map(String::from);
            let problem = PlanError::UnknownVariable { name: name.into(), near };
            return Err(request.locate(&format!("grad.wrt.{k}"), problem));
        }
        if !wrt.iter().any(|w| w == name) {
            wrt.push(name.to_string());
        }
    }
    if wrt.is_empty() {
        wrt = names.clone();
    }
    let by: Vec<NodeId> = wrt.iter().filter_map(|w| names.iter().position(|n| n == w)).map(|i| variables[i]).collect();
    if by.is_empty() {
        return Err(Located::new(PlanError::NoVariables));
    }
    let formula = Formula::new(graph, value, by);
    let places: Vec<usize> = variables.iter().map(|&v| formula.input_index(v)).collect();

    let directions = directions(request, &wrt)?;
    let defaults = defaults(&spec.variables, &names)?;
    let points = match (&options.points, axes.is_empty()) {
        (Some(_), _) => {
            let values = one_point(&at, &names, defaults)?;
            let path = request.path("grad.points").unwrap_or_default();
            Points::Rows { path, values, columns: columns.clone() }
        }
        (None, false) => {
            let values = one_point(&at, &names, defaults)?;
            Points::Grid(Grid::new(&names, &values, &axes)?)
        }
        (None, true) => Points::Given(points(&at, &names, &defaults)?),
    };
    let data = spec.data.as_ref().map(|data| Rows {
        path: data.file.place.path(&data.file.text),
        file: data.file.clone(),
        reduce: data.reduce.unwrap_or(Reduce::Mean),
        columns,
    });
    let title = spec.name.as_ref().map(|t| t.text.clone());
    Ok(Plan { title, text: text.text, formula, names, places, wrt, points, data, directions })
}

/// What cannot be asked of a sum over rows.
fn fits_data(request: &Request<GradOptions>) -> Result<(), Located> {
    let options = &request.options;
    let not = |key: &str, what| Err(request.locate(key, PlanError::NotOverRows { what }));
    if options.points.is_some() {
        return Err(request.locate("grad.points", PlanError::PointsAndData));
    }
    if options.limits == Some(true) {
        return not("grad.limits", "tables of limits");
    }
    if !options.direction.is_empty() {
        return not("grad.direction.0", "directions");
    }
    if options.directions.is_some() {
        return not("grad.directions", "directions");
    }
    Ok(())
}

fn formula(graph: &mut Graph, text: &Text, scope: &Scope) -> Result<NodeId, Located> {
    read(graph, &text.source(), scope).map_err(|e| text.locate(e))
}

fn not_a_number<T>(named: &Named<T>) -> Located {
    named.place.locate(PlanError::NotYetAt { what: "vectors", at: named.place.span })
}

/// A name, its value, and where it was written.
type Given = (String, f64, Text, Span);

/// The points of --at, each as far as it goes.
fn given_points(request: &Request<GradOptions>) -> Result<Vec<Vec<Given>>, Located> {
    let mut points = Vec::new();
    for i in 0..request.options.at.len() {
        let Some(text) = request.text(&format!("grad.at.{i}")) else { continue };
        let mut point: Vec<Given> = Vec::new();
        for binding in bindings(&text)? {
            let Some((name, name_span)) = binding.name else {
                return Err(text.locate_at(PlanError::ValueWithoutName, binding.value.span()));
            };
            if point.iter().any(|g| g.0 == name) {
                return Err(text.locate_at(PlanError::TwiceInPoint { name }, name_span));
            }
            let Piece::Text(span) = binding.value else {
                return Err(text.locate_at(PlanError::NotYet { what: "vectors" }, binding.value.span()));
            };
            let value = constant(&text, span)?;
            point.push((name, value, text.clone(), name_span));
        }
        points.push(point);
    }
    Ok(points)
}

fn axes(request: &Request<GradOptions>) -> Result<Vec<Axis>, Located> {
    let Some(text) = request.text("grad.grid") else { return Ok(Vec::new()) };
    let mut axes: Vec<Axis> = Vec::new();
    for binding in bindings(&text)? {
        let whole = binding.value.span();
        let Some((name, span)) = binding.name else { return Err(text.locate_at(PlanError::BadAxis, whole)) };
        if axes.iter().any(|a| a.name == name) {
            return Err(text.locate_at(PlanError::TwiceInPoint { name }, span));
        }
        let [from, to, count] = parts(&text, whole, ':')?[..] else {
            return Err(text.locate_at(PlanError::BadAxis, whole));
        };
        let (from, to, n) = (constant(&text, from)?, constant(&text, to)?, constant(&text, count)?);
        if !(n >= 1.0 && n.trunc() == n && n < 9e15) {
            return Err(text.locate_at(PlanError::BadCount { count: text.text[count.range()].into() }, count));
        }
        axes.push(Axis { name, from, to, count: n as u64, text: text.clone(), span });
    }
    Ok(axes)
}

fn directions(request: &Request<GradOptions>, wrt: &[String]) -> Result<Vec<Direction>, Located> {
    let mut found = Vec::new();
    for i in 0..request.options.direction.len() {
        let Some(text) = request.text(&format!("grad.direction.{i}")) else { continue };
        let whole = Span::new(0, text.text.len());
        let mut name = None;
        let mut components = Vec::new();
        for (k, binding) in bindings(&text)?.into_iter().enumerate() {
            match binding.name {
                Some((n, _)) if k == 0 => name = Some(n),
                Some((_, span)) => return Err(text.locate_at(PlanError::NameInsideDirection, span)),
                None => {}
            }
            let Piece::Text(span) = binding.value else {
                return Err(text.locate_at(PlanError::NotYet { what: "vectors" }, binding.value.span()));
            };
            components.push(constant(&text, span)?);
        }
        if components.len() != wrt.len() {
            let problem = PlanError::DirectionLength { found: components.len(), wanted: wrt.to_vec() };
            return Err(text.locate_at(problem, whole));
        }
        let Some(unit) = unit(&components) else { return Err(text.locate_at(PlanError::ZeroDirection, whole)) };
        let name = name.unwrap_or_else(|| text.text.trim().to_string());
        let normalised = unit.iter().zip(&components).any(|(u, c)| (u - c).abs() > 1e-15);
        found.push(Direction { name, unit, normalised });
    }
    if let Some(n) = request.options.directions {
        if n == 0 {
            return Err(request.locate("grad.directions", PlanError::EmptyFan));
        }
        if wrt.len() != 2 {
            return Err(request.locate("grad.directions", PlanError::FanDimension { wanted: wrt.to_vec() }));
        }
        for k in 0..n {
            let degrees = 360.0 * f64::from(k) / f64::from(n);
            let angle = degrees.to_radians();
            let name = format!("{} degrees", crate::report::shortest(degrees));
            found.push(Direction { name, unit: vec![cos(angle), sin(angle)], normalised: false });
        }
    }
    Ok(found)
}

/// A number written as a formula without names: `1e-3`, `-pi/4`.
fn constant(text: &Text, span: Span) -> Result<f64, Located> {
    // blanks before the part keep its spans those of the whole text
    let source =
        Source { text: format!("{}{}", " ".repeat(span.start), &text.text[span.range()]).into(), ..text.source() };
    let mut graph = Graph::new();
    let id = read(&mut graph, &source, &Scope::default()).map_err(|e| text.locate(e))?;
    let inputs = vec![0.0; graph.inputs().len()];
    let value = Evaluator::new(&graph, &inputs).value(id);
    if value.is_finite() { Ok(value) } else { Err(text.locate_at(PlanError::NotFinite, span)) }
}

/// The values that the spec gives: `[names]`.
fn defaults(
    variables: &indexmap::IndexMap<String, Named<Variable>>,
    names: &[String],
) -> Result<Vec<Option<f64>>, Located> {
    let mut values = vec![None; names.len()];
    for (value, name) in values.iter_mut().zip(names) {
        let Some(named) = variables.get(name) else { continue };
        *value = match &named.value.value {
            Some(Quantity::Number(x)) if named.value.size.is_none() => Some(*x),
            Some(Quantity::Formula(text)) if named.value.size.is_none() => {
                Some(constant(text, Span::new(0, text.text.len()))?)
            }
            None if named.value.size.is_none() => None,
            _ => return Err(not_a_number(named)),
        };
    }
    Ok(values)
}

/// The points of --at laid over the spec's values; every variable must have one.
fn points(at: &[Vec<Given>], names: &[String], defaults: &[Option<f64>]) -> Result<Vec<Vec<f64>>, Located> {
    let one = [Vec::new()];
    let at = if at.is_empty() { &one[..] } else { at };
    let mut points = Vec::new();
    for given in at {
        let mut point = Vec::new();
        for (name, default) in names.iter().zip(defaults) {
            let value = given.iter().find(|g| g.0 == *name).map(|g| g.1).or(*default);
            match (value, given.first()) {
                (Some(x), _) => point.push(x),
                (None, Some((_, _, text, _))) => {
                    let whole = Span::new(0, text.text.len());
                    return Err(text.locate_at(PlanError::NoValue { name: name.clone() }, whole));
                }
                (None, None) => return Err(Located::new(PlanError::NoValue { name: name.clone() })),
            }
        }
        points.push(point);
    }
    Ok(points)
}

/// The values that one --at gives beside a grid or rows.
fn one_point(at: &[Vec<Given>], names: &[String], defaults: Vec<Option<f64>>) -> Result<Vec<Option<f64>>, Located> {
    if let [_, second, ..] = at {
        let problem = PlanError::ManyPoints;
        return Err(match second.first() {
            Some((_, _, text, _)) => text.locate_at(problem, Span::new(0, text.text.len())),
            None => Located::new(problem),
        });
    }
    let given = at.first();
    let value = |name: &String| given.and_then(|p| p.iter().find(|g| g.0 == *name)).map(|g| g.1);
    Ok(names.iter().zip(defaults).map(|(name, default)| value(name).or(default)).collect())
}

/// Whether a name of the language would be hidden by a variable of that name: told, not forbidden.
pub fn hidden(names: &[String]) -> Vec<&'static str> {
    functions::CONSTANTS.iter().map(|c| c.0).filter(|c| names.iter().any(|n| n == c)).collect()
}
