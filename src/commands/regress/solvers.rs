//! `--compare-solvers`: one model by every solver that serves it. Times are for people; the result has the numbers.

use super::fitting::{self, Fitted};
use super::options::{RegressOptions, SolverName};
use super::plan::{Plan, solvers};
use super::run::Data;
use crate::commands::json::number;
use crate::commands::outcome::Outcome;
use crate::commands::request::Request;
use crate::report::{Align, Table, human};
use serde_json::{Map, Value};
use std::time::Instant;

/// Adds the comparison to result and report.
pub fn compare(
    plan: &mut Plan,
    data: &Data,
    request: &Request<RegressOptions>,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let chosen = plan.solver;
    let mut rows = Vec::new();
    let mut table = Table::new(&[
        ("solver", Align::Left),
        ("seconds", Align::Point),
        ("iterations", Align::Right),
        ("difference", Align::Point),
        ("", Align::Left),
    ]);
    let mut first: Option<(&str, Vec<f64>)> = None;
    for solver in solvers(&plan.model, request.options.penalty) {
        // of rows that were read as f64 it would be no other fit than the sums'
        if solver == SolverName::Householder && !data.counts.rests {
            continue;
        }
        let name = names(solver);
        plan.solver = solver;
        let started = Instant::now();
        let found = fitting::fit(plan, data, request);
        let seconds = started.elapsed().as_secs_f64();
        let (estimates, iterations, note) = match &found {
            Ok(fitted) => (estimates(fitted), fitted.more.get("iterations").and_then(Value::as_u64), note(fitted)),
            Err(e) => (Vec::new(), None, e.to_string()),
        };
        if first.is_none() && !estimates.is_empty() {
            first = Some((name, estimates.clone()));
        }
        let difference = match &first {
            Some((_, reference)) if reference.len() == estimates.len() => largest(&estimates, reference),
            _ => f64::NAN,
        };
        let text = |x: f64| if x.is_nan() { "-".to_string() } else { human(x, 3) };
        let count = iterations.map_or(String::new(), |i| i.to_string());
        table.row([name.to_string(), text(seconds), count, text(difference), note.clone()]);
        outcome.timings.push((name, seconds));
        rows.push(Value::Object(Map::from_iter([
            ("solver".to_string(), Value::from(name)),
            ("iterations".to_string(), iterations.map_or(Value::Null, Value::from)),
            ("largest_difference".to_string(), number(difference)),
            ("note".to_string(), if note.is_empty() { Value::Null } else { note.into() }),
        ])));
    }
    plan.solver = chosen;
    outcome.result.insert("solvers".into(), Value::Array(rows));
    let reference = first.map_or("the first", |f| f.0);
    outcome.report.push_str(&format!(
        "\nsolvers (after reading; largest relative difference of a coefficient from that of {reference})\n"
    ));
    outcome.report.push_str(&table.render(2));
    Ok(())
}

/// As the flag has it.
fn names(solver: SolverName) -> &'static str {
    match solver {
        SolverName::Gram => "gram",
        SolverName::Householder => "householder",
        SolverName::Qr => "qr",
        SolverName::Normal => "normal",
        SolverName::GradientDescent => "gradient-descent",
        SolverName::Sgd => "sgd",
        SolverName::Adam => "adam",
        SolverName::Lbfgs => "lbfgs",
        SolverName::Newton => "newton",
    }
}

fn estimates(fitted: &Fitted) -> Vec<f64> {
    fitted.coefficients.iter().map(|c| c.estimate).collect()
}

fn note(fitted: &Fitted) -> String {
    if fitted.status == "fitted" { String::new() } else { fitted.status.replace('_', " ") }
}

/// The largest |a - b|/|b|; NaN passes on but for estimates that do not exist.
fn largest(a: &[f64], b: &[f64]) -> f64 {
    let pairs = a.iter().zip(b).filter(|(_, b)| !b.is_nan());
    pairs.fold(0.0, |m, (a, b)| {
        let d = if a == b { 0.0 } else { (a - b).abs() / b.abs() };
        crate::numeric::elementary::max(m, d)
    })
}
