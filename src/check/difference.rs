//! A slope from samples along a line: Richardson's table, an honest error, and the slopes that do not exist.
//!
//! Samples lie at x, x ± h, with h falling by the same factor from rung to rung. Of all entries of the table the one counts
//! whose truncation (what the last column changed) and rounding (what the noise became) are smallest together; then finer rungs
//! are heard, and none may contradict it by more than its own noise. Where the slopes from both sides do not meet as h falls,
//! there is no derivative, whatever the centred differences agree on.

/// The factor between rungs.
pub const FACTOR: f64 = 4.0;
/// Columns of extrapolation: centred differences are O(h^2), O(h^4), O(h^6).
const CENTERED_COLUMNS: usize = 2;
/// One-sided ones O(h), O(h^2), ...
const ONE_SIDED_COLUMNS: usize = 4;
/// The smallest of many error estimates is the luckiest; by this all of it but the noise is enlarged.
const SAFETY: f64 = 2.0;

/// f around x at one distance; NaN where undefined or not asked for.
#[derive(Clone, Copy, Debug)]
pub struct Rung {
    /// The distance as it was aimed at.
    pub h: f64,
    /// x - h as it was: its distance from x (0 or more) and f there.
    pub below: (f64, f64),
    /// x + h as it was: its distance from x and f there.
    pub above: (f64, f64),
}

/// Which samples a slope may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Both.
    Both,
    /// Only larger x: at a lower bound.
    Above,
    /// Only smaller x.
    Below,
}

/// What is known of a derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Existence {
    /// Nothing speaks against it.
    Smooth,
    /// The slopes from below and from above.
    Kink(f64, f64),
    /// The quotients grow as h falls.
    Unbounded,
    /// f is undefined for smaller x.
    UndefinedBelow,
    /// f is undefined for larger x.
    UndefinedAbove,
    /// f is undefined at x or all around it.
    Undefined,
}

/// A slope.
#[derive(Clone, Copy, Debug)]
pub struct Slope {
    /// The derivative along the line.
    pub value: f64,
    /// What it may be off by; infinite where nothing is known.
    pub error: f64,
    /// The part of the error that is noise: if it is most of it, larger steps help, else smaller ones.
    pub noise: f64,
    /// A derivative below this moves f by less than its noise over the whole ladder: it is zero as far as anyone can see.
    pub zero: f64,
    /// Whether it exists.
    pub existence: Existence,
}

impl Slope {
    /// Nothing is known.
    pub fn unknown(existence: Existence) -> Slope {
        let (value, error) = (f64::NAN, f64::INFINITY);
        Slope { value, error, noise: 0.0, zero: 0.0, existence }
    }
}

/// One difference quotient.
#[derive(Clone, Copy)]
struct Quotient {
    h: f64,
    q: f64,
    noise: f64,
}

/// The slope that `rungs` (falling h) show. `here` is f(x); `noise` bounds the error of f at x.
pub fn slope(here: f64, rungs: &[Rung], sides: Sides, noise: f64) -> Slope {
    if !here.is_finite() {
        return Slope::unknown(Existence::Undefined);
    }
    let step = staircase(here, rungs);
    let noise = if step > noise { step } else { noise };
    // a value far from f(x) is rounded by more
    let of = |f: f64| if f.abs() * f64::EPSILON > noise { f.abs() * f64::EPSILON } else { noise };
    let one_sided = |at: (f64, f64), h: f64, sign: f64| Quotient {
        h,
        q: sign * (at.1 - here) / at.0,
        noise: (of(at.1) + of(here)) / at.0,
    };
    let above: Vec<Quotient> = tail(rungs.iter().map(|r| one_sided(r.above, r.h, 1.0)));
    let below: Vec<Quotient> = tail(rungs.iter().map(|r| one_sided(r.below, r.h, -1.0)));
    let zero = zero_level(rungs, here, of);
    let chosen = match sides {
        Sides::Above => estimate(&above, false, ONE_SIDED_COLUMNS),
        Sides::Below => estimate(&below, false, ONE_SIDED_COLUMNS),
        Sides::Both => {
            match (below.is_empty(), above.is_empty()) {
                (true, true) => return Slope::unknown(Existence::Undefined),
                (true, false) => return Slope::unknown(Existence::UndefinedBelow),
                (false, true) => return Slope::unknown(Existence::UndefinedAbove),
                (false, false) => {}
            }
            let centered = tail(rungs.iter().map(|r| {
                let width = r.below.0 + r.above.0;
                let noise = (of(r.above.1) + of(r.below.1)) / width;
                Quotient { h: r.h, q: (r.above.1 - r.below.1) / width, noise }
            }));
            if let Some(kink) = kink(&below, &above) {
                return Slope { existence: kink, zero, ..Slope::unknown(kink) };
            }
            if grows(&centered) {
                return Slope { zero, ..Slope::unknown(Existence::Unbounded) };
            }
            estimate(&centered, true, CENTERED_COLUMNS)
        }
    };
    let existence = if chosen.0.is_nan() { Existence::Undefined } else { Existence::Smooth };
    let (value, error, noise) = chosen;
    Slope { value, error, noise, zero, existence }
}

