//! The loop: a method proposes, the driver judges, accepts, and knows when to stop.

mod ends;
mod memory;
mod saddles;

use std::time::Instant;

use super::batches::Batches;
use super::bounds::Bounds;
use super::curvature::Curvature;
use super::method::{Around, Entry, Iterate, Method, Step};
use super::settings::Settings;
use super::state::State;
use super::stop::{Criterion, Rules, Stop};
use super::vector::{distance, norm, norm_inf, norms};
use crate::objective::{Counted, EvaluationError, Evaluations, Objective};

/// An accepted iterate, as traces and bars see it.
#[derive(Debug)]
pub struct Row<'r> {
    /// The point.
    pub at: &'r Iterate,
    /// |x_k - x_{k-1}|, 0 at the start.
    pub step_norm: f64,
    /// What the method's step was scaled by: learning rate, step length, radius or damping; NaN at the start.
    pub rate: f64,
    /// Evaluations so far.
    pub count: Evaluations,
    /// |g| over the variables that no bound holds back.
    pub gradient_norm: f64,
}

/// Who looks at a run from outside.
pub trait Watch {
    /// A row of the trace: the start, then every accepted step.
    fn accepted(&mut self, row: &Row<'_>) -> Result<(), EvaluationError>;
    /// Whether the run's state is wanted after step k.
    fn wants_state(&mut self, k: u64) -> bool {
        let _ = k;
        false
    }
    /// The state that was wanted.
    fn state(&mut self, state: State) -> Result<(), EvaluationError> {
        let _ = state;
        Ok(())
    }
    /// Whether a signal came.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Nobody.
pub struct Unwatched;

impl Watch for Unwatched {
    fn accepted(&mut self, _: &Row<'_>) -> Result<(), EvaluationError> {
        Ok(())
    }
}

/// So many of the last decreases of f tell the rate.
const DECREASES: usize = 12;
/// A run of one method from one start.
pub struct Run<'o> {
    /// The objective, counted.
    pub objective: Counted<'o>,
    bounds: Bounds,
    rules: Rules,
    entry: &'static Entry,
    method: Box<dyn Method>,
    batches: Option<Batches>,
    look: bool,
    seed: u64,
    begun: Instant,
    /// The current iterate.
    pub at: Iterate,
    next: Iterate,
    /// The start.
    pub start: Vec<f64>,
    /// f at the start.
    pub start_value: f64,
    start_slope: f64,
    lowest: f64,
    slopes: (f64, f64),
    step_norm: f64,
    decrease: f64,
    decreases: Vec<f64>,
    rate: f64,
    /// Updates that a method skipped for want of curvature.
    pub skipped: u64,
    /// Saddles that were left.
    pub saddles: u64,
    /// The best point so far, where that is not the current one.
    best: Option<(f64, Vec<f64>)>,
    fresh: bool,
    /// The curvature at the end, where it was looked at.
    pub end: Option<Curvature>,
}

/// How to run.
pub struct Plan {
    /// The method.
    pub entry: &'static Entry,
    /// Its settings.
    pub settings: Settings,
    /// The box.
    pub bounds: Bounds,
    /// When to stop.
    pub rules: Rules,
    /// Mini-batches.
    pub batches: Option<Batches>,
    /// Whether the curvature of stationary points is looked at.
    pub look: bool,
    /// For what is random.
    pub seed: u64,
    /// When the clock began.
    pub begun: Instant,
}

impl<'o> Run<'o> {
    /// Evaluates the start, moved into the box.
    pub fn new(objective: &'o mut dyn Objective, start: &[f64], plan: Plan) -> Result<Self, EvaluationError> {
        let n = objective.dimension();
        let Plan { entry, settings, bounds, rules, batches, look, seed, begun } = plan;
        let mut run = Run {
            objective: Counted::new(objective),
            method: (entry.new)(&settings),
            bounds,
            rules,
            entry,
            batches,
            look,
            seed,
            begun,
            at: Iterate::new(n),
            next: Iterate::new(n),
            start: start.to_vec(),
            start_value: f64::NAN,
            start_slope: f64::NAN,
            lowest: f64::INFINITY,
            slopes: (f64::NAN, f64::NAN),
            step_norm: 0.0,
            decrease: f64::INFINITY,
            decreases: Vec::new(),
            rate: f64::NAN,
            skipped: 0,
            saddles: 0,
            best: None,
            fresh: true,
            end: None,
        };
        run.objective.limit(run.rules.max_evaluations);
        run.bounds.project(&mut run.start);
        run.at.x.copy_from_slice(&run.start);
        // a program may be waited for when a signal comes
        run.at.value = f64::NAN;
        run.at.gradient.fill(f64::NAN);
        Ok(run)
    }

