//! What samples tend to as their distance falls: 0, another number, nothing.

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The distance, above 0, falling along a sequence.
    pub t: f64,
    /// The quantity, signed; NaN where it is undefined.
    pub q: f64,
    /// A bound for its rounding error.
    pub noise: f64,
}

/// What a sequence tends to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// 0, as far as can be told.
    Zero,
    /// This number, which is not 0.
    Limit(f64),
    /// It does not fade, and does not settle.
    Swings,
    /// It grows without bound.
    Grows,
    /// It is undefined at the smallest distances.
    Undefined,
    /// The samples do not tell.
    Unclear,
    /// Rounding hides it altogether.
    Unseen,
}

impl Tail {
    /// The limit, where there is one.
    pub fn limit(self) -> Option<f64> {
        match self {
            Tail::Limit(l) => Some(l),
            Tail::Zero => Some(0.0),
            _ => None,
        }
    }
}

/// Fewer usable samples tell nothing.
const ENOUGH: usize = 6;
/// What is below this part of the scale is as good as 0 where only rounding is seen of it.
const NEGLIGIBLE: f64 = 1e-6;

/// The tail of `samples`, whose natural scale is `scale`.
pub fn of(samples: &[Sample], scale: f64) -> Tail {
    let start = samples.iter().rposition(|s| s.q.is_nan()).map_or(0, |i| i + 1);
    if start == samples.len() && !samples.is_empty() {
        return Tail::Undefined;
    }
    let usable: Vec<Sample> = samples[start..]
        .iter()
        .copied()
        .filter(|s| s.noise <= 0.1 * s.q.abs() || s.noise <= NEGLIGIBLE * scale)
        .collect();
    if usable.iter().all(|s| s.q == 0.0) && !usable.is_empty() {
        return Tail::Zero;
    }
    let n = usable.len();
    if n < ENOUGH {
        return Tail::Unseen;
    }
    let (first, last) = (usable[0], usable[n - 1]);
    let reach = first.t / last.t;
    let fine = &usable[n - n / 3..];
    let coarse = &usable[..n / 3];
    let largest = |part: &[Sample]| part.iter().fold(0.0, |m: f64, s| if s.q.abs() > m { s.q.abs() } else { m });
    let bound = |part: &[Sample]| {
        part.iter().fold(0.0, |m: f64, s| if s.q.abs() + s.noise > m { s.q.abs() + s.noise } else { m })
    };
    let seen = |s: &Sample| s.q.abs() > 30.0 * s.noise;

    // settled: all of the fine third within a hundredth of the last, over three powers of ten or more
    let span = fine[0].t / last.t;
    let steady = fine.iter().all(|s| (s.q - last.q).abs() <= 0.01 * last.q.abs());
    if steady && span >= 30.0 && fine.iter().all(seen) {
        return Tail::Limit(last.q);
    }
    let (fine_size, coarse_size) = (largest(fine), largest(coarse));
    if fine.iter().any(seen) && reach >= 1e3 {
        if fine_size > 100.0 * coarse_size && last.q.abs() >= 0.5 * fine_size {
            return Tail::Grows;
        }
        if fine_size >= 0.5 * coarse_size {
            // as large as ever, in both halves of the fine third
            let (a, b) = fine.split_at(fine.len() / 2);
            if largest(b) >= 0.5 * largest(a) && b.iter().any(seen) {
                return Tail::Swings;
            }
        }
    }
    // both parts of the bound may be as large as what was let through above
    if bound(fine) <= 10.0 * NEGLIGIBLE * scale || bound(fine) <= 1e-3 * coarse_size {
        return Tail::Zero;
    }
    // a slow power: each quarter's largest is clearly below the one before
    let quarters: Vec<f64> = (0..4).map(|k| bound(&usable[k * n / 4..(k + 1) * n / 4])).collect();
    if quarters.windows(2).all(|w| w[1] <= 0.85 * w[0]) && reach >= 1e4 {
        return Tail::Zero;
    }
    Tail::Unclear
}
