//! What `regress` can be told. A field is a flag (`--max-iterations`), a key of `[regress]` (`max_iterations`) and a `--set`;
//! its comment is the help of all three. Unset means not said.

use crate::commands::flags::whole;
use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The options of `regress`.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize, JsonSchema)]
#[command(next_help_heading = "Model")]
#[serde(default, deny_unknown_fields)]
pub struct RegressOptions {
    /// Further files with the same columns, read after the first as if they were one
    #[arg(value_name = "MORE.csv")]
    pub files: Vec<String>,
    /// What is to be explained: a column, or a formula such as ln(price)
    #[arg(long, value_name = "COLUMN|FORMULA", allow_hyphen_values = true)]
    pub target: Option<String>,
    /// What explains it, between commas: columns, patterns (s*, x[1-3]), formulas (x^2, ln(area), a*b), poly(x, 3), a slope for each level of a category (city*area); a name with commas, blanks or signs stands in backquotes: '`living area`^2' [default: all columns that target, weights and offset do not use]. Repeatable
    #[arg(long, value_name = "TERM,...", allow_hyphen_values = true)]
    pub features: Vec<String>,
    /// Columns or patterns to leave out of the features. Repeatable
    #[arg(long, value_name = "COLUMN,...")]
    pub exclude: Vec<String>,
    /// Columns to read as categories: a column of 0 and 1 for each level but the first (of the first category for each, with --no-intercept); levels are texts, `1` and `1.0` are two. Repeatable
    #[arg(long, value_name = "COLUMN,...")]
    pub categorical: Vec<String>,
    /// What the target is like [default: linear]
    #[arg(long, value_name = "FAMILY", value_enum)]
    pub family: Option<FamilyName>,
    /// How the mean depends on the linear predictor [default: by family]
    #[arg(long, value_name = "LINK", value_enum)]
    pub link: Option<LinkName>,
    /// In place of a family: the loss of a row, a formula in prediction, target and columns, such as abs(target - prediction)
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub loss: Option<String>,
    /// Fit without an intercept; the first category has then a column for each level, none being the reference
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub no_intercept: Option<bool>,
    /// Weights of the rows: a column or a formula, not negative; rows of the weight 0 take no part
    #[arg(long, value_name = "COLUMN|FORMULA", allow_hyphen_values = true)]
    pub weights: Option<String>,
    /// A part of the linear predictor whose coefficient is 1: a column or a formula
    #[arg(long, value_name = "COLUMN|FORMULA", allow_hyphen_values = true)]
    pub offset: Option<String>,
    /// Keep coefficients small: ridge (squares), lasso (absolute values), elastic-net (both); glmnet's objective, of several classes for the coefficients of every class
    #[arg(long, value_name = "PENALTY", value_enum)]
    pub penalty: Option<PenaltyName>,
    /// How strong the penalty is
    #[arg(long, value_name = "NUMBER")]
    pub lambda: Option<f64>,
    /// Choose lambda by cross-validation in so many folds of equal size, drawn by --seed; as many as rows: leave one out (linear and generalised linear models)
    #[arg(long, value_name = "FOLDS", value_parser = clap::value_parser!(u32).range(2..=1000), conflicts_with = "lambda")]
    pub cv: Option<u32>,
    /// Which lambda of the cross-validation: min (least error) or 1se (largest within one standard error of it) [default: min]
    #[arg(long, value_name = "RULE", value_enum)]
    pub lambda_rule: Option<RuleName>,
    /// Write the path of --cv as a table: lambda, mse or deviance of the rows left out with its standard error, nonzero coefficients, deviance explained, then each coefficient
    #[arg(long, value_name = "FILE")]
    pub path: Option<String>,
    /// The part of the absolute values in an elastic net, 0 to 1 [default: 0.5]
    #[arg(long, value_name = "NUMBER")]
    pub l1_ratio: Option<f64>,
    /// Penalise coefficients as if each column had standard deviation 1
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub standardize: Option<bool>,
    /// How the fit is computed [default: for linear models householder where rows times squared columns are at most 400,000, else gram; newton for the others]
    #[arg(long, value_name = "SOLVER", value_enum, help_heading = "Solver")]
    pub solver: Option<SolverName>,
    /// Fit by every solver that serves the model and say how long each takes and how far their coefficients are apart
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true, help_heading = "Solver")]
    pub compare_solvers: Option<bool>,
    /// Rows of a batch of sgd (default 256) and adam (default: all rows)
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Solver")]
    pub batch_size: Option<u32>,
    /// The rate of gradient-descent, sgd and adam [default: from the eigenvalues; adam 0.05]
    #[arg(long, value_name = "NUMBER", help_heading = "Solver")]
    pub learning_rate: Option<f64>,
    /// The most iterations [default: by solver]
    #[arg(long, value_name = "N", value_parser = whole, help_heading = "Solver")]
    pub max_iterations: Option<u64>,
    /// The course of an iterative fit: iteration, loss (the mean over the weights of half a row's deviance, of linear models RSS/2n, or of the loss that is given, with the penalty), gradient_norm (the largest part of its gradient by the coefficients of the scaled columns)
    #[arg(long, value_name = "FILE", help_heading = "Solver")]
    pub trace: Option<String>,
    /// What to do with rows that lack a number: error, drop (and count), mean (features get their column's mean over the rows fitted; a target, a weight or an offset is never made up, rows that lack a category are dropped) [default: error]
    #[arg(long, value_name = "POLICY", value_enum, help_heading = "Rows")]
    pub missing: Option<MissingRows>,
    /// The character between columns; tab may be written as `\t` [default: by the file's ending]
    #[arg(long, value_name = "CHAR", value_parser = crate::commands::grad::delimiter, help_heading = "Rows")]
    pub delimiter: Option<char>,
    /// Hold out this part of the rows (the whole number next to it), chosen by --seed, and measure the fit on them
    #[arg(long, value_name = "NUMBER", help_heading = "Rows")]
    pub test_fraction: Option<f64>,
    /// Measure the fit on the rows of this file
    #[arg(long, value_name = "FILE", help_heading = "Rows", conflicts_with = "test_fraction")]
    pub test: Option<String>,
    /// Rows that are needed again are kept in memory up to this size, then in a temporary file [default: 1GB]
    #[arg(long, value_name = "SIZE", help_heading = "Rows")]
    pub memory: Option<String>,
    /// Level of the confidence intervals [default: 0.95]
    #[arg(long, value_name = "NUMBER", help_heading = "Report")]
    pub confidence: Option<f64>,
    /// Standard errors (and Wald's F) that hold where the variance is not constant: hc0, hc1, hc2, hc3; a coefficient that one row decides alone (leverage 1) has none in hc2 and hc3; off takes back what a spec says [default: off]
    #[arg(long, value_name = "KIND", value_enum, help_heading = "Report")]
    pub robust: Option<RobustName>,
    /// Write the coefficients as a table
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub coefficients: Option<String>,
    /// Write a table of line, target and fitted value of each row
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub predictions: Option<String>,
    /// Write a table of line, target, fitted value and residual of each row
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub residuals: Option<String>,
    /// Keep the sums of these rows instead of fitting them, for --merge (linear models)
    #[arg(long, value_name = "FILE.state", help_heading = "Shards")]
    pub save_state: Option<String>,
    /// Fit from kept sums, as if all their rows stood in one file
    #[arg(long, value_name = "FILE.state", num_args = 1.., help_heading = "Shards")]
    pub merge: Vec<String>,
    /// A result of an earlier fit, to be applied with --predict
    #[arg(long, value_name = "FIT.json", help_heading = "Prediction", requires = "predict")]
    pub model: Option<String>,
    /// Rows to apply --model to; `-o FILE.csv` gets them with the prediction added
    #[arg(long, value_name = "FILE", help_heading = "Prediction", requires = "model")]
    pub predict: Option<String>,
}

