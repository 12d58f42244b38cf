//! Where a function goes from a point whose slope says nothing: by its smallest changes that are no noise.

/// What f does along a ray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// It rises.
    Rises,
    /// It falls.
    Falls,
    /// Its changes are noise, or no power of the distance.
    Unclear,
}

/// The shortest distance looked at, 2^-34.
const SHORTEST: f64 = 1.0 / (1_u64 << 34) as f64;
/// So many distances, each twice the last: up to a quarter.
const DISTANCES: usize = 33;
/// So many distances in a row, each twice the last, must agree: noise does so once in thousands of times.
const AGREEING: usize = 4;
/// What twice the distance does to a change of order 1.3 to 12; a slope has been taken away.
const GROWTH: (f64, f64) = (2.5, 5000.0);

/// The trend of `f` from its value `here`, t > 0 being distances in units of `size`. What `slope` explains is taken away, and changes
/// that do not stand out from it count for nothing: a point that is not quite at a minimum has lower points beside it.
pub fn trend(mut f: impl FnMut(f64) -> f64, here: f64, slope: f64, size: f64) -> Trend {
    let noise = 256.0 * f64::EPSILON * here.abs();
    let mut row: Vec<f64> = Vec::new();
    let mut t = size * SHORTEST;
    for _ in 0..DISTANCES {
        let change = f(t) - here - slope * t;
        let stands_out = change.abs() > noise && change.abs() > 10.0 * slope.abs() * t && change.is_finite();
        let grows = |last: &f64| (GROWTH.0..GROWTH.1).contains(&(change / last));
        if !stands_out || row.last().is_some_and(|last| !grows(last)) {
            row.clear();
        }
        if stands_out {
            row.push(change);
        }
        if row.len() == AGREEING {
            return if change > 0.0 { Trend::Rises } else { Trend::Falls };
        }
        t *= 2.0;
    }
    Trend::Unclear
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_power_decides() {
        let cube = |t: f64| t * t * t;
        assert_eq!(trend(cube, 0.0, 0.0, 1.0), Trend::Rises);
        assert_eq!(trend(|t| -cube(t), 0.0, 0.0, 1.0), Trend::Falls);
        assert_eq!(trend(|t| 1.0 + t * cube(t) - 3.0 * cube(t) * cube(t), 1.0, 0.0, 1.0), Trend::Rises);
        assert_eq!(trend(|_| 7.0, 7.0, 0.0, 1.0), Trend::Unclear);
        // (t - d)^4 from 0 has its minimum at d: the slope tells that, and no more
        let d = 1e-3;
        let f = |t: f64| (t - d) * cube(t - d);
        assert_eq!(trend(f, f(0.0), -4.0 * d * d * d, 1.0), Trend::Rises);
        // (d - t)^3 from d = 1e-3 above its inflection falls on
        let f = |t: f64| cube(d - t);
        assert_eq!(trend(f, f(0.0), -3.0 * d * d, 1.0), Trend::Falls);
    }
}
