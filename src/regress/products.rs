//! Sums of products of two columns in double-double, for chunks of rows: the inner loop of [`gram`](super::gram).
//!
//! Products are exact, their sum and its errors are carried beside each other (Ogita, Rump and Oishi 2005, Dot2) in eight lanes.
//! Two columns are taken against one at a time: their chains of additions hide each other's latency.
//!
//! The error of a product is what a fused multiply-add says where the machine has one, and Dekker's splitting says the same
//! bits where it has none: both are exact, since [`Parts`] holds no numbers whose products underflow.

use crate::numeric::block::{Isa, per_isa};
use crate::numeric::sum::{Dd, two_sum};

/// Lanes of a sum.
const WIDE: usize = 8;

/// Below this, numbers of a scaled column are 0: their squares are 2^-960 of the column's.
const TINY: f64 = f64::from_bits((1023 - 480) << 52);

/// One column of a chunk, hi + lo, filled up with zeros to whole lanes.
#[derive(Clone, Debug)]
pub struct Parts {
    hi: Vec<f64>,
    lo: Vec<f64>,
}

impl Parts {
    /// A column of `rows` numbers.
    #[inline(always)]
    pub fn with(rows: usize, value: impl Fn(usize) -> (f64, f64)) -> Parts {
        let padded = rows.next_multiple_of(WIDE);
        let mut parts = Parts { hi: vec![0.0; padded], lo: vec![0.0; padded] };
        for (i, (hi, lo)) in parts.hi.iter_mut().zip(&mut parts.lo).take(rows).enumerate() {
            let (h, l) = value(i);
            let keep = h.abs() >= TINY || h.is_nan();
            (*hi, *lo) = if keep { (h, l) } else { (0.0, 0.0) };
        }
        parts
    }

    /// (x - shift) scale, without the rounding of the difference.
    pub fn shifted(x: &[f64], shift: f64, scale: f64) -> Parts {
        let padded = x.len().next_multiple_of(WIDE);
        let mut parts = Parts { hi: vec![0.0; padded], lo: vec![0.0; padded] };
        shifted(Isa::detect(), x, shift, scale, &mut parts.hi, &mut parts.lo);
        parts
    }

    /// The number of row `i`.
    pub fn at(&self, i: usize) -> Dd {
        Dd { hi: self.hi[i], lo: self.lo[i] }
    }

    /// Puts a number in row `i`.
    pub fn set(&mut self, i: usize, x: Dd) {
        let keep = x.hi.abs() >= TINY || x.hi.is_nan();
        (self.hi[i], self.lo[i]) = if keep { (x.hi, x.lo) } else { (0.0, 0.0) };
    }

    /// All rows.
    pub fn all(&self) -> Run<'_> {
        Run { hi: &self.hi, lo: &self.lo }
    }

    /// Rows `from..to`, widened to whole lanes: those about them must be 0, or add nothing.
    pub fn run(&self, from: usize, to: usize) -> Run<'_> {
        let rows = from - from % WIDE..to.next_multiple_of(WIDE);
        Run { hi: &self.hi[rows.clone()], lo: &self.lo[rows] }
    }
}

/// Rows of a column, in whole lanes.
#[derive(Clone, Copy, Debug)]
pub struct Run<'p> {
    hi: &'p [f64],
    lo: &'p [f64],
}

per_isa! {
    /// See [`Parts::shifted`]: without a branch.
    fn shifted(x: &[f64], shift: f64, scale: f64, hi: &mut [f64], lo: &mut [f64]) {
        for ((hi, lo), &x) in hi.iter_mut().zip(lo).zip(x) {
            let (h, l) = two_sum(x, -shift);
            let (h, l) = (h * scale, l * scale);
            // as in `with`: true for a NaN
            let zero = h.abs() < TINY;
            (*hi, *lo) = (if zero { 0.0 } else { h }, if zero { 0.0 } else { l });
        }
    }
}

/// The error of p = a b.
#[inline(always)]
fn product_error<const FMA: bool>(a: f64, b: f64, p: f64) -> f64 {
    if FMA {
        #[allow(clippy::disallowed_methods)] // exact: the same bits as the other branch
        return f64::mul_add(a, b, -p);
    }
    let split = |x: f64| {
        let big = 134_217_729.0 * x;
        let head = big - (big - x);
        (head, x - head)
    };
    let ((a1, a2), (b1, b2)) = (split(a), split(b));
    ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
}

