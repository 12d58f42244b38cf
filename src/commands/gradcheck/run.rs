//! Carries out a plan: the check, the diagnosis, the files.

use serde_json::Value;

use super::plan::{ClaimSource, Plan, Source, plan};
use super::problem::CheckError;
use super::program::{ProgramBatch, Recorder, ValuesFile};
use super::{GradcheckOptions, reports, result, view};
use crate::check::batch::Evaluate;
use crate::check::compare::Verdict;
use crate::check::diagnose::{Evidence, Explanation, FormulaEvidence, Shape, diagnose};
use crate::check::exact::{self, ArrayBatch, FormulaBatch};
use crate::check::findings::Findings;
use crate::check::points::Neighbours;
use crate::check::reference;
use crate::check::run::{Check, Claim, run as check};
use crate::check::sweep::{Sweep, sweep};
use crate::commands::outcome::{Answer, Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::commands::session::{Job, Stopped};
use crate::error::Located;
use crate::numeric::text::count;
use crate::objective::{ArrayObjective, Formula};
use crate::report::human;

/// Rounds of steps for lines that stay open.
const ROUNDS: usize = 5;
/// Points beside the user's at which a claim by formulas is compared, so that what fits one point by chance is not named.
const MORE_POINTS: u64 = 6;

/// Coordinates of a sweep of a formula over long arrays: each takes about 700 values.
const MOST_SWEPT: usize = 100;

/// Does the work of `gradus gradcheck`.
pub fn run(request: &Request<GradcheckOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    let mut layout = None;
    let plan = plan(request, &mut layout, &job.cancel)?;
    let options = &request.options;
    let mut outcome = Outcome { inputs: plan.inputs.clone(), ..Outcome::default() };
    if options.fix == Some(true) && plan.formula.is_none() {
        return Err(request.locate("gradcheck.fix", CheckError::FixWithoutFormula("--fix")).into());
    }
    if options.sweep.is_some() {
        can_sweep(&plan).map_err(|problem| request.locate("gradcheck.sweep", problem))?;
    }
    if let Some(path) = request.path("gradcheck.emit_points") {
        let mut recorder = Recorder { names: plan.names.clone(), asked: None };
        let claim = Claim::Function;
        carry_out(request, &plan, job, &mut recorder, claim)?;
        let mut text = Vec::new();
        let rows = recorder.asked.as_ref().map_or(0, |asked| asked.rows());
        if let Some(asked) = &recorder.asked {
            asked.write(&mut text)?;
        }
        outputs.text_file(&path, &String::from_utf8_lossy(&text))?;
        outcome.status = "emitted".into();
        outcome.result.insert("rows".into(), rows.into());
        outcome.report = format!(
            "{} for {} written; answer each with f, and df_x where `need` is gradient\n",
            count(rows, "row"),
            path.display()
        );
        return Ok(outcome);
    }

    job.use_threads();
    let mut arrays = plan.arrays.clone().map(ArrayObjective::new);
    let (findings, swept) = {
        let mut function: Box<dyn Evaluate + '_> = match (&plan.source, &plan.formula) {
            (Source::Program(program), _) => Box::new(ProgramBatch {
                names: plan.names.clone(),
                program: program.clone(),
                seconds: options.time_limit.unwrap_or(120.0),
                cancel: job.cancel.clone(),
                functions: None,
            }),
            (Source::Values(path), _) => {
                Box::new(ValuesFile { names: plan.names.clone(), path: path.clone(), cancel: job.cancel.clone() })
            }
            (Source::Formula, Some(formula)) => Box::new(FormulaBatch::new(formula)),
            (Source::Formula, None) => match arrays.as_mut() {
                Some(arrays) => Box::new(ArrayBatch(arrays)),
                None => return Err(Located::new(CheckError::Nothing).into()),
            },
        };
        let findings = match &plan.claim {
            ClaimSource::Function => carry_out(request, &plan, job, function.as_mut(), Claim::Function)?,
            ClaimSource::Own => carry_out(request, &plan, job, function.as_mut(), Claim::Own)?,
            ClaimSource::File(claims) => carry_out(request, &plan, job, function.as_mut(), Claim::Given(claims))?,
            ClaimSource::Formulas(claims) => {
                let compute = &|x: &[f64]| claims.at(x);
                carry_out(request, &plan, job, function.as_mut(), Claim::Computed(compute))?
            }
        };
        let swept = match request.path("gradcheck.sweep") {
            Some(path) => Some((path, sweep_first(request, &plan, &findings, function.as_mut())?)),
            None => None,
        };
        (findings, swept)
    };
    if let (Source::Program(_) | Source::Values(_), Some(_)) = (&plan.source, &plan.formula)
        && findings.functions > 1
    {
        let from = if let Source::Program(p) = &plan.source { format!("`{}`", p.line()) } else { "the file".into() };
        return Err(Located::new(CheckError::OneFunction { from, found: findings.functions }).into());
    }
    let diagnosis = explanations(request, &plan, &findings)?;
    result::put(&plan, request, &findings, &diagnosis, outputs, &mut outcome)?;
    outcome.documents = vec![
        ("junit", reports::junit(&plan, request, &findings, &diagnosis)),
        ("github", reports::github(&plan, request, &findings, &diagnosis)),
    ];
    outcome.report = view::report(&plan, request, &findings, &diagnosis, job);
    if let Some((path, swept)) = &swept {
        result::sweep_table(path, swept, outputs)?;
        outcome.result.insert("sweep".into(), result::sweep_json(swept));
        outcome.report.push_str(&view::sweep(path, swept));
    }
    conclude(&plan, &findings, &mut outcome);
    Ok(outcome)
}

