//! A whole check: points, references, claims, verdicts; random points that fall on a kink or outside the domain are replaced.

use super::batch::{Along, Evaluate, Points};
use super::compare::{Reference, Verdict, verdict};
use super::difference::{Existence, Slope};
use super::exact::Partial;
use super::findings::{Checked, Findings, number, whole};
use super::reference::{Line, Plan, centered, measure};
use super::scan::{self, Directional};
use crate::error::Located;

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

/// The exact gradient as a function of the point.
pub type Rules<'a> = dyn FnMut(&[f64]) -> Vec<Partial> + 'a;

/// What to check.
pub struct Check<'a> {
    /// The function.
    pub function: &'a mut dyn Evaluate,
    /// Its exact gradient at a point, where there is a formula.
    pub exact: Option<&'a mut Rules<'a>>,
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
    /// Random directions a point in place of the coordinates; 0: coordinates.
    pub directions: usize,
    /// Stop at the first point with a wrong coordinate.
    pub fail_fast: bool,
    /// Told after each point or round; `Err` stops.
    pub progress: &'a mut dyn FnMut(usize, usize) -> Result<(), Located>,
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
    let none = |v: &Verdict| *v == Verdict::NotDifferentiable;
    point.values.iter().any(|f| !f.is_finite())
        || point.numbers.iter().any(|n| none(&n.verdict))
        || point.directions.iter().any(|d| none(&d.verdict))
}

impl Check<'_> {
    fn points(
        &mut self,
        points: &[&(Vec<f64>, bool, usize)],
        findings: &mut Findings,
    ) -> Result<Vec<Checked>, Located> {
        if self.directions > 0 {
            return self.by_directions(points, findings);
        }
        let n = self.function.dimension();
        let at = Points { at: points.iter().map(|p| p.0.clone()).collect(), directions: Vec::new() };
        let exact: Vec<Option<Vec<Partial>>> =
            at.at.iter().map(|x| self.exact.as_mut().map(|exact| exact(x))).collect();
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
            checked.push(whole(point.0.clone(), point.1, base, numbers, Vec::new()));
        }
        Ok(checked)
    }
}

