//! The numbers that methods work with. One struct for all; an entry lists which it reads.

use super::schedule::Schedule;

/// How gradient descent chooses its step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// The learning rate and its schedule.
    Scheduled,
    /// Backtracking until f falls enough. Armijo 1966.
    #[default]
    Armijo,
    /// From the last change of the gradient. Barzilai and Borwein 1988.
    BarzilaiBorwein,
}

/// How much of the Fisher information natural gradient uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fisher {
    /// The matrix.
    #[default]
    Full,
    /// Its diagonal.
    Diagonal,
}

/// Settings with their defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The learning rate's course.
    pub schedule: Schedule,
    /// Gradient descent's rule.
    pub rule: Rule,
    /// The part of the last step that is kept, in [0, 1).
    pub momentum: f64,
    /// Decay of the mean of gradients, in [0, 1).
    pub beta1: f64,
    /// Decay of the mean of squared gradients, in [0, 1).
    pub beta2: f64,
    /// Added to roots that are divided by.
    pub epsilon: f64,
    /// How strongly variables are pulled to 0, beside the gradient.
    pub weight_decay: f64,
    /// Pairs that lbfgs remembers.
    pub memory: usize,
    /// First trust radius; unset: from the point.
    pub radius: Option<f64>,
    /// Which part of the Fisher information.
    pub fisher: Fisher,
    /// Added to the Fisher information's diagonal, times its largest entry.
    pub damping: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            schedule: Schedule::constant(0.1),
            rule: Rule::Armijo,
            momentum: 0.9,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            memory: 10,
            radius: None,
            fisher: Fisher::Full,
            damping: 0.0,
        }
    }
}
