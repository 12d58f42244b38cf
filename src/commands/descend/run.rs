//! Carries out a plan: runs the methods from the starts, looks at the ends, hands everything to the writers.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::checkpoint::{self, Identity};
use super::options::DescendOptions;
use super::plan::{Kind, Plan, plan};
use super::problem::PlanError;
use super::trace::{MOST_VARIABLES, Trace, Wanted};
use super::{inference, result, view};
use crate::commands::outcome::{Answer, Outcome, Outputs, Warning};
use crate::commands::request::{Request, json_spec};
use crate::commands::session::Job;
use crate::error::{Located, Span};
use crate::numeric::random::Random;
use crate::objective::{EvaluationError, Evaluations, Linearized};
use crate::optimize::batches::Batches;
use crate::optimize::curvature::{Curvature, curvature};
use crate::optimize::driver::{self, Row, Run, Watch};
use crate::optimize::method::Entry;
use crate::optimize::settings::Settings;
use crate::optimize::state::State;
use crate::optimize::stop::{Criterion, Stop};
use crate::progress::Progress;
use crate::report::human;
use crate::table::formats::Cell;

/// Beyond so many variables the curvature at the end is looked at only if asked for: it takes a vector of memory a step of Lanczos'
/// method, and as long as a good part of the descent.
const MOST_LOOKED_AT: usize = 100_000;

/// The end of one run.
pub struct Ended {
    /// The method.
    pub entry: &'static Entry,
    /// Its settings.
    pub settings: Settings,
    /// Where it began.
    pub start: Vec<f64>,
    /// f there.
    pub start_value: f64,
    /// Where it ended.
    pub x: Vec<f64>,
    /// f there.
    pub value: f64,
    /// The gradient there.
    pub gradient: Vec<f64>,
    /// |g| over the variables that no bound holds back.
    pub gradient_norm: f64,
    /// Accepted steps.
    pub iterations: u64,
    /// Evaluations.
    pub count: Evaluations,
    /// Why it ended.
    pub stop: Stop,
    /// `converged`, `saddle`, or the criterion's word.
    pub status: &'static str,
    /// The class of a stationary point.
    pub class: Option<&'static str>,
    /// Second-order facts, of f itself.
    pub curvature: Option<Curvature>,
    /// The contraction that was seen.
    pub rate: Option<f64>,
    /// Saddles left, and updates skipped.
    pub saddles: u64,
    /// Updates a method skipped.
    pub skipped: u64,
    /// Seconds it took.
    pub seconds: f64,
}

/// Looks at the runs: trace, bar, checkpoints.
struct Watcher<'w> {
    trace: Option<Trace>,
    progress: Progress,
    job: &'w Job,
    sign: f64,
    checkpoint: Option<PathBuf>,
    every: u64,
    identity: Identity,
}

impl Watch for Watcher<'_> {
    fn accepted(&mut self, row: &Row<'_>) -> Result<(), EvaluationError> {
        if let Some(trace) = &mut self.trace {
            trace.row(row, self.sign, false).map_err(|e| EvaluationError::Failed(e.problem))?;
        }
        let (sign, f, g) = (self.sign, row.at.value, row.gradient_norm);
        self.progress.set_with(row.at.k, row.at.k, || format!("f {}, |g| {}", human(sign * f, 6), human(g, 3)));
        Ok(())
    }

    fn wants_state(&mut self, k: u64) -> bool {
        self.checkpoint.is_some() && k > 0 && k.is_multiple_of(self.every)
    }

    fn state(&mut self, state: State) -> Result<(), EvaluationError> {
        self.save(&state).map_err(|e| EvaluationError::Failed(e.problem))
    }

    fn interrupted(&self) -> bool {
        self.job.cancel.is_set()
    }
}

impl Watcher<'_> {
    fn save(&mut self, state: &State) -> Result<(), Located> {
        let Some(path) = &self.checkpoint else { return Ok(()) };
        let length = match &mut self.trace {
            Some(trace) => Some(trace.settle()?),
            None => None,
        };
        checkpoint::write(path, state, length, &self.identity)
    }
}

