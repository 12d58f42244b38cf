//! The file of a shard: what its sums are of, the sums, a checksum.

use super::super::features::Feature;
use super::super::options::RegressOptions;
use super::super::plan::Plan;
use super::super::predict;
use super::super::problem::PlanError;
use super::super::result::constants;
use super::super::run::Data;
use crate::commands::compare::read_as;
use crate::commands::json::{number, pretty};
use crate::commands::request::Request;
use crate::error::Located;
use crate::numeric::sum::Dd;
use crate::regress::gram::Gram;
use crate::table::read::RowCounts;
use serde_json::{Map, Value};
use std::path::Path;

/// The model that sums are of.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// The target as written.
    pub target: String,
    /// What explains: a formula, or a category with the levels that this shard has, a term for each.
    pub features: Vec<(String, Option<Vec<String>>)>,
    /// Constants that formulas name.
    pub constants: Vec<(String, f64)>,
    /// Whether there is an intercept.
    pub intercept: bool,
    /// Weights as written.
    pub weights: Option<String>,
    /// Offset as written.
    pub offset: Option<String>,
}

/// A shard.
#[derive(Clone, Debug)]
pub struct Shard {
    /// What is summed.
    pub kind: Kind,
    /// The sums; of a category there is a term for every level.
    pub gram: Gram,
    /// The files of its rows, as they were named.
    pub files: Vec<String>,
    /// What became of its rows.
    pub counts: RowCounts,
    /// Rows of the weight 0.
    pub zero_weight: u64,
    /// Tells it from others.
    pub checksum: String,
}

/// The text of the file.
pub fn text(request: &Request<RegressOptions>, plan: &Plan, data: &Data) -> String {
    let gram = &data.gram;
    let numbers = |list: &[f64]| Value::Array(list.iter().map(|x| number(*x)).collect());
    let pair = |d: &Dd| numbers(&[d.hi, d.lo]);
    let text = |value: &Option<String>| value.as_deref().map_or(Value::Null, Value::from);
    let feature = |f: &Feature| {
        let entries = match f {
            Feature::Number(name, id) => vec![("formula", Value::from(plan.columns.kept(name, *id)))],
            // `check` refuses them
            Feature::Interaction(i) => vec![("formula", i.name.as_str().into())],
            Feature::Category(c) => {
                let levels = data.levels.names[*c].clone();
                vec![("category", plan.columns.categories[*c].as_str().into()), ("levels", levels.into())]
            }
        };
        Value::Object(entries.into_iter().map(|(k, v)| (k.to_string(), v)).collect())
    };
    let mut map = Map::new();
    map.insert("gradus".into(), env!("CARGO_PKG_VERSION").into());
    map.insert("kind".into(), "regress state".into());
    map.insert("target".into(), plan.target_name.as_str().into());
    map.insert("features".into(), plan.features.iter().map(feature).collect());
    map.insert("constants".into(), Value::Object(constants(plan)));
    map.insert("intercept".into(), plan.intercept.into());
    map.insert("weights".into(), text(&request.options.weights));
    map.insert("offset".into(), text(&plan.offset_text));
    let files = (0..plan.inputs.paths.len()).map(|k| Value::from(plan.inputs.name(k)));
    map.insert("files".into(), files.collect());
    map.insert("rows_read".into(), data.counts.total.read.into());
    map.insert("rows_used".into(), data.counts.total.used.into());
    map.insert("rows_zero_weight".into(), data.counts.zero_weight.into());
    map.insert("rows".into(), gram.rows.into());
    map.insert("weight".into(), pair(&gram.weight));
    map.insert("ln_weight".into(), number(gram.ln_weight));
    map.insert("rounded".into(), gram.rounded.clone().into());
    map.insert("shift".into(), numbers(&gram.shift));
    map.insert("scale".into(), numbers(&gram.scale));
    map.insert("sums".into(), Value::Array(gram.sums.iter().map(pair).collect()));
    map.insert("totals".into(), Value::Array(gram.totals.iter().map(pair).collect()));
    let sum = checksum(&map);
    map.insert("checksum".into(), sum.into());
    pretty(&Value::Object(map))
}

/// What tells a changed file, and one state from another: FNV-1a over the text of all keys but this one.
fn checksum(map: &Map<String, Value>) -> String {
    let mut map = map.clone();
    map.remove("checksum");
    let text = pretty(&Value::Object(map));
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

/// Reads one. Fails with `BadState`.
pub fn load(path: &Path) -> Result<Shard, Located> {
    let bad = |why: &str| Located::new(PlanError::BadState { file: path.display().to_string(), why: why.into() });
    let wanted = "the sums of a shard, as gradus regress PART.csv --target COLUMN --save-state part.state writes them";
    let json = read_as(path, wanted)?;
    if json["kind"] != "regress state" {
        let why = if json["verb"].is_string() { "it is a result" } else { "it is another JSON file" };
        return Err(bad(why));
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
    let feature = |f: &Value| match (f["formula"].as_str(), f["category"].as_str()) {
        (Some(formula), _) => Some((formula.to_string(), None)),
        (_, Some(column)) => {
            let levels = f["levels"].as_array()?.iter().map(|l| l.as_str().map(String::from));
            Some((column.to_string(), Some(levels.collect::<Option<Vec<_>>>()?)))
        }
        _ => None,
    };
    let features = json["features"].as_array().and_then(|f| f.iter().map(feature).collect());
    let rounded = json["rounded"].as_array().and_then(|t| t.iter().map(Value::as_bool).collect());
    let pairs = |key: &str| -> Result<Vec<Dd>, Located> {
        json[key].as_array().and_then(|t| t.iter().map(pair).collect()).ok_or_else(|| part(key))
    };
    let kind = Kind {
        target: text("target").ok_or_else(|| part("target"))?,
        features: features.ok_or_else(|| part("features"))?,
        constants: predict::constants(&json["constants"]).ok_or_else(|| part("constants"))?,
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
        sums: pairs("sums")?,
        totals: pairs("totals")?,
    };
    let n = kind.features.iter().map(|f| f.1.as_ref().map_or(1, Vec::len)).sum::<usize>();
    let order = n + 1 + usize::from(kind.intercept);
    let fits = [gram.shift.len(), gram.scale.len(), gram.rounded.len() + 1].iter().all(|l| *l == n + 1);
    let totals = if kind.intercept { 0 } else { order };
    if !fits || gram.sums.len() != order * (order + 1) / 2 || gram.totals.len() != totals {
        return Err(bad("its lists are not as long as its features say"));
    }
    let counts = RowCounts { read: count("rows_read")?, used: count("rows_used")?, dropped: Vec::new() };
    let files = json["files"].as_array().and_then(|f| f.iter().map(|f| f.as_str().map(String::from)).collect());
    let files = files.ok_or_else(|| part("files"))?;
    let zero_weight = count("rows_zero_weight")?;
    Ok(Shard { kind, gram, files, counts, zero_weight, checksum: sum })
}
