//! Generalised linear models.

use super::super::options::RegressOptions;
use super::super::plan::Plan;
use super::super::run::in_files;
use super::answers::{alone, end_answers};
use super::descent::{by_descent, tell};
use super::{Estimable, Fitted, confidence, empty_fit, penalties, perfect, unscaled, without_errors};
use crate::commands::json;
use crate::commands::request::Request;
use crate::numeric::elementary::ln;
use crate::regress::RegressError;
use crate::regress::descent::Kind;
use crate::regress::family::{Family, Link, log_likelihood};
use crate::regress::glm::{self, End, Settings};
use crate::regress::inference::coefficients;
use crate::regress::leverage::Alone;
use crate::regress::linear;
use crate::regress::rows::Rows;
use serde_json::Map;

/// A dispersion below this is the rounding of means that are their targets.
const PERFECT: f64 = 1e-28;

/// Fits.
pub fn fit(
    plan: &Plan,
    data: &Estimable<'_>,
    request: &Request<RegressOptions>,
    family: &'static Family,
    link: &'static Link,
) -> anyhow::Result<Fitted> {
    let names = data.names();
    let fail = in_files(plan);
    let source = data.source();
    let rows = Rows::new(&source, &data.gram);
    // no class beside it, or no count at all: the likelihood grows as the intercept goes to infinity
    if let Some(value) = data.constant_target
        && (link.probability || family.name == "poisson" && link.name == "log" && value == 0.0)
    {
        return Err(fail(RegressError::ConstantTarget { value }).into());
    }
    let (l2, l1) = penalties(plan, &data.gram, request);
    let mut answers = Vec::new();
    let mut more = Map::new();
    let mut walked = None;
    let (mut start, mut most) = (None, request.options.max_iterations.unwrap_or(100));
    if plan.solver.method().is_some() {
        let walk = by_descent(plan, data, request, Kind::Family(family, link), &l2, &[])?;
        let status = tell(&walk, &mut answers, &mut more);
        // one look at where it came to: information, deviance
        (start, most) = (Some(walk.g), 0);
        walked = Some((status, walk.trace));
    }
    let settings = Settings { max_iterations: most, l2, l1, start };
    let found = glm::fit(&rows, family, link, &settings).map_err(&fail)?;
    let status = match (&walked, &found.end) {
        (Some((status, _)), End::Converged | End::MaxIterations) => status,
        // where it went is no place to ask anything
        (Some((status @ "diverged", _)), _) => status,
        (_, end) => end_answers(end, &names, family.name, &mut answers, &mut more),
    };
    let exists = matches!(found.end, End::Converged | End::MaxIterations | End::Stalled);
    let (n, _) = rows.count();
    let (p, count) = (names.len(), n as f64);
    let df = count - p as f64;
    // of as many coefficients as rows nothing is left to tell it by: R's summary.glm has NaN
    let told = match found.pearson / df {
        _ if !(df > 0.0) => f64::NAN,
        phi if phi < PERFECT => 0.0,
        phi => phi,
    };
    let phi = if family.dispersion_is_one { 1.0 } else { told };
    let arrived = status == "fitted";
    let mut covariance = if plan.lambda > 0.0 || !arrived { None } else { found.covariance.clone() };
    let mut warnings = Vec::new();
    if exists && !arrived && plan.lambda == 0.0 {
        warnings.push(without_errors());
    }
    let mut phi_of_errors = phi;
    let mut lonely = Alone::default();
    if let (Some(kind), true) = (request.options.robust, covariance.is_some()) {
        let robust = glm::robust(&rows, family, link, &found, kind as usize, df).map_err(&fail)?;
        if let Some((found, rows)) = robust {
            covariance = Some(found);
            warnings.extend(alone(&names, &rows, kind));
            lonely = rows;
        }
        phi_of_errors = 1.0;
        more.insert("robust".into(), format!("{kind:?}").to_lowercase().into());
    }
    let (mut estimates, mut errors) = unscaled(&data.gram, &found.g, covariance.as_ref(), phi_of_errors);
    lonely.silence(&mut errors);
    if !exists {
        estimates.fill(f64::NAN);
    }
    let mut fit = empty_fit(data, p);
    let zero = vec![0.0; p];
    fit.condition_number = linear::fit(&data.gram, &zero, &zero).fit.condition_number;
    if exists {
        let total = rows.sums(1, |part, from, to, out| {
            let mut eta = Vec::new();
            Rows::predictor(part, &found.g, from, to, &mut eta);
            for (k, eta) in eta.iter().enumerate() {
                let w = part.w.get(from + k).copied().unwrap_or(1.0);
                if w > 0.0 {
                    out[0] += log_likelihood(family, link, part.y[from + k], *eta, w, phi);
                }
            }
        });
        let log_likelihood = total.map_err(&fail)?[0];
        fit.sigma = phi.sqrt();
        fit.deviance = not_below_0(found.deviance);
        fit.log_likelihood = log_likelihood;
        if phi == 0.0 {
            (fit.deviance, fit.log_likelihood) = (0.0, f64::NAN);
            warnings.push(perfect());
        }
        if plan.lambda == 0.0 {
            fit.aic = -2.0 * fit.log_likelihood + 2.0 * p as f64;
            fit.bic = -2.0 * fit.log_likelihood + p as f64 * ln(count);
        }
        let null = rows.null();
        let zero = vec![0.0; null.columns];
        // without an offset the fitted mean is the mean: where Fisher scoring begins is where it ends
        let start = (plan.offset.is_none() && plan.intercept).then(|| {
            vec![{
                let mean = data.gram.mean_of_target();
                (link.predictor)(mean, 1.0 - mean)
            }]
        });
        let free = Settings { max_iterations: 100, l2: zero.clone(), l1: zero, start };
        fit.null_deviance = match glm::fit(&null, family, link, &free) {
            Ok(found) => not_below_0(found.deviance),
            Err(RegressError::OutOfRange) => f64::NAN,
            Err(e) => return Err(fail(e).into()),
        };
    }
    if walked.is_none() {
        more.insert("iterations".into(), (found.trace.len().saturating_sub(1)).into());
    }
    if exists {
        more.insert("dispersion".into(), json::number(phi));
        more.insert("pearson".into(), json::number(found.pearson));
    }
    let coefficients = coefficients(&names, &estimates, &errors, f64::INFINITY, confidence(request));
    let beta = vec![estimates.iter().map(|b| if b.is_nan() { 0.0 } else { *b }).collect()];
    Ok(Fitted {
        coefficients,
        beta,
        fit,
        status,
        answers,
        warnings,
        trace: walked.map_or(found.trace, |w| w.1),
        more,
        classes: Vec::new(),
    })
}

/// Rounding leaves a little less than 0 of a deviance of 0.
fn not_below_0(deviance: f64) -> f64 {
    if deviance < 0.0 { 0.0 } else { deviance }
}
