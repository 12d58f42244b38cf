//! What the request means: the file, the terms, the family, the solver. Fills defaults, checks names.

mod loss;
mod model;
mod penalty;
mod ranges;
mod reading;
mod solver;
mod terms;

pub use model::Model;
pub use penalty::penalty;
pub use ranges::ranges;
pub use reading::reading;
pub use solver::{solver, solvers};

use super::features::{Columns, Feature, Target};
use super::inputs::{Header, Inputs};
use super::interactions::{Coded, crossed};
use super::levels::Levels;
use super::notes;
use super::options::{MissingRows, RegressOptions, SolverName};
use super::problem::PlanError;
use crate::commands::outcome::Warning;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::{Located, Span};
use crate::formula::graph::NodeId;
use crate::regress::loss::Loss;
use crate::regress::{Design, Term};
use crate::spec::{Objective, Quantity};
use crate::table::read::Options;
use terms::Roles;

/// So many terms are always fitted: sums of their products take 32 MB.
const FEW_TERMS: u64 = 2000;

/// Bytes that a fit of so many terms takes: sums of products are 8 bytes times the square, and with those of the pieces being read,
/// factor and inverse there are some ten such tables.
fn bytes(terms: u64) -> u64 {
    80u64.saturating_mul(terms.saturating_mul(terms))
}

/// Everything that `run` needs.
#[derive(Debug)]
pub struct Plan {
    /// The rows.
    pub inputs: Inputs,
    /// Columns and formulas.
    pub columns: Columns,
    /// What explains.
    pub features: Vec<Feature>,
    /// What is explained.
    pub target: Target,
    /// Its text.
    pub target_name: String,
    /// Weights and offset.
    pub weights: Option<NodeId>,
    /// Added to the predictor.
    pub offset: Option<NodeId>,
    /// The offset as written.
    pub offset_text: Option<String>,
    /// A loss of the user's own, and the columns it depends on.
    pub loss: Option<(Loss, Vec<NodeId>)>,
    /// Whether there is an intercept.
    pub intercept: bool,
    /// What is fitted.
    pub model: Model,
    /// How.
    pub solver: SolverName,
    /// Whether the solver is the default, which for few data is another.
    pub chooses: bool,
    /// lambda and the part of the absolute values; 0 without a penalty.
    pub lambda: f64,
    /// 0: ridge; 1: lasso.
    pub l1_ratio: f64,
    /// How to read.
    pub reading: Options,
    /// Whether missing numbers become their column's mean.
    pub missing_means: bool,
    /// Whether a category has a term for every level, as sums have that are kept to be merged.
    pub every_level: bool,
    /// Bytes of rows kept in memory.
    pub memory: u64,
    /// Columns found to be categories without being named.
    pub found_categories: Vec<String>,
    /// What should be known of the columns.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// The name of the family.
    pub fn family(&self) -> &'static str {
        self.model.family()
    }

    /// The name of the link.
    pub fn link(&self) -> &'static str {
        self.model.link()
    }

    /// Whether a category has a term for each level in `feature`, none of them the reference: without an intercept the first
    /// one takes its place, as in R's model.matrix(~ 0 + f + g).
    pub fn all_levels(&self, feature: &Feature, category: usize) -> bool {
        if let Feature::Interaction(i) = feature {
            return !i.has_margin(category, &self.features);
        }
        let first = self.features.iter().find(|f| matches!(f, Feature::Category(_)));
        !self.intercept && first == Some(feature)
    }

    /// The reference level of a category, where some term is a difference to it.
    pub fn reference<'l>(&self, category: usize, levels: &'l Levels) -> Option<&'l String> {
        let differs = |f: &Feature| f.categories().contains(&category) && !self.all_levels(f, category);
        levels.names[category].first().filter(|_| self.features.iter().any(differs))
    }

    /// The design, now that the levels of the categories are known. A categorical target has the class's code.
    pub fn design(&self, levels: &Levels) -> Result<Design, Located> {
        let (mut names, mut terms) = (Vec::new(), Vec::new());
        for feature in &self.features {
            match feature {
                Feature::Number(name, id) => {
                    names.push(name.clone());
                    terms.push(Term::Node(*id));
                }
                Feature::Category(_) | Feature::Interaction(_) => {
                    let mut own = Vec::new();
                    for &category in feature.categories() {
                        let (column, found) = (&self.columns.categories[category], &levels.names[category]);
                        let every = self.every_level || self.all_levels(feature, category);
                        if let ([level], false) = (&found[..], every) {
                            let problem = PlanError::OneLevel { column: column.clone(), level: level.clone() };
                            return Err(Located::new(problem));
                        }
                        own.push(Coded { category, column, levels: found, first: usize::from(!every) });
                    }
                    let product = if let Feature::Interaction(i) = feature { i.number.as_ref() } else { None };
                    let (more, columns) = crossed(&own, product.map(|p| (p.0.as_str(), p.1)));
                    names.extend(more);
                    terms.extend(columns);
                }
            }
        }
        let count = terms.len() as u64;
        if count > FEW_TERMS && bytes(count) > self.memory {
            let problem = PlanError::ManyTerms { terms: count, bytes: bytes(count), memory: self.memory };
            return Err(Located::new(problem));
        }
        let target = match self.target {
            Target::Number(id) => Term::Node(id),
            // for two classes: 1 for the second
            Target::Category(category) => Term::Code { category },
        };
        Ok(Design {
            graph: self.columns.graph.clone(),
            names,
            terms,
            target,
            weights: self.weights,
            offset: self.offset,
            extra: self.loss.as_ref().map_or(Vec::new(), |l| l.1.clone()),
            intercept: self.intercept,
        })
    }
}

