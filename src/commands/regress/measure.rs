//! How well a fit does on rows that it has not seen.

use super::fitting::Fitted;
use super::plan::{Model, Plan};
use super::predict::Applied;
use super::run::{Data, in_files};
use crate::commands::json::number;
use crate::error::Located;
use crate::numeric::elementary::ln;
use crate::numeric::sum::Sum;
use serde_json::{Map, Value};

/// How well a fit does on the rows held out: RMSE, MAE, R squared; accuracy, log-loss and AUC for classes.
pub fn measure(plan: &Plan, data: &Data, fitted: &Fitted) -> Result<Map<String, Value>, Located> {
    let applied = Applied::of(plan, fitted);
    // of classes the truth is the code: 0, 1, ...
    let (mut truth, mut found): (Vec<f64>, Vec<Vec<f64>>) = Default::default();
    let fail = in_files(plan);
    for k in 0..data.test.len() {
        let part = data.test.load(k).map_err(&fail)?;
        let (inputs, codes) = (part.rounded(), part.codes());
        let block = data.design.block(&inputs, &codes, &part.lines).map_err(&fail)?;
        for i in 0..block.rows {
            truth.push(block.y.hi[i]);
            found.push(applied.row(&block, i));
        }
    }
    let n = truth.len() as f64;
    let mean_of = |f: &dyn Fn(usize) -> f64| (0..truth.len()).map(f).collect::<Sum>().value() / n;
    let mut map = Map::from_iter([("n".to_string(), truth.len().into())]);
    let mut put = |key: &str, value: f64| map.insert(key.into(), number(value));
    let two = matches!(plan.model, Model::Glm(family, _) if family.name == "logistic");
    if two || matches!(plan.model, Model::Multinomial) {
        let loss = |i: usize| match &found[i][..] {
            [p] => -(x_ln(truth[i], *p) + x_ln(1.0 - truth[i], 1.0 - *p)),
            shares => -ln(shares[truth[i] as usize]),
        };
        let right = |i: usize| match &found[i][..] {
            [p] => (*p > 0.5) == (truth[i] == 1.0),
            shares => (0..shares.len()).all(|k| k == truth[i] as usize || shares[k] < shares[truth[i] as usize]),
        };
        // a target that is a share has no class to be right about
        if truth.iter().all(|y| y.fract() == 0.0) {
            put("accuracy", mean_of(&|i| if right(i) { 1.0 } else { 0.0 }));
        }
        put("log_loss", mean_of(&loss));
        if two && truth.iter().all(|y| y.fract() == 0.0) {
            let scores: Vec<f64> = found.iter().map(|f| f[0]).collect();
            put("auc", auc(&scores, &truth));
        }
    } else {
        let middle = mean_of(&|i| truth[i]);
        let square = mean_of(&|i| (truth[i] - found[i][0]) * (truth[i] - found[i][0]));
        put("rmse", square.sqrt());
        put("mae", mean_of(&|i| (truth[i] - found[i][0]).abs()));
        put("r_squared", 1.0 - square / mean_of(&|i| (truth[i] - middle) * (truth[i] - middle)));
    }
    Ok(map)
}

/// The chance that a row of class 1 has a higher score than one of class 0, ties counting half (Mann and Whitney).
fn auc(scores: &[f64], truth: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut below, mut pairs) = (0.0, 0.0);
    let mut at = 0;
    while at < order.len() {
        let mut end = at;
        while end < order.len() && scores[order[end]] == scores[order[at]] {
            end += 1;
        }
        let ones = order[at..end].iter().filter(|&&i| truth[i] == 1.0).count() as f64;
        let zeros = (end - at) as f64 - ones;
        pairs += ones * (below + zeros / 2.0);
        below += zeros;
        at = end;
    }
    pairs / (below * (scores.len() as f64 - below))
}

/// y ln p, 0 for a share of 0.
fn x_ln(y: f64, p: f64) -> f64 {
    if y == 0.0 { 0.0 } else { y * ln(p) }
}
