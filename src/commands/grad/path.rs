//! `[grad.path]`: the chain rule along x(t), both ways, at every step.

use serde_json::{Map, Value};

use super::GradOptions;
use super::plan::Plan;
use super::problem::PlanError;
use super::study::{Kind, Planned, Study};
use super::text::{formula, formula_text};
use crate::calculus::path::{Along, Moment, Path, along_all};
use crate::commands::json::number;
use crate::commands::outcome::{Answer, Outcome, Outputs};
use crate::commands::problem::constant;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::{Located, Span, nearest};
use crate::formula::graph::{Graph, InputKind};
use crate::formula::lower::Scope;
use crate::numeric::text::count;
use crate::objective::Formula;
use crate::report::{Align, Table};
use crate::spec::{Node, Value as Written};
use crate::table::formats::Cell;

/// The registry's line.
pub const KIND: Kind = Kind { key: "path", option: "path", name: "paths", over_rows: false, of_points: false, plan };

/// The keys of the table beside the variables' names.
const KEYS: [&str; 4] = ["parameter", "from", "to", "steps"];

struct AlongPath {
    parameter: String,
    from: f64,
    to: f64,
    steps: u32,
    path: Path,
    /// By all variables: the chain rule sums over all that moves, whatever --wrt shows.
    f: Formula,
    names: Vec<String>,
    places: Vec<usize>,
}

fn plan(request: &Request<GradOptions>, plan: &Plan) -> Planned {
    if request.options.path.is_none() {
        return Ok(None);
    }
    let Some(node) = request.tree.find("grad.path") else { return Ok(None) };
    let table = node.table("grad.path")?;
    let names = plan.names.clone();
    let variables: Vec<&str> = plan.layout.variables().iter().map(|v| v.name.as_str()).collect();
    for (key, (place, _)) in &table.entries {
        if !KEYS.contains(&key.as_str()) && !variables.contains(&key.as_str()) {
            let near = nearest(key, KEYS.iter().chain(&variables).copied()).map(String::from);
            return Err(place.locate(PlanError::PathKey { key: key.clone(), near, at: place.span }));
        }
    }
    let key = |name: &str| format!("grad.path.{name}");
    let missing = |name: &str| node.place.locate(PlanError::PathMissing { key: name.into(), at: node.place.span });
    let parameter = match table.get("parameter") {
        Some(node) => {
            let text = node.text(&key("parameter"))?;
            let at = Span::new(0, text.text.len());
            if !crate::spec::is_name(&text.text) {
                return Err(text.locate_at(PlanError::NotAName, at));
            }
            if variables.contains(&text.text.as_str()) || request.spec.constants.contains_key(&text.text) {
                return Err(text.locate_at(PlanError::ParameterTaken { name: text.text.clone() }, at));
            }
            text.text
        }
        None => "t".to_string(),
    };
    if table.get("parameter").is_none() && variables.contains(&parameter.as_str()) {
        return Err(node.place.locate(PlanError::ParameterTakenAt { name: parameter, at: node.place.span }));
    }
    let end = |name: &str| {
        let text = formula_text(table.get(name).ok_or_else(|| missing(name))?, &key(name))?;
        constant(&text, Span::new(0, text.text.len()))
    };
    let (from, to) = (end("from")?, end("to")?);
    let steps = match table.get("steps") {
        None => 32,
        Some(node) => {
            let n = crate::spec::number(node, &key("steps"))?;
            if !(n >= 1.0 && n.trunc() == n && n <= 1e7) {
                return Err(node.place.locate(PlanError::PathSteps { at: node.place.span }));
            }
            n as u32
        }
    };
    if let Some(name) = names.iter().find(|n| ["f", "df_dt", "df_dt_composed"].contains(&n.as_str())) {
        return Err(Located::new(PlanError::ColumnTaken { name: name.clone() }));
    }

    let mut graph = Graph::new();
    for input in plan.formula.graph.inputs() {
        if let InputKind::Constant(_) = input.kind {
            graph.declare(&input.name, input.kind);
        }
    }
    let t = graph.declare(&parameter, InputKind::Variable);
    let mut coordinates = Vec::new();
    for variable in plan.layout.variables() {
        let name = variable.name.as_str();
        let written = table.get(name).ok_or_else(|| missing(name))?;
        let nodes = components(written, &variable.shape);
        if nodes.len() != variable.range.len() {
            let problem =
                PlanError::PathShape { name: name.into(), wanted: variable.range.len(), at: written.place.span };
            return Err(written.place.locate(problem));
        }
        for node in nodes {
            coordinates.push(formula(&mut graph, &formula_text(node, &key(name))?, &Scope::default())?);
        }
    }
    let f = if plan.wrt == names {
        plan.formula.clone()
    } else {
        let all = names.iter().filter_map(|n| plan.formula.graph.input_named(n)).collect();
        Formula::new(plan.formula.graph.clone(), plan.formula.value, all)
    };
    let path = Path::new(&f, &graph, t, &names, &coordinates);
    Ok(Some(Box::new(AlongPath { parameter, from, to, steps, path, f, names, places: plan.places.clone() })))
}

/// The formulas of a variable: one, or an array of them, row after row.
fn components<'n>(node: &'n Node, shape: &[usize]) -> Vec<&'n Node> {
    match (&node.value, shape) {
        (Written::Array(items), [_]) => items.iter().collect(),
        (Written::Array(rows), [_, _]) => rows.iter().flat_map(|row| components(row, &[0])).collect(),
        _ => vec![node],
    }
}

