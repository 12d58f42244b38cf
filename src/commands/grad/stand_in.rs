//! STAND-IN until `plan`, `run` and `view` are merged: echoes the request, so that the contract of the command line can
//! be tested. No mathematics.

use super::GradOptions;
use crate::commands::outcome::{Answer, Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::commands::sink::Cell;
use crate::error::{Diagnose, Exit, Located};
use crate::spec::{Piece, Quantity, bindings};
use serde_json::{Map, Value, json};

#[derive(Debug, thiserror::Error)]
#[error("there is no formula")]
struct NoFormula;

impl Diagnose for NoFormula {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        Some("give one: -f 'x^2 + y^2', or a spec with the key `formula`".into())
    }
}

pub fn run(request: &Request<GradOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    let Some(formula) = request.spec.formula() else { return Err(Located::new(NoFormula).into()) };
    let mut at = Map::new();
    for (name, variable) in &request.spec.variables {
        if let Some(Quantity::Number(x)) = variable.value.value {
            at.insert(name.clone(), json!(x));
        }
    }
    for i in 0..request.options.at.len() {
        let Some(text) = request.text(&format!("grad.at.{i}")) else { continue };
        for binding in bindings(&text)? {
            if let (Some((name, _)), Piece::Text(span)) = (binding.name, binding.value) {
                at.insert(name, text.text[span.range()].parse::<f64>().map_or(Value::Null, |x| json!(x)));
            }
        }
    }
    job.check()?;
    let mut outcome = Outcome { status: "ok".into(), ..Outcome::default() };
    if outputs.want_rows() {
        outputs.columns(at.keys().cloned().collect())?;
        let cells: Vec<Cell> = at.values().map(|v| Cell::Number(v.as_f64().unwrap_or(f64::NAN))).collect();
        outputs.row(&cells)?;
    }
    // A formula that begins with abs( stands for one with a kink, ln( for one with a warning.
    if formula.text.starts_with("abs(") {
        outcome.status = "kink".into();
        outcome.answers.push(Answer { word: "kink", message: "point 1: abs has a kink at 0".into() });
    }
    if formula.text.starts_with("ln(") {
        let facts = Map::from_iter([("n".to_string(), json!(1))]);
        outcome.warnings.push(Warning { code: "stand_in", facts, message: "a warning".into() });
    }
    outcome.inputs.extend(request.path("grad.points"));
    outcome.report = format!("{} = {}\n", job.paint.bold("f"), formula.text);
    for (name, value) in &at {
        outcome.report.push_str(&format!("  {name} = {}\n", job.number(value.as_f64().unwrap_or(f64::NAN))));
    }
    outcome.result.insert("formula".into(), formula.text.clone().into());
    outcome.result.insert("points".into(), json!([{"at": at}]));
    Ok(outcome)
}
