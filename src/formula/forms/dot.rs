//! `dot(u, v)`.

use super::{Form, over_all};
use crate::formula::graph::Reduction;

pub static ENTRY: Form = Form {
    name: "dot",
    example: "dot(u, v)",
    doc: "The sum of the products of the components of two arrays of one shape.",
    plain: None,
    over: None,
    arrays: Some((2, |g, arrays, level| over_all(g, Reduction::Sum, arrays, level, |g, c| g.mul(c[0], c[1])))),
};
