//! What `grad` can be asked beside slopes: one file a study, one line in [`STUDIES`].
//!
//! A study is planned from the request before any work, so that a wrong one leaves no file. It then speaks at each point
//! ([`Study::at_point`]) or once for the whole run ([`Study::whole`]).

use serde_json::Value;

use super::facts::Facts;
use super::plan::Plan;
use super::problem::PlanError;
use super::{GradOptions, certify, critical, curve, differentiability, emit, level, linearize, metric, path};
use crate::commands::outcome::{Answer, Outcome, Outputs};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::objective::Formula;

/// What a study has found: a key of the result, lines of the report, answers "no".
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// The key's value.
    pub json: Value,
    /// Lines, indented by two blanks.
    pub report: String,
    /// Every "no".
    pub answers: Vec<Answer>,
}

/// A point to be studied.
pub struct Spot<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The formula with its gradient.
    pub formula: &'a Formula,
    /// All graph inputs of the point.
    pub inputs: &'a [f64],
    /// What is known of it.
    pub facts: &'a Facts,
    /// The surroundings.
    pub job: &'a Job,
}

impl Spot<'_> {
    /// The values of the variables that are differentiated by: `[wrt]`.
    pub fn by(&self) -> Vec<f64> {
        self.formula.variables.iter().map(|&v| self.inputs[self.formula.input_index(v)]).collect()
    }
}

/// A planned study.
pub trait Study: Send + Sync {
    /// What it says of a point; `None` where it is not about single points.
    fn at_point(&self, _: &Spot<'_>) -> Result<Option<Finding>, Located> {
        Ok(None)
    }

    /// What it says of the whole run, into the outcome and the tables.
    fn whole(&self, _: &Plan, _: &Formula, _: &Job, _: &mut Outputs, _: &mut Outcome) -> anyhow::Result<()> {
        Ok(())
    }

    /// Whether its rows are the table that `-o FILE.csv` means.
    fn has_table(&self) -> bool {
        false
    }

    /// Whether the report is its text alone.
    fn speaks_alone(&self) -> bool {
        false
    }
}

/// What planning gives: nothing where the study is not asked for.
pub type Planned = Result<Option<Box<dyn Study>>, Located>;

/// A kind of study.
pub struct Kind {
    /// The key in the result.
    pub key: &'static str,
    /// The key in the request that asks for it.
    pub option: &'static str,
    /// What it is called in messages.
    pub name: &'static str,
    /// Whether it knows what to do with a formula over the rows of `[data]`.
    pub over_rows: bool,
    /// Whether it is about single points, which tables have no place for.
    pub of_points: bool,
    /// Plans it where it is asked for.
    pub plan: fn(&Request<GradOptions>, &Plan) -> Planned,
}

/// All studies, in the order of the result.
pub static STUDIES: &[Kind] = &[
    level::KIND,
    linearize::KIND,
    differentiability::KIND,
    metric::KIND,
    certify::KIND,
    curve::KIND,
    path::KIND,
    critical::KIND,
    emit::KIND,
];

/// The studies of a run.
#[derive(Default)]
pub struct Studies(pub Vec<(&'static Kind, Box<dyn Study>)>);

impl Studies {
    /// Plans what is asked for. Fails at the first study that does not go with the request.
    pub fn plan(request: &Request<GradOptions>, plan: &Plan, rows: bool) -> Result<Studies, Located> {
        let mut studies = Studies::default();
        for kind in STUDIES {
            if let Some(study) = (kind.plan)(request, plan)? {
                let at = format!("grad.{}", kind.option);
                if plan.data.is_some() && !kind.over_rows {
                    return Err(request.locate(&at, PlanError::NotOverRows { what: kind.name }));
                }
                if rows && kind.of_points {
                    return Err(request.locate(&at, PlanError::NotInTable { what: kind.name }));
                }
                studies.0.push((kind, study));
            }
        }
        let tables: Vec<&'static Kind> = studies.0.iter().filter(|s| s.1.has_table()).map(|s| s.0).collect();
        if let [first, second, ..] = tables[..]
            && rows
        {
            let problem = PlanError::TwoTables { first: first.name, second: second.name };
            return Err(request.locate(&format!("grad.{}", second.option), problem));
        }
        Ok(studies)
    }

    /// What all of them say of a point.
    pub fn at_point(&self, spot: &Spot<'_>) -> Result<Vec<(&'static str, Finding)>, Located> {
        let mut found = Vec::new();
        for (kind, study) in &self.0 {
            found.extend(study.at_point(spot)?.map(|finding| (kind.key, finding)));
        }
        Ok(found)
    }

    /// Whether one of them owns the table of `-o FILE.csv`.
    pub fn have_table(&self) -> bool {
        self.0.iter().any(|s| s.1.has_table())
    }

    /// Whether the report is one study's text alone.
    pub fn speak_alone(&self) -> bool {
        self.0.iter().any(|s| s.1.speaks_alone())
    }
}
