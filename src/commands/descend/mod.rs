//! `gradus descend`: walks down a formula, a loss over rows, a likelihood or a program of the user's.

mod checkpoint;
mod chosen;
mod ended;
mod external;
mod inference;
mod likelihood;
mod options;
mod plan;
mod problem;
mod result;
mod rows;
mod run;
mod smoothness;
mod solve;
mod table;
mod trace;
mod view;
mod watch;

pub use options::{CourseName, DescendOptions, FisherName, MissingName, RuleName};

use super::outcome::{Outcome, Outputs};
use super::registry::Verb;
use super::request::Request;
use super::session::Job;
use crate::spec::Spec;

/// The verb.
pub struct Descend;

impl Verb for Descend {
    type Options = DescendOptions;
    const NAME: &'static str = "descend";
    const ABOUT: &'static str = "Walk down (or up) a formula, a loss over rows, a likelihood, or a program of your own";
    const EXAMPLES: &'static str = "  \
  gradus descend -f 'x^2 + 4*y^2' --start x=2,y=1
  gradus descend -f 'x^2 + y^2' --start x=3,y=4 --method gradient-descent --learning-rate 0.1 --trace steps.csv
  gradus descend decay.toml -o fit.json -o fit.csv
  gradus descend model.toml --methods bfgs,lbfgs,newton --trace compared.csv
  gradus descend loss.toml --batch-size 256 --epochs 20 --checkpoint run.ckpt";
    const ROWS: Option<&'static str> = Some("data.file");
    const PATHS: &'static [&'static str] = &["descend.checkpoint", "descend.resume"];
    const OUTPUTS: &'static [&'static str] = &["descend.trace", "descend.point"];
    const REWRITES: &'static [(&'static str, &'static str)] = &[("descend.checkpoint", "descend.resume")];
    const NOT_YET: &'static [&'static str] = &[];
    const WHERE: &'static [&'static str] = &["resume", "checkpoint", "checkpoint_every"];

    // what the problem, the rows or the method decide stays unsaid
    fn defaults(options: &mut DescendOptions, spec: &Spec) {
        if spec.data.is_some() {
            options.missing.get_or_insert_default();
            options.confidence.get_or_insert(0.95);
        }
        if spec.command.is_some() {
            options.time_limit.get_or_insert(120.0);
        }
        if options.batch_size.is_some() {
            options.epochs.get_or_insert(10);
        }
        if options.trace.is_some() {
            options.trace_every.get_or_insert(1);
        }
    }

    fn run(request: &Request<DescendOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
        run::run(request, job, outputs)
    }
}
