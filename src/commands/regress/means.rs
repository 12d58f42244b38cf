//! `--missing mean`: what is missing among the features becomes its column's mean over the rows that are fitted. Cells of the
//! target, the weights, the offset and a loss are never made up.

use super::data::{Part, Wanted};
use super::plan::Plan;
use super::problem::PlanError;
use super::run::in_files;
use super::store::Store;
use crate::commands::json::number;
use crate::commands::outcome::Warning;
use crate::error::Located;
use crate::formula::graph::NodeId;
use crate::numeric::sum::Sum;
use crate::regress::{Design, RegressError, Term};
use crate::report::human;
use serde_json::{Map, Value};

/// A message names so many columns.
const MOST_NAMED: usize = 5;

/// A column whose missing cells are filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// Its name.
    pub column: String,
    /// Its place among the graph's inputs.
    pub input: usize,
    /// What stands in the place of a missing number.
    pub mean: f64,
    /// Cells that were filled.
    pub count: u64,
    /// Cells that were filled in rows held out or to be predicted.
    pub elsewhere: u64,
}

/// Inputs of which no cell is made up, with whom they belong to.
pub type Refused = Vec<(usize, &'static str)>;

/// The inputs that `--missing mean` refuses to fill.
pub fn refused(plan: &Plan) -> Refused {
    let graph = &plan.columns.graph;
    let inputs = |ids: &[NodeId], role: &'static str| {
        let used = graph.reachable(ids);
        let found = graph.inputs().iter().enumerate();
        let found = found.filter(|(_, i)| graph.input_named(&i.name).is_some_and(|id| used[id.index()]));
        found.map(|(at, _)| (at, role)).collect::<Vec<_>>()
    };
    let loss = plan.loss.as_ref().map_or(&[][..], |l| &l.1);
    [
        inputs(plan.target.node().as_slice(), "the target"),
        inputs(plan.weights.as_slice(), "the weights"),
        inputs(plan.offset.as_slice(), "the offset"),
        inputs(loss, "the loss"),
    ]
    .concat()
}

/// Fails where a part lacks a number that is not made up.
pub fn check(part: &Part, refused: &Refused, wanted: &Wanted, file: &str) -> Result<(), Located> {
    let first = |at: usize| part.inputs[at].iter().position(|x| x.is_nan());
    let found = refused.iter().filter_map(|(at, role)| Some((first(*at)?, *at, *role))).min_by_key(|f| f.0);
    let Some((row, at, role)) = found else { return Ok(()) };
    let column = wanted.numbers.iter().find(|n| n.1 == at).map_or(String::new(), |n| n.0.clone());
    Err(Located::new(PlanError::NotFilled { file: file.to_string(), line: part.lines[row], column, role }))
}

/// The means of the rows that are fitted, and how many cells are without a number there. Rows of the weight 0 are not fitted: a
/// mean of theirs would change with rows that take no part.
pub fn means(store: &Store, wanted: &Wanted, refused: &Refused, plan: &Plan) -> anyhow::Result<Vec<Filled>> {
    let mut sums = vec![(Sum::new(), 0u64, 0u64); wanted.inputs];
    let weights = plan.weights.map(|weights| weights_alone(plan, weights));
    let found = store.each(|part| {
        let in_file = |problem| RegressError::InFile { file: part.file, problem: Box::new(problem) };
        let (inputs, codes) = (part.inputs(), part.codes());
        let block = weights.as_ref().map(|w| w.block(&inputs, &codes, &part.lines)).transpose().map_err(in_file)?;
        let weights = block.and_then(|b| b.weights);
        let counts = |row: usize| weights.as_ref().is_none_or(|w| w.hi[row] > 0.0);
        for (_, at) in &wanted.numbers {
            let (sum, there, missing) = &mut sums[*at];
            for (_, x) in part.inputs[*at].iter().enumerate().filter(|(row, _)| counts(*row)) {
                if x.is_nan() {
                    *missing += 1;
                } else {
                    sum.add(*x);
                    *there += 1;
                }
            }
        }
        Ok(())
    });
    found.map_err(in_files(plan))?;
    let mut means = Vec::new();
    for (column, input) in wanted.numbers.iter().filter(|n| refused.iter().all(|r| r.0 != n.1)) {
        let (sum, there, missing) = &sums[*input];
        if *there == 0 {
            return Err(Located::new(PlanError::NoMean { column: column.clone() }).into());
        }
        let mean = sum.value() / *there as f64;
        means.push(Filled { column: column.clone(), input: *input, mean, count: *missing, elsewhere: 0 });
    }
    Ok(means)
}

/// A design of nothing but the weights: features that are still missing do not come into it.
fn weights_alone(plan: &Plan, weights: NodeId) -> Design {
    let mut graph = plan.columns.graph.clone();
    let zero = graph.number(0.0);
    let (names, terms, extra) = (Vec::new(), Vec::new(), Vec::new());
    Design {
        graph,
        names,
        terms,
        target: Term::Node(zero),
        weights: Some(weights),
        offset: None,
        extra,
        intercept: false,
    }
}

/// Puts the means into rows that were not fitted, and counts them.
pub fn fill_elsewhere(store: &mut Store, filled: &mut [Filled], plan: &Plan) -> anyhow::Result<()> {
    let found = store.each(|part| {
        filled.iter_mut().for_each(|f| f.elsewhere += missing(part, f.input));
        Ok(())
    });
    found.map_err(in_files(plan))?;
    store.fill(&pairs(filled));
    Ok(())
}

/// How many rows of a part lack an input.
pub fn missing(part: &Part, input: usize) -> u64 {
    part.inputs[input].iter().filter(|x| x.is_nan()).count() as u64
}

/// Input and mean of each.
pub fn pairs(filled: &[Filled]) -> Vec<(usize, f64)> {
    filled.iter().map(|f| (f.input, f.mean)).collect()
}

/// As the result's `rows.filled` has them: the columns in which something was missing.
pub fn json(filled: &[Filled]) -> Value {
    let row = |f: &Filled| {
        let mut map = Map::from_iter([
            ("column".to_string(), Value::from(f.column.as_str())),
            ("count".to_string(), f.count.into()),
            ("mean".to_string(), number(f.mean)),
        ]);
        if f.elsewhere > 0 {
            map.insert("count_held_out".into(), f.elsewhere.into());
        }
        Value::Object(map)
    };
    filled.iter().filter(|f| f.count + f.elsewhere > 0).map(row).collect()
}

/// `12 of `age` (mean 31.5), 3 of `income` (mean 2000)`; nothing where nothing was missing.
pub fn words(filled: &[Filled]) -> Option<String> {
    let some: Vec<&Filled> = filled.iter().filter(|f| f.count + f.elsewhere > 0).collect();
    let one = |f: &&Filled| format!("{} of `{}` (mean {})", f.count + f.elsewhere, f.column, human(f.mean, 6));
    let mut named: Vec<String> = some.iter().take(MOST_NAMED).map(one).collect();
    if some.len() > MOST_NAMED {
        let rest: u64 = some[MOST_NAMED..].iter().map(|f| f.count + f.elsewhere).sum();
        named.push(format!("{rest} of {} more", some.len() - MOST_NAMED));
    }
    (!named.is_empty()).then(|| named.join(", "))
}

/// Said wherever something was filled.
pub fn warning(filled: &[Filled]) -> Option<Warning> {
    let message = format!("missing numbers became their column's mean, as if measured: {}", words(filled)?);
    let facts = Map::from_iter([("columns".to_string(), json(filled))]);
    Some(Warning { code: "filled_with_mean", facts, message })
}
