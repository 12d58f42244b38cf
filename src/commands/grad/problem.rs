//! What can be wrong with a request for `grad`.

use crate::error::{Diagnose, Exit, Span};
use crate::numeric::text::count;

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
    #[error("the direction has {}, not {}", count(*found, "component"), wanted.len())]
    DirectionLength { found: usize, wanted: Vec<String> },
    #[error("a direction of length 0 points nowhere")]
    ZeroDirection,
    #[error("only the first component of a direction may have a name before it: the direction's")]
    NameInsideDirection,
    #[error("a fan of directions lies in a plane: {}", there_are(wanted.len()))]
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
    #[error("{what} are about single points and have no place in a table")]
    NotInTable { what: &'static str },
    #[error("{first} and {second} cannot both be the rows of one table")]
    TwoTables { first: &'static str, second: &'static str },
    #[error("the displacement has {}, not {}", count(*found, "component"), wanted.len())]
    DisplacementLength { found: usize, wanted: Vec<String> },
    #[error("a displacement of length 0 goes nowhere")]
    ZeroDisplacement,
    #[error("`{key}` is neither a key of [grad.path] nor a variable")]
    PathKey { key: String, near: Option<String>, at: Span },
    #[error("[grad.path] has no `{key}`")]
    PathMissing { key: String, at: Span },
    #[error("`steps` is to be a whole number from 1 to 10000000")]
    PathSteps { at: Span },
    #[error("`{name}` has {wanted} components, each with a formula of its own")]
    PathShape { name: String, wanted: usize, at: Span },
    #[error("this is not a name")]
    NotAName,
    #[error("the path's parameter `{name}` is a variable or constant of the formula too")]
    ParameterTaken { name: String },
    #[error("the path's parameter would be `{name}`, which is a variable of the formula")]
    ParameterTakenAt { name: String, at: Span },
    #[error("[grad.metric] wants one of `matrix`, `distribution` and `log_density`, and has {}", if found.is_empty() { "none".to_string() } else { found.join(" and ") })]
    MetricSources { found: Vec<String>, at: Span },
    #[error("`{key}` is no key of this metric")]
    MetricKey { key: String, near: Option<String>, known: String, at: Span },
    #[error("`{key}` is to be above 0")]
    NotPositive { key: String, at: Span },
    #[error("the metric is to have {} of {}", count(*n, "row"), count(*n, "entry"))]
    MetricShape { n: usize, at: Span },
    #[error("the {family} distribution has no `{name}`")]
    MetricParameter { family: &'static str, name: &'static str, at: Span },
    #[error("unknown distribution `{name}`")]
    UnknownDistribution { name: String, near: Option<String>, known: String },
    #[error("a density's Fisher matrix is a mean over rows, and there is no [data]")]
    DensityWithoutData,
    #[error("{what} is undefined at {point}")]
    MetricUndefined { what: String, point: String, at: Span },
    #[error("the distribution needs {needs}, and has {found} at {point}")]
    MetricOutside { needs: &'static str, found: String, point: String, at: Span },
    #[error("the metric is not symmetric: entries ({row}, {column}) and ({column}, {row}) are {} and {}", entries[0], entries[1])]
    MetricNotSymmetric { row: usize, column: usize, entries: [String; 2], at: Span },
    #[error("the metric is not positive definite at {point}: {why}")]
    MetricNotDefinite { point: String, why: String, at: Span },
    #[error("the density's rows are read beside the formula's, and standard input can be read once only")]
    DataReadTwice,
    #[error("line {line}: the log-density has no gradient: {reason}")]
    DensityUndefined { line: u64, reason: String },
    #[error("a level is one of a curve, and no --level-curve is asked for")]
    LevelAlone,
    #[error("level curves lie in a plane: {}", there_are(wanted.len()))]
    CurveDimension { wanted: Vec<String> },
    #[error("there is no level: neither a point nor --level")]
    NoLevel,
    #[error("no point of the level {level} was found near {point}")]
    LevelNotNear { level: String, point: String },
    #[error("unknown language `{name}`")]
    UnknownLanguage { name: String, near: Option<String>, known: String },
    #[error("`{name}` has no box to search")]
    NoBox { name: String },
    #[error("a side of the box needs a name and both ends")]
    BadRange,
    #[error("the box of `{name}` is empty")]
    EmptyRange { name: String },
    #[error("approximations of order {order} are not made")]
    TaylorOrder { order: u32 },
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
            PlanError::NotYetAt { at, .. }
            | PlanError::PathKey { at, .. }
            | PlanError::PathMissing { at, .. }
            | PlanError::PathSteps { at }
            | PlanError::PathShape { at, .. }
            | PlanError::MetricSources { at, .. }
            | PlanError::MetricKey { at, .. }
            | PlanError::NotPositive { at, .. }
            | PlanError::MetricShape { at, .. }
            | PlanError::MetricParameter { at, .. }
            | PlanError::MetricUndefined { at, .. }
            | PlanError::MetricOutside { at, .. }
            | PlanError::MetricNotSymmetric { at, .. }
            | PlanError::MetricNotDefinite { at, .. }
            | PlanError::ParameterTakenAt { at, .. } => Some(*at),
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
            PathKey { near: Some(near), .. } => format!("did you mean `{near}`?"),
            PathKey { near: None, .. } => {
                "it has `parameter`, `from`, `to`, `steps`, and a formula for each variable".into()
            }
            PathMissing { key, .. } if key == "from" || key == "to" => format!("write {key} = 0, or a formula"),
            PathMissing { key, .. } => format!("write a formula in the parameter: {key} = \"cos(t)\""),
            PathSteps { .. } => return None,
            PathShape { name, .. } => format!("write {name} = [\"cos(t)\", \"sin(t)\"]"),
            NotAName => "write a letter, then letters, digits and _".into(),
            ParameterTaken { .. } | ParameterTakenAt { .. } => "choose another name: parameter = \"s\"".into(),
            MetricSources { .. } => "write distribution = \"normal\", say, with its parameters".into(),
            MetricKey { near: Some(near), .. } => format!("did you mean `{near}`?"),
            MetricKey { known, .. } => format!("the keys are {known}"),
            NotPositive { .. } => return None,
            MetricShape { .. } => "one for each variable: matrix = [[\"1\", \"0\"], [\"0\", \"x^2\"]]".into(),
            MetricParameter { name, .. } => format!("write a formula in the variables: {name} = \"...\""),
            UnknownDistribution { near: Some(near), known, .. } => {
                format!("did you mean `{near}`? the distributions are {known}")
            }
            UnknownDistribution { known, .. } => format!("the distributions are {known}"),
            DensityWithoutData => "name a file of rows under [data]".into(),
            MetricUndefined { .. } | MetricOutside { .. } => "move the point, or the formula".into(),
            MetricNotSymmetric { .. } => "a metric measures the same both ways".into(),
            MetricNotDefinite { .. } => "add to its diagonal: damping = 1e-3".into(),
            DataReadTwice => "write the rows to a file first".into(),
            DensityUndefined { .. } => "drop the row, or move the point".into(),
            LevelAlone => "add --level-curve FILE.csv".into(),
            CurveDimension { .. } => "choose two: --wrt x,y".into(),
            NoLevel => "give a point, --at x=1,y=2, or --level 3".into(),
            LevelNotNear { .. } => "give a box, --box x=-5:5,y=-5:5, or a point nearer to it".into(),
            UnknownLanguage { near: Some(near), known, .. } => {
                format!("did you mean `{near}`? the languages are {known}")
            }
            UnknownLanguage { known, .. } => format!("the languages are {known}"),
            NoBox { name } => {
                format!("give it one: --box {name}=-5:5, or {name} = {{ min = -5, max = 5 }} under [variables]")
            }
            BadRange => "write --box x=-5:5,y=0:1".into(),
            EmptyRange { .. } => "the lower end comes first".into(),
            NotInTable { .. } => "write JSON: -o FILE.json".into(),
            TwoTables { .. } => "write JSON, -o FILE.json, or leave one of them out".into(),
            DisplacementLength { wanted, .. } => format!("one for each of {}", wanted.join(", ")),
            ZeroDisplacement => "write a displacement such as 0.1,-0.2".into(),
            TaylorOrder { .. } => "1 is the tangent plane, 2 adds the quadratic terms".into(),
            NotYet { .. } | NotYetAt { .. } => return None,
        })
    }
}

fn there_are(variables: usize) -> String {
    format!("there {} {}", if variables == 1 { "is" } else { "are" }, count(variables, "variable"))
}
