//! How far the values of a function can be trusted, from the values alone.
//!
//! Moré and Wild 2011, *Estimating computational noise* (SIAM J. Sci. Comput. 33, ECnoise): along a short line the differences
//! of a smooth function die out column by column, those of its noise do not.

/// Values along a line for one estimate.
pub const VALUES: usize = 7;

/// The spacings that are tried at once, relative to the size of the point: rounding of f64 shows at the first, of f32 at the
/// third, of six printed digits at the last.
pub const SPACINGS: [f64; 4] = [1.3e-13, 1.3e-10, 1.3e-7, 1.3e-5];

/// The standard deviation of the noise in equally spaced `values` (at least 4), if they show it.
///
/// `None` where half of them are equal (the spacing is too small to see), where they differ too much (too large), or where no
/// column looks like noise.
pub fn estimate(values: &[f64]) -> Option<f64> {
    let m = values.len().checked_sub(1)?;
    if m < 3 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (if v < l { v } else { l }, if v > h { v } else { h }));
    let size = if low.abs() > high.abs() { low.abs() } else { high.abs() };
    // the values change by more than a tenth: the line is too long for its differences to die out
    if high - low > 0.1 * size {
        return None;
    }
    let mut table = values.to_vec();
    let mut gamma = 1.0;
    let mut levels: Vec<(f64, bool)> = Vec::new();
    for k in 1..=m {
        for i in 0..=m - k {
            table[i] = table[i + 1] - table[i];
        }
        let column = &table[..=m - k];
        if k == 1 && column.iter().filter(|d| **d == 0.0).count() * 2 >= m {
            return None;
        }
        // (k!)^2 / (2k)!
        let k = k as f64;
        gamma *= 0.5 * k / (2.0 * k - 1.0);
        let mean = column.iter().map(|d| d * d).sum::<f64>() / column.len() as f64;
        let changes = column.iter().any(|d| *d > 0.0) && column.iter().any(|d| *d < 0.0);
        levels.push(((gamma * mean).sqrt(), changes));
    }
    // three levels of the same size, and signs that change: noise
    for k in 0..levels.len().saturating_sub(2) {
        let three = &levels[k..k + 3];
        let most = three.iter().fold(0.0, |m: f64, l| if l.0 > m { l.0 } else { m });
        let least = three.iter().fold(f64::INFINITY, |m: f64, l| if l.0 < m { l.0 } else { m });
        if most <= 4.0 * least && three[0].1 {
            return Some(three[0].0);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    fn line(spacing: f64, f: impl FnMut(f64) -> f64) -> Vec<f64> {
        (0..VALUES).map(|i| spacing * i as f64).map(f).collect()
    }

    #[test]
    fn noise_of_known_size_is_found() {
        let mut random = Random::new(3);
        for size in [1e-12, 1e-6, 1e-3] {
            let mut found = Vec::new();
            for _ in 0..200 {
                let values = line(1e-7, |t| 3.0 + 0.5 * t + size * random.normal());
                found.extend(estimate(&values));
            }
            found.sort_by(f64::total_cmp);
            assert!(found.len() > 100, "{size}: seen {} times", found.len());
            let median = found[found.len() / 2];
            assert!(median > 0.5 * size && median < 2.0 * size, "{median} for {size}");
        }
    }

    #[test]
    fn rounding_is_noise_and_a_smooth_function_is_none() {
        // rounded to a grid of 2^-20, as single precision would near 8
        let grid = 1.0 / f64::from(1 << 20);
        let rounded = estimate(&line(4.3e-7, |t| ((8.0 + 3.0 * t) / grid).round_ties_even() * grid)).unwrap();
        assert!(rounded > 0.1 * grid && rounded < grid, "{rounded}");
        // differences of a quadratic without rounding die out
        assert_eq!(estimate(&line(1.0, |t| 1000.0 + t * t)), None);
        assert_eq!(estimate(&[1.0; VALUES]), None);
        assert_eq!(estimate(&[1.0, f64::NAN, 1.0, 2.0, 3.0]), None);
    }
}
