//! A sign, a factor, an offset: the claim is the reference, times or plus a number.

use super::{Bug, Evidence, Explanation};
use crate::formula::print;

/// Factors that people forget, with their names.
const SIMPLE: &[(f64, &str)] = &[
    (2.0, "2"),
    (0.5, "1/2"),
    (3.0, "3"),
    (1.0 / 3.0, "1/3"),
    (4.0, "4"),
    (0.25, "1/4"),
    (10.0, "10"),
    (0.1, "1/10"),
    (100.0, "100"),
    (0.01, "1/100"),
    (1000.0, "1000"),
    (0.001, "1/1000"),
    (std::f64::consts::PI, "pi"),
    (std::f64::consts::FRAC_1_PI, "1/pi"),
    (std::f64::consts::TAU, "2*pi"),
    (1.0 / std::f64::consts::TAU, "1/(2*pi)"),
    (std::f64::consts::PI / 180.0, "pi/180"),
    (180.0 / std::f64::consts::PI, "180/pi"),
    (std::f64::consts::LN_2, "ln(2)"),
    (std::f64::consts::LOG2_E, "1/ln(2)"),
    (std::f64::consts::LN_10, "ln(10)"),
    (std::f64::consts::LOG10_E, "1/ln(10)"),
];

pub(super) fn explanations(evidence: &Evidence<'_>) -> Vec<Explanation> {
    let mut found = Vec::new();
    found.extend(sign(evidence));
    found.extend(factors(evidence));
    found.extend(offset(evidence));
    found
}

fn sign(evidence: &Evidence<'_>) -> Option<Explanation> {
    let flipped: Vec<usize> =
        evidence.wrong().filter(|&i| evidence.explained(i, |p| (-evidence.reference[p][i], 0.0))).collect();
    if flipped.is_empty() {
        return None;
    }
    let names = evidence.partials(&flipped);
    let message = match flipped.len() == evidence.names.len() && flipped.len() > 1 {
        true => "the claim is minus the gradient".to_string(),
        false => format!("the claim of {names} has the wrong sign"),
    };
    let found = evidence.explanation(Bug::Sign, flipped, names, message);
    Some(Explanation { factor: Some(-1.0), ..found })
}

/// The ratio of claim and reference of each wrong coordinate, where it is the same at all points.
fn ratio(evidence: &Evidence<'_>, i: usize) -> Option<(f64, usize)> {
    // the point at which the ratio is known best
    let sharpness = |p: usize| evidence.reference[p][i].abs() / (evidence.bound[p][i] + f64::MIN_POSITIVE);
    let best = evidence.usable(i).max_by(|&p, &q| sharpness(p).total_cmp(&sharpness(q)))?;
    let k = evidence.claimed[best][i] / evidence.reference[best][i];
    if !k.is_finite() || k == 0.0 || (k.abs() - 1.0).abs() < 1e-6 {
        return None;
    }
    evidence
        .explained(i, |p| (k * evidence.reference[p][i], 4.0 * k.abs() * evidence.bound[p][i]))
        .then(|| (k, evidence.usable(i).count()))
}

fn factors(evidence: &Evidence<'_>) -> Vec<Explanation> {
    let ratios: Vec<(usize, f64, usize)> =
        evidence.wrong().filter_map(|i| ratio(evidence, i).map(|(k, points)| (i, k, points))).collect();
    let mut groups: Vec<(f64, Vec<usize>, usize)> = Vec::new();
    for (i, k, points) in ratios {
        let near = |g: &f64| (g - k).abs() <= 1e-5 * k.abs();
        match groups.iter_mut().find(|g| near(&g.0)) {
            Some(group) => {
                group.1.push(i);
                group.2 += points;
            }
            None => groups.push((k, vec![i], points)),
        }
    }
    let mut found = Vec::new();
    for (k, coordinates, numbers) in groups {
        let named = named(k, &evidence.sizes);
        // one number always has some ratio, and two may by chance
        if named.is_none() && numbers < 3 {
            continue;
        }
        let names = evidence.partials(&coordinates);
        let text = named.clone().unwrap_or_else(|| rounded(k));
        let every = coordinates.len() == evidence.names.len();
        let message = match every {
            true => format!("the claim is {text} times the gradient"),
            false => format!("the claim of {names} is {text} times the partial derivative"),
        };
        let e = evidence.explanation(Bug::Factor, coordinates, names, message);
        // one factor for several coordinates is a better reason than a factor each
        let rank = match (named.is_some(), every && evidence.names.len() > 1) {
            (true, true) => Bug::Factor as u32 * 10 - 5,
            // a single partial: an inner derivative that happens to be a number comes first
            (true, false) => Bug::MissingInnerDerivative as u32 * 10 + 5,
            (false, _) => Bug::Offset as u32 * 10 + 5,
        };
        found.push(Explanation { factor: Some(k), rank, ..e });
    }
    found
}

/// The name of a number that people forget.
fn named(k: f64, sizes: &[(f64, String)]) -> Option<String> {
    let near = |value: f64| (k.abs() - value).abs() <= 1e-5 * value;
    let sign = if k < 0.0 { "-" } else { "" };
    if let Some((_, name)) = SIMPLE.iter().find(|s| near(s.0)) {
        return Some(format!("{sign}{name}"));
    }
    for (value, name) in sizes.iter().filter(|s| s.0 > 1.0) {
        if near(*value) {
            return Some(format!("{sign}{} ({name})", print::number(*value)));
        }
        if near(1.0 / value) {
            return Some(format!("{sign}1/{} (1 over {name})", print::number(*value)));
        }
    }
    None
}

/// The same number added to all that is wrong: at three numbers at least.
fn offset(evidence: &Evidence<'_>) -> Option<Explanation> {
    let difference = |p: usize, i: usize| evidence.claimed[p][i] - evidence.reference[p][i];
    let first = evidence.wrong().find_map(|i| evidence.usable(i).next().map(|p| (p, i)))?;
    let d = difference(first.0, first.1);
    let slack = 4.0 * evidence.bound[first.0][first.1];
    let shifted: Vec<usize> = evidence
        .wrong()
        .filter(|&i| {
            evidence.explained(i, |p| {
                (evidence.reference[p][i] + d, 1e-12 * (d.abs() + evidence.reference[p][i].abs()) + slack)
            })
        })
        .collect();
    // where the reference hardly changes, an offset is a factor as well: nothing is learned
    let numbers: Vec<f64> =
        shifted.iter().flat_map(|&i| evidence.usable(i).map(move |p| evidence.reference[p][i])).collect();
    let spread = numbers.iter().any(|r| (r - numbers[0]).abs() > 1e-3 * numbers[0].abs());
    if numbers.len() < 3 || !spread {
        return None;
    }
    let names = evidence.partials(&shifted);
    let message = format!("the claim of {names} is off by {} everywhere", rounded(d));
    let e = evidence.explanation(Bug::Offset, shifted, names, message);
    Some(Explanation { factor: Some(d), ..e })
}

/// Six digits.
fn rounded(x: f64) -> String {
    print::number(format!("{x:.5e}").parse().unwrap_or(x))
}
