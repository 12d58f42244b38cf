//! Huber's regression: squares near, absolute values beyond k sigma, sigma from the residuals. Huber 1981, 7.8.
//!
//! Conventions as in MASS::rlm and statsmodels' RLM: k = 1.345 (95 % efficiency where errors are normal), sigma the median of
//! |residual| over 0.6745, iteratively reweighted least squares until the residuals stay.

use super::glm::Mark;
use super::gram::Gram;
use super::linear;
use super::rows::{Source, in_order};
use super::{Block, Column, RegressError};
use crate::numeric::sum::{Dd, Sum};

/// Where squares end, in sigmas.
pub const K: f64 = 1.345;

/// The 75 % point of the normal distribution: the median of |Z|.
const MEDIAN_OF_NORMAL: f64 = 0.674_489_750_196_081_7;

/// A fit.
#[derive(Clone, Debug)]
pub struct HuberFit {
    /// The estimates, intercept first.
    pub estimates: Vec<f64>,
    /// Their standard errors (Huber 1981, 7.6.9 with the correction K of 7.6.8: statsmodels' H1); NaN where sigma is 0, which
    /// they are a multiple of without saying anything.
    pub errors: Vec<f64>,
    /// The scale of the residuals.
    pub sigma: f64,
    /// Iterations done.
    pub iterations: u64,
    /// Whether they settled.
    pub converged: bool,
    /// Rows beyond k sigma.
    pub outliers: u64,
}

/// Fits; `gram`: the sums without weights. More than half of the residuals 0 makes sigma 0: then the fit is perfect for those rows and
/// that is where it ends.
///
/// The residuals are held in memory, 8 bytes a row: their median is needed. Fails with `Storage`, `Stopped`.
pub fn fit(source: &dyn Source, gram: &Gram, max_iterations: u64) -> Result<HuberFit, RegressError> {
    let zero = vec![0.0; gram.order() - 1];
    let start = linear::fit(gram, &zero, &zero);
    let mut b = start.estimates;
    let Residuals { r: mut residuals, rounding } = residuals(source, &b, gram)?;
    let mut sigma = scale(&residuals, rounding);
    let (mut iterations, mut converged) = (0, false);
    while iterations < max_iterations {
        if !(sigma > 0.0) {
            converged = true;
            break;
        }
        iterations += 1;
        let size = residuals.iter().map(|r| r * r).collect::<Sum>().value();
        source.tell(&Mark { iteration: iterations, loss: size, gradient_norm: f64::NAN });
        let mut sums = gram.empty();
        let mut at = 0;
        super::rows::each(source, |block| {
            let weights = residuals[at..at + block.rows].iter().map(|r| weight(r / sigma)).collect();
            at += block.rows;
            sums.add(&Block { weights: Some(Column::owned(weights)), ..block.clone() });
            Ok(())
        })?;
        b = linear::fit(&sums, &zero, &zero).estimates;
        let Residuals { r: next, rounding } = self::residuals(source, &b, gram)?;
        let moved =
            residuals.iter().zip(&next).fold(0.0, |m: f64, (a, b)| crate::numeric::elementary::max(m, (a - b).abs()));
        residuals = next;
        let old = sigma;
        sigma = scale(&residuals, rounding);
        if moved <= 1e-12 * old && (sigma - old).abs() <= 1e-12 * old {
            converged = true;
            break;
        }
    }
    let n = residuals.len() as f64;
    let p = b.len() as f64;
    let inside: Vec<f64> = residuals.iter().map(|r| if r.abs() <= K * sigma { 1.0 } else { 0.0 }).collect();
    let mean = inside.iter().copied().collect::<Sum>().value() / n;
    let variance = mean * (1.0 - mean); // of zeros and ones
    let psi = |r: &f64| weight(r / sigma) * r;
    let squares = residuals.iter().map(|r| psi(r) * psi(r)).collect::<Sum>().value() / (n - p);
    let correction = 1.0 + p / n * variance / (mean * mean);
    let factor = if sigma > 0.0 { (squares * correction * correction).sqrt() / mean } else { f64::NAN };
    let unit = 1.0 / gram.scale[gram.terms()];
    let errors = start.spread.iter().map(|spread| factor * unit * spread).collect();
    let outliers = inside.iter().filter(|i| **i == 0.0).count() as u64;
    Ok(HuberFit { estimates: b, errors, sigma: sigma * unit, iterations, converged, outliers })
}

/// psi(u)/u.
fn weight(u: f64) -> f64 {
    if u.abs() <= K { 1.0 } else { K / u.abs() }
}

/// Residuals in the unit of the scaled target, whose squares are in range.
struct Residuals {
    r: Vec<f64>,
    /// What rounding the estimates leaves of one that is 0.
    rounding: f64,
}

fn residuals(source: &dyn Source, b: &[f64], gram: &Gram) -> Result<Residuals, RegressError> {
    let (first, y_scale) = (usize::from(gram.intercept), gram.scale[gram.terms()]);
    let of = |block: &Block<'_>| {
        let mut found = Vec::with_capacity(block.rows);
        let mut largest: f64 = 0.0;
        for i in 0..block.rows {
            let mut r = block.y.at(i);
            if let Some(offset) = &block.offset {
                r = r - offset.at(i);
            }
            let mut size = r.hi.abs() * y_scale;
            if gram.intercept {
                r = r + -b[0];
                size += b[0].abs() * y_scale;
            }
            for (column, b) in block.x.iter().zip(&b[first..]) {
                let part = column.at(i) * Dd::from(*b);
                r = r - part;
                size += part.hi.abs() * y_scale;
            }
            found.push(r.hi * y_scale);
            largest = crate::numeric::elementary::max(largest, size);
        }
        Ok((found, largest))
    };
    let (mut all, mut largest) = (Vec::new(), 0.0);
    in_order(source, 0, of, |(part, size): (Vec<f64>, f64)| {
        all.extend(part);
        largest = crate::numeric::elementary::max(largest, size);
        Ok(())
    })?;
    Ok(Residuals { r: all, rounding: 4.0 * f64::EPSILON * largest })
}

/// The median of |r| over that of |Z|; 0 where it is rounding.
fn scale(r: &[f64], rounding: f64) -> f64 {
    let mut sizes: Vec<f64> = r.iter().map(|r| r.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let n = sizes.len();
    let median = match n {
        0 => return f64::NAN,
        n if n % 2 == 1 => sizes[n / 2],
        n => 0.5 * (sizes[n / 2 - 1] + sizes[n / 2]),
    };
    if median <= rounding { 0.0 } else { median / MEDIAN_OF_NORMAL }
}
