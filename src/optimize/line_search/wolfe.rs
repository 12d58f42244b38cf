//! A point that satisfies the strong Wolfe conditions: f has fallen enough and the slope is flat enough.
//!
//! More and Thuente 1994, *Line search algorithms with guaranteed sufficient decrease*: an interval that holds such a point
//! shrinks around it, trial points come from cubics and parabolas. Close to a minimum, where differences of f are rounding alone,
//! the approximate conditions of Hager and Zhang 2005 decide, which look at slopes.

use super::evaluate;
use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Iterate};
use crate::optimize::vector::dot;

/// The conditions' constants.
#[derive(Clone, Copy, Debug)]
pub struct Wolfe {
    /// f(x + a d) <= f + c1 a d'g.
    pub c1: f64,
    /// |d'g(x + a d)| <= c2 |d'g|.
    pub c2: f64,
}

/// The most trial points.
const MOST: u32 = 40;
/// Relative differences of f below this are taken for rounding.
const NOISE: f64 = 1e-12;

/// A point of phi(a) = f(x + a d): where, its value, its slope.
#[derive(Clone, Copy, Debug)]
struct Point {
    a: f64,
    f: f64,
    d: f64,
}

/// A step length a <= `room` that satisfies the conditions, `next` being evaluated there; the best found if the trials run
/// out. `None` where no a > 0 lowers f, or the direction does not descend.
pub fn wolfe(
    at: &Iterate,
    direction: &[f64],
    first: f64,
    room: f64,
    conditions: Wolfe,
    next: &mut Iterate,
    around: &mut Around,
) -> Result<Option<f64>, EvaluationError> {
    let Wolfe { c1, c2 } = conditions;
    let start = Point { a: 0.0, f: at.value, d: dot(&at.gradient, direction) };
    if !(start.d < 0.0) || !start.d.is_finite() {
        return Ok(None);
    }
    let (mut best, mut other) = (start, start);
    let mut bracketed = false;
    let mut auxiliary = true; // stage 1: psi(a) = phi(a) - phi(0) - c1 a phi'(0) guides the interval
    let mut width = [f64::INFINITY; 2];
    let mut limit = room;
    let mut a = if first < limit { first } else { limit };
    let mut evaluated = f64::NAN;
    for _ in 0..MOST {
        evaluate(at, direction, a, next, around)?;
        evaluated = a;
        let found = Point { a, f: next.value, d: dot(&next.gradient, direction) };
        if !found.f.is_finite() || !found.d.is_finite() {
            // outside the domain: the next trial lies nearer
            limit = a;
            a = best.a + 0.1 * (a - best.a);
            if !(a > best.a * (1.0 + 1e-12)) || a < 1e-300 {
                break;
            }
            continue;
        }
        let enough = start.f + c1 * a * start.d;
        let falls = found.f <= enough;
        let rounding = (found.f - start.f).abs() <= NOISE * start.f.abs();
        let approximate = rounding && (2.0 * c1 - 1.0) * start.d >= found.d && found.d >= c2 * start.d;
        if falls && found.d.abs() <= -c2 * start.d || approximate {
            return Ok(Some(a));
        }
        if a >= room && falls && found.d <= c1 * start.d {
            return Ok(Some(a)); // f still falls at the end of the box
        }
        if auxiliary && falls && found.d >= 0.0 {
            auxiliary = false;
        }
        let shifted = |p: Point| Point { f: p.f - start.f - c1 * p.a * start.d, d: p.d - c1 * start.d, ..p };
        let shift = auxiliary && found.f <= best.f && !falls;
        let seen = |p: Point| if shift { shifted(p) } else { p };
        let trial = trial(seen(best), seen(other), seen(found), bracketed, best.a, limit);
        // the interval's new ends
        if seen(found).f > seen(best).f {
            other = found;
            bracketed = true;
        } else {
            if seen(found).d * seen(best).d < 0.0 {
                other = best;
                bracketed = true;
            }
            best = found;
        }
        a = trial;
        if bracketed {
            let span = (other.a - best.a).abs();
            if span > 0.66 * width[0] {
                a = best.a + 0.5 * (other.a - best.a);
            }
            width = [width[1], span];
            let (low, high) = if best.a < other.a { (best.a, other.a) } else { (other.a, best.a) };
            if !(a > low && a < high) {
                a = low + 0.5 * (high - low);
            }
            if span <= 1e-15 * high {
                break;
            }
        } else {
            let (low, high) = (best.a + 1.1 * (best.a - other.a), best.a + 4.0 * (best.a - other.a));
            let high = if best.a == other.a { 4.0 * a } else { high };
            a = clamp(a, low, high);
        }
        if a > limit {
            a = limit;
        }
    }
    if best.a > 0.0 && best.f < start.f {
        if evaluated != best.a {
            evaluate(at, direction, best.a, next, around)?;
        }
        return Ok(Some(best.a));
    }
    Ok(None)
}