    /// |g| and max |g_i| over the variables that no bound holds back.
    pub fn slopes(&self) -> (f64, f64) {
        self.slopes
    }

    /// Those, computed.
    fn measured(&self) -> (f64, f64) {
        if self.bounds.are_none() {
            return norms(&self.at.gradient);
        }
        let most = self.bounds.projected_norm(&self.at.x, &self.at.gradient);
        let mut g = self.at.gradient.clone();
        self.bounds.mask(&self.at.x, &self.at.gradient, &mut g);
        (norm(&g), most)
    }

    /// The contraction of f - f* by step, as the last decreases show it.
    pub fn observed_rate(&self) -> Option<f64> {
        let d = &self.decreases;
        let [first, .., last] = d[..] else { return None };
        if d.len() < 4 || !(first > 0.0 && last > 0.0) || d.iter().any(|d| !(*d > 0.0)) {
            return None;
        }
        Some(crate::numeric::elementary::pow(last / first, 1.0 / (d.len() - 1) as f64))
    }

    /// The best point seen: value and place.
    pub fn best(&self) -> (f64, &[f64]) {
        match &self.best {
            Some((value, x)) if *value < self.at.value => (*value, x),
            _ => (self.at.value, &self.at.x),
        }
    }

    /// Whether the start is still to be evaluated.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The length of the last step.
    pub fn last_step(&self) -> f64 {
        self.step_norm
    }

    /// What the last step was scaled by.
    pub fn last_rate(&self) -> f64 {
        self.rate
    }

    /// The variables that no bound holds back at the current point.
    pub fn free(&self) -> Vec<usize> {
        self.bounds.free(&self.at.x, &self.at.gradient)
    }

    fn evaluate(&mut self, which: Which) -> Result<(), EvaluationError> {
        let k = if which == Which::Start { 0 } else { self.at.k + 1 };
        let it = if which == Which::Start { &mut self.at } else { &mut self.next };
        it.value = match &mut self.batches {
            Some(batches) => {
                // the gradient of the rows that the step from here will see
                self.objective.batch(batches.at(k), &it.x, &mut it.gradient)?
            }
            None => self.objective.value_and_gradient(&it.x, &mut it.gradient)?,
        };
        Ok(())
    }

    fn tell(&mut self, watch: &mut dyn Watch) -> Result<(), EvaluationError> {
        let (gradient_norm, _) = self.slopes();
        let row = Row {
            at: &self.at,
            step_norm: self.step_norm,
            rate: self.rate,
            count: self.objective.count,
            gradient_norm,
        };
        watch.accepted(&row)?;
        if watch.wants_state(self.at.k) {
            let state = self.snapshot();
            watch.state(state)?;
        }
        Ok(())
    }

