//! `min(i, first, last, body)` and `min(v)`; `min(x, y, ...)` of numbers is a function.

use super::{Form, over_all};
use crate::formula::graph::Reduction;

pub static ENTRY: Form = Form {
    name: "min",
    example: "min(i, 1, n, x(i))",
    doc: "The smallest value of the body over an index i that is no declared name; `min(v)` of a whole array.",
    plain: None,
    over: Some(|g, r, body| g.reduce(Reduction::Min, r.level, r.first, r.last, body)),
    arrays: Some((1, |g, arrays, level| over_all(g, Reduction::Min, arrays, level, |_, c| c[0]))),
};
