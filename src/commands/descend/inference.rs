//! What least squares tells beside the estimates: standard errors from s^2 (J'J)^-1, confidence intervals, s itself.

use crate::numeric::linalg::{Matrix, Qr};
use crate::numeric::tails::t_critical;
use crate::objective::{Layout, Linearized};
use crate::optimize::bounds::Bounds;
use crate::optimize::vector::norm;

/// The fit at its end.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Standard errors: \[n\]; NaN where a parameter has none (held by a bound, not told apart from others).
    pub std_errors: Vec<f64>,
    /// Half-widths of the confidence intervals: \[n\].
    pub margins: Vec<f64>,
    /// s = sqrt(RSS / (m - n)), in the unit of the residuals whatever f takes of their squares.
    pub residual_sd: f64,
    /// m - n, n being the rank where columns depend on each other.
    pub df: f64,
    /// Parameters that a bound holds: they are not counted as estimated.
    pub held: Vec<bool>,
}

impl Fit {
    /// Parameters that others can stand in for.
    pub fn dependent(&self, layout: &Layout) -> Option<Vec<String>> {
        let named = |k: usize| self.std_errors[k].is_nan() && !self.held[k];
        let names: Vec<String> = (0..self.held.len()).filter(|&k| named(k)).map(|k| layout.name(k)).collect();
        (!names.is_empty() && self.df > 0.0).then_some(names)
    }
}

/// From f linearized at the end point `x`, f being `factor` times the sum of squares of `rows` residuals. Bates and Watts 1988, 2.1;
/// intervals with Student's t on m - n degrees of freedom, of n what the data tell apart.
pub fn infer(found: &Linearized, factor: f64, x: &[f64], rows: usize, level: f64, bounds: &Bounds) -> Fit {
    let n = x.len();
    let held: Vec<bool> = (0..n).map(|k| bounds.side(k, x[k]).is_some()).collect();
    let free: Vec<usize> = (0..n).filter(|&k| !held[k]).collect();
    let (mut df, mut residual_sd) = (rows as f64 - free.len() as f64, f64::NAN);
    // a column of zeros keeps its units: it is found by its rank
    let norms: Vec<f64> = found.triangle.column_norms().into_iter().map(|d| if d > 0.0 { d } else { 1.0 }).collect();
    let mut std_errors = vec![f64::NAN; n];
    // columns scaled to length 1, so that the rank does not depend on units
    let scaled = Matrix::from_fn(n, free.len(), |i, j| found.triangle.at(i, free[j]) / norms[free[j]]);
    if let Ok(qr) = Qr::factor_pivoted(&scaled) {
        let rank = qr.rank(1e-14);
        df = rows as f64 - rank as f64;
        residual_sd = if df > 0.0 { (found.value / factor / df).sqrt() } else { f64::NAN };
        let upper = qr.upper();
        // rows of R^-1: the variance of parameter order[k] is |row k|^2
        let p = free.len();
        let mut inverse = Matrix::zeros(p, p);
        for j in 0..rank {
            let mut column = vec![0.0; p];
            column[j] = 1.0 / upper[(j, j)];
            for i in (0..j).rev() {
                let known: f64 = (i + 1..=j).map(|k| upper[(i, k)] * column[k]).sum();
                column[i] = -known / upper[(i, i)];
            }
            for i in 0..=j {
                inverse[(i, j)] = column[i];
            }
        }
        // where columns depend on the chosen ones, those they depend on have no estimate of their own either
        for i in 0..rank {
            let tied = (rank..p).any(|j| {
                let solved: f64 = (i..rank).map(|k| inverse[(i, k)] * upper[(k, j)]).sum();
                solved.abs() > 1e-8
            });
            if !tied {
                let k = free[qr.order()[i]];
                // J is that of f, of which each residual has the root of the factor
                std_errors[k] = residual_sd * factor.sqrt() * norm(inverse.row(i)) / norms[k];
            }
        }
    }
    let t = if df > 0.0 { t_critical(1.0 - level, df) } else { f64::NAN };
    let margins = std_errors.iter().map(|s| t * s).collect();
    Fit { std_errors, margins, residual_sd, df, held }
}
