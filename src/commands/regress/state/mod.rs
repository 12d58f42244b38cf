//! Sums kept in files, so that shards of the rows are summed apart (make -j, job arrays) and fitted together. Of a category a shard
//! keeps the sums of every level it has; which one is the reference is known when all shards are there.

mod file;
mod union;

use super::conflict;
use super::data::Counts;
use super::defaults::CONFIDENCE;
use super::features::{Columns, Feature, Target, unquoted};
use super::fitting;
use super::glob;
use super::inputs::{Header, Inputs};
use super::options::{FamilyName, MissingRows, RegressOptions, SolverName};
use super::plan::{Model, Plan, penalty, ranges, solver};
use super::problem::PlanError;
use super::result::tell_counts;
use super::run::Data;
use super::store::Store;
use super::{notes, result, tables, view};
use crate::commands::outcome::{Outcome, Outputs, Warning};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::formula::graph::InputKind;
use crate::numeric::text::count;
use crate::regress::gram::Gram;
use crate::table::read::{Options, RowCounts};
use file::{Kind, Shard};
use serde_json::Map;
use std::path::{Path, PathBuf};

/// Fails where sums are not all that the fit needs.
pub fn check(request: &Request<RegressOptions>, plan: &Plan) -> Result<(), Located> {
    let options = &request.options;
    let refuse = |key: &str, why: &str| Err(conflict::refused(request, key, &format!("--save-state: {why}")));
    if !matches!(plan.model, Model::Linear) {
        let key = if options.loss.is_some() { "loss" } else { "family" };
        return refuse(key, "its fit needs the rows again and again, and sums serve linear models alone");
    }
    if let Some(Feature::Interaction(i)) = plan.features.iter().find(|f| matches!(f, Feature::Interaction(_))) {
        let problem = PlanError::KeptProduct { product: i.name.clone() };
        let item = options.features.iter().position(|item| item.contains(&i.name)).unwrap_or(0);
        return Err(request.locate(&format!("regress.features.{item}"), problem));
    }
    let later = [
        ("penalty", options.penalty.is_some()),
        ("solver", options.solver.is_some()),
        ("trace", options.trace.is_some()),
        ("path", options.path.is_some()),
        ("coefficients", options.coefficients.is_some()),
        ("compare_solvers", options.compare_solvers == Some(true)),
        ("confidence", options.confidence.is_some_and(|level| level != CONFIDENCE)),
    ];
    if let Some((key, _)) = later.into_iter().find(|l| l.1) {
        let why = match key {
            "path" | "compare_solvers" => "it needs the rows a second time, and sums are all that is kept",
            _ => "it is about the fit: give it with --merge",
        };
        return refuse(key, why);
    }
    let rows = [
        ("predictions", options.predictions.is_some()),
        ("residuals", options.residuals.is_some()),
        ("robust", options.robust.is_some()),
        ("test_fraction", options.test_fraction.is_some()),
        ("test", options.test.is_some()),
        ("missing", options.missing == Some(MissingRows::Mean)),
    ];
    match rows.into_iter().find(|r| r.1) {
        Some((key, _)) => refuse(key, "it needs the rows a second time, and sums are all that is kept"),
        None => Ok(()),
    }
}

/// Writes the sums.
pub fn save(
    request: &Request<RegressOptions>,
    plan: &Plan,
    data: &Data,
    path: &Path,
    outputs: &mut Outputs,
) -> anyhow::Result<Outcome> {
    outputs.text_file(path, &file::text(request, plan, data))?;
    let mut outcome = Outcome { status: "summed".into(), ..Outcome::default() };
    outcome.inputs.extend(plan.inputs.paths.clone());
    outcome.report = format!("{} summed\n", count(data.gram.rows, "row"));
    tell_counts(&data.counts, &[], &mut outcome)?;
    Ok(outcome)
}

/// Options that say what the model is.
const MODEL: &[&str] =
    &["target", "features", "exclude", "categorical", "family", "link", "loss", "no_intercept", "weights", "offset"];

