//! `--linearize`: the tangent plane beside the function, at a displacement and its halves.

use serde_json::{Map, Value};

use super::GradOptions;
use super::plan::Plan;
use super::problem::PlanError;
use super::study::{Finding, Kind, Planned, Spot, Study};
use crate::calculus::linearize::{Approximation, approximate};
use crate::commands::json::number;
use crate::commands::problem::constant;
use crate::commands::request::Request;
use crate::engine::Evaluator;
use crate::error::{Located, Span};
use crate::formula::print;
use crate::numeric::sum::dot;
use crate::report::{Align, Table};
use crate::spec::{Piece, bindings};

/// The registry's line.
pub const KIND: Kind = Kind {
    key: "linearization",
    option: "linearize",
    name: "linear approximations",
    over_rows: false,
    of_points: true,
    plan,
};

struct Linearize {
    /// Where to compare; none for the formulas alone.
    displacement: Option<Vec<f64>>,
    quadratic: bool,
}

fn plan(request: &Request<GradOptions>, plan: &Plan) -> Planned {
    let order = request.options.taylor;
    if let Some(order) = order
        && !(1..=2).contains(&order)
    {
        return Err(request.locate("grad.taylor", PlanError::TaylorOrder { order }));
    }
    let quadratic = order == Some(2);
    let Some(text) = request.text("grad.linearize") else {
        let formulas = order.map(|_| Box::new(Linearize { displacement: None, quadratic }) as Box<dyn Study>);
        return Ok(formulas);
    };
    let mut displacement = Vec::new();
    for binding in bindings(&text)? {
        if let Some((_, span)) = binding.name {
            return Err(text.locate_at(PlanError::NameInsideDirection, span));
        }
        let Piece::Text(span) = binding.value else {
            return Err(text.locate_at(PlanError::NotYet { what: "vectors" }, binding.value.span()));
        };
        displacement.push(constant(&text, span)?);
    }
    let whole = Span::new(0, text.text.len());
    if displacement.len() != plan.wrt.len() {
        let problem = PlanError::DisplacementLength { found: displacement.len(), wanted: plan.wrt.clone() };
        return Err(text.locate_at(problem, whole));
    }
    if displacement.iter().all(|&d| d == 0.0) {
        return Err(text.locate_at(PlanError::ZeroDisplacement, whole));
    }
    Ok(Some(Box::new(Linearize { displacement: Some(displacement), quadratic })))
}

impl Study for Linearize {
    fn at_point(&self, spot: &Spot<'_>) -> Result<Option<Finding>, Located> {
        let (facts, job) = (spot.facts, spot.job);
        let list = |v: &[f64]| Value::Array(v.iter().map(|&x| number(x)).collect());
        let mut map = Map::new();
        if let Some(d) = &self.displacement {
            map.insert("displacement".into(), list(d));
        }
        let hessian = if self.quadratic { Some(hessian(spot)) } else { None };
        let exists = facts.value.is_finite() && facts.gradient.iter().all(|g| g.is_finite());
        let curved = hessian.as_ref().is_none_or(|h| h.iter().flatten().all(|x| x.is_finite()));
        if !exists || !curved {
            let reason = if exists { "the Hessian does not exist" } else { "the gradient does not exist" };
            for key in ["gradient_dot", "approximation", "value", "error", "order", "tangent_plane"] {
                map.insert(key.into(), Value::Null);
            }
            map.insert("table".into(), Value::Array(Vec::new()));
            map.insert("reason".into(), reason.into());
            let report = format!("  no linear approximation: {reason}\n");
            return Ok(Some(Finding { json: Value::Object(map), report, ..Finding::default() }));
        }
        let f = spot.formula;
        let by = spot.by();
        let plane = plane(&spot.plan.wrt, facts.value, &facts.gradient, &by);
        let mut out = String::new();
        let at = self.displacement.as_ref().map_or(String::new(), |d| {
            let step: Vec<String> = d.iter().map(|&x| job.number(x)).collect();
            format!(" at the displacement d = ({})", step.join(", "))
        });
        out.push_str(&format!("  linear approximation{at}\n    tangent plane {plane}\n"));
        if let Some(d) = &self.displacement {
            let linear = approximate(f, spot.inputs, facts.value, &facts.gradient, None, d);
            map.insert("gradient_dot".into(), number(dot(&facts.gradient, d)));
            describe(&linear, &mut map);
            out.push_str(&format!("    grad f . d = {}\n", job.number(dot(&facts.gradient, d))));
            table(&linear, 2.0, spot, &mut out);
        }
        map.insert("tangent_plane".into(), plane.as_str().into());
        if let Some(hessian) = &hessian {
            let text = surface(&spot.plan.wrt, &plane, hessian, &by);
            let mut inner = Map::new();
            out.push_str(&format!("  quadratic approximation\n    {text}\n"));
            if let Some(d) = &self.displacement {
                let quadratic = approximate(f, spot.inputs, facts.value, &facts.gradient, Some(hessian), d);
                describe(&quadratic, &mut inner);
                table(&quadratic, 3.0, spot, &mut out);
            }
            inner.insert("formula".into(), text.as_str().into());
            map.insert("quadratic".into(), Value::Object(inner));
        }
        Ok(Some(Finding { json: Value::Object(map), report: out, ..Finding::default() }))
    }
}

