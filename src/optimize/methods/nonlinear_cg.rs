//! Conjugate gradients for functions that are no quadratics, with Hager and Zhang's direction.

use crate::objective::EvaluationError;
use crate::optimize::line_search::{Wolfe, within};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::state::State;
use crate::optimize::vector::{dot, larger, norm, smaller, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "nonlinear-cg",
    doc: "conjugate gradients: a direction from the gradient and the last direction, a line search along it",
    source: "Hager and Zhang 2005 and 2013, CG_DESCENT",
    needs: Needs::Gradient,
    options: &[],
    first_order: false,
    settles: false,
    stochastic: false,
    max_iterations: 100_000,
    defaults: |_| {},
    new: |_| Box::new(NonlinearCg::default()),
    first_steps: FirstSteps {
        settings: |_| {},
        iterates: [[12.0 / 17.0, -3.0 / 34.0], [0.0, 0.0]],
        tolerance: 2e-2,
        work: "on a quadratic with exact steps: along (-2, -4) by g'g/d'Hd = 20/136 to (12/17, -3/34), then to the minimum (the \
               line search is exact to a tenth of the slope)",
    },
    proof: (|_| {}, 3_000),
};

/// The step length is refined until the slope is a tenth of the first one: conjugacy wants nearly exact steps.
const CONDITIONS: Wolfe = Wolfe { c1: 1e-4, c2: 0.1 };
/// Keeps beta from being too negative.
const ETA: f64 = 0.4;

#[derive(Default)]
struct NonlinearCg {
    direction: Vec<f64>,
    /// The last step length and the slope it was found on.
    length: f64,
    slope: f64,
    fresh: bool,
}

impl Method for NonlinearCg {
    fn init(&mut self, at: &Iterate) {
        self.direction = at.gradient.iter().map(|g| -g).collect();
        self.fresh = true;
        (self.length, self.slope) = (0.0, 0.0);
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        for attempt in 0..2 {
            around.bounds.keep_inside(&at.x, &mut self.direction);
            let slope = dot(&at.gradient, &self.direction);
            let first = if self.fresh || !(slope < 0.0) {
                1.0 / larger(norm(&at.gradient), 1e-300)
            } else {
                self.length * smaller(self.slope / slope, 10.0)
            };
            let found = within(at, &self.direction, first, CONDITIONS, next, around)?;
            if let Some(length) = found {
                (self.length, self.slope, self.fresh) = (length, slope, false);
                around.rate = length;
                return Ok(Step::Done);
            }
            if attempt == 0 {
                self.init(at);
            }
        }
        Ok(crate::optimize::rounding::stuck(at, &self.direction, 1.0))
    }

    fn learn(&mut self, from: &Iterate, to: &Iterate, around: &mut Around) {
        let y: Vec<f64> = to.gradient.iter().zip(&from.gradient).map(|(a, b)| a - b).collect();
        let d = &mut self.direction;
        let dy = dot(d, &y);
        let blocked =
            !around.bounds.are_none() && (0..d.len()).any(|i| around.bounds.blocked(i, to.x[i], to.gradient[i]));
        let mut beta = 0.0;
        if dy > 0.0 && !blocked {
            let yy = dot(&y, &y);
            beta = (dot(&y, &to.gradient) - 2.0 * yy * dot(d, &to.gradient) / dy) / dy;
            // their bound of 2013, which f's scale does not change
            let floor = ETA * dot(d, &from.gradient) / dot(d, d);
            beta = larger(beta, floor);
        } else {
            around.skipped += 1;
        }
        update(d, &to.gradient, |d, g| beta * d - g);
        if !(dot(d, &to.gradient) < 0.0) {
            update(d, &to.gradient, |_, g| -g);
        }
    }

    fn state(&mut self, state: &mut State) {
        state.vector("direction", &mut self.direction);
        state.number("length", &mut self.length);
        state.number("slope", &mut self.slope);
        state.flag("fresh", &mut self.fresh);
    }
}
