//! Carries out a plan: evaluates the points in blocks, in order, and hands each to whoever wants it.

use serde_json::{Map, Value};

use super::data::OverRows;
use super::facts::{Facts, facts};
use super::plan::{Plan, Points, Printed, Wanted, plan, state};
use super::problem::PlanError;
use super::study::{Spot, Studies};
use super::summary::Summary;
use super::{GradOptions, rows, view};
use crate::calculus::slopes::{SlopeBlock, Slopes};
use crate::commands::outcome::{Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::engine::Scratch;
use crate::error::Located;
use crate::formula::print;
use crate::numeric::block::LANES;
use crate::table::formats::Cell;

/// The result JSON is put together in memory: no more points than this.
const MOST_IN_JSON: u64 = 1_000_000;
/// Up to here the report shows each point; beyond it counts them.
const MOST_IN_REPORT: u64 = 20;
/// Partials with a longer text are not printed.
const LONGEST_TEXT: f64 = 1e6;

/// Does the work of `gradus grad`.
pub fn run(request: &Request<GradOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    let stated = state(request)?;
    if !stated.problem.is_small() {
        return super::arrays::run(request, job, outputs, stated);
    }
    let plan = plan(request, stated)?;
    let options = &request.options;
    let studies = Studies::plan(request, &plan, outputs.want_rows())?;
    let wanted = Wanted {
        hessian: options.hessian.unwrap_or(false),
        limits: options.limits.unwrap_or(false),
        rows: outputs.want_rows() && !studies.have_table(),
        objects: outputs.want_result() || job.result_wanted,
        status_column: options.status_column.unwrap_or(false),
    };
    if wanted.limits && wanted.rows {
        return Err(request.locate("grad.limits", PlanError::LimitsInTable).into());
    }
    let mut outcome = Outcome { status: "ok".into(), ..Outcome::default() };
    let slopes = Slopes::new(plan.formula.clone(), wanted.hessian);
    describe(&plan, &slopes, request, &mut outcome);

    let mut sink = PointSink {
        plan: &plan,
        slopes: &slopes,
        studies: &studies,
        wanted,
        job,
        summary: Summary::default(),
        objects: Vec::new(),
        shown: Vec::new(),
    };
    let mut over_rows = match &plan.data {
        Some(rows) => Some(OverRows::new(request, rows)?),
        None => None,
    };
    match &plan.points {
        Points::Given(points) => {
            outputs_header(&plan, &[], wanted, outputs)?;
            let count = points.len() as u64;
            sink.stream(count, |k, i| points[k as usize][i], over_rows.as_mut(), outputs)?;
        }
        Points::Grid(grid) => {
            sink.check_count(grid.count)?;
            outputs_header(&plan, &[], wanted, outputs)?;
            sink.stream(grid.count, |k, i| grid.coordinate(k, i), over_rows.as_mut(), outputs)?;
        }
        Points::Rows { path, values, columns } => {
            rows::run(request, &mut sink, path, values, columns, outputs, &mut outcome)?;
        }
    }
    if let Some(rows) = over_rows {
        rows.tell(&mut outcome)?;
    }
    let PointSink { summary, objects, shown, .. } = sink;
    if wanted.objects {
        outcome.result.insert("points".into(), Value::Array(objects));
    }
    outcome.status = summary.worst().word().into();
    outcome.answers = summary.answers();
    if !studies.speak_alone() {
        view::report(&plan, &slopes, &summary, &shown, request, job, wanted.rows, &mut outcome);
    }
    for (_, study) in &studies.0 {
        study.whole(&plan, &slopes.formula, job, outputs, &mut outcome)?;
    }
    if let ("ok", Some(answer)) = (&*outcome.status, outcome.answers.first()) {
        outcome.status = answer.word.replace('-', "_");
    }
    if summary.points > 1 || wanted.rows {
        outcome.result.insert("summary".into(), summary.json());
    }
    Ok(outcome)
}

/// The keys of the result that are about the formula itself, and warnings about its text.
fn describe(plan: &Plan, slopes: &Slopes, request: &Request<GradOptions>, outcome: &mut Outcome) {
    let f = &slopes.formula;
    let mut latex = Map::new();
    let mut partials = Map::new();
    for Printed { by, key, graph, node } in plan.printed(f) {
        let length = print::length(graph, node);
        if length > LONGEST_TEXT {
            let facts = Map::from_iter([("variable".to_string(), key.as_str().into())]);
            partials.insert(key, Value::Null);
            let message = format!("df/d{by} is not printed: its text would be longer than {LONGEST_TEXT:e} characters");
            outcome.warnings.push(Warning { code: "long_partial", facts, message });
            continue;
        }
        partials.insert(key.clone(), print::infix(graph, node).into());
        if request.options.latex == Some(true) {
            latex.insert(key, print::latex(graph, node).into());
        }
    }
    for name in super::plan::hidden(&plan.names) {
        let facts = Map::from_iter([("name".to_string(), name.into())]);
        let message = format!("`{name}` is a variable here and not the number {name}");
        outcome.warnings.push(Warning { code: "constant_hidden", facts, message });
    }
    outcome.result.insert("formula".into(), plan.text.as_str().into());
    let variables: Vec<Value> = plan.wrt_layout.variables().iter().map(|v| v.name.as_str().into()).collect();
    outcome.result.insert("variables".into(), variables.into());
    outcome.result.insert("partials".into(), Value::Object(partials));
    if request.options.latex == Some(true) {
        if print::length(&f.graph, f.value) <= LONGEST_TEXT {
            outcome.result.insert("latex".into(), print::latex(&f.graph, f.value).into());
        }
        outcome.result.insert("partials_latex".into(), Value::Object(latex));
    }
}

/// The columns of tables: the points' own, then value, partials, directions, second derivatives, status.
pub fn outputs_header(plan: &Plan, through: &[String], wanted: Wanted, outputs: &mut Outputs) -> Result<(), Located> {
    if !wanted.rows {
        return Ok(());
    }
    let mut own = vec!["f".to_string()];
    own.extend(plan.wrt.iter().map(|v| format!("df_d{v}")));
    own.extend(plan.directions.iter().map(|d| format!("df_along_{}", d.name)));
    if wanted.hessian {
        for (i, a) in plan.wrt.iter().enumerate() {
            own.extend(plan.wrt[..=i].iter().map(|b| format!("d2f_d{b}_d{a}")));
        }
    }
    if wanted.status_column {
        own.push("status".into());
    }
    let points = if through.is_empty() { plan.names.clone() } else { through.to_vec() };
    if let Some(name) = own.iter().find(|name| points.contains(name)) {
        return Err(Located::new(PlanError::ColumnTaken { name: name.clone() }));
    }
    outputs.columns(points.into_iter().chain(own).collect())
}

/// Takes evaluated points in order: counts them, keeps what the report and the result need.
pub struct PointSink<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The compiled formula.
    pub slopes: &'a Slopes,
    /// What is asked beside slopes.
    pub studies: &'a Studies,
    /// What is wanted.
    pub wanted: Wanted,
    /// The surroundings.
    pub job: &'a Job,
    /// What was seen.
    pub summary: Summary,
    objects: Vec<Value>,
    shown: Vec<Facts>,
}

