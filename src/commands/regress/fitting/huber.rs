//! Huber's regression.

use super::super::options::RegressOptions;
use super::super::plan::Plan;
use super::super::problem::PlanError;
use super::super::run::in_files;
use super::answers::end_answers;
use super::{Estimable, Fitted, confidence, empty_fit};
use crate::commands::json;
use crate::commands::outcome::Warning;
use crate::commands::request::Request;
use crate::regress::glm::End;
use crate::regress::inference::coefficients;
use crate::regress::{huber, linear};
use serde_json::Map;

/// Fits.
pub fn fit(plan: &Plan, data: &Estimable<'_>, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let names = data.names();
    if request.options.trace.is_some() {
        let problem = PlanError::Conflict { flag: "--trace", with: "the family huber".into() };
        return Err(request.locate("regress.trace", problem).into());
    }
    let found = {
        let most = request.options.max_iterations.unwrap_or(1000);
        huber::fit(&data.source(), &data.gram, most).map_err(in_files(plan))?
    };
    let mut answers = Vec::new();
    let end = if found.converged { End::Converged } else { End::MaxIterations };
    let mut more = Map::new();
    let status = end_answers(&end, &names, "huber", &mut answers, &mut more);
    let mut fit = empty_fit(data, names.len());
    let zero = vec![0.0; names.len()];
    fit.condition_number = linear::fit(&data.gram, &zero, &zero).fit.condition_number;
    fit.sigma = found.sigma;
    let coefficients = coefficients(&names, &found.estimates, &found.errors, f64::INFINITY, confidence(request));
    more.insert("iterations".into(), found.iterations.into());
    more.insert("outliers".into(), found.outliers.into());
    more.insert("k".into(), json::number(huber::K));
    let (beta, classes) = (vec![found.estimates], Vec::new());
    let (mut warnings, trace) = (Vec::new(), Vec::new());
    if found.sigma == 0.0 {
        let message = match data.constant_target {
            Some(_) => {
                "the target is the same in every row: the residuals have no scale, and there are no standard errors"
            }
            None => "half of the residuals or more are 0: they have no scale, and there are no standard errors",
        };
        warnings.push(Warning { code: "scale_of_0", facts: Map::new(), message: message.into() });
    }
    Ok(Fitted { coefficients, beta, fit, status, answers, warnings, trace, more, classes })
}
