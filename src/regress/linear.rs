//! Least squares, ridge, lasso and elastic net from sums of products.

use super::gram::Gram;
use super::inference::Fit;
use super::penalty::{Quadratic, minimise};
use super::triangle::Triangle;
use crate::numeric::elementary::ln;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::Dd;
use crate::numeric::tails::f_upper;

/// A linear fit.
#[derive(Clone, Debug)]
pub struct LinearFit {
    /// The estimates, intercept first: \[coefficients\]; NaN for a column left out.
    pub estimates: Vec<f64>,
    /// Their standard errors; NaN where there is a penalty.
    pub errors: Vec<f64>,
    /// How well it fits.
    pub fit: Fit,
    /// Columns that depend on others: index among the coefficients, and those it depends on.
    pub dependent: Vec<(usize, Vec<usize>)>,
    /// Whether coordinate descent, where absolute values pull, came to the minimum.
    pub settled: bool,
    /// Roots of the diagonal of (X^T X)^-1: standard errors for a sigma of 1, \[coefficients\].
    pub spread: Vec<f64>,
}

/// Coefficients of the table's columns from those of shifted, scaled ones (b = g c, b0 = g0 - sum b s), and the same map for
/// rows of a covariance.
pub struct Unscale<'g> {
    gram: &'g Gram,
}

impl<'g> Unscale<'g> {
    /// For the columns of `gram`.
    pub fn new(gram: &'g Gram) -> Self {
        Unscale { gram }
    }

    /// `g`: \[coefficients\], intercept first. Not in the target's unit yet.
    pub fn apply(&self, g: &[Dd]) -> Vec<Dd> {
        let first = usize::from(self.gram.intercept);
        let mut b: Vec<Dd> = g.to_vec();
        for k in first..g.len() {
            b[k] = g[k] * self.gram.scale[k - first];
        }
        if first == 1 {
            for k in 1..g.len() {
                b[0] = b[0] - b[k] * self.gram.shift[k - 1];
            }
        }
        b
    }

    /// A V A^T for the part A of this map that takes the shifts back and leaves the scales, so that squares of large or small
    /// units do not come into it; `v`: \[n, n\] by rows. Times [`Unscale::unit`] of both, it is the table's.
    pub fn covariance(&self, v: &[Dd], n: usize) -> Vec<Dd> {
        let gram = self.gram;
        let unshift = |g: &mut [Dd]| {
            for k in 1..if gram.intercept { g.len() } else { 0 } {
                g[0] = g[0] - g[k] * (gram.shift[k - 1] * gram.scale[k - 1]);
            }
        };
        let mut full = v.to_vec();
        full.chunks_exact_mut(n.max(1)).for_each(unshift); // V A^T
        for j in 0..n {
            let mut column: Vec<Dd> = (0..n).map(|i| full[i * n + j]).collect();
            unshift(&mut column);
            column.into_iter().enumerate().for_each(|(i, value)| full[i * n + j] = value);
        }
        full
    }

    /// The table's unit of coefficient `k`: a power of two.
    pub fn unit(&self, k: usize) -> f64 {
        let first = usize::from(self.gram.intercept);
        if k < first { 1.0 } else { self.gram.scale[k - first] }
    }
}

/// Coefficients in the table's units from those of scaled columns and target.
pub fn in_table_units(gram: &Gram, scaled: &[Dd]) -> Vec<Dd> {
    let back = 1.0 / gram.scale[gram.terms()];
    let mut estimates: Vec<Dd> = Unscale::new(gram).apply(scaled).iter().map(|b| *b * back).collect();
    if gram.intercept {
        estimates[0] = estimates[0] + gram.shift[gram.terms()];
    }
    estimates
}

/// The scaled columns' coefficients that these are in the table's units.
pub fn in_scaled_units(gram: &Gram, estimates: &[f64]) -> Vec<Dd> {
    let (first, y_scale) = (usize::from(gram.intercept), gram.scale[gram.terms()]);
    let mut g: Vec<Dd> = estimates.iter().map(|b| Dd::from(*b)).collect();
    if first == 1 {
        for k in 1..g.len() {
            g[0] = g[0] + g[k] * gram.shift[k - 1];
        }
        g[0] = (g[0] - Dd::from(gram.shift[gram.terms()])) * y_scale;
    }
    for (g, scale) in g[first..].iter_mut().zip(&gram.scale) {
        *g = *g * y_scale * (1.0 / scale);
    }
    g
}

