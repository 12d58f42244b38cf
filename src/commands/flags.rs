//! The flags that every verb has.

use crate::report::ColorChoice;
use crate::table::output::is_stdout;
use std::path::PathBuf;

/// When to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressChoice {
    /// Bars where standard error is a terminal.
    #[default]
    Auto,
    /// Without a terminal a plain line every few seconds.
    Always,
    /// Nothing.
    Never,
}

/// Flags about what comes in and what goes out, the same for all verbs.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Result")]
pub struct CommonFlags {
    /// Write the result to FILE; its ending says the format, `-` is standard output (the report then goes to standard
    /// error). Repeatable
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Format of the output, whatever the file is called (`gradus list formats`); without -o to standard output
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Print this value of the result alone, such as point.x or points.0.gradient.x. Repeatable
    #[arg(long, value_name = "KEY")]
    pub print: Vec<String>,
    /// Leave an output file with the same content untouched, for Make
    #[arg(long)]
    pub if_changed: bool,
    /// Write what the result was made from, as Make reads it
    #[arg(long, value_name = "FILE.d")]
    pub depfile: Option<PathBuf>,
    /// Compare the result with a kept one, key by key; exit 1 where it differs
    #[arg(long, value_name = "OLD.json")]
    pub compare: Option<PathBuf>,
    /// Largest relative difference of two equal numbers for --compare [default: 1e-9]
    #[arg(long, value_name = "NUMBER", requires = "compare", value_parser = non_negative)]
    pub rtol: Option<f64>,
    /// Answers that count as yes, exit 0: kink, saddle, max-iterations, ... (an unknown word lists all)
    #[arg(long, value_name = "WORD,...", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Put timings into the result
    #[arg(long)]
    pub timings: bool,
    /// Set a key of the spec, such as grad.hessian=true; wins over the file. Repeatable
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true, help_heading = "Spec")]
    pub set: Vec<String>,
    /// Print the spec as it is after the file, --set and flags, with defaults, and stop
    #[arg(long, help_heading = "Spec")]
    pub print_spec: bool,
    /// Seed of everything random [default: 0]
    #[arg(long, value_name = "N", value_parser = seed, help_heading = "Run")]
    pub seed: Option<u64>,
    /// Threads to use; the result does not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Run")]
    pub threads: Option<u16>,
    /// Progress on standard error
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = false, help_heading = "Run")]
    pub progress: ProgressChoice,
    /// Colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Run")]
    pub color: ColorChoice,
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Run")]
    pub quiet: bool,
    /// Say more: choices made, all digits
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Run")]
    pub verbose: u8,
}

impl CommonFlags {
    /// `-` for every name of standard output. A format without a file means standard output too; `taken`: where a flag of
    /// the verb writes already, in that format.
    pub fn settled(mut self, taken: bool) -> CommonFlags {
        for path in self.output.iter_mut().filter(|path| is_stdout(path)) {
            *path = "-".into();
        }
        if self.format.is_some() && self.output.is_empty() && !taken {
            self.output.push("-".into());
        }
        self
    }
}

/// Flags of the verbs that take a formula; they stand at the top of a spec, not in the verb's table.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Problem")]
pub struct ProblemFlags {
    /// The spec, or rows to read; `-` is standard input: a spec, for regress rows
    #[arg(value_name = "SPEC.toml|DATA.csv|-")]
    pub input: Option<PathBuf>,
    /// The function, such as 'x^2*y + sin(x*y)'
    #[arg(short, long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub formula: Option<String>,
    /// A constant of the formula: a=2. Repeatable, or several between commas
    #[arg(long = "const", value_name = "NAME=VALUE,...")]
    pub constants: Vec<String>,
}

fn seed(text: &str) -> Result<u64, String> {
    // TOML's integers end there
    whole(text)
        .ok()
        .filter(|n| *n <= i64::MAX as u64)
        .ok_or_else(|| "a whole number from 0 to 2^63 - 1 is wanted".into())
}

/// A whole number of 0 or more.
pub fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a whole number of 0 or more is wanted".into())
}

/// A whole number of 1 or more.
pub fn whole_positive(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "a whole number of 1 or more is wanted".into())
}

fn non_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x >= 0.0 && x.is_finite() => Ok(x),
        _ => Err("a number, 0 or more, is wanted".to_string()),
    }
}
