//! Reductions under way: blocks in the order of the index, sums compensated. Uses `numeric`.

use crate::formula::graph::Reduction;
use crate::formula::ranges::empty;
use crate::numeric::block::{Isa, LANES, per_isa};
use crate::numeric::elementary::{max, min};
use crate::numeric::sum::Sum;

/// A reduction under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Total {
    Sum(Sum),
    Other(Reduction, Option<f64>),
}

impl Total {
    pub fn new(how: Reduction) -> Total {
        match how {
            Reduction::Sum => Total::Sum(Sum::new()),
            _ => Total::Other(how, None),
        }
    }

    /// Takes a block, whole.
    pub fn block(&mut self, isa: Isa, values: &[f64]) {
        match self {
            Total::Sum(sum) => sum.add(tree_sum(isa, values)),
            Total::Other(how, so_far) => {
                for &v in values {
                    *so_far = Some(so_far.map_or(v, |t| join(*how, t, v)));
                }
            }
        }
    }

    /// Takes what came after.
    pub fn merge(&mut self, other: Total) {
        match (self, other) {
            (Total::Sum(a), Total::Sum(b)) => a.merge(b),
            (Total::Other(how, a), Total::Other(_, Some(b))) => *a = Some(a.map_or(b, |a| join(*how, a, b))),
            _ => {}
        }
    }

    pub fn value(self) -> f64 {
        match self {
            Total::Sum(sum) => sum.value(),
            Total::Other(how, total) => total.unwrap_or(empty(how)),
        }
    }
}

fn join(how: Reduction, a: f64, b: f64) -> f64 {
    match how {
        Reduction::Sum => a + b,
        Reduction::Prod => a * b,
        Reduction::Max => max(a, b),
        Reduction::Min => min(a, b),
    }
}

per_isa! {
    /// The sum of a block along a balanced tree: its shape depends on the length alone.
    fn tree_sum(values: &[f64]) -> f64 {
        let mut t = [0.0; LANES / 2];
        let mut n = values.len();
        if n <= 1 {
            return values.first().copied().unwrap_or(0.0);
        }
        let half = n.div_ceil(2);
        let (low, high) = values.split_at(half);
        for (slot, (a, b)) in t.iter_mut().zip(low.iter().zip(high)) {
            *slot = a + b;
        }
        if low.len() > high.len() {
            t[half - 1] = low[half - 1];
        }
        n = half;
        while n > 1 {
            let half = n.div_ceil(2);
            let (low, high) = t[..n].split_at_mut(half);
            low.iter_mut().zip(high.iter()).for_each(|(a, b)| *a += b);
            n = half;
        }
        t[0]
    }
}

per_isa! {
    /// Adds `x` to `sum`, component by component.
    pub(super) fn add_into(sum: &mut [f64], x: &[f64]) {
        sum.iter_mut().zip(x).for_each(|(s, x)| *s += x);
    }
}
