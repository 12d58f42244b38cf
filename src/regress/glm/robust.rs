//! The covariance of the estimates that holds where the variance is not as the family says.

use super::GlmFit;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::{Dd, dot};
use crate::regress::RegressError;
use crate::regress::family::{Family, Link, row};
use crate::regress::leverage::{Alone, Leverage};
use crate::regress::robust::degrees;
use crate::regress::rows::Rows;
use crate::regress::weighted::{score_and_information, symmetric};

/// 1 - leverage below this is 0: the information is a sum of f64s, which leave half of their digits to what is left of 1.
const ONE: f64 = 1e-8;

/// The covariance of the estimates that holds where the variance is not as the family says: A^-1 (sum z z^T r^2) A^-1 with r the
/// row's part of the score, kind HC0 to HC3 (leverages h of the last step's weighted least squares; r/(1 - h) for HC3).
/// White 1982; for `df` residual degrees of freedom. With it the rows of leverage 1, which HC2 and HC3 leave out. Fails with `Storage`, `Stopped`.
pub fn robust(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    fit: &GlmFit,
    kind: usize,
    df: f64,
) -> Result<Option<(Matrix, Alone)>, RegressError> {
    let p = rows.columns;
    let Some(inverse) = &fit.covariance else { return Ok(None) };
    let exact: Vec<Dd> = inverse.data.iter().map(|v| Dd::from(*v)).collect();
    let leverage = Leverage::new(&rows.like, &exact);
    let sums = rows.sums(1 + p + p * (p + 1) / 2, |part, from, to, out| {
        let (lonely, out) = out.split_at_mut(1);
        let (decided, pairs) = out.split_at_mut(p);
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
                let rest = 1.0 - w * one.weight * dot(&z, &along);
                if rest < ONE {
                    lonely[0] += 1.0;
                    leverage.decides(&z, w * one.weight, decided);
                    continue;
                }
                square /= if kind == 2 { rest } else { rest * rest };
            }
            squares[k] = square;
        }
        score_and_information(part, from, to, &[], &squares, &mut [], pairs);
    })?;
    let meat = symmetric(&sums[1 + p..], p);
    let factor = if kind == 1 { degrees(rows.count().0, df) } else { 1.0 };
    let found = inverse.times(&meat).and_then(|m| m.times(inverse)).ok();
    let alone = Alone::of(sums[0], &sums[1..1 + p]);
    Ok(found.map(|m| (Matrix::from_fn(p, p, |i, j| m[(i, j)] * factor), alone)))
}
