//! Sums kept in files, so that shards of the rows are summed apart (make -j, job arrays) and fitted together.

use super::data::Counts;
use super::data::Levels;
use super::features::{Columns, Feature};
use super::fitting;
use super::inputs::Inputs;
use super::options::{FamilyName, RegressOptions, SolverName};
use super::plan::{Model, Plan, penalty, ranges, solver};
use super::problem::PlanError;
use super::result::tell_counts;
use super::run::Data;
use super::store::Store;
use super::{result, tables, view};
use crate::commands::compare::read;
use crate::commands::json::{number, pretty};
use crate::commands::outcome::{Outcome, Outputs};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::numeric::sum::Dd;
use crate::regress::gram::Gram;
use crate::regress::{Design, Term};
use crate::table::read::{Options, RowCounts};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Fails where sums are not all that the fit needs.
pub fn check(request: &Request<RegressOptions>, plan: &Plan) -> Result<(), Located> {
    let options = &request.options;
    let conflict = |with: &str| {
        let problem = PlanError::Conflict { flag: "--save-state", with: with.into() };
        Err(request.locate("regress.save_state", problem))
    };
    if !matches!(plan.model, Model::Linear) {
        return conflict("families other than linear: their fits need the rows again and again");
    }
    if !plan.columns.categories.is_empty() {
        return conflict("categories: a shard may not have all of their levels; leave them out with --exclude");
    }
    let later = options.penalty.is_some()
        || options.solver.is_some()
        || options.trace.is_some()
        || options.coefficients.is_some();
    if later {
        return conflict("flags of the fit: give them with --merge");
    }
    let rows = options.predictions.is_some()
        || options.residuals.is_some()
        || options.robust.is_some()
        || options.test_fraction.is_some()
        || options.missing == Some(super::options::MissingRows::Mean);
    if rows { conflict("what needs the rows a second time") } else { Ok(()) }
}

/// Writes the sums.
pub fn save(
    request: &Request<RegressOptions>,
    plan: &Plan,
    data: &Data,
    path: &Path,
    outputs: &mut Outputs,
) -> anyhow::Result<Outcome> {
    let gram = &data.gram;
    let numbers = |list: &[f64]| Value::Array(list.iter().map(|x| number(*x)).collect());
    let pair = |d: &Dd| numbers(&[d.hi, d.lo]);
    let text = |value: &Option<String>| value.as_deref().map_or(Value::Null, Value::from);
    let mut map = Map::new();
    map.insert("gradus".into(), env!("CARGO_PKG_VERSION").into());
    map.insert("kind".into(), "regress state".into());
    map.insert("target".into(), plan.target_name.as_str().into());
    map.insert("terms".into(), data.design.names.clone().into());
    map.insert("intercept".into(), plan.intercept.into());
    map.insert("weights".into(), text(&request.options.weights));
    map.insert("offset".into(), text(&request.options.offset));
    map.insert("rows_read".into(), data.counts.total.read.into());
    map.insert("rows_used".into(), data.counts.total.used.into());
    map.insert("rows".into(), gram.rows.into());
    map.insert("weight".into(), pair(&gram.weight));
    map.insert("ln_weight".into(), number(gram.ln_weight));
    map.insert("rounded".into(), gram.rounded.clone().into());
    map.insert("shift".into(), numbers(&gram.shift));
    map.insert("scale".into(), numbers(&gram.scale));
    map.insert("sums".into(), Value::Array(gram.sums.iter().map(pair).collect()));
    let sum = checksum(&map);
    map.insert("checksum".into(), sum.into());
    outputs.text_file(path, &pretty(&Value::Object(map)))?;
    let mut outcome = Outcome { status: "summed".into(), ..Outcome::default() };
    outcome.inputs.extend(plan.inputs.paths.clone());
    outcome.report = format!("{} rows summed\n", gram.rows);
    tell_counts(&data.counts, &mut outcome)?;
    Ok(outcome)
}