impl Check<'_> {
    /// Points by random directions: the exact derivative by every coordinate where there is a formula, differences along the
    /// directions, and along single coordinates where a direction fails.
    fn by_directions(
        &mut self,
        points: &[&(Vec<f64>, bool, usize)],
        findings: &mut Findings,
    ) -> Result<Vec<Checked>, Located> {
        let (n, each) = (self.function.dimension(), self.directions);
        let (own, asked) = (matches!(self.claim, Claim::Own), matches!(self.claim, Claim::Function));
        let mut at = Points { at: points.iter().map(|p| p.0.clone()).collect(), directions: Vec::new() };
        for x in &at.at {
            for _ in 0..each {
                at.directions.push(scan::direction(x, &self.coordinates, &self.plan, findings.directions_drawn));
                findings.directions_drawn += 1;
            }
        }
        let lines: Vec<Line> =
            (0..points.len() * each).map(|k| Line { base: k / each, along: Along::Direction(k) }).collect();
        let wanted: Vec<usize> = if asked { (0..points.len()).collect() } else { Vec::new() };
        findings.gradient_evaluations += wanted.len() as u64;
        let found = measure(self.function, &at, &lines, wanted, &self.plan, &mut |_, _, slope, _| {
            slope.existence != Existence::Undefined && slope.error <= 1e-8 * slope.value.abs() + slope.zero
        })?;
        findings.functions = found.functions;
        findings.evaluations += found.evaluations;
        findings.rounds += found.rounds;

        let threshold = self.threshold;
        let mut claims = Vec::new();
        let mut exacts = Vec::new();
        let (mut judged, mut numbers) = (vec![Vec::new(); points.len()], vec![Vec::new(); points.len()]);
        for (p, point) in points.iter().enumerate() {
            let exact = self.exact.as_mut().map(|exact| exact(&point.0));
            let given = match &self.claim {
                Claim::Function => found.gradients.get(p).cloned(),
                Claim::Computed(compute) => Some(compute(&point.0)?),
                Claim::Given(given) => given.get(point.2).cloned(),
                Claim::Own => exact.as_ref().map(|e| e.iter().map(|p| p.reference.value).collect()),
            };
            let claim = given.unwrap_or_default();
            for f in 0..found.functions {
                let of = claim.get(f * n..(f + 1) * n).unwrap_or(&[]);
                let judge = |k: usize| scan::judge(f, of, &at.directions[k], found.slopes[k][f], threshold);
                judged[p].extend((p * each..(p + 1) * each).map(judge));
            }
            if let Some(partials) = exact.as_ref().filter(|_| !own) {
                let unknown = Slope::unknown(Existence::Smooth);
                let held = |&i: &usize| {
                    let reference = partials[i].reference;
                    number(0, i, claim[i], unknown, Some(partials[i].clone()), reference, threshold)
                };
                numbers[p] = self.coordinates.iter().map(held).collect();
                // every coordinate has been held against the rules: the directions have no more to say
                judged[p].iter_mut().for_each(|d: &mut Directional| d.verdict = Verdict::Correct);
            }
            claims.push(claim);
            exacts.push(exact);
        }
        let failing = |d: &Directional| matches!(d.verdict, Verdict::Wrong | Verdict::Inconclusive);
        // where it is easiest to see: the largest difference for its size
        let share = |d: &Directional| (d.claimed - d.numeric.value).abs() / d.size;
        let worst = (0..points.len())
            .flat_map(|p| (0..judged[p].len()).map(move |k| (p, k)))
            .filter(|&(p, k)| failing(&judged[p][k]))
            .max_by(|a, b| share(&judged[a.0][a.1]).total_cmp(&share(&judged[b.0][b.1])));
        if let Some((p, k)) = worst {
            let f = judged[p][k].function;
            let of = |p: usize| claims[p].get(f * n..(f + 1) * n).unwrap_or(&[]);
            let mut counts = (0, 0);
            let direction = p * each + k % each;
            let suspects =
                scan::suspects(self.function, &at, p, direction, f, of(p), &self.plan, threshold, &mut counts)?;
            // the same coordinates at every point that fails
            let bases: Vec<usize> = (0..points.len()).filter(|&p| judged[p].iter().any(failing)).collect();
            let width = suspects.len().max(1);
            let axis = |base: usize| suspects.iter().map(move |&i| Line { base, along: Along::Axis(i) });
            let lines: Vec<Line> = bases.iter().flat_map(|&base| axis(base)).collect();
            let bare = Points { at: at.at.clone(), directions: Vec::new() };
            let single = measure(self.function, &bare, &lines, Vec::new(), &self.plan, &mut |line, _, slope, _| {
                let claimed = of(bases[line / width])[suspects[line % width]];
                settled(claimed, &Reference::from(slope), slope, threshold)
            })?;
            findings.evaluations += counts.0 + single.evaluations;
            findings.rounds += counts.1 + single.rounds;
            for (line, slopes) in single.slopes.iter().enumerate() {
                let (p, i) = (bases[line / width], suspects[line % width]);
                let partial = exacts[p].as_ref().map(|e| e[i].clone());
                let reference = Reference::from(&slopes[f]);
                numbers[p].push(number(f, i, of(p)[i], slopes[f], partial, reference, threshold));
            }
            let shown = numbers.iter().flatten().any(|x| x.verdict == Verdict::Wrong);
            for d in judged.iter_mut().flatten().filter(|d| d.verdict == Verdict::Wrong && !shown) {
                // what no single coordinate shows is no more than many small errors together
                if (d.claimed - d.numeric.value).abs() <= threshold * d.size + d.numeric.error {
                    d.verdict = Verdict::Correct;
                }
            }
        }
        let mut checked = Vec::new();
        for (p, point) in points.iter().enumerate() {
            let (numbers, judged) = (std::mem::take(&mut numbers[p]), std::mem::take(&mut judged[p]));
            checked.push(whole(point.0.clone(), point.1, &found.bases[p], numbers, judged));
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
        Verdict::Wrong => {
            let size = claimed.abs() + reference.value.abs();
            !claimed.is_finite()
                || 10.0 * reference.bound <= (claimed - reference.value).abs() && reference.bound <= 1e-4 * size
        }
    }
}
