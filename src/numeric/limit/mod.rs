//! Limits as h -> 0+ from samples q(h), with an honest error: one-sided slopes of anything that can be evaluated. Uses
//! `numeric::elementary`.
//!
//! Three witnesses are heard, and none is believed that a finer sample contradicts:
//!
//! | file | what it knows |
//! | --- | --- |
//! | `table` | Richardson's extrapolation, for whole and fractional powers of h |
//! | `tail` | the samples themselves, for what has no expansion: h sin(1/h) |
//! | `tail` | differences that do not fade: jumps, vertical tangents, h ln h, oscillation |
//! | `noise` | rounding errors that the caller did not know of |

// `!(x >= 0.0)` says what happens to a NaN, which `x < 0.0` does not
#![allow(clippy::neg_cmp_op_on_partial_ord)]

mod noise;
mod slope;
mod table;
mod tail;

pub use slope::{Evaluation, displacements, quotient, slope};

/// One sample of q.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The step, above 0.
    pub h: f64,
    /// q(h); NaN where it is undefined.
    pub q: f64,
    /// A bound for the rounding error of `q`: for a difference quotient about eps |f|/h, more where f cancels inside
    /// (the width of f over an interval evaluation is a sure bound).
    pub noise: f64,
}

/// What is known of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It exists: |limit - value| <= error.
    Converged,
    /// There is no finite limit: q grows (value is inf or -inf) or goes on swinging (value is NaN).
    Diverges,
    /// q is undefined at the smallest steps.
    Undefined,
    /// The samples do not tell; value and error are the best guess, the error possibly infinite.
    Unclear,
}

/// The limit of q(h) as h -> 0+.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The limit as far as it is known.
    pub value: f64,
    /// A bound for |limit - value|, by the evidence of the samples and not a proof; infinite where there is none.
    pub error: f64,
    /// p where q(h) = limit + c h^p + ... was seen (p < 0 where q grows).
    pub order: Option<f64>,
    /// Whether there is a limit.
    pub verdict: Verdict,
}

/// A proposed limit and a bound for its error.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    value: f64,
    error: f64,
}

impl Candidate {
    /// The one with the smaller error; a NaN is never better.
    fn better(self, other: Candidate) -> Candidate {
        if other.error < self.error || self.error.is_nan() { other } else { self }
    }
}

/// Fewer samples than this tell nothing.
const ENOUGH: usize = 8;

/// A candidate whose error exceeds this part of the natural scale of q is a guess.
const VAGUE: f64 = 1e-2;

/// The errors of the best of a thousand candidates are the luckiest of a thousand: tried on 10^5 random smooth functions,
/// one in 10^5 came out too small, by less than this.
const SAFETY: f64 = 2.0;

/// Powers of h below this fall too slowly to be told from logarithms.
const SLOWEST: f64 = 0.02;

impl Limit {
    /// The limit from samples with falling h. Steps near a factor 2 apart can be extrapolated; wider ones at the fine end
    /// tell whether a slow sequence converges at all.
    ///
    /// Undefined samples at large steps are left out (the domain ends there).
    pub fn of(samples: &[Sample]) -> Limit {
        let start = samples.iter().rposition(|s| !s.q.is_finite()).map_or(0, |i| i + 1);
        if start == samples.len() {
            return Limit::without(samples.last());
        }
        let mut samples: Vec<Sample> = samples[start..].to_vec();
        if samples.len() < ENOUGH {
            let last = samples[samples.len() - 1].q;
            return Limit { value: last, error: f64::INFINITY, order: None, verdict: Verdict::Unclear };
        }
        noise::complete(&mut samples);
        let order = tail::order(&samples);
        let mut best = table::candidate(&samples, &table::whole_powers()).better(tail::candidate(&samples));
        if let Some(tail::Order { power, blur }) = order {
            let whole = (power - power.round_ties_even()).abs() <= 1e-3;
            if power > SLOWEST && !whole {
                best = best.better(fractional(&samples, power, blur));
            }
        }
        let order = order.map(|o| o.power);
        best.error *= SAFETY;
        if let Some(divergence) = tail::divergence(&samples) {
            // a candidate that says otherwise would have to be sharper than the swings it denies
            if !(best.error < 0.1 * divergence.swing) {
                let value = divergence.value;
                return Limit { value, error: f64::INFINITY, order, verdict: Verdict::Diverges };
            }
        }
        // a drift that hardly fades may go on for ever
        let drifts = order.is_some_and(|p| p.abs() < SLOWEST);
        let verdict =
            if best.error <= VAGUE * scale(&samples) && !drifts { Verdict::Converged } else { Verdict::Unclear };
        Limit { value: best.value, error: best.error, order, verdict }
    }

    /// No finite sample at the fine end.
    fn without(last: Option<&Sample>) -> Limit {
        let value = last.map_or(f64::NAN, |s| s.q);
        let verdict = if value.is_nan() { Verdict::Undefined } else { Verdict::Diverges };
        Limit { value, error: f64::INFINITY, order: None, verdict }
    }
}

/// Extrapolation along h^p, with what the uncertainty of p may do.
fn fractional(samples: &[Sample], p: f64, blur: f64) -> Candidate {
    let found = table::candidate(samples, &table::powers_of(p));
    if blur == 0.0 {
        return found;
    }
    let other = table::candidate(samples, &table::powers_of(p + blur));
    Candidate { error: found.error + 2.0 * (found.value - other.value).abs() + other.error, ..found }
}

/// What is large for q: its own values, or |f|/h at the largest step, of which the noise there is some eps.
fn scale(samples: &[Sample]) -> f64 {
    const FROM_NOISE: f64 = 1.1e12; // 2^40, a little less than 1/eps
    samples.iter().fold(samples[0].noise * FROM_NOISE, |s, x| if x.q.abs() > s { x.q.abs() } else { s })
}

/// `error` enlarged until no finer sample contradicts `value`: each may differ by its noise and by `reach` times the
/// smallest difference of neighbours so far, which must be more than its own distance from the limit (1 if that falls like
/// h). Differences that grow excuse nothing.
fn cross_examined(candidate: Candidate, finer: &[Sample], before: Sample, reach: f64) -> Candidate {
    let (mut last, mut least) = (before, f64::INFINITY);
    let mut error = candidate.error;
    for s in finer {
        let difference = (s.q - last.q).abs();
        least = if difference < least { difference } else { least };
        let contradiction = (s.q - candidate.value).abs() - s.noise - reach * least;
        if !(contradiction <= error) {
            error = contradiction;
        }
        last = *s;
    }
    Candidate { error, ..candidate }
}

#[cfg(test)]
mod tests;
