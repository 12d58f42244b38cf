//! Carries out a plan: reads, fits, measures, and puts the result together.

use super::data::{self, Counts, Numbers, Part, Wanted};
use super::draw::Draw;
use super::features::Target;
use super::inputs::Inputs;
use super::levels::Levels;
use super::means::{self, Filled};
use super::options::{RegressOptions, SolverName};
use super::plan::{Model, Plan, plan};
use super::problem::PlanError;
use super::rests::Rests;
use super::store::{Designed, Store};
use super::targets::Targets;
use super::{cross, fitting, folds, measure, notes, predict, result, solvers, state, tables, view};
use crate::commands::outcome::{Outcome, Outputs};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::Located;
use crate::numeric::sum::Dd;
use crate::numeric::text::count;
use crate::regress::gram::Gram;
use crate::regress::householder::FEW;
use crate::regress::rows::{Rows, in_order};
use crate::regress::{Block, Design, RegressError, Source};
use serde_json::Value;
use std::sync::OnceLock;

/// The data of a fit.
pub struct Data {
    /// The model's columns.
    pub design: Design,
    /// Levels of the categories.
    pub levels: Levels,
    /// Sums of products of all rows that are fitted.
    pub gram: Gram,
    /// The rows, where they are needed again.
    pub store: Store,
    /// Rows held out.
    pub test: Store,
    /// Rows of `--test FILE` that lack something and were left out.
    pub test_dropped: u64,
    /// Sums of each fold of a cross-validation.
    pub folds: Vec<Gram>,
    /// The fold of each row, part by part; nothing where sums are all that is needed.
    pub fold_of: Vec<Vec<u16>>,
    /// What became of the rows.
    pub counts: Counts,
    /// The columns whose missing numbers become their mean.
    pub filled: Vec<Filled>,
    /// The target's value, where it has one alone (not known after one pass).
    pub constant_target: Option<f64>,
}

impl Data {
    /// The rows of the fit as the model sees them.
    pub fn source(&self) -> Designed<'_> {
        Designed { design: &self.design, store: &self.store }
    }
}

/// Does the work of `gradus regress`.
pub fn run(request: &Request<RegressOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
    let done = carry_out(request, job, outputs);
    // a pass that was stopped fails with an error of its own
    job.check()?;
    done
}

