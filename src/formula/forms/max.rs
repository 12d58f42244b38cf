//! `max(i, first, last, body)` and `max(v)`; `max(x, y, ...)` of numbers is a function.

use super::{Form, over_all};
use crate::formula::graph::Reduction;

pub static ENTRY: Form = Form {
    name: "max",
    example: "max(i, 1, n, x(i))",
    doc: "The largest value of the body over an index i that is no declared name; `max(v)` of a whole array.",
    plain: None,
    over: Some(|g, r, body| g.reduce(Reduction::Max, r.level, r.first, r.last, body)),
    arrays: Some((1, |g, arrays, level| over_all(g, Reduction::Max, arrays, level, |_, c| c[0]))),
};
