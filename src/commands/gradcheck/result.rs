//! The result: its keys, its rows.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::GradcheckOptions;
use super::plan::{ClaimSource, Plan, Source};
use crate::check::compare::Verdict;
use crate::check::diagnose::Explanation;
use crate::check::findings::{Checked, Findings, Number, reason};
use crate::check::run::Scheme;
use crate::check::sweep::{SCHEMES, Sweep};
use crate::commands::json::number;
use crate::commands::outcome::{Outcome, Outputs};
use crate::commands::request::Request;
use crate::error::Located;
use crate::formula::print;
use crate::objective::Layout;
use crate::table::formats::Cell;

/// Coordinates that the result lists: beyond, the worst of them.
const MOST_COORDINATES: usize = 1000;
/// Points of at most so many coordinates are written out.
const MOST_OF_A_POINT: usize = 1000;

/// Fills the outcome and the tables.
pub fn put(
    plan: &Plan<'_>,
    request: &Request<GradcheckOptions>,
    findings: &Findings,
    diagnosis: &[(usize, Explanation)],
    outputs: &mut Outputs,
    outcome: &mut Outcome,
) -> Result<(), Located> {
    let result = &mut outcome.result;
    if let Some(text) = &plan.text {
        result.insert("formula".into(), text.as_str().into());
    }
    if let Source::Program(program) = &plan.source {
        result.insert("command".into(), program.words.clone().into());
    }
    result.insert("claim".into(), plan.claim.word(&plan.source).into());
    result.insert("verdict".into(), findings.verdict().word().into());
    result.insert("relative_error".into(), number(findings.relative_error()));
    result.insert("threshold".into(), number(request.options.threshold.unwrap_or(1e-5)));
    let (scheme, h) = match plan.scheme {
        Scheme::Adaptive => ("adaptive", None),
        Scheme::Centered { h } => ("centered", Some(h)),
    };
    result.insert("scheme".into(), scheme.into());
    if let Some(h) = h {
        result.insert("h".into(), number(h));
    }
    result.insert("evaluations".into(), findings.evaluations.into());
    result.insert("gradient_evaluations".into(), findings.gradient_evaluations.into());
    result.insert("rounds".into(), findings.rounds.into());
    result.insert("functions".into(), findings.functions.into());
    let single = findings.points.iter().map(|p| p.single).max().unwrap_or(0) / findings.functions.max(1);
    let covered = json!({
        "coordinates": single, "of": plan.names.len(), "directions": plan.directions, "points": findings.points.len(),
        "points_replaced": findings.replaced, "points_skipped": findings.skipped,
    });
    result.insert("covered".into(), covered);
    let points = findings.points.iter().map(|p| point(plan, p)).collect();
    result.insert("points".into(), Value::Array(points));
    let mut worst = findings.worst();
    let all = worst.len();
    if all > MOST_COORDINATES {
        worst.sort_by(|a, b| b.1.verdict.cmp(&a.1.verdict).then(b.1.relative_error.total_cmp(&a.1.relative_error)));
        worst.truncate(MOST_COORDINATES);
        result.insert("coordinates_omitted".into(), (all - MOST_COORDINATES).into());
    }
    let coordinates = worst.iter().map(|(p, x)| coordinate(plan, findings, *p, x)).collect();
    result.insert("coordinates".into(), Value::Array(coordinates));
    let diagnosis = diagnosis.iter().map(|(f, e)| explanation(plan, findings, *f, e)).collect();
    result.insert("diagnosis".into(), Value::Array(diagnosis));
    if request.options.fix == Some(true)
        && let Some(fix) = fix(plan)
    {
        let fix = fix.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
        result.insert("fix".into(), Value::Object(fix));
    }
    rows(plan, findings, outputs)
}

fn point(plan: &Plan<'_>, p: &Checked) -> Value {
    let mut map = Map::new();
    if p.at.len() <= MOST_OF_A_POINT {
        map.insert("at".into(), at(&plan.layout, &p.at));
    }
    match p.values[..] {
        [value] => map.insert("value".into(), number(value)),
        _ => map.insert("values".into(), Value::Array(p.values.iter().map(|&v| number(v)).collect())),
    };
    map.insert("noise".into(), number(p.noise.iter().fold(0.0, |m: f64, &n| if n > m { n } else { m })));
    map.insert("random".into(), p.random.into());
    map.insert("verdict".into(), p.verdict.word().into());
    map.insert("relative_error".into(), number(p.relative_error));
    if !p.directions.is_empty() {
        let directions = p.directions.iter().map(|d| {
            json!({
                "function": d.function + 1, "claimed": number(d.claimed), "numeric": number(d.numeric.value),
                "error_bound": number(d.numeric.error), "verdict": d.verdict.word(),
            })
        });
        map.insert("directions".into(), Value::Array(directions.collect()));
    }
    Value::Object(map)
}

/// A point by variables: arrays as arrays.
fn at(layout: &Layout, x: &[f64]) -> Value {
    let list = |x: &[f64]| Value::Array(x.iter().map(|&x| number(x)).collect());
    let of = |v: &crate::objective::Variable| match v.shape[..] {
        [] => number(x[v.range.start]),
        [_] => list(&x[v.range.clone()]),
        [_, columns, ..] => Value::Array(x[v.range.clone()].chunks(columns.max(1)).map(list).collect()),
    };
    Value::Object(layout.variables().iter().map(|v| (v.name.clone(), of(v))).collect())
}

/// `x`, or `f2/x` where there are several functions.
pub fn name(plan: &Plan<'_>, findings: &Findings, function: usize, coordinate: usize) -> String {
    let x = &plan.names[coordinate];
    if findings.functions > 1 { format!("df{}_d{x}", function + 1) } else { x.clone() }
}

