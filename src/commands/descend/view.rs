//! The report for people.

use super::chosen::is_constant_rate;
use super::ended::Ended;
use super::inference::Fit;
use super::options::DescendOptions;
use super::plan::{Kind, Plan};
use super::result::{best_rate, distinct, theory};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::numeric::text::count;
use crate::optimize::bounds::Side;
use crate::report::{Align, Table, human};

/// Variables shown one by one.
const SHOWN: usize = 20;

/// The text of a descent.
pub fn report(
    plan: &Plan,
    ended: &[Ended],
    best: usize,
    fit: Option<&Fit>,
    request: &Request<DescendOptions>,
    job: &Job,
) -> String {
    let end = &ended[best];
    let mut out = String::new();
    let verb = if plan.maximize { "maximise" } else { "minimise" };
    let what = match plan.kind {
        Kind::Residual => "the sum of squares of ",
        Kind::Loss => "over the rows, ",
        Kind::Likelihood => "the negative log-",
        _ => "",
    };
    out.push_str(&format!("{verb} {what}{}\n", job.paint.bold(&plan.title)));
    if let Some((path, counts)) = &plan.rows {
        out.push_str(&format!("{} of {}", count(counts.used, "row"), path.display()));
        if counts.read > counts.used {
            out.push_str(&format!(" ({} dropped)", counts.read - counts.used));
        }
        out.push('\n');
    }
    match plan.because {
        Some(because) => out.push_str(&format!("method {} ({because})\n", end.entry.name)),
        None => out.push_str(&format!("method {}\n", end.entry.name)),
    }
    let word = match end.status {
        "converged" => "converged".to_string(),
        other => format!("not converged ({})", other.replace('_', " ")),
    };
    out.push_str(&format!("{word} after {}: {}\n\n", count(end.iterations, "iteration"), end.stop.message));
    out.push_str(&point(plan, end, fit, job));
    out.push('\n');
    out.push_str(&facts(plan, end, fit, job));
    if plan.methods.len() > 1 {
        out.push('\n');
        out.push_str(&comparison(ended, job));
    }
    if request.options.multistart.is_some() {
        out.push_str(&format!("\n{}; different minima, best first:\n", count(ended.len(), "start")));
        let mut table = Table::new(&[("f", Align::Point), ("starts", Align::Right), ("point", Align::Left)]);
        for (i, count) in distinct(plan, ended).into_iter().take(SHOWN) {
            let shown = ended[i].x.iter().take(6).map(|x| human(*x, 4)).collect::<Vec<_>>().join(", ");
            table.row([job.number(ended[i].value), count.to_string(), shown]);
        }
        out.push_str(&table.render(2));
    }
    out
}

fn point(plan: &Plan, end: &Ended, fit: Option<&Fit>, job: &Job) -> String {
    let n = end.x.len();
    let shown = n.min(SHOWN);
    let bound = |k: usize| match plan.bounds.side(k, end.x[k]) {
        Some(Side::Lower) => "at its min",
        Some(Side::Upper) => "at its max",
        None => "",
    };
    let bounded = (0..shown).any(|k| !bound(k).is_empty());
    let mut columns = vec![("variable", Align::Left), ("start", Align::Point), ("end", Align::Point)];
    if fit.is_some() {
        columns.extend([("std error", Align::Point), ("low", Align::Point), ("high", Align::Point)]);
    }
    if bounded {
        columns.push(("bound", Align::Left));
    }
    let mut table = Table::new(&columns);
    let number = |x: f64| if x.is_nan() { "-".to_string() } else { job.number(x) };
    for k in 0..shown {
        let mut row = vec![plan.layout.name(k), job.number(end.start[k]), job.number(end.x[k])];
        if let Some(fit) = fit {
            let (x, m) = (end.x[k], fit.margins[k]);
            row.extend([number(fit.std_errors[k]), number(x - m), number(x + m)]);
        }
        if bounded {
            row.push(bound(k).into());
        }
        table.row(row);
    }
    let mut out = table.render(2);
    if n > shown {
        out.push_str(&format!("  and {} more: --point FILE.csv\n", n - shown));
    }
    out
}

