//! `--level-set`: the tangent space of the level set through a point.

use serde_json::{Map, Value, json};

use super::GradOptions;
use super::plan::Plan;
use super::study::{Finding, Kind, Spot, Study};
use crate::calculus::level_set::level_set;
use crate::commands::json::number;
use crate::commands::request::Request;
use crate::error::Located;

/// The registry's line.
pub const KIND: Kind = Kind {
    key: "level_set",
    option: "level_set",
    name: "level sets",
    over_rows: true,
    of_points: true,
    plan: |request: &Request<GradOptions>, _: &Plan| {
        Ok((request.options.level_set == Some(true)).then(|| Box::new(Level) as Box<dyn Study>))
    },
};

struct Level;

impl Study for Level {
    fn at_point(&self, spot: &Spot<'_>) -> Result<Option<Finding>, Located> {
        let (facts, job) = (spot.facts, spot.job);
        let mut map = Map::new();
        map.insert("level".into(), number(facts.value));
        let Some(found) = level_set(&facts.gradient) else {
            let reason = if facts.norm == 0.0 {
                "the gradient is 0: the level set may have no tangent space here"
            } else {
                "the gradient does not exist"
            };
            map.insert("tangent_basis".into(), Value::Null);
            map.insert("max_abs_dot".into(), Value::Null);
            map.insert("slope".into(), Value::Null);
            map.insert("reason".into(), reason.into());
            let report = format!("  level set f = {}: {reason}\n", job.number(facts.value));
            return Ok(Some(Finding { json: Value::Object(map), report, ..Finding::default() }));
        };
        let list = |v: &[f64]| Value::Array(v.iter().map(|&x| number(x)).collect());
        map.insert("tangent_basis".into(), found.tangent_basis.iter().map(|t| list(t)).collect());
        map.insert("max_abs_dot".into(), number(found.max_abs_dot));
        map.insert("slope".into(), found.slope.map_or(Value::Null, number));
        let names = &spot.plan.wrt;
        let what = match names.len() {
            1 => "points",
            2 => "a curve",
            3 => "a surface",
            _ => "a hypersurface",
        };
        let mut report =
            format!("  level set f = {}: {what} of dimension {}\n", job.number(facts.value), names.len() - 1);
        const SHOWN: usize = 8;
        for t in found.tangent_basis.iter().take(SHOWN) {
            let parts: Vec<String> = t.iter().map(|&x| job.number(x)).collect();
            report.push_str(&format!("    tangent ({})\n", parts.join(", ")));
        }
        if found.tangent_basis.len() > SHOWN {
            report.push_str(&format!("    and {} more\n", found.tangent_basis.len() - SHOWN));
        }
        report.push_str(&format!("    largest |grad f . tangent| {}\n", job.number(found.max_abs_dot)));
        if let [x, y] = &names[..] {
            let slope = match found.slope {
                Some(s) => format!("d{y}/d{x} = -(df/d{x})/(df/d{y}) = {}", job.number(s)),
                None => format!("the tangent is vertical: df/d{y} = 0"),
            };
            report.push_str(&format!("    {slope}\n"));
            if found.slope.is_none() {
                map.insert("vertical".into(), json!(true));
            }
        }
        Ok(Some(Finding { json: Value::Object(map), report, ..Finding::default() }))
    }
}
