//! Where to check: random points in the box, the same for the same seed.

use crate::numeric::elementary::{exp, ln};
use crate::numeric::random::Random;

/// The box to draw from.
#[derive(Clone, Debug)]
pub struct Sampler {
    /// Lower ends: `[n]`.
    pub lower: Vec<f64>,
    /// Upper ends: `[n]`.
    pub upper: Vec<f64>,
    /// Values about which to draw where an end is missing: `[n]`, NaN where there is none.
    pub about: Vec<f64>,
    /// Uniform in ln x where both ends have the same sign and none is 0.
    pub log_uniform: bool,
    /// The seed.
    pub seed: u64,
}

impl Sampler {
    /// Point number `k`: `[n]`.
    pub fn draw(&self, k: u64) -> Vec<f64> {
        let mut random = Random::stream(self.seed, k);
        (0..self.lower.len()).map(|i| self.coordinate(i, &mut random)).collect()
    }

    /// The range of coordinate `i`: its box, else half of its size to both sides of its value, else -1 to 1.
    pub fn range(&self, i: usize) -> (f64, f64) {
        let about = if self.about[i].is_nan() { 0.0 } else { self.about[i] };
        let reach = match (self.about[i].is_nan(), about == 0.0) {
            (true, _) => 1.0,
            (false, true) => 0.5,
            (false, false) => 0.5 * about.abs(),
        };
        let low = if self.lower[i].is_finite() { self.lower[i] } else { about - reach };
        let high = if self.upper[i].is_finite() { self.upper[i] } else { about + reach };
        // one end given, and the value beyond what the other would be
        match () {
            () if low <= high => (low, high),
            () if self.lower[i].is_finite() => (low, low + reach),
            () => (high - reach, high),
        }
    }

    fn coordinate(&self, i: usize, random: &mut Random) -> f64 {
        let (low, high) = self.range(i);
        if self.log_uniform && low * high > 0.0 {
            let sign = if low > 0.0 { 1.0 } else { -1.0 };
            let (near, far) = if sign > 0.0 { (low, high) } else { (-high, -low) };
            let x = sign * exp(random.uniform_in(ln(near), ln(far)));
            return if x < low {
                low
            } else if x > high {
                high
            } else {
                x
            };
        }
        random.uniform_in(low, high)
    }
}

/// Points about one point, nearer and nearer: by a quarter of each coordinate, then by a twentieth, and so on.
#[derive(Clone, Copy, Debug)]
pub struct Neighbours<'a> {
    /// The point: `[n]`.
    pub first: &'a [f64],
    /// Its box: `[n]`.
    pub lower: &'a [f64],
    /// Its box: `[n]`.
    pub upper: &'a [f64],
    /// The seed.
    pub seed: u64,
}

impl Neighbours<'_> {
    /// Neighbour number `k`: `[n]`.
    pub fn draw(&self, k: u64) -> Vec<f64> {
        let mut random = Random::stream(self.seed ^ 0x6e65_6967_6862, k);
        let reach = (0..k / 6).fold(0.25, |r, _| r * 0.2);
        let near = |(i, &x): (usize, &f64)| {
            let size = if x == 0.0 { 0.5 } else { x.abs() };
            let y = x + reach * size * random.uniform_in(-1.0, 1.0);
            match () {
                () if y < self.lower[i] => self.lower[i],
                () if y > self.upper[i] => self.upper[i],
                () => y,
            }
        };
        self.first.iter().enumerate().map(near).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampler(log_uniform: bool) -> Sampler {
        let about = vec![f64::NAN, 4.0, -3.0, f64::NAN];
        let lower = vec![1e-6, f64::NEG_INFINITY, f64::NEG_INFINITY, -100.0];
        let upper = vec![1e6, f64::INFINITY, f64::INFINITY, -1e-3];
        Sampler { lower, upper, about, log_uniform, seed: 7 }
    }

    #[test]
    fn points_lie_in_the_box_and_come_again() {
        for log_uniform in [false, true] {
            let s = sampler(log_uniform);
            for k in 0..2000 {
                let x = s.draw(k);
                assert!(x.iter().enumerate().all(|(i, x)| s.range(i).0 <= *x && *x <= s.range(i).1), "{x:?}");
                assert_eq!(x, s.draw(k));
            }
        }
        assert_eq!(sampler(false).range(1), (2.0, 6.0));
        assert_ne!(sampler(false).draw(0), sampler(false).draw(1));
    }

    #[test]
    fn log_uniform_points_are_spread_over_the_decades() {
        let s = sampler(true);
        let small = (0..1000).filter(|&k| s.draw(k)[0] < 1.0).count();
        assert!((400..600).contains(&small), "{small} of 1000 below the middle decade");
        let small = (0..1000).filter(|&k| s.draw(k)[3] > -0.31622).count();
        assert!((400..600).contains(&small), "{small} of 1000 above the middle decade");
    }
}
