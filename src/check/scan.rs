//! Many coordinates: random directions first, coordinates only where a direction fails.
//!
//! A direction costs as much as a coordinate, whatever n, and sees an error in any of them. Where it fails, its coordinates are halved
//! and halved again, sixteen parts at a time, until single ones are left; where most parts fail, some coordinates stand for all.

use super::batch::{Along, Evaluate, Points};
use super::compare::Verdict;
use super::difference::{Existence, Slope};
use super::reference::{Line, Plan, measure};
use crate::error::Located;
use crate::numeric::linalg::norm2;
use crate::numeric::random::Random;

/// Parts that a range of coordinates is cut into.
const PARTS: usize = 16;
/// Coordinates that are looked at one by one where a direction fails.
const MOST_SINGLE: usize = 64;

/// A claim along a direction.
#[derive(Clone, Copy, Debug)]
pub struct Directional {
    /// Which function.
    pub function: usize,
    /// The claimed gradient times the direction.
    pub claimed: f64,
    /// The slope by differences.
    pub numeric: Slope,
    /// The norm of the claim's terms, (c_j d_j): what an error in one of them is measured by.
    pub size: f64,
    /// The verdict.
    pub verdict: Verdict,
}

/// A random direction over `coordinates`: of each coordinate's own size, into the box where x lies at its border; the rest is 0.
pub fn direction(x: &[f64], coordinates: &[usize], plan: &Plan, number: u64) -> Vec<f64> {
    let mut random = Random::stream(plan.seed ^ 0x6469_7265_6374, number);
    let mut d = vec![0.0; x.len()];
    for &i in coordinates {
        let size = if x[i] == 0.0 { 1.0 } else { x[i].abs() };
        let step = size * (0.5 + random.uniform()) * if random.word() >> 63 == 0 { 1.0 } else { -1.0 };
        let low = plan.lower.get(i).copied().unwrap_or(f64::NEG_INFINITY);
        let high = plan.upper.get(i).copied().unwrap_or(f64::INFINITY);
        d[i] = match () {
            () if low == high => 0.0,
            () if x[i] - low < size * 1e-3 => step.abs(),
            () if high - x[i] < size * 1e-3 => -step.abs(),
            () => step,
        };
    }
    d
}

/// Holds a claim `c: [n]` of one function against the slope along `d: [n]`.
pub fn judge(function: usize, claim: &[f64], d: &[f64], numeric: Slope, threshold: f64) -> Directional {
    let terms: Vec<f64> = claim.iter().zip(d).filter(|(_, d)| **d != 0.0).map(|(c, d)| c * d).collect();
    let claimed = crate::numeric::sum::sum(&terms);
    let size = norm2(&terms);
    let difference = (claimed - numeric.value).abs();
    // an error of the threshold in a term of ordinary size shows as much as this
    let one = threshold * size / (terms.len().max(1) as f64).sqrt();
    let zero = size <= numeric.zero && numeric.value.abs() <= numeric.zero;
    let verdict = match () {
        () if !matches!(numeric.existence, Existence::Smooth) => Verdict::NotDifferentiable,
        () if !numeric.value.is_finite() => Verdict::Inconclusive,
        () if !claimed.is_finite() || difference > one + numeric.error && !zero => Verdict::Wrong,
        () if numeric.error > threshold * size && !zero => Verdict::Inconclusive,
        () => Verdict::Correct,
    };
    Directional { function, claimed, numeric, size, verdict }
}

/// The single coordinates to look at, where the direction number `direction` of `points` fails at `base`. The ranges between are
/// found in rounds over parts; `evaluations` and `rounds` are counted.
#[allow(clippy::too_many_arguments)] // a claim, its function and where it fails
pub fn suspects(
    of: &mut dyn Evaluate,
    points: &Points,
    base: usize,
    direction: usize,
    function: usize,
    claim: &[f64],
    plan: &Plan,
    threshold: f64,
    counts: &mut (u64, u64),
) -> Result<Vec<usize>, Located> {
    let d = &points.directions[direction];
    let n = d.len();
    let mut open: Vec<(usize, usize)> = vec![(0, n)];
    let mut single: Vec<usize> = Vec::new();
    while !open.is_empty() && single.len() < MOST_SINGLE && of.answers_again() {
        let parts: Vec<(usize, usize)> = open.iter().flat_map(|&(from, to)| cut(from, to)).collect();
        let lines: Vec<Line> =
            parts.iter().map(|&(from, to)| Line { base, along: Along::Part { direction, from, to } }).collect();
        let found = measure(of, points, &lines, Vec::new(), plan, &mut |_, _, _, _| true)?;
        counts.0 += found.evaluations;
        counts.1 += found.rounds;
        let failing: Vec<(usize, usize)> = (parts.iter().zip(&found.slopes))
            .filter(|(part, slopes)| {
                let (from, to) = **part;
                let judged = judge(function, &claim[from..to], &d[from..to], slopes[function], threshold);
                judged.verdict != Verdict::Correct
            })
            .map(|(part, _)| *part)
            .collect();
        if failing.len() * 2 > parts.len() && parts.len() > 2 {
            // nearly everything is wrong: some stand for all, the largest among them
            single.extend(samples(claim, d, &failing));
            break;
        }
        open.clear();
        for (from, to) in failing {
            match to - from {
                1 => single.push(from),
                _ => open.push((from, to)),
            }
        }
        // more ranges than can be followed: the first ones
        open.truncate(MOST_SINGLE);
    }
    single.retain(|&i| d[i] != 0.0);
    single.sort_unstable();
    single.dedup();
    single.truncate(MOST_SINGLE);
    Ok(single)
}

/// Up to [`PARTS`] ranges of about the same length.
fn cut(from: usize, to: usize) -> Vec<(usize, usize)> {
    let count = (to - from).min(PARTS);
    (0..count).map(|k| (from + (to - from) * k / count, from + (to - from) * (k + 1) / count)).collect()
}

/// The coordinates of the largest terms in `ranges`, and others evenly spread.
fn samples(claim: &[f64], d: &[f64], ranges: &[(usize, usize)]) -> Vec<usize> {
    let mut all: Vec<usize> = ranges.iter().flat_map(|&(from, to)| from..to).filter(|&i| d[i] != 0.0).collect();
    let every = (all.len() / (MOST_SINGLE / 2)).max(1);
    let mut chosen: Vec<usize> = all.iter().copied().step_by(every).take(MOST_SINGLE / 2).collect();
    all.sort_by(|&i, &j| (claim[j] * d[j]).abs().total_cmp(&(claim[i] * d[i]).abs()).then(i.cmp(&j)));
    chosen.extend(all.into_iter().take(MOST_SINGLE / 2));
    chosen
}
