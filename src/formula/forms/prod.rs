//! `prod(i, first, last, body)` and `prod(v)`.

use super::{Form, over_all};
use crate::formula::graph::Reduction;

pub static ENTRY: Form = Form {
    name: "prod",
    example: "prod(i, 1, n, x(i)^2)",
    doc: "The product of the body over an index; 1 of nothing. `prod(v)` multiplies a whole array.",
    plain: None,
    over: Some(|g, r, body| g.reduce(Reduction::Prod, r.level, r.first, r.last, body)),
    arrays: Some((1, |g, arrays, level| over_all(g, Reduction::Prod, arrays, level, |_, c| c[0]))),
};
