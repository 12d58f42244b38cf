//! One variable: a critical point whose second derivative is 0 is settled by the first derivative that is not.
//!
//! Is f^(k) of one sign in an interval, and are f', ..., f^(k-1) exactly 0 at a point of it, then f'(x) is
//! f^(k)(xi) (x - a)^(k-1)/(k-1)!, which is 0 at that point alone: x^3 has an inflection at 0, x^4 a minimum.

use super::CriticalPoint;
use crate::calculus::classify::Class;
use crate::engine::Enclosure;
use crate::formula::graph::NodeId;
use crate::numeric::interval::Interval;
use crate::objective::Formula;

/// Derivatives are taken up to this order.
const HIGHEST_ORDER: usize = 12;

/// The one critical point in `cell`, if this way proves it.
pub fn settle(f: &Formula, inputs: &[f64], cell: Interval) -> Option<CriticalPoint> {
    let mut f = f.clone();
    let variable = f.variables[0];
    let place = f.input_index(variable);
    let mut derivatives: Vec<NodeId> = vec![f.gradient[0]];
    let wide = Interval::new(cell.lo - 1e-9 * cell.width(), cell.hi + 1e-9 * cell.width());
    let over = |f: &Formula, node: NodeId, x: Interval| {
        let mut point: Vec<Interval> = inputs.iter().map(|&x| Interval::point(x)).collect();
        point[place] = x;
        Enclosure::new(&f.graph, node).of(&point)
    };
    for k in 2..=HIGHEST_ORDER {
        let last = derivatives[derivatives.len() - 1];
        let next = f.partial(last, variable);
        derivatives.push(next);
        let range = over(&f, next, wide);
        if !range.is_continuous() || !range.is_bounded() {
            return None;
        }
        if range.lo <= 0.0 && 0.0 <= range.hi {
            continue;
        }
        let at = super::simple(cell, cell);
        let zero = |node: &NodeId| {
            let r = over(&f, *node, Interval::point(at));
            r.lo == 0.0 && r.hi == 0.0 && r.is_continuous()
        };
        if !derivatives[..k - 1].iter().all(zero) {
            return None;
        }
        let class = match (k % 2 == 0, range.lo > 0.0) {
            (true, true) => Class::Minimum,
            (true, false) => Class::Maximum,
            _ => Class::Inflection,
        };
        let point = Interval::point(at);
        let second = over(&f, derivatives[1], point).midpoint();
        let value = over(&f, f.value, point);
        let index = usize::from(class == Class::Maximum);
        return Some(CriticalPoint {
            at: vec![at],
            alone_in: vec![wide],
            enclosure: vec![point],
            value,
            eigenvalues: vec![second],
            index,
            class,
        });
    }
    None
}
