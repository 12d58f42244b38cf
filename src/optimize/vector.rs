//! Operations on long vectors: in parallel by chunks of one size, sums in one order, so that the bits depend on the numbers alone.

use crate::numeric::sum::Sum;
use rayon::prelude::*;

/// Entries a piece of parallel work has; shorter vectors are one piece.
pub const CHUNK: usize = 1 << 14;

/// Sums of eight lanes over one chunk.
#[inline]
pub fn dot_chunk(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (xs, ys) = (x.chunks_exact(8), y.chunks_exact(8));
    let tail: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in xs.zip(ys) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + tail
}

/// x'y.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    if x.len() <= CHUNK {
        return dot_chunk(x, y);
    }
    let parts: Vec<f64> = x.par_chunks(CHUNK).zip(y.par_chunks(CHUNK)).map(|(a, b)| dot_chunk(a, b)).collect();
    parts.into_iter().collect::<Sum>().value()
}

/// |x|, also where squares leave the range of f64.
pub fn norm(x: &[f64]) -> f64 {
    let squares = dot(x, x);
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
    let chunk = |x: &[f64]| x.iter().fold(0.0, |m, v| larger(m, v.abs()));
    if x.len() <= CHUNK {
        return chunk(x);
    }
    x.par_chunks(CHUNK).map(chunk).collect::<Vec<f64>>().into_iter().fold(0.0, larger)
}

/// |x - y|.
pub fn distance(x: &[f64], y: &[f64]) -> f64 {
    let chunk = |(x, y): (&[f64], &[f64])| x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    if x.len() <= CHUNK {
        let squares = chunk((x, y));
        if squares > 1e-280 && squares < 1e280 {
            return squares.sqrt();
        }
        return norm(&x.iter().zip(y).map(|(a, b)| a - b).collect::<Vec<f64>>());
    }
    let parts: Vec<f64> = x.par_chunks(CHUNK).zip(y.par_chunks(CHUNK)).map(chunk).collect();
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
        let mut out = vec![0.0; n];
        along(&x, 2.0, &y, &mut out);
        assert!(out.iter().enumerate().all(|(i, &o)| o == x[i] + 2.0 * y[i]));
        assert_eq!(distance(&out, &x), 2.0 * norm(&y));
        add_scaled(-2.0, &y, &mut out);
        assert_eq!(out, x);
        assert!((norm(&[3e200, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
        assert!(norm_inf(&[1.0, f64::NAN, 2.0]).is_nan());
    }
}
