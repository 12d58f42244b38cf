//! The gradient in the metric of the model's Fisher information: steps that do not depend on how the model is parametrised.

use crate::numeric::linalg::{Cholesky, Matrix};
use crate::objective::{EvaluationError, Objective};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::rounding;
use crate::optimize::schedule::Schedule;
use crate::optimize::settings::{Fisher, Settings};
use crate::optimize::state::State;
use crate::optimize::vector::larger;

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "natural-gradient",
    doc: "x - rate * F^-1 gradient, F the Fisher information of the model: whole, or its diagonal, damped if asked",
    source: "Amari 1998; Martens 2020",
    needs: Needs::Fisher,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "fisher", "damping"],
    first_order: true,
    settles: false,
    stochastic: false,
    max_iterations: 10_000,
    defaults: |s| s.schedule.rate = 1.0,
    new: |s| Box::new(NaturalGradient::new(s)),
    first_steps: FirstSteps {
        settings: |s| s.schedule.rate = 0.5,
        iterates: [[0.5, 0.25], [0.25, 0.125]],
        tolerance: 1e-15,
        work: "residuals x and 2y: F = 2 J'J = diag(2, 8), F^-1 g = (1, 0.5), of which the rate takes a half",
    },
    proof: (|s| s.schedule.rate = 0.5, 2_000),
};

struct NaturalGradient {
    rate: Schedule,
    fisher: Fisher,
    damping: f64,
}

impl NaturalGradient {
    fn new(settings: &Settings) -> Self {
        NaturalGradient { rate: settings.schedule, fisher: settings.fisher, damping: settings.damping }
    }
}

impl Method for NaturalGradient {
    fn init(&mut self, _: &Iterate) {}

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let n = at.x.len();
        let mut fisher = Matrix::zeros(n, n);
        around.objective.fisher(&at.x, &mut fisher)?;
        let free = around.bounds.free(&at.x, &at.gradient);
        let most = (0..n).map(|i| fisher[(i, i)]).fold(0.0, larger);
        let entry = |i: usize, j: usize| match (i == j, self.fisher) {
            (true, _) => fisher[(i, j)] + self.damping * most,
            (false, Fisher::Full) => fisher[(i, j)],
            (false, Fisher::Diagonal) => 0.0,
        };
        let metric = Matrix::from_fn(free.len(), free.len(), |i, j| entry(free[i], free[j]));
        let gradient: Vec<f64> = free.iter().map(|&i| at.gradient[i]).collect();
        let Some(direction) = Cholesky::factor(&metric).ok().and_then(|c| c.solve(&gradient).ok()) else {
            return Ok(Step::Stuck { why: "the Fisher information is singular; --damping 1e-6 makes it regular" });
        };
        let rate = self.rate.at(at.k);
        around.rate = rate;
        next.x.copy_from_slice(&at.x);
        let mut promised = 0.0;
        for (&i, d) in free.iter().zip(&direction) {
            next.x[i] -= rate * d;
            promised += 0.5 * rate * d * at.gradient[i];
        }
        // F is nearly the Hessian at the end: what it promises there is lost in rounding
        if promised <= 1e-3 * rounding::NOISE * at.value.abs() {
            return Ok(rounding::settle(at.value, promised));
        }
        Ok(Step::To)
    }

    fn state(&mut self, _: &mut State) {}
}
