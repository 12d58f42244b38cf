//! How rows are read and kept.

use super::super::options::{MissingRows, RegressOptions};
use super::super::problem::PlanError;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::table::read::{Missing, Options};

/// How the request wants rows to be read.
pub fn reading(request: &Request<RegressOptions>, job: &Job) -> Result<Options, Located> {
    let delimiter = match request.options.delimiter {
        Some(c) if c.is_ascii() && !"\"\r\n".contains(c) => Some(c as u8),
        Some(c) => return Err(request.locate("regress.delimiter", PlanError::BadDelimiter { found: c })),
        None => None,
    };
    let missing = match request.options.missing.unwrap_or_default() {
        MissingRows::Error => Missing::Error,
        MissingRows::Drop => Missing::Drop,
        MissingRows::Mean => Missing::Nan,
    };
    let advice = match request.options.predict {
        Some(_) => "leave such rows out with --missing drop, or put the means of the fit there with --missing mean",
        None => "leave such rows out with --missing drop, or put the column's mean there with --missing mean",
    };
    Ok(Options { delimiter, missing, advice, threads: Some(job.threads()), ..Options::default() })
}

/// `--memory` in bytes.
pub fn memory(request: &Request<RegressOptions>) -> Result<u64, Located> {
    let Some(text) = &request.options.memory else { return Ok(super::super::run::DEFAULT_MEMORY) };
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &lower[digits.len()..] {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        _ => f64::NAN,
    };
    match digits.trim().parse::<f64>().map(|x| x * unit) {
        Ok(bytes) if (0.0..1e18).contains(&bytes) => Ok(bytes as u64),
        _ => Err(request.locate("regress.memory", PlanError::BadSize { found: text.clone() })),
    }
}
