//! `[grad.metric]`: the natural gradient beside the Euclidean one, and what a step of each costs in divergence.

use serde_json::{Map, Value};

use super::GradOptions;
use super::fisher::Empirical;
use super::plan::Plan;
use super::problem::PlanError;
use super::study::{Finding, Kind, Planned, Spot, Study};
use super::text::{formula, formula_text, scope};
use crate::calculus::natural::{Natural, damped, half_square, natural, rate_of};
use crate::commands::json::number;
use crate::commands::request::Request;
use crate::error::{Located, nearest};
use crate::formula::graph::NodeId;
use crate::numeric::linalg::{LinalgError, Matrix};
use crate::objective::metric::{Distribution, Metric, MetricFault, TABLE};
use crate::report::{Align, Table};
use crate::spec::{self, Node, Place, Value as Written};

/// The registry's line.
pub const KIND: Kind = Kind {
    key: "natural_gradient",
    option: "metric",
    name: "natural gradients",
    over_rows: true,
    of_points: true,
    plan,
};

/// The length that a step has where nobody says: 0.01 nats.
const DEFAULT_KL: f64 = 0.01;
/// Beyond so many variables the Hessian is not compared with the metric unless it was asked for.
const MOST_COMPARED: usize = 30;

enum Source {
    Formulas(Box<Metric>),
    Rows(Box<Empirical>),
}

struct Natured {
    source: Source,
    /// What it is, in words.
    name: String,
    damping: f64,
    learning_rate: Option<f64>,
    kl: f64,
    /// Where `[grad.metric]` stands, for what is wrong at a point.
    place: Place,
    parameters: Vec<String>,
}

/// The keys beside the parameters of distributions.
const KEYS: [&str; 6] = ["matrix", "distribution", "log_density", "damping", "learning_rate", "kl"];

