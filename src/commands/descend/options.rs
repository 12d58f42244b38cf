//! What `descend` can be told. A field is a flag (`--max-iterations`), a key of `[descend]` (`max_iterations`) and a `--set`; its
//! comment is the help of all three. Unset means not said.

use crate::commands::flags::{whole, whole_positive};
use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The options of `descend`.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize, JsonSchema)]
#[command(next_help_heading = "Start and method")]
#[serde(default, deny_unknown_fields)]
pub struct DescendOptions {
    /// Where to start, such as x=1,y=pi/2,v=[1,2]; variables left out keep their value
    #[arg(long, value_name = "NAME=VALUE,...", allow_hyphen_values = true)]
    pub start: Option<String>,
    /// The method (`gradus list methods`) [default: chosen from the problem]
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Several methods from one start, compared: bfgs,lbfgs,newton
    #[arg(long, value_name = "METHOD,...", value_delimiter = ',', conflicts_with = "method")]
    pub methods: Vec<String>,
    /// Go up instead of down
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub maximize: Option<bool>,
    /// So many more starts, drawn in the box of the variables by --seed; the best end counts
    #[arg(long, value_name = "N")]
    pub multistart: Option<u32>,
    /// Rows a step sees: mini-batches, shuffled anew each epoch by --seed
    #[arg(long, value_name = "ROWS", value_parser = whole_positive)]
    pub batch_size: Option<u64>,
    /// Passes over all rows, with --batch-size; --gtol is asked after each, of all rows. Their end is no convergence: --allow max-iterations [default: 10]
    #[arg(long, value_name = "N", value_parser = whole_positive)]
    pub epochs: Option<u64>,
    /// The rate of gradient methods [default: by method]
    #[arg(long, value_name = "RATE", value_parser = positive, help_heading = "Step")]
    pub learning_rate: Option<f64>,
    /// How the rate changes over the iterations [default: constant]
    #[arg(long, value_name = "COURSE", value_enum, help_heading = "Step")]
    pub schedule: Option<CourseName>,
    /// The factor of --schedule step and exponential, the strength of inverse [default: 0.5]
    #[arg(long, value_name = "NUMBER", value_parser = positive, help_heading = "Step")]
    pub decay: Option<f64>,
    /// Iterations a step of the schedule takes, or the whole cosine [default: 1000]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Step")]
    pub decay_every: Option<f64>,
    /// The rate that a cosine ends with [default: 0]
    #[arg(long, value_name = "RATE", value_parser = not_negative, help_heading = "Step")]
    pub last_rate: Option<f64>,
    /// Iterations over which the rate rises to its value [default: 0]
    #[arg(long, value_name = "N", value_parser = whole, help_heading = "Step")]
    pub warmup: Option<u64>,
    /// How gradient-descent finds its step [default: the learning rate where one is given, else armijo]
    #[arg(long, value_name = "RULE", value_enum, help_heading = "Step")]
    pub line_search: Option<RuleName>,
    /// The part of the last step that is kept, below 1 [default: 0.9]
    #[arg(long, value_name = "NUMBER", value_parser = below_one, help_heading = "Step")]
    pub momentum: Option<f64>,
    /// Decay of the mean of gradients, below 1 [default: 0.9]
    #[arg(long, value_name = "NUMBER", value_parser = below_one, help_heading = "Step")]
    pub beta1: Option<f64>,
    /// Decay of the mean of squared gradients, below 1 [default: 0.999, 0.9 for rmsprop]
    #[arg(long, value_name = "NUMBER", value_parser = below_one, help_heading = "Step")]
    pub beta2: Option<f64>,
    /// Added to roots that gradients are divided by [default: 1e-8]
    #[arg(long, value_name = "NUMBER", value_parser = not_negative, help_heading = "Step")]
    pub epsilon: Option<f64>,
    /// How strongly adamw pulls variables to 0 [default: 0.01]
    #[arg(long, value_name = "NUMBER", value_parser = not_negative, help_heading = "Step")]
    pub weight_decay: Option<f64>,
    /// Pairs that lbfgs remembers [default: 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Step")]
    pub memory: Option<u32>,
    /// First trust radius of newton and newton-cg; of levenberg-marquardt too [default: from the point]
    #[arg(long, value_name = "NUMBER", value_parser = positive, help_heading = "Step")]
    pub radius: Option<f64>,
    /// Which part of the Fisher information natural-gradient uses [default: full]
    #[arg(long, value_name = "PART", value_enum, help_heading = "Step")]
    pub fisher: Option<FisherName>,
    /// Added to the Fisher information's diagonal, times its largest entry [default: 0]
    #[arg(long, value_name = "NUMBER", value_parser = not_negative, help_heading = "Step")]
    pub damping: Option<f64>,
    /// Stop when the largest |partial| is at most this [default: 1e-6 of its value at the start, and f hardly falls]
    #[arg(long, value_name = "NUMBER", value_parser = not_negative, help_heading = "Stop")]
    pub gtol: Option<f64>,
    /// Stop when a step lowers f by at most this part of |f| [default: off]
    #[arg(long, value_name = "NUMBER", value_parser = not_negative, help_heading = "Stop")]
    pub ftol: Option<f64>,
    /// Stop when a step is at most this part of |x| long [default: off]
    #[arg(long, value_name = "NUMBER", value_parser = not_negative, help_heading = "Stop")]
    pub xtol: Option<f64>,
    /// Stop when f is as low as this (as high, with --maximize) [default: off]
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, help_heading = "Stop")]
    pub target: Option<f64>,
    /// Look at the Hessian's eigenvalues at the end, and leave saddles [default: up to 100,000 variables; of a program by differences, 6 gradients a variable up to 50, or 3 n (n + 1) values up to 10]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true, help_heading = "Stop")]
    pub curvature: Option<bool>,
    /// The most iterations [default: by method]
    #[arg(long, value_name = "N", value_parser = whole, help_heading = "Stop")]
    pub max_iterations: Option<u64>,
    /// The most evaluations of f, in the middle of a step too [default: off]
    #[arg(long, value_name = "N", value_parser = whole_positive, help_heading = "Stop")]
    pub max_evaluations: Option<u64>,
    /// The most seconds [default: off]
    #[arg(long, value_name = "SECONDS", value_parser = positive, help_heading = "Stop")]
    pub max_seconds: Option<f64>,
    /// The course: iteration, evaluations, f, gradient_norm, step_norm, learning_rate, variables (up to 64 of them); a column method or start before them where there are several; `-` is standard output, in the form of --format
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub trace: Option<String>,
    /// Every so many iterations a row of the trace [default: 1]
    #[arg(long, value_name = "N", value_parser = whole_positive, help_heading = "Files")]
    pub trace_every: Option<u64>,
    /// Variables in the trace: x,v(2),v(7) [default: all, where there are at most 64]
    #[arg(long, value_name = "NAME,...", help_heading = "Files")]
    pub trace_variables: Option<String>,
    /// A column of seconds in the trace
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true, help_heading = "Files")]
    pub trace_seconds: Option<bool>,
    /// The end point as a table: variable, value; `-` is standard output, in the form of --format
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub point: Option<String>,
    /// Where to keep what is needed to go on after an interruption: the runs that are done, the state of the current one
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub checkpoint: Option<String>,
    /// Iterations between checkpoints [default: 100]
    #[arg(long, value_name = "N", value_parser = whole_positive, help_heading = "Files")]
    pub checkpoint_every: Option<u64>,
    /// Go on from a checkpoint
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub resume: Option<String>,
    /// Level of the confidence intervals of least squares [default: 0.95]
    #[arg(long, value_name = "NUMBER", value_parser = share, help_heading = "Rows")]
    pub confidence: Option<f64>,
    /// What to do with rows that lack a number: error, drop (and count) [default: error]
    #[arg(long, value_name = "POLICY", value_enum, help_heading = "Rows")]
    pub missing: Option<MissingName>,
    /// The character between columns; tab may be written as `\t` [default: by the file's ending]
    #[arg(long, value_name = "CHAR", value_parser = crate::commands::grad::delimiter, help_heading = "Rows")]
    pub delimiter: Option<char>,
    /// Seconds that the program may take for an answer [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = positive, help_heading = "Program")]
    pub time_limit: Option<f64>,
}

