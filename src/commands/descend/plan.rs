//! What the request means: the objective, the start, the box, the methods with their settings, the rules. Fills defaults.

use std::path::{Path, PathBuf};

use super::external::ProgramObjective;
use super::likelihood::Likelihood;
use super::options::{CourseName, DescendOptions, FisherName, MissingName, RuleName};
use super::problem::PlanError;
use crate::commands::problem::{Knowledge, Problem, given, problem};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::{Located, Span, nearest};
use crate::formula::graph::NodeId;
use crate::formula::lower::Scope;
use crate::formula::read;
use crate::objective::{ArrayFormula, ArrayObjective};
use crate::objective::{
    Columns, Formula, FormulaObjective, Information, Layout, Objective, Offers, PerRow, RowsObjective,
};
use crate::optimize::bounds::Bounds;
use crate::optimize::method::{Entry, Needs};
use crate::optimize::methods::{TABLE, find};
use crate::optimize::negated::Negated;
use crate::optimize::schedule::Course;
use crate::optimize::settings::{Fisher, Rule, Settings};
use crate::optimize::stop::Rules;
use crate::process::Program;
use crate::spec::{self, Origin, Place, Reduce, Text};
use crate::table::read::{Batch, Input, Missing, Options, Reader, RowCounts};

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
    /// The one-variable formula, for its class by higher derivatives.
    pub formula: Option<Formula>,
    /// The rows' file and what became of them.
    pub rows: Option<(PathBuf, RowCounts)>,
    /// Rows a step sees.
    pub batch_size: Option<usize>,
}

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
    let known = Knowledge { given: &given, ..Knowledge::default() };
    let maximize = options.maximize == Some(true);
    let mut formula = None;
    let mut rows = None;
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
                    if f.dimension() == 1 {
                        formula = Some(f.clone());
                    }
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
        max_evaluations: options.max_evaluations,
        max_seconds: options.max_seconds,
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
        batch_size: options.batch_size.map(|b| b as usize),
    })
}

/// A formula about nothing: a program has variables and no text.
fn nothing() -> Text {
    Text { text: "0".into(), place: Place::whole(Origin::command_line("command", "0")), key: "formula".into() }
}

/// The problem of one row.
fn per_row(
    spec: &spec::Spec,
    objective: &spec::Objective,
    known: &Knowledge<'_>,
) -> Result<(Kind, Problem, Option<Likelihood>), Located> {
    let whole = |text: &Text| Span::new(0, text.text.len());
    match objective {
        spec::Objective::Formula(text) => Ok((Kind::Loss, problem(spec, text, known)?, None)),
        spec::Objective::Residual(text) if spec.data.is_none() => {
            Err(text.locate_at(PlanError::ResidualWithoutRows, whole(text)))
        }
        spec::Objective::Residual(text) => Ok((Kind::Residual, problem(spec, text, known)?, None)),
        spec::Objective::Likelihood(node) if spec.data.is_none() => {
            Err(node.place.locate_whole(PlanError::LikelihoodWithoutRows))
        }
        spec::Objective::Likelihood(node) => {
            let likelihood = Likelihood::read(node)?;
            // each formula by itself first: its faults are shown where it stands
            for formula in &likelihood.formulas {
                problem(spec, formula, known)?;
            }
            let text = likelihood.with_parameters(likelihood.family.loss);
            let place = Place::whole(Origin::command_line("likelihood", &text));
            let p = problem(spec, &Text { text, place, key: "likelihood".into() }, known)?;
            Ok((Kind::Likelihood, p, Some(likelihood)))
        }
    }
}

