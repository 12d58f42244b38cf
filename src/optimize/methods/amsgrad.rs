//! Adam whose mean of squares never falls.

use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::moments::{Moments, adapted};
use crate::optimize::schedule::{Course, Schedule};
use crate::optimize::state::State;
use crate::optimize::vector::{each2, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "amsgrad",
    doc: "adam that divides by the largest mean of squares so far",
    source: "Reddi, Kale and Kumar 2018, with adam's corrections",
    needs: Needs::Gradient,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "beta1", "beta2", "epsilon"],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |s| s.schedule.rate = 0.01,
    new: |s| Box::new(AmsGrad { rate: s.schedule, epsilon: s.epsilon, moments: Moments::new(s), largest: Vec::new() }),
    first_steps: FirstSteps {
        settings: |s| {
            s.schedule.rate = 0.1;
            s.epsilon = 0.0;
            s.beta2 = 0.1;
        },
        iterates: [[0.9000000000, 0.4000000000], [0.8006391618, 0.3061592083]],
        tolerance: 1e-9,
        work: "rate 0.1, beta2 0.1: first as adam; then the means of squares fall, from 3.6 to 3.276 and from 14.4 to 10.656, and the larger ones count",
    },
    proof: (
        |s| {
            s.schedule =
                Schedule { course: Course::Exponential, decay: 0.5, every: 2000.0, ..Schedule::constant(0.05) };
        },
        60_000,
    ),
};

struct AmsGrad {
    rate: Schedule,
    epsilon: f64,
    moments: Moments,
    largest: Vec<f64>,
}

impl Method for AmsGrad {
    fn init(&mut self, at: &Iterate) {
        self.moments.clear(at.x.len());
        self.largest = vec![0.0; at.x.len()];
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let (rate, epsilon) = (self.rate.at(at.k), self.epsilon);
        around.rate = rate;
        self.moments.add(&at.gradient);
        let corrections = self.moments.corrections();
        update(&mut self.largest, &self.moments.second, |most, v| if v > most { v } else { most });
        each2(&self.moments.first, &self.largest, &mut next.x, |m, v| adapted(m, v, corrections, epsilon));
        update(&mut next.x, &at.x, |d, x| x - rate * d);
        Ok(Step::To)
    }

    fn state(&mut self, state: &mut State) {
        self.moments.state(state);
        state.vector("largest", &mut self.largest);
    }
}
