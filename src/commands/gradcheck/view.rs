//! The report for people.

use std::path::Path;

use super::GradcheckOptions;
use super::plan::{ClaimSource, Plan, Source};
use super::result::{counts, fix, name, proved};
use crate::check::compare::Verdict;
use crate::check::diagnose::Explanation;
use crate::check::findings::{Findings, Number, reason};
use crate::check::scan::Directional;
use crate::check::sweep::Sweep;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::numeric::text::count;
use crate::report::{Align, Table, human};

/// Coordinates that the report shows.
const MOST: usize = 30;

/// Writes the report of a check.
pub fn report(
    plan: &Plan<'_>,
    request: &Request<GradcheckOptions>,
    findings: &Findings,
    diagnosis: &[(usize, Explanation)],
    job: &Job,
) -> String {
    let mut out = String::new();
    if let Some(title) = &plan.title {
        out.push_str(&format!("{}\n", job.paint.bold(title)));
    }
    subject(plan, &mut out);
    let verdict = findings.verdict();
    let word = verdict.word().replace('_', " ");
    let word = if verdict == Verdict::Correct { job.paint.bold(&word) } else { job.paint.error(&word) };
    let threshold = request.options.threshold.unwrap_or(1e-5);
    out.push_str(&format!(
        "the gradient is {word}: relative error {} (threshold {})\n",
        number(findings.relative_error()),
        human(threshold, 3)
    ));
    coverage(plan, findings, &mut out);
    out.push('\n');
    table(plan, findings, job, &mut out);
    let looked_at = findings.points.first().map_or(&[][..], |p| &p.numbers);
    if !looked_at.is_empty() && looked_at.iter().all(|n| proved(plan, findings, n)) {
        out.push_str(
            "  proved: every claim lies inside the bounds that interval arithmetic gives for the derivative\n",
        );
    }
    if !diagnosis.is_empty() {
        out.push('\n');
        for (f, e) in diagnosis {
            let whose = if findings.functions > 1 { format!("f{}: ", f + 1) } else { String::new() };
            let share = if e.explains < 1.0 {
                format!(" (explains {} % of what is wrong)", human(100.0 * e.explains, 3))
            } else {
                String::new()
            };
            out.push_str(&format!("{whose}{}: {}{share}\n", job.paint.bold(e.bug.word()), e.message));
        }
    }
    if request.options.fix == Some(true)
        && let Some(lines) = fix(plan)
    {
        out.push_str("\n[gradcheck.claim]\n");
        for (name, text) in lines {
            let key = if crate::spec::is_name(&name) { name } else { format!("\"{name}\"") };
            out.push_str(&format!("{key} = \"{text}\"\n"));
        }
    }
    out
}

fn subject(plan: &Plan<'_>, out: &mut String) {
    let claim = match &plan.claim {
        ClaimSource::Function => "its own gradient",
        ClaimSource::Formulas(_) => "claimed by formulas",
        ClaimSource::File(_) => "claimed by a file",
        ClaimSource::Own => "nothing is claimed: the exact derivative against differences",
    };
    let of = match (&plan.source, &plan.text) {
        (Source::Program(p), Some(text)) => format!("`{}` against {}", p.line(), cut(text)),
        (Source::Program(p), None) => format!("`{}`", p.line()),
        (Source::Values(path), _) => format!("the values of {}", path.display()),
        (Source::Formula, Some(text)) => cut(text),
        (Source::Formula, None) => String::new(),
    };
    out.push_str(&format!("f = {of}; {claim}\n"));
}

fn coverage(plan: &Plan<'_>, findings: &Findings, out: &mut String) {
    let single = findings.points.iter().map(|p| p.single).max().unwrap_or(0) / findings.functions.max(1);
    let of = if single == plan.names.len() { String::new() } else { format!(" of {}", plan.names.len()) };
    let along = match plan.directions {
        0 => String::new(),
        n => format!(" and {} through {}", count(n, "random direction"), count(plan.coordinates.len(), "coordinate")),
    };
    let single =
        if single == 0 && !along.is_empty() { "no single coordinate".into() } else { count(single, "coordinate") };
    out.push_str(&format!("{single}{of}{along} at {}", count(findings.points.len(), "point")));
    if findings.replaced > 0 {
        out.push_str(&format!(" ({} drawn anew: on a kink or undefined)", findings.replaced));
    }
    if findings.skipped > 0 {
        out.push_str(&format!(" ({} left out after the first wrong one)", count(findings.skipped, "point")));
    }
    out.push_str(&format!(", {}", count(findings.evaluations as usize, "evaluation")));
    if findings.gradient_evaluations > 0 {
        out.push_str(&format!(" and {} gradients", findings.gradient_evaluations));
    }
    out.push_str(&format!(" in {}\n", count(findings.rounds as usize, "round")));
}

