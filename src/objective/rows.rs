//! A formula per row, summed over the rows of a table held in memory: losses, residuals, likelihoods.
//!
//! A lane of the program is a row. Rows are cut into blocks, blocks into pieces of work for the threads; sums are taken piece by
//! piece in the order of the rows, so that the threads do not change a bit.

mod information;
mod lanes;
mod sums;

use rayon::prelude::*;

pub use self::information::Information;
use self::lanes::{Lanes, Source};
use self::sums::{fill, plain_sum};
use super::{EvaluationError, Linearized, Objective, Offers, Triangle, squared, squares};
use crate::engine::{Program, Scratch, compile};
use crate::formula::differentiate;
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::numeric::block::LANES;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::{Sum, dot};

/// Rows of a piece of work.
const PIECE: usize = 16 * LANES;
/// Up to so many rows every sum is compensated; beyond, those inside a block are plain.
const FEW: usize = 1 << 16;
/// Up to so many variables the Hessian is a graph of its own.
const MOST_FOR_HESSIAN: usize = 64;

/// What is computed for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerRow {
    /// A loss; f is their sum or mean.
    Loss,
    /// A residual; f is the sum (or mean) of their squares.
    Residual,
}

/// The rows of a table.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Numbers by the graph's inputs: \[graph inputs\]\[rows\], empty where an input is no column.
    pub columns: Vec<Vec<f64>>,
    /// How many rows.
    pub rows: usize,
}

/// f(x) = sum or mean over the rows.
#[derive(Debug)]
pub struct RowsObjective {
    graph: Graph,
    value: NodeId,
    variables: Vec<NodeId>,
    places: Vec<usize>,
    data: Columns,
    factor: f64,
    residuals: Option<Vec<NodeId>>,
    /// f by the sum of the squares of one residual a row.
    squares: Option<f64>,
    gradient: Vec<NodeId>,
    information: Option<Information>,
    plain: Program,
    sloped: Program,
    curved: Option<Program>,
    product: Option<(Program, Vec<usize>)>,
    linear: Option<Program>,
    fisher: Option<Program>,
}

impl RowsObjective {
    /// `value` is what `per_row` says, a node of `graph`; `variables` are inputs of the graph. Fails at nothing: no rows give f = 0.
    pub fn new(
        mut graph: Graph,
        value: NodeId,
        variables: Vec<NodeId>,
        per_row: PerRow,
        data: Columns,
        mean: bool,
        information: Option<Information>,
    ) -> Self {
        let factor = if mean && data.rows > 0 { 1.0 / data.rows as f64 } else { 1.0 };
        let (value, residuals, multiple) = match per_row {
            PerRow::Residual => (graph.powk(value, 2.0), Some(vec![value]), Some(1.0)),
            PerRow::Loss => (value, squares(&mut graph, value), squared(&graph, value)),
        };
        let squares = multiple.filter(|_| residuals.is_some()).map(|c| c * factor);
        let gradient = differentiate::gradient(&mut graph, value, &variables);
        let place =
            |v: &NodeId| graph.inputs().iter().position(|i| graph.input_named(&i.name) == Some(*v)).unwrap_or(0);
        let places = variables.iter().map(place).collect();
        let plain = compile(&graph, &[value]);
        let outputs: Vec<NodeId> = std::iter::once(value).chain(gradient.iter().copied()).collect();
        let sloped = compile(&graph, &outputs);
        let (curved, product, linear, fisher) = (None, None, None, None);
        RowsObjective {
            graph,
            value,
            variables,
            places,
            data,
            factor,
            residuals,
            squares,
            gradient,
            information,
            plain,
            sloped,
            curved,
            product,
            linear,
            fisher,
        }
    }

    /// The node that is summed.
    pub fn value_node(&self) -> (&Graph, NodeId) {
        (&self.graph, self.value)
    }

    /// c where f is c times the sum over the rows of e^2, e one expression: with `residual`, and where the loss is written so.
    pub fn squares(&self) -> Option<f64> {
        self.squares
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.data.rows
    }

    fn lanes<'a>(&'a self, x: &[f64], extra: &[(usize, f64)], picked: Option<&'a [u32]>) -> Lanes<'a> {
        let count = self.graph.inputs().len();
        let mut columns: Vec<Source<'a>> = (0..count)
            .map(|i| match (self.data.columns.get(i), picked) {
                (None, _) => Source::Nothing,
                (Some(c), _) if c.is_empty() => Source::Nothing,
                (Some(c), None) => Source::Rows(c),
                (Some(c), Some(rows)) => Source::Picked(c, rows),
            })
            .collect();
        for (&place, &x) in self.places.iter().zip(x) {
            columns[place] = Source::Same(vec![x; LANES]);
        }
        for &(place, x) in extra {
            columns[place] = Source::Same(vec![x; LANES]);
        }
        Lanes { columns }
    }

