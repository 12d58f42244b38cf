//! Sums of products of columns in double-double, in one pass.
//!
//! Columns are shifted by means of the first rows (only where there is an intercept, which takes the shift up) and scaled by
//! powers of two, so that the sums are near those of centred columns; a product of two f64 is exact, and double-double
//! sums of it keep 30 digits, of which the squared condition number may eat twice the eight that a QR in f64 can afford to lose.

use super::products::{Parts, Run, add_products};
use super::{Block, RegressError};
use crate::numeric::elementary::ln;
use crate::numeric::sum::{Dd, Sum};

/// Rows summed at a time; the order of the additions depends on the rows alone.
pub const CHUNK: usize = 512;

/// A sum of products below this part of the columns' lengths is rounding.
const DUST: f64 = 1e-28;

/// The sums: of `[1] x.. y` by `[1] x.. y`, `[1]` only with an intercept.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// Whether the first column is 1.
    pub intercept: bool,
    /// What was subtracted: \[terms + 1\], the last one of the target.
    pub shift: Vec<f64>,
    /// What was multiplied by then, powers of two: \[terms + 1\].
    pub scale: Vec<f64>,
    /// Rows with a weight above 0.
    pub rows: u64,
    /// The sum of the weights.
    pub weight: Dd,
    /// The sum of their logarithms.
    pub ln_weight: f64,
    /// Which terms are rounded numbers of the table (products of columns have no rounding to speak of): \[terms\].
    pub rounded: Vec<bool>,
    /// Upper triangle by rows: entry (i, j), i <= j, of order [`Gram::order`].
    pub sums: Vec<Dd>,
    /// The sums of the columns themselves, which without an intercept are not among the products: \[terms + 1\]; else empty.
    pub totals: Vec<Dd>,
}

impl Gram {
    /// Empty sums whose shifts and scales fit `block`, the first rows of the data.
    pub fn new(block: &Block<'_>, intercept: bool) -> Gram {
        let rows = block.rows.max(1) as f64;
        let mut shift = Vec::new();
        let mut scale = Vec::new();
        for column in block.x.iter().chain(std::iter::once(&block.y)) {
            let mean = if intercept { column.hi.iter().copied().collect::<Sum>().value() / rows } else { 0.0 };
            let mean = if mean.is_finite() { mean } else { 0.0 };
            let largest =
                column.hi.iter().fold(0.0, |m: f64, x| if (x - mean).abs() > m { (x - mean).abs() } else { m });
            shift.push(mean);
            scale.push(inverse_power(largest));
        }
        let order = block.x.len() + 1 + usize::from(intercept);
        Gram {
            intercept,
            shift,
            scale,
            rows: 0,
            weight: Dd::ZERO,
            ln_weight: 0.0,
            rounded: block.rounded.clone(),
            sums: vec![Dd::ZERO; order * (order + 1) / 2],
            totals: if intercept { Vec::new() } else { vec![Dd::ZERO; order] },
        }
    }

    /// Sums of nothing, of the same kind.
    pub fn empty(&self) -> Gram {
        let (sums, totals) = (vec![Dd::ZERO; self.sums.len()], vec![Dd::ZERO; self.totals.len()]);
        Gram { rows: 0, weight: Dd::ZERO, ln_weight: 0.0, sums, totals, ..self.clone() }
    }

    /// How many columns: terms, target, intercept.
    pub fn order(&self) -> usize {
        self.shift.len() + usize::from(self.intercept)
    }

    /// How many terms, without the intercept.
    pub fn terms(&self) -> usize {
        self.shift.len() - 1
    }

    /// Entry (i, j).
    pub fn at(&self, i: usize, j: usize) -> Dd {
        let (i, j) = if i <= j { (i, j) } else { (j, i) };
        self.sums[self.place(i, j)]
    }

    /// Entry (i, j) of the columns about their means, where there is an intercept; else as it stands.
    pub fn centred(&self, i: usize, j: usize) -> Dd {
        match self.intercept {
            true => self.at(i, j) - self.at(0, i) * self.at(0, j) / self.at(0, 0),
            false => self.at(i, j),
        }
    }

    /// The variance of the scaled column of term `k` about its mean, with an intercept or without.
    pub fn variance(&self, k: usize) -> Dd {
        let column = k + usize::from(self.intercept);
        match self.totals.get(k) {
            None => self.centred(column, column) / self.weight,
            Some(total) => (self.at(column, column) - *total * *total / self.weight) / self.weight,
        }
    }

