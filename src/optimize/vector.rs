//! Operations on long vectors: in parallel by chunks of one size, sums in one order, so that the bits depend on the numbers alone.

use crate::numeric::block::{Isa, per_isa};
use crate::numeric::sum::Sum;
use rayon::prelude::*;

/// Entries a piece of parallel work has; shorter vectors are one piece.
pub const CHUNK: usize = 1 << 14;

/// sum of a b over equally long slices. Sixteen lanes, so that additions do not wait for each other; that they are added up in
/// turn matters: pairs, or the products of several b at once, lead the compiler to vectors across them, three times slower.
#[inline(always)]
pub fn plain_dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 16];
    let (xs, ys) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in xs.zip(ys) {
        for i in 0..16 {
            lanes[i] += a[i] * b[i];
        }
    }
    lanes.iter().sum::<f64>() + rest
}

per_isa! {
    /// x'y over one chunk, as [`plain_dot`].
    pub fn dot_of(x: &[f64], y: &[f64]) -> f64 {
        plain_dot(x, y)
    }
}

per_isa! {
    /// |x - y|^2 over one chunk, as [`dot_of`].
    fn distance_of(x: &[f64], y: &[f64]) -> f64 {
        let mut sums = [0.0; 16];
        let (xs, ys) = (x.chunks_exact(16), y.chunks_exact(16));
        let tail: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| (a - b) * (a - b)).sum();
        for (a, b) in xs.zip(ys) {
            for i in 0..16 {
                sums[i] += (a[i] - b[i]) * (a[i] - b[i]);
            }
        }
        sums.iter().sum::<f64>() + tail
    }
}

per_isa! {
    /// out = x - y over one chunk.
    pub fn difference_of(x: &[f64], y: &[f64], out: &mut [f64]) {
        out.iter_mut().zip(x).zip(y).for_each(|((o, x), y)| *o = x - y);
    }
}

per_isa! {
    /// max |x_i| over one chunk. Without their signs the bits of numbers are ordered as the numbers are, and those of a NaN
    /// come last: it stays.
    fn most_of(x: &[f64]) -> f64 {
        const UNSIGNED: i64 = i64::MAX;
        let mut most = [0i64; 16];
        let chunks = x.chunks_exact(16);
        let rest = chunks.remainder();
        for a in chunks {
            for i in 0..16 {
                let bits = a[i].to_bits() as i64 & UNSIGNED;
                most[i] = if bits > most[i] { bits } else { most[i] };
            }
        }
        let all = most.into_iter().chain(rest.iter().map(|x| x.to_bits() as i64 & UNSIGNED));
        f64::from_bits(all.fold(0, |m, bits| if bits > m { bits } else { m }) as u64)
    }
}

/// x'y.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let isa = Isa::detect();
    if x.len() <= CHUNK {
        return dot_of(isa, x, y);
    }
    let parts: Vec<f64> = x.par_chunks(CHUNK).zip(y.par_chunks(CHUNK)).map(|(a, b)| dot_of(isa, a, b)).collect();
    parts.into_iter().collect::<Sum>().value()
}

/// |x|, also where squares leave the range of f64.
pub fn norm(x: &[f64]) -> f64 {
    root(dot(x, x), x)
}

/// |x| from the sum of its squares, computed again with scaling where that left the range of f64.
fn root(squares: f64, x: &[f64]) -> f64 {
    if squares > 1e-280 && squares < 1e280 {
        return squares.sqrt();
    }
    crate::numeric::linalg::norm2(x)
}

/// The larger one; NaN if one is NaN.
pub fn larger(a: f64, b: f64) -> f64 {
    // false for a NaN on either side, which then stays
    if b <= a || a.is_nan() { a } else { b }
}

/// The smaller one; NaN if one is NaN.
pub fn smaller(a: f64, b: f64) -> f64 {
    if b >= a || a.is_nan() { a } else { b }
}

/// max |x_i|; NaN if an entry is NaN.
pub fn norm_inf(x: &[f64]) -> f64 {
    let isa = Isa::detect();
    if x.len() <= CHUNK {
        return most_of(isa, x);
    }
    x.par_chunks(CHUNK).map(|x| most_of(isa, x)).collect::<Vec<f64>>().into_iter().fold(0.0, larger)
}

