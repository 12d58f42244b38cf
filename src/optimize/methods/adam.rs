//! Fading means of gradients and of squares: the mean step over its root mean square.

use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::moments::{Moments, adapted};
use crate::optimize::schedule::{Course, Schedule};
use crate::optimize::state::State;
use crate::optimize::vector::{each2, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "adam",
    doc: "x - rate * m / (sqrt(v) + epsilon), m and v fading means of gradients and squares, corrected for their start",
    source: "Kingma and Ba 2015",
    needs: Needs::Gradient,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "beta1", "beta2", "epsilon"],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |s| s.schedule.rate = 0.01,
    new: |s| Box::new(Adam { rate: s.schedule, epsilon: s.epsilon, moments: Moments::new(s) }),
    first_steps: FirstSteps {
        settings: |s| {
            s.schedule.rate = 0.1;
            s.epsilon = 0.0;
        },
        iterates: [[0.9000000000, 0.4000000000], [0.8004122277, 0.3011874196]],
        tolerance: 1e-9,
        work: "rate 0.1: the corrected means are g and g^2, so each variable by 0.1; then m = (0.9 g1 + g2)/1.9, v = (0.999 g1^2 + g2^2)/1.999",
    },
    proof: (
        |s| {
            s.schedule =
                Schedule { course: Course::Exponential, decay: 0.5, every: 2000.0, ..Schedule::constant(0.05) };
        },
        60_000,
    ),
};

struct Adam {
    rate: Schedule,
    epsilon: f64,
    moments: Moments,
}

impl Method for Adam {
    fn init(&mut self, at: &Iterate) {
        self.moments.clear(at.x.len());
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let (rate, epsilon) = (self.rate.at(at.k), self.epsilon);
        around.rate = rate;
        self.moments.add(&at.gradient);
        let corrections = self.moments.corrections();
        each2(&self.moments.first, &self.moments.second, &mut next.x, |m, v| adapted(m, v, corrections, epsilon));
        update(&mut next.x, &at.x, |d, x| x - rate * d);
        Ok(Step::To)
    }

    fn state(&mut self, state: &mut State) {
        self.moments.state(state);
    }
}