/// The quotients from the first rung after which all are finite.
fn tail(all: impl Iterator<Item = Quotient>) -> Vec<Quotient> {
    let all: Vec<Quotient> = all.collect();
    let start = all.iter().rposition(|q| !q.q.is_finite()).map_or(0, |i| i + 1);
    all[start..].to_vec()
}

/// The smallest step of a function that stands still at the finest rungs and moves to both sides further out, 0 if it is none:
/// values printed with few digits are such a staircase, and their slope of 0 means nothing.
fn staircase(here: f64, rungs: &[Rung]) -> f64 {
    let moves = |f: f64| f.is_finite() && f != here;
    let still = rungs.iter().rev().take_while(|r| r.below.1 == here && r.above.1 == here).count();
    if still < 2 || !rungs.iter().any(|r| moves(r.below.1) && moves(r.above.1)) {
        return 0.0;
    }
    let steps = rungs.iter().flat_map(|r| [r.below.1, r.above.1]).filter(|f| moves(*f)).map(|f| (f - here).abs());
    steps.fold(f64::INFINITY, |m, s| if s < m { s } else { m })
}

/// Noise over the widest distance at which f is defined, with a margin.
fn zero_level(rungs: &[Rung], here: f64, of: impl Fn(f64) -> f64) -> f64 {
    const MARGIN: f64 = 4.0;
    for r in rungs {
        let noise = [r.below.1, r.above.1]
            .into_iter()
            .filter(|f| f.is_finite())
            .map(&of)
            .fold(of(here), |m, n| if n > m { n } else { m });
        if r.below.1.is_finite() || r.above.1.is_finite() {
            return MARGIN * noise / r.h;
        }
    }
    0.0
}

/// Value, error and the noise in it: the best entry of the table in powers of h, of h^2 where
/// `even`.
fn estimate(samples: &[Quotient], even: bool, columns: usize) -> (f64, f64, f64) {
    let mut best = (f64::NAN, f64::INFINITY, 0.0);
    let mut row: Vec<(f64, f64)> = Vec::new();
    for (k, s) in samples.iter().enumerate() {
        let mut next = vec![(s.q, s.noise)];
        for j in 1..=columns.min(row.len()) {
            let ratio = samples[k - j].h / s.h;
            let divisor = (if even { ratio * ratio } else { ratio }) - 1.0;
            let (fine, coarse) = (next[j - 1], row[j - 1]);
            let value = fine.0 + (fine.0 - coarse.0) / divisor;
            let noise = fine.1 + (fine.1 + coarse.1) / divisor;
            // what this column changed of either entry of the one before: of order h^(p-2), pessimistic and not fooled by chance
            let (by_fine, by_coarse) = ((value - fine.0).abs(), (value - coarse.0).abs());
            let truncation = if by_fine > by_coarse { by_fine } else { by_coarse };
            let error = cross_examined(value, truncation + noise, &samples[k + 1..], s.q, even);
            if error < best.1 {
                best = (value, error, noise);
            }
            next.push((value, noise));
        }
        if k > 0 {
            let error = (s.q - samples[k - 1].q).abs() + s.noise;
            let error = cross_examined(s.q, error, &samples[k + 1..], s.q, even);
            if error < best.1 {
                best = (s.q, error, s.noise);
            }
        } else if best.0.is_nan() {
            best = (s.q, f64::INFINITY, s.noise);
        }
        row = next;
    }
    // the noise is a bound already, four deviations wide
    let beyond_noise = if best.1 > best.2 { best.1 - best.2 } else { 0.0 };
    (best.0, SAFETY * beyond_noise + best.2, best.2)
}