fn facts(plan: &Plan, end: &Ended, fit: Option<&Fit>, job: &Job) -> String {
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    let mut row = |name: &str, value: String| table.row([name.to_string(), value]);
    row("f", format!("{} (at the start {})", job.number(end.value), job.number(end.start_value)));
    let norm = if end.gradient_norm.is_nan() { "does not exist".into() } else { job.number(end.gradient_norm) };
    row("|gradient|", norm);
    if let Some(fit) = fit {
        row("residual standard deviation", format!("{} on {} degrees of freedom", job.number(fit.residual_sd), fit.df));
    }
    let products = match end.count.hessian_vector {
        0 => String::new(),
        k => format!(", {k} Hessian-vector products"),
    };
    row("evaluations", format!("{} of f, {} of the gradient{products}", end.count.value, end.count.gradient));
    if let Some(class) = end.class {
        row("class of the end point", class.to_string());
    }
    if let Some(reason) = &end.reason {
        row("of the gradient", format!("it does not exist: {reason}"));
    }
    if end.saddles > 0 {
        row("saddles left on the way", end.saddles.to_string());
    }
    if let Some(reason) = end.curvature.as_ref().and_then(|c| c.reason) {
        row("of the curvature", format!("not known: {}", reason.word()));
    }
    if let Some(c) = end.curvature.as_ref().filter(|c| !c.eigenvalues.is_empty()) {
        let text = match (c.complete, c.eigenvalues.len()) {
            (true, k) if k <= 6 => c.eigenvalues.iter().map(|e| human(*e, 6)).collect::<Vec<_>>().join(", "),
            (true, k) => format!("{k}, from {} to {}", human(c.lowest(), 6), human(c.largest(), 6)),
            (false, _) => format!("from {} to {}", human(c.lowest(), 6), human(c.largest(), 6)),
        };
        let error = if c.error > 0.0 { format!(", to {} by differences", human(c.error, 2)) } else { String::new() };
        row("eigenvalues of the Hessian", text + &error);
        if let Some(k) = c.condition_number() {
            row("condition number", human(k, 6));
        }
    }
    if end.entry.first_order || is_constant_rate(end.entry, &end.settings) {
        let observed = end.rate.map_or("not seen".to_string(), |r| human(r, 6));
        match (theory(end), best_rate(end)) {
            (Some(theory), best) => {
                row("contraction of f by step", format!("{observed}; theory {}", human(theory, 6)));
                if let Some((rate, contraction)) = best {
                    row("best constant rate", format!("{}, contraction {}", human(rate, 6), human(contraction, 6)));
                }
            }
            (None, Some((rate, contraction))) => {
                row("contraction of f by step", observed);
                let text = format!("{}, contraction {}", human(rate, 6), human(contraction, 6));
                row("best constant rate of plain descent", text);
            }
            (None, None) if end.rate.is_some() => row("contraction of f by step", observed),
            _ => {}
        }
    }
    let active = (0..end.x.len()).filter(|&k| plan.bounds.side(k, end.x[k]).is_some()).count();
    if active > 0 {
        row("active bounds", active.to_string());
    }
    // the table's own header is empty
    table.render(2).lines().filter(|l| !l.trim().is_empty()).map(|l| format!("{l}\n")).collect()
}

fn comparison(ended: &[Ended], job: &Job) -> String {
    let mut table = Table::new(&[
        ("method", Align::Left),
        ("status", Align::Left),
        ("f", Align::Point),
        ("|gradient|", Align::Point),
        ("iterations", Align::Right),
        ("f evaluated", Align::Right),
        ("gradient", Align::Right),
        ("H v", Align::Right),
    ]);
    for e in ended {
        table.row([
            e.entry.name.to_string(),
            e.status.replace('_', " "),
            job.number(e.value),
            human(e.gradient_norm, 3),
            e.iterations.to_string(),
            e.count.value.to_string(),
            e.count.gradient.to_string(),
            e.count.hessian_vector.to_string(),
        ]);
    }
    table.render(2)
}
