//! What `gradcheck` can be told. A field is a flag, a key of `[gradcheck]` and a `--set`; its comment is the help of all three.
//! Unset means not said.

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The options of `gradcheck`.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize, JsonSchema)]
#[command(next_help_heading = "The claim and the reference")]
#[serde(default, deny_unknown_fields)]
pub struct GradcheckOptions {
    /// The claimed partial derivative by a variable: x=2*x*y. For a vector or a matrix a formula in i, or i and j. Repeatable
    #[arg(long, value_name = "NAME=FORMULA", value_parser = one_claim, allow_hyphen_values = true)]
    #[serde(serialize_with = "claim_table", deserialize_with = "claims")]
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub claim: Vec<(String, String)>,
    /// Claims from the rows of a file: the variables, df_x for each that is claimed, and f where it is to be compared too; `-` is standard input
    #[arg(long, value_name = "FILE.csv|-")]
    pub claims: Option<String>,
    /// A point, such as x=1,y=pi/2; variables left out keep their value. Repeatable
    #[arg(long, value_name = "NAME=VALUE,...", allow_hyphen_values = true)]
    pub at: Vec<String>,
    /// Points from the rows of a file with a column for each variable; `-` is standard input
    #[arg(long, value_name = "FILE.csv|-")]
    pub points: Option<String>,
    /// So many random points in the box of the variables, or about their values [default: 0, 10 where no point is known]
    #[arg(long, value_name = "N")]
    pub random_points: Option<u32>,
    /// Draw random points log-uniformly where a box does not hold 0
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub log_uniform: Option<bool>,
    /// Largest relative error |a - g|/(|a| + |g|) of a right claim [default: 1e-5]
    #[arg(long, value_name = "NUMBER", value_parser = share)]
    pub threshold: Option<f64>,
    /// How differences are taken [default: adaptive]
    #[arg(long, value_name = "SCHEME", value_enum)]
    pub scheme: Option<SchemeName>,
    /// The step of --scheme centered, times max(|x|, 1) [default: 6.055e-6, the cube root of the rounding]
    #[arg(long, value_name = "STEP", value_parser = share)]
    pub h: Option<f64>,
    /// Check these variables alone: x,v(2),W
    #[arg(long, value_name = "NAME,...")]
    pub coordinates: Vec<String>,
    /// So many random directions a point before the coordinates; 0: coordinates at once [default: 3 above 100 coordinates]
    #[arg(long, value_name = "N")]
    pub directions: Option<u32>,
    /// Stop at the first point with a wrong coordinate
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub fail_fast: Option<bool>,
    /// Print the right partial derivatives as formulas, in the names of the claim
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub fix: Option<bool>,
    /// Error against step at the first point: columns h, forward, centered, five_point, richardson
    #[arg(long, value_name = "FILE.csv")]
    pub sweep: Option<String>,
    /// Write the points at which f, and gradients where `need` says so, are to be evaluated elsewhere, and stop
    #[arg(long, value_name = "FILE.csv", conflicts_with = "values")]
    pub emit_points: Option<String>,
    /// The answers to the rows of --emit-points, in their order: f, and df_x where a gradient was needed
    #[arg(long, value_name = "FILE.csv|-")]
    pub values: Option<String>,
    /// Seconds that the program may take for a round [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time_limit: Option<f64>,
}

/// How differences are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SchemeName {
    /// Richardson's extrapolation over a ladder of steps, with an error estimate
    #[default]
    Adaptive,
    /// The plain centred difference, 2n evaluations a point
    Centered,
}

/// `x=FORMULA`; the name may be one component: `v(2)=...`, `W(1,2)=...`.
fn one_claim(text: &str) -> Result<(String, String), String> {
    let wanted = || "write NAME=FORMULA, such as x=2*x*y".to_string();
    let (name, formula) = text.split_once('=').ok_or_else(wanted)?;
    if formula.starts_with('=') || formula.trim().is_empty() || name.trim().is_empty() {
        return Err(wanted());
    }
    Ok((name.trim().to_string(), formula.to_string()))
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x <= 1.0 => Ok(x),
        _ => Err("a number above 0, at most 1, is wanted".to_string()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x.is_finite() => Ok(x),
        _ => Err("a number of seconds above 0 is wanted".to_string()),
    }
}

fn claim_table<S: Serializer>(claims: &[(String, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(claims.iter().map(|(name, formula)| (name, formula)))
}

fn claims<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, String)>, D::Error> {
    let map: indexmap::IndexMap<String, String> = Deserialize::deserialize(from)?;
    Ok(map.into_iter().collect())
}
