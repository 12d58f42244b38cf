//! Metrics on parameter space: what "near" means for a natural gradient. Uses the engine and `numeric::linalg`.
//!
//! A metric is a matrix of formulas, or the Fisher matrix of a distribution whose parameters are formulas in the variables:
//! closed form in the distribution's own parameters, pulled back through their Jacobian, J' F J. Or it is an empirical Fisher
//! matrix: the mean over data rows of s s', s the gradient of a log-density. Amari 1998, "Natural gradient works efficiently
//! in learning"; Rao 1945.
//!
//! | file | distribution |
//! | --- | --- |
//! | [`normal`] | mean, sd |
//! | [`bernoulli`] | probability |
//! | [`categorical`] | probabilities, which sum to 1 |
//! | [`poisson`] | mean |
//! | [`exponential`] | rate |
//! | [`gamma`] | shape, rate |

pub mod bernoulli;
pub mod categorical;
pub mod exponential;
pub mod gamma;
pub mod normal;
pub mod poisson;

use crate::engine::Evaluator;
use crate::formula::differentiate;
use crate::formula::graph::{Graph, NodeId};
use crate::numeric::elementary::log1p;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::Sum;

/// A family of distributions with its information geometry.
pub struct Distribution {
    /// As written in a spec.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Its parameters, in the order of `fisher`'s rows.
    pub parameters: &'static [&'static str],
    /// Whether the one parameter is a list, as long as the user likes.
    pub list: bool,
    /// The Fisher matrix in these parameters: `[p, p]`.
    pub fisher: fn(&[f64]) -> Matrix,
    /// The divergence KL(from || to); infinite where `to` cannot give what `from` gives.
    pub divergence: fn(&[f64], &[f64]) -> f64,
    /// What is wrong with parameters outside the family, if anything.
    pub fault: fn(&[f64]) -> Option<&'static str>,
}

impl std::fmt::Debug for Distribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All distributions.
pub static TABLE: &[&Distribution] =
    &[&normal::ENTRY, &bernoulli::ENTRY, &categorical::ENTRY, &poisson::ENTRY, &exponential::ENTRY, &gamma::ENTRY];

/// A metric as a function of the variables.
#[derive(Clone, Debug)]
pub struct Metric {
    graph: Graph,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Matrix(Vec<Vec<NodeId>>),
    Distribution {
        family: &'static Distribution,
        parameters: Vec<NodeId>,
        /// `[p][n]`
        jacobian: Vec<Vec<NodeId>>,
    },
}

/// A metric that is none at a point.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricFault {
    /// An entry or a parameter is no number there: its formula's node.
    Undefined {
        /// Which one: an entry's row and column, or a parameter's number (column 0).
        row: usize,
        /// The column.
        column: usize,
    },
    /// The parameters are outside the family.
    Outside {
        /// What would be inside.
        needs: &'static str,
        /// The parameters.
        parameters: Vec<f64>,
    },
    /// Entry (row, column) differs from (column, row).
    NotSymmetric {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// Both entries.
        entries: [f64; 2],
    },
}

impl Metric {
    /// The metric with these entries, `[n][n]` nodes of `graph`.
    pub fn matrix(graph: Graph, entries: Vec<Vec<NodeId>>) -> Metric {
        Metric { graph, kind: Kind::Matrix(entries) }
    }

    /// The Fisher metric of `family` whose parameters are nodes of `graph`, in the coordinates `variables`: `[n]`.
    pub fn fisher(
        mut graph: Graph,
        family: &'static Distribution,
        parameters: Vec<NodeId>,
        variables: &[NodeId],
    ) -> Metric {
        let jacobian =
            parameters.iter().map(|&p| differentiate::gradient(&mut graph, p, variables)).collect::<Vec<_>>();
        Metric { graph, kind: Kind::Distribution { family, parameters, jacobian } }
    }