    /// The square of the target, about its mean where there is an intercept: what the columns may explain.
    pub fn explainable(&self) -> Dd {
        let target = self.order() - 1;
        self.centred(target, target)
    }

    fn place(&self, i: usize, j: usize) -> usize {
        let n = self.order();
        i * n - i * (i + 1) / 2 + j
    }

    /// Fails with `NoWeight` where no row counts, with `Overflow` where a sum is not finite; `names`: \[terms\].
    pub fn check(&self, names: &[String]) -> Result<(), RegressError> {
        if self.rows == 0 {
            return Err(RegressError::NoWeight);
        }
        let first = usize::from(self.intercept);
        match (0..self.order()).find(|&i| !self.at(i, i).hi.is_finite()) {
            None => Ok(()),
            Some(i) => {
                let name = names.get(i.wrapping_sub(first));
                Err(RegressError::Overflow { column: name.map_or("the target", String::as_str).to_string() })
            }
        }
    }

    /// The mean of the target, where there is an intercept.
    pub fn mean_of_target(&self) -> f64 {
        let at = self.terms();
        (self.at(0, self.order() - 1) / self.at(0, 0) * (1.0 / self.scale[at]) + self.shift[at]).hi
    }

    /// Adds rows, at most [`CHUNK`] of them at a time.
    pub fn add(&mut self, block: &Block<'_>) {
        for start in (0..block.rows).step_by(CHUNK) {
            let rows = (block.rows - start).min(CHUNK);
            self.add_chunk(block, start, rows);
        }
    }

    /// Adds the `rows` rows from `start` on, at most [`CHUNK`].
    pub fn add_chunk(&mut self, block: &Block<'_>, start: usize, rows: usize) {
        let mut columns: Vec<Parts> = Vec::with_capacity(self.order());
        if self.intercept {
            columns.push(Parts::with(rows, |_| (1.0, 0.0)));
        }
        for (k, column) in block.x.iter().chain(std::iter::once(&block.y)).enumerate() {
            let (shift, scale) = (self.shift[k], self.scale[k]);
            let target = k == block.x.len();
            columns.push(match (&block.offset, target) {
                (Some(offset), true) => Parts::with(rows, |i| {
                    let z = (column.at(start + i) - offset.at(start + i) + -shift) * scale;
                    (z.hi, z.lo)
                }),
                _ if column.lo.is_empty() => Parts::shifted(&column.hi[start..start + rows], shift, scale),
                _ => Parts::with(rows, |i| {
                    let z = column.at(start + i) + -shift;
                    (z.hi * scale, z.lo * scale)
                }),
            });
        }
        let n = columns.len();
        let runs: Vec<Run<'_>> = columns.iter().map(Parts::all).collect();
        if !self.intercept {
            let weights = Parts::with(rows, |i| match &block.weights {
                Some(weights) => (weights.at(start + i).hi, weights.at(start + i).lo),
                None => (1.0, 0.0),
            });
            add_products(weights.all(), &runs, &mut self.totals);
        }
        let mut at = 0;
        match &block.weights {
            None => {
                self.rows += rows as u64;
                self.weight += Dd::from(rows as f64);
                for i in 0..n {
                    add_products(runs[i], &runs[i..], &mut self.sums[at..at + n - i]);
                    at += n - i;
                }
            }
            Some(weights) => {
                let w = |i: usize| weights.hi[start + i];
                for i in 0..rows {
                    if w(i) > 0.0 {
                        self.rows += 1;
                        self.ln_weight += ln(w(i));
                    }
                    self.weight += weights.at(start + i);
                }
                for i in 0..n {
                    let weighted = Parts::with(rows, |r| {
                        let z = columns[i].at(r) * weights.at(start + r);
                        (z.hi, z.lo)
                    });
                    add_products(weighted.all(), &runs[i..], &mut self.sums[at..at + n - i]);
                    at += n - i;
                }
            }
        }
    }

    /// Adds the sums of other rows, which come after these. Fails with `Unlike` where shifts or scales differ: see
    /// [`Gram::moved`].
    pub fn merge(&mut self, other: &Gram) -> Result<(), RegressError> {
        let other = if other.shift == self.shift && other.scale == self.scale { other } else { &other.moved(self)? };
        self.rows += other.rows;
        self.weight += other.weight;
        self.ln_weight += other.ln_weight;
        for (a, b) in self.rounded.iter_mut().zip(&other.rounded) {
            *a &= b;
        }
        let pairs = self.sums.iter_mut().zip(&other.sums).chain(self.totals.iter_mut().zip(&other.totals));
        pairs.for_each(|(sum, more)| *sum += *more);
        Ok(())
    }

