//! Everything that is found at one point, and how it looks in the result.

use serde_json::{Map, Value};

use super::plan::{Plan, Wanted};
use super::study::Finding;
use crate::calculus::classify::{Class, Curvature, classify, curvature};
use crate::calculus::directional::{Directional, directional};
use crate::calculus::limits::{Quotient, Side, one_sided, quotients};
use crate::calculus::slopes::{SlopeBlock, Slopes};
use crate::calculus::status::Status;
use crate::commands::json::{by_variable, number};
use crate::numeric::linalg::norm2;

/// What is found at a point.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The variables' values: `[names]`.
    pub at: Vec<f64>,
    /// f, NaN where undefined.
    pub value: f64,
    /// The partials, NaN where they do not exist: `[wrt]`.
    pub gradient: Vec<f64>,
    /// |gradient|, NaN where a partial does not exist.
    pub norm: f64,
    /// The worst status.
    pub status: Status,
    /// Its reason.
    pub reason: Option<String>,
    /// The partials' own statuses and reasons, where the point is not plain: `[wrt]`.
    pub partials: Vec<(Status, Option<String>)>,
    /// The definition at work, for each partial: `[wrt]`.
    pub limits: Vec<Limits>,
    /// `[wrt][wrt]`, where wanted.
    pub hessian: Option<Vec<Vec<f64>>>,
    /// What follows from the Hessian where it exists.
    pub curvature: Option<Curvature>,
    /// What the point is, where the gradient is 0.
    pub class: Option<Class>,
    /// The plan's directions.
    pub directions: Vec<Directional>,
    /// The axes, where directions are wanted: the partials are directional derivatives too.
    pub axes: Vec<Directional>,
    /// What studies say of it, by the result's key.
    pub studies: Vec<(&'static str, Finding)>,
}

/// With more variables the axes are left out of the directions' report.
const MOST_AXES: usize = 20;

/// The difference quotients of one partial and their limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For h = 1e-1 to 1e-8.
    pub rows: Vec<Quotient>,
    /// The limit from the right.
    pub right: Side,
    /// The limit from the left.
    pub left: Side,
}

impl Limits {
    /// The two-sided limit and its error bound, where both sides agree.
    pub fn limit(&self) -> Option<(f64, f64)> {
        match (self.left, self.right) {
            (Side::Slope { value: l, error: el }, Side::Slope { value: r, error: er }) => {
                let scale = if l.abs() > r.abs() { l.abs() } else { r.abs() };
                let agree = (l - r).abs() <= 4.0 * (el + er) + 1e-9 * scale;
                agree.then_some(if el < er { (l, el) } else { (r, er) })
            }
            _ => None,
        }
    }
}

/// Finds what is wanted at one lane of a block; `inputs`: all graph inputs of the point.
pub fn facts(
    plan: &Plan,
    slopes: &Slopes,
    wanted: Wanted,
    block: &SlopeBlock,
    lane: usize,
    inputs: &[f64],
    at: Vec<f64>,
) -> Facts {
    let f = &slopes.formula;
    let n = f.dimension();
    let gradient: Vec<f64> = block.gradient.iter().map(|g| g[lane]).collect();
    let (status, reason, partials) = match block.judged(lane) {
        None => (Status::Ok, None, Vec::new()),
        Some(j) => {
            let (status, reason) = j.worst();
            let own = j.partials.iter().map(|p| (p.status, p.reason.clone())).collect();
            (status, reason.map(String::from), own)
        }
    };
    let axis = |i: usize, s: f64| {
        let mut v = vec![0.0; n];
        v[i] = s;
        v
    };
    let limits = if wanted.limits {
        (0..n)
            .map(|i| Limits {
                rows: quotients(f, inputs, &axis(i, 1.0)),
                right: one_sided(f, inputs, &axis(i, 1.0)),
                left: one_sided(f, inputs, &axis(i, -1.0)).negated(),
            })
            .collect()
    } else {
        Vec::new()
    };
    let hessian = wanted.hessian.then(|| block.hessian_at(lane, n));
    let by: Vec<f64> = f.variables.iter().map(|&v| inputs[f.input_index(v)]).collect();
    let curvature = hessian.as_ref().and_then(|h| curvature(&by, &gradient, h));
    let class = curvature.as_ref().filter(|c| c.critical).map(|c| match c.eigenvalues[..] {
        // higher derivatives are those of one row: they tell nothing of the sum
        [0.0] if plan.data.is_some() => Class::Degenerate,
        _ => classify(f, inputs, &c.eigenvalues),
    });
    let directions = plan.directions.iter().map(|d| directional(f, inputs, &gradient, &d.unit)).collect();
    let axes = if plan.directions.is_empty() || n > MOST_AXES {
        Vec::new()
    } else {
        (0..n).map(|i| directional(f, inputs, &gradient, &axis(i, 1.0))).collect()
    };
    let norm = norm2(&gradient);
    Facts {
        at,
        value: block.value[lane],
        norm,
        gradient,
        status,
        reason,
        partials,
        limits,
        hessian,
        curvature,
        class,
        directions,
        axes,
        studies: Vec::new(),
    }
}

