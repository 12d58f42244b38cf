//! The samples themselves: how their differences fade, or do not.

use super::{Candidate, Sample, cross_examined};
use crate::numeric::elementary;

/// Differences are judged in groups of so many.
const GROUP: usize = 4;

fn change(samples: &[Sample], k: usize) -> f64 {
    samples[k].q - samples[k - 1].q
}

/// The largest |difference| among samples[from..=to], each with its predecessor.
fn loudest(samples: &[Sample], from: usize, to: usize) -> f64 {
    (from..=to).map(|k| change(samples, k).abs()).fold(0.0, |m, d| if d > m { d } else { m })
}

/// The finest sample whose last three groups of differences fade, with a bound for the sum of all that is to come.
///
/// If every group is at most 0.6 of the one before, the rest is at most 4 (0.6 + 0.6^2 + ...) = 6 times the last group's
/// largest difference: no expansion in powers of h is assumed.
pub(super) fn candidate(samples: &[Sample]) -> Candidate {
    let n = samples.len();
    let mut best = Candidate { value: samples[n - 1].q, error: f64::INFINITY };
    for last in (3 * GROUP..n).rev() {
        let group = |i: usize| loudest(samples, last + 1 - (i + 1) * GROUP, last - i * GROUP);
        let (fine, middle, coarse) = (group(0), group(1), group(2));
        let blur = 2.0 * samples[last].noise;
        if !(fine <= 0.6 * middle + blur && middle <= 0.6 * coarse + blur) {
            // what stops fading above the noise will not fade as assumed
            if fine > 4.0 * blur {
                break;
            }
            continue;
        }
        let swing = if fine > middle / 4.0 { fine } else { middle / 4.0 };
        let found = Candidate { value: samples[last].q, error: 8.0 * swing + samples[last].noise };
        if found.error < best.error {
            best = best.better(cross_examined(found, &samples[last + 1..], samples[last], 1.5));
        }
    }
    best
}

/// Whether the difference of sample k from its predecessor is `times` what rounding can make.
fn significant(samples: &[Sample], k: usize, times: f64) -> bool {
    change(samples, k).abs() > times * (samples[k].noise + samples[k - 1].noise)
}

/// An exponent as the samples show it.
pub(super) struct Order {
    /// p with q(h) = limit + c h^p + ..., or c h^p with p < 0.
    pub power: f64,
    /// How far p may be off; 0 where it is a simple fraction.
    pub blur: f64,
}

/// The leading power from the finest significant differences; `None` if they do not agree on one.
pub(super) fn order(samples: &[Sample]) -> Option<Order> {
    const SEEN: usize = 5;
    const CLEAR: f64 = 1000.0; // three digits of the ratio
    let mut orders = Vec::new();
    for k in (2..samples.len()).rev() {
        let octaves = elementary::log2(samples[k - 1].h / samples[k].h);
        let even = (elementary::log2(samples[k - 2].h / samples[k - 1].h) / octaves - 1.0).abs() < 0.1;
        if !(even && significant(samples, k, CLEAR) && significant(samples, k - 1, CLEAR)) {
            if orders.is_empty() {
                continue;
            }
            break;
        }
        let ratio = change(samples, k) / change(samples, k - 1);
        if !(ratio > 0.0) {
            return None;
        }
        orders.push(-elementary::log2(ratio) / octaves);
        if orders.len() == SEEN {
            break;
        }
    }
    if orders.len() < SEEN {
        return None;
    }
    let (finest, coarsest) = (orders[0], orders[SEEN - 1]);
    if !((finest - coarsest).abs() < 0.05 * finest.abs() + 1e-3) {
        return None;
    }
    let spread = (finest - coarsest).abs();
    let power = simple(finest, 4.0 * spread + 1e-7);
    let blur = if power == finest { spread + 1e-9 } else { 0.0 };
    Some(Order { power, blur })
}

/// The fraction with denominator up to 6 within `reach` of p (and 0.002), else p.
fn simple(p: f64, reach: f64) -> f64 {
    let near = |denominator: f64| (p * denominator).round_ties_even() / denominator;
    let fits = |q: &f64| (q - p).abs() <= reach && (q - p).abs() < 0.002;
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].into_iter().map(near).find(fits).unwrap_or(p)
}

/// Evidence that there is no limit.
pub(super) struct Divergence {
    /// inf, -inf, or NaN where q swings.
    pub value: f64,
    /// The size of the differences at the finest significant samples.
    pub swing: f64,
}

/// Differences that do not fade down to the finest significant sample.
pub(super) fn divergence(samples: &[Sample]) -> Option<Divergence> {
    const WINDOW: usize = 3 * GROUP;
    let finest = (1..samples.len()).rev().find(|&k| significant(samples, k, 8.0))?;
    if finest < WINDOW {
        return None;
    }
    let window = finest + 1 - WINDOW..=finest;
    // rounding may hide one or two
    if window.clone().filter(|&k| significant(samples, k, 8.0)).count() + 2 < WINDOW {
        return None;
    }
    let swing = loudest(samples, finest + 1 - WINDOW, finest);
    let rise = |k: usize| change(samples, k) / elementary::log2(samples[k - 1].h / samples[k].h);
    let sign = 1f64.copysign(rise(finest));
    if window.clone().all(|k| rise(k) * sign > 0.0) {
        // one way: each halving of h adds as much as the one before (a logarithm) or more (a power)
        let group = |i: usize| {
            let end = finest - i * GROUP;
            (end + 1 - GROUP..=end).map(|k| rise(k) * sign).sum::<f64>()
        };
        let (fine, middle, coarse) = (group(0), group(1), group(2));
        // h^0.01 gives 0.97: it converges, though nobody will see it
        const STEADY: f64 = 0.9999;
        let steady = fine >= STEADY * middle && middle >= STEADY * coarse;
        return steady.then_some(Divergence { value: sign * f64::INFINITY, swing });
    }
    // to and fro: twice the window, because chance makes groups unequal
    let turns = window.skip(1).filter(|&k| change(samples, k) * change(samples, k - 1) < 0.0).count();
    if turns < 2 || finest < 2 * WINDOW {
        return None;
    }
    let before = loudest(samples, finest + 1 - 2 * WINDOW, finest - WINDOW);
    (swing >= 0.5 * before).then_some(Divergence { value: f64::NAN, swing })
}
