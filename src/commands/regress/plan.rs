//! What the request means: the file, the terms, the family, the solver. Fills defaults, checks names.

use super::data::Levels;
use super::features::{Columns, Feature, is_pattern, matches};
use super::inputs::Inputs;
use super::options::{FamilyName, LinkName, MissingRows, PenaltyName, RegressOptions, SolverName};
use super::problem::PlanError;
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::{Located, Span};
use crate::formula::graph::{InputKind, NodeId};
use crate::formula::lower::Scope;
use crate::formula::read;
use crate::regress::family::{Family, Link, by_name};
use crate::regress::loss::{Input, Loss, graph};
use crate::regress::{Design, Term};
use crate::spec::{Objective, Quantity, Text};
use crate::table::TableError;
use crate::table::read::{Missing, Options};
use clap::ValueEnum;

/// Sums of products of so many columns take 64 MB, and a few copies of them are about.
const MOST_TERMS: usize = 2000;

/// What is fitted.
#[derive(Clone, Copy, Debug)]
pub enum Model {
    /// Least squares.
    Linear,
    /// Fisher scoring.
    Glm(&'static Family, &'static Link),
    /// Several classes.
    Multinomial,
    /// Huber's loss.
    Huber,
    /// A loss of the user's own.
    Loss,
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
    pub target: Feature,
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
    /// Bytes of rows kept in memory.
    pub memory: u64,
    /// Columns found to be categories without being named.
    pub found_categories: Vec<String>,
}

