//! How well a fit does on rows that it has not seen, each with its weight.

use super::fitting::Fitted;
use super::plan::{Model, Plan};
use super::predict::Applied;
use super::run::{Data, in_files};
use crate::commands::json::number;
use crate::error::Located;
use crate::numeric::elementary::ln;
use crate::numeric::sum::Sum;
use crate::regress::family::Link;
use crate::regress::multinomial::ln_probability;
use serde_json::{Map, Value};

/// A row held out, and what the fit says of it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    weight: f64,
    target: f64,
    /// The mean; of two classes the probability of the second.
    mean: f64,
    /// The part of the row whose class the fit finds likeliest.
    right: f64,
    /// Its log-likelihood under classes.
    ln_share: f64,
}

/// RMSE, MAE, R squared; accuracy, log-loss and AUC for classes. A target between two classes, such as 3 of 10, is that part of
/// a row of the one and the rest of the other.
pub fn measure(plan: &Plan, data: &Data, fitted: &Fitted) -> Result<Map<String, Value>, Located> {
    let applied = Applied::of(plan, fitted);
    let two = match plan.model {
        Model::Glm(family, link) if family.name == "logistic" => Some(link),
        _ => None,
    };
    let several = matches!(plan.model, Model::Multinomial);
    let mut rows: Vec<Seen> = Vec::new();
    let fail = in_files(plan);
    for k in 0..data.test.len() {
        let part = data.test.load(k).map_err(&fail)?;
        let (inputs, codes) = (part.rounded(), part.codes());
        let block = data.design.block(&inputs, &codes, &part.lines).map_err(&fail)?;
        for i in 0..block.rows {
            let (weight, target) = (block.weights.as_ref().map_or(1.0, |w| w.hi[i]), block.y.hi[i]);
            if weight == 0.0 {
                continue;
            }
            rows.push(match several {
                true => of_classes(weight, target, &applied.predictors(&block, i)),
                false => {
                    let eta = applied.predictors(&block, i)[0];
                    let mean = applied.mean(eta);
                    let right = if mean > 0.5 { target } else { 1.0 - target };
                    let ln_share = two.map_or(f64::NAN, |link| of_two(link, target, eta));
                    Seen { weight, target, mean, right, ln_share }
                }
            });
        }
    }
    let sum_of = |f: &dyn Fn(&Seen) -> f64| rows.iter().map(|row| row.weight * f(row)).collect::<Sum>().value();
    let total = sum_of(&|_| 1.0);
    let mean_of = |f: &dyn Fn(&Seen) -> f64| sum_of(f) / total;
    let mut map = Map::from_iter([("n".to_string(), rows.len().into())]);
    if data.test_dropped > 0 {
        map.insert("dropped".into(), data.test_dropped.into());
    }
    let mut put = |key: &str, value: f64| map.insert(key.into(), number(value));
    if two.is_some() || several {
        put("accuracy", mean_of(&|row| row.right));
        put("log_loss", -mean_of(&|row| row.ln_share));
        if two.is_some() {
            let auc = auc(&mut rows);
            put("auc", auc);
            if !auc.is_finite() {
                map.insert("auc_reason".into(), "the rows held out are of one class".into());
            }
        }
    } else {
        let middle = mean_of(&|row| row.target);
        let square = mean_of(&|row| (row.target - row.mean) * (row.target - row.mean));
        put("rmse", square.sqrt());
        put("mae", mean_of(&|row| (row.target - row.mean).abs()));
        let spread = mean_of(&|row| (row.target - middle) * (row.target - middle));
        put("r_squared", 1.0 - square / spread);
        if !(spread > 0.0) {
            map.insert("r_squared_reason".into(), "the target is the same in all rows held out".into());
        }
    }
    Ok(map)
}

/// ln of the probability of a target from 0 to 1, whose digits 1 - p would lose where p is near 1.
fn of_two(link: &Link, target: f64, eta: f64) -> f64 {
    match link.sides {
        Some(sides) => sides(eta).log_likelihood(target),
        None => ln((link.mean)(eta).0),
    }
}

fn of_classes(weight: f64, target: f64, eta: &[f64]) -> Seen {
    let mut shares = vec![0.0; eta.len() + 1];
    let class = target as usize;
    let ln_share = ln_probability(eta, class, &mut shares);
    let best = (0..shares.len()).all(|k| k == class || shares[k] < shares[class]);
    Seen { weight, target, mean: f64::NAN, right: if best { 1.0 } else { 0.0 }, ln_share }
}

/// The chance that a row of class 1 has a higher mean than one of class 0, ties counting half (Mann and Whitney).
fn auc(rows: &mut [Seen]) -> f64 {
    rows.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    let (mut below, mut above, mut pairs) = (0.0, 0.0, 0.0);
    for same in rows.chunk_by(|a, b| a.mean == b.mean) {
        let ones: f64 = same.iter().map(|row| row.weight * row.target).sum();
        let zeros: f64 = same.iter().map(|row| row.weight * (1.0 - row.target)).sum();
        pairs += ones * (below + zeros / 2.0);
        (below, above) = (below + zeros, above + ones);
    }
    pairs / (below * above)
}
