//! Which rows a step sees: every epoch goes through all rows once, in an order of its own, drawn from the seed.

use crate::numeric::random::Random;

/// Mini-batches of a data set.
#[derive(Clone, Debug)]
pub struct Batches {
    rows: usize,
    size: usize,
    seed: u64,
    order: Vec<u32>,
    epoch: Option<u64>,
}

impl Batches {
    /// Batches of `size` of `rows` rows.
    pub fn new(rows: usize, size: usize, seed: u64) -> Self {
        Batches { rows, size: size.clamp(1, rows.max(1)), seed, order: Vec::new(), epoch: None }
    }

    /// Steps an epoch has. The last batch of an epoch may be smaller.
    pub fn an_epoch(&self) -> u64 {
        self.rows.div_ceil(self.size) as u64
    }

    /// Whether step `k` is the first of an epoch.
    pub fn begins_epoch(&self, k: u64) -> bool {
        k.is_multiple_of(self.an_epoch())
    }

    /// The rows of step `k`, ascending.
    pub fn at(&mut self, k: u64) -> &[u32] {
        let (epoch, place) = (k / self.an_epoch(), (k % self.an_epoch()) as usize);
        if self.epoch != Some(epoch) {
            self.order = (0..self.rows as u32).collect();
            Random::stream(self.seed, 1000 + epoch).shuffle(&mut self.order);
            // inside a batch the order does not matter; ascending reads memory forwards
            self.order.chunks_mut(self.size).for_each(<[u32]>::sort_unstable);
            self.epoch = Some(epoch);
        }
        let from = place * self.size;
        &self.order[from..(from + self.size).min(self.rows)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_row_once_and_epochs_differ() {
        let mut batches = Batches::new(10, 4, 3);
        assert_eq!(batches.an_epoch(), 3);
        let epoch =
            |b: &mut Batches, e: u64| -> Vec<Vec<u32>> { (3 * e..3 * e + 3).map(|k| b.at(k).to_vec()).collect() };
        let (first, second) = (epoch(&mut batches, 0), epoch(&mut batches, 1));
        assert_ne!(first, second);
        for e in [&first, &second] {
            let mut all: Vec<u32> = e.concat();
            all.sort_unstable();
            assert_eq!(all, (0..10).collect::<Vec<u32>>());
        }
        // any step can be had by itself, as after resuming
        assert_eq!(Batches::new(10, 4, 3).at(4), second[1]);
        assert_ne!(Batches::new(10, 4, 4).at(0), first[0]);
    }
}
