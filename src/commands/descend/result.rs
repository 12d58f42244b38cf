//! The result as keys.

use serde_json::{Map, Value};

use super::chosen::is_constant_rate;
use super::ended::Ended;
use super::inference::Fit;
use super::options::DescendOptions;
use super::plan::Plan;
use crate::commands::json::number;
use crate::commands::request::Request;
use crate::numeric::elementary::pow;
use crate::objective::Layout;
use crate::optimize::bounds::Side;
use crate::optimize::curvature::Curvature;

/// Points with more entries stand in `--point FILE.csv` alone.
pub const MOST_ENTRIES: usize = 1000;

/// The curvature of -f from that of f, or the other way round.
pub fn negated(mut c: Curvature) -> Curvature {
    c.eigenvalues.reverse();
    c.eigenvalues.iter_mut().for_each(|e| *e = -*e);
    std::mem::swap(&mut c.negative, &mut c.positive);
    c
}

/// Numbers by the names of the variables.
fn named(layout: &Layout, x: &[f64]) -> Value {
    let mut map = Map::new();
    for v in layout.variables() {
        let own = &x[v.range.clone()];
        let value = match v.shape[..] {
            [] => number(own[0]),
            [_] => Value::Array(own.iter().map(|&x| number(x)).collect()),
            _ => {
                let row = |r: &[f64]| Value::Array(r.iter().map(|&x| number(x)).collect());
                Value::Array(own.chunks(v.shape[1].max(1)).map(row).collect())
            }
        };
        map.insert(v.name.clone(), value);
    }
    Value::Object(map)
}

/// The contraction of f that a constant rate has by theory: max over eigenvalues l of (1 - rate l)^2.
pub fn theory(end: &Ended) -> Option<f64> {
    let c = end.curvature.as_ref()?;
    if !is_constant_rate(end.entry, &end.settings) || c.lowest() <= 10.0 * c.error {
        return None;
    }
    let rate = end.settings.schedule.rate;
    let part = |l: f64| (1.0 - rate * l) * (1.0 - rate * l);
    Some([part(c.lowest()), part(c.largest())].into_iter().fold(0.0, |m: f64, x| if x > m { x } else { m }))
}

/// The best that plain descent can do with a constant rate: the rate 2/(L + mu) and its contraction ((k - 1)/(k + 1))^2.
pub fn best_rate(end: &Ended) -> Option<(f64, f64)> {
    let c = end.curvature.as_ref()?;
    let (low, high) = (c.lowest(), c.largest());
    if !(low > 10.0 * c.error) {
        return None;
    }
    let kappa = high / low;
    Some((2.0 / (high + low), pow((kappa - 1.0) / (kappa + 1.0), 2.0)))
}

/// All keys.
pub fn fill(
    plan: &Plan,
    ended: &[Ended],
    best: usize,
    fit: Option<&Fit>,
    request: &Request<DescendOptions>,
    out: &mut Map<String, Value>,
) {
    out.extend(run(plan, &ended[best]));
    if let Some(because) = plan.because {
        out.insert("method_reason".into(), because.into());
    }
    if let Some(fit) = fit {
        let end = &ended[best];
        let row = |k: usize| {
            let mut map = Map::new();
            map.insert("name".into(), plan.layout.name(k).into());
            map.insert("estimate".into(), number(end.x[k]));
            map.insert("std_error".into(), number(fit.std_errors[k]));
            map.insert("conf_low".into(), number(end.x[k] - fit.margins[k]));
            map.insert("conf_high".into(), number(end.x[k] + fit.margins[k]));
            Value::Object(map)
        };
        out.insert("parameters".into(), Value::Array((0..end.x.len()).map(row).collect()));
        out.insert("residual_sd".into(), number(fit.residual_sd));
        out.insert("df_residual".into(), number(fit.df));
    }
    if let Some((_, counts)) = &plan.rows {
        let mut rows = Map::new();
        rows.insert("read".into(), counts.read.into());
        rows.insert("used".into(), counts.used.into());
        rows.insert("dropped".into(), serde_json::to_value(&counts.dropped).unwrap_or_default());
        out.insert("rows".into(), Value::Object(rows));
    }
    if plan.methods.len() > 1 {
        out.insert("runs".into(), Value::Array(ended.iter().map(|e| Value::Object(run(plan, e))).collect()));
    }
    if request.options.multistart.is_some() {
        let mut map = Map::new();
        map.insert("starts".into(), ended.len().into());
        map.insert("converged".into(), ended.iter().filter(|e| e.status == "converged").count().into());
        map.insert("best".into(), best.into());
        map.insert("minima".into(), minima(plan, ended));
        out.insert("multistart".into(), Value::Object(map));
    }
}

