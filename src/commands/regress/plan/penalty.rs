//! How strong the penalty is, and of which kind.

use super::super::options::{PenaltyName, RegressOptions};
use super::super::problem::PlanError;
use super::Model;
use crate::commands::request::Request;
use crate::error::Located;

/// lambda and the part of absolute values, checked.
pub fn penalty(request: &Request<RegressOptions>, model: &Model) -> Result<(f64, f64), Located> {
    let options = &request.options;
    let range = |key: &str, flag, wanted, found: f64| {
        let found = request.written(key).map_or(found.to_string(), String::from);
        Err(request.locate(key, PlanError::Range { flag, wanted, found }))
    };
    let l1_ratio = match options.penalty {
        None => {
            let said = [
                ("regress.lambda", options.lambda.is_some()),
                ("regress.l1_ratio", options.l1_ratio.is_some()),
                ("regress.cv", options.cv.is_some()),
                ("regress.lambda_rule", options.lambda_rule.is_some()),
            ];
            if let Some((key, _)) = said.into_iter().find(|s| s.1) {
                return Err(request.locate(key, PlanError::NoPenalty));
            }
            return Ok((0.0, 0.0));
        }
        Some(PenaltyName::Ridge) => 0.0,
        Some(PenaltyName::Lasso) => 1.0,
        Some(PenaltyName::ElasticNet) => options.l1_ratio.unwrap_or(0.5),
    };
    if options.l1_ratio.is_some() && options.penalty != Some(PenaltyName::ElasticNet) {
        let problem = PlanError::Conflict { flag: "--l1-ratio", with: "a penalty of one kind".into() };
        return Err(request.locate("regress.l1_ratio", problem));
    }
    if !(0.0..=1.0).contains(&l1_ratio) {
        return range("regress.l1_ratio", "--l1-ratio", "a number from 0 to 1", l1_ratio);
    }
    if matches!(model, Model::Loss) && l1_ratio > 0.0 {
        let what = "penalties of absolute values for losses of one's own".into();
        let problem = PlanError::NotYet { what, many: true };
        return Err(request.locate("regress.penalty", problem));
    }
    if options.cv.is_some() {
        if !matches!(model, Model::Linear | Model::Glm(..) | Model::Multinomial) {
            let what = "cross-validation with a loss of one's own or Huber's".into();
            let problem = PlanError::NotYet { what, many: false };
            return Err(request.locate("regress.cv", problem));
        }
        if options.lambda.is_some() {
            let problem = PlanError::Conflict { flag: "--cv", with: "--lambda, which it chooses".into() };
            return Err(request.locate("regress.cv", problem));
        }
        return Ok((0.0, l1_ratio));
    }
    if options.lambda_rule.is_some() {
        let problem = PlanError::Conflict { flag: "--lambda-rule", with: "a lambda that is given: add --cv".into() };
        return Err(request.locate("regress.lambda_rule", problem));
    }
    let Some(lambda) = options.lambda else { return Err(request.locate("regress.penalty", PlanError::NoLambda)) };
    if !(lambda >= 0.0 && lambda.is_finite()) {
        return range("regress.lambda", "--lambda", "a number, 0 or more", lambda);
    }
    if matches!(model, Model::Huber) {
        let problem = PlanError::NotYet { what: "penalties with Huber's loss".into(), many: true };
        return Err(request.locate("regress.penalty", problem));
    }
    Ok((lambda, l1_ratio))
}
