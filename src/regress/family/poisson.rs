//! Counts.

use super::Family;
use super::link::{IDENTITY, LOG};
use crate::numeric::elementary::{lgamma, ln};

pub(super) static ENTRY: Family = Family {
    name: "poisson",
    doc: "Counts: Poisson, links log, identity.",
    links: &[&LOG, &IDENTITY],
    covers: |y| y >= 0.0,
    wanted: "a count, 0 or more",
    mean_inside: |mu, _| mu > 0.0,
    variance: |mu, _| mu,
    deviance: |y, mu, _| 2.0 * (if y == 0.0 { 0.0 } else { y * (ln(y) - ln(mu)) } - (y - mu)),
    log_likelihood: |y, mu, _, w, _| w * (if y == 0.0 { 0.0 } else { y * ln(mu) } - mu - lgamma(y + 1.0)),
    start: |y, mean| 0.5 * (y + mean),
    dispersion_is_one: true,
};
