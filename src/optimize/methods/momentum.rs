//! Heavy ball: a part of the last step is kept.

use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::schedule::Schedule;
use crate::optimize::state::State;
use crate::optimize::vector::{each2, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "momentum",
    doc: "x + momentum * (last step) - rate * gradient",
    source: "Polyak 1964",
    needs: Needs::Gradient,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "momentum"],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |_| {},
    new: |s| Box::new(Momentum { beta: s.momentum, rate: s.schedule, v: Vec::new() }),
    first_steps: FirstSteps {
        settings: |_| {},
        iterates: [[0.8, 0.1], [0.46, -0.34]],
        tolerance: 1e-15,
        work: "rate 0.1, momentum 0.9: first the plain step (-0.2, -0.4); then 0.9 of it and -0.1 (1.6, 0.8)",
    },
    proof: (|s| s.schedule.rate = 1e-3, 60_000),
};

struct Momentum {
    beta: f64,
    rate: Schedule,
    v: Vec<f64>,
}

impl Method for Momentum {
    fn init(&mut self, at: &Iterate) {
        self.v = vec![0.0; at.x.len()];
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let (rate, beta) = (self.rate.at(at.k), self.beta);
        around.rate = rate;
        each2(&self.v, &at.gradient, &mut next.x, |v, g| beta * v - rate * g);
        update(&mut next.x, &at.x, |d, x| x + d);
        Ok(Step::To)
    }

    fn learn(&mut self, from: &Iterate, to: &Iterate, _: &mut Around) {
        each2(&to.x, &from.x, &mut self.v, |a, b| a - b);
    }

    fn state(&mut self, state: &mut State) {
        state.vector("v", &mut self.v);
    }
}