impl<'a> PointSink<'a> {
    /// One that has seen nothing, for threads that evaluate.
    pub fn fresh(&self) -> PointSink<'a> {
        let PointSink { plan, slopes, studies, wanted, job, .. } = *self;
        let summary = Summary::default();
        PointSink { plan, slopes, studies, wanted, job, summary, objects: Vec::new(), shown: Vec::new() }
    }

    /// Whether points must be seen one by one: for the report, or for the result.
    pub fn looks_closely(&self) -> bool {
        self.wanted.objects || self.summary.points < MOST_IN_REPORT
    }

    /// Refuses more points than the result can hold, before work begins.
    pub fn check_count(&self, count: u64) -> Result<(), Located> {
        if self.wanted.objects && count > MOST_IN_JSON {
            return Err(Located::new(PlanError::TooManyForJson { points: count.to_string(), format: "json" }));
        }
        Ok(())
    }

    /// Evaluates `count` points whose coordinates a function gives, and writes their rows.
    fn stream(
        &mut self,
        count: u64,
        coordinate: impl Fn(u64, usize) -> f64,
        mut over_rows: Option<&mut OverRows<'_>>,
        outputs: &mut Outputs,
    ) -> anyhow::Result<()> {
        let mut scratch = self.slopes.scratch();
        let mut progress = self.job.progress(Some(count), "points");
        let names = self.plan.names.len();
        let mut columns = vec![vec![0.0; LANES]; names];
        let mut begin = 0;
        while begin < count {
            self.job.check()?;
            let lanes = (count - begin).min(LANES as u64) as usize;
            for (i, column) in columns.iter_mut().enumerate() {
                for (lane, x) in column[..lanes].iter_mut().enumerate() {
                    *x = coordinate(begin + lane as u64, i);
                }
            }
            let slices: Vec<&[f64]> = columns.iter().map(|c| &c[..lanes]).collect();
            let block = match over_rows.as_mut() {
                Some(rows) => rows.block(self, &slices, lanes)?,
                None => self.evaluate(&mut scratch, &slices, &[], lanes),
            };
            self.take(&slices, &[], &block, lanes, None)?;
            if self.wanted.rows {
                for lane in 0..lanes {
                    let mut cells: Vec<f64> = slices.iter().map(|c| c[lane]).collect();
                    self.numbers(&block, lane, &mut cells);
                    let mut cells: Vec<Cell> = cells.into_iter().map(Cell::Number).collect();
                    cells.extend(self.status_cell(&block, lane).map(|s| Cell::Text(s.as_bytes())));
                    outputs.row(&cells)?;
                }
            }
            begin += lanes as u64;
            progress.set(begin, begin);
            if outputs.is_closed() {
                break;
            }
        }
        progress.finish();
        Ok(())
    }

    /// A block of points given by the variables' columns: `variables: [names][lanes]`.
    /// `data`: columns that are no variables, each with its place among the graph's inputs.
    pub fn evaluate(
        &self,
        scratch: &mut Scratch,
        variables: &[&[f64]],
        data: &[(usize, &[f64])],
        lanes: usize,
    ) -> SlopeBlock {
        self.slopes.block(scratch, &self.inputs(variables, data), lanes)
    }

    /// The graph's inputs: a column at its place, nothing elsewhere.
    fn inputs<'c>(&self, variables: &[&'c [f64]], data: &[(usize, &'c [f64])]) -> Vec<&'c [f64]> {
        let mut inputs: Vec<&[f64]> = vec![&[]; self.slopes.formula.graph.inputs().len()];
        for (&place, &column) in self.plan.places.iter().zip(variables) {
            inputs[place] = column;
        }
        for &(place, column) in data {
            inputs[place] = column;
        }
        inputs
    }

    /// The numbers that follow the point in a row.
    pub fn numbers(&self, block: &SlopeBlock, lane: usize, cells: &mut Vec<f64>) {
        let from = cells.len();
        cells.push(block.value[lane]);
        cells.extend(block.gradient.iter().map(|g| g[lane]));
        for d in &self.plan.directions {
            let mut dot = 0.0;
            for (g, &v) in block.gradient.iter().zip(&d.unit) {
                if v != 0.0 {
                    dot += g[lane] * v;
                }
            }
            cells.push(dot);
        }
        cells.extend(block.hessian.iter().map(|h| h[lane]));
        // a zero of a result has no sign: -2*y at 0 is 0
        cells[from..].iter_mut().for_each(|x| *x += 0.0);
    }

    /// The status cell of a row, where wanted.
    pub fn status_cell(&self, block: &SlopeBlock, lane: usize) -> Option<&'static str> {
        self.wanted.status_column.then(|| block.judged(lane).map_or("ok", |j| j.worst().0.word()))
    }

    /// Counts a block's points and keeps what is to be shown. `lines`: where each point stands in its file.
    pub fn take(
        &mut self,
        variables: &[&[f64]],
        data: &[(usize, &[f64])],
        block: &SlopeBlock,
        lanes: usize,
        lines: Option<&[u64]>,
    ) -> Result<(), Located> {
        for lane in 0..lanes {
            let judged = block.judged(lane);
            self.summary.count(judged, lines.map(|l| l[lane]), || point_text(self.plan, variables, lane));
            let show = self.summary.points <= MOST_IN_REPORT;
            if show || self.wanted.objects {
                self.check_count(self.summary.points)?;
                let inputs: Vec<f64> = {
                    let columns = self.inputs(variables, data);
                    columns.iter().map(|c| c.get(lane).copied().unwrap_or(0.0)).collect()
                };
                let at: Vec<f64> = variables.iter().map(|c| c[lane]).collect();
                let mut found = facts(self.plan, self.slopes, self.wanted, block, lane, &inputs, at);
                self.summary.directions(&found);
                let formula = &self.slopes.formula;
                let spot = Spot { plan: self.plan, formula, inputs: &inputs, facts: &found, job: self.job };
                found.studies = self.studies.at_point(&spot)?;
                self.summary.studies(&found);
                if self.wanted.objects {
                    self.objects.push(found.json(self.plan, self.wanted));
                }
                if show {
                    self.shown.push(found);
                }
            }
        }
        Ok(())
    }
}

/// `x = 1, y = 2`
fn point_text(plan: &Plan, variables: &[&[f64]], lane: usize) -> String {
    let part = |(name, column): (&String, &&[f64])| format!("{name} = {}", print::number(column[lane]));
    plan.names.iter().zip(variables).map(part).collect::<Vec<_>>().join(", ")
}