/// |x| and max |x_i|, in one reading.
pub fn norms(x: &[f64]) -> (f64, f64) {
    if x.len() <= CHUNK {
        return (norm(x), norm_inf(x));
    }
    let isa = Isa::detect();
    let parts: Vec<(f64, f64)> = x.par_chunks(CHUNK).map(|x| (dot_of(isa, x, x), most_of(isa, x))).collect();
    let squares = parts.iter().map(|p| p.0).collect::<Sum>().value();
    let most = parts.iter().map(|p| p.1).fold(0.0, larger);
    (root(squares, x), most)
}

/// |x - y|.
pub fn distance(x: &[f64], y: &[f64]) -> f64 {
    let isa = Isa::detect();
    if x.len() <= CHUNK {
        let squares = distance_of(isa, x, y);
        if squares > 1e-280 && squares < 1e280 {
            return squares.sqrt();
        }
        return norm(&x.iter().zip(y).map(|(a, b)| a - b).collect::<Vec<f64>>());
    }
    let parts: Vec<f64> = x.par_chunks(CHUNK).zip(y.par_chunks(CHUNK)).map(|(x, y)| distance_of(isa, x, y)).collect();
    parts.into_iter().collect::<Sum>().value().sqrt()
}

/// y += a x.
pub fn add_scaled(a: f64, x: &[f64], y: &mut [f64]) {
    let chunk = |(x, y): (&[f64], &mut [f64])| y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
    if x.len() <= CHUNK {
        return chunk((x, y));
    }
    x.par_chunks(CHUNK).zip(y.par_chunks_mut(CHUNK)).for_each(chunk);
}

/// out = x + a d.
pub fn along(x: &[f64], a: f64, d: &[f64], out: &mut [f64]) {
    each2(x, d, out, |x, d| x + a * d);
}

/// out_i = f(x_i).
pub fn each1(x: &[f64], out: &mut [f64], f: impl Fn(f64) -> f64 + Sync) {
    let chunk = |(x, out): (&[f64], &mut [f64])| out.iter_mut().zip(x).for_each(|(o, &x)| *o = f(x));
    if x.len() <= CHUNK {
        return chunk((x, out));
    }
    x.par_chunks(CHUNK).zip(out.par_chunks_mut(CHUNK)).for_each(chunk);
}

/// out_i = f(x_i, y_i).
pub fn each2(x: &[f64], y: &[f64], out: &mut [f64], f: impl Fn(f64, f64) -> f64 + Sync) {
    let chunk = |((x, y), out): ((&[f64], &[f64]), &mut [f64])| {
        out.iter_mut().zip(x).zip(y).for_each(|((o, &x), &y)| *o = f(x, y));
    };
    if x.len() <= CHUNK {
        return chunk(((x, y), out));
    }
    x.par_chunks(CHUNK).zip(y.par_chunks(CHUNK)).zip(out.par_chunks_mut(CHUNK)).for_each(chunk);
}

/// x_i = f(x_i, y_i).
pub fn update(x: &mut [f64], y: &[f64], f: impl Fn(f64, f64) -> f64 + Sync) {
    let chunk = |(x, y): (&mut [f64], &[f64])| x.iter_mut().zip(y).for_each(|(x, &y)| *x = f(*x, y));
    if x.len() <= CHUNK {
        return chunk((x, y));
    }
    x.par_chunks_mut(CHUNK).zip(y.par_chunks(CHUNK)).for_each(chunk);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_vectors_give_the_same_as_their_definition() {
        let n = 3 * CHUNK + 5;
        let x: Vec<f64> = (0..n).map(|i| (i % 7) as f64).collect();
        let y: Vec<f64> = (0..n).map(|i| (i % 5) as f64 - 2.0).collect();
        // whole numbers: every order of the sum is exact
        assert_eq!(dot(&x, &y), x.iter().zip(&y).map(|(a, b)| a * b).sum::<f64>());
        assert_eq!(norm_inf(&y), 2.0);
        assert_eq!(norms(&y), (norm(&y), 2.0));
        let mut out = vec![0.0; n];
        along(&x, 2.0, &y, &mut out);
        assert!(out.iter().enumerate().all(|(i, &o)| o == x[i] + 2.0 * y[i]));
        assert_eq!(distance(&out, &x), 2.0 * norm(&y));
        add_scaled(-2.0, &y, &mut out);
        assert_eq!(out, x);
        assert!((norm(&[3e200, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
        assert!(norm_inf(&[1.0, f64::NAN, 2.0]).is_nan());
        assert!(norm_inf(&[[1.0; 8], [f64::NAN; 8], [f64::INFINITY; 8]].concat()).is_nan());
        assert_eq!(norm_inf(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
    }
}
