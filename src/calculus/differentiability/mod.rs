//! Is f differentiable at a point? The partials may exist where it is not even continuous.
//!
//! Uses `status` (do the partials exist), the engine's [`Boxes`] (values with the bounds of their rounding errors) and
//! `numeric`. First a proof is tried: where all partials are continuous on a neighbourhood, f is differentiable. Otherwise f
//! is followed along many curves into the point: does it tend to its value (continuity), and does the quotient
//! |f(a + d) - f(a) - grad f . d|/|d| tend to 0 (Frechet)? One curve along which it does not is a witness.
//!
//! | file | what it does |
//! | --- | --- |
//! | `proof` | partials continuous on a neighbourhood, by intervals |
//! | `curves` | the curves: lines, and powers of each other |
//! | `tail` | what a sequence of samples tends to: 0, something else, nothing |

mod curves;
mod proof;
mod tail;

use super::limits::{Side, one_sided};
use super::status::{PointStatus, Status};
use crate::engine::{BoxScratch, Boxes};
use crate::numeric::interval::Interval;
use crate::numeric::linalg::norm2;
use crate::numeric::sum::two_sum;
use crate::objective::Formula;
use curves::Curve;
use tail::{Sample, Tail};

/// The verdict, the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Some partial derivative does not exist.
    NoPartials,
    /// f does not tend to its value at the point.
    NotContinuous,
    /// f is continuous, but no linear map approximates it.
    ContinuousNotDifferentiable,
    /// It is differentiable.
    Differentiable,
    /// The numbers do not tell.
    Undecided,
}

impl Verdict {
    /// The word for it in results.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::NoPartials => "no_partials",
            Verdict::NotContinuous => "not_continuous",
            Verdict::ContinuousNotDifferentiable => "continuous_not_differentiable",
            Verdict::Differentiable => "differentiable",
            Verdict::Undecided => "undecided",
        }
    }
}

/// A curve that shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The curve as a text: `y = x^2`.
    pub curve: String,
    /// What f, or Frechet's quotient, tends to along it; `None` where it goes on swinging or grows.
    pub limit: Option<f64>,
}

/// Frechet's quotient at one distance.
#[derive(Clone, Debug, PartialEq)]
pub struct Quotient {
    /// |d| lies between a tenth of this and this.
    pub radius: f64,
    /// The largest along a straight line, and the line.
    pub line: Option<(f64, String)>,
    /// The largest along any curve, and the curve.
    pub curve: Option<(f64, String)>,
}

/// What is known of differentiability at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Differentiability {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether all partial derivatives exist.
    pub partials_exist: bool,
    /// Whether f is continuous here, where that is known.
    pub continuous: Option<bool>,
    /// What shows a "no".
    pub witness: Option<Witness>,
    /// The largest |limit of f along a straight line - f(a)|, and along any curve.
    pub spread: (f64, f64),
    /// Frechet's quotient over |d|, as far as rounding lets it be seen.
    pub quotients: Vec<Quotient>,
    /// Whether the verdict is proved, or read off numbers.
    pub proved: bool,
    /// What keeps the verdict from being more.
    pub reason: Option<String>,
}

/// What f does along one curve.
struct Along {
    curve: Curve,
    /// Of f - f(a), signed.
    change: Tail,
    /// Of Frechet's quotient, signed.
    quotient: Tail,
}

/// Judges the point given by all graph inputs; `names`: `[n]`, for witnesses; `status`: where the point is not plain.
pub fn differentiability(
    f: &Formula,
    inputs: &[f64],
    names: &[String],
    value: f64,
    gradient: &[f64],
    status: Option<&PointStatus>,
) -> Differentiability {
    let mut found = Differentiability {
        verdict: Verdict::NoPartials,
        partials_exist: false,
        continuous: None,
        witness: None,
        spread: (0.0, 0.0),
        quotients: Vec::new(),
        proved: false,
        reason: None,
    };
    let worst = status.map(PointStatus::worst);
    if let Some((status, reason)) = worst
        && status != Status::Ok
    {
        found.reason = reason.map(String::from);
        if !value.is_finite() {
            found.continuous = Some(false);
        }
        return found;
    }
    found.partials_exist = true;
    let errors = errors(f, inputs, gradient, status);
    let seen = look(f, inputs, names, value, gradient, &errors, &mut found);
    if proof::smooth_around(f, inputs) {
        found.verdict = Verdict::Differentiable;
        found.continuous = Some(true);
        found.proved = true;
        found.spread = (0.0, 0.0);
        return found;
    }
    judge(&seen, names, inputs, f, value, &mut found);
    found
}

