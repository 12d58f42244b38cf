//! `--certify`: proved bounds for the value and every partial.

use serde_json::{Map, Value};

use super::GradOptions;
use super::plan::Plan;
use super::study::{Finding, Kind, Spot, Study};
use crate::calculus::certify::certify;
use crate::commands::json::number;
use crate::commands::request::Request;
use crate::error::Located;
use crate::numeric::interval::Interval;
use crate::report::{Align, Table, shortest};

/// The registry's line.
pub const KIND: Kind = Kind {
    key: "certified",
    option: "certify",
    name: "proved bounds",
    over_rows: false,
    of_points: true,
    plan: |request: &Request<GradOptions>, _: &Plan| {
        Ok((request.options.certify == Some(true)).then(|| Box::new(Certify) as Box<dyn Study>))
    },
};

struct Certify;

impl Study for Certify {
    fn at_point(&self, spot: &Spot<'_>) -> Result<Option<Finding>, Located> {
        let found = certify(spot.formula, spot.inputs);
        let pair = |r: Option<Interval>| r.map_or(Value::Null, |r| Value::Array(vec![number(r.lo), number(r.hi)]));
        let each = spot.plan.wrt.iter().cloned().zip(found.gradient.iter().map(|g| pair(*g)));
        let json = Value::Object(Map::from_iter([
            ("value".to_string(), pair(found.value)),
            ("gradient".to_string(), Value::Object(each.collect())),
        ]));
        let mut report = String::from("  proved bounds, the input numbers taken as exact\n");
        let mut table =
            Table::new(&[("", Align::Left), ("from", Align::Point), ("to", Align::Point), ("width", Align::Left)]);
        let mut row = |name: String, range: Option<Interval>| match range {
            Some(r) => table.row([name, shortest(r.lo + 0.0), shortest(r.hi + 0.0), format!("{:.0e}", r.width())]),
            None => table.row([name, "-".to_string(), "-".to_string(), "nothing proved".to_string()]),
        };
        row("f".into(), found.value);
        for (name, g) in spot.plan.wrt.iter().zip(&found.gradient) {
            row(format!("df/d{name}"), *g);
        }
        report.push_str(&table.render(4));
        Ok(Some(Finding { json, report, ..Finding::default() }))
    }
}
