//! The points of a grid, one after the other: the last axis moves fastest, both ends are met exactly.

use super::problem::PlanError;
use crate::commands::problem::error::ProblemError;
use crate::error::{Located, Span};
use crate::spec::Text;

/// An axis of --grid.
#[derive(Debug)]
pub struct Axis {
    /// The variable.
    pub name: String,
    /// Both ends and the count.
    pub from: f64,
    /// The other end.
    pub to: f64,
    /// How many points, both ends included.
    pub count: u64,
    /// The whole of --grid, and where the name stands in it.
    pub text: Text,
    /// See `text`.
    pub span: Span,
}

/// A grid over some variables, the others held.
#[derive(Debug)]
pub struct Grid {
    /// For each variable: an axis, or a single value.
    sides: Vec<Side>,
    /// The number of points.
    pub count: u64,
}

#[derive(Debug)]
struct Side {
    from: f64,
    to: f64,
    count: u64,
    /// How many points lie between two steps of this side.
    stride: u64,
}

impl Grid {
    /// The grid of `axes`; variables without an axis need a value.
    pub fn new(names: &[String], values: &[Option<f64>], axes: &[Axis]) -> Result<Grid, Located> {
        let mut sides = Vec::new();
        for (name, value) in names.iter().zip(values) {
            let side = match (axes.iter().find(|a| a.name == *name), value) {
                (Some(axis), _) => Side { from: axis.from, to: axis.to, count: axis.count, stride: 1 },
                (None, Some(x)) => Side { from: *x, to: *x, count: 1, stride: 1 },
                (None, None) => return Err(Located::new(ProblemError::NoValue { name: name.clone(), flag: "--at" })),
            };
            sides.push(side);
        }
        // the axes' own order says which moves fastest: the last one written
        let mut count = 1_u64;
        for axis in axes.iter().rev() {
            let Some(i) = names.iter().position(|n| *n == axis.name) else { continue };
            sides[i].stride = count;
            count =
                count.checked_mul(axis.count).filter(|&c| c < 1 << 63).ok_or(Located::new(PlanError::GridTooLarge))?;
        }
        Ok(Grid { sides, count })
    }

    /// Coordinate `i` of point `k`.
    pub fn coordinate(&self, k: u64, i: usize) -> f64 {
        let side = &self.sides[i];
        let step = (k / side.stride) % side.count;
        if step == 0 {
            side.from
        } else if step + 1 == side.count {
            side.to
        } else {
            // a weighted mean of the ends: symmetric, and 0 is met exactly in the middle of -2:2:41
            let (last, step) = ((side.count - 1) as f64, step as f64);
            (side.from * (last - step) + side.to * step) / last
        }
    }
}
