//! The verdicts for machines that watch builds: JUnit's XML, and annotations of GitHub Actions.

use super::GradcheckOptions;
use super::plan::Plan;
use super::result::name;
use crate::check::compare::Verdict;
use crate::check::diagnose::Explanation;
use crate::check::findings::{Findings, Number, reason};
use crate::commands::request::Request;
use crate::numeric::text::count;
use crate::report::human;

/// What is wrong with a coordinate, in a sentence; `None` where nothing is.
fn fault(plan: &Plan<'_>, findings: &Findings, p: usize, x: &Number) -> Option<String> {
    let noise = findings.points[p].noise.get(x.function).copied().unwrap_or(0.0);
    let why = reason(x, noise).map_or(String::new(), |r| format!(": {r}"));
    let what = name(plan, findings, x.function, x.coordinate);
    let what = if findings.functions > 1 { what } else { format!("df/d{what}") };
    let (claimed, reference) = (human(x.claimed, 9), human(x.reference.value, 9));
    match x.verdict {
        Verdict::Correct => None,
        Verdict::Wrong => {
            let error = human(x.relative_error, 2);
            Some(format!(
                "{what} is wrong at point {p}: claimed {claimed}, and it is {reference} (relative error {error}){why}"
            ))
        }
        Verdict::Inconclusive => Some(format!("nothing can be told of {what} at point {p}{why}")),
        Verdict::NotDifferentiable => Some(format!("{what} does not exist at point {p}{why}")),
    }
}

/// Whether a verdict was allowed on the command line.
fn allowed(request: &Request<GradcheckOptions>, v: Verdict) -> bool {
    request.allow.contains(&v.word().replace('_', "-").as_str())
}

/// Faults that belong to no coordinate.
fn of_points(findings: &Findings) -> Vec<(Verdict, String)> {
    let mut found = Vec::new();
    for (p, point) in findings.points.iter().enumerate() {
        if point.values.iter().any(|f| !f.is_finite()) {
            found.push((Verdict::NotDifferentiable, format!("f is undefined at point {p}")));
        }
        let worst = point.directions.iter().map(|d| d.verdict).max().unwrap_or(Verdict::Correct);
        if worst != Verdict::Correct {
            let word = worst.word().replace('_', " ");
            found.push((worst, format!("along a random direction at point {p} the claim is {word}")));
        }
    }
    found
}

/// A test case for each coordinate.
pub fn junit(
    plan: &Plan<'_>,
    request: &Request<GradcheckOptions>,
    findings: &Findings,
    diagnosis: &[(usize, Explanation)],
) -> String {
    let suite = match (&plan.title, &request.file) {
        (Some(title), _) => title.clone(),
        (None, Some(file)) => file.display().to_string(),
        (None, None) => plan.text.clone().unwrap_or_else(|| "gradient".into()),
    };
    let bugs: Vec<String> = diagnosis.iter().map(|(_, e)| format!("{}: {}", e.bug.word(), e.message)).collect();
    let mut cases = String::new();
    let (mut count, mut failures, mut skipped) = (0, 0, 0);
    let mut case = |title: &str, verdict: Verdict, fault: Option<String>| {
        count += 1;
        let head = format!("    <testcase name=\"{}\" classname=\"{}\"", escaped(title), escaped(&suite));
        let Some(fault) = fault else {
            cases.push_str(&format!("{head}/>\n"));
            return;
        };
        if allowed(request, verdict) {
            skipped += 1;
            cases.push_str(&format!("{head}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", escaped(&fault)));
            return;
        }
        failures += 1;
        let body = bugs.iter().map(|b| format!("\n{}", escaped(b))).collect::<String>();
        cases.push_str(&format!(
            "{head}>\n      <failure type=\"{}\" message=\"{}\">{}{body}</failure>\n    </testcase>\n",
            verdict.word(),
            escaped(&fault),
            escaped(&fault)
        ));
    };
    for (p, x) in findings.worst() {
        let title = name(plan, findings, x.function, x.coordinate);
        let title = if findings.functions > 1 { title } else { format!("df/d{title}") };
        case(&title, x.verdict, fault(plan, findings, p, x));
    }
    let points = of_points(findings);
    for (v, text) in &points {
        case("the points", *v, Some(text.clone()));
    }
    if points.is_empty() && plan.directions > 0 {
        case("random directions", Verdict::Correct, None);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" tests=\"{count}\" failures=\"{failures}\" \
         errors=\"0\" skipped=\"{skipped}\">\n{cases}  </testsuite>\n</testsuites>\n",
        escaped(&format!("gradcheck {suite}"))
    )
}

/// Text as XML holds it; characters that XML 1.0 has no place for are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// An annotation for each fault, at the line of its claim where that stands in a spec.
pub fn github(
    plan: &Plan<'_>,
    request: &Request<GradcheckOptions>,
    findings: &Findings,
    diagnosis: &[(usize, Explanation)],
) -> String {
    let mut out = String::new();
    let mut line = |verdict: Verdict, place: String, text: &str| {
        let level = if allowed(request, verdict) { "notice" } else { "error" };
        out.push_str(&format!("::{level} {place}title=gradcheck: {}::{}\n", verdict.word(), data(text)));
    };
    for (p, x) in findings.worst() {
        if let Some(fault) = fault(plan, findings, p, x) {
            let bugs = diagnosis.iter().filter(|(f, e)| *f == x.function && e.coordinates.contains(&x.coordinate));
            let bugs = bugs.map(|(_, e)| format!("\n{}: {}", e.bug.word(), e.message)).collect::<String>();
            line(x.verdict, place(plan, request, x.coordinate), &format!("{fault}{bugs}"));
        }
    }
    for (v, text) in of_points(findings) {
        line(v, file(request), &text);
    }
    if out.is_empty() {
        let points = count(findings.points.len(), "point");
        out = format!("::notice {}title=gradcheck::the gradient is correct at {points}\n", file(request));
    }
    out
}

fn file(request: &Request<GradcheckOptions>) -> String {
    request.file.as_ref().map_or(String::new(), |f| format!("file={},", property(&f.display().to_string())))
}

/// `file=model.toml,line=5,` of a coordinate's claim, if the spec has it.
fn place(plan: &Plan<'_>, request: &Request<GradcheckOptions>, coordinate: usize) -> String {
    let variable = plan.layout.variables().iter().find(|v| v.range.contains(&coordinate));
    let own = [Some(plan.names[coordinate].clone()), variable.map(|v| v.name.clone())];
    let text = own.into_iter().flatten().find_map(|name| request.text(&format!("gradcheck.claim.{name}")));
    match text {
        Some(text) if text.place.origin.folder.is_some() => {
            let (line, column) = text.place.origin.source.line_column(text.place.span.start);
            let name = property(&text.place.origin.source.name);
            format!("file={name},line={line},col={column},")
        }
        _ => file(request),
    }
}

/// What workflow commands need escaped in a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// And in a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