/// More rows than this are left out of the report's table.
const SHOWN: usize = 17;

impl Study for AlongPath {
    fn has_table(&self) -> bool {
        true
    }

    fn whole(
        &self,
        _: &Plan,
        _: &Formula,
        job: &Job,
        outputs: &mut Outputs,
        outcome: &mut Outcome,
    ) -> anyhow::Result<()> {
        let mut shown: Vec<Moment> = Vec::new();
        let mut between = Vec::new();
        let mut progress = job.progress(Some(u64::from(self.steps) + 1), "steps");
        for k in 0..=self.steps {
            job.check()?;
            let part = f64::from(k) / f64::from(self.steps);
            let t = if k == self.steps { self.to } else { self.from + part * (self.to - self.from) };
            shown.push(self.path.moment(&self.f, &self.places, t));
            // at irregular places between the steps, 3 a step
            for j in 1..=3 {
                let part = (f64::from(k) + f64::from(j) * 0.283_119_8) / f64::from(self.steps);
                if part < 1.0 {
                    between.push(self.path.moment(&self.f, &self.places, self.from + part * (self.to - self.from)));
                }
            }
            progress.set(u64::from(k), u64::from(k));
        }
        progress.finish();
        let along = along_all(&shown, &between);
        let undefined: Vec<&Moment> =
            shown.iter().filter(|m| !m.chained.is_finite() || !self.path.is_smooth_at(m.t)).collect();
        if let Some(first) = undefined.first() {
            let t = job.number(first.t);
            let message = format!(
                "the chain rule fails at {} of {}, first at {} = {t}",
                undefined.len(),
                count(shown.len(), "step"),
                self.parameter
            );
            outcome.answers.push(Answer { word: "undefined", message });
        }
        self.write(&shown, outputs)?;
        outcome.result.insert("path".into(), self.json(&shown, &along));
        outcome.report.push_str(&self.report(&shown, &along, job));
        Ok(())
    }
}

impl AlongPath {
    fn columns(&self) -> Vec<String> {
        let mut columns = vec![self.parameter.clone()];
        columns.extend(self.names.iter().cloned());
        columns.push("f".into());
        columns.extend(self.names.iter().map(|n| format!("df_d{n}")));
        columns.extend(self.names.iter().map(|n| format!("d{n}_d{}", self.parameter)));
        columns.extend(["df_dt".to_string(), "df_dt_composed".to_string()]);
        columns
    }

    fn cells(&self, m: &Moment) -> Vec<f64> {
        let mut cells = vec![m.t];
        cells.extend(&m.at);
        cells.push(m.value);
        cells.extend(&m.gradient);
        cells.extend(&m.velocity);
        cells.extend([m.chained, m.composed]);
        cells.iter().map(|x| x + 0.0).collect()
    }

    fn write(&self, shown: &[Moment], outputs: &mut Outputs) -> Result<(), Located> {
        if !outputs.want_rows() {
            return Ok(());
        }
        outputs.columns(self.columns())?;
        for m in shown {
            let cells: Vec<Cell> = self.cells(m).into_iter().map(Cell::Number).collect();
            outputs.row(&cells)?;
        }
        Ok(())
    }

    fn json(&self, shown: &[Moment], along: &Along) -> Value {
        let mut columns = self.columns();
        if !self.names.iter().any(|n| n == "t") {
            columns[0] = "t".into();
        }
        let rows = shown.iter().map(|m| {
            let cells = self.cells(m).into_iter().map(number);
            Value::Object(columns.iter().cloned().zip(cells).collect())
        });
        Value::Object(Map::from_iter([
            ("parameter".to_string(), self.parameter.as_str().into()),
            ("max_difference".to_string(), number(along.max_difference)),
            ("on_level_set".to_string(), along.on_level_set.into()),
            ("min_value".to_string(), number(along.range.0)),
            ("max_value".to_string(), number(along.range.1)),
            ("rows".to_string(), Value::Array(rows.collect())),
        ]))
    }

    fn report(&self, shown: &[Moment], along: &Along, job: &Job) -> String {
        let t = &self.parameter;
        let mut out = format!("\nalong the path, {t} from {} to {}\n", job.number(self.from), job.number(self.to));
        let mut columns: Vec<(&str, Align)> = vec![(t, Align::Point)];
        columns.extend(self.names.iter().map(|n| (n.as_str(), Align::Point)));
        let (chained, composed) = (format!("grad f . d/d{t}"), format!("df/d{t} composed"));
        columns.extend([("f", Align::Point), (chained.as_str(), Align::Point), (composed.as_str(), Align::Point)]);
        let mut table = Table::new(&columns);
        let every = shown.len().div_ceil(SHOWN).max(1);
        for m in shown.iter().step_by(every) {
            let numbers = [m.t].into_iter().chain(m.at.iter().copied()).chain([m.value, m.chained, m.composed]);
            table.row(numbers.map(|x| if x.is_nan() { "-".to_string() } else { job.number(x + 0.0) }));
        }
        out.push_str(&table.render(2));
        if every > 1 {
            out.push_str(&format!("  every {every}th of {}\n", count(shown.len(), "step")));
        }
        out.push_str(&format!("  largest difference of the two {}\n", job.number(along.max_difference)));
        out.push_str(&if along.on_level_set {
            format!("  the path stays on the level set f = {}\n", job.number(shown[0].value))
        } else {
            format!("  f goes from {} to {} on the way\n", job.number(along.range.0), job.number(along.range.1))
        });
        out
    }
}
