//! Down the gradient: by a learning rate, by backtracking, or by Barzilai and Borwein's rate.

use crate::objective::EvaluationError;
use crate::optimize::line_search::{Reference, backtrack};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::schedule::Schedule;
use crate::optimize::settings::{Rule, Settings};
use crate::optimize::state::State;
use crate::optimize::vector::{dot, norm, norm_inf};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "gradient-descent",
    doc: "x - rate * gradient; the rate constant, scheduled, found by backtracking (armijo) or from the last step (barzilai-borwein)",
    source: "Cauchy 1847; Armijo 1966; Barzilai and Borwein 1988; Raydan 1997",
    needs: Needs::Gradient,
    options: &["learning_rate", "schedule", "decay", "decay_every", "last_rate", "warmup", "line_search"],
    first_order: true,
    settles: false,
    stochastic: true,
    max_iterations: 100_000,
    defaults: |_| {},
    new: |settings| Box::new(GradientDescent::new(settings)),
    first_steps: FirstSteps {
        settings: |s| s.rule = Rule::Scheduled,
        iterates: [[0.8, 0.1], [0.64, 0.02]],
        tolerance: 1e-15,
        work: "rate 0.1: (1 - 0.2, 0.5 - 0.4); there the gradient is (1.6, 0.8)",
    },
    proof: (|s| s.rule = Rule::BarzilaiBorwein, 3_000),
};

/// f may rise above the last value, not above the largest of so many (Raydan 1997).
const WINDOW: usize = 10;

struct GradientDescent {
    rule: Rule,
    schedule: Schedule,
    /// The next step length to try.
    length: f64,
    last_values: Vec<f64>,
    direction: Vec<f64>,
}

impl GradientDescent {
    fn new(settings: &Settings) -> Self {
        GradientDescent {
            rule: settings.rule,
            schedule: settings.schedule,
            length: 1.0,
            last_values: Vec::new(),
            direction: Vec::new(),
        }
    }
}

impl Method for GradientDescent {
    fn init(&mut self, at: &Iterate) {
        self.length = match self.rule {
            Rule::BarzilaiBorwein => 1.0 / norm_inf(&at.gradient),
            _ => 1.0,
        };
        if !(self.length > 0.0 && self.length.is_finite()) {
            self.length = 1.0;
        }
        self.last_values.clear();
        self.direction = vec![0.0; at.x.len()];
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        if self.rule == Rule::Scheduled {
            let rate = self.schedule.at(at.k);
            around.rate = rate;
            crate::optimize::vector::each2(&at.x, &at.gradient, &mut next.x, |x, g| x - rate * g);
            return Ok(Step::To);
        }
        self.last_values.push(at.value);
        if self.last_values.len() > WINDOW {
            self.last_values.remove(0);
        }
        let highest = self.last_values.iter().fold(at.value, |m, &v| if v > m { v } else { m });
        let value = if self.rule == Rule::Armijo { at.value } else { highest };
        self.direction.iter_mut().zip(&at.gradient).for_each(|(d, g)| *d = -g);
        around.bounds.keep_inside(&at.x, &mut self.direction);
        let found = backtrack(at, &self.direction, self.length, Reference { value, c: 1e-4 }, next, around)?;
        let Some(length) = found else { return Ok(crate::optimize::rounding::stuck(at, &self.direction, self.length)) };
        around.rate = length;
        self.length = 2.0 * length;
        Ok(Step::Done)
    }

    fn learn(&mut self, from: &Iterate, to: &Iterate, _: &mut Around) {
        if self.rule != Rule::BarzilaiBorwein {
            return;
        }
        let s: Vec<f64> = to.x.iter().zip(&from.x).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = to.gradient.iter().zip(&from.gradient).map(|(a, b)| a - b).collect();
        let (ss, sy) = (dot(&s, &s), dot(&s, &y));
        // where f is not convex along the step there is no such rate: a long step instead
        let rate = if sy > 0.0 { ss / sy } else { 1e3 * norm(&s) / norm(&to.gradient) };
        if rate > 0.0 && rate.is_finite() {
            self.length = rate;
        }
    }

    fn state(&mut self, state: &mut State) {
        state.number("length", &mut self.length);
        state.vector("last_values", &mut self.last_values);
        let mut n = self.direction.len() as u64;
        state.count("n", &mut n);
        self.direction.resize(n as usize, 0.0);
    }
}