fn clamp(x: f64, low: f64, high: f64) -> f64 {
    match x {
        x if x < low => low,
        x if x > high => high,
        x if x.is_nan() => low,
        x => x,
    }
}

/// The next trial: four cases by what the newest point shows. More and Thuente 1994, section 4.
fn trial(best: Point, other: Point, found: Point, bracketed: bool, low: f64, limit: f64) -> f64 {
    let (a, b) = (best, found);
    // the cubic through both values and slopes
    let theta = 3.0 * (a.f - b.f) / (b.a - a.a) + a.d + b.d;
    let scale = [theta.abs(), a.d.abs(), b.d.abs()].into_iter().fold(0.0, |m: f64, x| if x > m { x } else { m });
    let root = |sign: f64| {
        let inside = (theta / scale) * (theta / scale) - (a.d / scale) * (b.d / scale);
        let inside = if inside > 0.0 { inside } else { 0.0 };
        sign * scale * inside.sqrt()
    };
    let secant = b.a + b.d / (b.d - a.d) * (a.a - b.a);
    if b.f > a.f {
        let gamma = root(if b.a < a.a { -1.0 } else { 1.0 });
        let r = (gamma - a.d + theta) / (gamma - a.d + gamma + b.d);
        let cubic = a.a + r * (b.a - a.a);
        let parabola = a.a + a.d / ((a.f - b.f) / (b.a - a.a) + a.d) / 2.0 * (b.a - a.a);
        return if (cubic - a.a).abs() < (parabola - a.a).abs() { cubic } else { cubic + (parabola - cubic) / 2.0 };
    }
    if a.d * b.d < 0.0 {
        let gamma = root(if b.a > a.a { -1.0 } else { 1.0 });
        let r = (gamma - b.d + theta) / (gamma - b.d + gamma + a.d);
        let cubic = b.a + r * (a.a - b.a);
        return if (cubic - b.a).abs() > (secant - b.a).abs() { cubic } else { secant };
    }
    if b.d.abs() < a.d.abs() {
        let gamma = root(if b.a > a.a { -1.0 } else { 1.0 });
        let r = (gamma - b.d + theta) / (gamma + (a.d - b.d) + gamma);
        let cubic = match r {
            r if r < 0.0 && gamma != 0.0 => b.a + r * (a.a - b.a),
            _ if b.a > a.a => limit,
            _ => low,
        };
        if bracketed {
            let nearer = if (cubic - b.a).abs() < (secant - b.a).abs() { cubic } else { secant };
            let most = b.a + 0.66 * (other.a - b.a);
            return if b.a > a.a {
                if nearer < most { nearer } else { most }
            } else if nearer > most {
                nearer
            } else {
                most
            };
        }
        return if (cubic - b.a).abs() > (secant - b.a).abs() { cubic } else { secant };
    }
    if bracketed {
        let theta = 3.0 * (b.f - other.f) / (other.a - b.a) + other.d + b.d;
        let scale =
            [theta.abs(), other.d.abs(), b.d.abs()].into_iter().fold(0.0, |m: f64, x| if x > m { x } else { m });
        let inside = (theta / scale) * (theta / scale) - (other.d / scale) * (b.d / scale);
        let inside = if inside > 0.0 { inside } else { 0.0 };
        let gamma = if b.a > other.a { -scale * inside.sqrt() } else { scale * inside.sqrt() };
        let r = (gamma - b.d + theta) / (gamma - b.d + gamma + other.d);
        return b.a + r * (other.a - b.a);
    }
    if b.a > a.a { limit } else { low }
}
