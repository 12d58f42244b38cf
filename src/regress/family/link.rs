//! Links: how the mean depends on the linear predictor eta.

use crate::numeric::elementary::{erfc, exp, expm1, ln, log1p, sigmoid};
use std::f64::consts::{PI, SQRT_2};

/// A link.
pub struct Link {
    /// As `--link` says it.
    pub name: &'static str,
    /// Whether its mean is a probability, so that 1 - mean means something.
    pub probability: bool,
    /// eta from the mean.
    pub predictor: fn(mu: f64, rest: f64) -> f64,
    /// The mean and 1 - mean from eta.
    pub mean: fn(eta: f64) -> (f64, f64),
    /// d mean / d eta.
    pub slope: fn(eta: f64, mu: f64, rest: f64) -> f64,
    /// For probabilities: both logarithms and their slopes, straight from eta.
    pub sides: Option<fn(eta: f64) -> Sides>,
    /// For probabilities: what rows with targets 0 and 1 add, a block at a time.
    pub block: Option<Block>,
}

/// Of targets, predictors and weights (none: all 1): the sums of the deviance and of Pearson's squares; what each row adds to the
/// score and to the information goes into the others. `None`: row by row.
pub type Block = fn(rows: [&[f64]; 3], pull: &mut [f64], information: &mut [f64]) -> Option<(f64, f64)>;

/// A probability p and 1 - p by their logarithms: where p rounds to 1, these still have all their digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sides {
    /// ln p.
    pub ln_one: f64,
    /// ln (1 - p).
    pub ln_zero: f64,
    /// d ln p / d eta, 0 or more.
    pub up: f64,
    /// -d ln (1 - p) / d eta, 0 or more.
    pub down: f64,
}

impl Sides {
    /// Of a target `y` in \[0, 1\]: a side that it has no share of may have the probability 0.
    pub fn log_likelihood(&self, y: f64) -> f64 {
        let of = |share: f64, ln_p: f64| if share == 0.0 { 0.0 } else { share * ln_p };
        of(y, self.ln_one) + of(1.0 - y, self.ln_zero)
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All links.
pub static LINKS: &[&Link] = &[&IDENTITY, &LOG, &INVERSE, &LOGIT, &PROBIT, &CLOGLOG];

pub(super) static IDENTITY: Link = Link {
    name: "identity",
    probability: false,
    predictor: |mu, _| mu,
    mean: |eta| (eta, 1.0 - eta),
    slope: |_, _, _| 1.0,
    sides: None,
    block: None,
};

pub(super) static LOG: Link = Link {
    name: "log",
    probability: false,
    predictor: |mu, _| ln(mu),
    mean: |eta| (exp(eta), -expm1(eta)),
    slope: |_, mu, _| mu,
    sides: None,
    block: None,
};

pub(super) static INVERSE: Link = Link {
    name: "inverse",
    probability: false,
    predictor: |mu, _| 1.0 / mu,
    mean: |eta| (1.0 / eta, 1.0 - 1.0 / eta),
    slope: |_, mu, _| -mu * mu,
    sides: None,
    block: None,
};

pub(super) static LOGIT: Link = Link {
    name: "logit",
    probability: true,
    predictor: |mu, rest| ln(mu) - ln(rest),
    mean: |eta| (sigmoid(eta), sigmoid(-eta)),
    slope: |_, mu, rest| mu * rest,
    sides: Some(logit),
    block: Some(super::logit::block),
};

pub(super) static PROBIT: Link = Link {
    name: "probit",
    probability: true,
    predictor: |mu, rest| normal_quantile(mu, rest),
    mean: |eta| (0.5 * erfc(-eta / SQRT_2), 0.5 * erfc(eta / SQRT_2)),
    slope: |eta, _, _| exp(-eta * eta / 2.0) / (2.0 * PI).sqrt(),
    sides: Some(probit),
    block: None,
};

pub(super) static CLOGLOG: Link = Link {
    name: "cloglog",
    probability: true,
    predictor: |mu, rest| ln(if mu < 0.5 { -log1p(-mu) } else { -ln(rest) }),
    mean: |eta| {
        let hazard = exp(eta);
        (-expm1(-hazard), exp(-hazard))
    },
    slope: |eta, _, _| exp(eta - exp(eta)),
    sides: Some(cloglog),
    block: None,
};

#[inline]
fn logit(eta: f64) -> Sides {
    // one exponential of a negative number, one logarithm
    let e = exp(-eta.abs());
    let large = 1.0 / (1.0 + e);
    let (small, ln_large) = (e * large, -log1p(e));
    let ln_small = ln_large - eta.abs();
    match eta < 0.0 {
        true => Sides { ln_one: ln_small, ln_zero: ln_large, up: large, down: small },
        false => Sides { ln_one: ln_large, ln_zero: ln_small, up: small, down: large },
    }
}

fn probit(eta: f64) -> Sides {
    let (ln_one, up) = normal_tail(-eta);
    let (ln_zero, down) = normal_tail(eta);
    Sides { ln_one, ln_zero, up, down }
}

/// ln P(Z > z), and the density over it (the inverse of Mills' ratio).
fn normal_tail(z: f64) -> (f64, f64) {
    const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;
    if z <= 5.0 {
        let ln_tail = if z < -1.0 { log1p(-0.5 * erfc(-z / SQRT_2)) } else { ln(0.5 * erfc(z / SQRT_2)) };
        return (ln_tail, exp(-0.5 * z * z - HALF_LN_2_PI - ln_tail));
    }
    // z + 1/(z + 2/(z + 3/(z + ...))): Abramowitz and Stegun 26.2.14; 60 terms leave e^-100 at 5
    let ratio = z + (1..=60).rev().fold(0.0, |rest, k| f64::from(k) / (z + rest));
    (-0.5 * z * z - HALF_LN_2_PI - ln(ratio), ratio)
}

fn cloglog(eta: f64) -> Sides {
    let hazard = exp(eta);
    // below, 1 - e^-h is h (1 - h/2) to the last digit, and h itself may be 0
    let ln_one = match eta {
        _ if eta < -30.0 => eta - 0.5 * hazard,
        _ if eta < 0.0 => ln(-expm1(-hazard)),
        _ => log1p(-exp(-hazard)),
    };
    let up = if eta < -30.0 { 1.0 - 0.5 * hazard } else { exp(eta - hazard) / -expm1(-hazard) };
    // an infinite slope would make NaN of a weight that is 0
    let (up, down) = if hazard.is_infinite() { (0.0, f64::MAX) } else { (up, hazard) };
    Sides { ln_one, ln_zero: -hazard, up, down }
}

/// The z with P(Z <= z) = `mu`, by bisection on the smaller tail; starting values alone need it.
fn normal_quantile(mu: f64, rest: f64) -> f64 {
    let (tail, sign) = if mu < rest { (mu, -1.0) } else { (rest, 1.0) };
    if !(tail > 0.0) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if 0.5 * erfc(middle / SQRT_2) > tail { low = middle } else { high = middle }
    }
    sign * 0.5 * (low + high)
}