impl LinearFit {
    /// Makes the fit's statistics those of the scaled columns' coefficients `g`, which a solver of its own has found.
    pub fn at(&mut self, gram: &Gram, g: &[Dd]) {
        let y_scale = gram.scale[gram.terms()];
        let rest = rest_of(gram, g).hi;
        let fit = &mut self.fit;
        let (rows, df, total) = (gram.rows as f64, fit.df_residual, gram.explainable().hi);
        let (p, first) = (rows - df, f64::from(u8::from(gram.intercept)));
        // below 0 by rounding alone
        let rest = if rest < 0.0 { 0.0 } else { rest };
        let sigma = (rest / df).sqrt() / y_scale;
        let known = |old: f64, new: f64| if old.is_nan() { old } else { new };
        let penalised = fit.adj_r_squared.is_nan() && df > 0.0;
        for (error, spread) in self.errors.iter_mut().zip(&self.spread) {
            *error = known(*error, sigma * spread);
        }
        fit.sigma = known(fit.sigma, sigma);
        fit.r_squared = of_terms(p - first, total, 1.0 - rest / total);
        fit.adj_r_squared = known(fit.adj_r_squared, 1.0 - (1.0 - fit.r_squared) * (rows - first) / df);
        // of estimates that are no minimum there is no F test
        fit.f_statistic = known(fit.f_statistic, (total - rest) / (p - first) / (rest / df));
        fit.f_p_value = f_upper(fit.f_statistic, p - first, df);
        fit.log_likelihood = log_likelihood(gram, rest);
        if !penalised {
            fit.aic = -2.0 * fit.log_likelihood + 2.0 * p;
            fit.bic = -2.0 * fit.log_likelihood + p * ln(rows);
        }
        fit.deviance = rest / y_scale / y_scale;
    }
}

/// Fits by Cholesky's factor of the sums, all in double-double; `l2`, `l1`: penalties of the scaled columns' coefficients,
/// l2/2 g^2 + l1 |g| beside RSS/2, \[coefficients\].
pub fn fit(gram: &Gram, l2: &[f64], l1: &[f64]) -> LinearFit {
    let sparse = l1.iter().any(|l| *l > 0.0);
    fit_by(gram, Triangle::factor(gram, if sparse { &[] } else { l2 }), l2, l1)
}

/// The same by any factor of the rows; it has `l2` in it unless there is an `l1`.
pub fn fit_by(gram: &Gram, triangle: Triangle, l2: &[f64], l1: &[f64]) -> LinearFit {
    let (order, first) = (gram.order(), usize::from(gram.intercept));
    let n = order - 1;
    let y_scale = gram.scale[gram.terms()];
    let sparse = l1.iter().any(|l| *l > 0.0);
    let unscale = Unscale::new(gram);
    let (mut scaled, settled) = if sparse { lasso(gram, l2, l1, &[]) } else { (triangle.solve(), true) };
    still(gram, l2, &mut scaled);
    let estimates = in_table_units(gram, &scaled);
    let penalised = sparse || l2.iter().any(|l| *l > 0.0);
    // of penalised estimates there are no errors: the inverse is half of the work of many columns
    let covariance = if penalised { Vec::new() } else { unscale.covariance(&triangle.inverse(), n) };
    let of = |k: usize| covariance.get(k * n + k).copied().unwrap_or(Dd::from(f64::NAN));

    let p = triangle.rank();
    let rows = gram.rows as f64;
    let df = rows - p as f64;
    let rest = if penalised { rest_of(gram, &scaled) } else { triangle.rest };
    let rest = if rest.hi > 0.0 { rest } else { Dd::ZERO };
    let total = gram.explainable();
    // of the scaled target: squares of its own unit may be out of range
    let variance = rest / Dd::from(df);
    let sigma = variance.sqrt().hi / y_scale;
    let error = |k: usize| (variance * of(k)).sqrt().hi * (unscale.unit(k) / y_scale);
    let errors: Vec<f64> = (0..n).map(|k| if penalised || !triangle.kept[k] { f64::NAN } else { error(k) }).collect();
    let model_df = (p - first.min(p)) as f64;
    let log_likelihood = log_likelihood(gram, rest.hi);
    // the difference in double-double: where little is explained, f64s would cancel
    let explained = total - rest;
    let r_squared = of_terms(model_df, total.hi, (explained / total).hi);
    let f_statistic = (explained / (variance * model_df)).hi;
    let f_statistic = if penalised || model_df == 0.0 || df <= 0.0 { f64::NAN } else { f_statistic };
    let charge = p as f64;
    let fit = Fit {
        n: gram.rows,
        df_residual: df,
        // columns that a penalty holds back cost less than a degree of freedom
        sigma: if df > 0.0 && !penalised { sigma } else { f64::NAN },
        r_squared,
        adj_r_squared: if penalised { f64::NAN } else { 1.0 - (1.0 - r_squared) * (rows - first as f64) / df },
        f_statistic,
        f_p_value: f_upper(f_statistic, model_df, df),
        log_likelihood,
        aic: if penalised { f64::NAN } else { -2.0 * log_likelihood + 2.0 * charge },
        bic: if penalised { f64::NAN } else { -2.0 * log_likelihood + charge * ln(rows) },
        deviance: rest.hi / y_scale / y_scale,
        null_deviance: total.hi / y_scale / y_scale,
        condition_number: condition_number(gram, &triangle),
    };
    let dependent = (0..n).filter(|&j| !penalised && !triangle.kept[j]).map(|j| (j, partners(&triangle, j))).collect();
    LinearFit {
        estimates: (0..n).map(|k| if triangle.kept[k] || penalised { estimates[k].hi } else { f64::NAN }).collect(),
        errors,
        fit,
        dependent,
        settled,
        spread: (0..n).map(|k| of(k).hi.sqrt() * unscale.unit(k)).collect(),
    }
}

