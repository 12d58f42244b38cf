//! What can be wrong with a request for `grad`.

use crate::error::{Diagnose, Exit, Span};

/// A request that cannot be carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum PlanError {
    #[error("several points are given beside rows or a grid")]
    ManyPoints,
    #[error("an axis of the grid needs both ends and a count")]
    BadAxis,
    #[error("`{count}` is not a count of points")]
    BadCount { count: String },
    #[error("the grid has more than 2^63 points")]
    GridTooLarge,
    #[error("{points} points are too many for {format}, which is written at the end")]
    TooManyForJson { points: String, format: &'static str },
    #[error("the direction has {found} component{}, not {}", if *found == 1 { "" } else { "s" }, wanted.len())]
    DirectionLength { found: usize, wanted: Vec<String> },
    #[error("a direction of length 0 points nowhere")]
    ZeroDirection,
    #[error("only the first component of a direction may have a name before it: the direction's")]
    NameInsideDirection,
    #[error("a fan of directions lies in a plane: there are {} variables", wanted.len())]
    FanDimension { wanted: Vec<String> },
    #[error("--limits has no place in a table")]
    LimitsInTable,
    #[error("points are given twice: by rows and by a grid")]
    PointsTwice,
    #[error("a fan of 0 directions has none")]
    EmptyFan,
    #[error("`{found}` cannot stand between cells")]
    BadDelimiter { found: char },
    #[error("column `{name}` would be written twice: the points have a column of that name")]
    ColumnTaken { name: String },
    #[error("`{name}` is a variable and a column of {file}")]
    VariableIsColumn { name: String, file: String },
    #[error("{file} has no row to sum over")]
    NoRows { file: String },
    #[error("standard input can be read once only, and there are more than {points} points")]
    DataReadAgain { points: usize },
    #[error("points from a file and [data] do not go together")]
    PointsAndData,
    #[error("{what} are not there yet for a formula over the rows of [data]")]
    NotOverRows { what: &'static str },
    #[error("{what} is not there yet for formulas of this size")]
    NotForArrays { what: String },
    #[error("this version of `grad` does not take {what} yet")]
    NotYet { what: &'static str },
    #[error("this version of `grad` does not take {what} yet")]
    NotYetAt { what: &'static str, at: Span },
}

impl Diagnose for PlanError {
    fn exit(&self) -> Exit {
        Exit::Request
    }

    fn span(&self) -> Option<Span> {
        match self {
            PlanError::NotYetAt { at, .. } => Some(*at),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        use PlanError::*;
        Some(match self {
            ManyPoints => "one --at may give values to variables that are no column or axis".into(),
            BadAxis => "write --grid x=-2:2:41,y=0:1:11".into(),
            BadCount { .. } => "a whole number, 1 or more".into(),
            GridTooLarge => "make it coarser".into(),
            TooManyForJson { .. } => "write a table, which streams: -o FILE.csv".into(),
            DirectionLength { wanted, .. } => format!("one for each of {}", wanted.join(", ")),
            ZeroDirection => "write a direction such as 1,1".into(),
            NameInsideDirection => "write --direction northeast=1,1".into(),
            FanDimension { .. } => "choose two: --wrt x,y".into(),
            LimitsInTable => "write JSON, -o FILE.json, or leave --limits out".into(),
            PointsTwice => "take `points` or `grid` away".into(),
            EmptyFan => "write --directions 36".into(),
            BadDelimiter { .. } => "one ASCII character is wanted, or `\\t`".into(),
            ColumnTaken { .. } => "rename the column in the file".into(),
            VariableIsColumn { .. } => "rename one of them".into(),
            NoRows { .. } => "a sum over nothing has no slope; give it rows".into(),
            DataReadAgain { .. } => "write the rows to a file first".into(),
            PointsAndData => "take one of them away, or write the points as --at or --grid".into(),
            NotOverRows { .. } => "leave them out".into(),
            NotForArrays { .. } => "leave it out, or make the arrays smaller".into(),
            NotYet { .. } | NotYetAt { .. } => return None,
        })
    }
}
