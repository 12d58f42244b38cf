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
};

pub(super) static LOG: Link = Link {
    name: "log",
    probability: false,
    predictor: |mu, _| ln(mu),
    mean: |eta| (exp(eta), -expm1(eta)),
    slope: |_, mu, _| mu,
};

pub(super) static INVERSE: Link = Link {
    name: "inverse",
    probability: false,
    predictor: |mu, _| 1.0 / mu,
    mean: |eta| (1.0 / eta, 1.0 - 1.0 / eta),
    slope: |_, mu, _| -mu * mu,
};

pub(super) static LOGIT: Link = Link {
    name: "logit",
    probability: true,
    predictor: |mu, rest| ln(mu) - ln(rest),
    mean: |eta| (sigmoid(eta), sigmoid(-eta)),
    slope: |_, mu, rest| mu * rest,
};

pub(super) static PROBIT: Link = Link {
    name: "probit",
    probability: true,
    predictor: |mu, rest| normal_quantile(mu, rest),
    mean: |eta| (0.5 * erfc(-eta / SQRT_2), 0.5 * erfc(eta / SQRT_2)),
    slope: |eta, _, _| exp(-eta * eta / 2.0) / (2.0 * PI).sqrt(),
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
};

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
