//! Each variable has a rate of its own, which falls with the squares of its gradients so far.

use crate::objective::EvaluationError;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::schedule::Schedule;
use crate::optimize::state::State;
use crate::optimize::vector::{each2, update};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "adagrad",
    doc: "x - rate * gradient / (root of the sum of its squares + epsilon), each variable by itself",
    source: "Duchi, Hazan and Singer 2011",
    needs: Needs::Gradient,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "epsilon"],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |_| {},
    new: |s| Box::new(Adagrad { rate: s.schedule, epsilon: s.epsilon, squares: Vec::new() }),
    first_steps: FirstSteps {
        settings: |s| s.epsilon = 0.0,
        iterates: [[0.9, 0.4], [0.8331035268, 0.3375304952]],
        tolerance: 1e-9,
        work: "rate 0.1: each variable by 0.1; then g = (1.8, 3.2): 0.1*1.8/sqrt(4 + 3.24), 0.1*3.2/sqrt(16 + 10.24)",
    },
    proof: (|s| s.schedule.rate = 0.5, 60_000),
};

struct Adagrad {
    rate: Schedule,
    epsilon: f64,
    squares: Vec<f64>,
}

impl Method for Adagrad {
    fn init(&mut self, at: &Iterate) {
        self.squares = vec![0.0; at.x.len()];
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let (rate, epsilon) = (self.rate.at(at.k), self.epsilon);
        around.rate = rate;
        update(&mut self.squares, &at.gradient, |s, g| s + g * g);
        // a variable whose partial was always 0 does not move: 0/0 would be NaN without epsilon
        let scaled = |g: f64, s: f64| if g == 0.0 { 0.0 } else { rate * g / (s.sqrt() + epsilon) };
        each2(&at.gradient, &self.squares, &mut next.x, scaled);
        update(&mut next.x, &at.x, |d, x| x - d);
        Ok(Step::To)
    }

    fn state(&mut self, state: &mut State) {
        state.vector("squares", &mut self.squares);
    }
}
