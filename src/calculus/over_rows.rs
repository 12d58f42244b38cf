//! A formula summed over the rows of a data set: value, gradient and status of the sum at one point.
//!
//! Uses `slopes`, `status` and `numeric`. Sums are compensated and added in the order of the data, block by block, so that a
//! result does not depend on how blocks were spread over threads.

use super::slopes::SlopeBlock;
use super::status::{Judged, PointStatus, Status};
use crate::numeric::sum::Sum;

/// The first row at which a number does not exist.
#[derive(Clone, Debug)]
struct Fault {
    line: u64,
    judged: Judged,
}

/// Value and partials of f_1 + ... + f_m as far as rows have come.
#[derive(Clone, Debug)]
pub struct RowSums {
    /// The value, then the partials: `[1 + n]`.
    sums: Vec<Sum>,
    /// Where each of them stopped existing: `[1 + n]`.
    faults: Vec<Option<Fault>>,
    /// The Hessian's lower triangle, where it is computed: `[n(n+1)/2]`; NaN once a row has none.
    hessian: Vec<Sum>,
    rows: u64,
}

impl RowSums {
    /// No rows yet, of a formula in `n` variables; `with_hessian` as the blocks that will come.
    pub fn new(n: usize, with_hessian: bool) -> Self {
        let second = if with_hessian { n * (n + 1) / 2 } else { 0 };
        RowSums { sums: vec![Sum::new(); n + 1], faults: vec![None; n + 1], hessian: vec![Sum::new(); second], rows: 0 }
    }

    /// The sums over one block of rows, added in their order. `lines: [lanes]`: where each row stands in its file.
    pub fn of(block: &SlopeBlock, lines: &[u64]) -> Self {
        let mut sums = RowSums::new(block.gradient.len(), !block.hessian.is_empty());
        sums.rows = lines.len() as u64;
        let columns = std::iter::once(&block.value).chain(&block.gradient);
        for (sum, column) in sums.sums.iter_mut().zip(columns) {
            column.iter().for_each(|&x| sum.add(x));
        }
        for (sum, column) in sums.hessian.iter_mut().zip(&block.hessian) {
            column.iter().for_each(|&x| sum.add(x));
        }
        for (lane, judged) in &block.judged {
            let line = lines.get(*lane).copied().unwrap_or(0);
            let each = std::iter::once(&judged.value).chain(&judged.partials);
            for (fault, judged) in sums.faults.iter_mut().zip(each) {
                if fault.is_none() && judged.status != Status::Ok {
                    *fault = Some(Fault { line, judged: judged.clone() });
                }
            }
        }
        sums
    }

    /// Adds the rows that follow.
    pub fn merge(&mut self, next: RowSums) {
        self.rows += next.rows;
        for (sum, more) in self.sums.iter_mut().zip(next.sums) {
            sum.merge(more);
        }
        for (sum, more) in self.hessian.iter_mut().zip(next.hessian) {
            sum.merge(more);
        }
        for (fault, later) in self.faults.iter_mut().zip(next.faults) {
            if fault.is_none() {
                *fault = later;
            }
        }
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The Hessian's lower triangle, row by row: of the sum, or of the mean. Empty where it was not asked for.
    pub fn hessian(&self, mean: bool) -> Vec<f64> {
        let count = if mean { self.rows as f64 } else { 1.0 };
        self.hessian.iter().map(|sum| sum.value() / count).collect()
    }

    /// Value and partials of the sum, or of the mean. A number that does not exist for some row does not exist for the sum:
    /// NaN, with the first such row as the reason.
    pub fn finish(&self, mean: bool) -> PointStatus {
        let count = if mean { self.rows as f64 } else { 1.0 };
        let mut each = self.sums.iter().zip(&self.faults).map(|(sum, fault)| {
            let number = sum.value() / count;
            match fault {
                Some(Fault { line, judged }) => Judged {
                    number: f64::NAN,
                    status: judged.status,
                    reason: Some(format!("line {line}: {}", judged.reason.as_deref().unwrap_or("no number"))),
                },
                None if number.is_finite() => Judged { number, status: Status::Ok, reason: None },
                None => Judged {
                    number: f64::NAN,
                    status: Status::Overflow,
                    reason: Some("the sum over the rows overflows".into()),
                },
            }
        });
        let absent = || Judged { number: f64::NAN, status: Status::Undefined, reason: None };
        PointStatus { value: each.next().unwrap_or_else(absent), partials: each.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(values: &[f64], partials: &[f64]) -> SlopeBlock {
        let (value, gradient) = (values.to_vec(), vec![partials.to_vec()]);
        SlopeBlock { value, hessian: gradient.clone(), gradient, ..SlopeBlock::default() }
    }

    #[test]
    fn sums_are_compensated_and_do_not_depend_on_blocks() {
        // 1 + 1e100 - 1e100 + 1: a plain sum has 1, and the exact one is 2
        let (values, partials) = ([1.0, 1e100, -1e100, 1.0], [1.0, 2.0, 3.0, 4.0]);
        let whole = RowSums::of(&block(&values, &partials), &[2, 3, 4, 5]);
        assert_eq!(whole.finish(false).value.number, 2.0);
        let mut parts = RowSums::new(1, true);
        for k in 0..4 {
            parts.merge(RowSums::of(&block(&values[k..=k], &partials[k..=k]), &[k as u64 + 2]));
        }
        assert_eq!(parts.finish(false), whole.finish(false));
        assert_eq!(parts.rows(), 4);
        assert_eq!(parts.finish(true).partials[0].number, 2.5);
        assert_eq!((parts.hessian(false), parts.hessian(true)), (vec![10.0], vec![2.5]));
    }

    #[test]
    fn one_row_without_a_slope_leaves_the_sum_without() {
        let mut bad = block(&[0.0], &[f64::NAN]);
        let kink = Judged { number: f64::NAN, status: Status::Kink, reason: Some("a kink".into()) };
        let value = Judged { number: 0.0, status: Status::Ok, reason: None };
        bad.judged.push((0, PointStatus { value, partials: vec![kink] }));
        let mut sums = RowSums::of(&block(&[1.0], &[1.0]), &[2]);
        sums.merge(RowSums::of(&bad, &[3]));
        let found = sums.finish(false);
        assert_eq!(found.value.number, 1.0);
        assert!(found.partials[0].number.is_nan());
        assert_eq!(found.worst(), (Status::Kink, Some("line 3: a kink")));
    }

    #[test]
    fn an_infinite_sum_is_an_overflow() {
        let sums = RowSums::of(&block(&[f64::MAX, f64::MAX], &[0.0, 0.0]), &[2, 3]);
        assert_eq!(sums.finish(false).worst().0, Status::Overflow);
        assert_eq!(sums.finish(false).partials[0].number, 0.0);
    }
}
