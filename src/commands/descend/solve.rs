//! The runs: every method from every start, each end looked at.

use super::ended::Ended;
use super::options::DescendOptions;
use super::plan::Plan;
use super::problem::PlanError;
use super::result;
use super::smoothness;
use super::watch::Watcher;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::numeric::random::Random;
use crate::objective::EvaluationError;
use crate::optimize::batches::Batches;
use crate::optimize::curvature::{Curvature, Reason};
use crate::optimize::driver::{self, Row, Run};
use crate::optimize::flat::at_end;
use crate::optimize::method::Entry;
use crate::optimize::settings::Settings;
use crate::optimize::state::State;
use crate::optimize::stop::{Criterion, Stop};

/// Beyond so many variables the curvature at the end is looked at only if asked for: it takes a vector of memory a step of Lanczos'
/// method, and as long as a good part of the descent.
const MOST_LOOKED_AT: usize = 100_000;

/// All runs that are not done yet, in order, `resumed` being the state of the first of them. Their ends go to the watcher.
pub fn go(
    request: &Request<DescendOptions>,
    plan: &mut Plan,
    job: &Job,
    watcher: &mut Watcher<'_>,
    mut resumed: Option<State>,
) -> Result<(), Located> {
    let starts = starts(request, plan)?;
    let runs = runs(plan, starts.len());
    let count = runs.len();
    for (k, (method, number)) in runs.into_iter().enumerate().skip(watcher.done.len()) {
        let (entry, settings) = plan.methods[method].clone();
        if let Some(trace) = &mut watcher.trace {
            trace.begin(entry.name, number);
        }
        let end =
            one(request, plan, job, watcher, (entry, &settings), (&starts[number], k + 1 == count), resumed.take())?;
        let interrupted = end.stop.criterion == Criterion::Interrupted;
        watcher.ended(end)?;
        if interrupted {
            break;
        }
    }
    Ok(())
}

/// Which method from which start, in order.
pub fn runs(plan: &Plan, starts: usize) -> Vec<(usize, usize)> {
    (0..plan.methods.len()).flat_map(|method| (0..starts).map(move |start| (method, start))).collect()
}

/// The given start, and those drawn in the box.
pub fn starts(request: &Request<DescendOptions>, plan: &Plan) -> Result<Vec<Vec<f64>>, Located> {
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
    (start, last): (&[f64], bool),
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
        let steps = epochs.saturating_mul(own.an_epoch());
        if steps <= rules.max_iterations {
            (rules.max_iterations, rules.epochs) = (steps, Some(epochs));
        }
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
        if let Some(trace) = watcher.trace.as_mut().filter(|_| !run.is_fresh()) {
            trace.go_on(run.at.k);
        }
    }
    let mut stop = match run.go(watcher) {
        Ok(stop) => stop,
        // a program that was waited for when the signal came
        Err(_) if job.cancel.is_set() => interrupted_after(run.at.k),
        Err(e) => return Err(failed(e)),
    };
    // a program that was asked for the curvature when the signal came
    let cut =
        |c: &Option<Curvature>| job.cancel.is_set() && c.as_ref().is_some_and(|c| c.reason == Some(Reason::Failed));
    if cut(&run.end) {
        run.end = None;
        stop = interrupted_after(run.at.k);
    }
    // a budget may be raised: the last run is kept where it ends, before the trace has its last row
    let spent = [Criterion::MaxIterations, Criterion::MaxEvaluations, Criterion::MaxSeconds].contains(&stop.criterion);
    if spent && last {
        let state = run.snapshot();
        watcher.save(Some(&state))?;
    }
    let (gradient_norm, _) = run.slopes();
    let row = Row {
        at: &run.at,
        step_norm: run.last_step(),
        rate: run.last_rate(),
        count: run.objective.count,
        gradient_norm,
    };
    let interrupted = stop.criterion == Criterion::Interrupted;
    // a trace that will be gone on with has no last row yet
    if let Some(trace) = watcher.trace.as_mut().filter(|_| !(interrupted && watcher.checkpoint.is_some())) {
        trace.row(&row, watcher.sign, true)?;
    }
    if interrupted {
        let state = run.snapshot();
        watcher.save(Some(&state))?;
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
        None => at_end(objective, &x, &free, &plan.bounds, request.seed).map_err(failed)?,
    };
    let curved = if cut(&curved) {
        stop = interrupted_after(iterations);
        None
    } else {
        curved
    };
    let mut gradient_norm = if sampled { crate::optimize::vector::norm(&gradient) } else { gradient_norm };
    let converged = stop.criterion.is_convergence();
    let mut class =
        curved.as_ref().filter(|_| converged && stop.criterion != Criterion::Target).and_then(Curvature::class);
    if let (Some(f), Some("degenerate"), [at]) = (&plan.formula, class, &x[..])
        && free.len() == 1
    {
        // the formula is that of the user, the class so far that of what is minimised
        class = Some(flipped(plan.maximize, by_higher_derivatives(f, *at)));
    }
    let goes_down = curved.as_ref().is_some_and(Curvature::goes_down);
    let downhill = class.is_some() && (goes_down || ["saddle", "maximum", "inflection"].contains(&class.unwrap_or("")));
    let mut status = match () {
        () if downhill => "saddle",
        () if converged => "converged",
        () => stop.criterion.word(),
    };
    if status == "saddle" {
        let text = format!(
            "; but the point is no {}: there are directions along which f {} on",
            rules.word("minimum", "maximum"),
            rules.word("falls", "rises")
        );
        stop.message.push_str(&text);
    }
    let mut reason = None;
    if let Some(found) = smoothness::look(plan, &x, &stop, iterations) {
        for (k, g) in gradient.iter_mut().enumerate().filter(|(k, _)| found.missing[*k]) {
            *g = f64::NAN;
            gradient_norm = if plan.bounds.side(k, x[k]).is_none() { f64::NAN } else { gradient_norm };
        }
        if let Some(end) = found.end {
            (status, class) = (end.status, end.class);
            stop.message = end.message;
        }
        reason = Some(found.reason);
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
        class: class.map(|class| flipped(plan.maximize, class)),
        reason,
        curvature,
        rate,
        saddles,
        skipped,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// The reason of a run that a signal ended.
fn interrupted_after(k: u64) -> Stop {
    let message = format!("interrupted after iteration {k}");
    Stop { criterion: Criterion::Interrupted, value: k as f64, threshold: f64::NAN, message }
}

/// The class of f from that of -f, where f is maximised.
fn flipped(maximize: bool, class: &'static str) -> &'static str {
    match (maximize, class) {
        (true, "minimum") => "maximum",
        (true, "maximum") => "minimum",
        (_, other) => other,
    }
}

/// x^4 at 0: the first derivative that is not 0 decides.
fn by_higher_derivatives(f: &crate::objective::Formula, at: f64) -> &'static str {
    let place = f.input_index(f.variables[0]);
    let mut inputs = vec![0.0; f.graph.inputs().len()];
    inputs[place] = at;
    crate::calculus::classify::classify(f, &inputs, &[0.0]).word()
}
