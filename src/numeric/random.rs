//! Random numbers that never change: a seed gives the same numbers on every machine and in every later version. Uses
//! nothing of the crate.
//!
//! The generator is Xoshiro256++ (Blackman and Vigna 2019), seeded through SplitMix64. All else is made from its 64-bit
//! words by comparisons, `+` and `*` alone: no logarithm, so a better kernel cannot move a sample. How many words each
//! sampler takes is part of the promise; the tests hold its first values.

use rand_core::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The seed where a user gives none.
pub const DEFAULT_SEED: u64 = 0;

/// A seeded source of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random {
    words: Xoshiro256PlusPlus,
}

impl Random {
    /// The source of `seed`.
    pub fn new(seed: u64) -> Self {
        Random { words: Xoshiro256PlusPlus::seed_from_u64(seed) }
    }

    /// The source number `stream` of `seed`: as many independent sources as there are parts of the work, whichever thread
    /// takes which. Stream 0 is not [`Random::new`]'s.
    pub fn stream(seed: u64, stream: u64) -> Self {
        // the stream's number decides the seed's scrambled successor; equal pairs alone give equal sources in practice
        let base = Random::new(seed).word();
        Random::new(base ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31))
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.words.next_u64()
    }

    /// Uniform in [0, 1): a multiple of 2^-53. One word.
    pub fn uniform(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform between `low` and `high`, which may be equal. One word. NaN if either is NaN.
    pub fn uniform_in(&mut self, low: f64, high: f64) -> f64 {
        let u = self.uniform();
        // not low + (high - low) u: the difference of -1e308 and 1e308 overflows
        let x = low * (1.0 - u) + high * u;
        match () {
            () if x < low && low <= high => low, // rounding may leave the range by an ulp
            () if x > high && low <= high => high,
            () => x,
        }
    }

    /// Uniform among 0, 1, ..., n - 1; 0 if `n` is 0. Lemire 2019: a multiplication, the few biased words refused.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let refused = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.word()) * u128::from(n);
            if product as u64 >= refused {
                return (product >> 64) as u64;
            }
        }
    }

    /// Standard normal, mean 0 and variance 1.
    ///
    /// Karney 2016, *Sampling exactly from the normal distribution*, algorithm N: von Neumann's comparisons of uniform
    /// numbers, no elementary function. The whole part k comes with probability proportional to exp(-k^2/2), then the
    /// fraction x is accepted with probability exp(-x(2k + x)/2).
    pub fn normal(&mut self) -> f64 {
        loop {
            let mut k = 0u32;
            while self.accept(0.5, 1.0, 1.0) {
                k += 1;
            }
            if k > 1 && !(0..u64::from(k) * u64::from(k - 1)).all(|_| self.accept(0.5, 1.0, 1.0)) {
                continue;
            }
            let x = self.uniform();
            let (share, of) = (2.0 * f64::from(k) + x, 2.0 * f64::from(k) + 2.0);
            if (0..=k).all(|_| self.accept(x, share, of)) {
                let magnitude = f64::from(k) + x;
                return if self.word() >> 63 == 0 { magnitude } else { -magnitude };
            }
        }
    }

    /// True with probability exp(-x share/of): the length of a run of falling uniform numbers that begins below `x`, each
    /// kept with probability share/of, is even. Von Neumann 1951.
    fn accept(&mut self, x: f64, share: f64, of: f64) -> bool {
        let (mut last, mut even) = (x, true);
        loop {
            let u = self.uniform();
            if u >= last || (share < of && self.uniform() * of >= share) {
                return even;
            }
            last = u;
            even = !even;
        }
    }

    /// Puts `items` into random order, each order equally likely. Fisher and Yates; one [`below`](Random::below) an item.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i as u64 + 1) as usize;
            items.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary;

    // from an implementation of the papers in Python's integers and floats
    const WORDS: [u64; 3] = [5987356902031041503, 7051070477665621255, 6633766593972829180];
    const NORMALS: [f64; 4] = [0.7175761283586594, -1.0732837910416075, 0.09727624489399345, -0.6756197884086451];
    const ORDER: [i32; 8] = [7, 5, 6, 3, 2, 4, 1, 0];

    #[test]
    fn the_words_are_those_of_the_reference_code() {
        // xoshiro256plusplus.c seeded by splitmix64.c with 0: computed apart, in Python's integers
        let mut random = Random::new(0);
        let words = [random.word(), random.word(), random.word()];
        assert_eq!(words, WORDS);
    }

    #[test]
    fn every_sampler_keeps_its_first_values() {
        let mut random = Random::new(DEFAULT_SEED);
        assert_eq!(random.uniform(), (WORDS[0] >> 11) as f64 / 9007199254740992.0);
        let mut random = Random::new(7);
        let normals: Vec<f64> = (0..4).map(|_| random.normal()).collect();
        assert_eq!(normals, NORMALS);
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        Random::new(7).shuffle(&mut order);
        assert_eq!(order, ORDER);
    }

    #[test]
    fn uniform_numbers_fill_their_range() {
        let mut random = Random::new(1);
        let n = 100_000;
        let mut cells = [0u32; 16];
        for _ in 0..n {
            let u = random.uniform();
            assert!((0.0..1.0).contains(&u));
            cells[(u * 16.0) as usize] += 1;
        }
        let expected = f64::from(n) / 16.0;
        let chi2: f64 = cells.iter().map(|&c| (f64::from(c) - expected) * (f64::from(c) - expected) / expected).sum();
        assert!(chi2 < 37.7, "{chi2}"); // 0.1 % point with 15 degrees of freedom
        for _ in 0..1000 {
            let x = random.uniform_in(-1e308, 1e308);
            assert!(x.is_finite() && x.abs() <= 1e308);
            assert_eq!(random.uniform_in(0.1, 0.1), 0.1);
        }
        assert!(random.uniform_in(f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn normal_numbers_have_the_normal_distribution() {
        let mut random = Random::new(2);
        let n = 200_000;
        let mut sample: Vec<f64> = (0..n).map(|_| random.normal()).collect();
        sample.sort_by(f64::total_cmp);
        // Kolmogorov-Smirnov: 1.95/sqrt(n) is the 0.1 % point
        let cdf = |x: f64| 0.5 * elementary::erfc(-x / 2f64.sqrt());
        let at = |i: usize| i as f64 / n as f64;
        let distance = sample.iter().enumerate().fold(0.0, |worst: f64, (i, &x)| {
            let (below, above) = (cdf(x) - at(i), at(i + 1) - cdf(x));
            let d = if below > above { below } else { above };
            if d > worst { d } else { worst }
        });
        assert!(distance < 1.95 / f64::from(n).sqrt(), "{distance}");
        // tails: 2.7e-3 of the mass beyond 3, standard deviation of the count 23
        let tail = sample.iter().filter(|x| x.abs() > 3.0).count() as f64;
        assert!((tail - 539.96).abs() < 4.0 * 23.2, "{tail}");
    }

    #[test]
    fn whole_numbers_are_unbiased_and_streams_differ() {
        let mut random = Random::new(3);
        let mut cells = [0u32; 7];
        (0..70_000).for_each(|_| cells[random.below(7) as usize] += 1);
        assert!(cells.iter().all(|&c| (f64::from(c) - 10_000.0).abs() < 4.0 * 93.0), "{cells:?}");
        assert_eq!(random.below(0), 0);
        assert_eq!(random.below(1), 0);
        let first: Vec<u64> = (0..100).map(|s| Random::stream(5, s).word()).collect();
        let mut distinct = first.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 100);
        assert!(!first.contains(&Random::new(5).word()));
    }
}