impl Facts {
    /// The unit vector of steepest ascent, where the gradient exists and is not 0.
    pub fn steepest(&self) -> Option<Vec<f64>> {
        crate::calculus::directional::unit(&self.gradient)
    }

    /// The point's object in the result.
    pub fn json(&self, plan: &Plan, wanted: Wanted) -> Value {
        let list = |values: &[f64]| Value::Array(values.iter().map(|&x| number(x)).collect());
        let mut map = Map::new();
        map.insert("at".into(), by_variable(&plan.layout, &self.at));
        map.insert("value".into(), number(self.value));
        map.insert("gradient".into(), by_variable(&plan.wrt_layout, &self.gradient));
        map.insert("gradient_norm".into(), number(self.norm));
        map.insert(
            "steepest_ascent".into(),
            self.steepest().map_or(Value::Null, |v| by_variable(&plan.wrt_layout, &v)),
        );
        map.insert("status".into(), self.status.word().into());
        map.insert("reason".into(), self.reason.clone().map_or(Value::Null, Value::from));
        if self.partials.iter().any(|p| p.0 != self.status) {
            let each = plan.wrt.iter().zip(&self.partials).map(|(name, p)| (name.clone(), Value::from(p.0.word())));
            map.insert("partial_status".into(), Value::Object(each.collect()));
        }
        if wanted.limits {
            let each = plan.wrt.iter().zip(&self.limits).map(|(name, l)| (name.clone(), limits_json(l)));
            map.insert("limits".into(), Value::Object(each.collect()));
        }
        if let Some(hessian) = &self.hessian {
            let c = self.curvature.as_ref();
            map.insert("hessian".into(), Value::Array(hessian.iter().map(|row| list(row)).collect()));
            map.insert("eigenvalues".into(), c.map_or(Value::Null, |c| list(&c.eigenvalues)));
            map.insert("condition_number".into(), c.map_or(Value::Null, |c| number(c.condition_number)));
            map.insert("class".into(), self.class.map_or(Value::Null, |c| c.word().into()));
        }
        if !plan.directions.is_empty() {
            let each = plan.directions.iter().zip(&self.directions).map(|(d, found)| direction_json(&d.name, found));
            map.insert("directions".into(), Value::Array(each.collect()));
            // D_e f = df/dx: an axis' derivative is the partial, its limit the definition of the partial
            let each = plan.wrt.iter().zip(&self.axes).map(|(name, found)| direction_json(name, found));
            map.insert("axis_directions".into(), Value::Array(each.collect()));
        }
        for (key, finding) in &self.studies {
            map.insert((*key).into(), finding.json.clone());
        }
        Value::Object(map)
    }
}

fn direction_json(name: &str, found: &Directional) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), name.into());
    map.insert("direction".into(), found.direction.iter().map(|&x| number(x)).collect());
    map.insert("derivative".into(), number(found.derivative));
    map.insert("limit".into(), found.limit.map_or(Value::Null, number));
    map.insert("limit_error".into(), number(found.limit_error));
    map.insert("difference".into(), found.limit.map_or(Value::Null, |l| number((found.derivative - l).abs())));
    map.insert("agrees".into(), found.agrees.into());
    map.insert("angle_degrees".into(), found.angle_degrees.map_or(Value::Null, number));
    if let Some(why) = &found.failure {
        map.insert("reason".into(), why.as_str().into());
    }
    Value::Object(map)
}

fn limits_json(limits: &Limits) -> Value {
    let limit = limits.limit();
    let mut map = Map::new();
    map.insert("limit".into(), limit.map_or(Value::Null, |l| number(l.0)));
    map.insert("error".into(), limit.map_or(Value::Null, |l| number(l.1)));
    let rows = limits.rows.iter().map(|q| {
        Value::Object(Map::from_iter([("h".to_string(), number(q.h)), ("quotient".to_string(), number(q.quotient))]))
    });
    map.insert("rows".into(), Value::Array(rows.collect()));
    Value::Object(map)
}