/// Does the work of `--merge`.
pub fn merge(request: &Request<RegressOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    let options = &request.options;
    let plain = RegressOptions {
        merge: options.merge.clone(),
        penalty: options.penalty,
        lambda: options.lambda,
        l1_ratio: options.l1_ratio,
        standardize: options.standardize,
        solver: options.solver,
        learning_rate: options.learning_rate,
        max_iterations: options.max_iterations,
        trace: options.trace.clone(),
        confidence: options.confidence,
        coefficients: options.coefficients.clone(),
        missing: Some(MissingRows::Error),
        family: options.family.filter(|f| *f == FamilyName::Linear),
        ..RegressOptions::default()
    };
    if request.spec.data.is_some() {
        let with = "rows: it reads sums alone, those of --save-state".to_string();
        return Err(request.locate("regress.merge.0", PlanError::Conflict { flag: "--merge", with }).into());
    }
    if let Some(key) = conflict::first_other(options, &plain) {
        let of_the_model = MODEL.contains(&key.as_str());
        let why =
            if of_the_model { "the model is that of the states" } else { "it needs rows, and there are sums alone" };
        return Err(conflict::refused(request, &key, &format!("--merge: {why}")).into());
    }
    if matches!(options.solver, Some(SolverName::Qr | SolverName::Householder)) {
        return Err(conflict::refused(request, "solver", "--merge: this one needs rows; gram serves sums").into());
    }
    let paths: Vec<PathBuf> =
        (0..options.merge.len()).filter_map(|k| request.path(&format!("regress.merge.{k}"))).collect();
    let paths = glob::files(paths).map_err(|e| request.locate("regress.merge.0", e))?;
    let mut shards: Vec<Shard> = Vec::new();
    for path in &paths {
        let shard = file::load(path)?;
        let names = |at: usize| (path.display().to_string(), paths[at].display().to_string());
        if let Some(at) = shards.iter().position(|s| s.checksum == shard.checksum) {
            let (file, first) = names(at);
            return Err(Located::new(PlanError::SameState { file, first }).into());
        }
        if let Some(what) = shards.first().and_then(|first| difference(&first.kind, &shard.kind)) {
            let (file, first) = names(0);
            return Err(Located::new(PlanError::OtherModel { file, first, what }).into());
        }
        shards.push(shard);
    }
    let Some(kind) = shards.first().map(|s| s.kind.clone()) else { return Err(Located::new(PlanError::NoData).into()) };
    let levels = union::levels(&shards);
    let mut whole: Option<Gram> = None;
    let mut counts = RowCounts { read: 0, used: 0, dropped: Vec::new() };
    for (shard, path) in shards.iter().zip(&paths) {
        let gram = union::spread(shard, &levels);
        let fail = |problem| Located::new(PlanError::Data { file: path.display().to_string(), problem });
        match &mut whole {
            None => whole = Some(gram),
            Some(whole) => whole.merge(&gram).map_err(fail)?,
        }
        counts.read += shard.counts.read;
        counts.used += shard.counts.used;
    }
    let Some(gram) = whole else { return Err(Located::new(PlanError::NoData).into()) };
    let model = Model::Linear;
    let (lambda, l1_ratio) = penalty(request, &model)?;
    let solver = solver(request, &model)?;
    ranges(request)?;
    let mut columns = Columns::new(&Header::default(), Vec::new(), &kind.constants);
    let nothing = columns.graph.number(0.0);
    let features = kind.features.iter().map(|(name, levels)| match levels {
        None => {
            let plain = unquoted(name);
            let column = plain != name;
            let id = if column { columns.graph.declare(plain, InputKind::Column) } else { nothing };
            Feature::Number(plain.to_string(), id)
        }
        Some(_) => Feature::Category(columns.category(name)),
    });
    let features: Vec<Feature> = features.collect();
    let plan = Plan {
        inputs: Inputs { paths: paths.clone(), ..Inputs::default() },
        missing_means: false,
        every_level: false,
        memory: u64::MAX, // the sums are there
        features,
        target: Target::Number(nothing),
        target_name: kind.target.clone(),
        weights: None,
        offset: None,
        loss: None,
        offset_text: kind.offset.clone(),
        intercept: kind.intercept,
        model,
        solver,
        chooses: false,
        lambda,
        l1_ratio,
        reading: Options::default(),
        found_categories: Vec::new(),
        warnings: Vec::new(),
        columns,
    };
    let design = plan.design(&levels)?;
    let gram = gram.arranged(&union::without_references(&kind, &levels));
    let nothing = || Store::new(0, &job.cancel);
    let data = Data {
        design,
        levels,
        gram,
        store: nothing(),
        test: nothing(),
        test_dropped: 0,
        folds: Vec::new(),
        fold_of: Vec::new(),
        counts: Counts { total: counts, zero_weight: shards.iter().map(|s| s.zero_weight).sum(), ..Counts::default() },
        filled: Vec::new(),
        constant_target: None,
    };
    let sinks = tables::open(request, &plan, outputs)?;
    let fitted = fitting::fit(&plan, &data, request)?;
    let mut outcome = Outcome { status: "fitted".into(), inputs: paths, ..Outcome::default() };
    outcome.warnings.extend(twice(&shards, &outcome.inputs));
    outcome.warnings.extend(notes::categories(&plan, &data.levels));
    result::fill(&plan, &data, &fitted, &mut outcome)?;
    tables::write(&plan, &data, &fitted, &sinks, outputs)?;
    outcome.report = view::report(&plan, &data, &fitted, None, job);
    Ok(outcome)
}

/// Files that stand in several shards: they may be other files of one name, or rows that count twice.
fn twice(shards: &[Shard], paths: &[PathBuf]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (k, shard) in shards.iter().enumerate() {
        for file in shard.files.iter().filter(|f| *f != "-") {
            let Some(first) = shards[..k].iter().position(|s| s.files.contains(file)) else { continue };
            let (here, there) = (paths[k].display(), paths[first].display());
            let facts = Map::from_iter([("file".to_string(), file.as_str().into())]);
            let message = format!("`{file}` is summed in {there} and in {here}: rows that are in both count twice");
            warnings.push(Warning { code: "file_in_two_shards", facts, message });
        }
    }
    warnings
}

fn difference(a: &Kind, b: &Kind) -> Option<String> {
    let pair = |what: &str, a: &str, b: &str| Some(format!("its {what} {b}, not {a}"));
    let or_none = |text: &Option<String>| text.clone().map_or("are none".to_string(), |t| format!("are `{t}`"));
    if a.target != b.target {
        return pair("target is", &a.target, &b.target);
    }
    let names = |kind: &Kind| {
        let name = |(name, levels): &(String, Option<Vec<String>>)| match levels {
            None => name.clone(),
            Some(_) => format!("{name} (a category)"),
        };
        kind.features.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    if names(a) != names(b) {
        return pair("features are", &names(a), &names(b));
    }
    if a.constants != b.constants {
        let list = |kind: &Kind| match &kind.constants[..] {
            [] => "none".to_string(),
            list => list.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", "),
        };
        return pair("constants are", &list(a), &list(b));
    }
    if a.intercept != b.intercept {
        return Some("one of them has no intercept".into());
    }
    if a.weights != b.weights {
        return pair("weights", &or_none(&a.weights), &or_none(&b.weights));
    }
    (a.offset != b.offset).then(|| format!("its offsets {}, not {}", or_none(&b.offset), or_none(&a.offset)))
}
