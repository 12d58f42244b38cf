//! Two classes, 0 and 1, or shares between them.

use super::Family;
use super::link::{CLOGLOG, LOGIT, PROBIT};
use crate::numeric::elementary::ln;

pub(super) static ENTRY: Family = Family {
    name: "logistic",
    doc: "Two classes: binomial, links logit, probit, cloglog.",
    links: &[&LOGIT, &PROBIT, &CLOGLOG],
    covers: |y| (0.0..=1.0).contains(&y),
    wanted: "0 or 1, or a share between them",
    mean_inside: |mu, rest| mu > 0.0 && rest > 0.0,
    variance: |mu, rest| mu * rest,
    deviance: |y, mu, rest| {
        let part = |y: f64, m: f64| if y == 0.0 { 0.0 } else { y * (ln(y) - ln(m)) };
        2.0 * (part(y, mu) + part(1.0 - y, rest))
    },
    log_likelihood: |y, mu, rest, w, _| {
        let part = |y: f64, m: f64| if y == 0.0 { 0.0 } else { y * ln(m) };
        w * (part(y, mu) + part(1.0 - y, rest))
    },
    start: |y, _| 0.25 + 0.5 * y,
    dispersion_is_one: true,
};
