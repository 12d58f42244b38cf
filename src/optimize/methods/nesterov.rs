//! Nesterov's momentum: the gradient is taken where the momentum will have carried the point. The iterates are those points.

use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::schedule::Schedule;
use crate::optimize::state::State;
use crate::optimize::vector::{each2, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "nesterov",
    doc: "momentum whose gradient is taken ahead: v = momentum * v - rate * gradient, x + momentum * v - rate * gradient",
    source: "Nesterov 1983, in the form of Sutskever et al. 2013 and Bengio et al. 2013",
    needs: Needs::Gradient,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "momentum"],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |_| {},
    new: |s| Box::new(Nesterov { beta: s.momentum, rate: s.schedule, v: Vec::new(), next: Vec::new() }),
    first_steps: FirstSteps {
        settings: |_| {},
        iterates: [[0.62, -0.26], [0.2224, -0.1888]],
        tolerance: 1e-15,
        work: "rate 0.1, momentum 0.9: v = (-0.2, -0.4), x = (1, 0.5) + 0.9 v + (-0.2, -0.4); \
               gradient (1.24, -2.08), v = (-0.304, -0.152), x = (0.62, -0.26) + 0.9 v + (-0.124, 0.208)",
    },
    proof: (|s| s.schedule.rate = 1e-3, 60_000),
};

struct Nesterov {
    beta: f64,
    rate: Schedule,
    v: Vec<f64>,
    next: Vec<f64>,
}

impl Method for Nesterov {
    fn init(&mut self, at: &Iterate) {
        self.v = vec![0.0; at.x.len()];
        self.next = vec![0.0; at.x.len()];
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let (rate, beta) = (self.rate.at(at.k), self.beta);
        around.rate = rate;
        each2(&self.v, &at.gradient, &mut self.next, |v, g| beta * v - rate * g);
        each2(&self.next, &at.gradient, &mut next.x, |v, g| beta * v - rate * g);
        update(&mut next.x, &at.x, |d, x| x + d);
        Ok(Step::To)
    }

    fn learn(&mut self, _: &Iterate, _: &Iterate, _: &mut Around) {
        std::mem::swap(&mut self.v, &mut self.next);
    }

    fn state(&mut self, state: &mut State) {
        state.vector("v", &mut self.v);
        self.next.resize(self.v.len(), 0.0);
    }
}
