//! What nobody said, filled in, so that `--print-spec` and the result's `spec` show everything in force. What the rows decide
//! (the solver of a plain linear model, the limits of a walk) stays unsaid.

use super::options::{FamilyName, LinkName, PenaltyName, RegressOptions, RobustName, SolverName};

/// The level of the confidence intervals.
pub const CONFIDENCE: f64 = 0.95;

/// Fills the defaults that hold whatever the rows are.
pub fn fill(options: &mut RegressOptions) {
    options.missing.get_or_insert_default();
    // as if nobody had said it
    options.robust = options.robust.filter(|kind| *kind != RobustName::Off);
    options.confidence.get_or_insert(CONFIDENCE);
    let fits = options.model.is_none() && options.predict.is_none() && options.merge.is_empty();
    if !fits || options.save_state.is_some() {
        return;
    }
    options.no_intercept.get_or_insert(false);
    options.memory.get_or_insert_with(|| "1GB".to_string());
    if options.loss.is_none() {
        let family = *options.family.get_or_insert_default();
        options.link.get_or_insert(link(family));
    }
    let squares = options.loss.is_none() && options.family == Some(FamilyName::Linear);
    if let Some(penalty) = options.penalty {
        options.standardize.get_or_insert(false);
        if penalty == PenaltyName::ElasticNet {
            options.l1_ratio.get_or_insert(0.5);
        }
        if options.cv.is_some() {
            options.lambda_rule.get_or_insert_default();
        }
        if squares && penalty == PenaltyName::Lasso {
            options.solver.get_or_insert(SolverName::Gram);
        }
    }
    if !squares {
        options.solver.get_or_insert(SolverName::Newton);
    }
}

/// The link of a family whose link nobody says: the first of its list.
fn link(family: FamilyName) -> LinkName {
    match family {
        FamilyName::Linear | FamilyName::Huber => LinkName::Identity,
        FamilyName::Logistic | FamilyName::Multinomial => LinkName::Logit,
        FamilyName::Poisson | FamilyName::Gamma => LinkName::Log,
    }
}
