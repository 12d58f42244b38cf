//! Error against step: what theory says of difference quotients, seen.
//!
//! For h = 1e-1 to 1e-15 the gradient by four schemes, each by its relative error against the exact one. The observed order is
//! read where truncation rules: at steps so large that rounding cannot be seen, halved until it nearly can.

use super::batch::{Along, Evaluate, Points, Probe, Round};
use super::compare::relative_error_of_norms;
use crate::error::Located;
use crate::numeric::elementary::{log2, pow};

/// A scheme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheme {
    /// As in the header of the table.
    pub name: &'static str,
    /// The power of h in its truncation error.
    pub order: i32,
    /// f is needed at x + these h.
    offsets: &'static [f64],
    /// The weights of those values, to be divided by h.
    weights: &'static [f64],
}

/// The schemes.
pub const SCHEMES: [Scheme; 4] = [
    Scheme { name: "forward", order: 1, offsets: &[0.0, 1.0], weights: &[-1.0, 1.0] },
    Scheme { name: "centered", order: 2, offsets: &[-1.0, 1.0], weights: &[-0.5, 0.5] },
    Scheme {
        name: "five_point",
        order: 4,
        offsets: &[-2.0, -1.0, 1.0, 2.0],
        weights: &[1.0 / 12.0, -8.0 / 12.0, 8.0 / 12.0, -1.0 / 12.0],
    },
    // two steps of Richardson's from centred differences with h, h/2, h/4: (64 D(h/4) - 20 D(h/2) + D(h))/45
    Scheme {
        name: "richardson",
        order: 6,
        offsets: &[-1.0, -0.5, -0.25, 0.25, 0.5, 1.0],
        weights: &[-0.5 / 45.0, 20.0 / 45.0, -128.0 / 45.0, 128.0 / 45.0, -20.0 / 45.0, 0.5 / 45.0],
    },
];

/// A scheme's course.
#[derive(Clone, Debug)]
pub struct Course {
    /// The scheme.
    pub scheme: Scheme,
    /// p where the error was seen to fall like h^p; `None` where it never stood clear of the rounding.
    pub observed_order: Option<f64>,
    /// The step with the smallest error among all that were tried.
    pub best_h: f64,
    /// That error.
    pub best_error: f64,
    /// eps^(1/(order + 1)): where truncation and rounding are equal if f and its derivatives are about 1.
    pub theory_h: f64,
}

/// A table of errors.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The steps: 1e-1 to 1e-15.
    pub h: Vec<f64>,
    /// `[steps][schemes]`
    pub errors: Vec<[f64; 4]>,
    /// `[schemes]`
    pub courses: Vec<Course>,
    /// Values of f.
    pub evaluations: u64,
}

/// Halvings for the observed order, from 1/2 down.
const HALVINGS: i32 = 40;

/// Sweeps the gradient of the first function by `coordinates` at `x`; `exact`: what it is, `[coordinates]`.
pub fn sweep(of: &mut dyn Evaluate, x: &[f64], coordinates: &[usize], exact: &[f64]) -> Result<Sweep, Located> {
    let decades: Vec<f64> = (1..=15).map(|k| format!("1e-{k}").parse().unwrap_or(f64::NAN)).collect();
    let halvings: Vec<f64> = (1..=HALVINGS).map(|k| pow(2.0, f64::from(-k))).collect();
    let steps: Vec<f64> = decades.iter().chain(&halvings).copied().collect();
    let points = Points { at: vec![x.to_vec()], directions: Vec::new() };
    let mut probes = Vec::new();
    for &h in &steps {
        for &i in coordinates {
            let all = SCHEMES.iter().flat_map(|s| s.offsets);
            probes.extend(all.map(|o| Probe { base: 0, along: Along::Axis(i), to: x[i] + o * h }));
        }
    }
    let evaluations = probes.len() as u64;
    let answers = of.round(&Round { points: &points, probes, gradients: Vec::new() })?;
    let m = answers.functions.max(1);
    let mut values = answers.values.iter().step_by(m);
    let mut errors = Vec::new();
    for &h in &steps {
        let mut gradients: [Vec<f64>; 4] = Default::default();
        for _ in coordinates {
            for (scheme, gradient) in SCHEMES.iter().zip(&mut gradients) {
                let sum: f64 = scheme.weights.iter().map(|w| w * values.next().copied().unwrap_or(f64::NAN)).sum();
                gradient.push(sum / h);
            }
        }
        errors.push(gradients.map(|g| relative_error_of_norms(&g, exact)));
    }
    let courses = (0..SCHEMES.len()).map(|s| course(s, &steps, &errors, decades.len())).collect();
    errors.truncate(decades.len());
    Ok(Sweep { h: decades, errors, courses, evaluations })
}

fn course(s: usize, steps: &[f64], errors: &[[f64; 4]], decades: usize) -> Course {
    let scheme = SCHEMES[s];
    let finite = (0..steps.len()).filter(|&k| errors[k][s].is_finite());
    let best = finite.min_by(|&a, &b| errors[a][s].total_cmp(&errors[b][s])).unwrap_or(0);
    let best_error = errors[best][s];
    let halved: Vec<(f64, f64)> = (decades..steps.len()).map(|k| (steps[k], errors[k][s])).collect();
    // rounding's share of the error, were it as large as eps/h makes it
    let clear = |h: f64, e: f64| e > 50.0 * f64::EPSILON / h && e > 50.0 * best_error;
    let pair = halved.windows(2).rev().find(|w| clear(w[1].0, w[1].1) && w[0].1 > w[1].1);
    let observed_order = pair.map(|w| log2(w[0].1 / w[1].1));
    let theory_h = pow(f64::EPSILON, 1.0 / f64::from(scheme.order + 1));
    Course { scheme, observed_order, best_h: steps[best], best_error, theory_h }
}
