//! The keys of the result.

use super::data::Counts;
use super::features::Feature;
use super::fitting::Fitted;
use super::means::{self, Filled};
use super::plan::Plan;
use super::run::Data;
use crate::commands::grad::{tell_rows, tell_rows_of};
use crate::commands::json::number;
use crate::commands::outcome::Outcome;
use crate::formula::graph::{Input, InputKind};
use crate::table::read::RowCounts;
use serde_json::{Map, Value};

/// The table of coefficients as JSON.
fn coefficients(fitted: &Fitted) -> Value {
    let row = |c: &crate::regress::inference::Coefficient| {
        let mut map = Map::new();
        if let Some(class) = &c.class {
            map.insert("class".into(), class.as_str().into());
        }
        map.insert("term".into(), c.term.as_str().into());
        for (key, value) in [
            ("estimate", c.estimate),
            ("std_error", c.std_error),
            ("statistic", c.statistic),
            ("p_value", c.p_value),
            ("conf_low", c.conf_low),
            ("conf_high", c.conf_high),
        ] {
            map.insert(key.into(), number(value));
        }
        Value::Object(map)
    };
    Value::Array(fitted.coefficients.iter().map(row).collect())
}

/// The constants that formulas may name.
pub fn constants(plan: &Plan) -> Map<String, Value> {
    let value = |input: &Input| match input.kind {
        InputKind::Constant(value) => Some((input.name.clone(), number(value))),
        _ => None,
    };
    plan.columns.graph.inputs().iter().filter_map(value).collect()
}

/// What `--model --predict` needs: the terms as text, the levels of the categories, the means where they stand for missing numbers.
fn model(plan: &Plan, data: &Data, fitted: &Fitted) -> Value {
    let category = |c: usize, feature: &Feature| {
        Map::from_iter([
            ("category".to_string(), Value::from(plan.columns.categories[c].as_str())),
            ("levels".to_string(), data.levels.names[c].clone().into()),
            ("all_levels".to_string(), plan.all_levels(feature, c).into()),
        ])
    };
    let formula = |name: &str, id| Map::from_iter([("formula".to_string(), Value::from(plan.columns.kept(name, id)))]);
    let mut terms = Vec::new();
    for feature in &plan.features {
        terms.push(match feature {
            Feature::Number(name, id) => formula(name, *id),
            Feature::Category(c) => category(*c, feature),
            Feature::Interaction(i) => {
                let number = i.number.iter().map(|n| formula(&n.0, n.1));
                let factors = i.categories.iter().map(|&c| category(c, feature)).chain(number).map(Value::Object);
                Map::from_iter([("product".to_string(), factors.collect())])
            }
        });
    }
    let beta = fitted.beta.iter().map(|b| Value::Array(b.iter().map(|x| number(*x)).collect())).collect::<Vec<_>>();
    let mut kept = Map::from_iter([
        ("intercept".to_string(), Value::from(plan.intercept)),
        ("terms".to_string(), Value::Array(terms.into_iter().map(Value::Object).collect())),
        ("classes".to_string(), fitted.classes.clone().into()),
        ("coefficients".to_string(), Value::Array(beta)),
    ]);
    let constants = constants(plan);
    if !constants.is_empty() {
        kept.insert("constants".into(), Value::Object(constants));
    }
    if plan.missing_means {
        let means = data.filled.iter().map(|f| (f.column.clone(), number(f.mean)));
        kept.insert("means".into(), Value::Object(means.collect()));
    }
    Value::Object(kept)
}

/// What became of the rows, file by file where they are several.
pub fn tell_counts(counts: &Counts, filled: &[Filled], outcome: &mut Outcome) -> anyhow::Result<()> {
    let files: Vec<(&str, &RowCounts)> = counts.files.iter().map(|f| (f.name.as_str(), &f.rows)).collect();
    match files.len() {
        0 | 1 => tell_rows(&counts.total, outcome)?,
        _ => tell_rows_of(&counts.total, &files, outcome)?,
    }
    let Some(Value::Object(rows)) = outcome.result.get_mut("rows") else { return Ok(()) };
    let apart = |rows: &mut Map<String, Value>, held_out: u64, zero_weight: u64| {
        for (key, count) in [("held_out", held_out), ("zero_weight", zero_weight)].into_iter().filter(|c| c.1 > 0) {
            rows.insert(key.into(), count.into());
        }
    };
    apart(rows, counts.held_out, counts.zero_weight);
    if !filled.is_empty() {
        rows.insert("filled".into(), means::json(filled));
    }
    if counts.files.len() > 1 {
        let mut files = Vec::new();
        for file in &counts.files {
            let mut map = Map::from_iter([("file".to_string(), Value::from(file.name.as_str()))]);
            if let Value::Object(more) = serde_json::to_value(&file.rows)? {
                map.extend(more);
            }
            apart(&mut map, file.held_out, file.zero_weight);
            files.push(Value::Object(map));
        }
        rows.insert("files".into(), files.into());
    }
    Ok(())
}

/// Why a perfect fit has no log-likelihood, AIC and BIC.
const UNBOUNDED: &str = "all residuals are 0: the likelihood grows without end as the dispersion falls to 0";

/// Fills the outcome.
pub fn fill(plan: &Plan, data: &Data, fitted: &Fitted, outcome: &mut Outcome) -> anyhow::Result<()> {
    outcome.status = fitted.status.into();
    outcome.answers = fitted.answers.clone();
    outcome.warnings.extend(fitted.warnings.clone());
    let result = &mut outcome.result;
    result.insert("family".into(), plan.family().into());
    result.insert("link".into(), plan.link().into());
    let solver = serde_json::to_value(plan.solver)?;
    result.insert("solver".into(), solver);
    result.insert("target".into(), plan.target_name.as_str().into());
    if let Some(offset) = &plan.offset_text {
        result.insert("offset".into(), offset.as_str().into());
    }
    result.insert("coefficients".into(), coefficients(fitted));
    let f = &fitted.fit;
    let mut fit = Map::new();
    fit.insert("n".into(), f.n.into());
    for (key, value) in [
        ("df_residual", f.df_residual),
        ("sigma", f.sigma),
        ("r_squared", f.r_squared),
        ("adj_r_squared", f.adj_r_squared),
        ("f_statistic", f.f_statistic),
        ("f_p_value", f.f_p_value),
        ("log_likelihood", f.log_likelihood),
        ("aic", f.aic),
        ("bic", f.bic),
        ("deviance", f.deviance),
        ("null_deviance", f.null_deviance),
        ("condition_number", f.condition_number),
    ] {
        fit.insert(key.into(), number(value));
    }
    if f.deviance == 0.0 && f.log_likelihood.is_nan() {
        fit.insert("log_likelihood_reason".into(), UNBOUNDED.into());
    }
    result.insert("fit".into(), Value::Object(fit));
    if !fitted.classes.is_empty() {
        result.insert("classes".into(), fitted.classes.clone().into());
    }
    result.extend(fitted.more.clone());
    let exists = fitted.coefficients.iter().any(|c| !c.estimate.is_nan());
    result.insert("model".into(), if exists { model(plan, data, fitted) } else { Value::Null });
    tell_counts(&data.counts, &data.filled, outcome)
}
