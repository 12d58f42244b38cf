//! Which rows are held out.

use crate::numeric::random::Random;

/// Draws rows part by part, in the order of the files. After each part as many are held out as come next to the fraction of
/// all rows so far; within the part every choice of so many is as likely as any other (Knuth, TAOCP 3.4.2, algorithm S). So the
/// whole is as near the fraction as it can be though nobody knows beforehand how many rows there are.
#[derive(Debug)]
pub struct Draw {
    random: Random,
    fraction: f64,
    rows: u64,
    out: u64,
}

impl Draw {
    /// Draws `fraction` of the rows to come.
    pub fn new(seed: u64, fraction: f64) -> Draw {
        Draw { random: Random::new(seed), fraction, rows: 0, out: 0 }
    }

    /// Which of the next rows are held out.
    pub fn part(&mut self, rows: usize) -> Vec<bool> {
        self.rows += rows as u64;
        let want = (self.fraction * self.rows as f64).round() as u64;
        let mut need = want.saturating_sub(self.out).min(rows as u64);
        self.out += need;
        let mut take = |left: usize| {
            let taken = self.random.uniform() * (left as f64) < need as f64;
            need -= u64::from(taken);
            taken
        };
        (1..=rows).rev().map(&mut take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_drawn_that_the_whole_is_next_to_the_fraction() {
        for fraction in [1e-3, 0.2, 1.0 / 3.0, 0.5, 0.999] {
            let mut draw = Draw::new(7, fraction);
            let (mut rows, mut out) = (0, 0);
            for part in [1, 4, 1000, 2, 1, 377, 4096, 3] {
                let found = draw.part(part);
                assert_eq!(found.len(), part);
                rows += part;
                out += found.iter().filter(|o| **o).count();
                assert_eq!(out as f64, (fraction * rows as f64).round());
            }
        }
    }

    #[test]
    fn every_row_is_as_likely() {
        // 2 of 5 rows, 20,000 times: each row 8,000 times with a standard deviation of 69
        let mut counts = [0; 5];
        for seed in 0..20_000 {
            let found = Draw::new(seed, 0.4).part(5);
            counts.iter_mut().zip(found).for_each(|(c, out)| *c += i32::from(out));
        }
        assert!(counts.iter().all(|c| (c - 8000).abs() < 350), "{counts:?}");
    }
}
