//! What a check finds: a number, a point, all points; their measures and verdicts in one place.

use super::compare::{Reference, Verdict, relative_error, relative_error_of_norms, verdict};
use super::difference::{Existence, Slope};
use super::exact::Partial;
use super::reference;
use super::scan::Directional;
use crate::calculus::status::Status;

/// One number of the claim.
#[derive(Clone, Debug)]
pub struct Number {
    /// Which function, from 0.
    pub function: usize,
    /// Which coordinate.
    pub coordinate: usize,
    /// The claim.
    pub claimed: f64,
    /// The slope by differences.
    pub numeric: Slope,
    /// The derivative by the rules, where there is a formula.
    pub exact: Option<Partial>,
    /// What it was held against.
    pub reference: Reference,
    /// The measure.
    pub relative_error: f64,
    /// The verdict.
    pub verdict: Verdict,
}

impl Number {
    /// Whether the claim lies inside proved bounds for the derivative, which must leave twelve digits at least.
    pub fn is_proved(&self) -> bool {
        let range = self.exact.as_ref().and_then(|e| e.proved);
        range.is_some_and(|r| r.contains(self.claimed) && r.width() <= 1e-12 * self.claimed.abs())
    }
}

/// A point that was checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The point: `[n]`.
    pub at: Vec<f64>,
    /// Whether it was drawn.
    pub random: bool,
    /// f there: `[m]`.
    pub values: Vec<f64>,
    /// A bound for the noise of f: `[m]`.
    pub noise: Vec<f64>,
    /// Whether f gives other values when asked again.
    pub restless: bool,
    /// The numbers of the coordinates that were looked at, function by function; of very many the worst.
    pub numbers: Vec<Number>,
    /// The directions that were.
    pub directions: Vec<Directional>,
    /// How many numbers have been held against the exact derivative or a difference of their own.
    pub single: usize,
    /// How many of them have each verdict, in the order of [`Verdict::ALL`].
    pub counts: [usize; 4],
    /// The measure by norms.
    pub relative_error: f64,
    /// The worst verdict.
    pub verdict: Verdict,
}

/// What a check has found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The points, in order.
    pub points: Vec<Checked>,
    /// m
    pub functions: usize,
    /// Drawn points that were replaced: on a kink, or where f is undefined.
    pub replaced: usize,
    /// Points left out after the first wrong one.
    pub skipped: usize,
    /// Values of f.
    pub evaluations: u64,
    /// Gradients that the function was asked for.
    pub gradient_evaluations: u64,
    /// Rounds.
    pub rounds: u64,
    /// Directions that were drawn.
    pub(super) directions_drawn: u64,
}

/// The number of a claim, judged.
pub(super) fn number(
    function: usize,
    coordinate: usize,
    claimed: f64,
    numeric: Slope,
    exact: Option<Partial>,
    reference: Reference,
    threshold: f64,
) -> Number {
    let verdict = verdict(claimed, &reference, threshold);
    let both_zero = claimed.abs() <= reference.zero && reference.value.abs() <= reference.zero;
    let relative_error = match verdict {
        // 1e-17 against 0 is 1 by the formula, and nothing by any other measure
        Verdict::Correct if both_zero => 0.0,
        Verdict::NotDifferentiable => f64::NAN,
        _ => relative_error(claimed, reference.value),
    };
    Number { function, coordinate, claimed, numeric, exact, reference, relative_error, verdict }
}

/// A point, judged by its numbers and directions.
pub(super) fn whole(
    at: Vec<f64>,
    random: bool,
    base: &reference::AtBase,
    mut numbers: Vec<Number>,
    directions: Vec<Directional>,
) -> Checked {
    let known: Vec<&Number> = numbers.iter().filter(|n| n.reference.exists && n.reference.value.is_finite()).collect();
    let claimed: Vec<f64> = known.iter().map(|n| n.claimed).collect();
    let reference: Vec<f64> = known.iter().map(|n| n.reference.value).collect();
    let all_zero = known.iter().all(|n| n.verdict == Verdict::Correct && n.relative_error == 0.0);
    let relative_error = match (all_zero, numbers.is_empty()) {
        // what is known of a direction only: the error along it, by the size of its terms
        (_, true) => directions.iter().map(|d| (d.claimed - d.numeric.value).abs() / (2.0 * d.size)).fold(0.0, max),
        (true, _) => 0.0,
        (false, _) => relative_error_of_norms(&claimed, &reference),
    };
    let along = directions.iter().map(|d| d.verdict).max().unwrap_or(Verdict::Correct);
    let verdict = numbers.iter().map(|n| n.verdict).max().unwrap_or(Verdict::Correct).max(along);
    let single = numbers.len();
    let counts = Verdict::ALL.map(|v| numbers.iter().filter(|n| n.verdict == v).count());
    if single > MOST_NUMBERS {
        numbers.sort_by(|a, b| {
            b.verdict
                .cmp(&a.verdict)
                .then(b.relative_error.total_cmp(&a.relative_error))
                .then(a.coordinate.cmp(&b.coordinate))
        });
        numbers.truncate(MOST_NUMBERS);
    }
    let outside = base.values.iter().any(|f| !f.is_finite());
    Checked {
        at,
        random,
        values: base.values.clone(),
        noise: base.noise.clone(),
        restless: base.restless,
        numbers,
        directions,
        single,
        counts,
        relative_error,
        verdict: if outside { verdict.max(Verdict::NotDifferentiable) } else { verdict },
    }
}

