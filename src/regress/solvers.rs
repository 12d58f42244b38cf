//! The same least squares fit by other means, for teaching and for comparison: Householder's QR, the normal equations in
//! plain f64, gradient descent.

use super::glm::Mark;
use super::gram::Gram;
use super::rows::{Rows, Source, in_order};
use super::{Block, RegressError};
use crate::numeric::linalg::{Cholesky, LinalgError, Matrix, Symmetric, norm2};
use crate::numeric::sum::{Dd, dot};
use crate::optimize::vector::plain_dot;

/// Least squares by Householder's QR in f64, part by part (TSQR: each part's triangle is stacked under those before it;
/// Demmel, Grigori, Hoemmen and Langou 2012), then refined by the corrected seminormal equations with residuals in
/// double-double (Bjoerck 1987). Columns are shifted and scaled as in `gram`. Coefficients of the scaled columns, intercept first,
/// in the scaled target's unit.
///
/// Fails with `NoRows` where there are fewer rows than columns or they depend on each other; `Storage`, `Stopped`.
pub fn qr(source: &dyn Source, gram: &Gram) -> Result<Vec<Dd>, RegressError> {
    let rows = Rows::new(source, gram);
    let n = rows.columns;
    let y = Scaled::of(gram);
    let triangle = |block: &Block<'_>| {
        let part = rows.part(block);
        let root: Vec<f64> = part.w.iter().map(|w| w.sqrt()).collect();
        let target = y.of_block(block);
        Ok(reduce(part.rows, n + 1, |i, j| {
            let value = if j < n { part.z[j][i] } else { target[i].hi };
            value * root.get(i).copied().unwrap_or(1.0)
        }))
    };
    let mut stacked: Option<Matrix> = None;
    in_order(source, (n + 1) * (n + 1) * size_of::<f64>(), triangle, |part: Matrix| {
        stacked = Some(match stacked.take() {
            None => part,
            Some(above) => {
                let top = above.rows;
                reduce(top + part.rows, n + 1, |i, j| if i < top { above[(i, j)] } else { part[(i - top, j)] })
            }
        });
        Ok(())
    })?;
    let r = stacked.filter(|r| r.rows >= n).ok_or(RegressError::NoRows)?;
    if (0..n).any(|k| !(r[(k, k)].abs() > f64::EPSILON * r[(0, 0)].abs())) {
        return Err(RegressError::NoRows);
    }
    let back = |right: &mut [f64]| {
        for i in (0..n).rev() {
            let rest: f64 = (i + 1..n).map(|k| r[(i, k)] * right[k]).sum();
            right[i] = (right[i] - rest) / r[(i, i)];
        }
    };
    let mut g: Vec<f64> = (0..n).map(|i| r[(i, n)]).collect();
    back(&mut g);
    let mut g: Vec<Dd> = g.into_iter().map(Dd::from).collect();
    let mut last = f64::INFINITY;
    for _ in 0..10 {
        // d with R^T R d = Z^T (y - Z g)
        let mut d = pull(source, &rows, &y, &g)?;
        for i in 0..n {
            let rest: f64 = (0..i).map(|k| r[(k, i)] * d[k]).sum();
            d[i] = (d[i] - rest) / r[(i, i)];
        }
        back(&mut d);
        let size = norm2(&d);
        if !(size < 0.5 * last) {
            break; // no longer refines
        }
        g.iter_mut().zip(&d).for_each(|(g, d)| *g = *g + *d);
        last = size;
    }
    Ok(g)
}

/// The target as the sums have it: less the offset, shifted and scaled.
struct Scaled {
    shift: f64,
    scale: f64,
}

impl Scaled {
    fn of(gram: &Gram) -> Scaled {
        let at = gram.terms();
        Scaled { shift: gram.shift[at], scale: gram.scale[at] }
    }

    fn of_block(&self, block: &Block<'_>) -> Vec<Dd> {
        let one = |i: usize| {
            let y = block.y.at(i);
            let y = block.offset.as_ref().map_or(y, |o| y - o.at(i));
            (y + -self.shift) * self.scale
        };
        (0..block.rows).map(one).collect()
    }
}

/// Z^T W (y - Z g), the residuals in double-double.
fn pull(source: &dyn Source, rows: &Rows<'_>, y: &Scaled, g: &[Dd]) -> Result<Vec<f64>, RegressError> {
    let (like, n) = (&rows.like, rows.columns);
    let first = usize::from(like.intercept);
    let of = |block: &Block<'_>| {
        let mut sums = vec![Dd::ZERO; n];
        let mut z = vec![Dd::from(1.0); n];
        for (i, y) in y.of_block(block).into_iter().enumerate() {
            for (k, column) in block.x.iter().enumerate() {
                z[first + k] = (column.at(i) + -like.shift[k]) * like.scale[k];
            }
            let mut residual = y;
            z.iter().zip(g).for_each(|(z, g)| residual = residual - *z * *g);
            if let Some(w) = &block.weights {
                residual = residual * w.hi[i];
            }
            sums.iter_mut().zip(&z).for_each(|(s, z)| *s += *z * residual.hi);
        }
        Ok(sums)
    };
    let mut total = vec![Dd::ZERO; n];
    in_order(source, n * size_of::<Dd>(), of, |part: Vec<Dd>| {
        total.iter_mut().zip(part).for_each(|(t, more)| *t += more);
        Ok(())
    })?;
    Ok(total.iter().map(|t| t.hi).collect())
}