fn carry_out(request: &Request<RegressOptions>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome> {
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
    outcome.inputs.extend(plan.inputs.paths.clone());
    let sinks = tables::open(request, &plan, outputs)?;
    let mut data = read(&plan, request, job)?;
    if let Some(path) = request.path("regress.test") {
        let inputs = Inputs::new(vec![path]).map_err(|e| request.locate("regress.test", e))?;
        read_test(&plan, &mut data, &inputs, job)?;
        outcome.inputs.extend(inputs.paths.clone());
    }
    data.store.watch(Some(job.progress(None, "rows gone through")));
    if !data.folds.is_empty() {
        let chosen = cross::choose(&plan, &data, request)?;
        plan.lambda = chosen.lambda;
        let terms = fitting::all_names(&plan, &data)?;
        outcome.result.insert("cross_validation".into(), chosen.json(&terms));
        outcome.warnings.extend(chosen.warnings());
        sinks.path(&chosen, &terms, outputs)?;
        data.store.watch(Some(job.progress(None, "rows gone through")));
    }
    if plan.chooses && data.counts.rests {
        plan.solver = SolverName::Householder;
    }
    let fitted = fitting::fit(&plan, &data, request)?;
    outcome.warnings.extend(plan.warnings.clone());
    outcome.warnings.extend(notes::categories(&plan, &data.levels));
    outcome.warnings.extend(means::warning(&data.filled));
    result::fill(&plan, &data, &fitted, &mut outcome)?;
    tables::write(&plan, &data, &fitted, &sinks, outputs)?;
    let metrics = match data.test.is_empty() {
        true => None,
        false => Some(measure::measure(&plan, &data, &fitted)?),
    };
    if let Some(metrics) = &metrics {
        outcome.result.insert("test".into(), Value::Object(metrics.clone()));
    }
    outcome.report = view::report(&plan, &data, &fitted, metrics.as_ref(), job);
    if request.options.compare_solvers == Some(true) {
        solvers::compare(&mut plan, &data, request, &mut outcome)?;
    }
    Ok(outcome)
}

/// An error of the fit with the file's name.
pub fn in_files(plan: &Plan) -> impl Fn(RegressError) -> Located + use<> {
    let names: Vec<String> = (0..plan.inputs.paths.len()).map(|k| plan.inputs.name(k)).collect();
    move |problem| {
        let all = || match &names[..] {
            [one] => one.clone(),
            names => format!("{} files", names.len()),
        };
        let (file, problem) = match problem {
            RegressError::InFile { file, problem } => (names.get(file).cloned().unwrap_or_default(), *problem),
            problem => (all(), problem),
        };
        Located::new(PlanError::Data { file, problem })
    }
}

/// Bytes of rows kept in memory unless said.
pub const DEFAULT_MEMORY: u64 = 1_000_000_000;

/// What the plan wants to be read.
fn wanted(plan: &Plan, probe: &Design) -> Wanted {
    let graph = &plan.columns.graph;
    Wanted {
        numbers: probe.needed().into_iter().map(|i| (graph.inputs()[i].name.clone(), i)).collect(),
        inputs: graph.inputs().len(),
        categories: plan.columns.categories.clone(),
        options: plan.reading.clone(),
        rests: Rests::None,
        never_missing: match plan.target {
            Target::Category(c) => Some(c),
            Target::Number(_) => None,
        },
        unfilled: means::refused(plan).into_iter().map(|r| graph.inputs()[r.0].name.clone()).collect(),
    }
}

/// For which rows the fit wants what rounding their decimals left.
fn rests(plan: &Plan, probe: &Design) -> Rests {
    match plan.solver {
        SolverName::Householder => Rests::All,
        _ if plan.chooses => Rests::Few(FEW / size(probe)),
        _ => Rests::None,
    }
}

/// The square of the number of coefficients.
fn size(design: &Design) -> u64 {
    let n = (design.terms.len() + usize::from(design.intercept)) as u64;
    (n * n).max(1)
}

/// Reads the rows: in one pass where sums are all that is needed, else into a store.
fn read(plan: &Plan, request: &Request<RegressOptions>, job: &Job) -> anyhow::Result<Data> {
    let options = &request.options;
    // a design without categories says which columns of numbers are needed
    let probe = Plan::design(plan, &Levels::new_pairs(plan.columns.categories.len()))?;
    let wanted = Wanted { rests: rests(plan, &probe), ..wanted(plan, &probe) };
    let mut levels = Levels::new(wanted.categories.len());
    let fail = in_files(plan);
    // the sums of the folds are in memory beside the rows
    let room = plan.memory.saturating_sub(options.cv.map_or(0, |count| folds::bytes(count, &probe)));
    let mut store = Store::new(room, &job.cancel);
    let mut test = Store::new(plan.memory, &job.cancel);
    let one_pass = matches!(plan.model, Model::Linear)
        && matches!(plan.solver, SolverName::Gram | SolverName::Normal | SolverName::GradientDescent)
        && wanted.categories.is_empty()
        && !options.wants_rows_again();
    if one_pass {
        // shifts and scales are those of the first rows, which are read before all others
        let like: OnceLock<Gram> = OnceLock::new();
        let sums = |rows: &Numbers<'_>| {
            let in_file = |problem| RegressError::InFile { file: rows.file, problem: Box::new(problem) };
            let block = probe.block(&rows.columns(), &[], rows.lines).map_err(in_file)?;
            let mut sums = like.get_or_init(|| Gram::new(&block, probe.intercept).empty()).empty();
            sums.add(&block);
            let without = (rows.file, block.rows as u64 - sums.rows);
            Ok((sums, without, (!rows.rests.is_empty()).then(|| rows.part())))
        };
        let mut gram: Option<Gram> = None;
        let mut zero_weight = vec![0; plan.inputs.paths.len()];
        type Found = Result<(Gram, (usize, u64), Option<Part>), RegressError>;
        let mut counts = data::read_numbers(&plan.inputs, &wanted, job, sums, |found: Found| {
            let (sums, (file, without), part) = found.map_err(&fail)?;
            zero_weight[file] += without;
            if let Some(part) = part {
                store.push(part).map_err(&fail)?;
            }
            match &mut gram {
                None => gram = Some(sums),
                Some(gram) => gram.merge(&sums).map_err(&fail)?,
            }
            Ok(())
        })?;
        left(&counts, plan)?;
        let mut gram = gram.ok_or(RegressError::NoRows).map_err(&fail)?;
        if counts.rests {
            gram = sum_up(&Designed { design: &probe, store: &store }, plan).map_err(&fail)?.0;
        } else {
            store = Store::new(plan.memory, &job.cancel);
        }
        gram.check(&probe.names).map_err(&fail)?;
        counts.pass_over(&zero_weight);
        let (folds, fold_of, filled) = (Vec::new(), Vec::new(), Vec::new());
        let (design, constant_target) = (probe, None);
        return Ok(Data {
            design,
            levels,
            gram,
            store,
            test,
            test_dropped: 0,
            folds,
            fold_of,
            counts,
            filled,
            constant_target,
        });
    }
    let refused = if plan.missing_means { means::refused(plan) } else { Vec::new() };
    let mut draw = options.test_fraction.map(|fraction| Draw::new(request.seed, fraction));
    let mut held_out = vec![0; plan.inputs.paths.len()];
    let mut keep = |part: Part| {
        means::check(&part, &refused, &wanted, &plan.inputs.name(part.file))?;
        let Some(draw) = &mut draw else { return Ok(store.push(part).map_err(&fail)?) };
        let out = draw.part(part.lines.len());
        held_out[part.file] += out.iter().filter(|out| **out).count() as u64;
        test.push(part.filter(|i| out[i])).map_err(&fail)?;
        Ok(store.push(part.filter(|i| !out[i])).map_err(&fail)?)
    };
    let mut counts = match wanted.categories.is_empty() {
        true => data::read_numbers(&plan.inputs, &wanted, job, |rows| rows.part(), &mut keep)?,
        false => data::read(&plan.inputs, &wanted, &mut levels, job, &mut keep)?,
    };
    counts.hold_out(&held_out);
    left(&counts, plan)?;
    let rows = store.rows + test.rows;
    if let Some(fraction) = options.test_fraction.filter(|_| rows > 0 && (store.is_empty() || test.is_empty())) {
        let fraction = request.written("regress.test_fraction").map_or(fraction.to_string(), String::from);
        let problem = PlanError::NoSplit { fraction, rows, all: store.is_empty() };
        return Err(request.locate("regress.test_fraction", problem).into());
    }
    let maps = levels.sort();
    let design = plan.design(&levels)?;
    if let Some(count) = options.cv {
        folds::check(count, &design, plan.memory).map_err(|e| request.locate("regress.cv", e))?;
    }
    // categories have more columns than was known while reading
    counts.rests &= plan.solver == SolverName::Householder || store.rows <= FEW / size(&design);
    if !counts.rests {
        store.forget_rests().and_then(|()| test.forget_rests()).map_err(&fail)?;
    }
    store.recode(&maps);
    test.recode(&maps);
    let mut filled = Vec::new();
    if plan.missing_means {
        filled = means::means(&store, &wanted, &refused, plan)?;
        store.fill(&means::pairs(&filled));
        means::fill_elsewhere(&mut test, &mut filled, plan)?;
    }
    if let Target::Category(c) = plan.target {
        let found = levels.names[c].len();
        let two = !matches!(plan.model, Model::Multinomial);
        if two && found != 2 || found < 2 {
            let problem = PlanError::NotTwoClasses { found, family: plan.family() };
            return Err(request.locate("regress.target", problem).into());
        }
    }
    let source = Designed { design: &design, store: &store };
    let (gram, targets, zero_weight) = sum_up(&source, plan).map_err(&fail)?;
    gram.check(&design.names).map_err(&fail)?;
    counts.pass_over(&zero_weight);
    let constant_target = targets.alone();
    if let (Model::Multinomial, Target::Category(c)) = (plan.model, plan.target)
        && let Some(class) = targets.absent(&levels.names[c])
    {
        let (column, class) = (plan.target_name.clone(), class.clone());
        return Err(request.locate("regress.target", PlanError::AbsentClass { column, class }).into());
    }
    let (folds, fold_of) = match options.cv {
        Some(count) if gram.rows < u64::from(count) => {
            let problem = PlanError::FewRows { rows: gram.rows, folds: count };
            return Err(request.locate("regress.cv", problem).into());
        }
        Some(count) => {
            let again = !matches!(plan.model, Model::Linear);
            folds::folds(&source, &gram, count, request.seed, again).map_err(&fail)?
        }
        None => (Vec::new(), Vec::new()),
    };
    Ok(Data { design, levels, gram, store, test, test_dropped: 0, folds, fold_of, counts, filled, constant_target })
}

