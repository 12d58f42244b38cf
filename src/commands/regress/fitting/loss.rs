//! A loss of the user's own.

use super::super::options::RegressOptions;
use super::super::plan::Plan;
use super::super::problem::PlanError;
use super::super::run::in_files;
use super::answers::end_answers;
use super::{Estimable, Fitted, confidence, empty_fit, penalties, unscaled};
use crate::commands::json;
use crate::commands::outcome::{Answer, Warning};
use crate::commands::request::Request;
use crate::error::Located;
use crate::regress::glm::End;
use crate::regress::inference::coefficients;
use crate::regress::linear;
use crate::regress::loss::{self, LossEnd};
use crate::regress::rows::Rows;
use serde_json::Map;

/// Fits.
pub fn fit(plan: &Plan, data: &Estimable<'_>, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let names = data.names();
    let Some((loss, _)) = &plan.loss else { return Err(Located::new(PlanError::NoPrediction).into()) };
    let source = data.source();
    let rows = Rows::new(&source, &data.gram);
    let (l2, _) = penalties(plan, &data.gram, request);
    let zero = vec![0.0; names.len()];
    let plain = linear::fit(&data.gram, &zero, &zero).fit;
    let spread = (plain.null_deviance / plain.n as f64).sqrt();
    let spread = if spread > 0.0 && spread.is_finite() { spread } else { 1.0 };
    let most = request.options.max_iterations.unwrap_or(100);
    let found = loss::fit(&rows, loss, &l2, spread, most).map_err(in_files(plan))?;
    let (mut answers, mut warnings, mut more) = (Vec::new(), Vec::new(), Map::new());
    let status = match found.end {
        LossEnd::Converged => "fitted",
        LossEnd::MaxIterations => end_answers(&End::MaxIterations, &names, "loss", &mut answers, &mut more),
        LossEnd::Diverged => {
            let message = "the loss falls without end, straight down: it has no minimum".to_string();
            answers.push(Answer { word: "diverged", message });
            "diverged"
        }
        LossEnd::Stalled => {
            let message = "no step makes the loss smaller, and this is no minimum".to_string();
            answers.push(Answer { word: "stalled", message });
            "stalled"
        }
    };
    if found.smoothing > 0.0 {
        let facts = Map::from_iter([("width".to_string(), json::number(found.smoothing))]);
        let message = format!(
            "the loss has corners: it was smoothed over a width that fell to {:.1e}, and there are no standard errors",
            found.smoothing
        );
        warnings.push(Warning { code: "loss_smoothed", facts, message });
    }
    let (estimates, errors) = unscaled(&data.gram, &found.g, found.covariance.as_ref(), 1.0);
    let mut fit = empty_fit(data, names.len());
    fit.condition_number = plain.condition_number;
    more.insert("loss".into(), json::number(found.loss));
    more.insert("mean_loss".into(), json::number(found.loss / data.gram.weight.hi));
    more.insert("iterations".into(), found.trace.len().saturating_sub(1).into());
    let coefficients = coefficients(&names, &estimates, &errors, f64::INFINITY, confidence(request));
    let (beta, classes) = (vec![estimates], Vec::new());
    Ok(Fitted { coefficients, beta, fit, status, answers, warnings, trace: found.trace, more, classes })
}
