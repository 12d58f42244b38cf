//! Gauss and Newton's method for sums of squares: the linear problem solved whole, the step shortened until f falls.

use crate::objective::{EvaluationError, Linearized, Objective};
use crate::optimize::least_squares::{Linear, boxed, cosine};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::rounding::NOISE;
use crate::optimize::state::State;
use crate::optimize::stop::Criterion;

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "gauss-newton",
    doc: "sums of squares: the linear model solved whole, the step halved until f falls; needs a good start",
    source: "Gauss 1809; Nocedal and Wright 2006, section 10.3",
    needs: Needs::Residuals,
    options: &[],
    first_order: false,
    settles: true,
    stochastic: false,
    max_iterations: 2_000,
    defaults: |_| {},
    new: |_| Box::new(GaussNewton::default()),
    first_steps: FirstSteps {
        settings: |_| {},
        iterates: [[0.0, 0.0], [0.0, 0.0]],
        tolerance: 1e-15,
        work: "residuals x and 2y: linear, so one step solves them",
    },
    proof: (|_| {}, 500),
};

#[derive(Default)]
struct GaussNewton {
    here: Option<Linearized>,
    start: f64,
}

impl Method for GaussNewton {
    fn init(&mut self, _: &Iterate) {
        self.here = None;
        self.start = f64::NAN;
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let n = at.x.len();
        let here = match self.here.take() {
            Some(here) => here,
            None => {
                let mut here = Linearized::new(n);
                around.objective.uncounted().linearize(&at.x, &mut here)?;
                here
            }
        };
        if self.start.is_nan() {
            self.start = here.value;
        }
        let free = around.bounds.free(&at.x, &at.gradient);
        let zero = 1e-15 * self.start.sqrt();
        if here.value.sqrt() <= zero {
            let value = here.value.sqrt();
            self.here = Some(here);
            return Ok(Step::Settled { criterion: Criterion::Ftol, value, threshold: zero });
        }
        let angle = cosine(&here.triangle, &here.gradient, here.value, &free);
        if angle <= 1e-14 {
            self.here = Some(here);
            return Ok(Step::Settled { criterion: Criterion::Gtol, value: angle, threshold: 1e-14 });
        }
        let scale: Vec<f64> = here.triangle.column_norms().into_iter().map(|d| if d > 0.0 { d } else { 1.0 }).collect();
        let all: Vec<usize> = (0..n).collect();
        let found = match around.bounds.are_none() {
            true => Linear::new(&here.triangle, &all, &scale, &[]).gauss_newton(),
            false => boxed(&here.triangle, &scale, around.bounds, &at.x, &free),
        };
        let Some(p) = found else {
            return Ok(Step::Stuck { why: "the Jacobian has entries that are no numbers" });
        };
        let promised = Linear::new(&here.triangle, &all, &scale, &[]).promise(&p);
        let mut there = Linearized::new(n);
        let mut a = 1.0;
        for _ in 0..60 {
            crate::optimize::vector::along(&at.x, a, &p, &mut next.x);
            around.bounds.project(&mut next.x);
            around.objective.linearize(&next.x, &mut there)?;
            let finite = there.value.is_finite() && there.gradient.iter().all(|g| g.is_finite());
            // along p the linear model falls by promised (2a - a^2), which begins with slope 2 promised
            if finite && here.value - there.value > 1e-4 * 2.0 * a * promised {
                next.value = there.value;
                next.gradient.copy_from_slice(&there.gradient);
                around.rate = a;
                self.here = Some(there);
                return Ok(Step::Done);
            }
            if promised <= NOISE * here.value {
                break;
            }
            a *= 0.5;
        }
        let relative = promised / here.value;
        self.here = Some(here);
        // a model that promises a rise is no end
        if relative.abs() <= NOISE {
            return Ok(Step::Settled { criterion: Criterion::Ftol, value: relative.abs(), threshold: NOISE });
        }
        Ok(Step::Stuck { why: "no step along Gauss and Newton's direction lowers the sum of squares" })
    }

    fn state(&mut self, state: &mut State) {
        state.number("start", &mut self.start);
    }
}
