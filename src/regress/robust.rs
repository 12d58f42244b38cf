//! Standard errors, and a test of all terms, that hold where the variance is not constant. White 1980; MacKinnon and White 1985.

use super::gram::Gram;
use super::leverage::{Alone, Leverage};
use super::linear::{LinearFit, Unscale};
use super::rows::{Source, in_order};
use super::triangle::Triangle;
use super::weighted::symmetric;
use super::{Block, RegressError};
use crate::numeric::linalg::{Cholesky, Matrix};
use crate::numeric::sum::{Dd, dot};
use crate::numeric::tails::f_upper;

/// 1 - leverage below this is 0. Leverages near 1 are computed in double-double; the residual over it is what is not.
const ONE: f64 = 1e-12;

/// A leverage as near to 1 is computed again.
const NEAR: f64 = 1e-3;

/// What a covariance of this kind says.
#[derive(Clone, Debug)]
pub struct Robust {
    /// Standard errors: \[coefficients\]; NaN for columns left out, and where a row of leverage 1 leaves them open (HC2, HC3).
    pub errors: Vec<f64>,
    /// Those rows.
    pub alone: Alone,
    /// Wald's F of all terms together: b^T V^-1 b / their number.
    pub f_statistic: f64,
    /// Its p value.
    pub f_p_value: f64,
}

/// The standard errors and F of a linear fit, kind HC0 to HC3. Fails with `Storage`, `Stopped`.
pub fn robust(source: &dyn Source, gram: &Gram, fit: &LinearFit, kind: usize) -> Result<Robust, RegressError> {
    let (n, first) = (gram.order() - 1, usize::from(gram.intercept));
    let triangle = Triangle::factor(gram, &[]);
    let y_scale = gram.scale[gram.terms()]; // squares of the target's own unit may be out of range
    let exact = triangle.inverse();
    let inverse = Matrix { rows: n, cols: n, data: exact.iter().map(|v| v.hi).collect() };
    let leverage = Leverage::new(gram, &exact);
    let pairs = n * (n + 1) / 2; // the upper triangle by rows
    let of = |block: &Block<'_>| {
        let mut meat = vec![Dd::ZERO; pairs];
        let (mut lonely, mut decided) = (0.0, vec![0.0; n]);
        let mut z = vec![0.0; n];
        for i in 0..block.rows {
            let w = block.weights.as_ref().map_or(1.0, |w| w.hi[i]);
            let mut residual = block.y.at(i);
            if let Some(offset) = &block.offset {
                residual = residual - offset.at(i);
            }
            if first == 1 {
                z[0] = 1.0;
                residual = residual + -fit.estimates[0];
            }
            for (k, column) in block.x.iter().enumerate() {
                let x = column.at(i);
                z[first + k] = ((x + -gram.shift[k]) * gram.scale[k]).hi;
                let b = fit.estimates[first + k];
                if !b.is_nan() {
                    residual = residual - x * b;
                }
            }
            let pull = w * (residual.hi * y_scale);
            let mut square = pull * pull;
            if kind >= 2 {
                let along = inverse.apply(&z).unwrap_or_default();
                let mut rest = 1.0 - w * dot(&z, &along);
                if rest < NEAR {
                    rest = leverage.rest(&z, w);
                }
                if rest < ONE {
                    lonely += 1.0;
                    leverage.decides(&z, w, &mut decided);
                    continue;
                }
                square /= if kind == 2 { rest } else { rest * rest };
            }
            let mut meat = meat.iter_mut();
            for a in 0..n {
                for (z_b, meat) in z[a..].iter().zip(meat.by_ref()) {
                    *meat += Dd::product_of(square * z[a], *z_b);
                }
            }
        }
        Ok((meat, lonely, decided))
    };
    let mut meat = vec![Dd::ZERO; pairs];
    let (mut lonely, mut decided) = (0.0, vec![0.0; n]);
    in_order(source, pairs * size_of::<Dd>(), of, |(part, more, some): (Vec<Dd>, f64, Vec<f64>)| {
        meat.iter_mut().zip(part).for_each(|(m, more)| *m += more);
        decided.iter_mut().zip(some).for_each(|(d, more)| *d += more);
        lonely += more;
        Ok(())
    })?;
    let alone = Alone::of(lonely, &decided);
    let factor = if kind == 1 { degrees(gram.rows, fit.fit.df_residual) } else { 1.0 };
    let meat: Vec<f64> = meat.iter().map(|m| m.hi * factor).collect();
    let meat = symmetric(&meat, n);
    let Ok(cov) = inverse.times(&meat).and_then(|m| m.times(&inverse)) else {
        return Ok(Robust { errors: vec![f64::NAN; n], f_statistic: f64::NAN, f_p_value: f64::NAN, alone });
    };
    let cov: Vec<Dd> = cov.data.iter().map(|v| Dd::from(*v)).collect();
    let unscale = Unscale::new(gram);
    let full = unscale.covariance(&cov, n);
    let root: Vec<f64> = (0..n).map(|k| full[k * n + k].hi.sqrt()).collect();
    let error = |k: usize| if triangle.kept[k] { root[k] * (unscale.unit(k) / y_scale) } else { f64::NAN };
    let mut errors: Vec<f64> = (0..n).map(error).collect();
    alone.silence(&mut errors);
    let terms: Vec<usize> = (first..n).filter(|&k| triangle.kept[k]).collect();
    // in units of the standard errors: a matrix of correlations, whatever the columns' units
    let correlation = Matrix::from_fn(terms.len(), terms.len(), |i, j| {
        let (i, j) = (terms[i], terms[j]);
        full[i * n + j].hi / (root[i] * root[j])
    });
    let t: Vec<f64> = terms.iter().map(|&k| fit.estimates[k] / errors[k]).collect();
    let along = Cholesky::factor(&correlation).and_then(|f| f.solve(&t));
    let f_statistic = match along {
        // a t that does not exist leaves no F of all of them
        Ok(along) if !t.is_empty() => dot(&t, &along) / t.len() as f64,
        _ => f64::NAN,
    };
    let f_p_value = f_upper(f_statistic, t.len() as f64, fit.fit.df_residual);
    Ok(Robust { errors, f_statistic, f_p_value, alone })
}

/// HC1's n/(n - p), which does not exist for as many coefficients as rows.
pub(super) fn degrees(rows: u64, df: f64) -> f64 {
    if df > 0.0 { rows as f64 / df } else { f64::NAN }
}
