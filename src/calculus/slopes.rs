//! Value, gradient and status for many points: blocks through the compiled program, the few at corners through the judge.
//!
//! Uses the engine and the objective. A block's rows come out in the order in which they went in.

use super::status::{Judge, PointStatus, Status};
use crate::engine::{Program, Scratch, compile};
use crate::formula::graph::NodeId;
use crate::objective::Formula;

/// A formula compiled for evaluation at many points.
#[derive(Debug)]
pub struct Slopes {
    /// The formula.
    pub formula: Formula,
    program: Program,
    hessian: Option<Vec<Vec<NodeId>>>,
}

/// Results for a block of points; NaN where a number does not exist.
#[derive(Clone, Debug, Default)]
pub struct SlopeBlock {
    /// f: `[lanes]`
    pub value: Vec<f64>,
    /// The partials: `[n][lanes]`
    pub gradient: Vec<Vec<f64>>,
    /// The Hessian's lower triangle, row by row, where asked for: `[n(n+1)/2][lanes]`
    pub hessian: Vec<Vec<f64>>,
    /// What is not plain, by lane, ascending.
    pub judged: Vec<(usize, PointStatus)>,
}

impl Slopes {
    /// Compiles value, gradient, corners and, if asked for, the Hessian into one program.
    pub fn new(mut formula: Formula, with_hessian: bool) -> Self {
        let hessian = with_hessian.then(|| formula.hessian());
        let mut outputs = vec![formula.value];
        outputs.extend(&formula.gradient);
        outputs.extend(formula.corners.any);
        outputs.extend(formula.divisors);
        if let Some(rows) = &hessian {
            outputs.extend(rows.iter().enumerate().flat_map(|(i, row)| &row[..=i]));
        }
        let program = compile(&formula.graph, &outputs);
        Slopes { formula, program, hessian }
    }

    /// The Hessian's nodes, where asked for.
    pub fn hessian(&self) -> Option<&Vec<Vec<NodeId>>> {
        self.hessian.as_ref()
    }

    /// Storage for [`Slopes::block`]; one for each thread.
    pub fn scratch(&self) -> Scratch {
        self.program.scratch()
    }

    /// Evaluates a block: `inputs: [graph inputs][lanes]`.
    pub fn block(&self, scratch: &mut Scratch, inputs: &[&[f64]], lanes: usize) -> SlopeBlock {
        let n = self.formula.dimension();
        let mut outputs = vec![Vec::new(); self.program.outputs()];
        self.program.run(scratch, inputs, lanes, &mut outputs);
        let mut rest = outputs.into_iter();
        let mut block = SlopeBlock {
            value: rest.next().unwrap_or_default(),
            gradient: rest.by_ref().take(n).collect(),
            ..SlopeBlock::default()
        };
        let corner = self.formula.corners.any.and_then(|_| rest.next());
        let divisors = self.formula.divisors.and_then(|_| rest.next());
        block.hessian = rest.collect();

        let mut judge = Judge::new(&self.formula);
        for lane in 0..lanes {
            let cornered = corner.as_ref().is_some_and(|c| c[lane] != 0.0);
            let overflowed = divisors.as_ref().is_some_and(|d| d[lane] != 0.0);
            let finite = block.value[lane].is_finite() && block.gradient.iter().all(|g| g[lane].is_finite());
            if finite && !cornered && !overflowed {
                continue;
            }
            let at: Vec<f64> = inputs.iter().map(|column| column.get(lane).copied().unwrap_or(0.0)).collect();
            let judged = judge.judge(&at);
            block.value[lane] = judged.value.number;
            for (column, p) in block.gradient.iter_mut().zip(&judged.partials) {
                column[lane] = p.number;
            }
            if cornered || judged.worst().0 != Status::Ok {
                // the second derivatives of a rule that is no evidence are none either
                block.hessian.iter_mut().for_each(|column| column[lane] = f64::NAN);
            }
            block.judged.push((lane, judged));
        }
        block
    }
}

impl SlopeBlock {
    /// The status of a lane: `None` where there is nothing to say.
    pub fn judged(&self, lane: usize) -> Option<&PointStatus> {
        let at = self.judged.binary_search_by_key(&lane, |j| j.0).ok()?;
        Some(&self.judged[at].1)
    }

    /// The Hessian of a lane, whole.
    pub fn hessian_at(&self, lane: usize, n: usize) -> Vec<Vec<f64>> {
        let entry = |i: usize, j: usize| {
            let (i, j) = if i >= j { (i, j) } else { (j, i) };
            self.hessian[i * (i + 1) / 2 + j][lane]
        };
        (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
    }
}