/// What each partial may be off by: those that rest on limits have an error of their own.
fn errors(f: &Formula, inputs: &[f64], gradient: &[f64], status: Option<&PointStatus>) -> Vec<f64> {
    let rounding = |g: f64| 16.0 * f64::EPSILON * g.abs();
    let one = |i: usize| {
        let by_limits = status.is_some_and(|s| s.partials.get(i).is_some_and(|p| p.reason.is_some()));
        if !by_limits {
            return rounding(gradient[i]);
        }
        let side = |sign: f64| {
            let mut direction = vec![0.0; gradient.len()];
            direction[i] = sign;
            match one_sided(f, inputs, &direction) {
                Side::Slope { error, .. } => error,
                _ => f64::INFINITY,
            }
        };
        let (a, b) = (side(1.0), side(-1.0));
        rounding(gradient[i]) + if a < b { a } else { b }
    };
    (0..gradient.len()).map(one).collect()
}

/// Follows f along all curves; fills the table of quotients.
fn look(
    f: &Formula,
    inputs: &[f64],
    names: &[String],
    value: f64,
    gradient: &[f64],
    errors: &[f64],
    found: &mut Differentiability,
) -> Vec<Along> {
    let places: Vec<usize> = f.variables.iter().map(|&v| f.input_index(v)).collect();
    let at: Vec<f64> = places.iter().map(|&p| inputs[p]).collect();
    let boxes = Boxes::new(&f.graph, &[f.value]);
    let (mut scratch, mut out) = (BoxScratch::default(), Vec::new());
    let mut evaluate = |inputs: &[Interval]| {
        boxes.run(&mut scratch, inputs, &mut out);
        out[0]
    };
    let mut there: Vec<Interval> = inputs.iter().map(|&x| Interval::point(x)).collect();
    let here = evaluate(&there);
    let here_noise = if here.is_bounded() { here.width() } else { 4.0 * f64::EPSILON * value.abs() };
    let curves = curves::family(&at, f.graph.len());
    let mut followed: Vec<(Curve, Vec<Sample>, Vec<Sample>)> = Vec::new();
    let mut table: Vec<Quotient> = Vec::new();
    let mut largest = norm2(gradient);
    for curve in curves {
        let (mut change, mut quotient) = (Vec::new(), Vec::new());
        for t in curve.parameters(&at) {
            let d = curve.displacement(t);
            let mut moved = Vec::with_capacity(d.len());
            for ((&place, &a), &d) in places.iter().zip(&at).zip(&d) {
                let (sum, lost) = two_sum(a, d);
                there[place] = Interval::point(sum);
                moved.push(d - lost);
            }
            let range = evaluate(&there);
            let length = norm2(&moved);
            if length == 0.0 {
                continue;
            }
            if range.is_empty() || !range.is_bounded() {
                let nothing = Sample { t: length, q: f64::NAN, noise: f64::NAN };
                change.push(nothing);
                quotient.push(nothing);
                continue;
            }
            let noise = range.width() + here_noise;
            // both ends are at hand: the middle is within the noise of the truth
            let step = range.midpoint() - value;
            let mut linear = 0.0;
            let mut doubt = 0.0;
            for ((g, d), e) in gradient.iter().zip(&moved).zip(errors) {
                linear += g * d;
                doubt += 4.0 * f64::EPSILON * (g * d).abs() + e * d.abs();
            }
            change.push(Sample { t: length, q: step, noise });
            let q = Sample { t: length, q: (step - linear) / length, noise: (noise + doubt) / length };
            if q.noise <= 0.1 * q.q.abs() {
                note(&mut table, &curve, names, &at, q);
            }
            if q.noise <= 0.1 * q.q.abs() && q.q.abs() > largest {
                largest = q.q.abs();
            }
            quotient.push(q);
        }
        followed.push((curve, change, quotient));
    }
    table.sort_by(|a, b| b.radius.total_cmp(&a.radius));
    found.quotients = table;
    // changes are judged beside the largest change that was seen anywhere
    let mut tallest = value.abs();
    for (_, change, _) in &followed {
        tallest = change
            .iter()
            .filter(|s| s.noise <= 0.1 * s.q.abs())
            .fold(tallest, |m, s| if s.q.abs() > m { s.q.abs() } else { m });
    }
    let judged = followed.into_iter().map(|(curve, change, quotient)| Along {
        curve,
        change: tail::of(&change, tallest),
        quotient: tail::of(&quotient, largest),
    });
    judged.collect()
}

/// The distances that the table has rows for.
const SMALLEST_RADIUS: f64 = 1e-12;

