//! What the request means: the objective, the start, the box, the methods with their settings, the rules. Fills defaults.

use std::path::PathBuf;

use super::chosen::{methods, settings, unread};
use super::external::ProgramObjective;
use super::options::DescendOptions;
use super::problem::PlanError;
use super::rows::{over_rows, per_row};
use crate::commands::problem::{Knowledge, given, problem};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::objective::{ArrayFormula, ArrayObjective, Formula, FormulaObjective, Layout, Objective};
use crate::optimize::bounds::Bounds;
use crate::optimize::method::Entry;
use crate::optimize::negated::Negated;
use crate::optimize::settings::Settings;
use crate::optimize::stop::Rules;
use crate::process::Program;
use crate::spec::{self, Origin, Place, Text};
use crate::table::read::RowCounts;

/// What is minimised, as reports call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A formula.
    Formula,
    /// A formula per row.
    Loss,
    /// Squares of residuals over rows.
    Residual,
    /// A negative log-likelihood.
    Likelihood,
    /// A program.
    Program,
}

/// Everything that `run` needs.
pub struct Plan {
    /// What reports call the problem.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// The objective; -f where it is maximised.
    pub objective: Box<dyn Objective>,
    /// Whether -f is minimised in place of f.
    pub maximize: bool,
    /// The names of the coordinates.
    pub layout: Layout,
    /// \[n\]
    pub start: Vec<f64>,
    /// The box.
    pub bounds: Bounds,
    /// The methods, each with its settings.
    pub methods: Vec<(&'static Entry, Settings)>,
    /// Why the method was chosen, where nobody chose one.
    pub because: Option<&'static str>,
    /// When to stop.
    pub rules: Rules,
    /// The formula in named numbers, for what derivatives do not tell of the end: higher ones, those at kinks.
    pub formula: Option<Formula>,
    /// The rows' file and what became of them.
    pub rows: Option<(PathBuf, RowCounts)>,
    /// Where f is this number times the sum over the rows of the square of one residual: the answer then has standard errors.
    pub squares: Option<f64>,
    /// Rows a step sees.
    pub batch_size: Option<usize>,
}

/// Beyond so many variables there are no standard errors: they take a matrix of all of them.
const MOST_ESTIMATED: usize = 2000;

/// Makes the plan.
pub fn plan(request: &Request<DescendOptions>, job: &Job) -> Result<Plan, Located> {
    let options = &request.options;
    if let Some((key, wanted)) = options.out_of_range() {
        return Err(request.locate(&format!("descend.{key}"), PlanError::OutOfRange { key, wanted }));
    }
    let spec = &request.spec;
    let given = match request.text("descend.start") {
        Some(text) => vec![given(&text, "--start")?],
        None => Vec::new(),
    };
    let known = Knowledge { given: &given, flag: Some("--start"), ..Knowledge::default() };
    let maximize = options.maximize == Some(true);
    let mut formula = None;
    let mut rows = None;
    let mut squares = None;
    let none = Vec::new();
    let at = given.first().unwrap_or(&none);
    let (kind, title, layout, start, lower, upper, objective): (_, _, _, _, _, _, Box<dyn Objective>) =
        match (&spec.objective, &spec.command) {
            (Some(spec::Objective::Formula(text)), _) if spec.data.is_none() => {
                let p = problem(spec, text, &known)?;
                let (layout, start) = (p.layout.clone(), p.point(at, "--start")?);
                let (lower, upper) = (p.lower.clone(), p.upper.clone());
                if layout.is_empty() {
                    return Err(Located::new(crate::commands::problem::error::ProblemError::NoVariables));
                }
                let objective: Box<dyn Objective> = if p.is_small() {
                    let f = p.formula(&[])?;
                    formula = Some(f.clone());
                    Box::new(FormulaObjective::new(f))
                } else {
                    Box::new(ArrayObjective::new(ArrayFormula::new(p.graph, p.value, p.layout)))
                };
                (Kind::Formula, text.text.clone(), layout, start, lower, upper, objective)
            }
            (Some(objective), _) => {
                let (kind, p, likelihood) = per_row(spec, objective, &known)?;
                let title = match &likelihood {
                    Some(l) => format!("{} likelihood of {}", l.family.name, l.formulas[0].text),
                    None => p.text.text.clone(),
                };
                let (layout, start) = (p.layout.clone(), p.point(at, "--start")?);
                let (lower, upper) = (p.lower.clone(), p.upper.clone());
                let (objective, counts) = over_rows(request, job, p, kind, likelihood)?;
                rows = Some(counts);
                if kind != Kind::Likelihood && !maximize && layout.len() <= MOST_ESTIMATED {
                    squares = objective.squares();
                }
                (kind, title, layout, start, lower, upper, Box::new(objective))
            }
            (None, Some(command)) => {
                let p = problem(spec, &nothing(), &known)?;
                if p.layout.is_empty() {
                    return Err(command.place.locate_whole(PlanError::ProgramVariables));
                }
                let start = p.point(at, "--start")?;
                let folder = command.place.origin.folder.clone();
                let program = Program { words: command.value.clone(), folder };
                let seconds = options.time_limit.unwrap_or(120.0);
                let title = program.line();
                let objective = ProgramObjective::new(p.layout.names(), program, seconds, job.cancel.clone());
                (Kind::Program, title, p.layout, start, p.lower, p.upper, Box::new(objective))
            }
            (None, None) => return Err(Located::new(PlanError::Nothing)),
        };
    if maximize && kind == Kind::Residual {
        return Err(request.locate("descend.maximize", PlanError::Maximize { what: "a sum of squares over rows" }));
    }
    if options.batch_size.is_some() && rows.is_none() {
        return Err(request.locate("descend.batch_size", PlanError::BatchWithoutRows));
    }
    if options.epochs.is_some() && options.batch_size.is_none() {
        return Err(request.locate("descend.epochs", PlanError::BatchWithoutRows));
    }
    let objective = if maximize { Box::new(Negated(objective)) } else { objective };
    let bounded = lower.iter().any(|l| l.is_finite()) || upper.iter().any(|u| u.is_finite());
    let bounds = if bounded { Bounds { lower, upper } } else { Bounds::default() };
    let offers = objective.offers();
    let (entries, because) = methods(request, &offers, layout.len(), kind)?;
    unread(request, &entries)?;
    let methods = entries.iter().map(|e| (*e, settings(options, e))).collect();
    let rules = Rules {
        gtol: options.gtol,
        ftol: options.ftol,
        xtol: options.xtol,
        target: options.target.map(|t| if maximize { -t } else { t }),
        max_iterations: options.max_iterations.unwrap_or(u64::MAX),
        epochs: None,
        max_evaluations: options.max_evaluations,
        max_seconds: options.max_seconds,
        maximize,
    };
    Ok(Plan {
        title: spec.name.as_ref().map_or(title, |n| n.text.clone()),
        kind,
        objective,
        maximize,
        layout,
        start,
        bounds,
        methods,
        because,
        rules,
        formula,
        rows,
        squares,
        batch_size: options.batch_size.map(|b| b as usize),
    })
}

/// A formula about nothing: a program has variables and no text.
fn nothing() -> Text {
    Text { text: "0".into(), place: Place::whole(Origin::command_line("command", "0")), key: "formula".into() }
}