impl SolverName {
    /// The method of `optimize` that it is, where it is one.
    pub fn method(self) -> Option<&'static str> {
        match self {
            SolverName::GradientDescent | SolverName::Sgd => Some("gradient-descent"),
            SolverName::Adam => Some("adam"),
            SolverName::Lbfgs => Some("lbfgs"),
            _ => None,
        }
    }
}

impl RegressOptions {
    /// Whether sums of one pass are not enough.
    pub fn wants_rows_again(&self) -> bool {
        self.predictions.is_some()
            || self.residuals.is_some()
            || self.robust.is_some()
            || self.test_fraction.is_some()
            || self.cv.is_some()
            || self.compare_solvers == Some(true)
            || self.missing == Some(MissingRows::Mean)
    }
}

/// The distribution of the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FamilyName {
    /// Least squares
    #[default]
    #[value(alias = "gaussian")]
    #[serde(alias = "gaussian")]
    Linear,
    /// Two classes, 0 and 1 or two words
    #[value(alias = "binomial")]
    #[serde(alias = "binomial")]
    Logistic,
    /// Counts
    Poisson,
    /// Positive numbers with a constant coefficient of variation
    Gamma,
    /// Several classes
    Multinomial,
    /// Least squares near, absolute values beyond 1.345 sigma
    Huber,
}

/// The link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkName {
    /// mean = predictor
    Identity,
    /// mean = exp(predictor)
    Log,
    /// mean = 1/predictor
    Inverse,
    /// mean = 1/(1 + exp(-predictor))
    Logit,
    /// mean = normal distribution function of the predictor
    Probit,
    /// mean = 1 - exp(-exp(predictor))
    Cloglog,
}

/// The penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PenaltyName {
    /// lambda/2 times the sum of squares
    Ridge,
    /// lambda times the sum of absolute values
    Lasso,
    /// Both, in the proportion of --l1-ratio
    ElasticNet,
}

/// The choice of lambda.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleName {
    /// The least error
    #[default]
    Min,
    /// The largest lambda within one standard error of the least error
    #[value(name = "1se")]
    #[serde(rename = "1se")]
    OneStandardError,
}

/// The solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SolverName {
    /// One pass of double-double sums and their Cholesky factor (linear)
    Gram,
    /// Householder's QR in double-double, of decimals that are not rounded to f64 (linear, ridge)
    Householder,
    /// Householder's QR in f64, refined with double-double residuals (linear)
    Qr,
    /// The normal equations in plain f64 (linear)
    Normal,
    /// w - rate X^T(Xw - y), literally (linear); on the mean loss of scaled columns (generalised)
    GradientDescent,
    /// Gradient descent on batches of rows, the rate falling by epochs
    Sgd,
    /// Adam, on all rows or on batches
    Adam,
    /// Limited-memory BFGS
    Lbfgs,
    /// Newton's method: IRLS, Fisher scoring, the natural gradient (all but linear)
    Newton,
}

/// Missing values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MissingRows {
    /// Stop, naming row and column
    #[default]
    Error,
    /// Leave the row out and count it
    Drop,
    /// Features: put the mean of the column's other numbers there
    Mean,
}

/// Kinds of robust standard errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RobustName {
    /// White 1980
    Hc0,
    /// The same, times n/(n - p)
    Hc1,
    /// Squared residuals over 1 - leverage (none where that is 0)
    Hc2,
    /// Squared residuals over (1 - leverage)^2
    Hc3,
    /// None of them: the variance is constant
    Off,
}
