//! What a method of descent is. The driver owns everything else: stopping, the trace, checkpoints, counting.

use super::bounds::Bounds;
use super::settings::Settings;
use super::state::State;
use super::stop::Criterion;
use crate::objective::{Counted, EvaluationError};

/// A point with what is known there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Iterate {
    /// How many steps were accepted before.
    pub k: u64,
    /// \[n\]
    pub x: Vec<f64>,
    /// f(x)
    pub value: f64,
    /// \[n\]
    pub gradient: Vec<f64>,
}

impl Iterate {
    /// Storage for n variables.
    pub fn new(n: usize) -> Self {
        Iterate { k: 0, x: vec![0.0; n], value: 0.0, gradient: vec![0.0; n] }
    }
}

/// What a method finds around it.
pub struct Around<'a, 'o> {
    /// To evaluate; counted.
    pub objective: &'a mut Counted<'o>,
    /// The box.
    pub bounds: &'a Bounds,
    /// To be set by the method: its learning rate, step length or damping, for the trace.
    pub rate: f64,
    /// To be set by the method: updates that were skipped for want of curvature.
    pub skipped: u64,
}

/// What a method proposes.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `next.x` is the candidate; the driver projects it into the box and evaluates it.
    To,
    /// `next` is complete: a point inside the box with value and gradient.
    Done,
    /// By the method's own measure this is the end, and a good one.
    Settled {
        /// The measure.
        criterion: Criterion,
        /// What it gives.
        value: f64,
        /// What was to be reached.
        threshold: f64,
    },
    /// No step makes progress.
    Stuck {
        /// A clause: "no step along the direction lowers f".
        why: &'static str,
    },
}

/// A method. Sizes are those of the iterates.
pub trait Method {
    /// Begins, or begins anew, at an iterate.
    fn init(&mut self, at: &Iterate);
    /// Proposes a step from `at`, written into `next.x` or, evaluated, into all of `next`.
    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError>;
    /// Sees the step that was accepted.
    fn learn(&mut self, from: &Iterate, to: &Iterate, around: &mut Around) {
        let _ = (from, to, around);
    }
    /// Saves or loads everything it remembers.
    fn state(&mut self, state: &mut State);
}

/// What a method asks of the objective, beside its gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Gradient,
    /// Hessian-vector products.
    HessianVector,
    /// The whole Hessian: few variables.
    Hessian,
    /// Residuals with their Jacobian.
    Residuals,
    /// The Fisher information.
    Fisher,
}

impl Needs {
    /// Whether an objective has it.
    pub fn met_by(self, offers: &crate::objective::Offers) -> bool {
        match self {
            Needs::Gradient => true,
            Needs::HessianVector => offers.hessian_vector,
            Needs::Hessian => offers.hessian,
            Needs::Residuals => offers.residuals.is_some(),
            Needs::Fisher => offers.fisher,
        }
    }

    /// What that is, in words.
    pub fn word(self) -> &'static str {
        match self {
            Needs::Gradient => "a gradient",
            Needs::HessianVector => "Hessian-vector products",
            Needs::Hessian => "the Hessian of a formula in few variables",
            Needs::Residuals => "residuals: `residual` over [data], or a formula that is a sum of squares",
            Needs::Fisher => "a Fisher information: a likelihood, residuals or a loss over [data]",
        }
    }
}

/// Two steps worked by hand from the paper, on f = x^2 + 4 y^2 (gradient (2x, 8y)) from (1, 0.5), where nothing else is said.
#[derive(Clone, Copy, Debug)]
pub struct FirstSteps {
    /// Changes the settings from their defaults to those of the example.
    pub settings: fn(&mut Settings),
    /// The first two iterates after the start.
    pub iterates: [[f64; 2]; 2],
    /// How far rounding, or a line search's tolerance, may carry from them.
    pub tolerance: f64,
    /// How the numbers come about.
    pub work: &'static str,
}

/// A line of the registry.
pub struct Entry {
    /// As typed.
    pub name: &'static str,
    /// One line.
    pub doc: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What it asks of the objective.
    pub needs: Needs,
    /// The settings that it reads.
    pub options: &'static [&'static str],
    /// Plain first order: it stays at a saddle it converged to. Others leave it along negative curvature.
    pub first_order: bool,
    /// It has a measure of its own for the end, and the default rule of the gradient is not asked.
    pub settles: bool,
    /// Whether a step may be taken with the gradient of some rows.
    pub stochastic: bool,
    /// The most iterations, where nobody says a number.
    pub max_iterations: u64,
    /// What its settings begin with, where that is not the common default.
    pub defaults: fn(&mut Settings),
    /// Makes one.
    pub new: fn(&Settings) -> Box<dyn Method>,
    /// Two steps by hand.
    pub first_steps: FirstSteps,
    /// Settings under which it solves the problems of the common test, and the most evaluations it may take.
    pub proof: (fn(&mut Settings), u64),
}