/// Reads the rows and puts the objective over them.
fn over_rows(
    request: &Request<DescendOptions>,
    job: &Job,
    mut p: Problem,
    kind: Kind,
    likelihood: Option<Likelihood>,
) -> Result<(RowsObjective, (PathBuf, RowCounts)), Located> {
    let Some(data) = &request.spec.data else { return Err(Located::new(PlanError::ResidualWithoutRows)) };
    if p.layout.is_empty() {
        return Err(Located::new(crate::commands::problem::error::ProblemError::NoVariables));
    }
    let path = data.file.place.path(&data.file.text);
    let variables = p.write_out()?;
    let information = match &likelihood {
        Some(l) => Some(information(request, &mut p, l)?),
        None => None,
    };
    let columns = p.columns();
    let options = Options {
        delimiter: request.options.delimiter.map(|c| c as u8),
        missing: match request.options.missing.unwrap_or_default() {
            MissingName::Error => Missing::Error,
            MissingName::Drop => Missing::Drop,
        },
        threads: Some(job.threads()),
        ..Options::default()
    };
    let open = || Reader::open(Input::from_path(&path), &options);
    let mut reader = job.cancel.while_waiting_if(path == Path::new("-"), open).map_err(Located::new)?;
    let names: Vec<&str> = columns.iter().map(|c| c.0.as_str()).collect();
    let selection = reader.select(&names).map_err(Located::new)?.without_cells();
    let mut batch = Batch::new(selection);
    let mut all = Columns { columns: vec![Vec::new(); p.graph.inputs().len()], rows: 0 };
    while reader.next_batch(&mut batch).map_err(Located::new)? {
        if job.cancel.is_set() {
            break;
        }
        for ((_, place), column) in columns.iter().zip(&batch.columns) {
            all.columns[*place].extend_from_slice(column);
        }
        all.rows += batch.rows;
    }
    if all.rows == 0 {
        let problem = PlanError::NoRows { file: path.display().to_string() };
        return Err(data.file.locate_at(problem, Span::new(0, data.file.text.len())));
    }
    let counts = reader.rows().clone();
    let mean = match (data.reduce, kind) {
        (Some(reduce), _) => reduce == Reduce::Mean,
        (None, Kind::Loss) => true,
        _ => false,
    };
    let per_row = if kind == Kind::Residual { PerRow::Residual } else { PerRow::Loss };
    let objective = RowsObjective::new(p.graph, p.value, variables, per_row, all, mean, information);
    Ok((objective, (path, counts)))
}

/// The parameters of a likelihood and their information, as nodes of the problem's graph.
fn information(
    request: &Request<DescendOptions>,
    p: &mut Problem,
    likelihood: &Likelihood,
) -> Result<Information, Located> {
    let mut scope = Scope::default();
    for (name, definition) in &request.spec.lets {
        let id = read(&mut p.graph, &definition.value.source(), &scope).map_err(|e| definition.value.locate(e))?;
        scope.lets.insert(name.clone(), id);
    }
    let mut node = |text: &str| -> Result<NodeId, Located> {
        let place = Place::whole(Origin::command_line("likelihood", text));
        let text = Text { text: text.to_string(), place, key: "likelihood".into() };
        let id = read(&mut p.graph, &text.source(), &scope).map_err(|e| text.locate(e))?;
        let roots = crate::formula::unroll::unroll(&mut p.graph, &[id]);
        Ok(roots.map_err(|e| text.locate(crate::formula::FormulaError::from(e)))?[0])
    };
    let parameters =
        likelihood.formulas[1..].iter().map(|f| node(&f.text)).collect::<Result<Vec<NodeId>, Located>>()?;
    let row = |row: &&[&str]| row.iter().map(|e| likelihood.with_parameters(e)).collect::<Vec<String>>();
    let texts: Vec<Vec<String>> = likelihood.family.information.iter().map(row).collect();
    let mut matrix = Vec::new();
    for row in texts {
        matrix.push(row.iter().map(|t| node(t)).collect::<Result<Vec<NodeId>, Located>>()?);
    }
    Ok(Information { parameters, matrix })
}

/// The methods that were asked for, or the one that suits the problem and why.
fn methods(
    request: &Request<DescendOptions>,
    offers: &Offers,
    n: usize,
    kind: Kind,
) -> Result<(Vec<&'static Entry>, Option<&'static str>), Located> {
    let options = &request.options;
    let stochastic = options.batch_size.is_some();
    let mut names: Vec<(String, String)> = options
        .methods
        .iter()
        .enumerate()
        .map(|(i, m)| (m.trim().to_string(), format!("descend.methods.{i}")))
        .collect();
    if let Some(method) = &options.method {
        if !names.is_empty() {
            let problem = PlanError::Together { a: "method", b: "methods" };
            return Err(request.locate("descend.method", problem));
        }
        names.push((method.clone(), "descend.method".into()));
    }
    if names.is_empty() {
        let rate = options.learning_rate.is_some();
        let (name, because) = match () {
            () if stochastic => ("adam", "the method for mini-batches"),
            () if rate => ("gradient-descent", "a learning rate is given"),
            () if offers.residuals.is_some() => ("levenberg-marquardt", "the objective is a sum of squares"),
            () if kind == Kind::Program => ("bfgs", "a program gives no second derivatives"),
            () if offers.hessian && n <= 100 => ("newton", "the Hessian is exact and small"),
            () => ("lbfgs", "there are many variables"),
        };
        return Ok((find(name).into_iter().collect(), Some(because)));
    }
    let mut found = Vec::new();
    for (name, key) in names {
        let Some(entry) = find(&name) else {
            let known: Vec<&'static str> = TABLE.iter().map(|e| e.name).collect();
            let near = nearest(&name, known.iter().copied()).and_then(|n| known.iter().copied().find(|k| *k == n));
            return Err(request.locate(&key, PlanError::UnknownMethod { name, near, known }));
        };
        let fits = |e: &&&Entry| e.needs.met_by(offers) && (!stochastic || e.stochastic);
        let others: Vec<&'static str> = TABLE.iter().filter(fits).map(|e| e.name).collect();
        if !entry.needs.met_by(offers) {
            let problem = PlanError::Needs { method: entry.name, needs: entry.needs.word(), others };
            return Err(request.locate(&key, problem));
        }
        if stochastic && !entry.stochastic {
            return Err(request.locate(&key, PlanError::NotStochastic { method: entry.name, others }));
        }
        found.push(entry);
    }
    Ok((found, None))
}

