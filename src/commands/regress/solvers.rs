//! `--compare-solvers`: one model by every solver of linear models. Times are for people; the result has the numbers.

use super::fitting::names;
use super::options::RegressOptions;
use super::plan::Plan;
use super::run::{Data, in_files};
use crate::commands::json::number;
use crate::commands::outcome::Outcome;
use crate::commands::request::Request;
use crate::regress::{linear, solvers};
use crate::report::{Align, Table, human};
use serde_json::{Map, Value};
use std::time::Instant;

/// Adds the comparison to result and report.
pub fn compare(
    plan: &Plan,
    data: &Data,
    request: &Request<RegressOptions>,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let zero = vec![0.0; names(data).len()];
    let exact = linear::fit(&data.gram, &zero, &zero).estimates;
    let most = request.options.max_iterations.unwrap_or(100_000);
    let mut rows = Vec::new();
    let mut table = Table::new(&[
        ("solver", Align::Left),
        ("seconds", Align::Point),
        ("iterations", Align::Right),
        ("difference", Align::Point),
        ("", Align::Left),
    ]);
    for name in ["gram", "qr", "normal", "gradient-descent"] {
        let started = Instant::now();
        let mut iterations = None;
        let mut note = String::new();
        let found = match name {
            "gram" => Some(linear::fit(&data.gram, &zero, &zero).estimates),
            "qr" => match solvers::qr(&data.source(), &data.gram).map_err(in_files(plan)) {
                Ok(found) => Some(linear::in_table_units(&data.gram, &found).iter().map(|b| b.hi).collect()),
                Err(e) => {
                    note = e.to_string();
                    None
                }
            },
            "normal" => match solvers::Normal::of(&data.gram).solve() {
                Ok(found) => Some(found),
                Err(e) => {
                    note = e.to_string();
                    None
                }
            },
            _ => {
                let descent = solvers::Normal::of(&data.gram).descend(request.options.learning_rate, most);
                iterations = Some(descent.iterations);
                note = descent.failure.map_or(String::new(), |f| f.1.replace('_', " "));
                Some(descent.w)
            }
        };
        let seconds = started.elapsed().as_secs_f64();
        let difference = found.map_or(f64::NAN, |found| largest(&found, &exact));
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
    outcome.result.insert("solvers".into(), Value::Array(rows));
    outcome.report.push_str("\nsolvers (after reading; largest relative difference of a coefficient from gram's)\n");
    outcome.report.push_str(&table.render(2));
    Ok(())
}

/// The largest |a - b|/|b|; NaN passes on but for estimates that do not exist.
fn largest(a: &[f64], b: &[f64]) -> f64 {
    let pairs = a.iter().zip(b).filter(|(_, b)| !b.is_nan());
    pairs.fold(0.0, |m, (a, b)| {
        let d = if a == b { 0.0 } else { (a - b).abs() / b.abs() };
        crate::numeric::elementary::max(m, d)
    })
}