/// Puts a quotient into the row of its distance, where it is the largest.
fn note(table: &mut Vec<Quotient>, curve: &Curve, names: &[String], at: &[f64], sample: Sample) {
    if !(sample.t > SMALLEST_RADIUS) {
        return;
    }
    let mut radius = 1.0;
    while radius < sample.t && radius < 1e12 {
        radius *= 10.0;
    }
    let mut power = 0;
    while radius / 10.0 >= sample.t {
        power += 1;
        radius = tenth(power);
    }
    let size = sample.q.abs();
    let row = match table.iter().position(|r| r.radius == radius) {
        Some(i) => &mut table[i],
        None => {
            table.push(Quotient { radius, line: None, curve: None });
            let last = table.len() - 1;
            &mut table[last]
        }
    };
    let slot = if curve.is_line() { &mut row.line } else { &mut row.curve };
    if slot.as_ref().is_none_or(|(largest, _)| size > *largest) {
        *slot = Some((size, curve.text(names, at)));
    }
}

/// 10^-k, correctly rounded.
fn tenth(k: i32) -> f64 {
    format!("1e-{k}").parse().unwrap_or(f64::NAN)
}

fn judge(seen: &[Along], names: &[String], inputs: &[f64], f: &Formula, value: f64, found: &mut Differentiability) {
    let at: Vec<f64> = f.variables.iter().map(|&v| inputs[f.input_index(v)]).collect();
    for along in seen {
        if let Tail::Limit(l) = along.change {
            let slot = if along.curve.is_line() { &mut found.spread.0 } else { &mut found.spread.1 };
            if l.abs() > *slot {
                *slot = l.abs();
            }
        }
    }
    if found.spread.0 > found.spread.1 {
        found.spread.1 = found.spread.0;
    }
    // extreme curves may be all rounding; where most are, nothing is known
    let all = |tail: fn(&Along) -> Tail| {
        let hidden = seen.iter().filter(|a| tail(a) == Tail::Unseen).count();
        2 * hidden < seen.len() && seen.iter().all(|a| matches!(tail(a), Tail::Zero | Tail::Undefined | Tail::Unseen))
    };
    let undefined = seen.iter().find(|a| a.change == Tail::Undefined);
    if let Some(worst) = worst(seen, |a| a.change) {
        found.verdict = Verdict::NotContinuous;
        found.continuous = Some(false);
        let limit = worst.change.limit().map(|l| value + l);
        found.witness = Some(Witness { curve: worst.curve.text(names, &at), limit });
        return;
    }
    if all(|a| a.change) {
        found.continuous = undefined.is_none().then_some(true);
    }
    if let Some(worst) = worst(seen, |a| a.quotient) {
        // a quotient that stays away from 0 where f's own continuity was not settled still denies a derivative
        found.verdict = match found.continuous {
            Some(true) => Verdict::ContinuousNotDifferentiable,
            _ if undefined.is_some() => Verdict::ContinuousNotDifferentiable,
            _ => Verdict::Undecided,
        };
        found.witness = Some(Witness { curve: worst.curve.text(names, &at), limit: worst.quotient.limit() });
        if let Some(u) = undefined {
            found.reason = Some(format!("f is not defined along {}", u.curve.text(names, &at)));
        } else if found.verdict == Verdict::Undecided {
            found.reason = Some("whether f is continuous could not be settled".into());
        }
        return;
    }
    if let Some(u) = undefined {
        found.verdict = Verdict::Undecided;
        found.reason = Some(format!("f is not defined along {}", u.curve.text(names, &at)));
        return;
    }
    if found.continuous == Some(true) && all(|a| a.quotient) {
        found.verdict = Verdict::Differentiable;
        return;
    }
    found.verdict = Verdict::Undecided;
    let unclear = seen.iter().find(|a| a.change == Tail::Unclear || a.quotient == Tail::Unclear);
    found.reason = unclear.map(|a| format!("the numbers do not settle along {}", a.curve.text(names, &at)));
}

/// The curve with the largest limit; the simplest of those that are equally bad.
fn worst(seen: &[Along], tail: impl Fn(&Along) -> Tail) -> Option<&Along> {
    let mut best: Option<(&Along, f64)> = None;
    for along in seen {
        let size = match tail(along) {
            Tail::Limit(l) => l.abs(),
            _ => continue,
        };
        // curves come simplest first: a later one must be worse by more than noise
        if best.is_none_or(|(_, b)| size > b * (1.0 + 1e-6)) {
            best = Some((along, size));
        }
    }
    if best.is_none() {
        return seen.iter().find(|a| matches!(tail(a), Tail::Swings | Tail::Grows));
    }
    best.map(|b| b.0)
}

#[cfg(test)]
mod tests;