/// Does the work of `gradus descend`.
pub fn run(request: &Request<DescendOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    job.use_threads();
    let options = &request.options;
    let mut plan = plan(request, job)?;
    let several = plan.methods.len() > 1 || options.multistart.is_some();
    if several && (options.checkpoint.is_some() || options.resume.is_some()) {
        let a = if options.resume.is_some() { "resume" } else { "checkpoint" };
        let b = if options.multistart.is_some() { "multistart" } else { "methods" };
        return Err(request.locate(&format!("descend.{a}"), PlanError::Together { a, b }).into());
    }
    if plan.methods.len() > 1 && options.multistart.is_some() {
        let problem = PlanError::Together { a: "methods", b: "multistart" };
        return Err(request.locate("descend.multistart", problem).into());
    }
    let identity = identity(request, &plan);
    let resumed = match request.path("descend.resume") {
        Some(path) => Some(checkpoint::read(&path, &identity)?),
        None => None,
    };
    let trace = match request.path("descend.trace") {
        Some(path) => {
            let wanted = Wanted {
                path: &path,
                picks: picks(request, &plan)?,
                every: options.trace_every.unwrap_or(1),
                seconds: options.trace_seconds == Some(true),
                method: plan.methods.len() > 1,
                begun: job.started,
                keep: resumed.as_ref().and_then(|r| r.trace),
            };
            Some(Trace::open(wanted, &plan.layout)?)
        }
        None => None,
    };
    let mut watcher = Watcher {
        trace,
        progress: job.progress(options.max_iterations, "iterations"),
        job,
        sign: if plan.maximize { -1.0 } else { 1.0 },
        checkpoint: request.path("descend.checkpoint"),
        every: options.checkpoint_every.unwrap_or(100),
        identity,
    };
    let ended = match go(request, &mut plan, job, &mut watcher, resumed.map(|r| State::of(r.entries))) {
        Ok(ended) => ended,
        Err(e) => {
            // with a checkpoint the part is what a resumed run goes on in
            if let Some(trace) = watcher.trace.take().filter(|_| watcher.checkpoint.is_none()) {
                trace.abandon();
            }
            return Err(e.into());
        }
    };
    let Watcher { trace, progress, .. } = watcher;
    progress.finish();
    let interrupted = ended.iter().any(|e| e.stop.criterion == Criterion::Interrupted);
    if let Some(mut trace) = trace {
        if interrupted && options.checkpoint.is_some() {
            trace.settle()?;
        } else {
            trace.finish()?;
        }
    }
    conclude(request, &mut plan, job, outputs, ended, interrupted)
}

/// All runs, in order.
fn go(
    request: &Request<DescendOptions>,
    plan: &mut Plan,
    job: &Job,
    watcher: &mut Watcher<'_>,
    mut resumed: Option<State>,
) -> Result<Vec<Ended>, Located> {
    let starts = starts(request, plan)?;
    let several = plan.methods.len() > 1;
    let mut ended = Vec::new();
    for (entry, settings) in plan.methods.clone() {
        if several && let Some(trace) = &mut watcher.trace {
            trace.method(entry.name);
        }
        for (i, start) in starts.iter().enumerate() {
            // the trace is the first start's
            let held = if i > 0 { watcher.trace.take() } else { None };
            let one = one(request, plan, job, watcher, (entry, &settings), start, resumed.take());
            if i > 0 {
                watcher.trace = held;
            }
            let one = one?;
            let stop = one.stop.criterion == Criterion::Interrupted;
            ended.push(one);
            if stop {
                return Ok(ended);
            }
        }
    }
    Ok(ended)
}

