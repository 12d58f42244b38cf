//! What the request means: the formula with its derivatives, the points, the directions. Fills defaults, checks names.

use std::path::PathBuf;

use super::GradOptions;
use super::data::Rows;
use super::grid::{Axis, Grid};
use super::problem::PlanError;
use crate::calculus::directional::unit;
use crate::commands::problem::error::ProblemError;
use crate::commands::problem::{Given, Knowledge, Problem, constant, given, problem};
use crate::commands::request::Request;
use crate::error::{Located, Span, nearest};
use crate::formula::functions;
use crate::formula::graph::{Graph, NodeId};
use crate::numeric::elementary::{cos, sin};
use crate::objective::{ArrayFormula, Forms, Formula, Layout};
use crate::spec::{Objective, Piece, Reduce, bindings, parts};

/// Everything that `run` needs.
#[derive(Debug)]
pub struct Plan {
    /// What reports call the problem.
    pub title: Option<String>,
    /// The formula as written.
    pub text: String,
    /// The formula and its derivatives by `wrt`.
    pub formula: Formula,
    /// The names of all coordinates, in order.
    pub names: Vec<String>,
    /// The variables that they are the components of.
    pub layout: Layout,
    /// The place of each coordinate among the graph's inputs.
    pub places: Vec<usize>,
    /// The coordinates that are differentiated by, in order.
    pub wrt: Vec<String>,
    /// The variables that they are the components of.
    pub wrt_layout: Layout,
    /// Partials by a component in its indices, where there are arrays.
    pub forms: Option<Forms>,
    /// Where.
    pub points: Points,
    /// The rows that the formula is summed over, if any.
    pub data: Option<Rows>,
    /// In which directions beside the axes.
    pub directions: Vec<Direction>,
    /// What the studies need of the problem.
    pub ground: Ground,
}

