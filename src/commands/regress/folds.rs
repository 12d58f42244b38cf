//! The folds of a cross-validation: which row is in which, and the sums of each.

use super::data::Part;
use super::problem::PlanError;
use super::store::Designed;
use crate::numeric::random::Random;
use crate::regress::gram::Gram;
use crate::regress::{Design, RegressError};
use rayon::prelude::*;

/// Sums by fold, and the fold of each row, part by part.
pub type Folds = (Vec<Gram>, Vec<Vec<u16>>);

/// Sums of folds that always have room: 64 MB.
const LITTLE: u64 = 64_000_000;

/// Bytes of the sums of so many folds.
pub fn bytes(folds: u32, design: &Design) -> u64 {
    let order = design.terms.len() as u64 + 1 + u64::from(design.intercept);
    16 * (order * (order + 1) / 2) * u64::from(folds)
}

/// Fails with `ManyFolds` where the sums have no room in `memory`.
pub fn check(folds: u32, design: &Design, memory: u64) -> Result<(), PlanError> {
    let bytes = bytes(folds, design);
    match bytes > LITTLE && bytes > memory {
        true => Err(PlanError::ManyFolds { folds, terms: design.terms.len() as u64, bytes, memory }),
        false => Ok(()),
    }
}

/// Deals rows to folds in the order of the files, from a stream of its own, so that the folds' sizes differ by 1 at most: each
/// row draws a place from those that are left, which makes every dealing of the rows as likely as any other.
#[derive(Debug)]
struct Deal {
    random: Random,
    left: u64,
    /// Places that are left, as the partial sums of a Fenwick tree (1994): a draw among 1000 folds takes ten steps.
    tree: Vec<u64>,
}

impl Deal {
    fn new(seed: u64, folds: usize, rows: u64) -> Deal {
        let count = folds as u64;
        let mut tree = vec![0; folds + 1];
        for k in 1..=folds {
            tree[k] += rows / count + u64::from((k as u64) <= rows % count);
            let next = k + (k & k.wrapping_neg());
            if next <= folds {
                tree[next] += tree[k];
            }
        }
        Deal { random: Random::stream(seed, 1), left: rows, tree }
    }

    fn next(&mut self) -> u16 {
        let folds = self.tree.len() - 1;
        let (mut place, mut fold) = (self.random.below(self.left), 0);
        let mut step = 1 << folds.ilog2();
        while step > 0 {
            if fold + step <= folds && self.tree[fold + step] <= place {
                fold += step;
                place -= self.tree[fold];
            }
            step /= 2;
        }
        self.left -= 1;
        let mut at = fold + 1;
        while at <= folds {
            self.tree[at] -= 1;
            at += at & at.wrapping_neg();
        }
        fold as u16
    }
}

/// Sums by fold, shifted and scaled as `like`, the sums of all rows. Rows of the weight 0 are dealt to none: they would leave a
/// fold empty. The folds of the rows are kept where `again`: they are gone through again.
pub fn folds(source: &Designed<'_>, like: &Gram, count: u32, seed: u64, again: bool) -> Result<Folds, RegressError> {
    let mut fold_of = Vec::new();
    let mut deal = Deal::new(seed, count as usize, like.rows);
    let mut folds: Vec<Gram> = vec![like.empty(); count as usize];
    source.store.each(|part| {
        let weights = weights(source.design, part)?;
        let mut of = vec![0u16; part.lines.len()];
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); count as usize];
        for (row, of) in of.iter_mut().enumerate().filter(|(row, _)| weights.get(*row).is_none_or(|w| *w > 0.0)) {
            *of = deal.next();
            rows[usize::from(*of)].push(row);
        }
        folds.par_iter_mut().zip(rows).filter(|(_, rows)| !rows.is_empty()).try_for_each(|(fold, rows)| {
            let part = part.pick(&rows);
            let mut sums = like.empty();
            sums.add(&source.design.block(&part.inputs(), &part.codes(), &part.lines)?);
            fold.merge(&sums)
        })?;
        if again {
            fold_of.push(of);
        }
        Ok(())
    })?;
    Ok((folds, fold_of))
}

/// The weights of a part's rows; nothing where there are none.
fn weights(design: &Design, part: &Part) -> Result<Vec<f64>, RegressError> {
    if design.weights.is_none() {
        return Ok(Vec::new());
    }
    let (inputs, codes) = (part.inputs(), part.codes());
    let block = design.block(&inputs, &codes, &part.lines)?;
    Ok(block.weights.map_or(Vec::new(), |w| w.hi.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_differ_by_one_at_most() {
        for (folds, rows) in
            [(2, 2), (2, 7), (3, 10), (5, 5), (7, 100), (10, 442), (1000, 1000), (1000, 1999), (64, 640)]
        {
            let mut deal = Deal::new(3, folds, rows);
            let mut sizes = vec![0; folds];
            (0..rows).for_each(|_| sizes[usize::from(deal.next())] += 1);
            let want: Vec<u64> =
                (0..folds as u64).map(|k| (0..rows).filter(|i| i % folds as u64 == k).count() as u64).collect();
            assert_eq!(sizes, want);
        }
    }

    #[test]
    fn every_dealing_is_as_likely() {
        // 4 rows to 2 folds: 6 dealings, 60,000 times: each 10,000 times with a standard deviation of 91
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..60_000 {
            let mut deal = Deal::new(seed, 2, 4);
            let found: Vec<u16> = (0..4).map(|_| deal.next()).collect();
            *counts.entry(found).or_insert(0) += 1;
        }
        assert!(counts.len() == 6 && counts.values().all(|c: &i32| (c - 10_000).abs() < 460), "{counts:?}");
    }
}