/// Whether a claim by formulas lies inside the proved bounds of the exact derivative at every point.
pub fn proved(plan: &Plan<'_>, findings: &Findings, x: &Number) -> bool {
    let same = |n: &&Number| (n.function, n.coordinate) == (x.function, x.coordinate);
    // its own point first: of very many numbers the others need then not be looked for
    matches!(plan.claim, ClaimSource::Formulas(_))
        && x.is_proved()
        && findings.points.iter().all(|p| p.numbers.iter().find(same).is_some_and(|n| n.is_proved()))
}

fn coordinate(plan: &Plan<'_>, findings: &Findings, p: usize, x: &Number) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), name(plan, findings, x.function, x.coordinate).into());
    map.insert("verdict".into(), x.verdict.word().into());
    map.insert("relative_error".into(), number(x.relative_error));
    map.insert("claimed".into(), number(x.claimed));
    map.insert("numeric".into(), number(x.numeric.value));
    map.insert("numeric_error".into(), number(x.numeric.error));
    let exact = x.exact.as_ref().map_or(Value::Null, |e| number(e.reference.value));
    map.insert("exact".into(), exact);
    map.insert("error_bound".into(), number(x.reference.bound));
    map.insert("proved".into(), proved(plan, findings, x).into());
    map.insert("point".into(), p.into());
    let noise = findings.points[p].noise.get(x.function).copied().unwrap_or(0.0);
    if let Some(reason) = reason(x, noise) {
        map.insert("reason".into(), reason.into());
    }
    Value::Object(map)
}

fn explanation(plan: &Plan<'_>, findings: &Findings, f: usize, e: &Explanation) -> Value {
    let names: Vec<String> = e.coordinates.iter().take(100).map(|&i| name(plan, findings, f, i)).collect();
    json!({
        "bug": e.bug.word(), "where": e.place, "factor": e.factor.map_or(Value::Null, number),
        "explains": number(e.explains), "coordinates": names, "message": e.message,
    })
}

/// The right partial derivatives in the claim's names; `None` without a formula.
pub fn fix(plan: &Plan<'_>) -> Option<Vec<(String, String)>> {
    const LONGEST: f64 = 1e5;
    let formula = plan.formula.as_ref()?;
    let text = |&i: &usize| {
        let node = formula.gradient[i];
        let text = if print::length(&formula.graph, node) > LONGEST {
            "...".into()
        } else {
            print::infix(&formula.graph, node)
        };
        (plan.names[i].clone(), text)
    };
    Some(plan.coordinates.iter().map(text).collect())
}

/// A row for each coordinate.
fn rows(plan: &Plan<'_>, findings: &Findings, outputs: &mut Outputs) -> Result<(), Located> {
    if !outputs.want_rows() {
        return Ok(());
    }
    let columns =
        ["name", "verdict", "relative_error", "claimed", "numeric", "exact", "error_bound", "point", "reason"];
    outputs.columns(columns.map(String::from).to_vec())?;
    for (p, x) in findings.worst() {
        let exact = x.exact.as_ref().map_or(f64::NAN, |e| e.reference.value);
        let noise = findings.points[p].noise.get(x.function).copied().unwrap_or(0.0);
        let why = reason(x, noise).unwrap_or_default();
        outputs.row(&[
            Cell::Text(name(plan, findings, x.function, x.coordinate).as_bytes()),
            Cell::Text(x.verdict.word().as_bytes()),
            Cell::Number(x.relative_error),
            Cell::Number(x.claimed),
            Cell::Number(x.numeric.value),
            Cell::Number(exact),
            Cell::Number(x.reference.bound),
            Cell::Number(p as f64),
            Cell::Text(why.as_bytes()),
        ])?;
    }
    Ok(())
}

/// How many coordinates have each verdict, at the worst point of each where few were kept of many.
pub fn counts(findings: &Findings) -> Vec<(Verdict, usize)> {
    let worst = findings.worst();
    let at_a_point = |k: usize| findings.points.iter().map(|p| p.counts[k]).max().unwrap_or(0);
    let dropped = findings.points.iter().any(|p| p.single > p.numbers.len());
    let count = |(k, v): (usize, Verdict)| match dropped {
        true => (v, at_a_point(k)),
        false => (v, worst.iter().filter(|w| w.1.verdict == v).count()),
    };
    Verdict::ALL.into_iter().enumerate().map(count).filter(|c| c.1 > 0).collect()
}

/// The table of `--sweep`.
pub fn sweep_table(path: &Path, sweep: &Sweep, outputs: &mut Outputs) -> Result<(), Located> {
    let columns = std::iter::once("h").chain(SCHEMES.iter().map(|s| s.name)).map(String::from).collect();
    let table = outputs.open_table(path, columns)?;
    for (h, errors) in sweep.h.iter().zip(&sweep.errors) {
        let cells: Vec<Cell<'_>> = std::iter::once(h).chain(errors).map(|&x| Cell::Number(x)).collect();
        outputs.table_row(table, &cells)?;
    }
    Ok(())
}

/// What the sweep has shown.
pub fn sweep_json(sweep: &Sweep) -> Value {
    let course = |c: &crate::check::sweep::Course| {
        let facts = json!({
            "order": c.scheme.order, "observed_order": c.observed_order.map_or(Value::Null, number),
            "best_h": number(c.best_h), "best_error": number(c.best_error), "theory_h": number(c.theory_h),
        });
        (c.scheme.name.to_string(), facts)
    };
    Value::Object(sweep.courses.iter().map(course).collect())
}
