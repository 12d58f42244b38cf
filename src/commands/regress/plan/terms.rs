//! What each column is to the model: a number or a category; target, weights, offset or feature.

use super::super::features::{Columns, Feature, Target, Use, split, unquoted};
use super::super::glob::{is_pattern, matches};
use super::super::inputs::Header;
use super::super::options::{FamilyName, RegressOptions};
use super::super::problem::PlanError;
use crate::commands::request::Request;
use crate::error::{Located, Span};
use crate::formula::graph::{InputKind, NodeId};

/// Who plays which part.
#[derive(Debug)]
pub struct Roles {
    /// What is explained.
    pub target: Target,
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

/// The columns. Categories are those that hold text, those that `--categorical` names, and a target with classes.
pub fn columns(
    request: &Request<RegressOptions>,
    header: &Header,
    constants: &[(String, f64)],
) -> Result<Columns, Located> {
    let options = &request.options;
    let mut is_category = header.text.clone();
    for at in chosen(request, header, "categorical", &options.categorical)? {
        is_category[at] = true;
    }
    let columns = Columns::new(header, is_category, constants);
    let target = options.target.as_deref().and_then(|t| columns.position(t.trim()));
    if let (Some(FamilyName::Multinomial), Some(at)) = (options.family, target) {
        let mut is_category = columns.is_category;
        is_category[at] = true;
        return Ok(Columns::new(header, is_category, constants));
    }
    Ok(columns)
}

/// Finds target, weights, offset and features.
pub fn roles(request: &Request<RegressOptions>, header: &Header, columns: &mut Columns) -> Result<Roles, Located> {
    let (target, target_name, target_at) = target(request, header, columns)?;
    let mut formula = |key: &str, what: Use| match request.text(key) {
        Some(text) => columns.formula(&text, whole(&text.text), what).map(Some),
        None => Ok(None),
    };
    let weights = formula("regress.weights", Use::Weights)?;
    let offset = formula("regress.offset", Use::Offset)?;
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
    if let (Target::Category(_), Some(at)) = (&target, target_at)
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
) -> Result<(Target, String, Option<usize>), Located> {
    let Some(text) = request.text("regress.target") else {
        let problem = PlanError::NoTarget { columns: header.names.clone(), delimiter: header.delimiter };
        return Err(Located::new(problem));
    };
    let name = text.text.trim().to_string();
    if let Some(at) = columns.position(&name) {
        let name = header.names[at].clone();
        let target = match columns.is_category[at] {
            true => Target::Category(columns.category(&name)),
            false => Target::Number(columns.graph.declare(&name, InputKind::Column)),
        };
        return Ok((target, name, Some(at)));
    }
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(request.locate("regress.target", header.lacks(&name)));
    }
    let id = columns.formula(&text, whole(&text.text), Use::Target)?;
    Ok((Target::Number(id), name, None))
}

/// The columns that `--exclude` names.
fn excluded(request: &Request<RegressOptions>, header: &Header) -> Result<Vec<String>, Located> {
    let found = chosen(request, header, "exclude", &request.options.exclude)?;
    Ok(found.into_iter().map(|at| header.names[at].clone()).collect())
}

/// The places of the columns that a list names, by names and patterns.
pub fn chosen(
    request: &Request<RegressOptions>,
    header: &Header,
    key: &str,
    items: &[String],
) -> Result<Vec<usize>, Located> {
    Ok(by_item(request, header, key, items)?.into_iter().flat_map(|item| item.1).collect())
}

/// The same, each name or pattern with the places of its columns. An item that is no column's name is a list between commas.
pub fn by_item(
    request: &Request<RegressOptions>,
    header: &Header,
    key: &str,
    items: &[String],
) -> Result<Vec<(String, Vec<usize>)>, Located> {
    let mut found = Vec::new();
    for (k, item) in items.iter().enumerate() {
        let place = format!("regress.{key}.{k}");
        let is = |name: &str| header.names.iter().any(|n| !n.is_empty() && n == name);
        let spans = if is(item.trim()) { vec![whole(item)] } else { split(item) };
        for span in spans {
            let piece = item[span.range()].trim();
            if piece.is_empty() {
                return Err(match request.text(&place) {
                    Some(text) => text.locate_at(PlanError::EmptyItem, span),
                    None => request.locate(&place, PlanError::EmptyItem),
                });
            }
            let name = if is(piece) { piece } else { unquoted(piece) };
            let pattern = name == piece && !is(name) && is_pattern(name);
            let fits = |n: &String| !n.is_empty() && (n == name || pattern && matches(name, n));
            let places: Vec<usize> = (0..header.names.len()).filter(|&at| fits(&header.names[at])).collect();
            if places.is_empty() {
                let problem = header.lacks(name);
                return Err(match request.text(&place) {
                    Some(text) => text.locate_at(problem, span),
                    None => request.locate(&place, problem),
                });
            }
            found.push((name.to_string(), places));
        }
    }
    Ok(found)
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
    target: &Target,
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
                    Feature::Interaction(i) => i.name.clone(),
                };
                return Err(text.locate_at(PlanError::TwiceFeature { term }, whole(&text.text)));
            }
            if target.is_in(&feature) {
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