impl Plan {
    /// The name of the family.
    pub fn family(&self) -> &'static str {
        match self.model {
            Model::Linear => "linear",
            Model::Glm(family, _) => family.name,
            Model::Multinomial => "multinomial",
            Model::Huber => "huber",
            Model::Loss => "loss",
        }
    }

    /// The name of the link.
    pub fn link(&self) -> &'static str {
        match self.model {
            Model::Linear | Model::Huber | Model::Loss => "identity",
            Model::Glm(_, link) => link.name,
            Model::Multinomial => "logit",
        }
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
                Feature::Category(c) => {
                    let (column, found) = (&self.columns.categories[*c], &levels.names[*c]);
                    if let [level] = &found[..] {
                        let problem = PlanError::OneLevel { column: column.clone(), level: level.clone() };
                        return Err(Located::new(problem));
                    }
                    for (code, level) in found.iter().enumerate().skip(1) {
                        names.push(format!("{column}={level}"));
                        terms.push(Term::Level { category: *c, level: code as u32 });
                    }
                }
            }
        }
        if terms.len() > MOST_TERMS {
            return Err(Located::new(PlanError::ManyTerms { terms: terms.len(), most: MOST_TERMS }));
        }
        let target = match &self.target {
            Feature::Number(_, id) => Term::Node(*id),
            // for two classes: 1 for the second
            Feature::Category(c) => Term::Code { category: *c },
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

/// How the request wants rows to be read.
pub fn reading(request: &Request<RegressOptions>, job: &Job) -> Result<Options, Located> {
    let delimiter = match request.options.delimiter {
        Some(c) if c.is_ascii() && !"\"\r\n".contains(c) => Some(c as u8),
        Some(c) => return Err(request.locate("regress.delimiter", PlanError::BadDelimiter { found: c })),
        None => None,
    };
    let missing = match request.options.missing.unwrap_or_default() {
        MissingRows::Error => Missing::Error,
        MissingRows::Drop => Missing::Drop,
        MissingRows::Mean => Missing::Nan,
    };
    Ok(Options { delimiter, missing, threads: Some(job.threads()), ..Options::default() })
}

/// Makes the plan. Reads the first rows of the file to see which columns are numbers.
pub fn plan(request: &Request<RegressOptions>, job: &Job) -> Result<Plan, Located> {
    let (spec, options) = (&request.spec, &request.options);
    let not_yet = |key: &str, what: &str, many| request.locate(key, PlanError::NotYet { what: what.into(), many });
    match &spec.objective {
        Some(Objective::Formula(t) | Objective::Residual(t)) => {
            let problem = PlanError::Formula;
            return Err(t.locate_at(problem, Span::new(0, t.text.len())));
        }
        Some(Objective::Likelihood(_)) => return Err(not_yet("likelihood", "likelihoods of one's own", true)),
        None => {}
    }
    let Some(data) = &spec.data else { return Err(Located::new(PlanError::NoData)) };
    let first = data.file.place.path(&data.file.text);
    let more = (0..options.files.len()).filter_map(|k| request.path(&format!("regress.files.{k}")));
    let inputs = Inputs::new(std::iter::once(first).chain(more).collect())
        .map_err(|e| data.file.locate_at(e, Span::new(0, data.file.text.len())))?;
    let reading = reading(request, job)?;
    let (names, mut is_category) = inputs.look(&reading, job)?;
    let file = || inputs.name(0);
    let no_column = |name: &str| TableError::NoSuchColumn {
        file: file().into(),
        name: name.into(),
        names: names.clone(),
        delimiter: None,
    };
    let found_by_text: Vec<bool> = is_category.clone();
    for (k, pattern) in options.categorical.iter().enumerate() {
        let pattern = pattern.trim();
        let mut any = false;
        for (at, name) in names.iter().enumerate() {
            if name == pattern || is_pattern(pattern) && matches(pattern.as_bytes(), name.as_bytes()) {
                is_category[at] = true;
                any = true;
            }
        }
        if !any {
            return Err(request.locate(&format!("regress.categorical.{k}"), no_column(pattern)));
        }
    }
    let family = options.family.unwrap_or_default();
    let Some(target_text) = request.text("regress.target") else {
        return Err(Located::new(PlanError::NoTarget { columns: names }));
    };
    let target_name = target_text.text.trim().to_string();
    let target_at = names.iter().position(|n| *n == target_name);
    if let (FamilyName::Multinomial, Some(at)) = (family, target_at) {
        is_category[at] = true;
    }
    let mut constants = Vec::new();
    for (name, constant) in &spec.constants {
        match constant.value {
            Quantity::Number(value) => constants.push((name.clone(), value)),
            _ => {
                let problem = PlanError::NotYet { what: "vectors of constants".into(), many: true };
                return Err(constant.place.locate(problem));
            }
        }
    }
    let mut columns = Columns::new(&names, is_category, &constants);
    let whole = |text: &str| Span::new(0, text.len());
    let target = match target_at {
        Some(at) => columns.feature(at),
        None => {
            if target_name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(request.locate("regress.target", no_column(&target_name)));
            }
            let id = columns.formula(&target_text, whole(&target_text.text))?;
            Feature::Number(target_name.clone(), id)
        }
    };
    let mut formula = |key: &str| match request.text(key) {
        Some(text) => columns.formula(&text, whole(&text.text)).map(Some),
        None => Ok(None),
    };
    let (weights, offset) = (formula("regress.weights")?, formula("regress.offset")?);

    // default: all that play no other part, as in R's lm(log(price) ~ ., houses)
    let mut taken: Vec<String> = vec![target_name.clone()];
    let formulas = [target.node(), weights, offset].into_iter().flatten();
    taken.extend(formulas.flat_map(|id| columns.used(id)));
    let mut excluded = Vec::new();
    for (k, pattern) in options.exclude.iter().enumerate() {
        let pattern = pattern.trim();
        let before = excluded.len();
        excluded.extend(names.iter().filter(|n| matches(pattern.as_bytes(), n.as_bytes())).cloned());
        if excluded.len() == before {
            return Err(request.locate(&format!("regress.exclude.{k}"), no_column(pattern)));
        }
    }
    let mut features: Vec<Feature> = Vec::new();
    if options.features.is_empty() {
        for (at, name) in names.iter().enumerate() {
            let free = !name.is_empty() && !taken.contains(name) && !excluded.contains(name);
            if free {
                features.push(columns.feature(at));
            }
        }
    }
    let skip: Vec<String> = taken.iter().chain(&excluded).cloned().collect();
    for k in 0..options.features.len() {
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
            if feature == target || target.node().is_some() && feature.node() == target.node() {
                return Err(text.locate_at(PlanError::TargetFeature { term: target_name }, whole(&text.text)));
            }
            if !excluded_name {
                features.push(feature);
            }
        }
    }
    let intercept = !options.no_intercept.unwrap_or(false);
    if features.is_empty() && !intercept {
        return Err(Located::new(PlanError::NoFeatures));
    }
    if let (Feature::Category(_), Some(at)) = (&target, target_at)
        && !matches!(family, FamilyName::Logistic | FamilyName::Multinomial)
    {
        let name = format!("{family:?}").to_lowercase();
        let family = ["linear", "poisson", "gamma", "huber"].into_iter().find(|f| *f == name).unwrap_or("linear");
        return Err(request.locate("regress.target", PlanError::TextTarget { column: names[at].clone(), family }));
    }
    let loss = match request.text("regress.loss") {
        Some(text) => Some(loss(&text, &mut columns, &constants, target_at)?),
        None => None,
    };
    let model = model(request, family)?;
    let (lambda, l1_ratio) = penalty(request, &model)?;
    let solver = solver(request, &model)?;
    let chooses =
        options.solver.is_none() && options.save_state.is_none() && matches!(model, Model::Linear) && l1_ratio == 0.0;
    ranges(request)?;
    let found_categories = columns
        .categories
        .iter()
        .filter(|c| names.iter().position(|n| n == *c).is_some_and(|at| found_by_text[at]))
        .filter(|c| !options.categorical.contains(c) && **c != target_name)
        .cloned()
        .collect();
    Ok(Plan {
        inputs,
        missing_means: options.missing == Some(MissingRows::Mean),
        memory: memory(request)?,
        columns,
        features,
        target,
        target_name,
        weights,
        offset,
        offset_text: options.offset.clone(),
        loss,
        intercept,
        model,
        solver,
        chooses,
        lambda,
        l1_ratio,
        reading,
        found_categories,
    })
}