/// `error`, enlarged until no finer sample contradicts `value` by more than its noise and its own distance from the limit.
fn cross_examined(value: f64, error: f64, finer: &[Quotient], before: f64, even: bool) -> f64 {
    // a sample of order h^2 is 1/15 of its last step away from the limit, one of order h a third of it; with a margin
    let reach = if even { 0.25 } else { 1.0 };
    let (mut error, mut last, mut least) = (error, before, f64::INFINITY);
    for s in finer {
        let difference = (s.q - last).abs();
        least = if difference < least { difference } else { least };
        let contradiction = (s.q - value).abs() - s.noise - reach * least;
        if !(contradiction <= error) {
            error = contradiction;
        }
        last = s.q;
    }
    error
}

/// Slopes that differ by the same amount at the three finest rungs at which the difference can be seen: a smooth function's
/// difference falls by [`FACTOR`] each time, that of |u|^1.5 still by 2.
fn kink(below: &[Quotient], above: &[Quotient]) -> Option<Existence> {
    let count = below.len().min(above.len());
    let (below, above) = (&below[below.len() - count..], &above[above.len() - count..]);
    let gaps: Vec<(f64, f64)> = below.iter().zip(above).map(|(b, a)| (a.q - b.q, a.noise + b.noise)).collect();
    let seen = gaps.iter().rposition(|(gap, noise)| gap.abs() > 8.0 * noise)?;
    if seen < 2 {
        return None;
    }
    let three = &gaps[seen - 2..=seen];
    // a corner near x, not at it: nearer still there is none, and it could be seen
    if gaps[seen + 1..].iter().any(|(_, noise)| 8.0 * noise < 0.3 * three[2].0.abs()) {
        return None;
    }
    let same_sign = three.iter().all(|g| g.0 > 0.0) || three.iter().all(|g| g.0 < 0.0);
    let steady = three.windows(2).all(|w| w[0].0.abs() <= 1.3 * w[1].0.abs() + w[1].1);
    let grown = three[2].0.abs() > 1.3 * three[0].0.abs() + three[0].1;
    // below what the quotients themselves are good for, a gap is curvature's and not a corner's
    let size = below[seen].q.abs() + above[seen].q.abs();
    if !(same_sign && steady && three[2].0.abs() > 1e-9 * size) {
        return None;
    }
    if grown && three[2].0.abs() > 3.0 * three[0].0.abs() {
        return Some(Existence::Unbounded);
    }
    Some(Existence::Kink(below[seen].q, above[seen].q))
}