    /// The same sums with 0 in place of these columns (intercept first), whose rows are 0 with this scale.
    pub fn silenced(&self, columns: impl Iterator<Item = usize>) -> Gram {
        let mut gram = self.clone();
        let first = usize::from(self.intercept);
        for k in columns.filter(|k| *k >= first) {
            gram.scale[k - first] = 0.0;
            gram.totals.iter_mut().skip(k).take(1).for_each(|total| *total = Dd::ZERO);
            for i in 0..self.order() {
                let place = self.place(i.min(k), i.max(k));
                gram.sums[place] = Dd::ZERO;
            }
        }
        gram
    }

    /// The sums of other terms: term k is `from[k]` of these, or a column of 0: \[terms\].
    pub fn arranged(&self, from: &[Option<usize>]) -> Gram {
        let old: Vec<Option<usize>> = from.iter().copied().chain([Some(self.terms())]).collect();
        let of = |values: &[f64], zero: f64| old.iter().map(|k| k.map_or(zero, |k| values[k])).collect::<Vec<f64>>();
        let first = usize::from(self.intercept);
        let order = old.len() + first;
        let column = |i: usize| if i < first { Some(i) } else { old[i - first].map(|k| k + first) };
        let mut sums = Vec::with_capacity(order * (order + 1) / 2);
        for i in 0..order {
            for j in i..order {
                sums.push(match (column(i), column(j)) {
                    (Some(i), Some(j)) => self.at(i, j),
                    _ => Dd::ZERO,
                });
            }
        }
        let rounded = from.iter().map(|k| k.is_none_or(|k| self.rounded[k])).collect();
        let totals =
            if first == 0 { old.iter().map(|k| k.map_or(Dd::ZERO, |k| self.totals[k])).collect() } else { Vec::new() };
        Gram { shift: of(&self.shift, 0.0), scale: of(&self.scale, 1.0), rounded, sums, totals, ..self.clone() }
    }

    /// The same sums with the shifts and scales of `like`: z' = ((z/c + s) - s') c'.
    pub fn moved(&self, like: &Gram) -> Result<Gram, RegressError> {
        if self.intercept != like.intercept || self.shift.len() != like.shift.len() {
            let what = format!("{} terms and {}", self.terms(), like.terms());
            return Err(RegressError::Unlike { what });
        }
        let (n, first) = (self.order(), usize::from(self.intercept));
        // z' = factor z + term * 1
        let factor = |i: usize| if i < first { 1.0 } else { like.scale[i - first] / self.scale[i - first] };
        let term = |i: usize| {
            if i < first {
                return Dd::ZERO;
            }
            Dd::sum_of(self.shift[i - first], -like.shift[i - first]) * like.scale[i - first]
        };
        let mut moved = Gram { shift: like.shift.clone(), scale: like.scale.clone(), ..self.clone() };
        for i in 0..n {
            for j in i..n {
                let mut sum = self.at(i, j) * factor(i) * factor(j);
                if self.intercept {
                    sum += self.at(0, i) * factor(i) * term(j) + self.at(0, j) * factor(j) * term(i);
                    sum += self.at(0, 0) * term(i) * term(j);
                    // the column of ones itself has no term, and is not moved twice
                }
                let place = self.place(i, j);
                moved.sums[place] = sum;
            }
        }
        // without an intercept nothing is shifted
        moved.totals.iter_mut().enumerate().for_each(|(i, total)| *total = *total * factor(i));
        Ok(moved)
    }

    /// The sums over the columns as they stand in the table: X^T X, X^T y, y^T y.
    pub fn unshifted(&self) -> Gram {
        let like = Gram { shift: vec![0.0; self.shift.len()], scale: vec![1.0; self.shift.len()], ..self.empty() };
        // of one kind by construction
        let mut raw = self.moved(&like).unwrap_or(like);
        let roots: Vec<f64> = (0..raw.order()).map(|i| raw.at(i, i).hi.sqrt()).collect();
        for i in 0..raw.order() {
            for j in i + 1..raw.order() {
                let place = raw.place(i, j);
                // columns of which one is 0 wherever the other is not: what is left is the rounding of the shifts
                if raw.sums[place].hi.abs() < DUST * roots[i] * roots[j] {
                    raw.sums[place] = Dd::ZERO;
                }
            }
        }
        raw
    }

