//! A whole check: points, references, claims, verdicts; random points that fall on a kink or outside the domain are replaced.

use super::batch::{Along, Evaluate, Points};
use super::compare::{Reference, Verdict, relative_error, relative_error_of_norms, verdict};
use super::difference::{Existence, Slope};
use super::exact::{self, Partial};
use super::reference::{self, Line, Plan, centered, measure};
use crate::calculus::status::Status;
use crate::error::Located;
use crate::objective::Formula;

/// How the numeric reference is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scheme {
    /// Richardson's table over a ladder of steps, with its error.
    Adaptive,
    /// The plain centred difference with the step h max(|x|, 1): 2n evaluations a point.
    Centered {
        /// h
        h: f64,
    },
}

/// A gradient as a function of the point.
pub type Compute<'a> = dyn Fn(&[f64]) -> Result<Vec<f64>, Located> + 'a;

/// Where the claimed gradient comes from.
pub enum Claim<'a> {
    /// The function itself gives it.
    Function,
    /// It is computed at each point: `[m n]` from `[n]`.
    Computed(&'a Compute<'a>),
    /// It was given with the points: `[points][m n]`.
    Given(&'a [Vec<f64>]),
    /// The formula's own derivative, held against the differences.
    Own,
}

/// What to check.
pub struct Check<'a> {
    /// The function.
    pub function: &'a mut dyn Evaluate,
    /// Its formula, where there is one.
    pub formula: Option<&'a Formula>,
    /// The claim.
    pub claim: Claim<'a>,
    /// Points that were given: `[points][n]`.
    pub given: Vec<Vec<f64>>,
    /// Points to draw.
    pub random: usize,
    /// Draws point number k.
    pub draw: &'a dyn Fn(u64) -> Vec<f64>,
    /// The coordinates to look at.
    pub coordinates: Vec<usize>,
    /// Their box, rounds and seed.
    pub plan: Plan,
    /// The relative error that is allowed.
    pub threshold: f64,
    /// The scheme.
    pub scheme: Scheme,
    /// Stop at the first point with a wrong coordinate.
    pub fail_fast: bool,
    /// Told after each point or round; `Err` stops.
    pub progress: &'a mut dyn FnMut(usize, usize) -> Result<(), Located>,
}

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
    /// The numbers of the coordinates, function by function.
    pub numbers: Vec<Number>,
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
}

/// A drawn point is replaced at most so often.
const MOST_DRAWS: usize = 20;

/// Runs the check.
pub fn run(mut check: Check<'_>) -> Result<Findings, Located> {
    let mut findings = Findings::default();
    let given = std::mem::take(&mut check.given);
    let mut numbered: Vec<(Vec<f64>, bool, usize)> =
        given.into_iter().enumerate().map(|(k, x)| (x, false, k)).collect();
    let mut draws = 0_u64;
    for _ in 0..check.random {
        numbered.push(((check.draw)(draws), true, usize::MAX));
        draws += 1;
    }
    let total = numbered.len();
    let mut done: Vec<Option<Checked>> = vec![None; total];
    let mut open: Vec<usize> = (0..total).collect();
    for attempt in 0.. {
        // one round for all points, unless the first wrong one ends it
        let groups: Vec<Vec<usize>> =
            if check.fail_fast { open.iter().map(|&k| vec![k]).collect() } else { vec![open.clone()] };
        for group in groups {
            let points: Vec<&(Vec<f64>, bool, usize)> = group.iter().map(|&k| &numbered[k]).collect();
            for (&k, checked) in group.iter().zip(check.points(&points, &mut findings)?) {
                done[k] = Some(checked);
            }
            (check.progress)(done.iter().flatten().count(), total)?;
            let failed = |k: &usize| done[*k].as_ref().is_some_and(|c| c.verdict == Verdict::Wrong && !unfit(c));
            if check.fail_fast && group.iter().any(failed) {
                findings.skipped = done.iter().filter(|d| d.is_none()).count();
                findings.points = done.into_iter().flatten().collect();
                return Ok(findings);
            }
        }
        let again = |k: &usize| done[*k].as_ref().is_some_and(|c| c.random && unfit(c));
        open = open.into_iter().filter(again).collect();
        if open.is_empty() || attempt == MOST_DRAWS || !check.function.answers_again() {
            break;
        }
        for &k in &open {
            numbered[k].0 = (check.draw)(draws);
            draws += 1;
            findings.replaced += 1;
        }
    }
    findings.points = done.into_iter().flatten().collect();
    Ok(findings)
}

/// Whether a drawn point tells nothing: f is undefined there, or has no derivative.
fn unfit(point: &Checked) -> bool {
    point.values.iter().any(|f| !f.is_finite()) || point.numbers.iter().any(|n| n.verdict == Verdict::NotDifferentiable)
}

