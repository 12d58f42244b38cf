//! What each column is to the model: a number or a category; target, weights, offset or feature.

use super::super::features::{Columns, Feature, is_pattern, matches};
use super::super::options::{FamilyName, RegressOptions};
use super::super::problem::PlanError;
use crate::commands::request::Request;
use crate::error::{Located, Span};
use crate::formula::graph::NodeId;
use crate::table::TableError;

/// The first file's columns.
#[derive(Debug)]
pub struct Header {
    /// What messages call the file.
    pub file: String,
    /// Their names, in order.
    pub names: Vec<String>,
}

impl Header {
    /// That it has no column `name`.
    fn lacks(&self, name: &str) -> TableError {
        TableError::NoSuchColumn {
            file: self.file.as_str().into(),
            name: name.into(),
            names: self.names.clone(),
            delimiter: None,
        }
    }
}

/// Who plays which part.
#[derive(Debug)]
pub struct Roles {
    /// What is explained.
    pub target: Feature,
    /// Its text.
    pub target_name: String,
    /// The target's place, where it is a column.
    pub target_at: Option<usize>,
    /// Weights of the rows.
    pub weights: Option<NodeId>,
    /// Added to the predictor.
    pub offset: Option<NodeId>,
    /// What explains.
    pub features: Vec<Feature>,
}

/// The columns; `is_category`: which hold text. Further ones are named by `--categorical`, or are a target with classes.
pub fn columns(
    request: &Request<RegressOptions>,
    header: &Header,
    mut is_category: Vec<bool>,
    constants: &[(String, f64)],
) -> Result<Columns, Located> {
    let options = &request.options;
    for (k, pattern) in options.categorical.iter().enumerate() {
        let pattern = pattern.trim();
        let mut any = false;
        for (at, name) in header.names.iter().enumerate() {
            if name == pattern || is_pattern(pattern) && matches(pattern.as_bytes(), name.as_bytes()) {
                is_category[at] = true;
                any = true;
            }
        }
        if !any {
            return Err(request.locate(&format!("regress.categorical.{k}"), header.lacks(pattern)));
        }
    }
    let target = options.target.as_deref().map(str::trim);
    if let (Some(FamilyName::Multinomial), Some(at)) =
        (options.family, header.names.iter().position(|n| Some(n.as_str()) == target))
    {
        is_category[at] = true;
    }
    Ok(Columns::new(&header.names, is_category, constants))
}

/// Finds target, weights, offset and features.
pub fn roles(request: &Request<RegressOptions>, header: &Header, columns: &mut Columns) -> Result<Roles, Located> {
    let (target, target_name, target_at) = target(request, header, columns)?;
    let mut formula = |key: &str| match request.text(key) {
        Some(text) => columns.formula(&text, whole(&text.text)).map(Some),
        None => Ok(None),
    };
    let (weights, offset) = (formula("regress.weights")?, formula("regress.offset")?);
    // all that play a part that is no feature's
    let mut taken: Vec<String> = vec![target_name.clone()];
    let formulas = [target.node(), weights, offset].into_iter().flatten();
    taken.extend(formulas.flat_map(|id| columns.used(id)));
    let excluded = excluded(request, header)?;
    let features = match request.options.features.is_empty() {
        true => others(columns, &taken, &excluded),
        false => listed(request, columns, &target, &target_name, &taken, &excluded)?,
    };
    let family = request.options.family.unwrap_or_default();
    if let (Feature::Category(_), Some(at)) = (&target, target_at)
        && !matches!(family, FamilyName::Logistic | FamilyName::Multinomial)
    {
        let name = format!("{family:?}").to_lowercase();
        let family = ["linear", "poisson", "gamma", "huber"].into_iter().find(|f| *f == name).unwrap_or("linear");
        let problem = PlanError::TextTarget { column: header.names[at].clone(), family };
        return Err(request.locate("regress.target", problem));
    }
    Ok(Roles { target, target_name, target_at, weights, offset, features })
}

fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

/// The target, its text, and its place where it is a column.
fn target(
    request: &Request<RegressOptions>,
    header: &Header,
    columns: &mut Columns,
) -> Result<(Feature, String, Option<usize>), Located> {
    let Some(text) = request.text("regress.target") else {
        return Err(Located::new(PlanError::NoTarget { columns: header.names.clone() }));
    };
    let name = text.text.trim().to_string();
    if let Some(at) = header.names.iter().position(|n| *n == name) {
        return Ok((columns.feature(at), name, Some(at)));
    }
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(request.locate("regress.target", header.lacks(&name)));
    }
    let id = columns.formula(&text, whole(&text.text))?;
    Ok((Feature::Number(name.clone(), id), name, None))
}

/// The columns that `--exclude` names.
fn excluded(request: &Request<RegressOptions>, header: &Header) -> Result<Vec<String>, Located> {
    let mut excluded = Vec::new();
    for (k, pattern) in request.options.exclude.iter().enumerate() {
        let pattern = pattern.trim();
        let before = excluded.len();
        excluded.extend(header.names.iter().filter(|n| matches(pattern.as_bytes(), n.as_bytes())).cloned());
        if excluded.len() == before {
            return Err(request.locate(&format!("regress.exclude.{k}"), header.lacks(pattern)));
        }
    }
    Ok(excluded)
}

/// The default: all that play no other part, as in R's lm(log(price) ~ ., houses).
fn others(columns: &mut Columns, taken: &[String], excluded: &[String]) -> Vec<Feature> {
    let free = |name: &String| !name.is_empty() && !taken.contains(name) && !excluded.contains(name);
    let places: Vec<usize> = (0..columns.names.len()).filter(|&at| free(&columns.names[at])).collect();
    places.into_iter().map(|at| columns.feature(at)).collect()
}

/// What `--features` lists, each once and none of them the target.
fn listed(
    request: &Request<RegressOptions>,
    columns: &mut Columns,
    target: &Feature,
    target_name: &str,
    taken: &[String],
    excluded: &[String],
) -> Result<Vec<Feature>, Located> {
    let skip: Vec<String> = taken.iter().chain(excluded).cloned().collect();
    let mut features: Vec<Feature> = Vec::new();
    for k in 0..request.options.features.len() {
        let Some(text) = request.text(&format!("regress.features.{k}")) else { continue };
        for feature in columns.list(&text, &skip)? {
            let excluded_name = matches!(&feature, Feature::Number(name, _) if excluded.contains(name));
            if features.contains(&feature) {
                let term = match &feature {
                    Feature::Number(name, _) => name.clone(),
                    Feature::Category(c) => columns.categories[*c].clone(),
                };
                return Err(text.locate_at(PlanError::TwiceFeature { term }, whole(&text.text)));
            }
            if feature == *target || target.node().is_some() && feature.node() == target.node() {
                let problem = PlanError::TargetFeature { term: target_name.to_string() };
                return Err(text.locate_at(problem, whole(&text.text)));
            }
            if !excluded_name {
                features.push(feature);
            }
        }
    }
    Ok(features)
}