/// The Hessian at the spot, each entry NaN where it does not exist: `[wrt][wrt]`.
pub fn hessian(spot: &Spot<'_>) -> Vec<Vec<f64>> {
    if let Some(h) = &spot.facts.hessian {
        return h.clone();
    }
    let mut f = spot.formula.clone();
    let nodes = f.hessian();
    let mut at = Evaluator::new(&f.graph, spot.inputs);
    let cornered = f.corners.any.is_some_and(|c| at.value(c) != 0.0);
    let entry = |&node: &_| if cornered { f64::NAN } else { at.value(node) };
    let mut entry = entry;
    nodes.iter().map(|row| row.iter().map(&mut entry).collect()).collect()
}

fn describe(found: &Approximation, map: &mut Map<String, Value>) {
    let first = found.steps[0];
    map.insert("approximation".into(), number(first.approximation));
    map.insert("value".into(), number(first.value));
    map.insert("error".into(), number(first.error));
    map.insert("order".into(), found.order.map_or(Value::Null, number));
    let rows = found.steps.iter().map(|s| {
        Value::Object(Map::from_iter([
            ("k".to_string(), s.k.into()),
            ("approximation".to_string(), number(s.approximation)),
            ("value".to_string(), number(s.value)),
            ("error".to_string(), number(s.error)),
            ("order".to_string(), s.order.map_or(Value::Null, number)),
        ]))
    });
    map.insert("table".into(), Value::Array(rows.collect()));
    map.insert("left_out".into(), found.left_out.into());
}

fn table(found: &Approximation, expected: f64, spot: &Spot<'_>, out: &mut String) {
    const SHOWN: usize = 10;
    let job = spot.job;
    let mut table = Table::new(&[
        ("step", Align::Left),
        ("approximation", Align::Point),
        ("f(a + step)", Align::Point),
        ("error", Align::Left),
        ("order", Align::Point),
    ]);
    for s in found.steps.iter().take(SHOWN) {
        table.row([
            if s.k == 0 { "d".to_string() } else { format!("d/{}", 1_u64 << s.k) },
            job.number(s.approximation),
            job.number(s.value),
            format!("{:.3e}", s.error),
            s.order.map_or(String::new(), |o| format!("{o:.4}")),
        ]);
    }
    out.push_str(&table.render(4));
    let order = match found.order {
        Some(order) => format!("observed order {order:.4}; {expected} where f is smooth"),
        None if found.steps[0].error.abs() <= found.steps[0].noise => "no error beyond rounding".into(),
        None => "no order: rounding rules from the second step on".into(),
    };
    out.push_str(&format!("    {order}\n"));
    if found.left_out > 0 && found.order.is_some() {
        let from = found.steps.last().map_or(0, |s| s.k + 1);
        out.push_str(&format!("    steps from d/2^{from} on are left out: there the error is rounding\n"));
    }
}

/// `2 + 2*(x - 1) + 2*(y - 1)`: reads back as a formula.
fn plane(names: &[String], value: f64, gradient: &[f64], at: &[f64]) -> String {
    let mut text = print::number(value + 0.0);
    for ((name, &g), &a) in names.iter().zip(gradient).zip(at) {
        if g != 0.0 {
            push_term(&mut text, g, &shifted(name, a));
        }
    }
    text
}

/// The plane with the second-order terms.
fn surface(names: &[String], plane: &str, hessian: &[Vec<f64>], at: &[f64]) -> String {
    let mut text = plane.to_string();
    for i in 0..names.len() {
        for j in i..names.len() {
            let h = hessian[i][j];
            if h == 0.0 {
                continue;
            }
            let (a, b) = (shifted(&names[i], at[i]), shifted(&names[j], at[j]));
            if i == j {
                push_term(&mut text, 0.5 * h, &format!("{a}^2"));
            } else {
                push_term(&mut text, h, &format!("{a}*{b}"));
            }
        }
    }
    text
}

fn shifted(name: &str, a: f64) -> String {
    match a {
        0.0 => name.to_string(),
        a if a < 0.0 => format!("({name} + {})", print::number(-a)),
        a => format!("({name} - {})", print::number(a)),
    }
}

fn push_term(text: &mut String, coefficient: f64, factor: &str) {
    if text == "0" {
        text.clear();
    }
    let (sign, size) = (coefficient < 0.0, coefficient.abs());
    text.push_str(match (text.is_empty(), sign) {
        (true, true) => "-",
        (true, false) => "",
        (false, true) => " - ",
        (false, false) => " + ",
    });
    if size == 1.0 {
        text.push_str(factor);
    } else {
        text.push_str(&format!("{}*{factor}", print::number(size)));
    }
}
