//! The design in memory for fits of several passes: f64 columns, shifted and scaled as in [`gram`](super::gram).

use super::gram::Gram;
use super::{Block, RegressError};
use crate::numeric::sum::Sum;
use rayon::prelude::*;

/// Rows of a chunk: its sums are plain, chunks are merged with compensation.
pub const CHUNK: usize = 256;

/// A run of rows.
#[derive(Clone, Debug)]
pub struct Part {
    /// Rows.
    pub rows: usize,
    /// Columns z, the ones of the intercept first: \[coefficients\]\[rows\].
    pub z: Vec<Vec<f64>>,
    /// The target.
    pub y: Vec<f64>,
    /// Weights; empty: all 1.
    pub w: Vec<f64>,
    /// Offsets; empty: all 0.
    pub offset: Vec<f64>,
}

/// All rows.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The rows, in the file's order.
    pub parts: Vec<Part>,
    /// Shifts and scales of the columns.
    pub like: Gram,
    /// How many coefficients.
    pub columns: usize,
}

impl Rows {
    /// Rows with the shifts and scales of `like`.
    pub fn new(like: &Gram) -> Rows {
        Rows { parts: Vec::new(), like: like.empty(), columns: like.order() - 1 }
    }

    /// A block as a part of these rows.
    pub fn part(&self, block: &Block<'_>) -> Part {
        let like = &self.like;
        let mut z = Vec::with_capacity(self.columns);
        if like.intercept {
            z.push(vec![1.0; block.rows]);
        }
        for (k, column) in block.x.iter().enumerate() {
            z.push((0..block.rows).map(|i| ((column.at(i) + -like.shift[k]) * like.scale[k]).hi).collect());
        }
        Part {
            rows: block.rows,
            z,
            y: block.y.hi.to_vec(),
            w: block.weights.as_ref().map_or(Vec::new(), |w| w.hi.to_vec()),
            offset: block.offset.as_ref().map_or(Vec::new(), |o| o.hi.to_vec()),
        }
    }

    /// The same rows with nothing but the intercept (if there is one).
    pub fn null(&self) -> Rows {
        let keep = usize::from(self.like.intercept);
        let part = |p: &Part| Part { z: p.z[..keep].to_vec(), ..p.clone() };
        let mut like = self.like.clone();
        like.shift = vec![0.0; 1];
        like.scale = vec![1.0; 1];
        Rows { parts: self.parts.iter().map(part).collect(), like, columns: keep }
    }

    /// Rows with a weight above 0, and the sum of the weights.
    pub fn count(&self) -> (u64, f64) {
        let mut rows = 0;
        let mut weight = Sum::new();
        for part in &self.parts {
            if part.w.is_empty() {
                rows += part.rows as u64;
                weight.add(part.rows as f64);
            }
            for &w in &part.w {
                rows += u64::from(w > 0.0);
                weight.add(w);
            }
        }
        (rows, weight.value())
    }

    /// Sums over all rows: `chunk` gives `width` sums of rows `from..to` of a part. Parts run in parallel; what is added to what
    /// is fixed by the data.
    pub fn sums(&self, width: usize, chunk: impl Fn(&Part, usize, usize, &mut [f64]) + Sync) -> Vec<f64> {
        let one = |part: &Part| {
            let mut sums = vec![Sum::new(); width];
            let mut plain = vec![0.0; width];
            for from in (0..part.rows).step_by(CHUNK) {
                plain.fill(0.0);
                chunk(part, from, part.rows.min(from + CHUNK), &mut plain);
                sums.iter_mut().zip(&plain).for_each(|(sum, x)| sum.add(*x));
            }
            sums
        };
        let parts: Vec<Vec<Sum>> = if self.parts.len() > 1 {
            self.parts.par_iter().map(one).collect()
        } else {
            self.parts.iter().map(one).collect()
        };
        let mut total = vec![Sum::new(); width];
        for part in parts {
            total.iter_mut().zip(part).for_each(|(sum, more)| sum.merge(more));
        }
        total.into_iter().map(Sum::value).collect()
    }

    /// z g + offset for rows `from..to`.
    pub fn predictor(part: &Part, g: &[f64], from: usize, to: usize, eta: &mut Vec<f64>) {
        eta.clear();
        match part.offset.is_empty() {
            true => eta.resize(to - from, 0.0),
            false => eta.extend_from_slice(&part.offset[from..to]),
        }
        for (column, g) in part.z.iter().zip(g) {
            if *g != 0.0 {
                eta.iter_mut().zip(&column[from..to]).for_each(|(e, z)| *e += g * z);
            }
        }
    }

    /// Fails with `Target` at the first target outside a family.
    pub fn check_target(y: &[f64], lines: &[u64], family: &'static super::family::Family) -> Result<(), RegressError> {
        match y.iter().position(|y| !(family.covers)(*y)) {
            None => Ok(()),
            Some(i) => {
                Err(RegressError::Target { line: lines[i], value: y[i], family: family.name, wanted: family.wanted })
            }
        }
    }
}

/// sum of a b over equally long slices, in four lanes.
#[inline(always)]
pub fn plain_dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).fold(0.0, |s, (x, y)| s + x * y);
    for (x, y) in a8.zip(b8) {
        for k in 0..8 {
            lanes[k] += x[k] * y[k];
        }
    }
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])) + rest
}
