//! `grad` of formulas whose reductions are too long to be written out: value and gradient by loops, all components at once.

use std::time::Instant;

use serde_json::{Map, Value};

use super::GradOptions;
use super::plan::{Stated, points};
use super::problem::PlanError;
use super::view::cut;
use crate::calculus::directional::unit;
use crate::calculus::status::Status;
use crate::commands::json::{by_variable, number};
use crate::commands::outcome::{Answer, Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::formula::print;
use crate::numeric::linalg::norm2;
use crate::objective::{ArrayFormula, ArrayObjective, Forms, Layout, Objective};
use crate::report::{Align, Table};
use crate::table::formats::Cell;

/// Options that mean something here; the others are refused by name.
const TAKEN: &[&str] = &["at", "latex", "missing"];
/// The result holds vectors up to this length; longer ones go to a table.
const LONGEST_IN_JSON: usize = 1000;
/// The report shows so many components of a vector at each end.
const SHOWN: usize = 3;

/// What is found at a point.
struct Found {
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    norm: f64,
    status: Status,
    reason: Option<String>,
}

/// Does the work.
pub fn run(
    request: &Request<GradOptions>,
    job: &Job,
    outputs: &mut Outputs,
    stated: Stated,
) -> anyhow::Result<Outcome> {
    refuse(request)?;
    let Stated { problem, at, .. } = stated;
    let points = points(&at, &problem)?;
    let text = problem.text.text.clone();
    let layout = problem.layout.clone();
    job.use_threads();
    let formula = ArrayFormula::new(problem.graph, problem.value, problem.layout);
    let forms = formula.forms();
    let mut f = ArrayObjective::new(formula);

    let mut outcome = Outcome { status: "ok".into(), ..Outcome::default() };
    describe(&text, &forms, &layout, request, &mut outcome);
    if outputs.want_rows() {
        let names = ["variable", "i", "j", "at", "df"];
        let several = (points.len() > 1).then_some("point");
        outputs.columns(several.into_iter().chain(names).map(String::from).collect())?;
    }
    let mut report = heading(request, &text, &forms, &layout, job);
    let mut objects = Vec::new();
    let several = points.len() > 1;
    for (k, x) in points.into_iter().enumerate() {
        job.check()?;
        let found = evaluate(&mut f, x, &mut outcome);
        report.push('\n');
        report.push_str(&point_report(&layout, &found, job));
        if let Some(reason) = &found.reason {
            outcome.answers.push(Answer { word: found.status.word(), message: reason.clone() });
            outcome.status = found.status.word().into();
        }
        if outputs.want_rows() {
            rows(&layout, &found, several.then_some(k + 1), outputs)?;
        }
        if outputs.want_result() || job.result_wanted {
            objects.push(object(&layout, &found, &mut outcome));
        }
    }
    if job.verbose > 0 {
        report.push_str(&cost(&layout, &outcome));
    }
    if !objects.is_empty() {
        outcome.result.insert("points".into(), Value::Array(objects));
    }
    outcome.report = report;
    Ok(outcome)
}

/// Refuses what is not there for loops, by the name it was given.
fn refuse(request: &Request<GradOptions>) -> Result<(), Located> {
    if let Some(data) = &request.spec.data {
        let whole = crate::error::Span::new(0, data.file.text.len());
        return Err(data.file.locate_at(PlanError::NotForArrays { what: "[data]".into() }, whole));
    }
    let said = serde_json::to_value(&request.options).unwrap_or_default();
    let on = |v: &Value| !(v.is_null() || *v == Value::Bool(false) || v.as_array().is_some_and(Vec::is_empty));
    for (key, _) in said.as_object().into_iter().flatten().filter(|(_, v)| on(v)) {
        if !TAKEN.contains(&key.as_str()) {
            let what = format!("--{}", key.replace('_', "-"));
            return Err(request.locate(&format!("grad.{key}"), PlanError::NotForArrays { what }));
        }
    }
    Ok(())
}

fn evaluate(f: &mut ArrayObjective, x: Vec<f64>, outcome: &mut Outcome) -> Found {
    let mut gradient = vec![0.0; x.len()];
    let begun = Instant::now();
    let plain = f.value(&x);
    let middle = Instant::now();
    let value = f.value_and_gradient(&x, &mut gradient).or(plain).unwrap_or(f64::NAN);
    outcome.timings.push(("value", (middle - begun).as_secs_f64()));
    outcome.timings.push(("value_and_gradient", middle.elapsed().as_secs_f64()));
    let (mut status, mut reason) = (Status::Ok, None);
    if !value.is_finite()
        && let Some((undefined, why)) = f.explain(&x)
    {
        status = if undefined { Status::Undefined } else { Status::Overflow };
        reason = Some(why);
        gradient.fill(f64::NAN);
    } else if f.is_cornered(&x) {
        let mut careful = vec![0.0; x.len()];
        f.careful_gradient(&x, &mut careful);
        let place = careful.iter().position(|g| !g.is_finite());
        if let Some(k) = place {
            let name = f.formula().layout.name(k);
            status = Status::Kink;
            reason = Some(format!("a kink or a tie is met in a term with {name}: its slope is not given"));
            gradient = careful;
        }
    }
    if status == Status::Ok
        && let Some(k) = gradient.iter().position(|g| !g.is_finite())
    {
        status = Status::Undefined;
        reason = Some(format!("the slope along {} is not finite", f.formula().layout.name(k)));
    }
    gradient.iter_mut().filter(|g| !g.is_finite()).for_each(|g| *g = f64::NAN);
    let norm = norm2(&gradient);
    Found { x, value: if value.is_finite() { value } else { f64::NAN }, gradient, norm, status, reason }
}

/// The keys of the result about the formula itself.
fn describe(text: &str, forms: &Forms, layout: &Layout, request: &Request<GradOptions>, outcome: &mut Outcome) {
    let names: Vec<Value> = layout.variables().iter().map(|v| v.name.as_str().into()).collect();
    let (mut partials, mut latex) = (Map::new(), Map::new());
    for (v, (_, node)) in layout.variables().iter().zip(&forms.partials) {
        partials.insert(v.name.clone(), node.map_or(Value::Null, |n| print::infix(&forms.graph, n).into()));
        latex.insert(v.name.clone(), node.map_or(Value::Null, |n| print::latex(&forms.graph, n).into()));
    }
    outcome.result.insert("formula".into(), text.into());
    outcome.result.insert("variables".into(), names.into());
    outcome.result.insert("partials".into(), Value::Object(partials));
    if request.options.latex == Some(true) {
        outcome.result.insert("partials_latex".into(), Value::Object(latex));
    }
}

/// Vectors that are short, and null with a warning in place of those that are long.
fn short(layout: &Layout, values: &[f64], outcome: &mut Outcome) -> Value {
    let mut map = match by_variable(&layout.up_to(LONGEST_IN_JSON), values) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let mut all = Map::new();
    for v in layout.variables() {
        let value = map.remove(&v.name).unwrap_or(Value::Null);
        if value.is_null() && v.range.len() > LONGEST_IN_JSON {
            let facts =
                Map::from_iter([("variable".into(), v.name.as_str().into()), ("length".into(), v.range.len().into())]);
            let message = format!(
                "`{}` has {} components: they are null in the result, and stand in a table: -o FILE.csv",
                v.name,
                v.range.len()
            );
            if !outcome.warnings.iter().any(|w| w.message == message) {
                outcome.warnings.push(Warning { code: "long_array", facts, message });
            }
        }
        all.insert(v.name.clone(), value);
    }
    Value::Object(all)
}

fn object(layout: &Layout, found: &Found, outcome: &mut Outcome) -> Value {
    let mut map = Map::new();
    map.insert("at".into(), short(layout, &found.x, outcome));
    map.insert("value".into(), number(found.value));
    map.insert("gradient".into(), short(layout, &found.gradient, outcome));
    map.insert("gradient_norm".into(), number(found.norm));
    let steepest = unit(&found.gradient).map_or(Value::Null, |v| short(layout, &v, outcome));
    map.insert("steepest_ascent".into(), steepest);
    map.insert("status".into(), found.status.word().into());
    map.insert("reason".into(), found.reason.clone().map_or(Value::Null, Value::from));
    Value::Object(map)
}

fn rows(layout: &Layout, found: &Found, point: Option<usize>, outputs: &mut Outputs) -> Result<(), Located> {
    for v in layout.variables() {
        for k in v.range.clone() {
            let place = k - v.range.start;
            let index = |i: usize| Cell::Number(i as f64);
            let nothing = Cell::Text(b"");
            let (i, j) = match v.shape[..] {
                [] => (nothing, Cell::Text(b"")),
                [_, columns] => (index(place / columns + 1), index(place % columns + 1)),
                _ => (index(place + 1), nothing),
            };
            let mut cells: Vec<Cell> = point.map(|p| Cell::Number(p as f64)).into_iter().collect();
            let partial = Cell::Number(found.gradient[k] + 0.0);
            cells.extend([Cell::Text(v.name.as_bytes()), i, j, Cell::Number(found.x[k]), partial]);
            outputs.row(&cells)?;
            if outputs.is_closed() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn heading(request: &Request<GradOptions>, text: &str, forms: &Forms, layout: &Layout, job: &Job) -> String {
    let mut out = String::new();
    if let Some(title) = &request.spec.name {
        out.push_str(&format!("{}\n", job.paint.bold(&title.text)));
    }
    let names: Vec<&str> = layout.variables().iter().map(|v| v.name.as_str()).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    out.push_str(&format!("f({}) = {}\n", names.join(", "), cut(&text)));
    for (name, node) in &forms.partials {
        let partial = node.map_or("no form in the indices".into(), |n| cut(&print::infix(&forms.graph, n)));
        out.push_str(&format!("  df/d{name} = {partial}\n"));
    }
    out
}

fn point_report(layout: &Layout, found: &Found, job: &Job) -> String {
    let number = |x: f64| if x.is_nan() { "-".to_string() } else { job.number(x) };
    let listed = |values: &[f64]| -> String {
        let text = |v: &[f64]| v.iter().map(|&x| number(x)).collect::<Vec<_>>().join(", ");
        match values.len() {
            1 => number(values[0]),
            n if n <= 2 * SHOWN + 1 => format!("({})", text(values)),
            n => format!("({}, ..., {})", text(&values[..SHOWN]), text(&values[n - SHOWN..])),
        }
    };
    let status = if found.status == Status::Ok { String::new() } else { format!("  [{}]", found.status.word()) };
    let at: Vec<String> =
        layout.variables().iter().map(|v| format!("{} = {}", v.name, listed(&found.x[v.range.clone()]))).collect();
    let mut out = format!("at {}{}\n", at.join(", "), job.paint.warning(&status));
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    table.row(["f".to_string(), number(found.value)]);
    for v in layout.variables() {
        table.row([format!("df/d{}", v.name), listed(&found.gradient[v.range.clone()])]);
    }
    table.row(["|grad f|".to_string(), number(found.norm)]);
    out.push_str(&table.render(2));
    if let Some(reason) = &found.reason {
        out.push_str(&format!("  {}: {reason}\n", found.status.word()));
    }
    out
}

/// What one gradient costs beside values: the article's section 14.
fn cost(layout: &Layout, outcome: &Outcome) -> String {
    let of = |name: &str| outcome.timings.iter().rev().find(|t| t.0 == name).map_or(0.0, |t| t.1);
    let (value, both) = (of("value"), of("value_and_gradient"));
    let n = layout.len() as f64;
    format!(
        "\none value takes {:.3e} s, value and gradient {:.3e} s: {:.2} times as long\n\
         by perturbing one coordinate after the other, {} values: {:.3e} s\n",
        value,
        both,
        both / value,
        layout.len() + 1,
        (n + 1.0) * value
    )
}