fn plan(request: &Request<GradOptions>, plan: &Plan) -> Planned {
    if request.options.metric.is_none() {
        return Ok(None);
    }
    let Some(node) = request.tree.find("grad.metric") else { return Ok(None) };
    let table = node.table("grad.metric")?;
    let sources: Vec<&str> = KEYS[..3].iter().copied().filter(|k| table.get(k).is_some()).collect();
    let &[kind] = &sources[..] else {
        let found = sources.iter().map(|s| s.to_string()).collect();
        return Err(node.place.locate(PlanError::MetricSources { found, at: node.place.span }));
    };
    let family = match table.get("distribution") {
        Some(node) => Some(family(node)?),
        None => None,
    };
    let parameters: Vec<&str> = family.map_or(Vec::new(), |f| f.parameters.to_vec());
    for (key, (place, _)) in &table.entries {
        let known: Vec<&str> = KEYS.iter().chain(&parameters).copied().collect();
        if !known.contains(&key.as_str()) {
            let near = nearest(key, known.iter().copied()).map(String::from);
            let known = spec::listed(known.iter().copied());
            return Err(place.locate(PlanError::MetricKey { key: key.clone(), near, known, at: place.span }));
        }
    }
    let positive = |name: &str, zero: bool| match table.get(name) {
        None => Ok(None),
        Some(node) => match spec::number(node, &format!("grad.metric.{name}"))? {
            x if x > 0.0 || zero && x == 0.0 => Ok(Some(x)),
            _ => Err(node.place.locate(PlanError::NotPositive { key: name.into(), at: node.place.span })),
        },
    };
    let damping = positive("damping", true)?.unwrap_or(0.0);
    let learning_rate = positive("learning_rate", false)?;
    let kl = positive("kl", false)?.unwrap_or(DEFAULT_KL);

    let mut graph = plan.formula.graph.clone();
    let mut scope = scope(request, &mut graph)?;
    let source = match (kind, family) {
        ("log_density", _) => {
            let text = table.get(kind).map(|n| n.text("grad.metric.log_density")).transpose()?;
            let Some(text) = text else { return Ok(None) };
            let Some(rows) = &plan.data else {
                return Err(text.locate_at(PlanError::DensityWithoutData, whole(&text)));
            };
            scope.unknown = Some(crate::formula::graph::InputKind::Column);
            let value = formula(&mut graph, &text, &scope)?;
            Source::Rows(Box::new(Empirical::new(request, rows, graph, value, plan)?))
        }
        ("matrix", _) => {
            let n = plan.wrt.len();
            let Some(node) = table.get("matrix") else { return Ok(None) };
            let wrong = |node: &Node| node.place.locate(PlanError::MetricShape { n, at: node.place.span });
            let Written::Array(rows) = &node.value else { return Err(node.wrong("grad.metric.matrix", "an array")) };
            if rows.len() != n {
                return Err(wrong(node));
            }
            let mut entries: Vec<Vec<NodeId>> = Vec::new();
            for (i, row) in rows.iter().enumerate() {
                let Written::Array(cells) = &row.value else { return Err(wrong(row)) };
                if cells.len() != n {
                    return Err(wrong(row));
                }
                let mut nodes = Vec::new();
                for (j, cell) in cells.iter().enumerate() {
                    let text = formula_text(cell, &format!("grad.metric.matrix.{i}.{j}"))?;
                    nodes.push(formula(&mut graph, &text, &scope)?);
                }
                entries.push(nodes);
            }
            Source::Formulas(Box::new(Metric::matrix(graph, entries)))
        }
        (_, Some(family)) => {
            let mut nodes = Vec::new();
            for name in family.parameters {
                let key = format!("grad.metric.{name}");
                let Some(node) = table.get(name) else {
                    let problem = PlanError::MetricParameter { family: family.name, name, at: node.place.span };
                    return Err(node.place.locate(problem));
                };
                let written: Vec<&Node> = match (&node.value, family.list) {
                    (Written::Array(items), true) if items.len() > 1 => items.iter().collect(),
                    (_, true) => return Err(node.wrong(&key, "an array of two formulas or more")),
                    _ => vec![node],
                };
                for (k, node) in written.into_iter().enumerate() {
                    let key = if family.list { format!("{key}.{k}") } else { key.clone() };
                    nodes.push(formula(&mut graph, &formula_text(node, &key)?, &scope)?);
                }
            }
            Source::Formulas(Box::new(Metric::fisher(graph, family, nodes, &plan.formula.variables)))
        }
        _ => return Ok(None),
    };
    let name = match (&source, family) {
        (_, Some(f)) => format!("the Fisher metric of the {} distribution", f.name),
        (Source::Rows(rows), _) => format!("the empirical Fisher metric over the rows of {}", rows.file()),
        _ => "the given metric".to_string(),
    };
    let place = node.place.clone();
    let parameters = parameters.iter().map(|p| p.to_string()).collect();
    Ok(Some(Box::new(Natured { source, name, damping, learning_rate, kl, place, parameters })))
}

fn whole(text: &spec::Text) -> crate::error::Span {
    crate::error::Span::new(0, text.text.len())
}

fn family(node: &Node) -> Result<&'static Distribution, Located> {
    let text = node.text("grad.metric.distribution")?;
    match TABLE.iter().find(|d| d.name == text.text) {
        Some(found) => Ok(found),
        None => {
            let names = || TABLE.iter().map(|d| d.name);
            let near = nearest(&text.text, names()).map(String::from);
            let problem =
                PlanError::UnknownDistribution { name: text.text.clone(), near, known: spec::listed(names()) };
            Err(text.locate_at(problem, whole(&text)))
        }
    }
}