/// The given start, and those drawn in the box.
fn starts(request: &Request<DescendOptions>, plan: &Plan) -> Result<Vec<Vec<f64>>, Located> {
    let mut starts = vec![plan.start.clone()];
    let Some(count) = request.options.multistart else { return Ok(starts) };
    for k in 0..plan.start.len() {
        let end = match (plan.bounds.lower.get(k), plan.bounds.upper.get(k)) {
            (Some(l), _) if !l.is_finite() => "min",
            (_, Some(u)) if !u.is_finite() => "max",
            (None, _) => "min and max",
            _ => continue,
        };
        let name = plan.layout.name(k);
        return Err(request.locate("descend.multistart", PlanError::NoBox { name, end }));
    }
    for number in 0..u64::from(count) {
        let mut random = Random::stream(request.seed, number);
        let draw = |(l, u): (&f64, &f64)| random.uniform_in(*l, *u);
        starts.push(plan.bounds.lower.iter().zip(&plan.bounds.upper).map(draw).collect());
    }
    Ok(starts)
}

/// One run, its end looked at.
fn one(
    request: &Request<DescendOptions>,
    plan: &mut Plan,
    job: &Job,
    watcher: &mut Watcher<'_>,
    (entry, settings): (&'static Entry, &Settings),
    start: &[f64],
    resumed: Option<State>,
) -> Result<Ended, Located> {
    let failed = |e: EvaluationError| match e {
        EvaluationError::Failed(problem) => Located { problem, source: None },
        other => Located::new(other),
    };
    let begun = std::time::Instant::now();
    let mut rules = plan.rules.clone();
    let mut batches = None;
    if let (Some(size), Some(rows)) = (plan.batch_size, plan.objective.offers().rows) {
        let own = Batches::new(rows, size, request.seed);
        let epochs = request.options.epochs.unwrap_or(10);
        rules.max_iterations = rules.max_iterations.min(epochs.saturating_mul(own.an_epoch()));
        batches = Some(own);
    } else if request.options.max_iterations.is_none() {
        rules.max_iterations = entry.max_iterations;
    }
    let sampled = batches.is_some();
    let look = request.options.curvature.unwrap_or(plan.layout.len() <= MOST_LOOKED_AT);
    let how = driver::Plan {
        entry,
        settings: settings.clone(),
        bounds: plan.bounds.clone(),
        rules: rules.clone(),
        batches,
        look,
        seed: request.seed,
        begun: job.started,
    };
    let mut run = Run::new(plan.objective.as_mut(), start, how).map_err(failed)?;
    if let Some(state) = resumed {
        run.resume(state).map_err(|name| {
            let file = request.options.resume.clone().unwrap_or_default();
            Located::new(PlanError::NoCheckpoint { file, why: format!("it lacks `{name}`") })
        })?;
    }
    let mut stop = match run.go(watcher) {
        Ok(stop) => stop,
        // a program that was waited for when the signal came
        Err(_) if job.cancel.is_set() => Stop {
            criterion: Criterion::Interrupted,
            value: run.at.k as f64,
            threshold: f64::NAN,
            message: format!("interrupted after iteration {}", run.at.k),
        },
        Err(e) => return Err(failed(e)),
    };
    let (gradient_norm, _) = run.slopes();
    let row = Row {
        at: &run.at,
        step_norm: run.last_step(),
        rate: run.last_rate(),
        count: run.objective.count,
        gradient_norm,
    };
    if let Some(trace) = &mut watcher.trace {
        trace.row(&row, watcher.sign, true)?;
    }
    if stop.criterion == Criterion::Interrupted {
        let state = run.snapshot();
        watcher.save(&state)?;
    }
    let (mut x, mut value, mut gradient) = (run.at.x.clone(), run.at.value, run.at.gradient.clone());
    let mut moved = false;
    if stop.criterion == Criterion::Interrupted {
        let (best, at) = run.best();
        if best < value {
            (value, x, moved) = (best, at.to_vec(), true);
        }
    }
    let count = run.objective.count;
    let (iterations, saddles, skipped, rate) = (run.at.k, run.saddles, run.skipped, run.observed_rate());
    let (start, start_value) = (run.start.clone(), run.start_value);
    let free = run.free();
    let found = run.end.take();
    let objective = plan.objective.as_mut();
    if sampled || moved {
        // f of all rows where steps saw some of them; the gradient of the best point where that is not the last one
        value = objective.value_and_gradient(&x, &mut gradient).map_err(failed)?;
    }
    let curved = match found {
        Some(found) => Some(found),
        None if !look || matches!(stop.criterion, Criterion::Diverged | Criterion::Interrupted) => None,
        None => curvature(objective, &x, &free, request.seed).map_err(failed)?,
    };
    let gradient_norm = if sampled { crate::optimize::vector::norm(&gradient) } else { gradient_norm };
    let converged = stop.criterion.is_convergence();
    let mut class = curved.as_ref().filter(|_| converged && stop.criterion != Criterion::Target).map(Curvature::class);
    if let (Some(f), Some("degenerate"), [at]) = (&plan.formula, class, &x[..])
        && free.len() == 1
    {
        class = Some(by_higher_derivatives(f, *at));
    }
    let downhill = class == Some("saddle") || class == Some("maximum");
    let flipped = |class: &'static str| match (plan.maximize, class) {
        (true, "minimum") => "maximum",
        (true, "maximum") => "minimum",
        (_, other) => other,
    };
    let status = match () {
        () if downhill || class == Some("inflection") => "saddle",
        () if converged => "converged",
        () => stop.criterion.word(),
    };
    if status == "saddle" {
        stop.message.push_str("; but the point is no minimum: there are directions along which f falls on");
    }
    let sign = watcher.sign;
    let curvature = curved.map(|c| if plan.maximize { result::negated(c) } else { c });
    Ok(Ended {
        entry,
        settings: settings.clone(),
        start,
        start_value: sign * start_value,
        x,
        value: sign * value,
        gradient: gradient.iter().map(|g| sign * g).collect(),
        gradient_norm,
        iterations,
        count,
        stop: Stop { value: if stop.criterion == Criterion::Target { sign * stop.value } else { stop.value }, ..stop },
        status,
        class: class.map(flipped),
        curvature,
        rate,
        saddles,
        skipped,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// x^4 at 0: the first derivative that is not 0 decides.
fn by_higher_derivatives(f: &crate::objective::Formula, at: f64) -> &'static str {
    let place = f.input_index(f.variables[0]);
    let mut inputs = vec![0.0; f.graph.inputs().len()];
    inputs[place] = at;
    crate::calculus::classify::classify(f, &inputs, &[0.0]).word()
}

/// Coordinates in the trace.
fn picks(request: &Request<DescendOptions>, plan: &Plan) -> Result<Vec<usize>, Located> {
    let n = plan.layout.len();
    let Some(text) = request.text("descend.trace_variables") else {
        return Ok(if n <= MOST_VARIABLES { (0..n).collect() } else { Vec::new() });
    };
    let mut found = Vec::new();
    let mut depth = 0;
    let mut from = 0;
    let end = text.text.len();
    let marks = text.text.char_indices().chain(std::iter::once((end, ',')));
    for (at, c) in marks {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth <= 0 => {
                let name = text.text[from..at].trim();
                match plan.layout.find(name) {
                    Some(v) => found.extend(v.range.clone()),
                    None => match (0..n).find(|&k| plan.layout.name(k).replace(' ', "") == name.replace(' ', "")) {
                        Some(k) => found.push(k),
                        None => {
                            let problem = PlanError::TraceVariable { name: name.to_string() };
                            return Err(text.locate_at(problem, Span::new(from, at)));
                        }
                    },
                }
                from = at + 1;
            }
            _ => {}
        }
    }
    Ok(found)
}

/// What makes a run the same run: everything but when to stop and where to write.
fn identity(request: &Request<DescendOptions>, plan: &Plan) -> Identity {
    let mut spec = json_spec::<super::Descend>(request);
    let mut descend = Map::new();
    if let Some(Value::Object(table)) = spec.as_object_mut().and_then(|m| m.remove("descend")) {
        let not = |k: &str| {
            ["start", "method", "resume", "checkpoint", "checkpoint_every", "point", "trace", "target", "confidence"]
                .contains(&k)
                || k.starts_with("max_")
                || k.ends_with("tol")
                || k.starts_with("trace_")
        };
        descend = table.into_iter().filter(|(k, _)| !not(k)).collect();
    }
    if let Some(map) = spec.as_object_mut() {
        map.remove("name");
        map.remove("variables");
    }
    let start: Vec<u64> = plan.start.iter().take(1000).map(|x| x.to_bits()).collect();
    vec![
        ("problem", spec),
        ("start", json!(start)),
        ("method", plan.methods.first().map_or(Value::Null, |m| m.0.name.into())),
        ("options", Value::Object(descend)),
        ("seed", request.seed.into()),
    ]
}

/// The result, the files, the report, the answers.
fn conclude(
    request: &Request<DescendOptions>,
    plan: &mut Plan,
    job: &Job,
    outputs: &mut Outputs,
    ended: Vec<Ended>,
    interrupted: bool,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome { interrupted, ..Outcome::default() };
    if let Some((path, _)) = &plan.rows {
        outcome.inputs.push(path.clone());
    }
    let better = |a: &Ended, b: &Ended| {
        let rank = |e: &Ended| u8::from(!(e.value.is_finite() && e.status != "diverged"));
        let value = |e: &Ended| if plan.maximize { -e.value } else { e.value };
        rank(a) < rank(b) || rank(a) == rank(b) && value(a) < value(b)
    };
    let best = (1..ended.len()).fold(0, |best, i| if better(&ended[i], &ended[best]) { i } else { best });
    let fit = match plan.kind {
        Kind::Residual if ended[best].status != "diverged" => {
            let mut found = Linearized::new(plan.layout.len());
            plan.objective.linearize(&ended[best].x, &mut found)?;
            let rows = plan.objective.offers().residuals.unwrap_or(0);
            let level = request.options.confidence.unwrap_or(0.95);
            Some(inference::infer(&found, &ended[best].x, rows, level, &plan.bounds))
        }
        _ => None,
    };
    result::fill(plan, &ended, best, fit.as_ref(), request, &mut outcome.result);
    let end = &ended[best];
    outcome.status = end.status.to_string();
    outcome.report = view::report(plan, &ended, best, fit.as_ref(), request, job);
    outcome.timings = vec![("solve", ended.iter().map(|e| e.seconds).sum())];
    if end.skipped > 0 {
        let facts = Map::from_iter([("count".to_string(), end.skipped.into())]);
        let message = format!("{} updates of {} were skipped for want of curvature", end.skipped, end.entry.name);
        if job.verbose > 0 {
            outcome.warnings.push(Warning { code: "skipped_updates", facts, message });
        }
    }
    if let Some(fit) = &fit
        && let Some(names) = fit.dependent(&plan.layout)
    {
        let facts = Map::from_iter([("variables".to_string(), names.clone().into())]);
        let message = format!("the data do not tell {} apart: their standard errors do not exist", names.join(", "));
        outcome.warnings.push(Warning { code: "dependent_parameters", facts, message });
    }
    let word = match end.status {
        "converged" | "interrupted" => None,
        "saddle" => Some("saddle"),
        "max_iterations" => Some("max-iterations"),
        "max_evaluations" => Some("max-evaluations"),
        "max_seconds" => Some("max-seconds"),
        "diverged" => Some("diverged"),
        _ => Some("stalled"),
    };
    if let Some(word) = word {
        outcome.answers.push(Answer { word, message: end.stop.message.clone() });
    }
    if let Some(path) = request.path("descend.point") {
        let table = outputs.open_table(&path, vec!["variable".into(), "value".into()])?;
        for (k, x) in end.x.iter().enumerate() {
            let name = plan.layout.name(k);
            outputs.table_row(table, &[Cell::Text(name.as_bytes()), Cell::Number(*x + 0.0)])?;
        }
    }
    Ok(outcome)
}