/// Fails where rows were read and all of them dropped.
fn left(counts: &Counts, plan: &Plan) -> Result<(), Located> {
    let Counts { total, held_out, .. } = counts;
    if total.read == 0 || total.used + held_out > 0 {
        return Ok(());
    }
    let file = if plan.inputs.paths.len() == 1 { plan.inputs.name(0) } else { count(plan.inputs.paths.len(), "file") };
    Err(Located::new(PlanError::AllDropped { file, rows: total.read }))
}

/// The rows of `--test FILE`: the same columns, no other levels.
fn read_test(plan: &Plan, data: &mut Data, inputs: &Inputs, job: &Job) -> anyhow::Result<()> {
    let wanted = wanted(plan, &data.design);
    let mut levels = Levels::known(data.levels.names.clone());
    let mut store = Store::new(plan.memory, &job.cancel);
    let fail = in_files(plan);
    let refused = if plan.missing_means { means::refused(plan) } else { Vec::new() };
    let counts = data::read(inputs, &wanted, &mut levels, job, |part| {
        means::check(&part, &refused, &wanted, &inputs.name(part.file))?;
        Ok(store.push(part).map_err(&fail)?)
    })?;
    let what = inputs.name(0);
    if store.is_empty() {
        return Err(Located::new(PlanError::NoTestRows { file: what }).into());
    }
    means::fill_elsewhere(&mut store, &mut data.filled, plan)?;
    // faults are told with the name of this file: later all rows are the fit's
    for k in 0..store.len() {
        let part = store.load(k).map_err(&fail)?;
        let in_test = |problem| Located::new(PlanError::Data { file: inputs.name(part.file), problem });
        let (inputs, codes) = (part.rounded(), part.codes());
        let block = data.design.block(&inputs, &codes, &part.lines).map_err(in_test)?;
        if let Model::Glm(family, _) = plan.model {
            Rows::check_target(&block, family).map_err(in_test)?;
        }
    }
    data.test = store;
    data.test_dropped = counts.total.read - counts.total.used;
    Ok(())
}