/// The problem behind the formula, for what else is asked of it.
#[derive(Debug)]
pub struct Ground {
    /// The places of `wrt` among the coordinates.
    pub by: Vec<usize>,
    /// Lower ends of the box: `[names]`, -inf where there is none.
    pub lower: Vec<f64>,
    /// Upper ends of the box: `[names]`, inf where there is none.
    pub upper: Vec<f64>,
    /// Whether there is no point because none is needed.
    pub without_points: bool,
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

/// The problem with the points it is asked at.
#[derive(Debug)]
pub struct Stated {
    /// The formula, its variables, their values.
    pub problem: Problem,
    /// The points of --at, each as far as it goes.
    pub at: Vec<Vec<Given>>,
    /// The axes of --grid.
    axes: Vec<Axis>,
}

/// States the problem. Fails at the first thing that is wrong, with its place.
pub fn state(request: &Request<GradOptions>) -> Result<Stated, Located> {
    let spec = &request.spec;
    let options = &request.options;
    let text = match &spec.objective {
        Some(Objective::Formula(text)) => text.clone(),
        Some(Objective::Residual(_)) => return Err(request.locate("residual", PlanError::NotYet { what: "residuals" })),
        Some(Objective::Likelihood(node)) => {
            return Err(node.place.locate(PlanError::NotYetAt { what: "likelihoods", at: node.place.span }));
        }
        None => return Err(Located::new(ProblemError::NoFormula)),
    };
    if spec.data.is_some() {
        fits_data(request)?;
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
    let also: Vec<_> = axes.iter().map(|a| (a.name.clone(), a.text.clone(), a.span)).collect();
    let problem = problem(spec, &text, &Knowledge { given: &at, also: &also, rows, flag: None })?;
    if problem.layout.is_empty() {
        return Err(Located::new(ProblemError::NoVariables));
    }
    Ok(Stated { problem, at, axes })
}

/// Makes the plan for a problem that is small.
pub fn plan(request: &Request<GradOptions>, stated: Stated) -> Result<Plan, Located> {
    let spec = &request.spec;
    let options = &request.options;
    let Stated { problem, at, axes } = stated;
    let columns = problem.columns();
    let (wrt, by) = wrt(request, &problem.layout)?;
    let forms = (!problem.layout.is_plain())
        .then(|| ArrayFormula::new(problem.graph.clone(), problem.value, problem.layout.clone()).forms());
    let mut written = problem.clone();
    let coordinates = written.write_out()?;
    let formula = Formula::new(written.graph, written.value, by.iter().map(|&k| coordinates[k]).collect());
    let places: Vec<usize> = coordinates.iter().map(|&v| formula.input_index(v)).collect();
    let names = problem.layout.names();

    let directions = directions(request, &wrt.names())?;
    let points = match (&options.points, axes.is_empty()) {
        (Some(_), _) => {
            let values = one_point(&at, &problem)?;
            let path = request.path("grad.points").unwrap_or_default();
            Points::Rows { path, values, columns: columns.clone() }
        }
        (None, false) => {
            let values = one_point(&at, &problem)?;
            Points::Grid(Grid::new(&names, &values, &axes)?)
        }
        // a path, a box or a text needs no point: one is taken where the spec has it whole
        (None, true) if at.is_empty() && needs_no_point(options) && problem.start.iter().any(|x| x.is_nan()) => {
            Points::Given(Vec::new())
        }
        (None, true) => Points::Given(points(&at, &problem)?),
    };
    let without_points = matches!(&points, Points::Given(given) if given.is_empty());
    let ground = Ground { by, lower: problem.lower, upper: problem.upper, without_points };
    let data = spec.data.as_ref().map(|data| Rows {
        path: data.file.place.path(&data.file.text),
        file: data.file.clone(),
        reduce: data.reduce.unwrap_or(Reduce::Mean),
        columns,
    });
    let title = spec.name.as_ref().map(|t| t.text.clone());
    Ok(Plan {
        title,
        text: problem.text.text,
        formula,
        names,
        layout: problem.layout,
        places,
        wrt: wrt.names(),
        wrt_layout: wrt,
        forms,
        points,
        data,
        directions,
        ground,
    })
}

/// Whether what is asked for stands without a point.
fn needs_no_point(options: &GradOptions) -> bool {
    options.path.is_some() || options.critical == Some(true) || options.emit.is_some() || options.level.is_some()
}

/// A partial derivative to be printed.
#[derive(Debug)]
pub struct Printed<'p> {
    /// By what: `x`, `v(i)` where the components of an array have one form, else `v(3)`.
    pub by: String,
    /// Its key in the result: the variable's name, or the component's.
    pub key: String,
    /// Where its node lives.
    pub graph: &'p Graph,
    /// The partial.
    pub node: NodeId,
}

impl Plan {
    /// The partials as they are printed, in order.
    pub fn printed<'p>(&'p self, formula: &'p Formula) -> Vec<Printed<'p>> {
        let mut printed = Vec::new();
        for v in self.wrt_layout.variables() {
            let form = self.forms.as_ref().filter(|_| !v.is_number()).and_then(|forms| {
                let place = self.layout.variables().iter().position(|own| own.name == v.name)?;
                let (by, node) = &forms.partials[place];
                Some(Printed { by: by.clone(), key: v.name.clone(), graph: &forms.graph, node: (*node)? })
            });
            match form {
                Some(form) => printed.push(form),
                None => printed.extend(v.range.clone().map(|k| Printed {
                    by: self.wrt[k].clone(),
                    key: self.wrt[k].clone(),
                    graph: &formula.graph,
                    node: formula.gradient[k],
                })),
            }
        }
        printed
    }
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

/// The points of --at, each as far as it goes.
fn given_points(request: &Request<GradOptions>) -> Result<Vec<Vec<Given>>, Located> {
    let texts = (0..request.options.at.len()).filter_map(|i| request.text(&format!("grad.at.{i}")));
    texts.map(|text| given(&text, "--at")).collect()
}

/// The variables and coordinates that --wrt names, all of them where it names none, and their places among the coordinates.
fn wrt(request: &Request<GradOptions>, layout: &Layout) -> Result<(Layout, Vec<usize>), Located> {
    let mut chosen = Layout::new();
    let mut by: Vec<usize> = Vec::new();
    for (k, name) in request.options.wrt.iter().enumerate() {
        let name = name.trim();
        if chosen.find(name).is_some() {
            continue;
        }
        if let Some(variable) = layout.find(name) {
            chosen.push(name, &variable.shape);
            by.extend(variable.range.clone());
            continue;
        }
        if let Some(place) = (layout.len() <= 1000).then(|| layout.names().iter().position(|n| n == name)).flatten() {
            chosen.push(name, &[]);
            by.push(place);
            continue;
        }
        let near = nearest(name, layout.variables().iter().map(|v| v.name.as_str())).map(String::from);
        let problem = ProblemError::UnknownVariable { name: name.into(), near };
        return Err(request.locate(&format!("grad.wrt.{k}"), problem));
    }
    if by.is_empty() { Ok((layout.clone(), (0..layout.len()).collect())) } else { Ok((chosen, by)) }
}

fn axes(request: &Request<GradOptions>) -> Result<Vec<Axis>, Located> {
    let Some(text) = request.text("grad.grid") else { return Ok(Vec::new()) };
    let mut axes: Vec<Axis> = Vec::new();
    for binding in bindings(&text)? {
        let whole = binding.value.span();
        let Some((name, span)) = binding.name else { return Err(text.locate_at(PlanError::BadAxis, whole)) };
        if axes.iter().any(|a| a.name == name) {
            return Err(text.locate_at(ProblemError::Twice { name, flag: "--at" }, span));
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

/// The points of --at laid over the spec's values; every coordinate must have one.
pub fn points(at: &[Vec<Given>], problem: &Problem) -> Result<Vec<Vec<f64>>, Located> {
    let one = [Vec::new()];
    let at = if at.is_empty() { &one[..] } else { at };
    at.iter().map(|given| problem.point(given, "--at")).collect()
}

/// The values that one --at gives beside a grid or rows: `[n]`.
fn one_point(at: &[Vec<Given>], problem: &Problem) -> Result<Vec<Option<f64>>, Located> {
    if let [_, second, ..] = at {
        let several = PlanError::ManyPoints;
        return Err(match second.first() {
            Some(g) => g.text.locate_at(several, Span::new(0, g.text.text.len())),
            None => Located::new(several),
        });
    }
    let mut x = problem.start.clone();
    problem.lay(at.first().map_or(&[], |p| p), &mut x)?;
    Ok(x.into_iter().map(|x| (!x.is_nan()).then_some(x)).collect())
}

/// Whether a name of the language would be hidden by a variable of that name: told, not forbidden.
pub fn hidden(names: &[String]) -> Vec<&'static str> {
    functions::CONSTANTS.iter().map(|c| c.0).filter(|c| names.iter().any(|n| n == c)).collect()
}