impl Study for Natured {
    fn at_point(&self, spot: &Spot<'_>) -> Result<Option<Finding>, Located> {
        let facts = spot.facts;
        let fisher = match &self.source {
            Source::Formulas(metric) => metric.at(spot.inputs).map_err(|fault| self.fault(fault, spot))?,
            Source::Rows(rows) => rows.at(spot)?,
        };
        let used = damped(&fisher, self.damping);
        if facts.gradient.iter().any(|g| !g.is_finite()) {
            let json = Value::Object(Map::from_iter([
                ("metric".to_string(), matrix_json(&fisher)),
                ("gradient".to_string(), Value::Null),
                ("reason".to_string(), "the gradient does not exist".into()),
            ]));
            let report = "  no natural gradient: the gradient does not exist\n".into();
            return Ok(Some(Finding { json, report, ..Finding::default() }));
        }
        let found = natural(&used, &facts.gradient).map_err(|e| self.not_definite(&fisher, e, spot))?;
        let kl = |step: &[f64]| self.divergence(spot, &used, step);
        let down = |direction: &[f64], rate: f64| direction.iter().map(|g| -rate * g).collect::<Vec<f64>>();
        // r g' F^-1 g r/2 = KL to second order
        let guess = (2.0 * self.kl / found.square_length).sqrt();
        let for_kl = rate_of(self.kl, guess, |rate| kl(&down(&found.gradient, rate)));
        let rate = self.learning_rate.or(for_kl);
        let steps = rate.map(|r| (kl(&down(&found.gradient, r)), kl(&down(&facts.gradient, r))));
        let compared = self.compare(&fisher, spot);

        let named = |values: &[f64]| -> Value {
            Value::Object(spot.plan.wrt.iter().cloned().zip(values.iter().map(|&x| number(x))).collect())
        };
        let optional = |x: Option<f64>| x.map_or(Value::Null, number);
        let mut map = Map::new();
        map.insert("metric".into(), matrix_json(&fisher));
        map.insert("damping".into(), number(self.damping));
        map.insert("condition_number".into(), number(found.condition_number));
        map.insert("gradient".into(), named(&found.gradient));
        map.insert("euclidean_gradient".into(), named(&facts.gradient));
        map.insert("learning_rate".into(), optional(rate));
        map.insert("kl_of_step".into(), optional(steps.and_then(|s| s.0)));
        map.insert("kl_of_euclidean_step".into(), optional(steps.and_then(|s| s.1)));
        map.insert("kl".into(), number(self.kl));
        map.insert("learning_rate_for_kl".into(), optional(for_kl));
        map.insert("kl_is".into(), if self.has_divergence() { "exact" } else { "quadratic" }.into());
        map.insert("fisher_minus_hessian".into(), optional(compared.map(|c| c.0)));
        let report = self.report(&fisher, &found, rate, for_kl, steps, compared, spot);
        Ok(Some(Finding { json: Value::Object(map), report, ..Finding::default() }))
    }
}

impl Natured {
    fn has_divergence(&self) -> bool {
        matches!(&self.source, Source::Formulas(m) if m.has_divergence())
    }

    /// The divergence of a step: exact for a distribution, to second order for another metric.
    fn divergence(&self, spot: &Spot<'_>, metric: &Matrix, step: &[f64]) -> Option<f64> {
        match &self.source {
            Source::Formulas(m) if m.has_divergence() => {
                let mut there = spot.inputs.to_vec();
                for (&v, d) in spot.formula.variables.iter().zip(step) {
                    there[spot.formula.input_index(v)] += d;
                }
                m.divergence(spot.inputs, &there)
            }
            _ => Some(half_square(metric, step)),
        }
    }

    /// The largest |F - H| and the largest |H|, where the Hessian of f exists.
    fn compare(&self, fisher: &Matrix, spot: &Spot<'_>) -> Option<(f64, f64)> {
        let n = spot.plan.wrt.len();
        let own;
        let hessian = match &spot.facts.hessian {
            Some(h) => h,
            None if n <= MOST_COMPARED && spot.plan.data.is_none() => {
                own = super::linearize::hessian(spot);
                &own
            }
            None => return None,
        };
        let (mut worst, mut largest) = (0.0_f64, 0.0_f64);
        for (i, row) in hessian.iter().enumerate() {
            for (j, h) in row.iter().enumerate() {
                let difference = (fisher[(i, j)] - h).abs();
                if !difference.is_finite() {
                    return None;
                }
                worst = if difference > worst { difference } else { worst };
                largest = if h.abs() > largest { h.abs() } else { largest };
            }
        }
        Some((worst, largest))
    }

