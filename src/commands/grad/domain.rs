//! The box of a search: the variables' min and max, or `--box`.

use super::GradOptions;
use super::plan::Plan;
use super::problem::PlanError;
use crate::commands::problem::constant;
use crate::commands::problem::error::ProblemError;
use crate::commands::request::Request;
use crate::error::{Located, nearest};
use crate::numeric::interval::Interval;
use crate::spec::{Piece, bindings, parts};

/// The range of each variable that has one: `[wrt]`.
pub fn ranges(request: &Request<GradOptions>, plan: &Plan) -> Result<Vec<Option<Interval>>, Located> {
    let side = |&k: &usize| {
        let (lo, hi) = (plan.ground.lower[k], plan.ground.upper[k]);
        (lo.is_finite() && hi.is_finite() && lo < hi).then(|| Interval::new(lo, hi))
    };
    let mut found: Vec<Option<Interval>> = plan.ground.by.iter().map(side).collect();
    let Some(text) = request.text("grad.box") else { return Ok(found) };
    let mut seen: Vec<String> = Vec::new();
    for binding in bindings(&text)? {
        let whole = binding.value.span();
        let Some((name, span)) = binding.name else { return Err(text.locate_at(PlanError::BadRange, whole)) };
        let Some(variable) = plan.wrt_layout.find(&name) else {
            let near = nearest(&name, plan.wrt_layout.variables().iter().map(|v| v.name.as_str())).map(String::from);
            return Err(text.locate_at(ProblemError::UnknownVariable { name, near }, span));
        };
        if seen.contains(&name) {
            return Err(text.locate_at(ProblemError::Twice { name, flag: "" }, span));
        }
        let Piece::Text(value) = binding.value else { return Err(text.locate_at(PlanError::BadRange, whole)) };
        let [from, to] = parts(&text, value, ':')?[..] else { return Err(text.locate_at(PlanError::BadRange, whole)) };
        let (lo, hi) = (constant(&text, from)?, constant(&text, to)?);
        if !(lo < hi) {
            return Err(text.locate_at(PlanError::EmptyRange { name }, whole));
        }
        // a vector's name is that of all its components
        found[variable.range.clone()].fill(Some(Interval::new(lo, hi)));
        seen.push(name);
    }
    Ok(found)
}
