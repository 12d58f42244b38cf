//! `gradus grad`: slopes of a formula in every direction.

mod arrays;
mod data;
mod facts;
mod grid;
mod options;
mod plan;
mod problem;
mod rows;
mod run;
mod study;
mod summary;
mod view;

mod certify;
mod critical;
mod curve;
mod differentiability;
mod domain;
mod emit;
mod fisher;
mod level;
mod linearize;
mod metric;
mod path;
mod text;

pub(super) use options::delimiter;
pub use options::{GradOptions, MissingPolicy};
pub(super) use rows::{tell_rows, tell_rows_of};

use super::outcome::{Outcome, Outputs};
use super::registry::Verb;
use super::request::Request;
use super::session::Job;
use crate::spec::Spec;

/// The verb.
pub struct Grad;

impl Verb for Grad {
    type Options = GradOptions;
    const NAME: &'static str = "grad";
    const ABOUT: &'static str = "Slopes of a formula: at a point, over a grid, or over the rows of a file";
    const EXAMPLES: &'static str = "  \
  gradus grad -f 'x^2*y + sin(x*y)' --at x=1,y=2
  gradus grad -f 'x^2 + y^2' --at x=1,y=1 --direction northeast=1,1
  gradus grad spec.toml --points points.csv -o slopes.csv
  gradus grad -f 'x^2 - y^2' --grid x=-2:2:41,y=-2:2:41 -o grid.csv";
    const ROWS: Option<&'static str> = Some("grad.points");
    const PATHS: &'static [&'static str] = &["grad.points"];
    const OUTPUTS: &'static [&'static str] = &["grad.level_curve"];
    const NOT_YET: &'static [&'static str] = &[];

    fn defaults(options: &mut GradOptions, _: &Spec) {
        options.missing.get_or_insert_default();
    }

    fn run(request: &Request<GradOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
        run::run(request, job, outputs)
    }
}
