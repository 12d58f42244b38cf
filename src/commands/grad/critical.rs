//! `--critical`: all critical points in the variables' box, each with its proof.

use serde_json::{Map, Value};

use super::GradOptions;
use super::domain::ranges;
use super::plan::Plan;
use super::problem::PlanError;
use super::study::{Kind, Planned, Study};
use crate::calculus::critical::{CriticalPoint, Found, Undecided, critical};
use crate::commands::json::number;
use crate::commands::outcome::{Answer, Outcome, Outputs};
use crate::commands::problem::error::ProblemError;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::numeric::interval::Interval;
use crate::numeric::text::count;
use crate::objective::Formula;
use crate::report::{Align, Table};
use crate::table::formats::Cell;

/// The registry's line.
pub const KIND: Kind = Kind {
    key: "critical_points",
    option: "critical",
    name: "critical points",
    over_rows: false,
    of_points: false,
    plan,
};

/// Boxes that a search looks into where nobody says.
pub const DEFAULT_BUDGET: u64 = 200_000;

struct Critical {
    domain: Vec<Interval>,
    budget: u64,
    /// Values of the variables that are not differentiated by.
    held: Vec<(usize, f64)>,
}

fn plan(request: &Request<GradOptions>, plan: &Plan) -> Planned {
    if request.options.critical != Some(true) {
        return Ok(None);
    }
    let found = ranges(request, plan)?;
    let mut domain = Vec::new();
    for (name, range) in plan.wrt.iter().zip(found) {
        match range {
            Some(range) => domain.push(range),
            None => return Err(request.locate("grad.critical", PlanError::NoBox { name: name.clone() })),
        }
    }
    let mut held = Vec::new();
    for (k, (name, &place)) in plan.names.iter().zip(&plan.places).enumerate() {
        if !plan.wrt.contains(name) {
            let value = match &plan.points {
                super::plan::Points::Given(points) => points.first().map(|p| p[k]),
                _ => None,
            };
            match value {
                Some(x) => held.push((place, x)),
                None => return Err(Located::new(ProblemError::NoValue { name: name.clone(), flag: "--at" })),
            }
        }
    }
    let budget = request.options.budget.unwrap_or(DEFAULT_BUDGET);
    Ok(Some(Box::new(Critical { domain, budget, held })))
}

impl Study for Critical {
    fn has_table(&self) -> bool {
        true
    }

    fn whole(
        &self,
        plan: &Plan,
        f: &Formula,
        job: &Job,
        outputs: &mut Outputs,
        outcome: &mut Outcome,
    ) -> anyhow::Result<()> {
        let mut inputs = vec![0.0; f.graph.inputs().len()];
        self.held.iter().for_each(|&(place, x)| inputs[place] = x);
        let mut progress = job.progress(Some(self.budget), "boxes");
        let mut watch = |boxes: u64, _waiting: usize, _points: usize| {
            progress.set(boxes, boxes);
            !job.cancel.is_set()
        };
        let found = critical(f, &inputs, &self.domain, self.budget, &mut watch);
        progress.finish();
        job.check()?;
        self.write(plan, &found, outputs)?;
        outcome.result.insert("critical_points".into(), found.points.iter().map(|p| point_json(plan, p)).collect());
        outcome.result.insert("undecided".into(), found.undecided.iter().map(|u| undecided_json(plan, u)).collect());
        outcome.result.insert("complete".into(), found.complete().into());
        outcome.result.insert("boxes".into(), found.boxes.into());
        outcome.report.push_str(&self.report(plan, &found, job));
        if found.spent {
            let message = format!(
                "the budget of {} was spent: {} proved, {} undecided; --budget allows more",
                count(self.budget, "box"),
                count(found.points.len(), "point"),
                count(found.undecided.len(), "place")
            );
            outcome.answers.push(Answer { word: "budget", message });
        } else if let Some(first) = found.undecided.first() {
            let message = format!(
                "{} could not be decided, such as {}: a degenerate point or a kink never can",
                count(found.undecided.len(), "place"),
                place(plan, &first.at, job)
            );
            outcome.answers.push(Answer { word: "undecided", message });
        }
        Ok(())
    }
}

fn place(plan: &Plan, at: &[f64], job: &Job) -> String {
    let each = plan.wrt.iter().zip(at).map(|(n, &x)| format!("{n} = {}", job.number(x)));
    each.collect::<Vec<_>>().join(", ")
}

fn box_json(plan: &Plan, cells: &[Interval]) -> Value {
    let side = |c: &Interval| Value::Array(vec![number(c.lo), number(c.hi)]);
    Value::Object(plan.wrt.iter().cloned().zip(cells.iter().map(side)).collect())
}

fn named(plan: &Plan, at: &[f64]) -> Value {
    Value::Object(plan.wrt.iter().cloned().zip(at.iter().map(|&x| number(x))).collect())
}

/// A value that is exact where its enclosure is, and otherwise its middle.
fn middle(range: Interval) -> f64 {
    if range.contains(0.0) && range.width() < 1e-20 { 0.0 } else { range.midpoint() }
}