/// Numbers that are kept of a point.
const MOST_NUMBERS: usize = 20_000;

/// The larger one; NaN wins.
fn max(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

/// Why a number has no derivative to be compared with, or why nothing can be told of it.
pub fn reason(number: &Number, noise: f64) -> Option<String> {
    use crate::formula::print::number as text;
    let by_rule = number.exact.as_ref().filter(|e| e.judged.status != Status::Ok);
    match number.verdict {
        Verdict::Correct => None,
        Verdict::Wrong if number.claimed.is_nan() => Some("the claim is not a number".into()),
        Verdict::Wrong if number.claimed.is_infinite() => Some("the claim is infinite".into()),
        Verdict::Wrong => None,
        Verdict::NotDifferentiable => Some(match (by_rule, number.numeric.existence) {
            (Some(exact), _) => exact.judged.reason.clone().unwrap_or_else(|| exact.judged.status.word().into()),
            (None, Existence::Kink(l, r)) => format!("slope {} from below and {} from above", short(l), short(r)),
            (None, Existence::Unbounded) => "the difference quotients grow without bound as h falls".into(),
            (None, Existence::UndefinedBelow) => "f is undefined for smaller values".into(),
            (None, Existence::UndefinedAbove) => "f is undefined for larger values".into(),
            (None, _) => "f is undefined here".into(),
        }),
        Verdict::Inconclusive if number.numeric.value.is_nan() => Some("no difference quotient could be formed".into()),
        Verdict::Inconclusive => Some(format!(
            "the reference is known to +- {} only: the values of f are good to +- {}",
            short(number.reference.bound),
            text(format!("{noise:.1e}").parse().unwrap_or(noise))
        )),
    }
}

/// Three digits.
fn short(x: f64) -> String {
    crate::formula::print::number(format!("{x:.2e}").parse().unwrap_or(x))
}

impl Findings {
    /// The worst of all points.
    pub fn verdict(&self) -> Verdict {
        self.points.iter().map(|p| p.verdict).max().unwrap_or(Verdict::Correct)
    }

    /// The largest measure by norms; NaN wins.
    pub fn relative_error(&self) -> f64 {
        let worse =
            |m: f64, p: &Checked| if p.relative_error > m || p.relative_error.is_nan() { p.relative_error } else { m };
        self.points.iter().fold(0.0, worse)
    }

    /// The worst number of each coordinate: its point, and the number itself. Function by function.
    pub fn worst(&self) -> Vec<(usize, &Number)> {
        let mut worst: rustc_hash::FxHashMap<(usize, usize), (usize, &Number)> = Default::default();
        for (p, point) in self.points.iter().enumerate() {
            for x in &point.numbers {
                let entry = worst.entry((x.function, x.coordinate)).or_insert((p, x));
                if worse(x, entry.1) {
                    *entry = (p, x);
                }
            }
        }
        let mut worst: Vec<(usize, &Number)> = worst.into_values().collect();
        worst.sort_by_key(|(_, x)| (x.function, x.coordinate));
        worst
    }
}

/// Whether `a` is worse than `b`: by its verdict, then by the measure.
fn worse(a: &Number, b: &Number) -> bool {
    match a.verdict.cmp(&b.verdict) {
        std::cmp::Ordering::Equal => {
            a.relative_error > b.relative_error || a.relative_error.is_nan() && !b.relative_error.is_nan()
        }
        order => order == std::cmp::Ordering::Greater,
    }
}
