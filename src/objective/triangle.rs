//! The triangular factor of [J r], built row block by row block: what least squares needs of a Jacobian that is not kept.

use crate::numeric::linalg::Matrix;

/// R with R'R = [J r]'[J r]: its first n columns are the factor of J, the last one is Q'r. Householder reflections that
/// take in a block of rows at a time (Golub and Van Loan 2013, 6.5.3; Demmel et al. 2012, TSQR). Unlike sums of products it has
/// the digits of J, not of J'J.
#[derive(Clone, Debug, PartialEq)]
pub struct Triangle {
    /// The order, n + 1.
    size: usize,
    /// Upper triangle, row by row: \[size, size\]; zeros below.
    entries: Vec<f64>,
}

/// A sum of squares at a point, with its derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct Linearized {
    /// f = r'r, the sum compensated.
    pub value: f64,
    /// 2 J'r: \[n\].
    pub gradient: Vec<f64>,
    /// The factor of [J r].
    pub triangle: Triangle,
}

impl Linearized {
    /// For n variables; everything 0.
    pub fn new(n: usize) -> Self {
        Linearized { value: 0.0, gradient: vec![0.0; n], triangle: Triangle::new(n) }
    }
}

impl Triangle {
    /// Of no rows, for n variables.
    pub fn new(n: usize) -> Self {
        Triangle { size: n + 1, entries: vec![0.0; (n + 1) * (n + 1)] }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.entries.fill(0.0);
    }

    /// Multiplies all rows by a number.
    pub fn scale(&mut self, c: f64) {
        self.entries.iter_mut().for_each(|e| *e *= c);
    }

    /// The number of variables, n.
    pub fn dimension(&self) -> usize {
        self.size - 1
    }

    /// Entry (i, j); column n is Q'r.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.entries[i * self.size + j]
    }

    /// R of J alone: \[n, n\].
    pub fn upper(&self) -> Matrix {
        let n = self.dimension();
        Matrix::from_fn(n, n, |i, j| self.at(i, j))
    }

    /// c J'J: \[n, n\]; with c = 2 the Fisher information of normal residuals on the scale of f = r'r.
    pub fn products(&self, c: f64, out: &mut Matrix) {
        let n = self.dimension();
        for i in 0..n {
            for j in 0..n {
                out[(i, j)] = c * (0..=i.min(j)).map(|k| self.at(k, i) * self.at(k, j)).sum::<f64>();
            }
        }
    }

    /// The first n entries of Q'r: \[n\].
    pub fn rhs(&self) -> Vec<f64> {
        let n = self.dimension();
        (0..n).map(|i| self.at(i, n)).collect()
    }

    /// Euclidean norms of J's columns: \[n\].
    pub fn column_norms(&self) -> Vec<f64> {
        let column = |j| (0..=j).map(|i| self.at(i, j)).collect::<Vec<f64>>();
        (0..self.dimension()).map(|j| crate::numeric::linalg::norm2(&column(j))).collect()
    }

    /// Takes in rows of [J r]: `columns`: \[n + 1\]\[rows\], used up.
    pub fn absorb(&mut self, columns: &mut [Vec<f64>]) {
        let size = self.size;
        for k in 0..size {
            let (left, right) = columns.split_at_mut(k + 1);
            let v = &mut left[k];
            let diagonal = self.entries[k * size + k];
            let (squares, scale) = sum_of_squares(v);
            if squares == 0.0 {
                continue;
            }
            // away from the diagonal's own sign: no cancellation
            let length = ((diagonal * scale) * (diagonal * scale) + squares).sqrt() / scale;
            let image = if diagonal > 0.0 { -length } else { length };
            let head = diagonal - image;
            self.entries[k * size + k] = image;
            // H = I - beta v v' with v = (1, column/head): no product of two entries of the data, which might overflow
            let beta = head / -image;
            v.iter_mut().for_each(|v| *v /= head);
            for (j, column) in right.iter_mut().enumerate().map(|(i, c)| (k + 1 + i, c)) {
                let top = &mut self.entries[k * size + j];
                let along = (*top + dot(v, column)) * beta;
                *top -= along;
                for (c, &v) in column.iter_mut().zip(v.iter()) {
                    *c -= along * v;
                }
            }
        }
    }

    /// Takes in the rows of another factor.
    pub fn merge(&mut self, other: &Triangle) {
        let size = self.size;
        let mut columns: Vec<Vec<f64>> = (0..size).map(|j| (0..size).map(|i| other.at(i, j)).collect()).collect();
        self.absorb(&mut columns);
    }
}

/// Sums on eight accumulators, in one order whatever the machine.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (xs, ys) = (x.chunks_exact(8), y.chunks_exact(8));
    let tail: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in xs.zip(ys) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + tail
}

/// s and c with c^2 |v|^2 = s, where c is 1 unless squares would leave the range of f64.
fn sum_of_squares(v: &[f64]) -> (f64, f64) {
    let plain = dot(v, v);
    if plain > 1e-280 && plain < 1e280 || plain.is_nan() {
        return (plain, 1.0);
    }
    let largest = v.iter().fold(0.0, |m: f64, x| if x.abs() > m { x.abs() } else { m });
    if largest == 0.0 || !largest.is_finite() {
        return (plain, 1.0);
    }
    let scale = if largest > 1.0 { 1e-160 } else { 1e200 };
    let scaled: Vec<f64> = v.iter().map(|x| x * scale).collect();
    (dot(&scaled, &scaled), scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<[f64; 3]> {
        (0..20).map(f64::from).map(|t| [1.0, t, (t - 3.0) * (t - 3.0) / 7.0 - 1.0]).collect()
    }

    fn columns(rows: &[[f64; 3]]) -> Vec<Vec<f64>> {
        (0..3).map(|j| rows.iter().map(|r| r[j]).collect()).collect()
    }

    #[test]
    fn the_factor_has_the_products_of_the_columns() {
        let rows = rows();
        let mut whole = Triangle::new(2);
        whole.absorb(&mut columns(&rows));
        let mut parts = Triangle::new(2);
        for part in rows.chunks(7) {
            let mut one = Triangle::new(2);
            one.absorb(&mut columns(part));
            parts.merge(&one);
        }
        for triangle in [whole, parts] {
            for i in 0..3 {
                for j in 0..3 {
                    let found: f64 = (0..3).map(|k| triangle.at(k, i) * triangle.at(k, j)).sum();
                    let want: f64 = rows.iter().map(|r| r[i] * r[j]).sum();
                    assert!((found - want).abs() < 1e-12 * 2500.0, "{i} {j}: {found} {want}");
                }
            }
        }
    }

    #[test]
    fn tiny_and_huge_rows_keep_their_digits() {
        for unit in [1e-200, 1e200] {
            let mut triangle = Triangle::new(1);
            triangle.absorb(&mut [vec![3.0 * unit, 4.0 * unit], vec![0.0, 5.0 * unit]]);
            assert!((triangle.at(0, 0).abs() / unit - 5.0).abs() < 1e-14);
            assert!((triangle.at(0, 1).abs() / unit - 4.0).abs() < 1e-14);
            assert!((triangle.at(1, 1).abs() / unit - 3.0).abs() < 1e-14);
        }
    }
}
