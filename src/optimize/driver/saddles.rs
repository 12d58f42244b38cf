//! Looking at the curvature of a stationary point, and going on down from those that are no minima.

use super::{Run, Which};
use crate::objective::EvaluationError;
use crate::optimize::curvature::Curvature;
use crate::optimize::flat::at_end;
use crate::optimize::vector::{along, distance, larger, norm, norm_inf};

/// A run leaves at most so many saddles.
const MOST_SADDLES: u64 = 50;

impl Run<'_> {
    /// Looks at the curvature of a stationary point, and goes down along negative curvature unless the method is plain first
    /// order. True if it has gone.
    pub(super) fn leave_saddle(&mut self) -> Result<bool, EvaluationError> {
        if !self.look {
            return Ok(false);
        }
        let free = self.free();
        self.end = at_end(self.objective.uncounted(), &self.at.x, &free, &self.bounds, self.seed)?;
        if self.entry.first_order || self.saddles >= MOST_SADDLES {
            return Ok(false);
        }
        let Some(Curvature { downhill: Some(direction), .. }) = &self.end else { return Ok(false) };
        let direction = direction.clone();
        let size = larger(norm(&self.at.x), 1.0);
        // the largest step of these that lowers f; curvature alone promises a decrease for short ones
        for length in [1.0, 0.1, 1e-2, 1e-3, 1e-4, 1e-6] {
            for sign in [1.0, -1.0] {
                along(&self.at.x, sign * length * size, &direction, &mut self.next.x);
                self.bounds.project(&mut self.next.x);
                self.evaluate(Which::Next)?;
                let finite = self.next.value.is_finite() && norm_inf(&self.next.gradient).is_finite();
                if finite && self.next.value < self.at.value {
                    self.saddles += 1;
                    self.next.k = self.at.k + 1;
                    self.rate = length * size;
                    self.step_norm = distance(&self.next.x, &self.at.x);
                    self.accept(false);
                    if self.start_slope == 0.0 {
                        // who starts at a stationary point has no slope to measure others by
                        self.start_slope = self.slopes().1;
                    }
                    self.method.init(&self.at);
                    self.end = None;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
