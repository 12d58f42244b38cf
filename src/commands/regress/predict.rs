//! A model applied: to the rows of another file (`--model`, `--predict`), and to its own rows.

use super::conflict;
use super::data::{self, Wanted};
use super::features::{Columns, Use, unquoted};
use super::fitting::Fitted;
use super::inputs::Inputs;
use super::interactions::{Coded, crossed};
use super::levels::Levels;
use super::means::{self, Filled, Refused};
use super::options::{MissingRows, RegressOptions};
use super::plan::{Model, Plan, reading};
use super::problem::PlanError;
use super::rests::Rests;
use crate::commands::compare::read_as;
use crate::commands::grad::tell_rows;
use crate::commands::json::number;
use crate::commands::outcome::{Outcome, Outputs};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::{Located, Span};
use crate::formula::graph::NodeId;
use crate::numeric::sum::Dd;
use crate::numeric::text::count;
use crate::regress::family::{LINKS, Link};
use crate::regress::multinomial::probabilities;
use crate::regress::{Block, Design, Term};
use crate::spec::{Origin, Place, Text};
use crate::table::formats::Cell;
use serde_json::{Map, Value};
use std::path::Path;

/// A model ready to be applied to blocks of its design.
#[derive(Debug)]
pub struct Applied<'m> {
    beta: &'m [Vec<f64>],
    intercept: bool,
    link: Option<&'static Link>,
    classes: &'m [String],
}

impl<'m> Applied<'m> {
    /// Of a fit.
    pub fn of(plan: &Plan, fitted: &'m Fitted) -> Applied<'m> {
        let link = match plan.model {
            Model::Linear | Model::Huber | Model::Loss => None,
            Model::Glm(_, link) => Some(link),
            Model::Multinomial => None,
        };
        Applied { beta: &fitted.beta, intercept: plan.intercept, link, classes: &fitted.classes }
    }

    /// The linear predictors of row `i`: one, or of several classes one for each but the first.
    pub fn predictors(&self, block: &Block<'_>, i: usize) -> Vec<f64> {
        let predictor = |b: &Vec<f64>| {
            let mut eta = Dd::from(if self.intercept { b[0] } else { 0.0 });
            for (column, b) in block.x.iter().zip(&b[usize::from(self.intercept)..]) {
                eta += column.at(i) * *b;
            }
            if let Some(offset) = &block.offset {
                eta += offset.at(i);
            }
            eta.hi
        };
        self.beta.iter().map(predictor).collect()
    }

    /// Of row `i`: the mean, or for several classes the probability of each.
    pub fn row(&self, block: &Block<'_>, i: usize) -> Vec<f64> {
        let eta = self.predictors(block, i);
        if self.classes.len() > 2 || self.link.is_none() && !self.classes.is_empty() {
            let mut shares = vec![0.0; eta.len() + 1];
            probabilities(&eta, &mut shares);
            return shares;
        }
        vec![self.mean(eta[0])]
    }

    /// The mean of a linear predictor.
    pub fn mean(&self, eta: f64) -> f64 {
        self.link.map_or(eta, |l| (l.mean)(eta).0)
    }

    /// The class that a row's probabilities say, where the target has classes.
    pub fn class(&self, found: &[f64]) -> Option<&'m str> {
        if self.classes.is_empty() {
            return None;
        }
        let best = match found {
            [p] => usize::from(*p > 0.5),
            shares => (0..shares.len()).fold(0, |best, k| if shares[k] > shares[best] { k } else { best }),
        };
        self.classes.get(best).map(String::as_str)
    }
}

/// A factor of a term.
enum Factor {
    /// A column or a formula.
    Number(String),
    /// A category: its name, its levels, and the first that has a term: 1, or 0 where none is the reference.
    Category(String, Vec<String>, usize),
}