impl Check<'_> {
    fn points(
        &mut self,
        points: &[&(Vec<f64>, bool, usize)],
        findings: &mut Findings,
    ) -> Result<Vec<Checked>, Located> {
        let n = self.function.dimension();
        let at = Points { at: points.iter().map(|p| p.0.clone()).collect(), directions: Vec::new() };
        let exact: Vec<Option<Vec<Partial>>> =
            at.at.iter().map(|x| self.formula.map(|f| exact::gradient(f, x))).collect();
        // claims that do not come with the rounds
        let mut claims: Vec<Option<Vec<f64>>> = Vec::new();
        for (p, exact) in points.iter().zip(&exact) {
            claims.push(match &self.claim {
                Claim::Function => None,
                Claim::Computed(compute) => Some(compute(&p.0)?),
                Claim::Given(given) => given.get(p.2).cloned(),
                Claim::Own => exact.as_ref().map(|e| e.iter().map(|p| p.reference.value).collect()),
            });
        }
        let own = matches!(self.claim, Claim::Own);
        let gradients: Vec<usize> = match self.claim {
            Claim::Function => (0..points.len()).collect(),
            _ => Vec::new(),
        };
        findings.gradient_evaluations += gradients.len() as u64;
        let lines: Vec<Line> = (0..points.len())
            .flat_map(|base| self.coordinates.iter().map(move |&i| Line { base, along: Along::Axis(i) }))
            .collect();
        let width = self.coordinates.len();
        let reference_of = |p: usize, i: usize, slope: &Slope| match &exact[p] {
            Some(partials) if !own => sharper(&partials[i].reference, slope),
            Some(partials) if !partials[i].reference.exists => partials[i].reference,
            _ => Reference::from(slope),
        };
        let found = match self.scheme {
            Scheme::Centered { h } => centered(self.function, &at, &lines, gradients, &self.plan, h)?,
            Scheme::Adaptive => {
                let threshold = self.threshold;
                let enough = &mut |line: usize, f: usize, slope: &Slope, asked: &[Vec<f64>]| {
                    let (p, i) = (line / width, self.coordinates[line % width]);
                    let claim = claims[p].as_deref().or(asked.get(p).map(Vec::as_slice));
                    let claimed = claim.and_then(|c| c.get(f * n + i)).copied().unwrap_or(f64::NAN);
                    settled(claimed, &reference_of(p, i, slope), slope, threshold)
                };
                measure(self.function, &at, &lines, gradients, &self.plan, enough)?
            }
        };
        findings.functions = found.functions;
        findings.evaluations += found.evaluations;
        findings.rounds += found.rounds;
        let mut checked = Vec::new();
        for (p, point) in points.iter().enumerate() {
            let claim = claims[p].as_deref().or(found.gradients.get(p).map(Vec::as_slice)).unwrap_or(&[]);
            let mut numbers = Vec::new();
            for f in 0..found.functions {
                for (c, &i) in self.coordinates.iter().enumerate() {
                    let numeric = found.slopes[p * width + c][f];
                    let claimed = claim.get(f * n + i).copied().unwrap_or(f64::NAN);
                    let reference = reference_of(p, i, &numeric);
                    let exact = exact[p].as_ref().map(|e| e[i].clone());
                    numbers.push(number(f, i, claimed, numeric, exact, reference, self.threshold));
                }
            }
            let base = &found.bases[p];
            checked.push(whole(point.0.clone(), point.1, base, numbers));
        }
        Ok(checked)
    }
}

/// The better of two references; a derivative that the rules give exists, whatever differences make of a kink nearby.
fn sharper(exact: &Reference, slope: &Slope) -> Reference {
    let size = exact.value.abs();
    // enclosures that division blew up are no help
    let vague = exact.exists && !(exact.bound <= 1e-7 * size) && exact.bound > 8.0 * f64::EPSILON * size;
    let numeric = Reference::from(slope);
    if vague && numeric.exists && numeric.bound < exact.bound { numeric } else { *exact }
}

/// Whether more samples cannot change the verdict.
fn settled(claimed: f64, reference: &Reference, slope: &Slope, threshold: f64) -> bool {
    match verdict(claimed, reference, threshold) {
        Verdict::Correct => true,
        // a kink that was seen from afar may lie near the point and not at it
        Verdict::NotDifferentiable => !matches!(slope.existence, Existence::Kink(..) | Existence::Unbounded),
        Verdict::Inconclusive => slope.existence == Existence::Undefined,
        Verdict::Wrong => !claimed.is_finite() || 10.0 * reference.bound <= (claimed - reference.value).abs(),
    }
}

fn number(
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

fn whole(at: Vec<f64>, random: bool, base: &reference::AtBase, numbers: Vec<Number>) -> Checked {
    let known: Vec<&Number> = numbers.iter().filter(|n| n.reference.exists && n.reference.value.is_finite()).collect();
    let claimed: Vec<f64> = known.iter().map(|n| n.claimed).collect();
    let reference: Vec<f64> = known.iter().map(|n| n.reference.value).collect();
    let all_zero = known.iter().all(|n| n.verdict == Verdict::Correct && n.relative_error == 0.0);
    let relative_error = if all_zero { 0.0 } else { relative_error_of_norms(&claimed, &reference) };
    let verdict = numbers.iter().map(|n| n.verdict).max().unwrap_or(Verdict::Correct);
    let outside = base.values.iter().any(|f| !f.is_finite());
    Checked {
        at,
        random,
        values: base.values.clone(),
        noise: base.noise.clone(),
        restless: base.restless,
        numbers,
        relative_error,
        verdict: if outside { verdict.max(Verdict::NotDifferentiable) } else { verdict },
    }
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
        let count = self.points.first().map_or(0, |p| p.numbers.len());
        (0..count)
            .filter_map(|k| {
                let all = self.points.iter().enumerate().filter_map(|(p, point)| Some((p, point.numbers.get(k)?)));
                all.reduce(|a, b| if worse(b.1, a.1) { b } else { a })
            })
            .collect()
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