/// Whether a sweep has an exact gradient to hold differences against, and can be made in reasonable time.
fn can_sweep(plan: &Plan<'_>) -> Result<(), CheckError> {
    let count = plan.coordinates.len();
    match (&plan.formula, &plan.arrays) {
        (None, None) => Err(CheckError::SweepWithoutFormula),
        (None, Some(_)) if count > MOST_SWEPT => Err(CheckError::TooManySwept { count, most: MOST_SWEPT }),
        _ => Ok(()),
    }
}

/// The check itself. A signal is told as such, whoever saw it.
fn carry_out(
    request: &Request<GradcheckOptions>,
    plan: &Plan<'_>,
    job: &Job,
    function: &mut dyn Evaluate,
    claim: Claim<'_>,
) -> anyhow::Result<Findings> {
    let mut bar = job.progress(Some((plan.given.len() + plan.random) as u64), "points");
    let progress = &mut |done: usize, _: usize| {
        bar.set(done as u64, done as u64);
        Ok(())
    };
    let mut by_arrays = plan.arrays.clone().map(ArrayObjective::new);
    let mut by_rules = |x: &[f64]| match (&plan.formula, &mut by_arrays) {
        (Some(formula), _) => exact::gradient(formula, x),
        (None, Some(arrays)) => exact::array_gradient(arrays, x),
        (None, None) => Vec::new(),
    };
    let known = plan.formula.is_some() || plan.arrays.is_some();
    let checked = check(Check {
        function,
        exact: if known { Some(&mut by_rules) } else { None },
        directions: plan.directions,
        claim,
        given: plan.given.clone(),
        random: plan.random,
        draw: &|k| plan.sampler.draw(k),
        coordinates: plan.coordinates.clone(),
        plan: reference::Plan {
            lower: plan.sampler.lower.clone(),
            upper: plan.sampler.upper.clone(),
            rounds: ROUNDS,
            seed: request.seed,
        },
        threshold: request.options.threshold.unwrap_or(1e-5),
        scheme: plan.scheme,
        fail_fast: request.options.fail_fast == Some(true),
        progress,
    });
    bar.finish();
    if job.cancel.is_set() {
        return Err(Stopped.into());
    }
    Ok(checked?)
}

/// The error against the step at the first point, where the derivative is known exactly.
fn sweep_first(
    request: &Request<GradcheckOptions>,
    plan: &Plan<'_>,
    findings: &Findings,
    function: &mut dyn Evaluate,
) -> Result<Sweep, Located> {
    let without = || request.locate("gradcheck.sweep", CheckError::SweepWithoutFormula);
    let first = findings.points.first().ok_or_else(without)?;
    let partials = match (&plan.formula, &plan.arrays) {
        (Some(formula), _) => exact::gradient(formula, &first.at),
        (None, Some(arrays)) => exact::array_gradient(&mut ArrayObjective::new(arrays.clone()), &first.at),
        (None, None) => return Err(without()),
    };
    let exact: Vec<f64> = plan.coordinates.iter().map(|&i| partials[i].reference.value).collect();
    sweep(function, &first.at, &plan.coordinates, &exact)
}

