//! Which solver fits, and whether flags about solvers fit it.

use super::super::options::{PenaltyName, RegressOptions, RobustName, SolverName};
use super::super::problem::PlanError;
use super::Model;
use crate::commands::request::Request;
use crate::error::Located;
use clap::ValueEnum;

/// Whether a solver fits a model under a penalty.
fn serves(solver: SolverName, model: &Model, penalty: Option<PenaltyName>) -> bool {
    let walks = solver.method().is_some();
    let exact = matches!(solver, SolverName::Gram | SolverName::Householder);
    match (model, penalty) {
        (Model::Linear, None) => solver != SolverName::Newton,
        // the update by X^T X is literal: it has no penalty
        (Model::Linear, Some(PenaltyName::Ridge)) => exact || walks && solver != SolverName::GradientDescent,
        (Model::Linear, Some(_)) => solver == SolverName::Gram,
        (Model::Glm(..), None | Some(PenaltyName::Ridge)) => walks || solver == SolverName::Newton,
        _ => solver == SolverName::Newton,
    }
}

/// All solvers of a model, the most exact first.
pub fn solvers(model: &Model, penalty: Option<PenaltyName>) -> Vec<SolverName> {
    let mut all: Vec<SolverName> = SolverName::value_variants().to_vec();
    all.sort_by_key(|s| match s {
        SolverName::Householder => 0,
        SolverName::Gram | SolverName::Newton => 1,
        SolverName::Qr | SolverName::Normal => 2,
        SolverName::Lbfgs => 3,
        _ => 4,
    });
    all.into_iter().filter(|s| serves(*s, model, penalty)).collect()
}

/// The solver, and whether the flags fit it.
pub fn solver(request: &Request<RegressOptions>, model: &Model) -> Result<SolverName, Located> {
    let options = &request.options;
    let linear = matches!(model, Model::Linear);
    let conflict =
        |key: &str, flag, with: &str| Err(request.locate(key, PlanError::Conflict { flag, with: with.into() }));
    let default = if linear { SolverName::Gram } else { SolverName::Newton };
    let solver = options.solver.unwrap_or(default);
    let walks = solver.method().is_some();
    let penalised = options.penalty.is_some();
    match (linear, solver) {
        _ if serves(solver, model, options.penalty) => {}
        (true, SolverName::Newton) => {
            return conflict("regress.solver", "the solver newton", "the family linear: gram is exact");
        }
        (false, s) if !(matches!(model, Model::Glm(..)) && s.method().is_some()) => {
            return conflict("regress.solver", "this solver", "this family: use newton");
        }
        _ => return conflict("regress.solver", "this solver", "this penalty: use the default one"),
    }
    if options.batch_size.is_some() && !matches!(solver, SolverName::Sgd | SolverName::Adam) {
        return conflict("regress.batch_size", "--batch-size", "this solver: it is for sgd and adam");
    }
    let descent = walks && solver != SolverName::Lbfgs;
    let compares = options.compare_solvers == Some(true);
    if options.learning_rate.is_some() && !descent && !compares {
        return conflict(
            "regress.learning_rate",
            "--learning-rate",
            "this solver: it is for gradient-descent, sgd and adam",
        );
    }
    let iterates = walks || solver == SolverName::Newton;
    if options.max_iterations.is_some() && !iterates && !compares {
        return conflict("regress.max_iterations", "--max-iterations", "a solver that does not iterate");
    }
    if options.trace.is_some() && !iterates {
        return conflict("regress.trace", "--trace", "a solver that does not iterate");
    }
    if compares && solvers(model, options.penalty).len() == 1 {
        let with = match linear {
            true => "this penalty: gram alone (coordinate descent) serves it",
            false => "this model: newton alone serves it",
        };
        return conflict("regress.compare_solvers", "--compare-solvers", with);
    }
    if options.robust.is_some() && (matches!(model, Model::Huber | Model::Loss) || penalised) {
        let with = "this model: it is for linear, generalised linear and multinomial models without a penalty";
        return conflict("regress.robust", "--robust", with);
    }
    if matches!((model, options.robust), (Model::Multinomial, Some(RobustName::Hc2 | RobustName::Hc3))) {
        let with = "several classes in this kind, whose rows have no leverage of one number: use hc0 or hc1";
        return conflict("regress.robust", "--robust", with);
    }
    if options.standardize == Some(true) && options.penalty.is_none() {
        return conflict(
            "regress.standardize",
            "--standardize",
            "a fit without a penalty, which does not depend on units",
        );
    }
    Ok(solver)
}
