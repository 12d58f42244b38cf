//! The report for people.

use super::GradOptions;
use super::facts::{Facts, Limits};
use super::plan::{Plan, Points, Printed};
use super::summary::Summary;
use crate::calculus::limits::Side;
use crate::calculus::slopes::Slopes;
use crate::calculus::status::Status;
use crate::commands::outcome::Outcome;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::formula::print;
use crate::numeric::text::count;
use crate::report::{Align, Table};

/// Longer formulas are cut in the report; the result has them whole.
const WIDEST: usize = 400;

/// Writes the report of a run.
#[allow(clippy::too_many_arguments)] // what a run has found, and what it knew
pub fn report(
    plan: &Plan,
    slopes: &Slopes,
    summary: &Summary,
    shown: &[Facts],
    request: &Request<GradOptions>,
    job: &Job,
    wrote_rows: bool,
    outcome: &mut Outcome,
) {
    let mut out = String::new();
    formula(plan, slopes, request, job, &mut out);
    let each = matches!(plan.points, Points::Given(_)) || summary.points == shown.len() as u64;
    if each {
        for facts in shown {
            out.push('\n');
            point(plan, facts, job, &mut out);
        }
    }
    if summary.points == 0 && !plan.ground.without_points {
        out.push_str("\nno points\n");
    }
    if !each || summary.points > 1 {
        out.push('\n');
        counts(summary, &mut out);
        if !each && !wrote_rows {
            out.push_str("the points themselves go to a file: -o FILE.csv\n");
        }
    }
    outcome.report = out;
}

fn formula(plan: &Plan, slopes: &Slopes, request: &Request<GradOptions>, job: &Job, out: &mut String) {
    if let Some(title) = &plan.title {
        out.push_str(&format!("{}\n", job.paint.bold(title)));
    }
    let text = plan.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(rows) = &plan.data {
        out.push_str(&format!("the {} over the rows of {} of\n", rows.word(), rows.file.text));
    }
    let variables: Vec<&str> = plan.layout.variables().iter().map(|v| v.name.as_str()).collect();
    out.push_str(&format!("f({}) = {}\n", variables.join(", "), cut(&text)));
    let f = &slopes.formula;
    let printed = plan.printed(f);
    let printable = |p: &Printed| print::length(p.graph, p.node) <= 1e6;
    for p in &printed {
        let text = if printable(p) { cut(&print::infix(p.graph, p.node)) } else { "... (too long to print)".into() };
        out.push_str(&format!("  df/d{} = {text}\n", p.by));
    }
    if request.options.latex == Some(true) {
        out.push('\n');
        for p in printed.iter().filter(|p| printable(p)) {
            let name = print::latex_name(&p.by);
            out.push_str(&format!("  \\frac{{\\partial f}}{{\\partial {name}}} = {}\n", print::latex(p.graph, p.node)));
        }
    }
}

fn point(plan: &Plan, facts: &Facts, job: &Job, out: &mut String) {
    let at: Vec<String> =
        plan.names.iter().zip(&facts.at).map(|(n, &x)| format!("{n} = {}", print::number(x))).collect();
    let status = if facts.status == Status::Ok { String::new() } else { format!("  [{}]", facts.status.word()) };
    out.push_str(&format!("at {}{}\n", at.join(", "), job.paint.warning(&status)));
    let mut table = Table::new(&[("", Align::Left), ("", Align::Point), ("", Align::Left)]);
    let number = |x: f64| if x.is_nan() { "-".to_string() } else { job.number(x) };
    table.row(["f".to_string(), number(facts.value)]);
    for (i, (name, &g)) in plan.wrt.iter().zip(&facts.gradient).enumerate() {
        let own = facts.partials.get(i);
        let note = own.map_or(String::new(), |(status, reason)| match (status, reason) {
            (Status::Ok, None) => String::new(),
            (Status::Ok, Some(reason)) => reason.clone(),
            (status, reason) => format!("{}: {}", status.word(), reason.as_deref().unwrap_or("")),
        });
        table.row([format!("df/d{name}"), number(g), note]);
    }
    table.row(["|grad f|".to_string(), number(facts.norm)]);
    out.push_str(&table.render(2));
    match facts.steepest() {
        Some(v) => {
            let v: Vec<String> = v.iter().map(|&x| number(x)).collect();
            out.push_str(&format!("  steepest ascent along ({}), at the rate {}\n", v.join(", "), number(facts.norm)));
        }
        None if facts.norm == 0.0 => out.push_str("  a critical point: no direction is steepest\n"),
        None => {}
    }
    if let Some(hessian) = &facts.hessian {
        second_order(plan, facts, hessian, job, out);
    }
    for (name, limits) in plan.wrt.iter().zip(&facts.limits) {
        quotients(name, limits, job, out);
    }
    if !facts.directions.is_empty() {
        directions(plan, facts, job, out);
    }
    for (_, finding) in &facts.studies {
        out.push_str(&finding.report);
    }
}

