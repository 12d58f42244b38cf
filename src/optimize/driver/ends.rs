//! Why a run ends: the stop rules in their order, numbers that leave every bound.

use super::{Run, Watch};
use crate::numeric::text::count;
use crate::objective::{EvaluationError, Objective};
use crate::optimize::curvature::curvature;
use crate::optimize::stop::{Criterion, Rules, Stop, brief};
use crate::optimize::vector::{distance, larger, norm, norm_inf};

/// f or the gradient this many times above what was at the start has exploded.
const EXPLODED: f64 = 1e10;
/// A fall of f by this many times what was at the start has no end.
const FALLEN: f64 = 1e25;
/// Coordinates beyond this have left every bound.
const BEYOND: f64 = 1e100;

impl Run<'_> {
    /// Whether values or coordinates have left every bound.
    pub(super) fn exploded(&mut self) -> Result<Option<Stop>, EvaluationError> {
        let value = self.at.value;
        let scale = larger(self.start_value.abs(), self.start_value - self.lowest);
        let risen = value - self.start_value > EXPLODED * scale && self.slopes().1 > EXPLODED.sqrt() * self.start_slope;
        if risen {
            let what = self.rules.word("f has grown without bound", "f has fallen without bound");
            return self.diverged(what, value).map(Some);
        }
        // an unbounded f has fallen by more than any slope and size at the start explain; the vectors are only read where the
        // decrease or the step leave room for that
        let fallen = self.start_value - value;
        let endless = || {
            let expected = larger(self.start_value.abs(), self.start_slope * larger(norm_inf(&self.start), 1.0));
            fallen > FALLEN * expected
        };
        let beyond = self.step_norm > 1e-10 * BEYOND && norm_inf(&self.at.x) > BEYOND;
        if beyond || fallen > FALLEN * self.start_value.abs() && endless() {
            let (fallen, end) = (self.rules.word("fallen", "risen"), self.rules.word("minimum", "maximum"));
            let (k, f) = (self.at.k, self.rules.told(value));
            let message =
                format!("diverged at iteration {k}: f has {fallen} to {f} without end; it has no {end} this way");
            let stop = Stop { criterion: Criterion::Diverged, value, threshold: f64::NAN, message };
            return Ok(Some(stop));
        }
        Ok(None)
    }

    pub(super) fn diverged(&mut self, what: &str, value: f64) -> Result<Stop, EvaluationError> {
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
    pub(super) fn asked(&self) -> Option<Stop> {
        let Rules { gtol, ftol, xtol, target, max_iterations, epochs, max_evaluations, max_seconds, .. } = self.rules;
        let (f, k) = (self.at.value, self.at.k);
        let stop = |criterion, value, threshold, message| Some(Stop { criterion, value, threshold, message });
        if let Some(target) = target
            && f <= target
        {
            return stop(
                Criterion::Target,
                f,
                target,
                format!("f = {} has reached the target {}", self.rules.told(f), self.rules.told(target)),
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
                        "the largest partial derivative, {}, is at most {} of the first one, {}, and f hardly {}",
                        brief(slope),
                        brief(Rules::DEFAULT_GTOL),
                        brief(self.start_slope),
                        self.rules.word("falls", "rises")
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
                        format!(
                            "the last step {} f by {}, at most {}",
                            self.rules.word("lowered", "raised"),
                            brief(d),
                            brief(threshold)
                        ),
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
            let message = match epochs {
                Some(1) => format!(
                    "the epoch is over, {}: what was asked for is done, which is no convergence",
                    count(k, "step")
                ),
                Some(n) => {
                    format!(
                        "the {n} epochs are over, {}: what was asked for is done, which is no convergence",
                        count(k, "step")
                    )
                }
                None => format!("the {} ran out", count(max_iterations, "iteration")),
            };
            return stop(Criterion::MaxIterations, k as f64, max_iterations as f64, message);
        }
        let used = self.objective.count.value;
        if let Some(most) = max_evaluations
            && used >= most
        {
            let message = format!("the {} ran out", count(most, "evaluation"));
            return stop(Criterion::MaxEvaluations, used as f64, most as f64, message);
        }
        if let Some(most) = max_seconds
            && self.begun.elapsed().as_secs_f64() >= most
        {
            let message = format!("the {most} s ran out");
            return stop(Criterion::MaxSeconds, most, most, message);
        }
        None
    }

    /// The end in the middle of a step: the best point that was seen in it counts as one.
    pub(super) fn spent(&mut self, watch: &mut dyn Watch) -> Result<Stop, EvaluationError> {
        if let Some((value, x, gradient)) = self.objective.take_best().filter(|best| best.0 < self.at.value)
            && self.batches.is_none()
        {
            self.next.value = value;
            self.next.x = x;
            self.next.gradient.copy_from_slice(&gradient);
            self.next.k = self.at.k + 1;
            self.step_norm = distance(&self.next.x, &self.at.x);
            self.accept(false);
            self.tell(watch)?;
        }
        // it was interrupted in the middle of things
        self.method.init(&self.at);
        let (used, most) = (self.objective.count.value, self.rules.max_evaluations.unwrap_or(0));
        let message = format!("the {} ran out", count(most, "evaluation"));
        Ok(Stop { criterion: Criterion::MaxEvaluations, value: used as f64, threshold: most as f64, message })
    }

    /// Where steps see some of the rows, a `gtol` is asked at the ends of epochs, of the gradient over all rows: that of a part is
    /// small by chance.
    pub(super) fn whole_gradient(&mut self) -> Result<Option<Stop>, EvaluationError> {
        let (Some(gtol), Some(batches)) = (self.rules.gtol, &self.batches) else { return Ok(None) };
        if self.at.k == 0 || !batches.begins_epoch(self.at.k) {
            return Ok(None);
        }
        let mut gradient = vec![0.0; self.at.x.len()];
        self.objective.value_and_gradient(&self.at.x, &mut gradient)?;
        let slope = self.bounds.projected_norm(&self.at.x, &gradient);
        Ok((slope <= gtol).then(|| {
            let (a, b) = (brief(slope), brief(gtol));
            let message = format!("the largest partial derivative over all rows, {a}, is at most gtol = {b}");
            Stop { criterion: Criterion::Gtol, value: slope, threshold: gtol, message }
        }))
    }
}

/// The sentence of a method's own measure.
pub(super) fn settled(rules: &Rules, criterion: Criterion, value: f64, threshold: f64) -> String {
    match criterion {
        Criterion::Gtol => format!(
            "the residuals are orthogonal to the Jacobian's columns: the largest cosine is {}, at most {}",
            brief(value),
            brief(threshold)
        ),
        Criterion::Xtol => format!("steps are shorter than {} of the point: {}", brief(threshold), brief(value)),
        _ => format!(
            "no step can {} f by more than rounding: {} of it is promised, at most {}",
            rules.word("lower", "raise"),
            brief(value),
            brief(threshold)
        ),
    }
}