/// The different minima that several starts found: value, point, how many starts ended there. Best first.
fn minima(plan: &Plan, ended: &[Ended]) -> Value {
    Value::Array(
        distinct(plan, ended)
            .into_iter()
            .map(|(i, count)| {
                let mut map = Map::new();
                map.insert("value".into(), number(ended[i].value));
                map.insert("point".into(), named(&plan.layout, &ended[i].x));
                map.insert("count".into(), count.into());
                Value::Object(map)
            })
            .collect(),
    )
}

/// The first run that found each minimum, and how many did.
pub fn distinct(plan: &Plan, ended: &[Ended]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let width = |k: usize| plan.bounds.upper[k] - plan.bounds.lower[k];
    let same = |a: &[f64], b: &[f64]| a.iter().zip(b).enumerate().all(|(k, (a, b))| (a - b).abs() <= 1e-4 * width(k));
    for (i, end) in ended.iter().enumerate().filter(|(_, e)| e.status == "converged") {
        match found.iter_mut().find(|(j, _)| same(&ended[*j].x, &end.x)) {
            Some((_, count)) => *count += 1,
            None => found.push((i, 1)),
        }
    }
    let order = |i: usize| if plan.maximize { -ended[i].value } else { ended[i].value };
    found.sort_by(|a, b| order(a.0).total_cmp(&order(b.0)));
    found
}

/// The keys of one run.
fn run(plan: &Plan, end: &Ended) -> Map<String, Value> {
    let mut out = Map::new();
    let small = end.x.len() <= MOST_ENTRIES;
    out.insert("method".into(), end.entry.name.into());
    if small {
        out.insert("start".into(), named(&plan.layout, &end.start));
    }
    out.insert("start_value".into(), number(end.start_value));
    if small {
        out.insert("point".into(), named(&plan.layout, &end.x));
    }
    out.insert("value".into(), number(end.value));
    if small {
        out.insert("gradient".into(), named(&plan.layout, &end.gradient));
    }
    out.insert("gradient_norm".into(), number(end.gradient_norm));
    out.insert("iterations".into(), end.iterations.into());
    let mut count = Map::new();
    count.insert("value".into(), end.count.value.into());
    count.insert("gradient".into(), end.count.gradient.into());
    count.insert("hessian_vector".into(), end.count.hessian_vector.into());
    out.insert("evaluations".into(), Value::Object(count));
    out.insert("status".into(), end.status.into());
    let mut stop = Map::new();
    stop.insert("criterion".into(), end.stop.criterion.word().into());
    stop.insert("value".into(), number(end.stop.value));
    stop.insert("threshold".into(), number(end.stop.threshold));
    stop.insert("message".into(), end.stop.message.as_str().into());
    out.insert("stop".into(), Value::Object(stop));
    out.insert("class".into(), end.class.map_or(Value::Null, Value::from));
    if let Some(reason) = &end.reason {
        out.insert("reason".into(), reason.as_str().into());
    }
    if let Some(c) = end.curvature.as_ref().filter(|c| c.eigenvalues.is_empty()) {
        out.insert("eigenvalues".into(), Value::Null);
        out.insert("condition_number".into(), Value::Null);
        out.insert("curvature_reason".into(), c.reason.map_or(Value::Null, |r| r.word().into()));
    } else if let Some(c) = &end.curvature {
        out.insert("eigenvalues".into(), Value::Array(c.eigenvalues.iter().map(|&e| number(e)).collect()));
        out.insert("eigenvalues_complete".into(), c.complete.into());
        out.insert("condition_number".into(), c.condition_number().map_or(Value::Null, number));
        if c.error > 0.0 {
            out.insert("eigenvalues_error".into(), number(c.error));
        }
        if let Some(reason) = c.reason {
            out.insert("curvature_reason".into(), reason.word().into());
        }
    }
    let mut rate = Map::new();
    rate.insert("observed".into(), end.rate.map_or(Value::Null, number));
    rate.insert("theory".into(), theory(end).map_or(Value::Null, number));
    if let Some((learning_rate, contraction)) = best_rate(end) {
        rate.insert("best_learning_rate".into(), number(learning_rate));
        rate.insert("best_contraction".into(), number(contraction));
    }
    out.insert("rate".into(), Value::Object(rate));
    let side = |k: usize| {
        let side = plan.bounds.side(k, end.x[k])?;
        let mut map = Map::new();
        map.insert("name".into(), plan.layout.name(k).into());
        map.insert("bound".into(), if side == Side::Lower { "min" } else { "max" }.into());
        map.insert("value".into(), number(end.x[k]));
        Some(Value::Object(map))
    };
    let active: Vec<Value> = (0..end.x.len()).filter_map(side).take(MOST_ENTRIES).collect();
    out.insert("active_bounds".into(), Value::Array(active));
    if end.saddles > 0 {
        out.insert("saddles_left".into(), end.saddles.into());
    }
    out
}