    #[allow(clippy::too_many_arguments)] // what was found, in the order in which it is told
    fn report(
        &self,
        fisher: &Matrix,
        found: &Natural,
        rate: Option<f64>,
        for_kl: Option<f64>,
        steps: Option<(Option<f64>, Option<f64>)>,
        compared: Option<(f64, f64)>,
        spot: &Spot<'_>,
    ) -> String {
        let (job, names) = (spot.job, &spot.plan.wrt);
        let mut out = format!("  natural gradient under {}\n", self.name);
        let mut columns = vec![("", Align::Left)];
        columns.extend(names.iter().map(|_| ("", Align::Point)));
        const SHOWN: usize = 8;
        if names.len() <= SHOWN {
            let mut table = Table::new(&columns);
            for (i, name) in names.iter().enumerate() {
                table.row(std::iter::once(name.clone()).chain((0..names.len()).map(|j| job.number(fisher[(i, j)]))));
            }
            out.push_str(&table.render(4));
        }
        let damping = if self.damping > 0.0 {
            format!(", with {} added to its diagonal", job.number(self.damping))
        } else {
            String::new()
        };
        out.push_str(&format!("    condition number {}{damping}\n", job.number(found.condition_number)));
        let mut table = Table::new(&[("", Align::Left), ("natural", Align::Point), ("Euclidean", Align::Point)]);
        for ((name, n), e) in names.iter().zip(&found.gradient).zip(&spot.facts.gradient).take(20) {
            table.row([format!("d/d{name}"), job.number(n + 0.0), job.number(e + 0.0)]);
        }
        let word = if self.has_divergence() { "KL of a step" } else { "half the square of a step's length" };
        if let (Some(rate), Some((a, b))) = (rate, steps) {
            let text = |kl: Option<f64>| kl.map_or("leaves the family".into(), |x| job.number(x));
            table.row([format!("{word} at the rate {}", job.number(rate)), text(a), text(b)]);
        }
        out.push_str(&table.render(4));
        match for_kl {
            Some(r) if self.learning_rate.is_some() => out.push_str(&format!(
                "    the natural step has the length {} at the rate {}\n",
                job.number(self.kl),
                job.number(r)
            )),
            Some(_) => {}
            None => out.push_str(&format!("    no rate gives the natural step the length {}\n", job.number(self.kl))),
        }
        if let Some((difference, size)) = compared {
            let same = difference <= 1e-9 * size;
            out.push_str(&if same {
                format!("    the metric is the Hessian of f to {difference:.1e}: the natural step is Newton's\n")
            } else {
                format!("    the metric is not the Hessian of f: they differ by {}\n", job.number(difference))
            });
        }
        out
    }

    fn fault(&self, fault: MetricFault, spot: &Spot<'_>) -> Located {
        let at = self.place.span;
        let point = point(spot);
        let problem = match fault {
            MetricFault::Undefined { row, column } => {
                let what = match self.parameters.get(row) {
                    Some(name) => format!("`{name}`"),
                    None => format!("entry ({}, {}) of the metric", row + 1, column + 1),
                };
                PlanError::MetricUndefined { what, point, at }
            }
            MetricFault::Outside { needs, parameters } => {
                let list = |x: &[f64]| x.iter().map(|v| spot.job.number(*v)).collect::<Vec<_>>().join(", ");
                PlanError::MetricOutside { needs, found: list(&parameters), point, at }
            }
            MetricFault::NotSymmetric { row, column, entries } => PlanError::MetricNotSymmetric {
                row: row + 1,
                column: column + 1,
                entries: entries.map(|x| spot.job.number(x)),
                at,
            },
        };
        self.place.locate(problem)
    }

    fn not_definite(&self, fisher: &Matrix, error: LinalgError, spot: &Spot<'_>) -> Located {
        let smallest = crate::numeric::linalg::Symmetric::factor(&damped(fisher, self.damping)).map_or_else(
            |_| error.to_string(),
            |e| format!("its smallest eigenvalue is {}", spot.job.number(e.values[0])),
        );
        let at = self.place.span;
        self.place.locate(PlanError::MetricNotDefinite { point: point(spot), why: smallest, at })
    }
}

fn point(spot: &Spot<'_>) -> String {
    let each = spot.plan.names.iter().zip(&spot.facts.at);
    each.map(|(n, x)| format!("{n} = {}", spot.job.number(*x))).collect::<Vec<_>>().join(", ")
}

fn matrix_json(m: &Matrix) -> Value {
    (0..m.rows).map(|i| Value::Array(m.row(i).iter().map(|&x| number(x)).collect())).collect()
}