/// The sums of all rows, their targets, which are checked on the way, and how many rows of each file have the weight 0.
fn sum_up(source: &Designed<'_>, plan: &Plan) -> Result<(Gram, Targets, Vec<u64>), RegressError> {
    if source.parts() == 0 {
        return Err(RegressError::NoRows);
    }
    let mut like = None;
    source.with(0, &mut |block| {
        like = Some(Gram::new(block, source.design.intercept));
        Ok(())
    })?;
    let Some(like) = like else { return Err(RegressError::NoRows) };
    let mut total = like.empty();
    let mut targets: Option<Targets> = None;
    let (mut parts, mut zero_weight) = (0.., vec![0; plan.inputs.paths.len()]);
    let of = |block: &Block<'_>| {
        if let Model::Glm(family, _) = plan.model {
            Rows::check_target(block, family)?;
        }
        let mut sums = like.empty();
        sums.add(block);
        let without = block.rows as u64 - sums.rows;
        Ok((sums, Targets::of(block, matches!(plan.model, Model::Multinomial)), without))
    };
    in_order(source, like.sums.len() * size_of::<Dd>(), of, |(sums, more, without)| {
        let file = parts.next().map_or(0, |k| source.store.file(k));
        zero_weight[file] += without;
        match &mut targets {
            None => targets = Some(more),
            Some(targets) => targets.and(&more),
        }
        total.merge(&sums)
    })?;
    let Some(targets) = targets else { return Err(RegressError::NoRows) };
    Ok((total, targets, zero_weight))
}
