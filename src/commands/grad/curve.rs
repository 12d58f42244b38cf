//! `--level-curve`: the level curves as rows of a file, proved to be all of them where there is a box.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::GradOptions;
use super::critical::DEFAULT_BUDGET;
use super::domain::ranges;
use super::plan::{Plan, Points};
use super::problem::PlanError;
use super::study::{Kind, Planned, Study};
use crate::calculus::level_curve::{Branch, Curves, curve_through, curves_in};
use crate::commands::json::number;
use crate::commands::outcome::{Answer, Outcome, Outputs};
use crate::commands::problem::constant;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::engine::Evaluator;
use crate::error::{Located, Span};
use crate::numeric::elementary::hypot;
use crate::numeric::interval::Interval;
use crate::numeric::text::count;
use crate::objective::Formula;
use crate::report::{Align, Table};
use crate::table::formats::Cell;

/// The registry's line.
pub const KIND: Kind =
    Kind { key: "level_curve", option: "level_curve", name: "level curves", over_rows: false, of_points: false, plan };

/// Without a box a curve is followed so many times the point's own distance from the origin.
const REACH: f64 = 10.0;

struct Curve {
    file: PathBuf,
    level: Option<f64>,
    domain: Option<[Interval; 2]>,
    budget: u64,
}

fn plan(request: &Request<GradOptions>, plan: &Plan) -> Planned {
    let options = &request.options;
    let Some(file) = request.path("grad.level_curve") else {
        return match options.level {
            Some(_) => Err(request.locate("grad.level", PlanError::LevelAlone)),
            // a box that nobody searches is to be one all the same
            None => ranges(request, plan).map(|_| None),
        };
    };
    if plan.wrt.len() != 2 {
        return Err(request.locate("grad.level_curve", PlanError::CurveDimension { wanted: plan.wrt.clone() }));
    }
    let level = match request.text("grad.level") {
        Some(text) => Some(constant(&text, Span::new(0, text.text.len()))?),
        None => None,
    };
    let without_points = !matches!(&plan.points, Points::Given(points) if !points.is_empty());
    if level.is_none() && without_points {
        return Err(request.locate("grad.level_curve", PlanError::NoLevel));
    }
    let domain = match ranges(request, plan)?[..] {
        [Some(x), Some(y)] => Some([x, y]),
        _ => None,
    };
    if domain.is_none() && without_points {
        return Err(request.locate("grad.level_curve", PlanError::NoBox { name: plan.wrt[0].clone() }));
    }
    let own = ["branch", "s", "f"];
    if let Some(name) = plan.wrt.iter().find(|n| own.contains(&n.as_str())) {
        return Err(Located::new(PlanError::ColumnTaken { name: name.clone() }));
    }
    let budget = options.budget.unwrap_or(DEFAULT_BUDGET);
    Ok(Some(Box::new(Curve { file, level, domain, budget })))
}

/// The curves of one level, with the point that they were asked at.
struct Found {
    level: f64,
    curves: Curves,
}

impl Study for Curve {
    fn whole(
        &self,
        plan: &Plan,
        f: &Formula,
        job: &Job,
        outputs: &mut Outputs,
        outcome: &mut Outcome,
    ) -> anyhow::Result<()> {
        let mut all: Vec<Found> = Vec::new();
        let empty = [Vec::new()];
        let points = match &plan.points {
            Points::Given(points) if !points.is_empty() => &points[..],
            _ => &empty[..],
        };
        for point in points {
            let mut inputs = vec![0.0; f.graph.inputs().len()];
            plan.places.iter().zip(point).for_each(|(&p, &x)| inputs[p] = x);
            let level = match self.level {
                Some(level) => level,
                None => Evaluator::new(&f.graph, &inputs).value(f.value),
            };
            if !level.is_finite() {
                continue; // the point's own status says why
            }
            match self.domain {
                Some(_) if all.iter().any(|found| found.level == level) => {}
                Some(domain) => {
                    let mut progress = job.progress(Some(self.budget), "cells");
                    let mut watch = |cells: u64| {
                        progress.set(cells, cells);
                        !job.cancel.is_set()
                    };
                    let curves = curves_in(f, &inputs, level, domain, self.budget, &mut watch);
                    progress.finish();
                    job.check()?;
                    all.push(Found { level, curves });
                }
                None => {
                    let from = [0, 1].map(|i| inputs[f.input_index(f.variables[i])]);
                    let size = hypot(from[0], from[1]);
                    let reach = REACH * if size > 0.0 { size } else { 1.0 };
                    let Some(branch) = curve_through(f, &inputs, level, from, reach) else {
                        let names = plan.wrt.iter().zip(from);
                        let point =
                            names.map(|(n, x)| format!("{n} = {}", job.number(x))).collect::<Vec<_>>().join(", ");
                        let problem = PlanError::LevelNotNear { level: job.number(level), point };
                        return Err(Located::new(problem).into());
                    };
                    let curves = Curves { branches: vec![branch], ..Curves::default() };
                    all.push(Found { level, curves });
                }
            }
        }
        self.write(plan, &all, outputs)?;
        let json: Vec<Value> = all.iter().map(|found| self.json(plan, found)).collect();
        outcome.result.insert("level_curve".into(), if all.len() == 1 { json[0].clone() } else { json.into() });
        for found in &all {
            outcome.report.push_str(&self.report(found, job));
            if found.curves.spent {
                let message = format!("the budget of {} was spent; --budget allows more", count(self.budget, "cell"));
                outcome.answers.push(Answer { word: "budget", message });
            } else if !found.curves.complete() {
                let n = found.curves.undecided.len();
                let message =
                    format!("{} of the box could not be decided: branches may be missing there", count(n, "cell"));
                outcome.answers.push(Answer { word: "undecided", message });
            }
        }
        Ok(())
    }
}