/// What tells a changed file, and one state from another: FNV-1a over the text of all keys but this one.
fn checksum(map: &Map<String, Value>) -> String {
    let mut map = map.clone();
    map.remove("checksum");
    let text = pretty(&Value::Object(map));
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

/// The model that sums are of.
#[derive(Clone, Debug, PartialEq)]
struct Kind {
    target: String,
    terms: Vec<String>,
    intercept: bool,
    weights: Option<String>,
    offset: Option<String>,
}

fn load(path: &Path) -> Result<(Kind, Gram, RowCounts, String), Located> {
    let bad = |why: &str| Located::new(PlanError::BadState { file: path.display().to_string(), why: why.into() });
    let json = read(path)?;
    if json["kind"] != "regress state" {
        return Err(bad("it is another JSON file"));
    }
    let Some(map) = json.as_object() else { return Err(bad("it is another JSON file")) };
    let sum = checksum(map);
    if json["checksum"] != sum {
        return Err(bad("its checksum does not fit: it was changed after it was written"));
    }
    let part = |key: &str| bad(&format!("its `{key}` cannot be read"));
    let numbers = |value: &Value| -> Option<Vec<f64>> { value.as_array()?.iter().map(Value::as_f64).collect() };
    let list = |key: &str| numbers(&json[key]).ok_or_else(|| part(key));
    let pair = |value: &Value| match numbers(value)?[..] {
        [hi, lo] => Some(Dd { hi, lo }),
        _ => None,
    };
    let count = |key: &str| json[key].as_u64().ok_or_else(|| part(key));
    let text = |key: &str| json[key].as_str().map(String::from);
    let terms = json["terms"].as_array().and_then(|t| t.iter().map(|t| t.as_str().map(String::from)).collect());
    let rounded = json["rounded"].as_array().and_then(|t| t.iter().map(Value::as_bool).collect());
    let sums = json["sums"].as_array().and_then(|t| t.iter().map(pair).collect());
    let kind = Kind {
        target: text("target").ok_or_else(|| part("target"))?,
        terms: terms.ok_or_else(|| part("terms"))?,
        intercept: json["intercept"].as_bool().ok_or_else(|| part("intercept"))?,
        weights: text("weights"),
        offset: text("offset"),
    };
    let gram = Gram {
        intercept: kind.intercept,
        shift: list("shift")?,
        scale: list("scale")?,
        rows: count("rows")?,
        weight: pair(&json["weight"]).ok_or_else(|| part("weight"))?,
        ln_weight: json["ln_weight"].as_f64().ok_or_else(|| part("ln_weight"))?,
        rounded: rounded.ok_or_else(|| part("rounded"))?,
        sums: sums.ok_or_else(|| part("sums"))?,
    };
    let n = kind.terms.len();
    let order = n + 1 + usize::from(kind.intercept);
    let fits = [gram.shift.len(), gram.scale.len(), gram.rounded.len() + 1].iter().all(|l| *l == n + 1);
    if !fits || gram.sums.len() != order * (order + 1) / 2 {
        return Err(bad("its lists are not as long as its terms say"));
    }
    let counts = RowCounts { read: count("rows_read")?, used: count("rows_used")?, dropped: Vec::new() };
    Ok((kind, gram, counts, sum))
}

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
        missing: Some(super::options::MissingRows::Error),
        family: options.family.filter(|f| *f == FamilyName::Linear),
        ..RegressOptions::default()
    };
    let conflict = |with: &str| {
        let problem = PlanError::Conflict { flag: "--merge", with: with.into() };
        request.locate("regress.merge.0", problem)
    };
    if *options != plain || matches!(options.solver, Some(SolverName::Qr | SolverName::Householder)) {
        return Err(conflict("flags that need the rows or say what the model is").into());
    }
    if request.spec.data.is_some() {
        return Err(conflict("rows: it reads sums alone").into());
    }
    let paths: Vec<PathBuf> =
        (0..options.merge.len()).filter_map(|k| request.path(&format!("regress.merge.{k}"))).collect();
    let mut whole: Option<(Kind, Gram, RowCounts)> = None;
    let mut seen: Vec<String> = Vec::new();
    for path in &paths {
        let (kind, gram, counts, sum) = load(path)?;
        if let Some(at) = seen.iter().position(|s| *s == sum) {
            let (file, first) = (path.display().to_string(), paths[at].display().to_string());
            return Err(Located::new(PlanError::SameState { file, first }).into());
        }
        seen.push(sum);
        match &mut whole {
            None => whole = Some((kind, gram, counts)),
            Some((first, sums, total)) => {
                if let Some(what) = difference(first, &kind) {
                    let (file, first) = (path.display().to_string(), paths[0].display().to_string());
                    return Err(Located::new(PlanError::OtherModel { file, first, what }).into());
                }
                let fail = |problem| Located::new(PlanError::Data { file: path.display().to_string(), problem });
                sums.merge(&gram).map_err(fail)?;
                total.read += counts.read;
                total.used += counts.used;
            }
        }
    }
    let Some((kind, gram, counts)) = whole else { return Err(Located::new(PlanError::NoData).into()) };
    let model = Model::Linear;
    let (lambda, l1_ratio) = penalty(request, &model)?;
    let solver = solver(request, &model)?;
    ranges(request)?;
    let mut columns = Columns::new(&[], Vec::new(), &[]);
    let nothing = columns.graph.number(0.0);
    let plan = Plan {
        inputs: Inputs { paths: paths.clone(), ..Inputs::default() },
        missing_means: false,
        memory: 0,
        features: kind.terms.iter().map(|name| Feature::Number(name.clone(), nothing)).collect(),
        target: Feature::Number(kind.target.clone(), nothing),
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
        columns,
    };
    let design = Design {
        graph: plan.columns.graph.clone(),
        terms: kind.terms.iter().map(|_| Term::Node(nothing)).collect(),
        names: kind.terms,
        target: Term::Node(nothing),
        weights: None,
        offset: None,
        extra: Vec::new(),
        intercept: kind.intercept,
    };
    let nothing = || Store::new(0, &job.cancel);
    let data = Data {
        design,
        levels: Levels::new(0),
        gram,
        store: nothing(),
        test: nothing(),
        folds: Vec::new(),
        fold_of: Vec::new(),
        counts: Counts { total: counts, ..Counts::default() },
        constant_target: None,
    };
    let sinks = tables::open(request, &plan, outputs)?;
    let fitted = fitting::fit(&plan, &data, request)?;
    let mut outcome = Outcome { status: "fitted".into(), inputs: paths, ..Outcome::default() };
    result::fill(&plan, &data, &fitted, &mut outcome)?;
    tables::write(&plan, &data, &fitted, &sinks, outputs)?;
    outcome.report = view::report(&plan, &data, &fitted, None, job);
    Ok(outcome)
}

fn difference(a: &Kind, b: &Kind) -> Option<String> {
    let pair = |what: &str, a: &str, b: &str| Some(format!("its {what} {b}, not {a}"));
    let or_none = |text: &Option<String>| text.clone().map_or("are none".to_string(), |t| format!("are `{t}`"));
    if a.target != b.target {
        return pair("target is", &a.target, &b.target);
    }
    if a.terms != b.terms {
        return pair("terms are", &a.terms.join(", "), &b.terms.join(", "));
    }
    if a.intercept != b.intercept {
        return Some("one of them has no intercept".into());
    }
    if a.weights != b.weights {
        return pair("weights", &or_none(&a.weights), &or_none(&b.weights));
    }
    (a.offset != b.offset).then(|| format!("its offsets {}, not {}", or_none(&b.offset), or_none(&a.offset)))
}
