//! The end of a run held against the status of its partials: what does not exist is no gradient of 0.

use super::plan::Plan;
use crate::calculus::kink::{Around, around};
use crate::calculus::status::{Judge, Status};
use crate::optimize::stop::{Criterion, Stop};

/// What is said of a point at which something does not exist.
pub struct Found {
    /// Partials that do not exist: \[n\].
    pub missing: Vec<bool>,
    /// Why.
    pub reason: String,
    /// What the run has come to, where that is another thing than its stop rule says.
    pub end: Option<End>,
}

/// How a run ends at a point without all partials.
pub struct End {
    /// `converged`, or the status of the point.
    pub status: &'static str,
    /// The class, as of what is minimised.
    pub class: Option<&'static str>,
    /// The sentence.
    pub message: String,
}

/// One-sided slopes of at most this part of the largest one are none.
const ZERO: f64 = 1e-9;

/// Looks at the end `x` of a formula's run; `None` where everything exists there, or nobody can tell.
pub fn look(plan: &Plan, x: &[f64], stop: &Stop, iterations: u64) -> Option<Found> {
    let f = plan.formula.as_ref()?;
    if x.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let mut inputs = vec![0.0; f.graph.inputs().len()];
    f.variables.iter().zip(x).for_each(|(&v, x)| inputs[f.input_index(v)] = *x);
    let judged = Judge::new(f).judge(&inputs);
    let (status, reason) = judged.worst();
    if status == Status::Ok {
        return None;
    }
    let missing = judged.partials.iter().map(|p| p.status != Status::Ok).collect();
    let reason = reason.unwrap_or("it does not exist there").to_string();
    let stopped = match stop.criterion {
        Criterion::Gtol | Criterion::Ftol | Criterion::Xtol | Criterion::Stalled => true,
        Criterion::Diverged => iterations == 0,
        _ => false,
    };
    if !stopped {
        return Some(Found { missing, reason, end: None });
    }
    if judged.value.status != Status::Ok {
        let message = format!("f does not exist at the start: {reason}; choose another start");
        return Some(Found { missing, reason, end: Some(End { status: status.word(), class: None, message }) });
    }
    let sign = if plan.maximize { -1.0 } else { 1.0 };
    let slopes = judged.partials.iter().filter(|p| p.status == Status::Ok).map(|p| p.number.abs());
    let zero = ZERO * slopes.fold(1.0, |m: f64, s| if s > m { s } else { m });
    let zero = if stop.threshold > zero && stop.criterion == Criterion::Gtol { stop.threshold } else { zero };
    let inside = |d: &[f64]| {
        let mut kept = d.to_vec();
        plan.bounds.keep_inside(x, &mut kept);
        kept == d
    };
    let (lowest, falls) = if plan.maximize { ("maximum", "rises") } else { ("minimum", "falls") };
    let end = match around(f, &inputs, sign, zero, inside) {
        Around::Minimum => {
            let message = format!("the {lowest} lies where f has no gradient, by its one-sided slopes: {reason}");
            End { status: "converged", class: Some("minimum"), message }
        }
        Around::Falls(d) => {
            let message =
                format!("f has no gradient at the end point, and {falls} along {}: {reason}", named(plan, &d));
            End { status: status.word(), class: None, message }
        }
        Around::Open => {
            let message = format!("f has no gradient at the end point, which may be a {lowest} or none: {reason}");
            End { status: status.word(), class: None, message }
        }
    };
    Some(Found { missing, reason, end: Some(end) })
}

/// A direction in words: `-x`, or its components.
fn named(plan: &Plan, d: &[f64]) -> String {
    let part = |(k, d): (usize, &f64)| (*d != 0.0).then(|| (plan.layout.name(k), *d));
    let parts: Vec<(String, f64)> = d.iter().enumerate().filter_map(part).collect();
    match &parts[..] {
        [(name, d)] => format!("{}{name}", if *d < 0.0 { "-" } else { "" }),
        [first, .., last] if parts.len() > 6 => format!("({} {:.3}, ..., {} {:.3})", first.0, first.1, last.0, last.1),
        _ => format!("({})", parts.iter().map(|(n, d)| format!("{n} {d:.3}")).collect::<Vec<_>>().join(", ")),
    }
}
