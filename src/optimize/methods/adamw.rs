//! Adam with weight decay beside the adapted gradient and not inside it.

use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::moments::{Moments, adapted};
use crate::optimize::schedule::{Course, Schedule};
use crate::optimize::state::State;
use crate::optimize::vector::{each2, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "adamw",
    doc: "adam, and each variable pulled to 0 by rate * weight_decay * x",
    source: "Loshchilov and Hutter 2019, algorithm 2",
    needs: Needs::Gradient,
    options: &[
        "learning_rate",
        "schedule",
        "decay",
        "decay_every",
        "last_rate",
        "warmup",
        "beta1",
        "beta2",
        "epsilon",
        "weight_decay",
    ],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |s| {
        s.schedule.rate = 0.01;
        s.weight_decay = 0.01;
    },
    new: |s| {
        Box::new(AdamW { rate: s.schedule, epsilon: s.epsilon, moments: Moments::new(s), weight_decay: s.weight_decay })
    },
    first_steps: FirstSteps {
        settings: |s| {
            s.schedule.rate = 0.1;
            s.epsilon = 0.0;
        },
        iterates: [[0.8990000000, 0.3995000000], [0.7985190261, 0.3002978372]],
        tolerance: 1e-9,
        work: "rate 0.1, weight decay 0.01: adam's step, and 0.001 of each variable off",
    },
    proof: (
        |s| {
            s.schedule =
                Schedule { course: Course::Exponential, decay: 0.5, every: 2000.0, ..Schedule::constant(0.05) };
            s.weight_decay = 0.0;
        },
        60_000,
    ),
};

struct AdamW {
    rate: Schedule,
    epsilon: f64,
    moments: Moments,
    weight_decay: f64,
}

impl Method for AdamW {
    fn init(&mut self, at: &Iterate) {
        self.moments.clear(at.x.len());
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let (rate, epsilon) = (self.rate.at(at.k), self.epsilon);
        around.rate = rate;
        self.moments.add(&at.gradient);
        let corrections = self.moments.corrections();
        let decay = self.weight_decay;
        each2(&self.moments.first, &self.moments.second, &mut next.x, |m, v| adapted(m, v, corrections, epsilon));
        update(&mut next.x, &at.x, |d, x| x - rate * (d + decay * x));
        Ok(Step::To)
    }

    fn state(&mut self, state: &mut State) {
        self.moments.state(state);
    }
}
