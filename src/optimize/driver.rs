//! The loop: a method proposes, the driver judges, accepts, and knows when to stop.

use std::time::Instant;

use super::batches::Batches;
use super::bounds::Bounds;
use super::curvature::{Curvature, curvature};
use super::method::{Around, Entry, Iterate, Method, Step};
use super::settings::Settings;
use super::state::State;
use super::stop::{Criterion, Rules, Stop, brief};
use super::vector::{distance, larger, norm, norm_inf};
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
/// A run leaves at most so many saddles.
const MOST_SADDLES: u64 = 50;
/// f or the gradient this many times above what was at the start has exploded.
const EXPLODED: f64 = 1e10;
/// A fall of f by this many times what was at the start has no end.
const FALLEN: f64 = 1e25;
/// Coordinates beyond this have left every bound.
const BEYOND: f64 = 1e100;

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
        run.bounds.project(&mut run.start);
        run.at.x.copy_from_slice(&run.start);
        run.at.value = f64::NAN; // a program may be waited for when a signal comes
        Ok(run)
    }

    /// Takes up a run where another one left it. The name of what the state lacks, if it is not of such a run.
    pub fn resume(&mut self, mut state: State) -> Result<(), String> {
        let n = self.at.x.len();
        self.state(&mut state);
        match state.missing() {
            Some(name) => Err(name.to_string()),
            None if self.at.x.len() != n || self.at.gradient.len() != n => Err("x".to_string()),
            None => Ok(()),
        }
    }

    /// Saves or loads.
    fn state(&mut self, state: &mut State) {
        state.part("run");
        state.flag("fresh", &mut self.fresh);
        state.count("k", &mut self.at.k);
        state.vector("x", &mut self.at.x);
        state.number("value", &mut self.at.value);
        state.vector("gradient", &mut self.at.gradient);
        state.vector("start", &mut self.start);
        state.number("start_value", &mut self.start_value);
        state.number("start_slope", &mut self.start_slope);
        state.number("lowest", &mut self.lowest);
        state.number("step_norm", &mut self.step_norm);
        state.number("decrease", &mut self.decrease);
        state.vector("decreases", &mut self.decreases);
        state.number("rate", &mut self.rate);
        state.count("skipped", &mut self.skipped);
        state.count("saddles", &mut self.saddles);
        state.count("evaluations.value", &mut self.objective.count.value);
        state.count("evaluations.gradient", &mut self.objective.count.gradient);
        state.count("evaluations.hessian_vector", &mut self.objective.count.hessian_vector);
        let mut has_best = self.best.is_some();
        state.flag("has_best", &mut has_best);
        if has_best {
            let (mut value, mut x) = self.best.take().unwrap_or_default();
            state.number("best_value", &mut value);
            state.vector("best", &mut x);
            self.best = Some((value, x));
        }
        state.part("method");
        self.method.state(state);
    }

    /// Everything that is needed to go on later.
    pub fn snapshot(&mut self) -> State {
        let mut state = State::new();
        self.state(&mut state);
        state
    }

    /// |g| and max |g_i| over the variables that no bound holds back.
    pub fn slopes(&self) -> (f64, f64) {
        let most = self.bounds.projected_norm(&self.at.x, &self.at.gradient);
        if self.bounds.are_none() {
            return (norm(&self.at.gradient), most);
        }
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
            self.start_value = self.at.value;
            self.start_slope = self.slopes().1;
            self.lowest = self.at.value;
            let (value, slope) = (self.start_value, self.start_slope);
            if !value.is_finite() || !slope.is_finite() {
                self.tell(watch)?;
                let what = if value.is_finite() { "gradient" } else { "value" };
                let message = format!("at the start the {what} is no finite number; choose another start");
                return Ok(Stop { criterion: Criterion::Diverged, value, threshold: f64::NAN, message });
            }
            self.method.init(&self.at);
            self.tell(watch)?;
        }
        loop {
            let stop = match self.asked() {
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
                let message = settled(criterion, value, threshold);
                return Ok(Some(Stop { criterion, value, threshold, message }));
            }
            Step::Stuck { why } => {
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

    /// Whether values or coordinates have left every bound.
    fn exploded(&mut self) -> Result<Option<Stop>, EvaluationError> {
        let value = self.at.value;
        let scale = larger(self.start_value.abs(), self.start_value - self.lowest);
        let risen = value - self.start_value > EXPLODED * scale && self.slopes().1 > EXPLODED.sqrt() * self.start_slope;
        if risen {
            return self.diverged("f has grown without bound", value).map(Some);
        }
        // an unbounded f has fallen by more than any slope and size at the start explain
        let expected = larger(self.start_value.abs(), self.start_slope * larger(norm_inf(&self.start), 1.0));
        if self.start_value - value > FALLEN * expected || norm_inf(&self.at.x) > BEYOND {
            let message = format!(
                "diverged at iteration {}: f has fallen to {} without end; it has no minimum this way",
                self.at.k,
                brief(value)
            );
            let stop = Stop { criterion: Criterion::Diverged, value, threshold: f64::NAN, message };
            return Ok(Some(stop));
        }
        Ok(None)
    }

    fn diverged(&mut self, what: &str, value: f64) -> Result<Stop, EvaluationError> {
        let mut message = format!("diverged at iteration {}: {what}", self.at.k + u64::from(!value.is_finite()));
        let all: Vec<usize> = (0..self.start.len()).collect();
        let start = std::mem::take(&mut self.start);
        let at_start = {
            // differences of a program's answers would be taken where nothing is to be found
            let offers = self.objective.offers();
            let exact = offers.hessian || offers.hessian_vector;
            if exact { curvature(self.objective.uncounted(), &start, &all, &self.bounds, self.seed)? } else { None }
        };
        self.start = start;
        if let Some(found) = at_start
            && found.largest() > 0.0
            && self.entry.options.contains(&"learning_rate")
        {
            let bound = 2.0 / found.largest();
            message.push_str(&format!(
                "; the largest curvature at the start is {}: plain descent needs a rate below 2/L = {}",
                brief(found.largest()),
                brief(bound)
            ));
        }
        Ok(Stop { criterion: Criterion::Diverged, value, threshold: f64::NAN, message })
    }

    /// The stop rules, in their order.
    fn asked(&self) -> Option<Stop> {
        let Rules { gtol, ftol, xtol, target, max_iterations, max_evaluations, max_seconds } = self.rules;
        let (f, k) = (self.at.value, self.at.k);
        let stop = |criterion, value, threshold, message| Some(Stop { criterion, value, threshold, message });
        if let Some(target) = target
            && f <= target
        {
            return stop(
                Criterion::Target,
                f,
                target,
                format!("f = {} has reached the target {}", brief(f), brief(target)),
            );
        }
        let (_, slope) = self.slopes();
        let sampled = self.batches.is_some();
        match gtol {
            _ if sampled => {}
            Some(gtol) if slope <= gtol => {
                let message =
                    format!("the largest partial derivative, {}, is at most gtol = {}", brief(slope), brief(gtol));
                return stop(Criterion::Gtol, slope, gtol, message);
            }
            None if slope == 0.0 => {
                return stop(Criterion::Gtol, 0.0, 0.0, "the gradient is exactly 0".to_string());
            }
            None if !self.entry.settles => {
                let threshold = Rules::DEFAULT_GTOL * self.start_slope;
                let small = self.decrease.abs() <= Rules::DEFAULT_DECREASE * f.abs()
                    || self.decrease.abs() <= Rules::DEFAULT_RANGE * (self.start_value - f).abs();
                if slope <= threshold && small {
                    let message = format!(
                        "the largest partial derivative, {}, is at most {} of the first one, {}, and f hardly falls",
                        brief(slope),
                        brief(Rules::DEFAULT_GTOL),
                        brief(self.start_slope)
                    );
                    return stop(Criterion::Gtol, slope, threshold, message);
                }
            }
            _ => {}
        }
        if k > 0 && !sampled {
            if let Some(ftol) = ftol {
                let threshold = ftol * larger(f.abs(), (f + self.decrease).abs());
                if self.decrease >= 0.0 && self.decrease <= threshold {
                    let d = self.decrease;
                    return stop(
                        Criterion::Ftol,
                        d,
                        threshold,
                        format!("the last step lowered f by {}, at most {}", brief(d), brief(threshold)),
                    );
                }
            }
            if let Some(xtol) = xtol {
                let threshold = xtol * (xtol + norm(&self.at.x));
                if self.step_norm <= threshold {
                    let s = self.step_norm;
                    return stop(
                        Criterion::Xtol,
                        s,
                        threshold,
                        format!("the last step had length {}, at most {}", brief(s), brief(threshold)),
                    );
                }
            }
        }
        if k >= max_iterations {
            let message = format!("the {max_iterations} iterations ran out");
            return stop(Criterion::MaxIterations, k as f64, max_iterations as f64, message);
        }
        let used = self.objective.count.value;
        if let Some(most) = max_evaluations
            && used >= most
        {
            let message = format!("the {most} evaluations ran out");
            return stop(Criterion::MaxEvaluations, used as f64, most as f64, message);
        }
        if let Some(most) = max_seconds
            && self.begun.elapsed().as_secs_f64() >= most
        {
            let message = format!("the {most} seconds ran out");
            return stop(Criterion::MaxSeconds, most, most, message);
        }
        None
    }

    /// Looks at the curvature of a stationary point, and goes down along negative curvature unless the method is plain first
    /// order. True if it has gone.
    fn leave_saddle(&mut self) -> Result<bool, EvaluationError> {
        if !self.look {
            return Ok(false);
        }
        let free = self.free();
        self.end = curvature(self.objective.uncounted(), &self.at.x, &free, &self.bounds, self.seed)?;
        if self.entry.first_order || self.saddles >= MOST_SADDLES {
            return Ok(false);
        }
        let Some(Curvature { downhill: Some(direction), .. }) = &self.end else { return Ok(false) };
        let direction = direction.clone();
        let size = larger(norm(&self.at.x), 1.0);
        // the largest step of these that lowers f; curvature alone promises a decrease for short ones
        for length in [1.0, 0.1, 1e-2, 1e-3, 1e-4, 1e-6] {
            for sign in [1.0, -1.0] {
                super::vector::along(&self.at.x, sign * length * size, &direction, &mut self.next.x);
                self.bounds.project(&mut self.next.x);
                self.evaluate(Which::Next)?;
                let finite = self.next.value.is_finite() && norm_inf(&self.next.gradient).is_finite();
                if finite && self.next.value < self.at.value {
                    self.saddles += 1;
                    self.next.k = self.at.k + 1;
                    self.rate = length * size;
                    self.step_norm = distance(&self.next.x, &self.at.x);
                    self.accept(false);
                    self.method.init(&self.at);
                    self.end = None;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

fn settled(criterion: Criterion, value: f64, threshold: f64) -> String {
    match criterion {
        Criterion::Gtol => format!(
            "the residuals are orthogonal to the Jacobian's columns: the largest cosine is {}, at most {}",
            brief(value),
            brief(threshold)
        ),
        Criterion::Xtol => format!("steps are shorter than {} of the point: {}", brief(threshold), brief(value)),
        _ => format!(
            "no step can lower f by more than rounding: {} of it is promised, at most {}",
            brief(value),
            brief(threshold)
        ),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Start,
    Next,
}