    /// Goes on until a rule says stop.
    pub fn go(&mut self, watch: &mut dyn Watch) -> Result<Stop, EvaluationError> {
        if self.fresh {
            self.evaluate(Which::Start)?;
            self.fresh = false;
            self.slopes = self.measured();
            self.start_value = self.at.value;
            self.start_slope = self.slopes().1;
            self.lowest = self.at.value;
            let (value, slope) = (self.start_value, self.start_slope);
            if !value.is_finite() || !slope.is_finite() {
                if !value.is_finite() {
                    // where f does not exist, neither do its slopes
                    self.at.gradient.fill(f64::NAN);
                    self.slopes = (f64::NAN, f64::NAN);
                }
                self.tell(watch)?;
                let what = if value.is_finite() { "gradient" } else { "value" };
                let message = format!("at the start the {what} is no finite number; choose another start");
                return Ok(Stop { criterion: Criterion::Diverged, value, threshold: f64::NAN, message });
            }
            self.method.init(&self.at);
            self.tell(watch)?;
        }
        match self.walk(watch) {
            Err(EvaluationError::Spent) => self.spent(watch),
            other => other,
        }
    }

    /// Step after step.
    fn walk(&mut self, watch: &mut dyn Watch) -> Result<Stop, EvaluationError> {
        loop {
            let stop = match self.whole_gradient()?.or_else(|| self.asked()) {
                Some(stop) => stop,
                None if watch.interrupted() => Stop {
                    criterion: Criterion::Interrupted,
                    value: self.at.k as f64,
                    threshold: f64::NAN,
                    message: format!("interrupted after iteration {}", self.at.k),
                },
                None => match self.advance(watch)? {
                    None => continue,
                    Some(stop) => stop,
                },
            };
            if stop.criterion.is_convergence() && stop.criterion != Criterion::Target && self.leave_saddle()? {
                self.tell(watch)?;
                continue;
            }
            return Ok(stop);
        }
    }

    /// One step. A reason to stop, if there is one in the step itself.
    fn advance(&mut self, watch: &mut dyn Watch) -> Result<Option<Stop>, EvaluationError> {
        let mut around = Around { objective: &mut self.objective, bounds: &self.bounds, rate: f64::NAN, skipped: 0 };
        let step = self.method.step(&self.at, &mut self.next, &mut around)?;
        let rate = around.rate;
        match step {
            Step::Settled { criterion, value, threshold } => {
                let message = ends::settled(&self.rules, criterion, value, threshold);
                return Ok(Some(Stop { criterion, value, threshold, message }));
            }
            Step::Stuck { why } => {
                let why = if self.rules.maximize { why.replace("lowers f", "raises f") } else { why.to_string() };
                let message = format!("stalled at iteration {}: {why}", self.at.k);
                let value = self.slopes().1;
                return Ok(Some(Stop { criterion: Criterion::Stalled, value, threshold: f64::NAN, message }));
            }
            Step::Done => {}
            Step::To => {
                self.bounds.project(&mut self.next.x);
                self.evaluate(Which::Next)?;
                let finite = self.next.value.is_finite() && norm_inf(&self.next.gradient).is_finite();
                if !finite {
                    let value = self.next.value;
                    return self.diverged("f or its gradient is no finite number there", value).map(Some);
                }
            }
        }
        self.next.k = self.at.k + 1;
        self.rate = rate;
        self.step_norm = distance(&self.next.x, &self.at.x);
        let mut around = Around { objective: &mut self.objective, bounds: &self.bounds, rate, skipped: 0 };
        self.method.learn(&self.at, &self.next, &mut around);
        self.skipped += around.skipped;
        self.accept(step == Step::To);
        self.tell(watch)?;
        self.exploded()
    }

    /// The next iterate becomes the current one.
    fn accept(&mut self, may_rise: bool) {
        std::mem::swap(&mut self.at, &mut self.next);
        self.objective.take_best();
        self.slopes = self.measured();
        self.decrease = self.next.value - self.at.value;
        self.decreases.push(self.decrease);
        if self.decreases.len() > DECREASES {
            self.decreases.remove(0);
        }
        if self.at.value < self.lowest {
            self.lowest = self.at.value;
            self.best = None;
        } else if may_rise && self.best.is_none() && self.next.value <= self.lowest {
            self.best = Some((self.next.value, self.next.x.clone()));
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Start,
    Next,
}
