//! What is checked, seen from outside: a round of points goes in, values and gradients come out.
//!
//! Rounds are few and large: a program is started once for each. A probe says where it lies relative to a base point, so that
//! a round over 10^6 coordinates takes no memory.

use crate::error::Located;

/// The base points and the directions that probes leave them in.
#[derive(Clone, Debug, Default)]
pub struct Points {
    /// `[points][n]`
    pub at: Vec<Vec<f64>>,
    /// `[directions][n]`
    pub directions: Vec<Vec<f64>>,
}

/// The way from a base point to a probe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Along {
    /// The base point itself.
    Here,
    /// One coordinate, by its index; the rest stays.
    Axis(usize),
    /// A direction, by its index in [`Points::directions`].
    Direction(usize),
    /// The entries `from..to` of a direction.
    Part {
        /// Its index.
        direction: usize,
        /// The first entry that moves.
        from: usize,
        /// One past the last.
        to: usize,
    },
}

/// A point to evaluate at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// Its base point, by index.
    pub base: usize,
    /// The way.
    pub along: Along,
    /// On an axis: the coordinate's new value. Along a direction d: the t of x + t d.
    pub to: f64,
}

/// What is asked at once.
#[derive(Debug)]
pub struct Round<'a> {
    /// What probes are relative to.
    pub points: &'a Points,
    /// Where values are wanted.
    pub probes: Vec<Probe>,
    /// Base points at which the claimed gradient is wanted.
    pub gradients: Vec<usize>,
}

/// What comes back.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The number of functions, m: 1, or that of a Jacobian's rows.
    pub functions: usize,
    /// `[probes][m]`; NaN where undefined.
    pub values: Vec<f64>,
    /// `[gradients][m][n]`, flat; empty where nothing was asked for.
    pub gradients: Vec<Vec<f64>>,
}

/// A function R^n -> R^m that answers in rounds.
pub trait Evaluate {
    /// n
    fn dimension(&self) -> usize;
    /// Answers a round. An error ends the check: what is undefined is NaN and no error.
    fn round(&mut self, round: &Round<'_>) -> Result<Answers, Located>;
    /// Whether another round may follow the first; a file of values has no more to say.
    fn answers_again(&self) -> bool {
        true
    }
}

impl Points {
    /// Puts the probe's coordinates into `x`: `[n]`.
    pub fn place(&self, probe: &Probe, x: &mut Vec<f64>) {
        x.clear();
        x.extend_from_slice(&self.at[probe.base]);
        match probe.along {
            Along::Here => {}
            Along::Axis(i) => x[i] = probe.to,
            Along::Direction(k) => {
                for (x, d) in x.iter_mut().zip(&self.directions[k]) {
                    *x += probe.to * d;
                }
            }
            Along::Part { direction, from, to } => {
                for (x, d) in x[from..to].iter_mut().zip(&self.directions[direction][from..to]) {
                    *x += probe.to * d;
                }
            }
        }
    }
}
