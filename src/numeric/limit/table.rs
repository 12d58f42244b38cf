//! Richardson's extrapolation: column after column, one power of h less in the error.

use super::{Candidate, Sample, cross_examined};
use crate::numeric::elementary;

/// More columns add noise and no digits.
const COLUMNS: usize = 10;
/// Finer rows of the same column that must agree before an entry counts.
const WITNESSES: usize = 2;

/// 1, 2, 3, ...: q has a Taylor expansion.
pub(super) fn whole_powers() -> Vec<f64> {
    (1..=COLUMNS).map(|i| i as f64).collect()
}

/// p, and every i + j p beyond: what products of h^p with smooth functions, and their powers, bring.
pub(super) fn powers_of(p: f64) -> Vec<f64> {
    let mut powers: Vec<f64> =
        (0..8).flat_map(|i| (0..=16).map(move |j| f64::from(i) + f64::from(j) * p)).filter(|e| *e >= p).collect();
    powers.sort_by(f64::total_cmp);
    powers.dedup_by(|a, b| *a - *b < 0.02);
    powers.truncate(COLUMNS);
    powers
}

/// One entry: the extrapolated value and a bound for what the samples' noise became.
#[derive(Clone, Copy)]
struct Entry {
    value: f64,
    noise: f64,
}

/// The entry with the smallest error, over all runs of samples about a factor 2 apart.
pub(super) fn candidate(samples: &[Sample], powers: &[f64]) -> Candidate {
    let mut best = Candidate { value: samples[samples.len() - 1].q, error: f64::INFINITY };
    let mut start = 0;
    for k in 1..=samples.len() {
        if k == samples.len() || !(1.5..3.0).contains(&(samples[k - 1].h / samples[k].h)) {
            best = best.better(run(samples, start, k, powers));
            start = k;
        }
    }
    best
}

/// The best entry of the table over samples[start..end].
fn run(samples: &[Sample], start: usize, end: usize, powers: &[f64]) -> Candidate {
    let rows = &samples[start..end];
    let mut column: Vec<Entry> = rows.iter().map(|s| Entry { value: s.q, noise: s.noise }).collect();
    let mut best = Candidate { value: f64::NAN, error: f64::INFINITY };
    // what is left of a sequence of the first power, in terms of its last step; half as much again for safety
    let reach = 1.5 / (elementary::exp2(powers[0]) - 1.0);
    let reach = if reach < 1.5 { 1.5 } else { reach };
    let whole = powers.iter().enumerate().all(|(m, p)| *p == (m + 1) as f64);
    for (m, power) in powers.iter().enumerate() {
        // column m holds what powers[..m] left: its error falls like h^power
        for k in m + 3..column.len().saturating_sub(WITNESSES) {
            if let Some(found) = entry(&column, m, k, *power, best.error) {
                best = best.better(cross_examined(found, &samples[start + k + 1..], rows[k], reach));
            }
        }
        let mut next = column.clone();
        for k in m + 1..column.len() {
            // Neville's weights for polynomials are right for steps of any ratio
            let ratio = match whole {
                true => rows[k - m - 1].h / rows[k].h,
                false => elementary::pow(rows[k - 1].h / rows[k].h, *power),
            };
            let gain = 1.0 / (ratio - 1.0);
            let (a, b) = (column[k], column[k - 1]);
            next[k] =
                Entry { value: a.value + (a.value - b.value) * gain, noise: a.noise * (1.0 + gain) + b.noise * gain };
        }
        column = next;
    }
    best
}

/// What entry k of a column, whose entries begin at `first`, says, if the column behaves as h^power near it and no finer entry contradicts. `None` too where
/// it cannot have an error below `bar`.
fn entry(column: &[Entry], first: usize, k: usize, power: f64, bar: f64) -> Option<Candidate> {
    let Entry { value, noise } = column[k];
    let rounding = noise + 4.0 * f64::EPSILON * value.abs();
    if !(rounding < bar) {
        return None;
    }
    let step = |k: usize| column[k].value - column[k - 1].value;
    let blur = |k: usize| 2.0 * (column[k].noise + column[k - 1].noise);
    let expected = elementary::exp2(-power);
    let allowed = if 1.6 * expected < 0.9 { 1.6 * expected } else { 0.9 };
    let regular = |r: f64| (r > 0.0 && r <= allowed).then_some(r);
    // the finest step above the noise tells how fast this column converges, wherever it lies
    let truncation = match (first + 1..=k).rev().find(|&j| step(j).abs() > blur(j)) {
        None => 2.0 * step(k).abs(),
        Some(j) => {
            let clear = |j: usize| j > first && step(j).abs() > blur(j);
            let mut r = if clear(j - 1) { regular(step(j) / step(j - 1))? } else { allowed };
            if clear(j - 1) && clear(j - 2) {
                let before = regular(step(j - 1) / step(j - 2))?;
                r = if before > r { before } else { r };
            }
            // the rest of a geometric sequence, three times for safety
            let rest = (0..=k - j).fold(3.0 / (1.0 - r), |rest, _| rest * r);
            let least = if j == k { 0.5 * step(k).abs() } else { 0.0 };
            let rest = step(j).abs() * rest;
            if rest < least { least } else { rest }
        }
    };
    let mut error = truncation + rounding;
    for finer in &column[k + 1..] {
        let contradiction = (finer.value - value).abs() - finer.noise;
        if !(contradiction <= error) {
            error = contradiction;
        }
    }
    Some(Candidate { value, error })
}
