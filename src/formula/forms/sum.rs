//! `sum(i, first, last, body)` and `sum(v)`.

use super::{Form, over_all};
use crate::formula::graph::Reduction;

pub static ENTRY: Form = Form {
    name: "sum",
    example: "sum(i, 1, n, x(i)^2)",
    doc: "The sum of the body over the index i from 1 to n; 0 where there is nothing to add. `sum(v)` adds a whole array.",
    plain: None,
    over: Some(|g, r, body| g.reduce(Reduction::Sum, r.level, r.first, r.last, body)),
    arrays: Some((1, |g, arrays, level| over_all(g, Reduction::Sum, arrays, level, |_, c| c[0]))),
};
