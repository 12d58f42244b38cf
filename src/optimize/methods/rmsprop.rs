//! Each variable's gradient divided by the root of a fading mean of its squares.

use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::schedule::{Course, Schedule};
use crate::optimize::state::State;
use crate::optimize::vector::{each2, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "rmsprop",
    doc: "x - rate * gradient / (root of a fading mean of its squares + epsilon), each variable by itself",
    source: "Tieleman and Hinton 2012",
    needs: Needs::Gradient,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "beta2", "epsilon"],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |s| {
        s.beta2 = 0.9;
        s.schedule.rate = 0.01;
    },
    new: |s| Box::new(RmsProp { rate: s.schedule, decay: s.beta2, epsilon: s.epsilon, squares: Vec::new() }),
    first_steps: FirstSteps {
        settings: |s| {
            s.schedule.rate = 0.1;
            s.epsilon = 0.0;
        },
        iterates: [[0.6837722340, 0.1837722340], [0.4988706069, 0.0695314809]],
        tolerance: 1e-9,
        work: "rate 0.1, decay 0.9: mean of squares 0.1 g^2, so each variable by 0.1/sqrt(0.1); then 0.9 of the mean + 0.1 g^2",
    },
    proof: (
        |s| {
            s.schedule =
                Schedule { course: Course::Exponential, decay: 0.5, every: 2000.0, ..Schedule::constant(0.01) };
        },
        60_000,
    ),
};

struct RmsProp {
    rate: Schedule,
    decay: f64,
    epsilon: f64,
    squares: Vec<f64>,
}

impl Method for RmsProp {
    fn init(&mut self, at: &Iterate) {
        self.squares = vec![0.0; at.x.len()];
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let (rate, decay, epsilon) = (self.rate.at(at.k), self.decay, self.epsilon);
        around.rate = rate;
        update(&mut self.squares, &at.gradient, |s, g| decay * s + (1.0 - decay) * g * g);
        let scaled = |g: f64, s: f64| if g == 0.0 { 0.0 } else { rate * g / (s.sqrt() + epsilon) };
        each2(&at.gradient, &self.squares, &mut next.x, scaled);
        update(&mut next.x, &at.x, |d, x| x - d);
        Ok(Step::To)
    }

    fn state(&mut self, state: &mut State) {
        state.vector("squares", &mut self.squares);
    }
}
