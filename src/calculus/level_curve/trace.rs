//! One curve followed from a point: a step along the tangent, then Newton back to the level, steps adapted to the bend.
//! Allgower and Georg 1990, chapters 2 and 6.

use super::{Branch, CurvePoint, End, Plane, measure};
use crate::numeric::elementary::{atan2, hypot};

/// The tangent turns by no more than this in a step: 6 degrees.
const TURN: f64 = 0.105;
/// More points than this are no curve to look at.
const MOST: usize = 20_000;

/// Follows the curve through the point of the level nearest to `from`, both ways, to the distance `reach`.
pub fn follow(plane: &mut Plane<'_>, from: [f64; 2], reach: f64) -> Option<Branch> {
    let start = corrected(plane, from, reach)?;
    let (mut points, end) = one_way(plane, start, 1.0, reach);
    let ends = if end == End::Closed {
        [End::Closed; 2]
    } else {
        let (other, begin) = one_way(plane, start, -1.0, reach);
        let mut whole: Vec<[f64; 2]> = other.into_iter().skip(1).rev().collect();
        whole.append(&mut points);
        points = whole;
        [begin, end]
    };
    let mut points: Vec<CurvePoint> = points.into_iter().map(|p| plane.point(p)).collect();
    measure(&mut points);
    Some(Branch { points, ends })
}

fn one_way(plane: &mut Plane<'_>, start: [f64; 2], way: f64, reach: f64) -> (Vec<[f64; 2]>, End) {
    let mut points = vec![start];
    let Some(first) = tangent(plane, start, way) else { return (points, End::Unknown) };
    let (mut here, mut along) = (start, first);
    let mut h = 0.01 * reach;
    let mut gone = 0.0;
    while points.len() < MOST {
        let ahead = [here[0] + h * along[0], here[1] + h * along[1]];
        let next = corrected(plane, ahead, 0.5 * h).filter(|p| *p != here);
        let turned = next.and_then(|p| tangent(plane, p, way).map(|t| (p, t)));
        let Some((p, t)) = turned else {
            h *= 0.5;
            if h < 1e-12 * reach {
                return (points, End::Unknown);
            }
            continue;
        };
        let turn = atan2(along[0] * t[1] - along[1] * t[0], along[0] * t[0] + along[1] * t[1]).abs();
        if !(turn <= TURN) && h > 1e-9 * reach {
            h *= 0.5;
            continue;
        }
        // past the start, and along the same line: round
        let back = [start[0] - here[0], start[1] - here[1]];
        let passed = back[0] * along[0] + back[1] * along[1];
        let beside = (back[0] * along[1] - back[1] * along[0]).abs();
        let same_way = t[0] * first[0] + t[1] * first[1] > 0.9;
        if gone > 4.0 * h && passed > 0.0 && passed <= 1.01 * h && beside < 0.3 * h && same_way {
            points.push(start);
            return (points, End::Closed);
        }
        gone += h;
        points.push(p);
        if hypot(p[0] - start[0], p[1] - start[1]) > reach {
            return (points, End::Far);
        }
        (here, along) = (p, t);
        if turn < 0.4 * TURN && h < 0.02 * reach {
            h *= 1.5;
        }
    }
    (points, End::Unknown)
}

/// The unit tangent, f's larger side on its left where `way` is 1.
fn tangent(plane: &mut Plane<'_>, p: [f64; 2], way: f64) -> Option<[f64; 2]> {
    let g = plane.gradient(p);
    let size = hypot(g[0], g[1]);
    (size > 0.0 && size.is_finite()).then(|| [-way * g[1] / size, way * g[0] / size])
}

/// Newton along the gradient to the level, no further than `reach` from `p`.
fn corrected(plane: &mut Plane<'_>, p: [f64; 2], reach: f64) -> Option<[f64; 2]> {
    let begin = p;
    let mut p = p;
    let mut best = (f64::INFINITY, p);
    for _ in 0..40 {
        let residual = plane.residual(p);
        if !residual.is_finite() {
            return None;
        }
        if residual.abs() < best.0 {
            best = (residual.abs(), p);
        } else {
            break; // no better: rounding
        }
        if residual == 0.0 {
            break;
        }
        let g = plane.gradient(p);
        let square = g[0] * g[0] + g[1] * g[1];
        if !(square > 0.0 && square.is_finite()) {
            return None;
        }
        p = [p[0] - residual * g[0] / square, p[1] - residual * g[1] / square];
        if !(hypot(p[0] - begin[0], p[1] - begin[1]) <= reach) {
            return None;
        }
    }
    let (residual, p) = best;
    // the last step would have moved by less than rounding of the coordinates
    let g = plane.gradient(p);
    let size = hypot(g[0], g[1]);
    let near = residual <= 64.0 * f64::EPSILON * (size * hypot(p[0], p[1]) + plane.level.abs());
    near.then_some(p)
}