/// The scaled columns' coefficients under a penalty as in [`fit`]; `start`: where coordinate descent begins, or nothing. With
/// them whether it came to the minimum.
pub fn solve(gram: &Gram, l2: &[f64], l1: &[f64], start: &[Dd]) -> (Vec<Dd>, bool) {
    match l1.iter().any(|l| *l > 0.0) {
        true => lasso(gram, l2, l1, start),
        false => {
            let mut scaled = Triangle::factor(gram, l2).solve();
            still(gram, l2, &mut scaled);
            (scaled, true)
        }
    }
}

/// A variance below this part of the mean square is rounding.
const CONSTANT: f64 = 1e-28;

/// Coefficients that a penalty holds and nothing moves, of columns that are the same in every row, are 0, not what rounding leaves.
fn still(gram: &Gram, l2: &[f64], scaled: &mut [Dd]) {
    let first = usize::from(gram.intercept);
    for k in first..if gram.intercept { scaled.len() } else { 0 } {
        let square = (gram.at(k, k) / gram.weight).hi;
        if l2[k] > 0.0 && !(gram.variance(k - first).hi > CONSTANT * square) {
            scaled[k] = Dd::ZERO;
        }
    }
}

/// The smallest weight of the absolute values, for columns in `units`, at which no coefficient is left: \[terms\] units.
pub fn all_zero(gram: &Gram, units: &[f64]) -> f64 {
    let (n, first) = (gram.order() - 1, usize::from(gram.intercept));
    let y_scale = gram.scale[gram.terms()];
    let each = (first..n).map(|j| gram.centred(j, n).hi.abs() / (y_scale * units[j - first]));
    each.fold(0.0, |m: f64, x| if x > m { x } else { m })
}

/// |y - Z g|^2 from the sums.
pub fn rest_of(gram: &Gram, g: &[Dd]) -> Dd {
    let n = g.len();
    let mut rest = gram.at(n, n);
    for i in 0..n {
        let mut along = gram.at(i, n) * -2.0;
        for (j, g) in g.iter().enumerate() {
            along += gram.at(i, j) * *g;
        }
        rest += along * g[i];
    }
    rest
}

/// The coefficients of the scaled columns under a penalty with absolute values; the intercept is eliminated first.
fn lasso(gram: &Gram, l2: &[f64], l1: &[f64], start: &[Dd]) -> (Vec<Dd>, bool) {
    let (n, first) = (gram.order() - 1, usize::from(gram.intercept));
    let y_scale = gram.scale[gram.terms()];
    let matrix = Matrix::from_fn(n - first, n - first, |i, j| gram.centred(i + first, j + first).hi);
    let right: Vec<f64> = (first..n).map(|i| gram.centred(i, n).hi).collect();
    // |b| = |g| c / c_y against squares of c_y
    let l1: Vec<f64> = l1[first..].iter().map(|l| l * y_scale).collect();
    let quadratic = Quadratic { matrix: &matrix, right: &right, l1: &l1, l2: &l2[first..] };
    let start = match start {
        [] => vec![0.0; n - first],
        start => start[first..].iter().map(|g| g.hi).collect(),
    };
    let found = minimise(&quadratic, &start);
    let mut g: Vec<Dd> = found.g.into_iter().map(Dd::from).collect();
    if first == 1 {
        let mut intercept = gram.at(0, n);
        for (j, g) in g.iter().enumerate() {
            intercept = intercept - gram.at(0, j + 1) * *g;
        }
        g.insert(0, intercept / gram.at(0, 0));
    }
    (g, found.settled)
}

