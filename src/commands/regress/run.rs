//! Carries out a plan: reads, fits, measures, and puts the result together.

use super::data::{self, Levels, Part, Wanted};
use super::features::Feature;
use super::options::{MissingRows, RegressOptions, SolverName};
use super::plan::{Model, Plan, plan};
use super::problem::PlanError;
use super::{cross, fitting, predict, result, solvers, state, tables, view};
use crate::commands::outcome::{Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::numeric::random::Random;
use crate::regress::gram::Gram;
use crate::regress::{Design, RegressError};
use crate::table::read::RowCounts;
use rayon::prelude::*;
use serde_json::{Map, Value};
use std::path::Path;

/// The data of a fit.
pub struct Data {
    /// The model's columns.
    pub design: Design,
    /// Levels of the categories.
    pub levels: Levels,
    /// Sums of products of all rows that are fitted.
    pub gram: Gram,
    /// The rows, where they are needed again.
    pub parts: Vec<Part>,
    /// Rows held out.
    pub test: Vec<Part>,
    /// Sums of each fold of a cross-validation.
    pub folds: Vec<Gram>,
    /// What became of the rows.
    pub counts: RowCounts,
}

/// Does the work of `gradus regress`.
pub fn run(request: &Request<RegressOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    job.use_threads();
    if request.options.predict.is_some() || request.options.model.is_some() {
        return predict::run(request, job, outputs);
    }
    if !request.options.merge.is_empty() {
        return state::merge(request, job, outputs);
    }
    let mut plan = plan(request, job)?;
    if let Some(path) = request.path("regress.save_state") {
        state::check(request, &plan)?;
        let data = read(&plan, request, job)?;
        return state::save(request, &plan, &data, &path, outputs);
    }
    let mut outcome = Outcome { status: "fitted".into(), ..Outcome::default() };
    outcome.inputs.push(plan.path.clone());
    let sinks = tables::open(request, &plan, outputs)?;
    let data = read(&plan, request, job)?;
    if !data.folds.is_empty() {
        let chosen = cross::choose(&plan, &data, request)?;
        plan.lambda = chosen.lambda;
        outcome.result.insert("cross_validation".into(), chosen.json());
    }
    let fitted = fitting::fit(&plan, &data, request)?;
    for column in &plan.found_categories {
        let at = plan.columns.categories.iter().position(|c| c == column).unwrap_or(0);
        let levels = &data.levels.names[at];
        let reference = levels.first().cloned().unwrap_or_default();
        let message = format!(
            "`{column}` is no number and is read as a category of {} levels; its reference level is `{reference}`",
            levels.len()
        );
        let facts = Map::from_iter([
            ("column".to_string(), column.as_str().into()),
            ("reference".to_string(), reference.into()),
            ("levels".to_string(), levels.len().into()),
        ]);
        outcome.warnings.push(Warning { code: "category_found", facts, message });
    }
    result::fill(&plan, &data, &fitted, &mut outcome)?;
    tables::write(&plan, &data, &fitted, &sinks, outputs)?;
    let metrics = match data.test.is_empty() {
        true => None,
        false => Some(predict::measure(&plan, &data, &fitted)?),
    };
    if let Some(metrics) = &metrics {
        outcome.result.insert("test".into(), Value::Object(metrics.clone()));
    }
    outcome.report = view::report(&plan, &data, &fitted, metrics.as_ref(), job);
    if request.options.compare_solvers == Some(true) {
        solvers::compare(&plan, &data, request, &mut outcome)?;
    }
    Ok(outcome)
}

/// An error of the fit with the file's name.
pub fn in_file(path: &Path) -> impl Fn(RegressError) -> Located + use<> {
    let file = path.display().to_string();
    move |problem| Located::new(PlanError::Data { file: file.clone(), problem })
}

/// Reads the rows: in one pass where sums are all that is needed, else into memory.
fn read(plan: &Plan, request: &Request<RegressOptions>, job: &Job) -> anyhow::Result<Data> {
    let options = &request.options;
    let graph = &plan.columns.graph;
    // a design without categories says which columns of numbers are needed
    let probe = Plan::design(plan, &Levels::new_pairs(plan.columns.categories.len()))?;
    let numbers = probe.needed().into_iter().map(|i| (graph.inputs()[i].name.clone(), i)).collect();
    let wanted = Wanted {
        numbers,
        inputs: graph.inputs().len(),
        categories: plan.columns.categories.clone(),
        options: plan.reading.clone(),
    };
    let mut levels = Levels::new(wanted.categories.len());
    let fail = in_file(&plan.path);
    let one_pass = matches!(plan.model, Model::Linear)
        && plan.solver != SolverName::Qr
        && wanted.categories.is_empty()
        && options.predictions.is_none()
        && options.residuals.is_none()
        && options.robust.is_none()
        && options.test_fraction.is_none()
        && options.cv.is_none()
        && options.compare_solvers != Some(true)
        && options.missing != Some(MissingRows::Mean);
    if one_pass {
        let mut gram: Option<Gram> = None;
        let counts = data::read(&plan.path, &wanted, &mut levels, job, |part| {
            add(&probe, &part, &mut gram).map_err(&fail)?;
            Ok(())
        })?;
        let Some(gram) = gram else { return Err(fail(RegressError::NoRows).into()) };
        return Ok(Data {
            design: probe,
            levels,
            gram,
            parts: Vec::new(),
            test: Vec::new(),
            folds: Vec::new(),
            counts,
        });
    }
    let mut parts: Vec<Part> = Vec::new();
    let counts = data::read(&plan.path, &wanted, &mut levels, job, |part| {
        parts.push(part);
        Ok(())
    })?;
    let maps = levels.sort();
    for part in &mut parts {
        for (codes, map) in part.codes.iter_mut().zip(&maps) {
            codes.iter_mut().for_each(|c| *c = map[*c as usize]);
        }
    }
    if options.missing == Some(MissingRows::Mean) {
        fill_means(&mut parts, &wanted, plan)?;
    }
    let mut test = Vec::new();
    if let Some(fraction) = options.test_fraction {
        // one number a row, in the file's order: which rows are held out depends on the seed and the file alone
        let mut random = Random::new(request.seed);
        for part in &mut parts {
            let out: Vec<bool> = part.lines.iter().map(|_| random.uniform() < fraction).collect();
            let held = part.filter(|i| out[i]);
            *part = part.filter(|i| !out[i]);
            if !held.lines.is_empty() {
                test.push(held);
            }
        }
        parts.retain(|p| !p.lines.is_empty());
    }
    let design = plan.design(&levels)?;
    let mut gram = None;
    for part in &parts {
        add(&design, part, &mut gram).map_err(&fail)?;
    }
    let Some(gram) = gram else { return Err(fail(RegressError::NoRows).into()) };
    if let Feature::Category(c) = plan.target {
        let found = levels.names[c].len();
        let two = matches!(plan.model, Model::Glm(..));
        if two && found != 2 || found < 2 {
            return Err(Located::new(PlanError::NotTwoClasses { found, family: plan.family() }).into());
        }
    }
    let folds = match options.cv {
        Some(count) => folds(&design, &parts, &gram, count, request.seed).map_err(&fail)?,
        None => Vec::new(),
    };
    Ok(Data { design, levels, gram, parts, test, folds, counts })
}

/// Sums by fold; each row's fold is drawn in the file's order, from a stream of its own.
fn folds(design: &Design, parts: &[Part], like: &Gram, count: u32, seed: u64) -> Result<Vec<Gram>, RegressError> {
    let mut random = Random::stream(seed, 1);
    let mut folds: Vec<Option<Gram>> = vec![Some(like.empty()); count as usize];
    for part in parts {
        let of: Vec<u64> = part.lines.iter().map(|_| random.below(u64::from(count))).collect();
        for (k, fold) in folds.iter_mut().enumerate() {
            let rows = part.filter(|i| of[i] == k as u64);
            if !rows.lines.is_empty() {
                add(design, &rows, fold)?;
            }
        }
    }
    Ok(folds.into_iter().flatten().collect())
}

/// Adds a part to the sums, chunk by chunk in parallel, in order.
fn add(design: &Design, part: &Part, gram: &mut Option<Gram>) -> Result<(), RegressError> {
    let block = design.block(&part.inputs(), &part.codes(), &part.lines)?;
    let total = gram.get_or_insert_with(|| Gram::new(&block, design.intercept));
    let starts: Vec<usize> = (0..block.rows).step_by(crate::regress::gram::CHUNK).collect();
    let one = |&start: &usize| {
        let mut sums = total.empty();
        sums.add_chunk(&block, start, (block.rows - start).min(crate::regress::gram::CHUNK));
        sums
    };
    let sums: Vec<Gram> =
        if starts.len() > 1 { starts.par_iter().map(one).collect() } else { starts.iter().map(one).collect() };
    for more in &sums {
        total.merge(more)?;
    }
    Ok(())
}

/// Puts each column's mean where a number is missing. A target has to be there.
fn fill_means(parts: &mut [Part], wanted: &Wanted, plan: &Plan) -> Result<(), Located> {
    for (name, at) in &wanted.numbers {
        if *name == plan.target_name {
            continue;
        }
        let mut sum = crate::numeric::sum::Sum::new();
        let mut count = 0u64;
        for x in parts.iter().flat_map(|p| &p.inputs[*at]).filter(|x| !x.is_nan()) {
            sum.add(*x);
            count += 1;
        }
        if count == 0 {
            return Err(Located::new(PlanError::NoMean { column: name.clone() }));
        }
        let mean = sum.value() / count as f64;
        for x in parts.iter_mut().flat_map(|p| &mut p.inputs[*at]).filter(|x| x.is_nan()) {
            *x = mean;
        }
    }
    Ok(())
}