/// `--memory` in bytes.
fn memory(request: &Request<RegressOptions>) -> Result<u64, Located> {
    let Some(text) = &request.options.memory else { return Ok(super::run::DEFAULT_MEMORY) };
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &lower[digits.len()..] {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        _ => f64::NAN,
    };
    match digits.trim().parse::<f64>().map(|x| x * unit) {
        Ok(bytes) if (0.0..1e18).contains(&bytes) => Ok(bytes as u64),
        _ => Err(request.locate("regress.memory", PlanError::BadSize { found: text.clone() })),
    }
}

/// The loss of a row, differentiated, and the columns it depends on.
fn loss(
    text: &Text,
    columns: &mut Columns,
    constants: &[(String, f64)],
    target_at: Option<usize>,
) -> Result<(Loss, Vec<NodeId>), Located> {
    let number = |at: usize| !columns.is_category[at];
    let names: Vec<String> =
        (0..columns.names.len()).filter(|&k| number(k)).map(|k| columns.names[k].clone()).collect();
    let (mut graph, prediction) = graph(&names, constants);
    let root = read(&mut graph, &text.source(), &Scope::default()).map_err(|e| text.locate(e))?;
    let used = graph.reachable(&[root]);
    if !used[prediction.index()] {
        return Err(text.locate_at(PlanError::NoPrediction, Span::new(0, text.text.len())));
    }
    let mut extra = Vec::new();
    let target_name = target_at.map(|at| columns.names[at].clone());
    let inputs = (graph.inputs().to_vec().iter())
        .map(|input| match &input.name {
            name if graph.input_named(name).is_none_or(|id| !used[id.index()]) => Input::Unused,
            name if name == "prediction" => Input::Prediction,
            name if name == "target" || Some(name) == target_name.as_ref() => Input::Target,
            _ if matches!(input.kind, InputKind::Constant(_)) => Input::Unused, // folded into the program
            name => {
                extra.push(columns.graph.declare(name, InputKind::Column));
                Input::Extra(extra.len() - 1)
            }
        })
        .collect();
    Ok((Loss::new(graph, root, prediction, inputs), extra))
}

fn model(request: &Request<RegressOptions>, family: FamilyName) -> Result<Model, Located> {
    if request.options.loss.is_some() {
        if request.options.family.is_some() || request.options.link.is_some() {
            let problem =
                PlanError::Conflict { flag: "--loss", with: "--family and --link: it stands in their place".into() };
            return Err(request.locate("regress.loss", problem));
        }
        return Ok(Model::Loss);
    }
    let link = request.options.link.map(|l| match l {
        LinkName::Identity => "identity",
        LinkName::Log => "log",
        LinkName::Inverse => "inverse",
        LinkName::Logit => "logit",
        LinkName::Probit => "probit",
        LinkName::Cloglog => "cloglog",
    });
    let conflict = |with: &str| {
        let with = format!("the family {with}");
        request.locate("regress.link", PlanError::Conflict { flag: "this link", with })
    };
    let glm = |name: &str| {
        let Some(family) = by_name(name) else { return Ok(Model::Linear) };
        match link {
            None => Ok(Model::Glm(family, family.links[0])),
            Some(wanted) => match family.links.iter().find(|l| l.name == wanted) {
                Some(link) => Ok(Model::Glm(family, link)),
                None => Err(conflict(name)),
            },
        }
    };
    match family {
        FamilyName::Linear if link.is_none_or(|l| l == "identity") => Ok(Model::Linear),
        FamilyName::Linear => Err(conflict("linear")),
        FamilyName::Huber if link.is_none_or(|l| l == "identity") => {
            if request.options.weights.is_some() {
                let problem = PlanError::Conflict { flag: "--weights", with: "the family huber".into() };
                return Err(request.locate("regress.weights", problem));
            }
            Ok(Model::Huber)
        }
        FamilyName::Huber => Err(conflict("huber")),
        FamilyName::Multinomial if link.is_none_or(|l| l == "logit") => Ok(Model::Multinomial),
        FamilyName::Multinomial => Err(conflict("multinomial")),
        FamilyName::Logistic => glm("logistic"),
        FamilyName::Poisson => glm("poisson"),
        FamilyName::Gamma => glm("gamma"),
    }
}

