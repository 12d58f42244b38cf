//! `gradus regress`: fits a model to the rows of a table, explains it, applies it.

mod conflict;
mod cross;
mod data;
mod defaults;
mod draw;
mod features;
mod fitting;
mod folds;
mod glob;
mod hints;
mod inputs;
mod interactions;
mod levels;
mod means;
mod measure;
mod notes;
mod options;
mod plan;
mod predict;
mod problem;
mod rests;
mod result;
mod run;
mod solvers;
mod state;
mod store;
mod tables;
mod targets;
mod view;

pub use options::{FamilyName, LinkName, MissingRows, PenaltyName, RegressOptions, RobustName, RuleName, SolverName};

use super::outcome::{Outcome, Outputs};
use super::registry::Verb;
use super::request::Request;
use super::session::Job;
use crate::spec::Spec;
use std::path::PathBuf;

/// The verb.
pub struct Regress;

impl Verb for Regress {
    type Options = RegressOptions;
    const NAME: &'static str = "regress";
    const ABOUT: &'static str = "Fit a model to the rows of a file: linear, logistic, poisson, gamma, multinomial";
    const EXAMPLES: &'static str = "  \
  gradus regress houses.csv --target price
  gradus regress houses.csv --target price --features 'area,rooms,ln(age),poly(year, 2)' -o fit.json
  gradus regress visits.csv --target count --family poisson --offset 'ln(days)'
  gradus regress --model fit.json --predict new.csv -o predicted.csv";
    const ROWS: Option<&'static str> = Some("data.file");
    const DASH_IS_ROWS: bool = true;
    const PATHS: &'static [&'static str] =
        &["regress.merge", "regress.model", "regress.predict", "regress.files", "regress.test"];
    const OUTPUTS: &'static [&'static str] = &[
        "regress.coefficients",
        "regress.predictions",
        "regress.residuals",
        "regress.trace",
        "regress.path",
        "regress.save_state",
    ];
    const NOT_YET: &'static [&'static str] = &[];

    fn files(path: PathBuf) -> Vec<PathBuf> {
        // a pattern that finds nothing is an error where the files are opened
        glob::files(vec![path]).unwrap_or_default()
    }

    fn defaults(options: &mut RegressOptions, _: &Spec) {
        defaults::fill(options);
    }

    fn run(request: &Request<RegressOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
        run::run(request, job, outputs)
    }
}