/// The course of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CourseName {
    /// The same for ever
    Constant,
    /// Multiplied by `decay` every `decay_every` iterations
    Step,
    /// The same evenly
    Exponential,
    /// Half a cosine from the rate to `last_rate`
    Cosine,
    /// rate / (1 + decay k / decay_every)
    Inverse,
}

/// How gradient descent finds its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleName {
    /// By the learning rate and its schedule
    Scheduled,
    /// Backtracking until f falls enough
    Armijo,
    /// From the last change of the gradient
    BarzilaiBorwein,
}

/// A part of the Fisher information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FisherName {
    /// The matrix
    Full,
    /// Its diagonal
    Diagonal,
}

/// What to do with a row that lacks a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MissingName {
    /// Stop, naming row and column
    #[default]
    Error,
    /// Leave the row out; the report counts them
    Drop,
}

fn number(text: &str, fits: impl Fn(f64) -> bool, wanted: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() && fits(x) => Ok(x),
        _ => Err(format!("a number {wanted} is wanted")),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, |x| x > 0.0, "above 0")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, |x| x >= 0.0, "of 0 or more")
}

fn below_one(text: &str) -> Result<f64, String> {
    number(text, |x| (0.0..1.0).contains(&x), "from 0 to below 1")
}

fn share(text: &str) -> Result<f64, String> {
    number(text, |x| x > 0.0 && x < 1.0, "between 0 and 1")
}

