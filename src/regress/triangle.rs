//! The Cholesky factor of sums of products in double-double, with dependent columns left out.

use super::gram::Gram;
use crate::numeric::sum::Dd;
use rayon::prelude::*;

/// A column whose square is to a part below this explained by those before it depends on them: the sums are good to 1e-30,
/// and numbers of a table to 1e-16, squared 1e-32.
const DEPENDENT: f64 = 1e-26;

/// What is below this part of a column's own square is the rounding of its sum.
const ROUNDING: f64 = 1e-29;

/// A part of the target's square below this is none: residuals of 3e-15, the rounding of what computed the target.
const PERFECT: f64 = 1e-29;

/// So many products are worth several threads.
const WORTH_THREADS: usize = 20_000;

/// The lower factor L of the sums, L L^T = S, for the columns that are kept. The last column is the target.
#[derive(Clone, Debug)]
pub struct Triangle {
    n: usize,
    lower: Vec<Dd>,
    /// Whether a column is in the model: \[order\].
    pub kept: Vec<bool>,
    /// The square of the target that the columns do not explain.
    pub rest: Dd,
}

impl Triangle {
    /// Factors the sums, `penalty[k]` added to the diagonal of column k (intercept included): \[order - 1\], or none.
    pub fn factor(gram: &Gram, penalty: &[f64]) -> Triangle {
        let n = gram.order();
        let first = usize::from(gram.intercept);
        let mut t = Triangle { n, lower: vec![Dd::ZERO; n * n], kept: vec![true; n], rest: Dd::ZERO };
        for j in 0..n {
            let target = j + 1 == n;
            let added = if target { 0.0 } else { penalty.get(j).copied().unwrap_or(0.0) };
            let mut square = gram.at(j, j) + added;
            let mut centred = square;
            for k in 0..j {
                let l = t.at(j, k);
                square = square - l * l;
                if k == 0 && first == 1 {
                    centred = square;
                }
            }
            if target {
                t.rest = if square.hi > PERFECT * centred.hi { square } else { Dd::ZERO };
                break;
            }
            // what rounding the table's numbers can have added to a column that would else be dependent
            let noise = if j >= first && gram.rounded[j - first] {
                gram.raw_square(j - first) * 1.3e-32 * (j as f64 + 1.0)
            } else {
                0.0
            };
            let sum = gram.at(j, j).hi * ROUNDING;
            if !(square.hi > DEPENDENT * centred.hi && square.hi > noise && square.hi > sum) {
                t.kept[j] = false;
                continue;
            }
            let root = square.sqrt();
            t.lower[j * n + j] = root;
            let (above, below) = t.lower.split_at_mut((j + 1) * n);
            let own = &above[j * n..j * n + j];
            // each entry is summed by one thread, in one order: so many threads, the same bits
            let entry = |(at, row): (usize, &mut [Dd])| {
                let known = row[..j].iter().zip(own);
                row[j] = known.fold(gram.at(j + 1 + at, j), |entry, (l, k)| entry - *l * *k) / root;
            };
            match (n - j) * j > WORTH_THREADS {
                true => below.par_chunks_mut(n).enumerate().for_each(entry),
                false => below.chunks_mut(n).enumerate().for_each(entry),
            }
        }
        t
    }

    /// Of a factor found otherwise: `lower`: \[order, order\] by rows; `rest`: the square that is not explained.
    pub(super) fn of(lower: Vec<Dd>, kept: Vec<bool>, rest: Dd, gram: &Gram) -> Triangle {
        let n = gram.order();
        let square = gram.at(n - 1, n - 1);
        let centred = match gram.intercept {
            true => square - gram.at(0, n - 1) * gram.at(0, n - 1) / gram.at(0, 0),
            false => square,
        };
        let rest = if rest.hi > PERFECT * centred.hi { rest } else { Dd::ZERO };
        Triangle { n, lower, kept, rest }
    }

    /// Entry (i, j), j <= i.
    pub fn at(&self, i: usize, j: usize) -> Dd {
        self.lower[i * self.n + j]
    }

    /// How many columns are in the model.
    pub fn rank(&self) -> usize {
        self.kept[..self.n - 1].iter().filter(|k| **k).count()
    }

    /// The coefficients of the scaled columns: \[order - 1\], 0 for those left out.
    pub fn solve(&self) -> Vec<Dd> {
        let n = self.n - 1;
        let right: Vec<Dd> = (0..n).map(|k| self.at(n, k)).collect();
        self.back(right, n)
    }

    /// x with L^T x = right, over the first `n` columns.
    fn back(&self, mut right: Vec<Dd>, n: usize) -> Vec<Dd> {
        for i in (0..n).rev() {
            if !self.kept[i] {
                right[i] = Dd::ZERO;
                continue;
            }
            let mut value = right[i];
            for (k, known) in right.iter().enumerate().take(n).skip(i + 1) {
                if self.kept[k] {
                    value = value - self.at(k, i) * *known;
                }
            }
            right[i] = value / self.at(i, i);
        }
        right
    }

    /// On which columns before it column j, which was left out, depends, with the coefficients of the scaled columns.
    pub fn dependence(&self, j: usize) -> Vec<Dd> {
        let right: Vec<Dd> = (0..j).map(|k| self.at(j, k)).collect();
        self.back(right, j)
    }

    /// (L L^T)^-1 over the columns but the target, by rows: \[n, n\], 0 for those left out.
    pub fn inverse(&self) -> Vec<Dd> {
        let n = self.n - 1;
        if n == 0 {
            return Vec::new();
        }
        // the columns of L^-1, one behind the other
        let mut inverse = vec![Dd::ZERO; n * n];
        inverse.par_chunks_mut(n).enumerate().filter(|(j, _)| self.kept[*j]).for_each(|(j, column)| {
            for i in (j..n).filter(|&i| self.kept[i]) {
                let known = self.lower[i * self.n + j..i * self.n + i].iter().zip(&column[j..i]);
                let one = Dd::from(if i == j { 1.0 } else { 0.0 });
                column[i] = known.fold(one, |value, (l, k)| value - *l * *k) / self.at(i, i);
            }
        });
        let mut full = vec![Dd::ZERO; n * n];
        full.par_chunks_mut(n).enumerate().for_each(|(i, row)| {
            for j in i..n {
                let pairs = inverse[i * n + j..(i + 1) * n].iter().zip(&inverse[j * n + j..(j + 1) * n]);
                row[j] = pairs.fold(Dd::ZERO, |sum, (a, b)| sum + *a * *b);
            }
        });
        for i in 0..n {
            for j in i + 1..n {
                full[j * n + i] = full[i * n + j];
            }
        }
        full
    }
}
