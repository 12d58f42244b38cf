//! Fading means of gradients and of their squares, both begun at 0 and corrected for it: what adam and its kin share.

use super::settings::Settings;
use super::state::State;
use super::vector::update;
use crate::numeric::elementary::pow;

/// The two means.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    beta1: f64,
    beta2: f64,
    /// How many gradients they hold.
    count: u64,
    /// Mean of gradients: \[n\].
    pub first: Vec<f64>,
    /// Mean of squares: \[n\].
    pub second: Vec<f64>,
}

impl Moments {
    /// Of nothing yet.
    pub fn new(settings: &Settings) -> Self {
        Moments { beta1: settings.beta1, beta2: settings.beta2, ..Moments::default() }
    }

    /// Forgets everything; n variables.
    pub fn clear(&mut self, n: usize) {
        self.count = 0;
        self.first = vec![0.0; n];
        self.second = vec![0.0; n];
    }

    /// Takes in a gradient: \[n\].
    pub fn add(&mut self, gradient: &[f64]) {
        let (b1, b2) = (self.beta1, self.beta2);
        update(&mut self.first, gradient, |m, g| b1 * m + (1.0 - b1) * g);
        update(&mut self.second, gradient, |v, g| b2 * v + (1.0 - b2) * g * g);
        self.count += 1;
    }

    /// What the means are divided by: 1 - beta^count.
    pub fn corrections(&self) -> (f64, f64) {
        let count = self.count as f64;
        (1.0 - pow(self.beta1, count), 1.0 - pow(self.beta2, count))
    }

    /// Saves or loads.
    pub fn state(&mut self, state: &mut State) {
        state.count("moments.count", &mut self.count);
        state.vector("moments.first", &mut self.first);
        state.vector("moments.second", &mut self.second);
    }
}

/// The adapted gradient m / (sqrt(v) + epsilon) with both means corrected; 0 where the mean is 0, so that a variable whose partial
/// was always 0 does not move.
pub fn adapted(m: f64, v: f64, corrections: (f64, f64), epsilon: f64) -> f64 {
    if m == 0.0 { 0.0 } else { (m / corrections.0) / ((v / corrections.1).sqrt() + epsilon) }
}
