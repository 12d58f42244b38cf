//! Newton's method inside a trust region, solved exactly: for few variables. Negative curvature is used, not feared.

use crate::numeric::linalg::Matrix;
use crate::objective::{EvaluationError, Objective};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::rounding;
use crate::optimize::state::State;
use crate::optimize::trust::{Exact, radius_after};
use crate::optimize::vector::{along, dot, norm};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "newton",
    doc: "Newton's method in a trust region with the exact Hessian; goes down along negative curvature",
    source: "More and Sorensen 1983; Nocedal and Wright 2006, alg. 4.1",
    needs: Needs::Hessian,
    options: &["radius"],
    first_order: false,
    settles: false,
    stochastic: false,
    max_iterations: 1_000,
    defaults: |_| {},
    new: |s| Box::new(Newton { first: s.radius, radius: 0.0 }),
    first_steps: FirstSteps {
        settings: |s| s.radius = Some(10.0),
        iterates: [[0.0, 0.0], [0.0, 0.0]],
        tolerance: 1e-15,
        work: "a quadratic is solved by one step: -(1/2 2, 1/8 4) = (-1, -0.5)",
    },
    proof: (|_| {}, 300),
};

struct Newton {
    first: Option<f64>,
    radius: f64,
}

/// A radius of less than this part of |x| is none.
const LEAST: f64 = 1e-16;

impl Method for Newton {
    fn init(&mut self, at: &Iterate) {
        let size = norm(&at.x);
        self.radius = self.first.unwrap_or(if size > 1.0 { size } else { 1.0 });
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let n = at.x.len();
        let mut hessian = Matrix::zeros(n, n);
        around.objective.hessian(&at.x, &mut hessian)?;
        let free = around.bounds.free(&at.x, &at.gradient);
        let inner = Matrix::from_fn(free.len(), free.len(), |i, j| hessian[(free[i], free[j])]);
        let gradient: Vec<f64> = free.iter().map(|&i| at.gradient[i]).collect();
        // of other variables than the free ones the model is needed only where a step crosses a bound
        let model = |free: &[usize], fixed: &[(usize, f64)]| {
            let inner = Matrix::from_fn(free.len(), free.len(), |i, j| hessian[(free[i], free[j])]);
            let moved = |i: usize| fixed.iter().map(|&(j, p)| hessian[(i, j)] * p).sum::<f64>();
            Exact::new(&inner, &free.iter().map(|&i| at.gradient[i] + moved(i)).collect::<Vec<f64>>())
        };
        let Some(exact) = model(&free, &[]) else {
            return Ok(Step::Stuck { why: "the Hessian has entries that are no numbers" });
        };
        let mut promised = 0.0;
        while self.radius > LEAST * norm(&at.x) && self.radius > 1e-300 {
            let found = around.bounds.within(&at.x, &free, |open, fixed| match fixed {
                [] => Ok(exact.step(self.radius).0),
                _ => model(open, fixed).map(|exact| exact.step(self.radius).0).ok_or(()),
            });
            let Ok(p) = found else {
                return Ok(Step::Stuck { why: "the Hessian has entries that are no numbers" });
            };
            along(&at.x, 1.0, &p, &mut next.x);
            around.bounds.project(&mut next.x);
            // what was taken: rounding and the box may have changed the step
            let taken: Vec<f64> = free.iter().map(|&i| next.x[i] - at.x[i]).collect();
            let bend: f64 = (0..taken.len()).map(|i| taken[i] * dot(inner.row(i), &taken)).sum();
            promised = -dot(&gradient, &taken) - 0.5 * bend;
            next.value = around.objective.value_and_gradient(&next.x, &mut next.gradient)?;
            let finite = next.value.is_finite() && next.gradient.iter().all(|g| g.is_finite());
            let ratio = if finite && promised > 0.0 { (at.value - next.value) / promised } else { f64::NAN };
            let length = norm(&taken);
            around.rate = self.radius;
            // close to the end differences of f are rounding: there the gradient must have become smaller
            let rounding = promised > 0.0 && promised <= rounding::NOISE * at.value.abs();
            let smaller = finite
                && around.bounds.projected_norm(&next.x, &next.gradient)
                    < 0.5 * around.bounds.projected_norm(&at.x, &at.gradient);
            if rounding && smaller && next.value <= at.value + rounding::NOISE * at.value.abs() {
                return Ok(Step::Done);
            }
            if rounding {
                break;
            }
            self.radius = radius_after(self.radius, length, ratio);
            if promised > 0.0 && ratio > 1e-4 {
                return Ok(Step::Done);
            }
            if length == 0.0 {
                break;
            }
        }
        Ok(rounding::settle(at.value, promised))
    }

    fn state(&mut self, state: &mut State) {
        state.number("radius", &mut self.radius);
    }
}
