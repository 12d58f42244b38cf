//! `mean(i, first, last, body)` and `mean(v)`.

use super::{Form, Range, over_all};
use crate::formula::graph::{Graph, NodeId, Reduction};

pub static ENTRY: Form = Form {
    name: "mean",
    example: "mean(i, 1, n, x(i))",
    doc: "The sum over an index, divided by the number of its values; undefined of nothing. `mean(v)` of a whole array.",
    plain: None,
    over: Some(|g, r, body| {
        let sum = g.reduce(Reduction::Sum, r.level, r.first, r.last, body);
        let count = count(g, r);
        g.div(sum, count)
    }),
    arrays: Some((1, |g, arrays, level| {
        let sum = over_all(g, Reduction::Sum, arrays, level, |_, c| c[0]);
        let count = g.number(g.arrays()[arrays[0] as usize].len() as f64);
        g.div(sum, count)
    })),
};

/// last - first + 1
fn count(g: &mut Graph, r: Range) -> NodeId {
    if g.is_number(r.first, 1.0) {
        return r.last;
    }
    let steps = g.sub(r.last, r.first);
    g.shift(steps, 1.0)
}
