//! What `grad` can be told. A field is a flag (`--status-column`), a key of `[grad]` (`status_column`) and a `--set`;
//! its comment is the help of all three. Unset means not said.

use crate::commands::flags::whole_positive;
use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The options of `grad`.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize, JsonSchema)]
#[command(next_help_heading = "Points and derivatives")]
#[serde(default, deny_unknown_fields)]
pub struct GradOptions {
    /// A point, such as x=1,y=pi/2; variables left out keep their value. Repeatable
    #[arg(long, value_name = "NAME=VALUE,...", allow_hyphen_values = true)]
    pub at: Vec<String>,
    /// Differentiate by these variables alone: x,y
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub wrt: Vec<String>,
    /// Points from the rows of a file with a header; `-` is standard input. Other columns pass through
    #[arg(long, value_name = "FILE|-")]
    pub points: Option<String>,
    /// All points of a grid: for each variable both ends and the count, x=-2:2:41,y=-2:2:41
    #[arg(long, value_name = "NAME=FROM:TO:COUNT,...", conflicts_with = "points", allow_hyphen_values = true)]
    pub grid: Option<String>,
    /// What to do with rows that lack a number: error, drop (and count), nan (as results, too) [default: error]
    #[arg(long, value_name = "POLICY", value_enum)]
    pub missing: Option<MissingPolicy>,
    /// The character between columns of points; tab may be written as `\t` [default: by the file's ending]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub delimiter: Option<char>,
    /// The Hessian, its eigenvalues and condition number, and the class of the point where the gradient is 0
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub hessian: Option<bool>,
    /// The definition at work: difference quotients for h = 1e-1 to 1e-8 and their limit, for each partial
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub limits: Option<bool>,
    /// A direction to differentiate in, such as 1,1 or northeast=1,1; its length does not matter. Repeatable
    #[arg(long, value_name = "[NAME=]V1,V2,...", allow_hyphen_values = true)]
    pub direction: Vec<String>,
    /// So many directions, evenly spread over the circle (two variables)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub directions: Option<u32>,
    /// The level set through the point: an orthonormal basis of its tangent space, and dy/dx in the plane
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub level_set: Option<bool>,
    /// Trace the level curves (two variables) and write their points to FILE: all those in the variables' box, or,
    /// without a box, the one through the point
    #[arg(long, value_name = "FILE")]
    pub level_curve: Option<String>,
    /// The level of --level-curve, such as 2*pi [default: f at the point]
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub level: Option<String>,
    /// The linear approximation at this displacement, such as 0.1,-0.2: its error, and how that shrinks
    #[arg(long, value_name = "D1,D2,...", allow_hyphen_values = true)]
    pub linearize: Option<String>,
    /// The Taylor polynomial of this order as a formula; with --linearize also its error: 2 adds the quadratic terms
    #[arg(long, value_name = "ORDER", value_parser = clap::value_parser!(u32).range(1..=2))]
    pub taylor: Option<u32>,
    /// All critical points in the variables' box, each with a proof
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub critical: Option<bool>,
    /// The box to search, x=-5:5,y=0:1; it wins over the variables' min and max
    #[arg(long = "box", value_name = "NAME=FROM:TO,...", allow_hyphen_values = true)]
    #[serde(rename = "box")]
    pub ranges: Option<String>,
    /// The most boxes that --critical and --level-curve look into [default: 200000]
    #[arg(long, value_name = "BOXES", value_parser = whole_positive)]
    pub budget: Option<u64>,
    /// Whether f is differentiable at the point, with a curve that shows it where it is not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub differentiability: Option<bool>,
    /// Proved bounds for the value and each partial, by interval arithmetic
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub certify: Option<bool>,
    /// Print f and its gradient as source code and nothing else: c, python, rust, sql or latex
    #[arg(long, value_name = "LANGUAGE")]
    pub emit: Option<String>,
    /// A path: `parameter`, `from`, `to`, `steps`, and a formula in the parameter for each variable
    #[arg(skip)]
    pub path: Option<serde_json::Map<String, serde_json::Value>>,
    /// A metric: `matrix`, `distribution` with its parameters, or `log_density`; then `damping`, `learning_rate`, `kl`
    #[arg(skip)]
    pub metric: Option<serde_json::Map<String, serde_json::Value>>,
    /// Print the partials as LaTeX too
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub latex: Option<bool>,
    /// Add the status of each point to tables
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub status_column: Option<bool>,
}

/// What to do with a row that lacks a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MissingPolicy {
    /// Stop, naming row and column
    #[default]
    Error,
    /// Leave the row out; the summary counts them
    Drop,
    /// Keep the row, its derivatives NaN
    Nan,
}

/// One ASCII character, or a word for the tab.
pub fn delimiter(text: &str) -> Result<char, String> {
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        ("\\t" | "tab", ..) => Ok('\t'),
        (_, Some(c), None) if c.is_ascii() && !"\"\r\n".contains(c) => Ok(c),
        _ => Err("one ASCII character is wanted, or `\\t`; no quote and no end of line".to_string()),
    }
}
