//! Carries out a plan: runs the methods from the starts, looks at the ends, hands everything to the writers.

use serde_json::Map;

use super::ended::Ended;
use super::inference::Fit;
use super::options::DescendOptions;
use super::plan::{Plan, plan};
use super::problem::PlanError;
use super::trace::{self, Trace, Wanted};
use super::watch::Watcher;
use super::{checkpoint, inference, result, solve, table, view};
use crate::commands::outcome::{Answer, Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::objective::Linearized;
use crate::optimize::stop::Criterion;
use crate::table::formats::Cell;

/// Does the work of `gradus descend`.
pub fn run(request: &Request<DescendOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    job.use_threads();
    let options = &request.options;
    let mut plan = plan(request, job)?;
    if plan.methods.len() > 1 && options.multistart.is_some() {
        let problem = PlanError::Together { a: "methods", b: "multistart" };
        return Err(request.locate("descend.multistart", problem).into());
    }
    let identity = checkpoint::identity(request, &plan);
    let resumed = match request.path("descend.resume") {
        Some(path) => {
            let starts = solve::starts(request, &plan)?.len();
            let run = |(method, _): (usize, usize)| (plan.methods[method].0, &plan.methods[method].1);
            let runs: Vec<_> = solve::runs(&plan, starts).into_iter().map(run).collect();
            Some(checkpoint::read(&path, &identity, &runs)?)
        }
        None => None,
    };
    let trace = match request.path("descend.trace") {
        Some(path) => {
            let wanted = Wanted {
                path: &path,
                format: outputs.table_format(&path)?,
                picks: trace::picks(request, &plan)?,
                every: options.trace_every.unwrap_or(1),
                seconds: options.trace_seconds == Some(true),
                method: plan.methods.len() > 1,
                start: options.multistart.is_some(),
                begun: job.started,
                lasting: options.checkpoint.is_some(),
                keep: resumed.as_ref().and_then(|r| r.trace),
            };
            Some(Trace::open(wanted, &plan.layout)?)
        }
        None => None,
    };
    let (done, current) = resumed.map_or((Vec::new(), None), |r| (r.done, r.current));
    let mut watcher = Watcher {
        trace,
        progress: job.progress(options.max_iterations, "iterations"),
        job,
        sign: if plan.maximize { -1.0 } else { 1.0 },
        checkpoint: request.path("descend.checkpoint"),
        every: options.checkpoint_every.unwrap_or(100),
        since: 0,
        identity,
        done,
    };
    if let Err(e) = solve::go(request, &mut plan, job, &mut watcher, current) {
        // with a checkpoint the part is what a resumed run goes on in
        if let Some(trace) = watcher.trace.take().filter(|_| watcher.checkpoint.is_none()) {
            trace.abandon();
        }
        return Err(e.into());
    }
    let Watcher { trace, progress, done: ended, .. } = watcher;
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

/// Variables whose start lies outside the box.
fn outside(plan: &Plan) -> Option<Vec<String>> {
    let mut inside = plan.start.clone();
    if !plan.bounds.project(&mut inside) {
        return None;
    }
    let moved = (0..inside.len()).filter(|&k| inside[k] != plan.start[k]);
    Some(moved.take(result::MOST_ENTRIES).map(|k| plan.layout.name(k)).collect())
}

/// What least squares tells at the ends, where f is the square of one residual a row; else nothing.
fn fits(request: &Request<DescendOptions>, plan: &mut Plan, ends: &[Ended]) -> anyhow::Result<Vec<Fit>> {
    let Some(factor) = plan.squares else { return Ok(Vec::new()) };
    let rows = plan.objective.offers().rows.unwrap_or(0);
    let level = request.options.confidence.unwrap_or(0.95);
    let mut found = Linearized::new(plan.layout.len());
    let mut fits = Vec::new();
    for end in ends {
        plan.objective.linearize(&end.x, &mut found)?;
        fits.push(inference::infer(&found, factor, &end.x, rows, level, &plan.bounds));
    }
    Ok(fits)
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
    // of several methods each has its own end, of several starts the best one counts
    let shown = if plan.methods.len() > 1 { 0..ended.len() } else { best..best + 1 };
    let fits = fits(request, plan, &ended[shown.clone()])?;
    let fit = fits.get(best - shown.start).filter(|_| ended[best].status != "diverged").cloned();
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
        let message = match &names[..] {
            [name] => format!("the data say nothing about {name}: its standard error does not exist"),
            _ => format!("the data do not tell {} apart: their standard errors do not exist", names.join(", ")),
        };
        outcome.warnings.push(Warning { code: "dependent_parameters", facts, message });
    }
    if let Some(names) = outside(plan) {
        let facts = Map::from_iter([("variables".to_string(), names.clone().into())]);
        let message = format!("the start of {} lies outside the box and was moved to its edge", names.join(", "));
        outcome.warnings.push(Warning { code: "start_moved", facts, message });
    }
    let word = match end.status {
        "converged" | "interrupted" => None,
        "saddle" => Some("saddle"),
        "max_iterations" => Some("max-iterations"),
        "max_evaluations" => Some("max-evaluations"),
        "max_seconds" => Some("max-seconds"),
        "kink" => Some("kink"),
        "jump" => Some("jump"),
        "undefined" => Some("undefined"),
        "overflow" => Some("overflow"),
        "diverged" => Some("diverged"),
        _ => Some("stalled"),
    };
    if let Some(word) = word {
        outcome.answers.push(Answer { word, message: end.stop.message.clone() });
    }
    table::write(plan, &ended[shown].iter().collect::<Vec<_>>(), &fits, outputs)?;
    if let Some(path) = request.path("descend.point") {
        let table = outputs.open_table(&path, vec!["variable".into(), "value".into()])?;
        for (k, x) in end.x.iter().enumerate() {
            let name = plan.layout.name(k);
            outputs.table_row(table, &[Cell::Text(name.as_bytes()), Cell::Number(*x + 0.0)])?;
        }
    }
    Ok(outcome)
}