fn second_order(plan: &Plan, facts: &Facts, hessian: &[Vec<f64>], job: &Job, out: &mut String) {
    let number = |x: f64| if x.is_nan() { "-".to_string() } else { job.number(x) };
    let mut columns = vec![("", Align::Left)];
    columns.extend(hessian.iter().map(|_| ("", Align::Point)));
    let mut table = Table::new(&columns);
    for (name, row) in plan.wrt.iter().zip(hessian) {
        table.row(std::iter::once(name.clone()).chain(row.iter().map(|&x| number(x))));
    }
    out.push_str(&format!("  Hessian\n{}", table.render(4)));
    if let Some(c) = &facts.curvature {
        let eigenvalues: Vec<String> = c.eigenvalues.iter().map(|&x| number(x)).collect();
        let condition = if c.condition_number.is_finite() { number(c.condition_number) } else { "infinite".into() };
        out.push_str(&format!("  eigenvalues {}; condition number {condition}\n", eigenvalues.join(", ")));
        match facts.class {
            Some(class) => out.push_str(&format!("  class: {}\n", job.paint.bold(class.word()))),
            None => out.push_str("  class: none, the gradient is not 0\n"),
        }
    }
}

fn quotients(name: &str, limits: &Limits, job: &Job, out: &mut String) {
    out.push_str(&format!("  (f({name} + h) - f({name}))/h\n"));
    let mut table = Table::new(&[("h", Align::Right), ("quotient", Align::Left)]);
    for row in &limits.rows {
        table.row([format!("{:e}", row.h), print::number(row.quotient)]);
    }
    out.push_str(&table.render(4));
    let side = |s: Side| match s {
        Side::Slope { value, .. } => job.number(value),
        Side::Jump => "none, f jumps".into(),
        Side::Vertical => "infinite".into(),
        Side::Outside => "none, f is not defined there".into(),
        Side::Unclear => "not settled".into(),
    };
    match limits.limit() {
        Some((limit, error)) => {
            out.push_str(&format!("    limit {} +- {error:.1e}\n", job.number(limit)));
        }
        None => out.push_str(&format!(
            "    no limit: {} from the left, {} from the right\n",
            side(limits.left),
            side(limits.right)
        )),
    }
}

fn directions(plan: &Plan, facts: &Facts, job: &Job, out: &mut String) {
    let number = |x: f64| if x.is_nan() { "-".to_string() } else { job.number(x) };
    out.push_str("  directional derivatives (directions of length 1)\n");
    let mut table = Table::new(&[
        ("direction", Align::Left),
        ("grad f . v", Align::Point),
        ("limit", Align::Point),
        ("error", Align::Left),
        ("angle", Align::Right),
        ("", Align::Left),
    ]);
    // D_e f is the partial along e: shown too, unless it was asked for
    let asked = |d: &[f64]| plan.directions.iter().any(|other| other.unit == d);
    let axes = plan.wrt.iter().zip(&facts.axes).filter(|(_, found)| !asked(&found.direction));
    let axes = axes.map(|(name, found)| (format!("along {name}"), found));
    let given = plan.directions.iter().map(|d| d.name.clone()).zip(&facts.directions);
    for (name, found) in given.chain(axes) {
        let note = if found.agrees { String::new() } else { found.failure.clone().unwrap_or("they differ".into()) };
        table.row([
            name,
            number(found.derivative),
            found.limit.map_or("-".into(), number),
            if found.limit_error.is_nan() { "-".into() } else { format!("{:.0e}", found.limit_error) },
            found.angle_degrees.map_or("-".into(), |a| format!("{a:.2}")),
            note,
        ]);
    }
    out.push_str(&table.render(4));
    if plan.directions.iter().any(|d| d.normalised) {
        let v: Vec<String> = plan
            .directions
            .iter()
            .filter(|d| d.normalised)
            .map(|d| format!("{} is ({})", d.name, d.unit.iter().map(|&x| number(x)).collect::<Vec<_>>().join(", ")))
            .collect();
        out.push_str(&format!("    scaled to length 1: {}\n", v.join("; ")));
    }
    if let Some(up) = facts.steepest() {
        let text = |v: &[f64]| format!("({})", v.iter().map(|&x| number(x + 0.0)).collect::<Vec<_>>().join(", "));
        let down: Vec<f64> = up.iter().map(|x| -x).collect();
        out.push_str(&format!("    the most is |grad f| = {} along {}\n", number(facts.norm), text(&up)));
        out.push_str(&format!("    the least is {} along {}\n", number(-facts.norm), text(&down)));
        match &up[..] {
            [x, y] => {
                let (a, b) = (text(&[-y, *x]), text(&[*y, -x]));
                out.push_str(&format!("    flat, with derivative 0, are {a} and {b}\n"));
            }
            [_] => {}
            _ => out.push_str(&format!("    flat, with derivative 0, is what is orthogonal to {}\n", text(&up))),
        }
    }
}

fn counts(summary: &Summary, out: &mut String) {
    let mut parts = Vec::new();
    for status in Status::ALL {
        let count = summary.of(status);
        if count > 0 {
            parts.push(format!("{count} {}", status.word()));
        }
    }
    out.push_str(&format!(
        "{}: {}\n",
        count(summary.points, "point"),
        if parts.is_empty() { "none".into() } else { parts.join(", ") }
    ));
}

/// A long text cut in the middle.
pub(super) fn cut(text: &str) -> String {
    let count = text.chars().count();
    if count <= WIDEST {
        return text.to_string();
    }
    let head: String = text.chars().take(WIDEST - 60).collect();
    let tail: String = text.chars().skip(count - 50).collect();
    format!("{head} ... {tail}")
}