/// lambda and the part of absolute values, checked.
pub fn penalty(request: &Request<RegressOptions>, model: &Model) -> Result<(f64, f64), Located> {
    let options = &request.options;
    let range = |key: &str, flag, wanted, found| Err(request.locate(key, PlanError::Range { flag, wanted, found }));
    let l1_ratio = match options.penalty {
        None => {
            if options.lambda.is_some() {
                return Err(request.locate("regress.lambda", PlanError::NoPenalty));
            }
            if options.l1_ratio.is_some() {
                return Err(request.locate("regress.l1_ratio", PlanError::NoPenalty));
            }
            if options.cv.is_some() || options.lambda_rule.is_some() {
                return Err(request.locate("regress.cv", PlanError::NoPenalty));
            }
            return Ok((0.0, 0.0));
        }
        Some(PenaltyName::Ridge) => 0.0,
        Some(PenaltyName::Lasso) => 1.0,
        Some(PenaltyName::ElasticNet) => options.l1_ratio.unwrap_or(0.5),
    };
    if options.l1_ratio.is_some() && options.penalty != Some(PenaltyName::ElasticNet) {
        let problem = PlanError::Conflict { flag: "--l1-ratio", with: "a penalty of one kind".into() };
        return Err(request.locate("regress.l1_ratio", problem));
    }
    if !(0.0..=1.0).contains(&l1_ratio) {
        return range("regress.l1_ratio", "--l1-ratio", "a number from 0 to 1", l1_ratio);
    }
    if options.cv.is_some() {
        if !matches!(model, Model::Linear | Model::Glm(..)) {
            let what = "cross-validation of models other than linear and generalised linear ones".into();
            let problem = PlanError::NotYet { what, many: false };
            return Err(request.locate("regress.cv", problem));
        }
        if options.lambda.is_some() {
            let problem = PlanError::Conflict { flag: "--cv", with: "--lambda, which it chooses".into() };
            return Err(request.locate("regress.cv", problem));
        }
        return Ok((0.0, l1_ratio));
    }
    if options.lambda_rule.is_some() {
        let problem = PlanError::Conflict { flag: "--lambda-rule", with: "a lambda that is given: add --cv".into() };
        return Err(request.locate("regress.lambda_rule", problem));
    }
    let Some(lambda) = options.lambda else { return Err(request.locate("regress.penalty", PlanError::NoLambda)) };
    if !(lambda >= 0.0 && lambda.is_finite()) {
        return range("regress.lambda", "--lambda", "a number, 0 or more", lambda);
    }
    if matches!(model, Model::Huber) {
        let problem = PlanError::NotYet { what: "penalties with Huber's loss".into(), many: true };
        return Err(request.locate("regress.penalty", problem));
    }
    if matches!(model, Model::Multinomial | Model::Loss) && l1_ratio > 0.0 {
        let what = "penalties of absolute values for several classes and for losses of one's own".into();
        let problem = PlanError::NotYet { what, many: true };
        return Err(request.locate("regress.penalty", problem));
    }
    Ok((lambda, l1_ratio))
}