/// The largest |f - c| of a branch.
fn residual(branch: &Branch, level: f64) -> f64 {
    branch.points.iter().map(|p| (p.value - level).abs()).fold(0.0, |m, r| if r > m || r.is_nan() { r } else { m })
}

impl Curve {
    fn write(&self, plan: &Plan, all: &[Found], outputs: &mut Outputs) -> Result<(), Located> {
        let [x, y] = &plan.wrt[..] else { return Ok(()) };
        let mut columns: Vec<String> = vec!["branch".into(), "s".into(), x.clone(), y.clone(), "f".into()];
        columns.extend([format!("df_d{x}"), format!("df_d{y}")]);
        let table = outputs.open_table(&self.file, columns)?;
        let branches = all.iter().flat_map(|found| &found.curves.branches);
        for (k, branch) in branches.enumerate() {
            let number = (k + 1).to_string();
            for p in &branch.points {
                let numbers = [p.s, p.at[0], p.at[1], p.value, p.gradient[0], p.gradient[1]];
                let mut cells = vec![Cell::Text(number.as_bytes())];
                cells.extend(numbers.map(|x| Cell::Number(x + 0.0)));
                outputs.table_row(table, &cells)?;
            }
        }
        Ok(())
    }

    fn json(&self, plan: &Plan, found: &Found) -> Value {
        let curves = &found.curves;
        let place = |at: &[f64; 2]| -> Value {
            Value::Object(plan.wrt.iter().cloned().zip(at.iter().map(|&x| number(x))).collect())
        };
        let side = |c: &Interval| Value::Array(vec![number(c.lo), number(c.hi)]);
        let branches = curves.branches.iter().map(|b| {
            Value::Object(Map::from_iter([
                ("points".to_string(), b.points.len().into()),
                ("length".to_string(), number(b.length())),
                ("closed".to_string(), b.is_closed().into()),
                ("ends".to_string(), b.ends.iter().map(|e| Value::from(e.word())).collect()),
                ("max_residual".to_string(), number(residual(b, found.level))),
            ]))
        });
        // the same message for thousands of cells says no more than for the first
        const SHOWN: usize = 100;
        let undecided = curves
            .undecided
            .iter()
            .take(SHOWN)
            .map(|cell| Value::Object(plan.wrt.iter().cloned().zip(cell.iter().map(side)).collect()));
        Value::Object(Map::from_iter([
            ("level".to_string(), number(found.level)),
            ("branches".to_string(), Value::Array(branches.collect())),
            ("complete".to_string(), if self.domain.is_some() { curves.complete().into() } else { Value::Null }),
            ("singular_points".to_string(), curves.singular.iter().map(place).collect()),
            ("undecided".to_string(), Value::Array(undecided.collect())),
            ("undecided_count".to_string(), curves.undecided.len().into()),
            ("cells".to_string(), curves.cells.into()),
        ]))
    }

    fn report(&self, found: &Found, job: &Job) -> String {
        let curves = &found.curves;
        let mut out = format!("\nlevel curves f = {}, in {}\n", job.number(found.level), self.file.display());
        let mut table = Table::new(&[
            ("branch", Align::Right),
            ("points", Align::Right),
            ("length", Align::Point),
            ("ends", Align::Left),
            ("largest |f - c|", Align::Left),
        ]);
        const SHOWN: usize = 30;
        for (k, b) in curves.branches.iter().enumerate().take(SHOWN) {
            let ends =
                if b.is_closed() { "closed".into() } else { format!("{}, {}", b.ends[0].word(), b.ends[1].word()) };
            let worst = format!("{:.1e}", residual(b, found.level));
            table.row([(k + 1).to_string(), b.points.len().to_string(), job.number(b.length()), ends, worst]);
        }
        if curves.branches.is_empty() {
            out.push_str("  no branch\n");
        } else {
            out.push_str(&table.render(2));
        }
        for at in &curves.singular {
            let (x, y) = (job.number(at[0]), job.number(at[1]));
            out.push_str(&format!("  a critical point of f lies on the level, at ({x}, {y})\n"));
        }
        out.push_str(&match (self.domain.is_some(), curves.complete()) {
            (false, _) => "  the curve through the point; a box would show all: --box\n".to_string(),
            (true, true) => format!("  proved to be all in the box ({} cells)\n", curves.cells),
            (true, false) => {
                format!("  not complete: {} of {} cells undecided\n", curves.undecided.len(), curves.cells)
            }
        });
        out
    }
}
