//! The best linear approximation f(a) + grad f(a) . d, its true error, and the order in which the error shrinks.
//!
//! Uses `near` and `numeric`. Where f is smooth the error is of second order (third for the quadratic approximation):
//! halving d divides it by 4 (by 8). Steps so small that rounding rules are left out of the observed order.

use super::near::Near;
use crate::numeric::elementary::{exp2, log2};
use crate::numeric::sum::dot;
use crate::objective::Formula;

/// An approximation at one displacement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The displacement is d/2^k.
    pub k: u32,
    /// f(a + d/2^k).
    pub value: f64,
    /// The approximation there.
    pub approximation: f64,
    /// value - approximation.
    pub error: f64,
    /// What rounding can have done to the error.
    pub noise: f64,
    /// log2 of the error before over this one, where neither is noise.
    pub order: Option<f64>,
}

/// Approximations along d, d/2, d/4, ...
#[derive(Clone, Debug, PartialEq)]
pub struct Approximation {
    /// The rows whose error is above its noise, and the first, whatever it is: `steps[0]` is at d itself.
    pub steps: Vec<Step>,
    /// The order in which the error shrinks; `None` where it is rounding from the start.
    pub order: Option<f64>,
    /// How many of the smaller steps were left out because rounding rules there.
    pub left_out: u32,
}

/// Halvings that are tried.
const HALVINGS: u32 = 24;
/// An error counts where it is so many times its noise.
const SIGNIFICANT: f64 = 32.0;

/// The approximation value + gradient . d (+ d H d / 2 where the Hessian is given) at `d` and its halves.
///
/// `gradient`: \[n\], `hessian`: \[n, n\], at the point given by all graph inputs.
pub fn approximate(
    f: &Formula,
    inputs: &[f64],
    value: f64,
    gradient: &[f64],
    hessian: Option<&[Vec<f64>]>,
    d: &[f64],
) -> Approximation {
    let mut near = Near::new(f, inputs);
    let here = near.at(&vec![0.0; d.len()]);
    let mut steps: Vec<Step> = Vec::new();
    let mut left_out = 0;
    let mut scale = 1.0;
    for k in 0..=HALVINGS {
        let small: Vec<f64> = d.iter().map(|x| x * scale).collect();
        scale *= 0.5;
        let there = near.at(&small);
        let moved = &there.displacement;
        let linear = dot(gradient, moved);
        let quadratic =
            hessian.map_or(0.0, |h| 0.5 * h.iter().zip(moved).map(|(row, x)| x * dot(row, moved)).sum::<f64>());
        let approximation = value + (linear + quadratic);
        // f(a + d) - f(a) first: both are near each other, and the rest is small
        let error = (there.value - value) - (linear + quadratic);
        let terms: f64 = gradient.iter().zip(moved).map(|(g, x)| (g * x).abs()).sum();
        let noise = there.noise + here.noise + 4.0 * f64::EPSILON * terms;
        let significant = error.abs() > SIGNIFICANT * noise;
        if k > 0 && !significant {
            left_out = HALVINGS + 1 - k;
            break;
        }
        let before = steps.last().filter(|s| s.error.abs() > SIGNIFICANT * s.noise);
        let order = before.filter(|_| significant).map(|s| log2((s.error / error).abs()));
        steps.push(Step { k, value: there.value, approximation, error, noise, order });
        if !there.value.is_finite() && k > 0 {
            break;
        }
    }
    let order = observed_order(&steps);
    Approximation { steps, order, left_out }
}

/// The order of the pair that tells most: small steps are nearer to the limit, but noisier.
fn observed_order(steps: &[Step]) -> Option<f64> {
    let mut best: Option<(f64, f64)> = None;
    for pair in steps.windows(2) {
        let Some(order) = pair[1].order else { continue };
        // what noise can do to log2 of the ratio, and how far the order is still drifting
        let blur = 2.0 * (pair[0].noise / pair[0].error.abs() + pair[1].noise / pair[1].error.abs());
        let drift = f64::from(pair[1].k).recip() * 1e-3 + exp2(-f64::from(pair[1].k));
        let doubt = blur + drift;
        if best.is_none_or(|(least, _)| doubt < least) {
            best = Some((doubt, order));
        }
    }
    best.map(|(_, order)| order)
}