    /// Runs `program` over all rows; `fold` takes in the outputs of each block, `T` being one a piece, in the order of the rows.
    fn pieces<T: Send>(
        &self,
        program: &Program,
        lanes: &Lanes<'_>,
        rows: usize,
        new: impl Fn() -> T + Sync,
        fold: impl Fn(&mut T, &mut [Vec<f64>]) + Sync,
    ) -> Vec<T> {
        let inputs = self.graph.inputs().len();
        let storage = || (program.scratch(), vec![Vec::new(); program.outputs()], vec![Vec::new(); inputs]);
        let work = |(scratch, outputs, picked): &mut (Scratch, Vec<Vec<f64>>, Vec<Vec<f64>>), piece: usize| {
            let mut total = new();
            let end = ((piece + 1) * PIECE).min(rows);
            let mut from = piece * PIECE;
            while from < end {
                let count = (end - from).min(LANES);
                let inputs = lanes.at(from, count, picked);
                program.run(scratch, &inputs, count, outputs);
                fold(&mut total, outputs);
                from += count;
            }
            total
        };
        let pieces = rows.div_ceil(PIECE);
        if pieces <= 1 {
            let mut own = storage();
            return (0..pieces).map(|p| work(&mut own, p)).collect();
        }
        (0..pieces).into_par_iter().map_init(storage, work).collect()
    }

    /// The sums of a program's outputs over the rows: \[outputs\].
    fn sums(&self, program: &Program, lanes: &Lanes<'_>, rows: usize) -> Vec<f64> {
        let count = program.outputs();
        let few = rows <= FEW;
        let parts = self.pieces(
            program,
            lanes,
            rows,
            || vec![Sum::new(); count],
            |sums, outputs| {
                for (sum, output) in sums.iter_mut().zip(outputs) {
                    if few { output.iter().for_each(|&x| sum.add(x)) } else { sum.add(plain_sum(output)) }
                }
            },
        );
        let mut total = vec![Sum::new(); count];
        for part in parts {
            total.iter_mut().zip(part).for_each(|(t, p)| t.merge(p));
        }
        total.into_iter().map(Sum::value).collect()
    }

    fn sloped_at(&self, x: &[f64], picked: Option<&[u32]>, factor: f64, gradient: &mut [f64]) -> f64 {
        let rows = picked.map_or(self.data.rows, <[u32]>::len);
        let found = self.sums(&self.sloped, &self.lanes(x, &[], picked), rows);
        for (g, s) in gradient.iter_mut().zip(&found[1..]) {
            *g = factor * s;
        }
        factor * found[0]
    }
}

/// What a piece of rows adds to a linearized sum of squares.
struct Part {
    value: Sum,
    gradient: Vec<Sum>,
    triangle: Triangle,
}

impl Objective for RowsObjective {
    fn dimension(&self) -> usize {
        self.variables.len()
    }

    fn offers(&self) -> Offers {
        let rows = self.data.rows;
        Offers {
            gradient: true,
            hessian_vector: true,
            hessian: self.dimension() <= MOST_FOR_HESSIAN,
            residuals: self.residuals.as_ref().map(|r| r.len() * rows),
            fisher: true,
            rows: Some(rows),
        }
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        Ok(self.factor * self.sums(&self.plain, &self.lanes(x, &[], None), self.data.rows)[0])
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        Ok(self.sloped_at(x, None, self.factor, gradient))
    }

    fn hessian_vector(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) -> Result<(), EvaluationError> {
        if self.product.is_none() {
            let n = self.variables.len();
            // no formula can name these inputs: names have no blanks
            let direction: Vec<NodeId> =
                (0..n).map(|i| self.graph.declare(&format!("direction {i}"), InputKind::Variable)).collect();
            let products = differentiate::hessian_vector(&mut self.graph, &self.gradient, &self.variables, &direction);
            let count = self.graph.inputs().len();
            self.product = Some((compile(&self.graph, &products), (count - n..count).collect()));
        }
        let Some((program, places)) = &self.product else { return Ok(()) };
        let extra: Vec<(usize, f64)> = places.iter().copied().zip(v.iter().copied()).collect();
        let found = self.sums(program, &self.lanes(x, &extra, None), self.data.rows);
        product.iter_mut().zip(found).for_each(|(p, s)| *p = self.factor * s);
        Ok(())
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut Matrix) -> Result<(), EvaluationError> {
        if self.curved.is_none() {
            let rows = differentiate::hessian(&mut self.graph, &self.gradient, &self.variables);
            let lower: Vec<NodeId> = rows.iter().enumerate().flat_map(|(i, row)| row[..=i].to_vec()).collect();
            self.curved = Some(compile(&self.graph, &lower));
        }
        let Some(program) = &self.curved else { return Ok(()) };
        let found = self.sums(program, &self.lanes(x, &[], None), self.data.rows);
        fill(hessian, &found, self.factor);
        Ok(())
    }

