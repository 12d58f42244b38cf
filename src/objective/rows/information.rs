//! The Fisher information of rows as nodes of their graph.

use crate::formula::differentiate;
use crate::formula::graph::{Graph, NodeId};

/// The information of a likelihood's parameters, for natural gradients.
#[derive(Clone, Debug)]
pub struct Information {
    /// The parameters of the distribution: \[parameters\].
    pub parameters: Vec<NodeId>,
    /// Their Fisher information: \[parameters\]\[parameters\].
    pub matrix: Vec<Vec<NodeId>>,
}

/// The lower triangle of a row's information by `variables`: \[n(n+1)/2\]. Of a likelihood the expected one by its parameters, pulled
/// back; else that of the rows themselves, the outer product of `gradient`: \[n\].
pub fn entries(
    g: &mut Graph,
    information: Option<&Information>,
    gradient: &[NodeId],
    variables: &[NodeId],
) -> Vec<NodeId> {
    let n = variables.len();
    let mut entries = Vec::new();
    let Some(Information { parameters, matrix }) = information else {
        for i in 0..n {
            for j in 0..=i {
                entries.push(g.mul(gradient[i], gradient[j]));
            }
        }
        return entries;
    };
    let slopes: Vec<Vec<NodeId>> = parameters.iter().map(|&p| differentiate::gradient(g, p, variables)).collect();
    for i in 0..n {
        for j in 0..=i {
            let mut total = g.number(0.0);
            for (a, row) in matrix.iter().enumerate() {
                for (b, &entry) in row.iter().enumerate() {
                    let (left, right) = (slopes[a][i], slopes[b][j]);
                    if [left, right, entry].iter().any(|&id| g.is_number(id, 0.0)) {
                        continue;
                    }
                    let product = g.mul(left, right);
                    let term = g.mul(product, entry);
                    total = g.add(total, term);
                }
            }
            entries.push(total);
        }
    }
    entries
}