/// R squared: of the intercept alone 0, whatever rounding leaves of a sum of squares that explains nothing.
fn of_terms(terms: f64, total: f64, r_squared: f64) -> f64 {
    if terms == 0.0 && total > 0.0 { 0.0 } else { r_squared }
}

/// The largest log-likelihood of normal residuals: -n/2 (ln 2 pi + ln RSS/n + 1). NaN where they are all 0: it grows without end as
/// sigma falls to 0, and a number that compares models is none.
fn log_likelihood(gram: &Gram, rest: f64) -> f64 {
    let rows = gram.rows as f64;
    if rest == 0.0 {
        return f64::NAN;
    }
    let ln_of_mean = ln_of_mean(rest, gram.scale[gram.terms()], rows);
    -rows / 2.0 * (ln(2.0 * std::f64::consts::PI) + ln_of_mean + 1.0) + 0.5 * gram.ln_weight
}

/// ln(RSS/n); `rest`: RSS of the scaled target.
fn ln_of_mean(rest: f64, y_scale: f64, n: f64) -> f64 {
    let rss = rest / y_scale / y_scale;
    match rss {
        rss if rss.is_normal() => ln(rss / n),
        _ => ln(rest / n) - 2.0 * ln(y_scale),
    }
}

/// The columns that column j is made of: those with a coefficient that matters beside the largest.
fn partners(triangle: &Triangle, j: usize) -> Vec<usize> {
    let g = triangle.dependence(j);
    let largest = g.iter().fold(0.0, |m: f64, g| if g.abs().hi > m { g.abs().hi } else { m });
    (0..j).filter(|&k| g[k].abs().hi > 1e-9 * largest && largest > 0.0).collect()
}

/// The condition number of the columns (intercept too), each scaled to length 1, by one-sided Jacobi rotations of the factor
/// (Golub and Van Loan 2013, 8.6.3): small singular values keep their digits, which squaring would cost.
fn condition_number(gram: &Gram, triangle: &Triangle) -> f64 {
    let first = usize::from(gram.intercept);
    let n = gram.order() - 1;
    if n > 200 || n == 0 {
        return f64::NAN;
    }
    // column k of the table is, in the orthonormal basis, (row k of L)/c + s (row 0 of L)
    let mut vectors: Vec<Vec<f64>> = Vec::new();
    for k in (0..n).filter(|&k| triangle.kept[k]) {
        let scale = if k < first { 1.0 } else { gram.scale[k - first] };
        let shift = if k < first { 0.0 } else { gram.shift[k - first] * scale };
        let row: Vec<f64> = (0..n)
            .map(|i| {
                let own = if i <= k { triangle.at(k, i) } else { Dd::ZERO };
                if i == 0 && first == 1 { (own + triangle.at(0, 0) * shift).hi } else { own.hi }
            })
            .collect();
        let Some(unit) = crate::numeric::linalg::unit(&row) else { return f64::NAN };
        vectors.push(unit);
    }
    let dot = crate::numeric::sum::dot;
    for _ in 0..60 {
        let mut turned = false;
        for i in 0..vectors.len() {
            for j in i + 1..vectors.len() {
                let (a, b) = (dot(&vectors[i], &vectors[i]), dot(&vectors[j], &vectors[j]));
                let c = dot(&vectors[i], &vectors[j]);
                if !(c.abs() > 1e-15 * (a * b).sqrt()) {
                    continue;
                }
                turned = true;
                let zeta = (b - a) / (2.0 * c);
                let t = 1f64.copysign(zeta) / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cos = 1.0 / (1.0 + t * t).sqrt();
                let sin = cos * t;
                let (left, right) = vectors.split_at_mut(j);
                for (x, y) in left[i].iter_mut().zip(right[0].iter_mut()) {
                    (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
                }
            }
        }
        if !turned {
            break;
        }
    }
    let norms: Vec<f64> = vectors.iter().map(|v| crate::numeric::linalg::norm2(v)).collect();
    let (mut low, mut high) = (f64::INFINITY, 0.0);
    for n in norms {
        if n < low {
            low = n;
        }
        if n > high {
            high = n;
        }
    }
    high / low
}
