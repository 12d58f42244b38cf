//! What can be wrong with a request to check a gradient.

use crate::error::{Diagnose, Exit};
use crate::numeric::text::count;

/// A check that cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum CheckError {
    #[error("there is nothing to check: no formula, no program, no values")]
    Nothing,
    #[error("the claim comes from two places: {one} and {other}")]
    TwoClaims { one: &'static str, other: &'static str },
    #[error("`{name}` is claimed, and is no variable")]
    UnknownClaim { name: String, near: Option<String> },
    #[error("`{name}` is claimed twice")]
    ClaimedTwice { name: String },
    #[error("the derivative by `{name}` is not claimed")]
    Unclaimed { name: String },
    #[error("unknown coordinate `{name}`")]
    UnknownCoordinate { name: String, near: Option<String> },
    #[error("no point is known, and no box to draw one from")]
    NoPoint,
    #[error("points come from two places: {one} and {other}")]
    TwoPoints { one: &'static str, other: &'static str },
    #[error("`{file}` has no rows")]
    NoRows { file: String },
    #[error("`{file}` has neither `df_{name}` nor `df_d{name}`")]
    NoGradientColumn { file: String, name: String },
    #[error("{from} has no column `f`")]
    NoValueColumn { from: String },
    #[error("{from} has `f{found}`, but no `f{missing}`")]
    Functions { from: String, found: usize, missing: usize },
    #[error("{from} answered {found} of {}", count(*wanted, "row"))]
    TooFewRows { from: String, found: usize, wanted: usize },
    #[error("{from} answered more than the {} asked for", count(*wanted, "row"))]
    TooManyRows { from: String, wanted: usize },
    #[error("{from}, row {row}: `{name}` is {found}, and {wanted} was asked for")]
    OtherPoint { from: String, row: usize, name: String, found: String, wanted: String },
    #[error("{from} changed the number of its functions from {before} to {now}")]
    FunctionsChanged { from: String, before: usize, now: usize },
    #[error("a formula is one function, and {from} has {found}")]
    OneFunction { from: String, found: usize },
    #[error("{what} over the rows of [data] cannot be checked yet")]
    Data { what: &'static str },
    #[error("{what} cannot be checked: a formula, a program or a file of values can")]
    NotAFormula { what: &'static str },
    #[error("{count} coordinates are more than the {most} that are looked at one by one")]
    TooManyCoordinates { count: usize, most: usize },
    #[error("--scheme centered takes coordinates, not directions")]
    CenteredDirections,
    #[error("a sweep shows the error against the derivative of a formula, and there is none")]
    SweepWithoutFormula,
    #[error("a sweep of {count} coordinates of a long formula: at most {most} can be taken")]
    TooManySwept { count: usize, most: usize },
    #[error("`{0}` needs the derivative of a formula that can be written out, and there is none")]
    FixWithoutFormula(&'static str),
    #[error("a file of values answers the points that are emitted: --{flag} does not go with it")]
    ValuesWith { flag: &'static str },
}

impl Diagnose for CheckError {
    fn exit(&self) -> Exit {
        match self {
            // a program that answers nonsense has failed us
            CheckError::TooFewRows { .. } | CheckError::TooManyRows { .. } | CheckError::FunctionsChanged { .. } => {
                Exit::World
            }
            _ => Exit::Request,
        }
    }

    fn help(&self) -> Option<String> {
        use CheckError::*;
        Some(match self {
            Nothing => {
                "give a formula: -f 'x^2*y' --claim x=2*x*y ...; or a spec with `command` or `formula`; values computed elsewhere are --values".into()
            }
            TwoClaims { .. } => "take one of them away".into(),
            UnknownClaim { near: Some(near), .. } | UnknownCoordinate { near: Some(near), .. } => {
                format!("did you mean `{near}`?")
            }
            Unclaimed { name } => format!("claim it: --claim {name}=...; or check the others alone with --coordinates"),
            NoPoint => "give one with --at, values or min and max under [variables], or --points FILE.csv".into(),
            TwoPoints { .. } => "take one of them away".into(),
            NoValueColumn { .. } => {
                "the answer is CSV with a header: f, and df_x, df_y, ... where `need` is gradient".into()
            }
            NoGradientColumn { .. } => "columns of claims are called df_x or df_dx, those of a Jacobian df1_dx".into(),
            TooFewRows { .. } => "one row is wanted for each row of the input, in its order".into(),
            TooManyRows { .. } => "one row is wanted for each row of the input".into(),
            OtherPoint { .. } => "keep the rows of --emit-points in their order, and the same seed and options".into(),
            TooManyCoordinates { .. } => "leave --directions out, or choose some with --coordinates".into(),
            CenteredDirections => "use --scheme adaptive for random directions".into(),
            SweepWithoutFormula => "give the formula too".into(),
            TooManySwept { .. } => "choose some: --coordinates 'x(1),x(2)'".into(),
            FixWithoutFormula(..) => {
                "the derivative of a formula is printed up to 20,000 nodes and 256 coordinates".into()
            }
            _ => return None,
        })
    }
}
