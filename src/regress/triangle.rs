//! The Cholesky factor of sums of products in double-double, with dependent columns left out.

use super::gram::Gram;
use super::products::{Parts, Run, add_products};
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
const WORTH_THREADS: usize = 200_000;

/// Columns that are factored together.
const PANEL: usize = 32;

/// The lower factor L of the sums, L L^T = S, for the columns that are kept. The last column is the target.
#[derive(Clone, Debug)]
pub struct Triangle {
    /// L by rows, each filled up with zeros to whole panels.
    rows: Vec<Parts>,
    /// Whether a column is in the model: \[order\].
    pub kept: Vec<bool>,
    /// The square of the target that the columns do not explain.
    pub rest: Dd,
}

impl Triangle {
    /// Factors the sums, `penalty[k]` added to the diagonal of column k (intercept included): \[order - 1\], or none.
    ///
    /// Panel by panel (Golub and Van Loan 2013, 4.2.7): what the columns before a panel explain is taken from its entries in
    /// inner products of whole rows, the rest column by column.
    pub fn factor(gram: &Gram, penalty: &[f64]) -> Triangle {
        let n = gram.order();
        let empty = Parts::with(n.next_multiple_of(PANEL), |_| (0.0, 0.0));
        let mut t = Triangle { rows: vec![empty; n], kept: vec![true; n], rest: Dd::ZERO };
        for from in (0..n).step_by(PANEL) {
            let to = n.min(from + PANEL);
            // entries (i, from..to) less what the columns before explain: \[rows from `from` on\]\[panel\]
            let mut open: Vec<Vec<Dd>> = (from..n).map(|_| vec![Dd::ZERO; to - from]).collect();
            let before: Vec<Run<'_>> = (from..to).map(|j| t.rows[j].run(0, from)).collect();
            let entries = |(at, open): (usize, &mut Vec<Dd>)| {
                let i = from + at;
                if from > 0 {
                    add_products(t.rows[i].run(0, from), &before, open);
                }
                for (j, entry) in (from..to).zip(open) {
                    *entry = gram.at(i, j) - *entry;
                }
            };
            each(&mut open, (n - from) * from * PANEL, entries);
            for j in from..to {
                t.column(gram, penalty.get(j).copied().unwrap_or(0.0), j, from, &mut open);
            }
        }
        t
    }

    /// Column j of a panel that begins at column `from`: its pivot, then the entries below.
    fn column(&mut self, gram: &Gram, penalty: f64, j: usize, from: usize, open: &mut [Vec<Dd>]) {
        let (n, first) = (gram.order(), usize::from(gram.intercept));
        let (target, own) = (j + 1 == n, j - from);
        let added = if target { 0.0 } else { penalty };
        let mut square = open[own][own] + added;
        for k in from..j {
            let l = self.rows[j].at(k);
            square = square - l * l;
        }
        let centred = match first {
            1 if j > 0 => gram.at(j, j) + added - self.rows[j].at(0) * self.rows[j].at(0),
            _ => gram.at(j, j) + added,
        };
        if target {
            self.rest = if square.hi > PERFECT * centred.hi { square } else { Dd::ZERO };
            return;
        }
        // what rounding the table's numbers can have added to a column that would else be dependent
        let noise = if j >= first && gram.rounded[j - first] {
            gram.raw_square(j - first) * 1.3e-32 * (j as f64 + 1.0)
        } else {
            0.0
        };
        let sum = gram.at(j, j).hi * ROUNDING;
        if !(square.hi > DEPENDENT * centred.hi && square.hi > noise && square.hi > sum) {
            self.kept[j] = false;
            return;
        }
        let root = square.sqrt();
        self.rows[j].set(j, root);
        let (above, below) = self.rows.split_at_mut(j + 1);
        let pivot = &above[j];
        // each entry is summed by one thread, in one order: so many threads, the same bits
        for (row, open) in below.iter_mut().zip(&mut open[own + 1..]) {
            let entry = (from..j).fold(open[own], |entry, k| entry - row.at(k) * pivot.at(k));
            row.set(j, entry / root);
        }
    }

    /// Of a factor found otherwise: `lower`: \[order, order\] by rows; `rest`: the square that is not explained.
    pub(super) fn of(lower: Vec<Dd>, kept: Vec<bool>, rest: Dd, gram: &Gram) -> Triangle {
        let n = gram.order();
        let rest = if rest.hi > PERFECT * gram.explainable().hi { rest } else { Dd::ZERO };
        let size = n.next_multiple_of(PANEL);
        let row = |i: usize| {
            Parts::with(size, |j| {
                let l = if j < n { lower[i * n + j] } else { Dd::ZERO };
                (l.hi, l.lo)
            })
        };
        Triangle { rows: (0..n).map(row).collect(), kept, rest }
    }

    /// Entry (i, j), j <= i.
    pub fn at(&self, i: usize, j: usize) -> Dd {
        self.rows[i].at(j)
    }

