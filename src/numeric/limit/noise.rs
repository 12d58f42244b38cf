//! Rounding errors that the caller's estimate does not cover.
//!
//! Where f cancels inside, (1 + x)^2 - 1, its rounding error does not shrink with its value, and q's differences, having
//! faded with h, grow again like 1/h at random, until q sticks at a value that means nothing. That growth is the evidence.

use super::Sample;

/// The differences are looked at in groups of so many: one alone may be small by chance.
const GROUP: usize = 4;
/// A rounding error is taken to be below 2^-40 of the largest change of f seen, or ...
const SMALL: f64 = 1.0 / (1u64 << 40) as f64;
/// ... below so many of the caller's estimates.
const MISJUDGED: f64 = 1024.0;

/// Raises each sample's noise to what its division costs and to what the differences show.
pub(super) fn complete(samples: &mut [Sample]) {
    let largest_change = samples.iter().fold(0.0, |m: f64, s| if s.q.abs() * s.h > m { s.q.abs() * s.h } else { m });
    for s in samples.iter_mut() {
        let own = 2.0 * f64::EPSILON * s.q.abs();
        // NaN: the caller knows nothing, and then neither do we
        s.noise = if s.noise.is_nan() { f64::INFINITY } else { s.noise.abs() + own };
    }
    if let Some(error) = hidden(samples, largest_change) {
        for s in samples.iter_mut() {
            let shown = 2.0 * error / s.h;
            if shown > s.noise {
                s.noise = shown;
            }
        }
    }
}

/// The rounding error of f that the differences of q show, if they show one.
fn hidden(samples: &[Sample], largest_change: f64) -> Option<f64> {
    let change = |k: usize| (samples[k].q - samples[k - 1].q).abs();
    let minute = |k: usize| {
        let estimate = samples[k].noise + samples[k - 1].noise;
        let as_error = change(k) * samples[k].h;
        as_error <= SMALL * largest_change || change(k) <= MISJUDGED * estimate
    };
    // f does not move at all any more, though it did and the caller's noise does not say why: what came before may be
    // rounding of any size
    let stuck = samples.iter().rev().take_while(|s| s.q == 0.0).count();
    let moving = samples.len() - stuck;
    let unexplained = stuck >= GROUP && moving > 0 && samples[moving].noise < 0.25 * samples[moving - 1].q.abs();
    let mut first = 1;
    if !unexplained {
        first = samples.len();
        while first > 1 && minute(first - 1) {
            first -= 1;
        }
    }
    // groups of differences from there to the fine end: do they grow again, and at random? Growth in one direction is a
    // vertical tangent, a jump or a corner nearby, however small
    let step = |k: usize| samples[k].q - samples[k - 1].q;
    let groups: Vec<(usize, usize)> = (first..moving)
        .step_by(GROUP)
        .map(|start| (start, if start + GROUP < moving { start + GROUP } else { moving }))
        .collect();
    let loudest = |(start, end): (usize, usize)| (start..end).map(change).fold(0.0, |m, c| if c > m { c } else { m });
    let mut quietest = (f64::INFINITY, first);
    let mut from = None;
    for (i, group) in groups.iter().enumerate() {
        let near = groups[if i > 0 { i - 1 } else { 0 }].0..group.1;
        let random = near.clone().any(|k| step(k) > 0.0) && near.clone().any(|k| step(k) < 0.0);
        if random && loudest(*group) >= 4.0 * quietest.0 {
            from = Some(quietest.1);
        }
        if loudest(*group) <= quietest.0 {
            quietest = (loudest(*group), group.0);
        }
    }
    let from = from?;
    Some((from..samples.len()).map(|k| change(k) * samples[k].h).fold(0.0, |m, e| if e > m { e } else { m }))
}