/// Sums of `a` against two columns.
#[inline(always)]
fn two_body<const FMA: bool>(a: Run<'_>, b: [Run<'_>; 2]) -> [Dd; 2] {
    let mut sum = [[0.0; WIDE]; 2];
    let mut low = [[0.0; WIDE]; 2];
    let whole = |v: &'_ [f64], at: usize| -> [f64; WIDE] {
        let mut lanes = [0.0; WIDE];
        lanes.copy_from_slice(&v[at..at + WIDE]);
        lanes
    };
    let n = a.hi.len();
    let mut at = 0;
    while at + WIDE <= n {
        let (ah, al) = (whole(a.hi, at), whole(a.lo, at));
        for j in 0..2 {
            let (bh, bl) = (whole(b[j].hi, at), whole(b[j].lo, at));
            for k in 0..WIDE {
                let p = ah[k] * bh[k];
                let error = product_error::<FMA>(ah[k], bh[k], p) + (ah[k] * bl[k] + al[k] * bh[k]);
                let s = sum[j][k] + p;
                let part = s - sum[j][k];
                low[j][k] += ((sum[j][k] - (s - part)) + (p - part)) + error;
                sum[j][k] = s;
            }
        }
        at += WIDE;
    }
    let total = |j: usize| (0..WIDE).fold(Dd::ZERO, |t, k| t + Dd::sum_of(sum[j][k], low[j][k]));
    [total(0), total(1)]
}

/// Adds the sums of `a` by each of `columns` to `sums`.
#[inline(always)]
fn add_body<const FMA: bool>(a: Run<'_>, columns: &[Run<'_>], sums: &mut [Dd]) {
    for (pair, out) in columns.chunks(2).zip(sums.chunks_mut(2)) {
        let found = two_body::<FMA>(a, [pair[0], *pair.last().unwrap_or(&pair[0])]);
        for (sum, more) in out.iter_mut().zip(found) {
            *sum += more;
        }
    }
}

/// Adds sum a c to `sums[k]` for each column c = `columns[k]`; all of one length.
pub fn add_products(a: Run<'_>, columns: &[Run<'_>], sums: &mut [Dd]) {
    #[cfg(target_arch = "x86_64")]
    {
        if Isa::has_avx512() && std::arch::is_x86_feature_detected!("fma") {
            // SAFETY: the instructions are there, as just asked; nothing else is unsafe in it.
            return unsafe { add_avx512(a, columns, sums) };
        }
        if Isa::has_avx2() && std::arch::is_x86_feature_detected!("fma") {
            // SAFETY: as above.
            return unsafe { add_avx2(a, columns, sums) };
        }
    }
    // aarch64 has it always; elsewhere a fused multiply-add would be a slow call
    add_body::<{ cfg!(target_arch = "aarch64") }>(a, columns, sums);
}

/// The same operations on wider registers: the same bits.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
unsafe fn add_avx512(a: Run<'_>, columns: &[Run<'_>], sums: &mut [Dd]) {
    add_body::<true>(a, columns, sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn add_avx2(a: Run<'_>, columns: &[Run<'_>], sums: &mut [Dd]) {
    add_body::<true>(a, columns, sums);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut random = Random::new(5);
        let mut column = || {
            // ordinary numbers, very small ones and zeros
            let scale = [1.0, 1e-100, 1e-140, 1e-150, 0.0];
            let values: Vec<(f64, f64)> = (0..501)
                .map(|_| {
                    let s = scale[random.below(5) as usize];
                    (random.normal() * s, random.normal() * s * 1e-17)
                })
                .collect();
            Parts::with(501, |i| values[i])
        };
        let a = column();
        let columns: Vec<Parts> = (0..5).map(|_| column()).collect();
        let (a, columns) = (a.all(), columns.iter().map(Parts::all).collect::<Vec<_>>());
        let by = |f: &dyn Fn(&mut [Dd])| {
            let mut sums = vec![Dd::ZERO; 5];
            f(&mut sums);
            sums
        };
        let plain = by(&|s| add_body::<false>(a, &columns, s));
        assert_eq!(plain, by(&|s| add_body::<true>(a, &columns, s)));
        assert_eq!(plain, by(&|s| add_products(a, &columns, s)));
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            // SAFETY: just asked
            assert_eq!(plain, by(&|s| unsafe { add_avx2(a, &columns, s) }));
        }
    }
}
