//! The course of a learning rate over the iterations.

use crate::numeric::elementary::{cos, pow};

/// How a learning rate changes. k counts iterations from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Course {
    /// rate
    #[default]
    Constant,
    /// rate * decay^floor(k / every)
    Step,
    /// rate * decay^(k / every)
    Exponential,
    /// last + (rate - last) (1 + cos(pi min(k, every) / every)) / 2
    Cosine,
    /// rate / (1 + decay k / every)
    Inverse,
}

/// A learning rate as a function of the iteration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// The rate that it begins with, after warm-up.
    pub rate: f64,
    /// Its course.
    pub course: Course,
    /// The factor of a step, or the strength of 1/t.
    pub decay: f64,
    /// Iterations a step takes, or the whole cosine.
    pub every: f64,
    /// The rate that a cosine ends with.
    pub last: f64,
    /// Iterations over which the rate rises from 0, evenly: rate (k + 1) / (warmup + 1) for k < warmup. The course begins after it.
    pub warmup: u64,
}

impl Schedule {
    /// The same rate for ever.
    pub fn constant(rate: f64) -> Self {
        Schedule { rate, course: Course::Constant, decay: 0.5, every: 1.0, last: 0.0, warmup: 0 }
    }

    /// The rate of the step from iterate k to k + 1.
    pub fn at(&self, k: u64) -> f64 {
        if k < self.warmup {
            return self.rate * (k + 1) as f64 / (self.warmup + 1) as f64;
        }
        let k = (k - self.warmup) as f64;
        let part = k / self.every;
        match self.course {
            Course::Constant => self.rate,
            Course::Step => self.rate * pow(self.decay, part.floor()),
            Course::Exponential => self.rate * pow(self.decay, part),
            Course::Cosine => {
                let part = if part < 1.0 { part } else { 1.0 };
                self.last + (self.rate - self.last) * (1.0 + cos(std::f64::consts::PI * part)) / 2.0
            }
            Course::Inverse => self.rate / (1.0 + self.decay * part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courses_by_their_formulas() {
        let s = |course| Schedule { course, every: 10.0, ..Schedule::constant(0.8) };
        let at = |course, k| s(course).at(k);
        assert_eq!((at(Course::Constant, 0), at(Course::Constant, 99)), (0.8, 0.8));
        assert_eq!((at(Course::Step, 9), at(Course::Step, 10), at(Course::Step, 20)), (0.8, 0.4, 0.2));
        assert!((at(Course::Exponential, 5) - 0.8 * 0.5f64.sqrt()).abs() < 1e-15);
        assert_eq!((at(Course::Cosine, 0), at(Course::Cosine, 10), at(Course::Cosine, 50)), (0.8, 0.0, 0.0));
        assert!((at(Course::Cosine, 5) - 0.4).abs() < 1e-15);
        assert_eq!(at(Course::Inverse, 20), 0.4);
    }

    #[test]
    fn warm_up_rises_evenly_and_then_the_course_begins() {
        let s = Schedule { warmup: 3, course: Course::Step, every: 2.0, ..Schedule::constant(0.8) };
        let rates: Vec<f64> = (0..7).map(|k| s.at(k)).collect();
        assert_eq!(rates, [0.2, 0.4, 0.8 * 3.0 / 4.0, 0.8, 0.8, 0.4, 0.4]);
    }
}
