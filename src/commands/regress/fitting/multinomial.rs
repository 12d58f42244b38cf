//! Several classes.

use super::super::features::Target;
use super::super::levels::Levels;
use super::super::options::{RegressOptions, RobustName};
use super::super::plan::Plan;
use super::super::problem::PlanError;
use super::super::run::in_files;
use super::answers::end_answers;
use super::{Estimable, Fitted, confidence, empty_fit, penalties, unscaled};
use crate::commands::json::number;
use crate::commands::request::Request;
use crate::error::Located;
use crate::numeric::elementary::ln;
use crate::numeric::linalg::Matrix;
use crate::regress::glm::End;
use crate::regress::inference::coefficients;
use crate::regress::rows::Rows;
use crate::regress::{linear, multinomial};
use serde_json::{Map, Value};

/// The classes of the target, the first without coefficients.
pub fn classes<'d>(plan: &Plan, levels: &'d Levels) -> Result<&'d [String], Located> {
    match plan.target {
        Target::Category(target) => Ok(&levels.names[target]),
        Target::Number(_) => {
            let what = "a formula for the classes of the target".into();
            Err(Located::new(PlanError::NotYet { what, many: false }))
        }
    }
}

/// Fits.
pub fn fit(plan: &Plan, data: &Estimable<'_>, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let names = data.names();
    let classes = classes(plan, data.levels)?.to_vec();
    let source = data.source();
    let rows = Rows::new(&source, &data.gram);
    let (l2, l1) = penalties(plan, &data.gram, request);
    let most = request.options.max_iterations.unwrap_or(100);
    let (mut answers, mut more) = (Vec::new(), Map::new());
    let found = match l1.iter().any(|l| *l > 0.0) {
        true => {
            let sparse = multinomial::lasso(&rows, classes.len(), (&l2, &l1), None, most);
            let (found, all) = sparse.map_err(in_files(plan))?;
            more.insert("class_coefficients".into(), of_all_classes(data, &classes, &all));
            found
        }
        false => multinomial::fit(&rows, classes.len(), &l2, None, most).map_err(in_files(plan))?,
    };
    let status = end_answers(&found.end, &names, "multinomial", &mut answers, &mut more);
    let exists = matches!(found.end, End::Converged | End::MaxIterations | End::Stalled);
    let (p, k) = (names.len(), classes.len() - 1);
    let (n, _) = rows.count();
    let (count, charge) = (n as f64, (p * k) as f64);
    let mut covariance = found.covariance.clone();
    if let (Some(kind), true) = (request.options.robust, exists) {
        let factor = if kind == RobustName::Hc1 { count / (count - charge) } else { 1.0 };
        let robust = multinomial::robust(&rows, classes.len(), &found).map_err(in_files(plan))?;
        covariance = robust.map(|v| Matrix::from_fn(p * k, p * k, |i, j| v[(i, j)] * factor));
        more.insert("robust".into(), format!("{kind:?}").to_lowercase().into());
    }
    let (mut table, mut beta) = (Vec::new(), Vec::new());
    for c in 0..k {
        let block = covariance
            .as_ref()
            .filter(|_| plan.lambda == 0.0 && exists)
            .map(|v| Matrix::from_fn(p, p, |i, j| v[(c * p + i, c * p + j)]));
        let (mut estimates, errors) = unscaled(&data.gram, &found.g[c * p..(c + 1) * p], block.as_ref(), 1.0);
        if !exists {
            estimates.fill(f64::NAN);
        }
        beta.push(estimates.iter().map(|b| if b.is_nan() { 0.0 } else { *b }).collect());
        let mut rows = coefficients(&names, &estimates, &errors, f64::INFINITY, confidence(request));
        rows.iter_mut().for_each(|r| r.class = Some(classes[c + 1].clone()));
        table.extend(rows);
    }
    let mut fit = empty_fit(data, p * k);
    let zero = vec![0.0; p];
    fit.condition_number = linear::fit(&data.gram, &zero, &zero).fit.condition_number;
    if exists {
        fit.log_likelihood = found.log_likelihood;
        fit.deviance = -2.0 * found.log_likelihood;
        if plan.lambda == 0.0 {
            fit.aic = fit.deviance + 2.0 * charge;
            fit.bic = fit.deviance + charge * ln(count);
        }
        let null = rows.null();
        let free = vec![0.0; null.columns];
        let alone = multinomial::fit(&null, classes.len(), &free, None, 100);
        fit.null_deviance = -2.0 * alone.map_err(in_files(plan))?.log_likelihood;
    }
    more.insert("iterations".into(), (found.trace.len().saturating_sub(1)).into());
    more.insert("base_class".into(), classes[0].as_str().into());
    Ok(Fitted {
        coefficients: table,
        beta,
        fit,
        status,
        answers,
        warnings: Vec::new(),
        trace: found.trace,
        more,
        classes,
    })
}

/// The coefficients of every class that a lasso holds, as glmnet and scikit-learn show them: the intercepts sum to 0. The table has
/// their differences from the first class.
fn of_all_classes(data: &Estimable<'_>, classes: &[String], all: &[f64]) -> Value {
    let p = all.len() / classes.len();
    let mut own: Vec<Vec<f64>> = all.chunks(p.max(1)).map(|b| unscaled(&data.gram, b, None, 1.0).0).collect();
    if data.gram.intercept {
        let mean = own.iter().map(|b| b[0]).sum::<f64>() / classes.len() as f64;
        own.iter_mut().for_each(|b| b[0] -= mean);
    }
    let names = data.names();
    let rows = classes.iter().zip(&own).flat_map(|(class, own)| {
        names.iter().zip(own).map(move |(term, b)| {
            Value::Object(Map::from_iter([
                ("class".to_string(), class.as_str().into()),
                ("term".to_string(), term.as_str().into()),
                ("estimate".to_string(), number(*b)),
            ]))
        })
    });
    Value::Array(rows.collect())
}