impl DescendOptions {
    /// Checks of numbers that may come from a spec as well: the key and what is wanted.
    pub fn out_of_range(&self) -> Option<(&'static str, &'static str)> {
        let above = |x: Option<f64>| x.is_some_and(|x| !(x > 0.0 && x.is_finite()));
        let negative = |x: Option<f64>| x.is_some_and(|x| !(x >= 0.0 && x.is_finite()));
        let one = |x: Option<f64>| x.is_some_and(|x| !(0.0..1.0).contains(&x));
        let zero = |x: Option<u64>| x == Some(0);
        [
            (above(self.learning_rate), "learning_rate", "a number above 0"),
            (above(self.decay), "decay", "a number above 0"),
            (above(self.decay_every), "decay_every", "a number above 0"),
            (negative(self.last_rate), "last_rate", "a number of 0 or more"),
            (one(self.momentum), "momentum", "a number from 0 to below 1"),
            (one(self.beta1), "beta1", "a number from 0 to below 1"),
            (one(self.beta2), "beta2", "a number from 0 to below 1"),
            (negative(self.epsilon), "epsilon", "a number of 0 or more"),
            (negative(self.weight_decay), "weight_decay", "a number of 0 or more"),
            (self.memory == Some(0), "memory", "1 or more"),
            (above(self.radius), "radius", "a number above 0"),
            (negative(self.damping), "damping", "a number of 0 or more"),
            (negative(self.gtol), "gtol", "a number of 0 or more"),
            (negative(self.ftol), "ftol", "a number of 0 or more"),
            (negative(self.xtol), "xtol", "a number of 0 or more"),
            (self.target.is_some_and(|x| x.is_nan()), "target", "a number"),
            (above(self.max_seconds), "max_seconds", "a number above 0"),
            (zero(self.batch_size), "batch_size", "1 or more"),
            (zero(self.epochs), "epochs", "1 or more"),
            (zero(self.max_evaluations), "max_evaluations", "1 or more"),
            (zero(self.trace_every), "trace_every", "1 or more"),
            (zero(self.checkpoint_every), "checkpoint_every", "1 or more"),
            (self.confidence.is_some_and(|x| !(x > 0.0 && x < 1.0)), "confidence", "a number between 0 and 1"),
            (above(self.time_limit), "time_limit", "a number above 0"),
        ]
        .into_iter()
        .find_map(|(wrong, key, wanted)| wrong.then_some((key, wanted)))
    }
}