/// What a kept result says of its model.
struct Kept {
    beta: Vec<Vec<f64>>,
    intercept: bool,
    link: Option<&'static Link>,
    classes: Vec<String>,
    target: String,
    offset: Option<String>,
    /// The factors of each: one, or those of a product with categories.
    terms: Vec<Vec<Factor>>,
    /// What stands for a missing number, by column; unset where the fit had none.
    means: Option<Map<String, Value>>,
    constants: Vec<(String, f64)>,
}

fn kept(path: &Path) -> Result<Kept, Located> {
    let bad = |why: &str| Located::new(PlanError::BadModel { file: path.display().to_string(), why: why.into() });
    let json = read_as(path, "a fit, as gradus regress DATA.csv --target COLUMN -o fit.json writes it")?;
    match json["verb"].as_str() {
        Some("regress") => {}
        Some(verb) => return Err(bad(&format!("it is one of `gradus {verb}`"))),
        None if json["kind"] == "regress state" => {
            return Err(bad("it holds the sums of a shard; fit them first: gradus regress --merge"));
        }
        None => return Err(bad("it is another JSON file")),
    }
    let model = &json["model"];
    let strings =
        |v: &Value| -> Option<Vec<String>> { v.as_array()?.iter().map(|s| s.as_str().map(String::from)).collect() };
    let beta = model["coefficients"].as_array().ok_or_else(|| match json["status"].as_str() {
        Some(status) if model.is_null() && json.get("coefficients").is_some() => {
            let (file, status) = (path.display().to_string(), status.to_string());
            Located::new(PlanError::NoEstimates { file, status })
        }
        _ => bad("it has no model"),
    })?;
    let beta: Option<Vec<Vec<f64>>> = beta.iter().map(|b| b.as_array()?.iter().map(Value::as_f64).collect()).collect();
    let factor = |t: &Value| match (t["formula"].as_str(), t["category"].as_str()) {
        (Some(formula), _) => Some(Factor::Number(formula.to_string())),
        (_, Some(column)) => {
            let first = usize::from(t["all_levels"] != true);
            Some(Factor::Category(column.to_string(), strings(&t["levels"])?, first))
        }
        _ => None,
    };
    let term = |t: &Value| match t["product"].as_array() {
        Some(factors) => factors.iter().map(factor).collect(),
        None => Some(vec![factor(t)?]),
    };
    let terms: Option<Vec<_>> = model["terms"].as_array().and_then(|t| t.iter().map(term).collect());
    let link = json["link"].as_str().unwrap_or_default();
    let linear = ["linear", "multinomial", "huber", "loss"].contains(&json["family"].as_str().unwrap_or_default());
    let found = Kept {
        beta: beta.ok_or_else(|| bad("a coefficient is no number"))?,
        intercept: model["intercept"].as_bool().ok_or_else(|| bad("it does not say whether there is an intercept"))?,
        link: if linear { None } else { LINKS.iter().copied().find(|l| l.name == link) },
        classes: strings(&model["classes"]).unwrap_or_default(),
        target: json["target"].as_str().unwrap_or("target").to_string(),
        offset: json["offset"].as_str().map(String::from),
        terms: terms.ok_or_else(|| bad("its terms are not those of a model"))?,
        means: model["means"].as_object().cloned(),
        constants: constants(&model["constants"]).ok_or_else(|| bad("a constant is no number"))?,
    };
    let levels = |factor: &Factor| match factor {
        Factor::Number(_) => 1,
        Factor::Category(_, names, first) => names.len().saturating_sub(*first),
    };
    let columns: usize = found.terms.iter().map(|t| t.iter().map(levels).product::<usize>()).sum();
    let columns = columns + usize::from(found.intercept);
    let classes = found.classes.len().max(2) - 1;
    if found.beta.len() != classes || found.beta.iter().any(|b| b.len() != columns) {
        return Err(bad("it has not as many coefficients as terms"));
    }
    Ok(found)
}

/// The columns for which a fit keeps no mean.
fn without_mean(means: &Option<Map<String, Value>>, names: &[String]) -> Vec<String> {
    let has = |name: &&String| means.as_ref().is_some_and(|means| means.contains_key(*name));
    names.iter().filter(|name| !has(name)).cloned().collect()
}