/// Quotients that grow from rung to rung by more than their noise: a vertical tangent, a jump.
fn grows(samples: &[Quotient]) -> bool {
    let Some(last) = samples.len().checked_sub(4) else { return false };
    let four = &samples[last..];
    four.windows(2).all(|w| w[1].q.abs() > 1.3 * w[0].q.abs() + 8.0 * (w[0].noise + w[1].noise))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rungs(x: f64, first: f64, count: usize, f: impl Fn(f64) -> f64) -> Vec<Rung> {
        let h = (0..count).scan(first, |h, _| {
            let this = *h;
            *h /= FACTOR;
            Some(this)
        });
        h.map(|h| {
            let (low, high) = (x - h, x + h);
            Rung { h, below: (x - low, f(low)), above: (high - x, f(high)) }
        })
        .collect()
    }

    fn at(x: f64, f: impl Fn(f64) -> f64) -> Slope {
        slope(f(x), &rungs(x, 0.0773 * x, 8, &f), Sides::Both, 4.0 * f64::EPSILON * f(x).abs())
    }

    #[test]
    fn smooth_slopes_lie_within_their_error() {
        type Case = (f64, fn(f64) -> f64, fn(f64) -> f64);
        let cases: [Case; 5] = [
            (0.7, |x| x * x * x, |x| 3.0 * x * x),
            (2.0, |x| 1.0 / x, |x| -1.0 / (x * x)),
            (1.3, |x| x.sqrt(), |x| 0.5 / x.sqrt()),
            (0.4, |x| 1.0 / (1.0 + 25.0 * x * x), |x| -50.0 * x / ((1.0 + 25.0 * x * x) * (1.0 + 25.0 * x * x))),
            (3.0, |x| 1e8 + x * x, |x| 2.0 * x),
        ];
        for (k, (x, f, derivative)) in cases.into_iter().enumerate() {
            let found = at(x, f);
            assert_eq!(found.existence, Existence::Smooth, "{k}");
            let off = (found.value - derivative(x)).abs();
            assert!(off <= found.error, "{k}: off by {off:e}, said {:e}", found.error);
            assert!(found.error <= 1e-6 * derivative(x).abs(), "{k}: {:e}", found.error);
        }
    }

    #[test]
    fn kinks_jumps_and_what_is_near_them() {
        assert_eq!(at(1.0, |x| (x - 1.0).abs()).existence, Existence::Kink(-1.0, 1.0));
        assert!(
            matches!(at(1.0, |x| 3.0 * x + (x - 1.0).abs()).existence, Existence::Kink(l, r) if (l - 2.0).abs() < 1e-9 && (r - 4.0).abs() < 1e-9)
        );
        assert_eq!(at(1.0, |x| if x > 1.0 { 5.0 } else { 0.0 }).existence, Existence::Unbounded);
        assert_eq!(at(1.0, |x| (x - 1.0).abs().sqrt() * (x - 1.0).signum()).existence, Existence::Unbounded);
        assert_eq!(at(1.0, |x| if x < 1.0 { f64::NAN } else { x }).existence, Existence::UndefinedBelow);
        assert_eq!(at(1.0, |x| if x == 1.0 { x } else { f64::NAN }).existence, Existence::Undefined);
        // smooth, although its second derivative is not finite
        let cusp = at(1.0, |x| (x - 1.0).abs() * (x - 1.0).abs().sqrt() + x);
        assert_eq!(cusp.existence, Existence::Smooth);
        assert!((cusp.value - 1.0).abs() <= cusp.error, "{cusp:?}");
        for distance in [1e-2, 1e-3, 1e-4, 2e-5] {
            let near = at(1.0, |x| (x - 1.0 + distance).abs());
            assert_eq!(near.existence, Existence::Smooth, "{distance}");
            assert!((near.value - 1.0).abs() <= near.error && near.error < 1e-5, "{distance}: {near:?}");
        }
    }

    #[test]
    fn few_digits_make_a_staircase_and_not_a_slope_of_zero() {
        let found = at(0.7, |x| (x * x * 1000.0).round() / 1000.0);
        assert!((found.value - 1.4).abs() <= found.error && found.error > 1e-3, "{found:?}");
        // constant is no staircase
        let flat = at(0.7, |x| if x > 2.0 { x } else { 2.0 });
        assert!(flat.value == 0.0 && flat.error < 1e-9, "{flat:?}");
    }

    #[test]
    fn one_side_is_enough_at_a_bound() {
        let f = |x: f64| if x < 1.0 { f64::NAN } else { x * x };
        let found = slope(1.0, &rungs(1.0, 0.0773, 8, f), Sides::Above, 1e-15);
        assert!((found.value - 2.0).abs() <= found.error && found.error < 1e-7, "{found:?}");
    }
}