    fn residuals(&mut self, x: &[f64], residuals: &mut Vec<f64>) -> Result<(), EvaluationError> {
        let Some(nodes) = &self.residuals else { return Err(EvaluationError::NotOffered { what: "residuals" }) };
        let program = compile(&self.graph, nodes);
        let count = nodes.len();
        let parts =
            self.pieces(&program, &self.lanes(x, &[], None), self.data.rows, Vec::new, |all: &mut Vec<f64>, out| {
                let lanes = out.first().map_or(0, Vec::len);
                all.extend((0..lanes * count).map(|at| out[at % count][at / count]));
            });
        residuals.clear();
        residuals.extend(parts.into_iter().flatten());
        Ok(())
    }

    fn linearize(&mut self, x: &[f64], found: &mut Linearized) -> Result<(), EvaluationError> {
        let n = self.variables.len();
        let Some(nodes) = &self.residuals else { return Err(EvaluationError::NotOffered { what: "residuals" }) };
        let each = nodes.len();
        if self.linear.is_none() {
            let one = self.graph.number(1.0);
            let mut outputs = Vec::new();
            for &r in nodes {
                if n <= 2 {
                    for &v in &self.variables {
                        outputs.extend(differentiate::tangents(&mut self.graph, &[r], &[(v, one)]));
                    }
                } else {
                    outputs.extend(differentiate::gradient(&mut self.graph, r, &self.variables));
                }
                outputs.push(r);
            }
            self.linear = Some(compile(&self.graph, &outputs));
        }
        let Some(program) = &self.linear else { return Ok(()) };
        let few = self.data.rows <= FEW;
        let inner = |a: &[f64], b: &[f64]| if few { dot(a, b) } else { super::triangle::dot(a, b) };
        let new = || Part { value: Sum::new(), gradient: vec![Sum::new(); n], triangle: Triangle::new(n) };
        let parts = self.pieces(program, &self.lanes(x, &[], None), self.data.rows, new, |part, outputs| {
            for columns in outputs.chunks_mut(n + 1) {
                let r = &columns[n];
                part.value.add(inner(r, r));
                for (sum, column) in part.gradient.iter_mut().zip(&columns[..n]) {
                    sum.add(inner(column, r));
                }
                part.triangle.absorb(columns);
            }
        });
        debug_assert!(each > 0);
        let mut total = new();
        for part in parts {
            total.value.merge(part.value);
            total.gradient.iter_mut().zip(part.gradient).for_each(|(t, p)| t.merge(p));
            total.triangle.merge(&part.triangle);
        }
        found.value = self.factor * total.value.value();
        for (g, s) in found.gradient.iter_mut().zip(total.gradient) {
            *g = 2.0 * self.factor * s.value();
        }
        found.triangle = total.triangle;
        if self.factor != 1.0 {
            found.triangle.scale(self.factor.sqrt());
        }
        Ok(())
    }

    fn fisher(&mut self, x: &[f64], fisher: &mut Matrix) -> Result<(), EvaluationError> {
        let n = self.variables.len();
        if self.residuals.is_some() && self.information.is_none() {
            // normal residuals: the expected Hessian of their sum of squares
            let mut found = Linearized::new(n);
            self.linearize(x, &mut found)?;
            found.triangle.products(2.0, fisher);
            return Ok(());
        }
        if self.fisher.is_none() {
            let entries =
                information::entries(&mut self.graph, self.information.as_ref(), &self.gradient, &self.variables);
            self.fisher = Some(compile(&self.graph, &entries));
        }
        let Some(program) = &self.fisher else { return Ok(()) };
        let found = self.sums(program, &self.lanes(x, &[], None), self.data.rows);
        fill(fisher, &found, self.factor);
        Ok(())
    }

    fn batch(&mut self, rows: &[u32], x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        let factor = self.factor * self.data.rows as f64 / rows.len().max(1) as f64;
        Ok(self.sloped_at(x, Some(rows), factor, gradient))
    }
}

#[cfg(test)]
mod tests;
