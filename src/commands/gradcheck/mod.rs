//! `gradus gradcheck`: is this gradient right, and if not, what is wrong with it?

mod answers;
mod claims;
mod files;
mod options;
mod plan;
mod problem;
mod program;
mod reports;
mod result;
mod run;
mod view;

pub use options::{GradcheckOptions, SchemeName};

use super::outcome::{Outcome, Outputs};
use super::registry::Verb;
use super::request::Request;
use super::session::Job;
use crate::spec::Spec;

/// The verb.
pub struct Gradcheck;

impl Verb for Gradcheck {
    type Options = GradcheckOptions;
    const NAME: &'static str = "gradcheck";
    const ABOUT: &'static str = "Is this gradient right? And if not, what is wrong with it";
    const EXAMPLES: &'static str = "  \
  gradus gradcheck -f 'x^2*y + sin(x*y)' --at x=1,y=2 --claim 'x=2*x*y + y*cos(x*y)' --claim 'y=x^2 + x*cos(x*y)'
  gradus gradcheck model.toml --random-points 10
  gradus gradcheck model.toml --format junit -o report.xml
  gradus gradcheck -f 'x^2*y' --claims dump.csv
  gradus gradcheck model.toml --emit-points ask.csv; ./cluster < ask.csv > told.csv; gradus gradcheck model.toml --values told.csv";
    const ROWS: Option<&'static str> = Some("gradcheck.claims");
    const PATHS: &'static [&'static str] = &["gradcheck.claims", "gradcheck.points", "gradcheck.values"];
    const OUTPUTS: &'static [&'static str] = &["gradcheck.sweep", "gradcheck.emit_points"];
    const NOT_YET: &'static [&'static str] = &[];
    const DOCUMENTS: &'static [&'static str] = &["junit", "github"];

    fn defaults(options: &mut GradcheckOptions, _: &Spec) {
        options.threshold.get_or_insert(1e-5);
        options.scheme.get_or_insert_default();
        options.time_limit.get_or_insert(120.0);
    }

    fn run(request: &Request<GradcheckOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
        run::run(request, job, outputs)
    }
}