/// The triangle of a QR of a matrix, by columns of reflections: at most `columns` rows.
fn reduce(rows: usize, columns: usize, at: impl Fn(usize, usize) -> f64) -> Matrix {
    // column by column, for long dot products
    let mut a: Vec<Vec<f64>> = (0..columns).map(|j| (0..rows).map(|i| at(i, j)).collect()).collect();
    let top = rows.min(columns);
    for k in 0..top {
        let (head, tail) = a.split_at_mut(k + 1);
        let v = &mut head[k][k..];
        let norm = norm2(v);
        if norm == 0.0 {
            continue;
        }
        let alpha = if v[0] > 0.0 { -norm } else { norm };
        let below = v[0] - alpha;
        let square = -alpha * below; // |v|^2/2
        v[0] = below;
        for column in tail.iter_mut() {
            let c = plain_dot(v, &column[k..]) / square;
            column[k..].iter_mut().zip(v.iter()).for_each(|(x, v)| *x -= c * v);
        }
        v.fill(0.0);
        v[0] = alpha;
    }
    Matrix::from_fn(top, columns, |i, j| a[j][i])
}

/// X^T X w = X^T y in plain f64.
#[derive(Clone, Debug)]
pub struct Normal {
    /// X^T X: \[n, n\].
    pub xtx: Matrix,
    /// X^T y: \[n\].
    pub xty: Vec<f64>,
    /// y^T y.
    pub yty: f64,
    /// The sum of the weights.
    weight: f64,
    /// How many columns are taken out.
    silent: usize,
}

/// Where gradient descent came to.
#[derive(Clone, Debug)]
pub struct Descent {
    /// The coefficients.
    pub w: Vec<f64>,
    /// The rate.
    pub rate: f64,
    /// Steps taken.
    pub iterations: u64,
    /// The course, in units of the table's columns: it walks along those.
    pub trace: Vec<Mark>,
    /// What kept it from the minimum: the word of the answer, and of the status.
    pub failure: Option<(&'static str, &'static str)>,
}

impl Normal {
    /// From sums over the table's columns.
    pub fn of(gram: &Gram) -> Normal {
        let raw = gram.unshifted();
        let n = raw.order() - 1;
        Normal {
            xtx: Matrix::from_fn(n, n, |i, j| raw.at(i, j).hi),
            xty: (0..n).map(|i| raw.at(i, n).hi).collect(),
            yty: raw.at(n, n).hi,
            weight: raw.weight.hi,
            silent: 0,
        }
    }

    /// Takes columns out: their coefficients stay 0.
    pub fn silence(&mut self, columns: impl Iterator<Item = usize>) {
        for k in columns {
            (0..self.xty.len()).for_each(|i| (self.xtx[(i, k)], self.xtx[(k, i)]) = (0.0, 0.0));
            self.xty[k] = 0.0;
            self.silent += 1;
        }
    }

    /// The first column (the target last) of which a sum is not finite.
    pub fn overflow(&self) -> Option<usize> {
        let n = self.xty.len();
        let bad = |k: usize| (0..=k).any(|i| !self.xtx[(i, k)].is_finite());
        let target = !self.yty.is_finite() || self.xty.iter().any(|x| !x.is_finite());
        (0..n).find(|&k| bad(k)).or(target.then_some(n))
    }

    /// The solution by Cholesky's factor. Fails with `NotPositiveDefinite`.
    pub fn solve(&self) -> Result<Vec<f64>, LinalgError> {
        Cholesky::factor(&self.xtx)?.solve(&self.xty)
    }

    /// w <- w - rate X^T (X w - y) from w = 0, until the gradient is 1e-12 of X^T y. Without a rate: 2/(largest + smallest
    /// eigenvalue of X^T X), the best constant one.
    pub fn descend(&self, rate: Option<f64>, max_iterations: u64) -> Descent {
        let n = self.xty.len();
        let rate = rate.unwrap_or_else(|| match Symmetric::factor(&self.xtx) {
            // columns that are taken out have eigenvalues of 0
            Ok(s) if n > self.silent => 2.0 / (s.values[n - 1] + s.values[self.silent].abs()),
            _ => f64::NAN,
        });
        let goal = 1e-12 * norm2(&self.xty);
        let mut w = vec![0.0; n];
        let mut trace = Vec::new();
        let mut failure = Some(("max-iterations", "max_iterations"));
        let mut iterations = 0;
        let begin = self.yty;
        loop {
            let image = self.xtx.apply(&w).unwrap_or_default();
            let gradient: Vec<f64> = image.iter().zip(&self.xty).map(|(a, b)| a - b).collect();
            let loss = 0.5 * (self.yty + dot(&w, &image) - 2.0 * dot(&w, &self.xty));
            let gradient_norm = norm2(&gradient);
            if iterations < 10_000 || iterations % 1000 == 0 {
                let largest = gradient.iter().fold(0.0, |m, g| crate::numeric::elementary::max(m, g.abs()));
                trace.push(Mark::of_sums(iterations, loss, largest, self.weight));
            }
            if gradient_norm <= goal {
                failure = None;
                break;
            }
            if !(loss <= 1e10 * (begin + 1.0)) {
                failure = Some(("diverged", "diverged"));
                break;
            }
            if iterations == max_iterations {
                break;
            }
            w.iter_mut().zip(&gradient).for_each(|(w, g)| *w -= rate * g);
            iterations += 1;
        }
        Descent { w, rate, iterations, trace, failure }
    }
}
