//! `norm2(v)`.

use super::{Form, over_all};
use crate::formula::graph::{Graph, NodeId, Reduction};

pub static ENTRY: Form = Form {
    name: "norm2",
    example: "norm2(v)",
    doc: "The squared Euclidean norm of an array: the sum of its squares.",
    plain: None,
    over: None,
    arrays: Some((1, squares)),
};

/// The sum of the squares of an array's components.
pub(super) fn squares(g: &mut Graph, arrays: &[u32], level: u32) -> NodeId {
    over_all(g, Reduction::Sum, arrays, level, |g, c| g.powk(c[0], 2.0))
}
