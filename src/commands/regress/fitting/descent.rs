//! Fits by methods of descent, and what is said of them.

use super::super::options::{RegressOptions, SolverName};
use super::super::plan::Plan;
use super::super::run::in_files;
use super::Estimable;
use crate::commands::json;
use crate::commands::outcome::Answer;
use crate::commands::request::Request;
use crate::error::Located;
use crate::optimize::stop::Criterion;
use crate::regress::descent::{Kind, Walk, Way, walk};
use crate::regress::rows::Rows;
use serde_json::{Map, Value};

/// Rows of a batch of sgd unless said.
const BATCH: usize = 256;

/// Walks down by the plan's solver, which must be a method of descent. The columns of `dependent` stay at 0.
pub fn by_descent(
    plan: &Plan,
    data: &Estimable<'_>,
    request: &Request<RegressOptions>,
    kind: Kind,
    l2: &[f64],
    dependent: &[(usize, Vec<usize>)],
) -> Result<Walk, Located> {
    let options = &request.options;
    let source = data.source();
    let rows = Rows::new(&source, &data.gram.silenced(dependent.iter().map(|d| d.0)));
    let said = options.batch_size.map(|b| b as usize);
    let way = Way {
        method: plan.solver.method().unwrap_or("lbfgs"),
        batch: if plan.solver == SolverName::Sgd { said.or(Some(BATCH)) } else { said },
        rate: options.learning_rate,
        max_iterations: options.max_iterations,
        seed: request.seed,
    };
    walk(&rows, &source, kind, l2, way).map_err(in_files(plan))
}

/// The status of a walk, its answer where it did not arrive, and its keys of the result.
pub fn tell(found: &Walk, answers: &mut Vec<Answer>, more: &mut Map<String, Value>) -> &'static str {
    more.insert("iterations".into(), found.iterations.into());
    more.insert("learning_rate".into(), found.rate.map_or(Value::Null, json::number));
    more.insert("stop".into(), found.stop.message.as_str().into());
    if found.converged {
        return "fitted";
    }
    let (word, status) = match found.stop.criterion {
        Criterion::Diverged => ("diverged", "diverged"),
        Criterion::Stalled => ("stalled", "stalled"),
        _ => ("max-iterations", "max_iterations"),
    };
    answers.push(Answer { word, message: found.stop.message.clone() });
    status
}