    /// How many columns are in the model.
    pub fn rank(&self) -> usize {
        self.kept[..self.rows.len() - 1].iter().filter(|k| **k).count()
    }

    /// The coefficients of the scaled columns: \[order - 1\], 0 for those left out.
    pub fn solve(&self) -> Vec<Dd> {
        let n = self.rows.len() - 1;
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
        let n = self.rows.len() - 1;
        if n == 0 {
            return Vec::new();
        }
        let size = (n + 1).next_multiple_of(PANEL);
        // the columns of L^-1, panel by panel
        let mut inverse: Vec<Parts> = vec![Parts::with(size, |_| (0.0, 0.0)); n];
        let solve = |(j, column): (usize, &mut Parts)| {
            if !self.kept[j] {
                return;
            }
            let first = j - j % PANEL;
            for from in (first..n).step_by(PANEL) {
                let to = n.min(from + PANEL);
                let mut known = vec![Dd::ZERO; to - from];
                if from > first {
                    let rows: Vec<Run<'_>> = (from..to).map(|i| self.rows[i].run(first, from)).collect();
                    add_products(column.run(first, from), &rows, &mut known);
                }
                for i in (from.max(j)..to).filter(|&i| self.kept[i]) {
                    let one = Dd::from(if i == j { 1.0 } else { 0.0 });
                    let value = (from..i).fold(one - known[i - from], |v, k| v - self.at(i, k) * column.at(k));
                    column.set(i, value / self.at(i, i));
                }
            }
        };
        each(&mut inverse, n * n * n / 6, solve);
        let mut full = vec![Dd::ZERO; n * n];
        let mut rows: Vec<&mut [Dd]> = full.chunks_mut(n).collect();
        each(&mut rows, n * n * n / 6, |(i, row)| {
            // columns j have zeros before j
            for from in (i..n).step_by(PANEL) {
                let to = n.min(from + PANEL);
                let columns: Vec<Run<'_>> = (from..to).map(|j| inverse[j].run(from, size)).collect();
                add_products(inverse[i].run(from, size), &columns, &mut row[from..to]);
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

/// `of` each entry with its number, on all threads where there is so much work in `products`.
fn each<T: Send>(list: &mut [T], products: usize, of: impl Fn((usize, &mut T)) + Sync) {
    match products > WORTH_THREADS {
        true => list.par_iter_mut().enumerate().for_each(&of),
        false => list.iter_mut().enumerate().for_each(&of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;
    use crate::regress::{Block, Column};

    #[test]
    fn several_panels_are_factored_as_one() {
        // 75 columns in three panels; column 40 is the sum of columns 3 and 39, which stand in other panels, column 70 twice column 69
        let (mut random, n, rows) = (Random::new(9), 75, 200);
        let mut x: Vec<Vec<f64>> = (0..n).map(|_| (0..rows).map(|_| random.normal()).collect()).collect();
        x[40] = (0..rows).map(|i| x[3][i] + x[39][i]).collect();
        x[70] = x[69].iter().map(|v| 2.0 * v).collect();
        let y: Vec<f64> = (0..rows).map(|_| random.normal()).collect();
        let block = Block {
            rows,
            x: x.iter().map(|c| Column::of(c)).collect(),
            y: Column::of(&y),
            weights: None,
            offset: None,
            extra: Vec::new(),
            rounded: vec![true; n],
            lines: &[],
        };
        for intercept in [true, false] {
            let mut gram = Gram::new(&block, intercept);
            gram.add(&block);
            let (first, order) = (usize::from(intercept), gram.order());
            let t = Triangle::factor(&gram, &[]);
            let left: Vec<usize> = (0..order).filter(|&k| !t.kept[k]).collect();
            assert_eq!(left, [40 + first, 70 + first]);
            let on: Vec<usize> = (0..40 + first).filter(|&k| t.dependence(40 + first)[k].hi.abs() > 1e-12).collect();
            assert_eq!(on, [3 + first, 39 + first]);
            // L L^T is the matrix of sums, and its inverse its inverse, over the columns that are kept
            let inverse = t.inverse();
            let kept: Vec<usize> = (0..order - 1).filter(|&k| t.kept[k]).collect();
            for &i in &kept {
                for &j in &kept {
                    let product = (0..order).fold(Dd::ZERO, |s, k| s + t.at(i, k) * t.at(j, k));
                    let size = (gram.at(i, i) * gram.at(j, j)).sqrt().hi;
                    assert!((product - gram.at(i, j)).hi.abs() < 1e-28 * size, "{i} {j}");
                    let one = kept.iter().fold(Dd::ZERO, |s, &k| s + gram.at(i, k) * inverse[k * (order - 1) + j]);
                    let want = if i == j { 1.0 } else { 0.0 };
                    assert!((one - Dd::from(want)).hi.abs() < 1e-25, "{i} {j}: {one:?}");
                }
            }
            // a penalty keeps all
            let penalised = Triangle::factor(&gram, &vec![0.5; order - 1]);
            assert!(penalised.kept.iter().all(|k| *k));
        }
    }
}