    /// The sum of squares of term `k` as it stands in the table, in units of its scaled column.
    pub fn raw_square(&self, k: usize) -> f64 {
        let first = usize::from(self.intercept);
        let s = Dd::from(self.shift[k]) * self.scale[k];
        let square = self.at(first + k, first + k);
        if !self.intercept {
            return square.hi;
        }
        (square + self.at(0, first + k) * s * 2.0 + self.at(0, 0) * s * s).hi
    }
}

/// The power of two that brings `x` near 1; 1 for 0.
fn inverse_power(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return 1.0;
    }
    let exponent = (x.to_bits() >> 52 & 0x7ff) as i64 - 1023;
    f64::from_bits(((-exponent).clamp(-1000, 1000) + 1023) as u64 * (1 << 52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;
    use crate::regress::Column;

    fn block(columns: &[Vec<f64>], y: &[f64]) -> Block<'static> {
        let column = |v: &[f64]| Column { hi: v.to_vec().into(), lo: Vec::new().into() };
        Block {
            rows: y.len(),
            x: columns.iter().map(|c| column(c)).collect(),
            y: column(y),
            weights: None,
            offset: None,
            extra: Vec::new(),
            rounded: vec![true; columns.len()],
            lines: &[],
        }
    }

    #[test]
    fn whole_numbers_are_summed_exactly() {
        // sums of products of integers up to 2^40: exact in integer arithmetic
        let mut random = Random::new(3);
        let n = 1001; // several chunks, and a rest that fills no lanes
        let x: Vec<Vec<f64>> = (0..3).map(|_| (0..n).map(|_| random.below(1 << 40) as f64).collect()).collect();
        let b = block(&x[..2], &x[2]);
        for intercept in [true, false] {
            let mut gram = Gram::new(&b, intercept);
            gram.add(&b);
            let raw = gram.unshifted();
            let first = usize::from(intercept);
            for i in 0..3 {
                for j in 0..3 {
                    let exact: i128 = (0..n).map(|k| x[i][k] as i128 * x[j][k] as i128).sum();
                    let got = raw.at(first + i, first + j);
                    let error = (got.hi as i128 - exact) as f64 + got.lo; // the first difference is exact
                    // the shift leaves 2^-100 of the sum
                    assert!(error.abs() <= exact as f64 * 1e-29, "{i} {j}: {error}");
                }
            }
        }
    }

    #[test]
    fn columns_that_never_meet_have_a_product_of_0() {
        let turn = |k: usize| (0..97).map(|i| if i % 3 == k { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        let b = block(&[turn(0), turn(1)], &turn(2));
        let mut gram = Gram::new(&b, true);
        gram.add(&b);
        let raw = gram.unshifted();
        for (i, j) in [(1, 2), (1, 3), (2, 3)] {
            assert_eq!(raw.at(i, j), Dd::ZERO, "{i} {j}");
        }
        assert_eq!(raw.at(0, 1).hi, 33.0);
    }

    #[test]
    fn merged_sums_are_those_of_all_rows() {
        let mut random = Random::new(7);
        let column =
            |random: &mut Random, at: f64, n: usize| (0..n).map(|_| at + random.normal()).collect::<Vec<f64>>();
        let x = [column(&mut random, 1e6, 900), column(&mut random, -3.0, 900)];
        let y = column(&mut random, 10.0, 900);
        let all = block(&x, &y);
        let mut whole = Gram::new(&all, true);
        whole.add(&all);
        let part = |from: usize, to: usize| {
            let b = block(&[x[0][from..to].to_vec(), x[1][from..to].to_vec()], &y[from..to]);
            let mut gram = Gram::new(&b, true); // shifts of its own
            gram.add(&b);
            gram
        };
        let mut merged = part(0, 100);
        merged.merge(&part(100, 700)).unwrap();
        merged.merge(&part(700, 900)).unwrap();
        let (a, b) = (whole.unshifted(), merged.unshifted());
        for (a, b) in a.sums.iter().zip(&b.sums) {
            assert!(((*a - *b).hi / a.hi).abs() < 1e-28, "{a:?} {b:?}");
        }
        assert_eq!(whole.rows, merged.rows);
        assert!(merged.merge(&Gram::new(&block(&x[..1], &y), true)).is_err());
    }
}