/// Makes the plan. Reads the first rows of the file to see which columns are numbers.
pub fn plan(request: &Request<RegressOptions>, job: &Job) -> Result<Plan, Located> {
    let options = &request.options;
    let inputs = inputs(request)?;
    let reading = reading(request, job)?;
    let header = inputs.look(&reading, job)?;
    let constants = constants(request, &header)?;
    let mut columns = terms::columns(request, &header, &constants)?;
    let Roles { target, target_name, target_at, weights, offset, features } =
        terms::roles(request, &header, &mut columns)?;
    let offset_text = options.offset.as_deref().zip(offset).map(|(text, id)| columns.kept(text.trim(), id));
    let intercept = !options.no_intercept.unwrap_or(false);
    if features.is_empty() && !intercept {
        return Err(Located::new(PlanError::NoFeatures));
    }
    let loss = match request.text("regress.loss") {
        Some(text) => Some(loss::loss(&text, &mut columns, &constants, target_at)?),
        None => None,
    };
    let model = model::model(request, options.family.unwrap_or_default())?;
    let (lambda, l1_ratio) = penalty(request, &model)?;
    let solver = solver(request, &model)?;
    let chooses =
        options.solver.is_none() && options.save_state.is_none() && matches!(model, Model::Linear) && l1_ratio == 0.0;
    ranges(request)?;
    let items = terms::by_item(request, &header, "categorical", &options.categorical)?;
    let named: Vec<usize> = items.iter().flat_map(|item| item.1.clone()).collect();
    let in_use = |at: &usize| columns.categories.contains(&header.names[*at]);
    let idle = items.iter().filter(|item| !item.1.iter().any(in_use)).map(|item| item.0.as_str());
    let found_categories = (columns.categories.iter())
        .filter(|c| columns.position(c).is_some_and(|at| header.text[at] && !named.contains(&at)))
        .filter(|c| **c != target_name)
        .cloned()
        .collect();
    // who lists features does not miss a column that nobody can name
    let nameless = notes::nameless(&header.names).filter(|_| options.features.is_empty());
    let warnings = nameless.into_iter().chain(idle.map(notes::idle_category)).collect();
    Ok(Plan {
        inputs,
        missing_means: options.missing == Some(MissingRows::Mean),
        every_level: options.save_state.is_some(),
        memory: reading::memory(request)?,
        columns,
        features,
        target,
        target_name,
        weights,
        offset,
        offset_text,
        loss,
        intercept,
        model,
        solver,
        chooses,
        lambda,
        l1_ratio,
        reading,
        found_categories,
        warnings,
    })
}

/// The files of the rows; a spec must not have an objective of its own.
fn inputs(request: &Request<RegressOptions>) -> Result<Inputs, Located> {
    let spec = &request.spec;
    match &spec.objective {
        Some(Objective::Formula(t) | Objective::Residual(t)) => {
            return Err(t.locate_at(PlanError::Formula, Span::new(0, t.text.len())));
        }
        Some(Objective::Likelihood(_)) => {
            let problem = PlanError::NotYet { what: "likelihoods of one's own".into(), many: true };
            return Err(request.locate("likelihood", problem));
        }
        None => {}
    }
    let more = (0..request.options.files.len()).filter_map(|k| request.path(&format!("regress.files.{k}")));
    // a spec may leave the rows to the command line
    let Some(data) = &spec.data else {
        let files: Vec<_> = more.collect();
        if files.is_empty() {
            return Err(Located::new(PlanError::NoData));
        }
        return Inputs::new(files).map_err(|e| request.locate("regress.files.0", e));
    };
    let first = data.file.place.path(&data.file.text);
    Inputs::new(std::iter::once(first).chain(more).collect())
        .map_err(|e| data.file.locate_at(e, Span::new(0, data.file.text.len())))
}

/// The spec's constants, which formulas may name.
fn constants(request: &Request<RegressOptions>, header: &Header) -> Result<Vec<(String, f64)>, Located> {
    let mut constants = Vec::new();
    for (name, constant) in &request.spec.constants {
        if header.names.contains(name) {
            let problem = PlanError::TwoThings { name: name.clone(), file: header.file.clone() };
            return Err(constant.place.locate(problem));
        }
        match constant.value {
            Quantity::Number(value) => constants.push((name.clone(), value)),
            _ => {
                let problem = PlanError::NotYet { what: "vectors of constants".into(), many: true };
                return Err(constant.place.locate(problem));
            }
        }
    }
    Ok(constants)
}