fn table(plan: &Plan<'_>, findings: &Findings, job: &Job, out: &mut String) {
    let mut worst = findings.worst();
    // of very many only the worst were kept
    let all = findings.points.iter().map(|p| p.single).max().unwrap_or(0).max(worst.len());
    if worst.len() > MOST {
        worst.sort_by(|a, b| b.1.verdict.cmp(&a.1.verdict).then(b.1.relative_error.total_cmp(&a.1.relative_error)));
        worst.truncate(MOST);
    }
    let several = findings.points.len() > 1;
    let exact = plan.formula.is_some() || plan.arrays.is_some();
    directions(plan, findings, job, out);
    if worst.is_empty() {
        return;
    }
    let mut columns = vec![("", Align::Left), ("claimed", Align::Point), ("numeric", Align::Point)];
    if exact {
        columns.push(("exact", Align::Point));
    }
    columns.extend([("relative error", Align::Right), ("+-", Align::Right)]);
    if several {
        columns.push(("point", Align::Right));
    }
    columns.push(("", Align::Left));
    let mut table = Table::new(&columns);
    for (p, x) in &worst {
        let shown = |x: f64| if x.is_nan() { "-".to_string() } else { job.number(x) };
        let mut row = vec![label(plan, findings, x), shown(x.claimed), shown(x.numeric.value)];
        if exact {
            row.push(shown(x.exact.as_ref().map_or(f64::NAN, |e| e.reference.value)));
        }
        row.extend([number(x.relative_error), number(x.reference.bound)]);
        if several {
            row.push(p.to_string());
        }
        let noise = findings.points[*p].noise.get(x.function).copied().unwrap_or(0.0);
        let why = reason(x, noise).map_or(String::new(), |r| format!(": {r}"));
        row.push(format!("{}{why}", x.verdict.word().replace('_', " ")));
        table.row(row);
    }
    out.push_str(&table.render(2));
    if all > worst.len() {
        let counts =
            counts(findings).iter().map(|(v, n)| format!("{n} {}", v.word().replace('_', " "))).collect::<Vec<_>>();
        out.push_str(&format!("  the worst {} of {all}: {}\n", worst.len(), counts.join(", ")));
    }
}

/// The worst direction of each point.
fn directions(plan: &Plan<'_>, findings: &Findings, job: &Job, out: &mut String) {
    if plan.directions == 0 {
        return;
    }
    let mut table = Table::new(&[
        ("along a direction", Align::Left),
        ("claimed", Align::Point),
        ("numeric", Align::Point),
        ("+-", Align::Right),
        ("", Align::Left),
    ]);
    for (p, point) in findings.points.iter().enumerate().take(MOST) {
        let off = |d: &&Directional| (d.claimed - d.numeric.value).abs();
        let worst = point.directions.iter().max_by(|a, b| a.verdict.cmp(&b.verdict).then(off(a).total_cmp(&off(b))));
        if let Some(d) = worst {
            table.row([
                format!("point {p}"),
                job.number(d.claimed),
                job.number(d.numeric.value),
                number(d.numeric.error),
                d.verdict.word().replace('_', " "),
            ]);
        }
    }
    out.push_str(&table.render(2));
}

fn label(plan: &Plan<'_>, findings: &Findings, x: &Number) -> String {
    let name = name(plan, findings, x.function, x.coordinate);
    if findings.functions > 1 { name } else { format!("df/d{name}") }
}

fn number(x: f64) -> String {
    match () {
        () if x.is_nan() => "-".into(),
        () if x.is_infinite() => "unknown".into(),
        () => human(x, 2),
    }
}

fn cut(text: &str) -> String {
    const WIDEST: usize = 200;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= WIDEST { text } else { format!("{} ...", text.chars().take(WIDEST).collect::<String>()) }
}

/// What a sweep has shown.
pub fn sweep(path: &Path, sweep: &Sweep) -> String {
    let mut table = Table::new(&[
        ("", Align::Left),
        ("order", Align::Right),
        ("observed", Align::Right),
        ("best h", Align::Right),
        ("in theory", Align::Right),
        ("its error", Align::Right),
    ]);
    for c in &sweep.courses {
        table.row([
            c.scheme.name.to_string(),
            format!("O(h^{})", c.scheme.order),
            c.observed_order.map_or("-".into(), |p| human(p, 3)),
            human(c.best_h, 2),
            human(c.theory_h, 2),
            human(c.best_error, 2),
        ]);
    }
    format!("\nerror against step at the first point, {}:\n{}", path.display(), table.render(2))
}