/// An option that no chosen method reads is an error, not an ornament.
fn unread(request: &Request<DescendOptions>, entries: &[&'static Entry]) -> Result<(), Located> {
    let o = &request.options;
    let said: [(&'static str, bool); 16] = [
        ("learning_rate", o.learning_rate.is_some()),
        ("schedule", o.schedule.is_some()),
        ("decay", o.decay.is_some()),
        ("decay_every", o.decay_every.is_some()),
        ("last_rate", o.last_rate.is_some()),
        ("warmup", o.warmup.is_some()),
        ("line_search", o.line_search.is_some()),
        ("momentum", o.momentum.is_some()),
        ("beta1", o.beta1.is_some()),
        ("beta2", o.beta2.is_some()),
        ("epsilon", o.epsilon.is_some()),
        ("weight_decay", o.weight_decay.is_some()),
        ("memory", o.memory.is_some()),
        ("radius", o.radius.is_some()),
        ("fisher", o.fisher.is_some()),
        ("damping", o.damping.is_some()),
    ];
    for (option, said) in said {
        if said && !entries.iter().any(|e| e.options.contains(&option)) {
            let readers = TABLE.iter().filter(|e| e.options.contains(&option)).map(|e| e.name).collect();
            let methods = entries.iter().map(|e| e.name).collect::<Vec<_>>().join(", ");
            let problem = PlanError::Unread { option, methods, readers };
            return Err(request.locate(&format!("descend.{option}"), problem));
        }
    }
    Ok(())
}

fn settings(o: &DescendOptions, entry: &Entry) -> Settings {
    let mut s = Settings::default();
    s.schedule.every = 1000.0;
    (entry.defaults)(&mut s);
    let put = |to: &mut f64, from: Option<f64>| {
        if let Some(x) = from {
            *to = x;
        }
    };
    put(&mut s.schedule.rate, o.learning_rate);
    put(&mut s.schedule.decay, o.decay);
    put(&mut s.schedule.every, o.decay_every);
    put(&mut s.schedule.last, o.last_rate);
    put(&mut s.momentum, o.momentum);
    put(&mut s.beta1, o.beta1);
    put(&mut s.beta2, o.beta2);
    put(&mut s.epsilon, o.epsilon);
    put(&mut s.weight_decay, o.weight_decay);
    put(&mut s.damping, o.damping);
    s.schedule.warmup = o.warmup.unwrap_or(0);
    s.schedule.course = match o.schedule {
        None | Some(CourseName::Constant) => Course::Constant,
        Some(CourseName::Step) => Course::Step,
        Some(CourseName::Exponential) => Course::Exponential,
        Some(CourseName::Cosine) => Course::Cosine,
        Some(CourseName::Inverse) => Course::Inverse,
    };
    let scheduled = o.learning_rate.is_some() || o.schedule.is_some() || o.batch_size.is_some();
    s.rule = match o.line_search {
        Some(RuleName::Scheduled) => Rule::Scheduled,
        Some(RuleName::Armijo) => Rule::Armijo,
        Some(RuleName::BarzilaiBorwein) => Rule::BarzilaiBorwein,
        None if scheduled => Rule::Scheduled,
        None => Rule::Armijo,
    };
    s.memory = o.memory.map_or(s.memory, |m| m as usize);
    s.radius = o.radius;
    s.fisher = match o.fisher {
        Some(FisherName::Diagonal) => Fisher::Diagonal,
        _ => Fisher::Full,
    };
    s
}

/// Whether a method's step is a constant rate times the gradient.
pub fn is_constant_rate(entry: &Entry, settings: &Settings) -> bool {
    entry.name == "gradient-descent"
        && settings.rule == Rule::Scheduled
        && settings.schedule.course == Course::Constant
        && settings.schedule.warmup == 0
        && entry.needs == Needs::Gradient
}