/// The constants that formulas name, as a result or a state keeps them; none where it has no such key.
pub fn constants(kept: &Value) -> Option<Vec<(String, f64)>> {
    let of = |(name, value): (&String, &Value)| Some((name.clone(), value.as_f64()?));
    kept.as_object().map_or(Some(Vec::new()), |map| map.iter().map(of).collect())
}

/// Does the work of `--model FIT.json --predict ROWS`.
pub fn run(request: &Request<RegressOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    let options = &request.options;
    let (Some(model_path), Some(path)) = (request.path("regress.model"), request.path("regress.predict")) else {
        return Err(Located::new(PlanError::NoModel).into());
    };
    let plain = RegressOptions {
        model: options.model.clone(),
        predict: options.predict.clone(),
        missing: options.missing,
        delimiter: options.delimiter,
        confidence: options.confidence,
        ..RegressOptions::default()
    };
    if let Some(key) = conflict::first_other(options, &plain) {
        return Err(conflict::refused(request, &key, "--predict: the fit is done, and its file says what it is").into());
    }
    if let Some(data) = &request.spec.data {
        return Err(Located::new(PlanError::OnePrediction { file: data.file.text.clone() }).into());
    }
    if !outputs.want_rows() && !outputs.want_result() && !job.result_wanted {
        return Err(Located::new(PlanError::NoPlace).into());
    }
    let kept = kept(&model_path)?;
    let reading = reading(request, job)?;
    let inputs = Inputs::new(vec![path.clone()]).map_err(|e| request.locate("regress.predict", e))?;
    if inputs.paths.len() > 1 {
        let problem = PlanError::OnePrediction { file: inputs.name(1) };
        return Err(request.locate("regress.predict", problem).into());
    }
    let header = inputs.look(&reading, job)?;
    let names = header.names.clone();
    let is = |factor: &Factor, name: &str| matches!(factor, Factor::Category(column, ..) if column == name);
    let is_category = names.iter().map(|n| kept.terms.iter().flatten().any(|f| is(f, n))).collect::<Vec<bool>>();
    let mut columns = Columns::new(&header, is_category, &kept.constants);
    let (mut terms, mut term_names, mut levels) = (Vec::new(), Vec::new(), Vec::<Vec<String>>::new());
    let node = |columns: &mut Columns, formula: &str| -> Result<NodeId, Located> {
        let origin = Origin::command_line(&model_path.display().to_string(), formula);
        let text = Text { text: formula.into(), place: Place::whole(origin), key: "model.terms".into() };
        columns.formula(&text, Span::new(0, formula.len()), Use::Model)
    };
    for factors in &kept.terms {
        let (mut coded, mut number) = (Vec::new(), None);
        for factor in factors {
            match factor {
                Factor::Number(formula) => number = Some((formula.as_str(), node(&mut columns, formula)?)),
                Factor::Category(column, names, first) => {
                    let category = columns.category(column);
                    if category == levels.len() {
                        levels.push(names.clone());
                    }
                    coded.push(Coded { category, column, levels: names, first: *first });
                }
            }
        }
        let (names, columns) = match (&coded[..], number) {
            ([], Some((formula, id))) => (vec![unquoted(formula).to_string()], vec![Term::Node(id)]),
            _ => crossed(&coded, number.map(|n| (unquoted(n.0), n.1))),
        };
        term_names.extend(names);
        terms.extend(columns);
    }
    let offset = match &kept.offset {
        Some(text) => Some(node(&mut columns, text)?),
        None => None,
    };
    let zero = columns.graph.number(0.0);
    let design = Design {
        names: term_names,
        terms,
        target: Term::Node(zero),
        weights: None,
        offset,
        extra: Vec::new(),
        intercept: kept.intercept,
        graph: columns.graph.clone(),
    };
    let graph = &design.graph;
    let wanted = Wanted {
        numbers: design.needed().into_iter().map(|i| (graph.inputs()[i].name.clone(), i)).collect(),
        inputs: graph.inputs().len(),
        categories: columns.categories.clone(),
        options: reading,
        rests: Rests::None,
        never_missing: None,
        unfilled: without_mean(&kept.means, &names),
    };
    let mut filled = Vec::new();
    if options.missing == Some(MissingRows::Mean) {
        let Some(means) = &kept.means else {
            let problem = PlanError::NoMeans { file: model_path.display().to_string() };
            return Err(request.locate("regress.missing", problem).into());
        };
        for (column, input) in &wanted.numbers {
            if let Some(mean) = means.get(column).and_then(Value::as_f64) {
                filled.push(Filled { column: column.clone(), input: *input, mean, count: 0, elsewhere: 0 });
            }
        }
    }
    let refused: Refused = (wanted.numbers.iter())
        .filter(|n| filled.iter().all(|f: &Filled| f.input != n.1))
        .map(|n| (n.1, "the offset"))
        .collect();
    let applied = Applied { beta: &kept.beta, intercept: kept.intercept, link: kept.link, classes: &kept.classes };
    let prediction = format!("{}_predicted", kept.target);
    let mut header = names.clone();
    header.push(prediction);
    let shares = kept.classes.len() > 2 || applied.link.is_none() && !kept.classes.is_empty();
    match kept.classes.len() {
        0 => {}
        2 if !shares => header.push(format!("p_{}", kept.classes[1])),
        _ => header.extend(kept.classes.iter().map(|c| format!("p_{c}"))),
    }
    if let Some(name) = header[names.len()..].iter().find(|n| names.contains(n)) {
        let problem = PlanError::TakenColumn { file: path.display().to_string(), column: name.clone() };
        return Err(Located::new(problem).into());
    }
    outputs.columns(header)?;
    let mut levels = Levels::known(levels);
    let mut shown: Vec<Value> = Vec::new();
    let in_json = outputs.want_result() || job.result_wanted;
    let counts = data::read_cells(&inputs, &wanted, &mut levels, job, |mut part, batch, kept_rows| {
        means::check(&part, &refused, &wanted, &path.display().to_string())?;
        filled.iter_mut().for_each(|f| f.count += means::missing(&part, f.input));
        part.fill(&means::pairs(&filled));
        let (inputs, codes) = (part.rounded(), part.codes());
        let fail = |problem| Located::new(PlanError::Data { file: path.display().to_string(), problem });
        let block = design.block(&inputs, &codes, &part.lines).map_err(fail)?;
        for (i, &row) in kept_rows.iter().enumerate() {
            let found = applied.row(&block, i);
            let class = applied.class(&found);
            if in_json && shown.len() < 1_000_000 {
                shown.push(match class {
                    Some(class) => class.into(),
                    None => number(found[0]),
                });
            }
            let mut cells: Vec<Cell<'_>> = batch.cells(row).map(Cell::Text).collect();
            match class {
                Some(class) => {
                    cells.push(Cell::Text(class.as_bytes()));
                    cells.extend(found.iter().map(|p| Cell::Number(*p)));
                }
                None => cells.push(Cell::Number(found[0])),
            }
            outputs.row(&cells)?;
        }
        Ok(())
    })?;
    let mut outcome = Outcome { status: "predicted".into(), ..Outcome::default() };
    outcome.inputs = vec![model_path, path.clone()];
    if in_json {
        outcome.result.insert("predictions".into(), Value::Array(shown));
    }
    tell_rows(&counts, &mut outcome)?;
    if let (Some(Value::Object(rows)), true) = (outcome.result.get_mut("rows"), kept.means.is_some()) {
        rows.insert("filled".into(), means::json(&filled));
    }
    outcome.warnings.extend(means::warning(&filled));
    outcome.report = format!("{} predicted\n", count(counts.used, "row"));
    Ok(outcome)
}
