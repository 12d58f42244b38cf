//! The covariance of the estimates that holds where the variance is not as the family says.

use super::GlmFit;
use crate::numeric::linalg::Matrix;
use crate::regress::RegressError;
use crate::regress::family::{Family, Link, row};
use crate::regress::rows::{Rows, score_and_information, symmetric};

/// The covariance of the estimates that holds where the variance is not as the family says: A^-1 (sum z z^T r^2) A^-1 with r the
/// row's part of the score, kind HC0 to HC3 (leverages h of the last step's weighted least squares; r/(1 - h) for HC3).
/// White 1982; for `df` residual degrees of freedom. Fails with `Storage`, `Stopped`.
pub fn robust(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    fit: &GlmFit,
    kind: usize,
    df: f64,
) -> Result<Option<Matrix>, RegressError> {
    let p = rows.columns;
    let Some(inverse) = &fit.covariance else { return Ok(None) };
    let sums = rows.sums(p + p * (p + 1) / 2, |part, from, to, out| {
        let mut eta = Vec::new();
        Rows::predictor(part, &fit.g, from, to, &mut eta);
        let mut squares = vec![0.0; to - from];
        for (k, eta) in eta.iter().enumerate() {
            let w = part.w.get(from + k).copied().unwrap_or(1.0);
            let Some(one) = row(family, link, part.y[from + k], *eta) else { continue };
            let pull = w * one.pull;
            let mut square = pull * pull;
            if kind >= 2 {
                let z: Vec<f64> = part.z.iter().map(|z| z[from + k]).collect();
                let along = inverse.apply(&z).unwrap_or_default();
                let leverage = w * one.weight * z.iter().zip(&along).map(|(z, a)| z * a).sum::<f64>();
                square /= if kind == 2 { 1.0 - leverage } else { (1.0 - leverage) * (1.0 - leverage) };
            }
            squares[k] = square;
        }
        let (score, pairs) = out.split_at_mut(p);
        score_and_information(part, from, to, &squares, &squares, score, pairs);
    })?;
    let meat = symmetric(&sums[p..], p);
    let factor = if kind == 1 { rows.count().0 as f64 / df } else { 1.0 };
    let found = inverse.times(&meat).and_then(|m| m.times(inverse)).ok();
    Ok(found.map(|m| Matrix::from_fn(p, p, |i, j| m[(i, j)] * factor)))
}