/// The names of the bugs, function by function.
fn explanations(
    request: &Request<GradcheckOptions>,
    plan: &Plan<'_>,
    findings: &Findings,
) -> Result<Vec<(usize, Explanation)>, Located> {
    let n = plan.names.len();
    let shapes: Vec<Shape> = plan
        .layout
        .variables()
        .iter()
        .map(|v| Shape { name: v.name.clone(), first: v.range.start, sizes: v.shape.clone() })
        .collect();
    let mut found = Vec::new();
    for f in 0..findings.functions {
        let mut wrong = vec![false; n];
        let blank = || vec![vec![f64::NAN; n]; findings.points.len()];
        let (mut claimed, mut reference, mut bound) = (blank(), blank(), blank());
        for (p, point) in findings.points.iter().enumerate() {
            for number in point.numbers.iter().filter(|x| x.function == f) {
                let i = number.coordinate;
                wrong[i] |= number.verdict == Verdict::Wrong;
                claimed[p][i] = number.claimed;
                if number.reference.exists {
                    (reference[p][i], bound[p][i]) = (number.reference.value, number.reference.bound);
                }
            }
        }
        if !wrong.contains(&true) {
            continue;
        }
        let mut at: Vec<Vec<f64>> = findings.points.iter().map(|p| p.at.clone()).collect();
        if let (Some(formula), ClaimSource::Formulas(claims)) = (&plan.formula, &plan.claim) {
            more_points(request, plan, formula, &mut at, &mut reference, &mut bound)?;
            for x in &at[claimed.len()..] {
                claimed.push(claims.at(x)?);
            }
        }
        let formula = plan.formula.as_ref().and_then(|formula| FormulaEvidence::new(formula, &at, &wrong));
        let mut sizes = vec![(n as f64, "the number of coordinates".to_string())];
        for v in plan.layout.variables() {
            sizes.extend(v.shape.iter().map(|&s| (s as f64, format!("the size of {}", v.name))));
        }
        let evidence =
            Evidence { names: &plan.names, shapes: &shapes, claimed, reference, bound, wrong, sizes, agree: 0.0 };
        found.extend(diagnose(&evidence, formula.as_ref()).into_iter().map(|e| (f, e)));
    }
    Ok(found)
}

/// Points near the first one, on the same side of every kink, at which the formula has all its derivatives.
fn more_points(
    request: &Request<GradcheckOptions>,
    plan: &Plan<'_>,
    formula: &Formula,
    at: &mut Vec<Vec<f64>>,
    reference: &mut Vec<Vec<f64>>,
    bound: &mut Vec<Vec<f64>>,
) -> Result<(), Located> {
    let Some(first) = at.first().cloned() else { return Ok(()) };
    let side = exact::branches(formula, &first);
    let near = Neighbours { first: &first, lower: &plan.sampler.lower, upper: &plan.sampler.upper, seed: request.seed };
    let mut found = 0;
    for k in 0..4 * MORE_POINTS {
        let x = near.draw(k);
        let partials = exact::gradient(formula, &x);
        let smooth = partials.iter().all(|p| p.reference.exists && p.reference.value.is_finite());
        if smooth && exact::branches(formula, &x) == side {
            reference.push(partials.iter().map(|p| p.reference.value).collect());
            bound.push(partials.iter().map(|p| p.reference.bound).collect());
            at.push(x);
            found += 1;
            if found == MORE_POINTS {
                break;
            }
        }
    }
    Ok(())
}