/// Whether a solver fits a model under a penalty.
fn serves(solver: SolverName, model: &Model, penalty: Option<PenaltyName>) -> bool {
    let walks = solver.method().is_some();
    let exact = matches!(solver, SolverName::Gram | SolverName::Householder);
    match (model, penalty) {
        (Model::Linear, None) => solver != SolverName::Newton,
        // the update by X^T X is literal: it has no penalty
        (Model::Linear, Some(PenaltyName::Ridge)) => exact || walks && solver != SolverName::GradientDescent,
        (Model::Linear, Some(_)) => solver == SolverName::Gram,
        (Model::Glm(..), None | Some(PenaltyName::Ridge)) => walks || solver == SolverName::Newton,
        _ => solver == SolverName::Newton,
    }
}

/// All solvers of a model, the most exact first.
pub fn solvers(model: &Model, penalty: Option<PenaltyName>) -> Vec<SolverName> {
    let mut all: Vec<SolverName> = SolverName::value_variants().to_vec();
    all.sort_by_key(|s| match s {
        SolverName::Householder => 0,
        SolverName::Gram | SolverName::Newton => 1,
        SolverName::Qr | SolverName::Normal => 2,
        SolverName::Lbfgs => 3,
        _ => 4,
    });
    all.into_iter().filter(|s| serves(*s, model, penalty)).collect()
}

/// The solver, and whether the flags fit it.
pub fn solver(request: &Request<RegressOptions>, model: &Model) -> Result<SolverName, Located> {
    let options = &request.options;
    let linear = matches!(model, Model::Linear);
    let conflict =
        |key: &str, flag, with: &str| Err(request.locate(key, PlanError::Conflict { flag, with: with.into() }));
    let default = if linear { SolverName::Gram } else { SolverName::Newton };
    let solver = options.solver.unwrap_or(default);
    let walks = solver.method().is_some();
    let penalised = options.penalty.is_some();
    match (linear, solver) {
        _ if serves(solver, model, options.penalty) => {}
        (true, SolverName::Newton) => {
            return conflict("regress.solver", "the solver newton", "the family linear: gram is exact");
        }
        (false, s) if !(matches!(model, Model::Glm(..)) && s.method().is_some()) => {
            return conflict("regress.solver", "this solver", "this family: use newton");
        }
        _ => return conflict("regress.solver", "this solver", "this penalty: use the default one"),
    }
    if options.batch_size.is_some() && !matches!(solver, SolverName::Sgd | SolverName::Adam) {
        return conflict("regress.batch_size", "--batch-size", "this solver: it is for sgd and adam");
    }
    let descent = walks && solver != SolverName::Lbfgs;
    let compares = options.compare_solvers == Some(true);
    if options.learning_rate.is_some() && !descent && !compares {
        return conflict(
            "regress.learning_rate",
            "--learning-rate",
            "this solver: it is for gradient-descent, sgd and adam",
        );
    }
    let iterates = walks || solver == SolverName::Newton;
    if options.max_iterations.is_some() && !iterates && !compares {
        return conflict("regress.max_iterations", "--max-iterations", "a solver that does not iterate");
    }
    if options.trace.is_some() && !iterates {
        return conflict("regress.trace", "--trace", "a solver that does not iterate");
    }
    if compares && solvers(model, options.penalty).len() == 1 {
        let with = match linear {
            true => "this penalty: gram alone (coordinate descent) serves it",
            false => "this model: newton alone serves it",
        };
        return conflict("regress.compare_solvers", "--compare-solvers", with);
    }
    if options.robust.is_some() && (!matches!(model, Model::Linear | Model::Glm(..)) || penalised) {
        let with = "this model: it is for linear and generalised linear models without a penalty";
        return conflict("regress.robust", "--robust", with);
    }
    if options.standardize == Some(true) && options.penalty.is_none() {
        return conflict(
            "regress.standardize",
            "--standardize",
            "a fit without a penalty, which does not depend on units",
        );
    }
    Ok(solver)
}

/// Numbers out of range.
pub fn ranges(request: &Request<RegressOptions>) -> Result<(), Located> {
    let options = &request.options;
    let check = |key: &str, flag, wanted, value: Option<f64>, good: fn(f64) -> bool| match value {
        Some(found) if !good(found) => Err(request.locate(key, PlanError::Range { flag, wanted, found })),
        _ => Ok(()),
    };
    let open = |x: f64| x > 0.0 && x < 1.0;
    check("regress.confidence", "--confidence", "between 0 and 1", options.confidence, open)?;
    check("regress.test_fraction", "--test-fraction", "between 0 and 1", options.test_fraction, open)?;
    let positive = |x: f64| x > 0.0 && x.is_finite();
    check("regress.learning_rate", "--learning-rate", "a number above 0", options.learning_rate, positive)
}