    /// The matrix at the point given by all inputs of the metric's graph: `[n, n]`.
    pub fn at(&self, inputs: &[f64]) -> Result<Matrix, MetricFault> {
        let mut at = Evaluator::new(&self.graph, inputs);
        match &self.kind {
            Kind::Matrix(entries) => {
                let n = entries.len();
                let mut found = Matrix::zeros(n, n);
                for (i, row) in entries.iter().enumerate() {
                    for (j, &node) in row.iter().enumerate() {
                        found[(i, j)] = at.value(node);
                        if !found[(i, j)].is_finite() {
                            return Err(MetricFault::Undefined { row: i, column: j });
                        }
                    }
                }
                symmetric(&found)?;
                Ok(found)
            }
            Kind::Distribution { family, parameters, jacobian } => {
                let theta = values(&mut at, parameters)?;
                if let Some(needs) = (family.fault)(&theta) {
                    return Err(MetricFault::Outside { needs, parameters: theta });
                }
                let own = (family.fisher)(&theta);
                let mut j = Vec::new();
                for (row, partials) in jacobian.iter().enumerate() {
                    let numbers: Vec<f64> = partials.iter().map(|&p| at.value(p)).collect();
                    if numbers.iter().any(|x| !x.is_finite()) {
                        return Err(MetricFault::Undefined { row, column: 0 });
                    }
                    j.push(numbers);
                }
                Ok(pulled_back(&own, &j))
            }
        }
    }

    /// The Kullback-Leibler divergence of the distributions at two points; `None` for a metric that has none, or where the
    /// second point lies outside the family.
    pub fn divergence(&self, from: &[f64], to: &[f64]) -> Option<f64> {
        let Kind::Distribution { family, parameters, .. } = &self.kind else { return None };
        let p = values(&mut Evaluator::new(&self.graph, from), parameters).ok()?;
        let q = values(&mut Evaluator::new(&self.graph, to), parameters).ok()?;
        if (family.fault)(&q).is_some() {
            return None;
        }
        let d = (family.divergence)(&p, &q);
        d.is_finite().then_some(d)
    }

    /// Whether steps have a divergence: the metric is that of a distribution.
    pub fn has_divergence(&self) -> bool {
        matches!(self.kind, Kind::Distribution { .. })
    }

    /// The graph that `at`'s inputs belong to.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }
}

fn values(at: &mut Evaluator<'_>, nodes: &[NodeId]) -> Result<Vec<f64>, MetricFault> {
    let found: Vec<f64> = nodes.iter().map(|&p| at.value(p)).collect();
    match found.iter().position(|x| !x.is_finite()) {
        Some(row) => Err(MetricFault::Undefined { row, column: 0 }),
        None => Ok(found),
    }
}

fn symmetric(m: &Matrix) -> Result<(), MetricFault> {
    for i in 0..m.rows {
        for j in 0..i {
            let entries = [m[(i, j)], m[(j, i)]];
            // two ways of writing the same entry may round apart
            if (entries[0] - entries[1]).abs() > 1e-12 * (entries[0].abs() + entries[1].abs()) {
                return Err(MetricFault::NotSymmetric { row: i, column: j, entries });
            }
        }
    }
    Ok(())
}

/// J' F J, `j`: `[p][n]`.
fn pulled_back(own: &Matrix, j: &[Vec<f64>]) -> Matrix {
    let n = j.first().map_or(0, Vec::len);
    let entry = |a: usize, b: usize| {
        let mut sum = Sum::new();
        for (k, left) in j.iter().enumerate() {
            for (l, right) in j.iter().enumerate() {
                let f = own[(k, l)];
                if f != 0.0 {
                    sum.add(left[a] * f * right[b]);
                }
            }
        }
        sum.value()
    };
    let mut found = Matrix::from_fn(n, n, entry);
    // the same products in another order: equal up to rounding, and to be equal
    for a in 0..n {
        for b in 0..a {
            found[(b, a)] = found[(a, b)];
        }
    }
    found
}

/// u - ln(1 + u) for u > -1: the divergences are made of it, and for small steps they are small.
pub(super) fn excess(u: f64) -> f64 {
    if u.abs() < 0.1 {
        // u^2/2 - u^3/3 + ...: 17 terms of 0.1^k
        let mut sum = 0.0;
        for k in (2..20).rev() {
            let term = if k % 2 == 0 { 1.0 } else { -1.0 } / f64::from(k);
            sum = sum * u + term;
        }
        return sum * u * u;
    }
    u - log1p(u)
}

#[cfg(test)]
mod tests;
