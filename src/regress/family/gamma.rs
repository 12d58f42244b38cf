//! Positive numbers whose standard deviation is a constant part of their mean.

use super::Family;
use super::link::{IDENTITY, INVERSE, LOG};
use crate::numeric::elementary::{lgamma, ln};

pub(super) static ENTRY: Family = Family {
    name: "gamma",
    doc: "Positive numbers with a constant coefficient of variation: gamma, links log, inverse, identity.",
    links: &[&LOG, &INVERSE, &IDENTITY],
    covers: |y| y > 0.0,
    wanted: "a number above 0",
    mean_inside: |mu, _| mu > 0.0,
    variance: |mu, _| mu * mu,
    deviance: |y, mu, _| {
        let r = y / mu;
        2.0 * (r - 1.0 - ln(r))
    },
    // shape w/phi, mean mu
    log_likelihood: |y, mu, _, w, phi| {
        if w == 0.0 {
            return 0.0;
        }
        let k = w / phi;
        k * ln(k * y / mu) - k * y / mu - ln(y) - lgamma(k)
    },
    start: |y, _| y,
    dispersion_is_one: false,
};
