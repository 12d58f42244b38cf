//! Points from the rows of a file: stub until the reader is there.

use std::path::Path;

use super::GradOptions;
use super::problem::PlanError;
use super::run::PointSink;
use crate::commands::outcome::{Outcome, Outputs};
use crate::commands::request::Request;

pub fn run(
    request: &Request<GradOptions>,
    _: &mut PointSink<'_>,
    _: &Path,
    _: &[Option<f64>],
    _: &[(String, usize)],
    _: &mut Outputs,
    _: &mut Outcome,
) -> anyhow::Result<()> {
    Err(request.locate("grad.points", PlanError::NotYet { what: "points" }).into())
}
