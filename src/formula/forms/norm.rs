//! `norm(v)`.

use super::Form;
use crate::formula::functions;

pub static ENTRY: Form = Form {
    name: "norm",
    example: "norm(v)",
    doc: "The Euclidean norm of an array: the root of the sum of its squares.",
    plain: None,
    over: None,
    arrays: Some((1, |g, arrays, level| {
        let squares = super::norm2::squares(g, arrays, level);
        g.apply(functions::SQRT, &[squares])
    })),
};