fn point_json(plan: &Plan, p: &CriticalPoint) -> Value {
    Value::Object(Map::from_iter([
        ("at".to_string(), named(plan, &p.at)),
        ("value".to_string(), number(middle(p.value))),
        ("value_bounds".to_string(), Value::Array(vec![number(p.value.lo), number(p.value.hi)])),
        ("class".to_string(), p.class.word().into()),
        ("index".to_string(), p.index.into()),
        ("eigenvalues".to_string(), p.eigenvalues.iter().map(|&e| number(e)).collect()),
        ("certified".to_string(), true.into()),
        ("box".to_string(), box_json(plan, &p.alone_in)),
        ("enclosure".to_string(), box_json(plan, &p.enclosure)),
    ]))
}

fn undecided_json(plan: &Plan, u: &Undecided) -> Value {
    Value::Object(Map::from_iter([
        ("at".to_string(), named(plan, &u.at)),
        ("value".to_string(), number(u.value)),
        ("gradient_norm".to_string(), number(u.gradient_norm)),
        ("eigenvalues".to_string(), u.eigenvalues.iter().map(|&e| number(e)).collect()),
        ("boxes".to_string(), u.count.into()),
        ("box".to_string(), box_json(plan, &u.cells)),
    ]))
}

impl Critical {
    fn write(&self, plan: &Plan, found: &Found, outputs: &mut Outputs) -> Result<(), Located> {
        if !outputs.want_rows() {
            return Ok(());
        }
        let own = ["f", "class", "index", "certified"].map(String::from);
        if let Some(name) = own.iter().find(|name| plan.wrt.contains(name)) {
            return Err(Located::new(PlanError::ColumnTaken { name: name.clone() }));
        }
        outputs.columns(plan.wrt.iter().cloned().chain(own).collect())?;
        for p in &found.points {
            let index = p.index.to_string();
            let mut cells: Vec<Cell> = p.at.iter().map(|&x| Cell::Number(x + 0.0)).collect();
            cells.push(Cell::Number(middle(p.value) + 0.0));
            cells.extend([p.class.word(), &index, "true"].map(|text| Cell::Text(text.as_bytes())));
            outputs.row(&cells)?;
        }
        for u in &found.undecided {
            let mut cells: Vec<Cell> = u.at.iter().map(|&x| Cell::Number(x + 0.0)).collect();
            cells.push(Cell::Number(u.value + 0.0));
            cells.extend(["undecided", "", "false"].map(|text| Cell::Text(text.as_bytes())));
            outputs.row(&cells)?;
        }
        Ok(())
    }

    fn report(&self, plan: &Plan, found: &Found, job: &Job) -> String {
        let sides = plan.wrt.iter().zip(&self.domain);
        let sides: Vec<String> =
            sides.map(|(n, d)| format!("{n} from {} to {}", job.number(d.lo), job.number(d.hi))).collect();
        let mut out = format!("\ncritical points for {}\n", sides.join(", "));
        const SHOWN: usize = 50;
        let mut columns: Vec<(&str, Align)> = plan.wrt.iter().map(|n| (n.as_str(), Align::Point)).collect();
        columns.extend([("f", Align::Point), ("class", Align::Left), ("eigenvalues", Align::Left)]);
        let mut table = Table::new(&columns);
        for p in found.points.iter().take(SHOWN) {
            let eigenvalues: Vec<String> = p.eigenvalues.iter().take(6).map(|&e| job.number(e)).collect();
            let more = if p.eigenvalues.len() > 6 { ", ..." } else { "" };
            let mut cells: Vec<String> = p.at.iter().map(|&x| job.number(x + 0.0)).collect();
            let class = match (p.class.word(), p.at.len()) {
                ("saddle", 3..) => format!("saddle of index {}", p.index),
                (word, _) => word.to_string(),
            };
            cells.extend([job.number(middle(p.value) + 0.0), class, format!("{}{more}", eigenvalues.join(", "))]);
            table.row(cells);
        }
        if found.points.is_empty() {
            out.push_str("  none proved\n");
        } else {
            out.push_str(&table.render(2));
        }
        if found.points.len() > SHOWN {
            out.push_str(&format!("  and {} more\n", found.points.len() - SHOWN));
        }
        for u in found.undecided.iter().take(SHOWN) {
            let width = u.cells.iter().map(|c| c.width()).fold(0.0, |m, w| if w > m { w } else { m });
            out.push_str(&format!(
                "  undecided: {} in a box {width:.1e} wide near {}, where |grad f| = {}\n",
                count(u.count, "cell"),
                place(plan, &u.at, job),
                job.number(u.gradient_norm)
            ));
        }
        out.push_str(&match found.complete() {
            true => format!(
                "  {}: each is proved, and there is no other ({})\n",
                count(found.points.len(), "point"),
                count(found.boxes, "box")
            ),
            false => format!("  not complete: {} looked into\n", count(found.boxes, "box")),
        });
        out
    }
}
