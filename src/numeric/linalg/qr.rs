//! A P = Q R for tall A.

use super::{LinalgError, Matrix, norm2};
use crate::numeric::sum::{Sum, dot};

/// Householder's factors, with or without column pivoting. Golub and Van Loan 2013, 5.2 and 5.4.2.
#[derive(Clone, Debug, PartialEq)]
pub struct Qr {
    /// The reflectors v_k: \[cols, rows\], v_k being 0 before entry k, |v_k|^2 = 2 (all 0: no reflection).
    reflectors: Matrix,
    /// R: \[cols, cols\].
    upper: Matrix,
    /// Column j of A P is column `order[j]` of A.
    order: Vec<usize>,
}

impl Qr {
    /// Factors `a`: \[m, n\], m >= n, its columns in their order. Fails with `NotFinite`, with `Shape`.
    pub fn factor(a: &Matrix) -> Result<Self, LinalgError> {
        Qr::reflect(a, false)
    }

    /// The same with the longest remaining column next, so that |R_kk| falls and shows the [rank](Qr::rank).
    pub fn factor_pivoted(a: &Matrix) -> Result<Self, LinalgError> {
        Qr::reflect(a, true)
    }

    fn reflect(a: &Matrix, pivoted: bool) -> Result<Self, LinalgError> {
        let (m, n) = (a.rows, a.cols);
        if m < n {
            let wanted = format!("one of at least {n} rows");
            return Err(LinalgError::Shape { rows: m, columns: n, wanted });
        }
        a.finite()?;
        let mut columns = a.transpose(); // column j of A is row j here: all loops run along memory
        let mut reflectors = Matrix::zeros(n, m);
        let mut order: Vec<usize> = (0..n).collect();
        let mut upper = Matrix::zeros(n, n);
        for k in 0..n {
            if pivoted {
                // the norms are computed anew: downdated ones lose their digits (Drmac and Bujanovic 2008)
                let length = |j: usize| norm2(&columns.row(j)[k..]);
                let mut longest = (k, length(k));
                for j in k + 1..n {
                    let norm = length(j);
                    if norm > longest.1 {
                        longest = (j, norm);
                    }
                }
                columns.swap_rows(k, longest.0);
                order.swap(k, longest.0);
            }
            let column = columns.row(k);
            let norm = norm2(&column[k..]);
            // away from the column's own sign: no cancellation in v_k
            let image = if column[k] > 0.0 { -norm } else { norm };
            let v = reflector(&column[k..], image);
            for (i, v) in v.iter().enumerate() {
                reflectors[(k, k + i)] = *v;
            }
            for i in 0..k {
                upper[(i, k)] = columns[(k, i)];
            }
            upper[(k, k)] = image;
            for j in k + 1..n {
                mirror(&v, &mut columns.data[j * m + k..(j + 1) * m]);
            }
        }
        // entries above the diagonal were final when their column's turn came; pivoting moved whole columns
        Ok(Qr { reflectors, upper, order })
    }

    /// R: \[n, n\].
    pub fn upper(&self) -> &Matrix {
        &self.upper
    }

    /// Which column of A stands at each place of A P.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// How many |R_kk| exceed `rtol` times the first one: the rank, if the columns were pivoted.
    pub fn rank(&self, rtol: f64) -> usize {
        let n = self.upper.rows;
        let first = if n == 0 { 0.0 } else { self.upper[(0, 0)].abs() };
        (0..n).take_while(|&k| self.upper[(k, k)].abs() > rtol * first).count()
    }

    /// x minimising |A x - b|, `b`: \[m\]. Fails with `Singular` (the column of A) where R has a 0 on its diagonal, with
    /// `Shape`.
    pub fn solve(&self, b: &[f64]) -> Result<Vec<f64>, LinalgError> {
        let n = self.upper.rows;
        self.reflectors.fits(self.reflectors.cols, b.len())?;
        if let Some(k) = (0..n).find(|&k| self.upper[(k, k)] == 0.0) {
            return Err(LinalgError::Singular { pivot: self.order[k] });
        }
        let mut image = b.to_vec();
        for k in 0..n {
            mirror(&self.reflectors.row(k)[k..], &mut image[k..]);
        }
        let mut x = vec![0.0; n];
        for k in (0..n).rev() {
            let known: f64 = (k + 1..n).map(|j| self.upper[(k, j)] * x[self.order[j]]).collect::<Sum>().value();
            x[self.order[k]] = (image[k] - known) / self.upper[(k, k)];
        }
        Ok(x)
    }

    /// The first n columns of Q: \[m, n\], orthonormal.
    pub fn orthonormal(&self) -> Matrix {
        let (n, m) = (self.reflectors.rows, self.reflectors.cols);
        let mut columns = Matrix::from_fn(n, m, |j, i| if i == j { 1.0 } else { 0.0 });
        for j in 0..n {
            for k in (0..n).rev() {
                mirror(&self.reflectors.row(k)[k..], &mut columns.data[j * m + k..(j + 1) * m]);
            }
        }
        columns.transpose()
    }

    /// Q R P^T.
    pub fn reconstruct(&self) -> Matrix {
        let (n, m) = (self.reflectors.rows, self.reflectors.cols);
        let q = self.orthonormal();
        let mut a = Matrix::zeros(m, n);
        for j in 0..n {
            let column = self.upper.column(j);
            for i in 0..m {
                a[(i, self.order[j])] = dot(q.row(i), &column);
            }
        }
        a
    }
}

/// v with |v|^2 = 2 so that x - v (v . x) = (image, 0, ..., 0); all 0 where x is.
fn reflector(x: &[f64], image: f64) -> Vec<f64> {
    let mut v = x.to_vec();
    if image == 0.0 {
        return v; // x = 0
    }
    let largest = super::vector::max_abs(x);
    let scale = super::vector::inverse_scale(largest);
    v.iter_mut().for_each(|v| *v *= scale);
    v[0] -= image * scale;
    let norm = norm2(&v);
    v.iter_mut().for_each(|v| *v = *v / norm * std::f64::consts::SQRT_2);
    v
}

/// x - v (v . x).
fn mirror(v: &[f64], x: &mut [f64]) {
    let along = dot(v, x);
    if along != 0.0 {
        x.iter_mut().zip(v).for_each(|(x, v)| *x -= along * v);
    }
}
