//! Least squares, by any of its solvers.

use super::super::options::{RegressOptions, SolverName};
use super::super::plan::Plan;
use super::super::run::in_files;
use super::answers::{alone, dependent, dependent_terms, end_answers};
use super::descent::{by_descent, tell};
use super::{Estimable, Fitted, confidence, no_degrees_of_freedom, penalties, perfect, without_errors};
use crate::commands::json;
use crate::commands::outcome::{Answer, Warning};
use crate::commands::request::Request;
use crate::numeric::sum::Dd;
use crate::numeric::text::count;
use crate::regress::descent::Kind;
use crate::regress::glm::End;
use crate::regress::inference::coefficients;
use crate::regress::{RegressError, householder, linear, robust, solvers};
use serde_json::{Map, Value};

/// Fits.
pub fn fit(plan: &Plan, data: &Estimable<'_>, request: &Request<RegressOptions>) -> anyhow::Result<Fitted> {
    let gram = &data.gram;
    let names = data.names();
    let (l2, l1) = penalties(plan, gram, request);
    let mut found = match plan.solver {
        SolverName::Householder => {
            let factor = householder::factor(&data.source(), gram, &l2).map_err(in_files(plan))?;
            linear::fit_by(gram, factor, &l2, &l1)
        }
        _ => linear::fit(gram, &l2, &l1),
    };
    let (mut answers, mut warnings, mut more, mut trace) = (Vec::new(), Vec::new(), Map::new(), Vec::new());
    let mut status = "fitted";
    if !found.dependent.is_empty() {
        status = "collinear";
        answers = dependent(&names, &found.dependent, gram, &data.design.terms);
        more.insert("dependent".into(), dependent_terms(&names, &found.dependent));
    }
    if !found.settled {
        status = end_answers(&End::MaxIterations, &names, "linear", &mut answers, &mut more);
    }
    let p = names.len();
    match plan.solver {
        SolverName::Gram | SolverName::Householder | SolverName::Newton => {}
        SolverName::Qr if found.dependent.is_empty() => {
            let scaled = solvers::qr(&data.source(), gram).map_err(in_files(plan))?;
            found.estimates = linear::in_table_units(gram, &scaled).iter().map(|b| b.hi).collect();
        }
        SolverName::Qr => {}
        SolverName::Sgd | SolverName::Adam | SolverName::Lbfgs => {
            let walk = by_descent(plan, data, request, Kind::Squares, &l2, &found.dependent)?;
            let word = tell(&walk, &mut answers, &mut more);
            if word != "fitted" {
                status = word;
            }
            let scaled: Vec<Dd> = walk.g.iter().map(|g| Dd::from(*g)).collect();
            found.estimates = linear::in_table_units(gram, &scaled).iter().map(|b| b.hi).collect();
            trace = walk.trace;
        }
        SolverName::Normal | SolverName::GradientDescent => {
            let mut normal = solvers::Normal::of(gram);
            if let Some(k) = normal.overflow() {
                let column = names.get(k).map_or("the target", String::as_str).to_string();
                return Err(in_files(plan)(RegressError::Overflow { column }).into());
            }
            normal.silence(found.dependent.iter().map(|d| d.0));
            if plan.solver == SolverName::Normal {
                if found.dependent.is_empty() {
                    match normal.solve() {
                        Ok(estimates) => found.estimates = estimates,
                        Err(e) => {
                            found.estimates = vec![f64::NAN; p];
                            found.errors = vec![f64::NAN; p];
                            status = "collinear";
                            let message =
                                format!("the normal equations have no solution in f64: {e}; use --solver gram");
                            answers.push(Answer { word: "collinear", message });
                        }
                    }
                }
            } else {
                let most = request.options.max_iterations.unwrap_or(100_000);
                let descent = normal.descend(request.options.learning_rate, most);
                more.insert("learning_rate".into(), json::number(descent.rate));
                more.insert("iterations".into(), descent.iterations.into());
                trace = descent.trace;
                found.estimates = descent.w;
                if let Some((word, said)) = descent.failure {
                    status = said;
                    let message = match word {
                        "diverged" => {
                            format!("gradient descent diverges at the rate {}: choose a smaller one", descent.rate)
                        }
                        _ => format!("the gradient is not 0 after {}", count(descent.iterations, "iteration")),
                    };
                    answers.push(Answer { word, message });
                }
            }
        }
    }
    if plan.solver.method().is_some() {
        let g = linear::in_scaled_units(gram, &found.estimates);
        found.at(gram, &g);
        found.dependent.iter().for_each(|(k, _)| found.estimates[*k] = f64::NAN);
    }
    let df = found.fit.df_residual;
    if let Some(kind) = request.options.robust {
        let robust = robust::robust(&data.source(), gram, &found, kind as usize).map_err(in_files(plan))?;
        found.errors = robust.errors;
        warnings.extend(alone(&names, &robust.alone, kind));
        (found.fit.f_statistic, found.fit.f_p_value) = (robust.f_statistic, robust.f_p_value);
        more.insert("robust".into(), format!("{kind:?}").to_lowercase().into());
    }
    if plan.solver.method().is_some() && !matches!(status, "fitted" | "collinear") {
        found.errors.fill(f64::NAN);
        (found.fit.f_statistic, found.fit.f_p_value) = (f64::NAN, f64::NAN);
        warnings.push(without_errors());
    }
    let penalised = plan.lambda > 0.0;
    if df <= 0.0 && found.dependent.is_empty() && !penalised {
        warnings.push(no_degrees_of_freedom(found.fit.n, p));
    }
    if !found.fit.deviance.is_finite() || !found.fit.null_deviance.is_finite() {
        let message = "the sum of squares is larger than any f64: it is left out".to_string();
        warnings.push(Warning { code: "sum_of_squares_overflows", facts: Map::new(), message });
    }
    // of a target less itself rounding is left, which is no sum of squares
    let itself = plan.offset.is_some() && plan.offset == plan.target.node();
    if itself {
        found.estimates.iter_mut().filter(|b| !b.is_nan()).for_each(|b| *b = 0.0);
        let f = &mut found.fit;
        (f.deviance, f.null_deviance, f.sigma) = (0.0, 0.0, 0.0);
        (f.r_squared, f.adj_r_squared, f.log_likelihood) = (f64::NAN, f64::NAN, f64::NAN);
        (f.aic, f.bic) = (f64::NAN, f64::NAN);
    }
    // sigma and not its square, which may be too small for an f64
    if found.fit.sigma == 0.0 && df > 0.0 {
        found.errors.iter_mut().filter(|e| !e.is_nan()).for_each(|e| *e = 0.0);
        (found.fit.f_statistic, found.fit.f_p_value) = (f64::NAN, f64::NAN);
    }
    if itself || gram.intercept && found.fit.null_deviance == 0.0 {
        let what = match plan.offset {
            None => "the target is the same in every row",
            Some(_) if itself => "the offset is the target: it leaves 0 in every row",
            Some(_) => "the target less the offset is the same in every row",
        };
        let message = format!("{what}: there is nothing to explain, and the likelihood has no end");
        warnings.push(Warning { code: "constant_target", facts: Map::new(), message });
    } else if found.fit.deviance == 0.0 && df > 0.0 && !(found.fit.sigma > 0.0) {
        warnings.push(perfect());
    }
    if p <= 64 {
        let raw = gram.unshifted();
        let order = gram.order();
        let row = |i: usize| (0..order - 1).map(|j| json::number(raw.at(i, j).hi)).collect::<Vec<_>>();
        let xtx: Vec<Value> = (0..order - 1).map(|i| Value::Array(row(i))).collect();
        let xty: Vec<Value> = (0..order - 1).map(|i| json::number(raw.at(i, order - 1).hi)).collect();
        more.insert(
            "normal_equations".into(),
            Map::from_iter([("xtx".to_string(), Value::Array(xtx)), ("xty".to_string(), Value::Array(xty))]).into(),
        );
    }
    let coefficients = coefficients(&names, &found.estimates, &found.errors, df, confidence(request));
    let beta = vec![found.estimates.iter().map(|b| if b.is_nan() { 0.0 } else { *b }).collect()];
    Ok(Fitted { coefficients, beta, fit: found.fit, status, answers, warnings, trace, more, classes: Vec::new() })
}
