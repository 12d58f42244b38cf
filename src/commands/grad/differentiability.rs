//! `--differentiability`: the verdict, with the curve that shows it.

use serde_json::{Map, Value};

use super::GradOptions;
use super::plan::Plan;
use super::study::{Finding, Kind, Spot, Study};
use crate::calculus::differentiability::{Differentiability, Verdict, differentiability};
use crate::calculus::status::Judge;
use crate::commands::json::number;
use crate::commands::outcome::Answer;
use crate::commands::request::Request;
use crate::error::Located;
use crate::report::{Align, Table};

/// The registry's line.
pub const KIND: Kind = Kind {
    key: "differentiability",
    option: "differentiability",
    name: "verdicts on differentiability",
    over_rows: false,
    of_points: true,
    plan: |request: &Request<GradOptions>, _: &Plan| {
        Ok((request.options.differentiability == Some(true)).then(|| Box::new(Verdicts) as Box<dyn Study>))
    },
};

struct Verdicts;

impl Study for Verdicts {
    fn at_point(&self, spot: &Spot<'_>) -> Result<Option<Finding>, Located> {
        let facts = spot.facts;
        // a plain point needs no judge: no corner is met there
        let judged = (!facts.partials.is_empty()).then(|| Judge::new(spot.formula).judge(spot.inputs));
        let found =
            differentiability(spot.formula, spot.inputs, &spot.plan.wrt, facts.value, &facts.gradient, judged.as_ref());
        let answers = match found.verdict {
            Verdict::Differentiable => Vec::new(),
            Verdict::Undecided => vec![Answer { word: "undecided", message: sentence(&found, spot) }],
            _ => vec![Answer { word: "not-differentiable", message: sentence(&found, spot) }],
        };
        Ok(Some(Finding { json: json(&found), report: report(&found, spot), answers }))
    }
}

fn sentence(found: &Differentiability, spot: &Spot<'_>) -> String {
    let job = spot.job;
    let along = |what: &str| match &found.witness {
        Some(w) => match w.limit {
            Some(l) => format!(": along {} {what} tends to {}", w.curve, job.number(l)),
            None => format!(": along {} {what} has no limit", w.curve),
        },
        None => String::new(),
    };
    let reason = found.reason.as_ref().map_or(String::new(), |r| format!(": {r}"));
    match found.verdict {
        Verdict::NoPartials => format!("not differentiable, a partial derivative does not exist{reason}"),
        Verdict::NotContinuous => {
            format!("not continuous, though all partials exist{}", along("f"))
        }
        Verdict::ContinuousNotDifferentiable => {
            format!("continuous, but not differentiable{}", along("(f(a + d) - f(a) - grad f . d)/|d|"))
        }
        Verdict::Differentiable if found.proved => {
            "differentiable: proved, the partials are continuous around the point".into()
        }
        Verdict::Differentiable => "differentiable, as far as numbers tell".into(),
        Verdict::Undecided => format!("whether f is differentiable here is undecided{reason}"),
    }
}

fn json(found: &Differentiability) -> Value {
    let pair = |worst: &Option<(f64, String)>, size: &str, name: &str, map: &mut Map<String, Value>| {
        map.insert(size.into(), worst.as_ref().map_or(Value::Null, |w| number(w.0)));
        map.insert(name.into(), worst.as_ref().map_or(Value::Null, |w| w.1.as_str().into()));
    };
    let rows = found.quotients.iter().map(|q| {
        let mut map = Map::new();
        map.insert("radius".into(), number(q.radius));
        pair(&q.line, "worst_direction", "direction", &mut map);
        pair(&q.curve, "worst_curve", "curve", &mut map);
        Value::Object(map)
    });
    let witness = found.witness.as_ref().map_or(Value::Null, |w| {
        Value::Object(Map::from_iter([
            ("curve".to_string(), w.curve.as_str().into()),
            ("limit".to_string(), w.limit.map_or(Value::Null, number)),
        ]))
    });
    Value::Object(Map::from_iter([
        ("verdict".to_string(), found.verdict.word().into()),
        ("partials_exist".to_string(), found.partials_exist.into()),
        ("continuous".to_string(), found.continuous.map_or(Value::Null, Value::from)),
        ("witness".to_string(), witness),
        ("spread_over_lines".to_string(), number(found.spread.0)),
        ("spread_over_curves".to_string(), number(found.spread.1)),
        ("quotient".to_string(), Value::Array(rows.collect())),
        ("evidence".to_string(), if found.proved { "proof" } else { "numeric" }.into()),
        ("reason".to_string(), found.reason.as_deref().map_or(Value::Null, Value::from)),
    ]))
}

fn report(found: &Differentiability, spot: &Spot<'_>) -> String {
    let mut out = format!("  {}\n", sentence(found, spot));
    if found.quotients.is_empty() {
        return out;
    }
    out.push_str("  largest |f(a + d) - f(a) - grad f . d|/|d|\n");
    let mut table = Table::new(&[
        ("|d| up to", Align::Left),
        ("on lines", Align::Left),
        ("", Align::Left),
        ("on curves", Align::Left),
        ("", Align::Left),
    ]);
    const SHOWN: usize = 12;
    for q in found.quotients.iter().filter(|q| q.radius <= 1.0).take(SHOWN) {
        let size = |w: &Option<(f64, String)>| w.as_ref().map_or("-".into(), |w| format!("{:.3e}", w.0));
        let name = |w: &Option<(f64, String)>| w.as_ref().map_or(String::new(), |w| w.1.clone());
        table.row([format!("{:e}", q.radius), size(&q.line), name(&q.line), size(&q.curve), name(&q.curve)]);
    }
    out.push_str(&table.render(4));
    out
}