/// Status, answers and warnings.
fn conclude(plan: &Plan<'_>, findings: &Findings, outcome: &mut Outcome) {
    let verdict = findings.verdict();
    outcome.status = verdict.word().into();
    let counts = result::counts(findings);
    let of = |v: Verdict| -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let all = findings.points.iter().flat_map(|p| &p.numbers);
        for number in all.filter(|x| x.verdict == v).take(1000) {
            let name = plan.names[number.coordinate].as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let outside = findings.points.iter().filter(|p| p.values.iter().any(|f| !f.is_finite())).count();
    for (v, word, what) in [
        (Verdict::Wrong, "wrong", "the claimed gradient is wrong in"),
        (Verdict::Inconclusive, "inconclusive", "the reference cannot tell of"),
        (Verdict::NotDifferentiable, "not-differentiable", "there is no derivative for"),
    ] {
        let names = of(v);
        if !names.is_empty() {
            let count = counts.iter().find(|c| c.0 == v).map_or(0, |c| c.1).max(names.len());
            let list = crate::check::diagnose::partial_names(&names, count);
            outcome.answers.push(Answer { word, message: format!("{what} {list}") });
        } else if findings.points.iter().flat_map(|p| &p.directions).any(|d| d.verdict == v) {
            let message = match v {
                Verdict::Wrong => "the claimed gradient is wrong along a random direction",
                Verdict::Inconclusive => "the reference cannot tell along a random direction",
                _ => "there is no derivative along a random direction",
            };
            outcome.answers.push(Answer { word, message: message.into() });
        } else if v == Verdict::NotDifferentiable && outside > 0 {
            let message = format!("f is undefined at {outside} of {}", count(findings.points.len(), "point"));
            outcome.answers.push(Answer { word: "undefined", message });
        }
    }
    let restless = findings.points.iter().filter(|p| p.restless).count();
    if restless > 0 {
        let facts = serde_json::Map::from_iter([("points".to_string(), Value::from(restless))]);
        let message = "the same point gave two different values of f: fix the seed of what is random in it".to_string();
        outcome.warnings.push(Warning { code: "restless", facts, message });
    }
    outcome.warnings.extend(disagreements(plan, findings));
    outcome.warnings.extend(other_values(plan, findings));
}

/// Where a file of claims has other values of f: its gradient is one of another function, or of another point.
fn other_values(plan: &Plan<'_>, findings: &Findings) -> Option<Warning> {
    let claimed = plan.claimed_values.as_ref()?;
    // printed with six digits they would still be the same; an empty cell claims nothing
    let other = |x: f64, f: f64| f.is_finite() && (x - f).abs() > 1e-5 * (x.abs() + f.abs());
    let pairs = claimed.iter().zip(&findings.points).map(|(x, point)| (*x, point.values.first().copied()));
    let found: Vec<(usize, f64, f64)> =
        pairs.enumerate().filter_map(|(k, (x, f))| Some((k, x, f?))).filter(|&(_, x, f)| other(x, f)).collect();
    let &(row, x, f) = found.first()?;
    let facts = serde_json::Map::from_iter([
        ("rows".to_string(), Value::from(found.len())),
        ("first".to_string(), Value::from(row + 1)),
    ]);
    let message = format!(
        "the file of claims has another value of f in {} of {}, first in row {}: {}, where f is {}; its gradient is one of \
         another function",
        found.len(),
        count(claimed.len(), "row"),
        row + 1,
        human(x, 6),
        human(f, 6)
    );
    Some(Warning { code: "other_values", facts, message })
}

/// Where differences and the rules disagree by more than both allow: somebody is mistaken, and it may be us.
fn disagreements(plan: &Plan<'_>, findings: &Findings) -> Option<Warning> {
    use crate::check::difference::Existence;
    if matches!(plan.claim, ClaimSource::Own) || !matches!(plan.source, Source::Formula) {
        return None;
    }
    let number = findings.points.iter().flat_map(|p| &p.numbers).find(|x| {
        let Some(exact) = x.exact.as_ref().filter(|e| e.reference.exists) else { return false };
        let (r, s) = (&exact.reference, &x.numeric);
        let size = r.value.abs() + s.value.abs();
        s.existence == Existence::Smooth
            && s.error <= 1e-3 * size
            && (r.value - s.value).abs() > 1e-4 * size + 10.0 * (s.error + r.bound)
    })?;
    let name = &plan.names[number.coordinate];
    let facts = serde_json::Map::from_iter([("coordinate".to_string(), Value::from(name.as_str()))]);
    let message = format!("the differences and the exact derivative by {name} disagree: the exact one was believed");
    Some(Warning { code: "references_disagree", facts, message })
}
