//! The rows of a fit of several passes: columns shifted and scaled as in [`gram`](super::gram), made anew from the design in every
//! pass, so that nothing is kept beside the table's own numbers.

use super::glm::Mark;
use super::gram::Gram;
use super::{Block, RegressError};
#[cfg(target_arch = "x86_64")]
use crate::numeric::block::Isa;
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::Sum;
use rayon::prelude::*;

/// Rows of a chunk: its sums are plain, chunks are merged with compensation.
pub const CHUNK: usize = 256;

/// Parts summed at once in parallel and then merged in order, where their sums are small.
const GROUP: usize = 64;

/// Bytes for sums that wait to be merged, unless a source has more.
pub const ROOM: u64 = 256_000_000;

/// Rows that can be gone through again and again, part by part.
pub trait Source: Sync {
    /// How many parts.
    fn parts(&self) -> usize;
    /// Shows part `k`. Fails with `Storage`, `Stopped`, or what `see` fails with.
    fn with(&self, k: usize, see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>) -> Result<(), RegressError>;
    /// Hears how far a fit has come, for whoever waits for it.
    fn tell(&self, _: &Mark) {}
    /// Bytes that sums of parts may take together while they wait to be merged.
    fn room(&self) -> u64 {
        ROOM
    }
}

/// All parts in order. Fails as [`Source::with`].
pub fn each(
    source: &dyn Source,
    mut see: impl FnMut(&Block<'_>) -> Result<(), RegressError>,
) -> Result<(), RegressError> {
    (0..source.parts()).try_for_each(|k| source.with(k, &mut see))
}

/// `of` each part, of some `bytes` a result, computed in parallel and handed to `take` in order. As many are held at once as
/// [`Source::room`] has room for, which changes none of them. Fails as [`Source::with`].
pub fn in_order<T: Send>(
    source: &dyn Source,
    bytes: usize,
    of: impl Fn(&Block<'_>) -> Result<T, RegressError> + Sync,
    mut take: impl FnMut(T) -> Result<(), RegressError>,
) -> Result<(), RegressError> {
    let group = ((source.room() / bytes.max(1) as u64) as usize).clamp(1, GROUP);
    let one = |k: usize| {
        let mut found = None;
        source.with(k, &mut |block| {
            found = Some(of(block)?);
            Ok(())
        })?;
        Ok(found)
    };
    for from in (0..source.parts()).step_by(group) {
        let to = source.parts().min(from + group);
        let found: Vec<Result<Option<T>, RegressError>> = match to - from {
            1 => vec![one(from)],
            _ => (from..to).into_par_iter().map(one).collect(),
        };
        for found in found {
            if let Some(found) = found? {
                take(found)?;
            }
        }
    }
    Ok(())
}

/// The rows of one fold alone, or all but those: the others have weight 0.
pub struct Fold<'s> {
    /// All rows.
    pub source: &'s dyn Source,
    /// The fold of each row, part by part: \[parts\]\[rows\].
    pub of: &'s [Vec<u16>],
    /// Which fold.
    pub fold: u16,
    /// Whether its rows are those that count.
    pub inside: bool,
}

impl Source for Fold<'_> {
    fn parts(&self) -> usize {
        self.source.parts()
    }

    fn tell(&self, mark: &Mark) {
        self.source.tell(mark);
    }

    fn room(&self) -> u64 {
        self.source.room()
    }

    fn with(&self, k: usize, see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>) -> Result<(), RegressError> {
        self.source.with(k, &mut |block| {
            let weight = |i: usize| block.weights.as_ref().map_or(1.0, |w| w.hi[i]);
            let counts = |i: usize| (self.of[k][i] == self.fold) == self.inside;
            let hi = (0..block.rows).map(|i| if counts(i) { weight(i) } else { 0.0 }).collect::<Vec<f64>>();
            see(&Block { weights: Some(super::Column::owned(hi)), ..block.clone() })
        })
    }
}

/// A run of rows, scaled.
#[derive(Clone, Debug)]
pub struct Part {
    /// Rows.
    pub rows: usize,
    /// Columns z, the ones of the intercept first: \[coefficients\]\[rows\].
    pub z: Vec<Vec<f64>>,
    /// The target.
    pub y: Vec<f64>,
    /// Weights; empty: all 1.
    pub w: Vec<f64>,
    /// Offsets; empty: all 0.
    pub offset: Vec<f64>,
    /// What a loss depends on besides: \[extra\]\[rows\].
    pub extra: Vec<Vec<f64>>,
}

/// All rows.
#[derive(Clone)]
pub struct Rows<'s> {
    source: &'s dyn Source,
    /// Shifts and scales of the columns; its counts and sums are those of the rows.
    pub like: Gram,
    /// How many coefficients.
    pub columns: usize,
    stride: usize,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows of {} columns", self.like.rows, self.columns)
    }
}

impl<'s> Rows<'s> {
    /// Rows with the shifts and scales of `gram`, which has their sums.
    pub fn new(source: &'s dyn Source, gram: &Gram) -> Rows<'s> {
        Rows { source, like: gram.clone(), columns: gram.order() - 1, stride: 1 }
    }

    /// A block as a part of these rows.
    pub fn part(&self, block: &Block<'_>) -> Part {
        let like = &self.like;
        let mut z = Vec::with_capacity(self.columns);
        if like.intercept {
            z.push(vec![1.0; block.rows]);
        }
        for (k, column) in block.x.iter().take(self.columns - z.len()).enumerate() {
            let (shift, scale) = (like.shift[k], like.scale[k]);
            z.push(match column.lo.is_empty() {
                true => column.hi.iter().map(|x| (x - shift) * scale).collect(),
                false => (0..block.rows).map(|i| ((column.at(i) + -shift) * scale).hi).collect(),
            });
        }
        Part {
            rows: block.rows,
            z,
            y: block.y.hi.to_vec(),
            w: block.weights.as_ref().map_or(Vec::new(), |w| w.hi.to_vec()),
            offset: block.offset.as_ref().map_or(Vec::new(), |o| o.hi.to_vec()),
            extra: block.extra.iter().map(|c| c.hi.to_vec()).collect(),
        }
    }

    /// The same rows with nothing but the intercept (if there is one).
    pub fn null(&self) -> Rows<'s> {
        Rows { columns: usize::from(self.like.intercept), ..self.clone() }
    }

    /// Every `stride`-th part of these rows.
    pub fn thinned(&self, stride: usize) -> Rows<'s> {
        let mut like = self.like.clone();
        like.weight = like.weight * (1.0 / stride as f64); // about
        Rows { stride, like, ..self.clone() }
    }

    /// Says how far a fit of these rows has come.
    pub fn tell(&self, mark: &Mark) {
        self.source.tell(mark);
    }

    /// How many parts are gone through.
    pub fn parts(&self) -> usize {
        self.source.parts().div_ceil(self.stride)
    }

    /// Rows with a weight above 0, and the sum of the weights.
    pub fn count(&self) -> (u64, f64) {
        (self.like.rows, self.like.weight.hi)
    }

    /// Sums over all rows: `chunk` gives `width` sums of rows `from..to` of a part. Parts run in parallel; what is added to what
    /// is fixed by the data. Fails with `Storage`, `Stopped`.
    pub fn sums(
        &self,
        width: usize,
        chunk: impl Fn(&Part, usize, usize, &mut [f64]) + Sync,
    ) -> Result<Vec<f64>, RegressError> {
        let one = |block: &Block<'_>| {
            let part = self.part(block);
            let mut sums = vec![Sum::new(); width];
            let mut plain = vec![0.0; width];
            for from in (0..part.rows).step_by(CHUNK) {
                plain.fill(0.0);
                chunk(&part, from, part.rows.min(from + CHUNK), &mut plain);
                sums.iter_mut().zip(&plain).for_each(|(sum, x)| sum.add(*x));
            }
            Ok(sums)
        };
        let mut total = vec![Sum::new(); width];
        in_order(&Strided(self), width * size_of::<Sum>(), one, |part: Vec<Sum>| {
            total.iter_mut().zip(part).for_each(|(sum, more)| sum.merge(more));
            Ok(())
        })?;
        Ok(total.into_iter().map(Sum::value).collect())
    }

    /// z g + offset for rows `from..to`.
    pub fn predictor(part: &Part, g: &[f64], from: usize, to: usize, eta: &mut Vec<f64>) {
        eta.clear();
        match part.offset.is_empty() {
            true => eta.resize(to - from, 0.0),
            false => eta.extend_from_slice(&part.offset[from..to]),
        }
        for (column, g) in part.z.iter().zip(g) {
            if *g != 0.0 {
                eta.iter_mut().zip(&column[from..to]).for_each(|(e, z)| *e += g * z);
            }
        }
    }

    /// Fails with `Target` at the first target outside a family.
    pub fn check_target(block: &Block<'_>, family: &'static super::family::Family) -> Result<(), RegressError> {
        let y = &block.y.hi;
        match y.iter().position(|y| !(family.covers)(*y)) {
            None => Ok(()),
            Some(i) => {
                let (line, family, wanted) = (block.lines[i], family.name, family.wanted);
                Err(RegressError::Target { line, value: y[i], family, wanted })
            }
        }
    }
}

/// The parts that rows go through.
pub(super) struct Strided<'r, 's>(pub &'r Rows<'s>);

impl Source for Strided<'_, '_> {
    fn parts(&self) -> usize {
        self.0.parts()
    }

    fn room(&self) -> u64 {
        self.0.source.room()
    }

    fn with(&self, k: usize, see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>) -> Result<(), RegressError> {
        self.0.source.with(k * self.0.stride, see)
    }
}

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

/// Adds pull^T z to `score`: \[columns\] (none: that is left out), and the upper triangle of z^T W z by rows to `pairs`: \[columns (columns + 1)/2\], over rows
/// `from..to`; `pull` and `weights`: \[to - from\].
pub fn score_and_information(
    part: &Part,
    from: usize,
    to: usize,
    pull: &[f64],
    weights: &[f64],
    score: &mut [f64],
    pairs: &mut [f64],
) {
    let z: Vec<&[f64]> = part.z.iter().map(|z| &z[from..to]).collect();
    #[cfg(target_arch = "x86_64")]
    {
        if Isa::has_avx512() {
            // SAFETY: the instructions are there, as just asked; nothing else is unsafe in it.
            return unsafe { sums_avx512(&z, pull, weights, score, pairs) };
        }
        if Isa::has_avx2() {
            // SAFETY: as above.
            return unsafe { sums_avx2(&z, pull, weights, score, pairs) };
        }
    }
    sums_body(&z, pull, weights, score, pairs);
}

/// The symmetric matrix of an upper triangle by rows.
pub fn symmetric(pairs: &[f64], p: usize) -> Matrix {
    let mut matrix = Matrix::zeros(p, p);
    let mut at = 0;
    for i in 0..p {
        for j in i..p {
            matrix[(i, j)] = pairs[at];
            matrix[(j, i)] = pairs[at];
            at += 1;
        }
    }
    matrix
}

#[inline(always)]
fn sums_body(z: &[&[f64]], pull: &[f64], weights: &[f64], score: &mut [f64], pairs: &mut [f64]) {
    let mut weighted = vec![0.0; weights.len()];
    let mut at = 0;
    for (i, z_i) in z.iter().enumerate() {
        if let Some(score) = score.get_mut(i) {
            *score += plain_dot(pull, z_i);
        }
        weighted.iter_mut().zip(weights).zip(*z_i).for_each(|((o, w), z)| *o = w * z);
        for z_j in &z[i..] {
            pairs[at] += plain_dot(&weighted, z_j);
            at += 1;
        }
    }
}

/// The same operations on wider registers: the same bits.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn sums_avx512(z: &[&[f64]], pull: &[f64], weights: &[f64], score: &mut [f64], pairs: &mut [f64]) {
    sums_body(z, pull, weights, score, pairs);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn sums_avx2(z: &[&[f64]], pull: &[f64], weights: &[f64], score: &mut [f64], pairs: &mut [f64]) {
    sums_body(z, pull, weights, score, pairs);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// 40 parts without rows, and room for 1000 bytes.
    struct Small;

    impl Source for Small {
        fn parts(&self) -> usize {
            40
        }

        fn with(
            &self,
            k: usize,
            see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>,
        ) -> Result<(), RegressError> {
            let nothing = || super::super::Column::owned(Vec::new());
            let (x, extra, rounded) = (Vec::new(), Vec::new(), Vec::new());
            see(&Block { rows: k, x, y: nothing(), weights: None, offset: None, extra, rounded, lines: &[] })
        }

        fn room(&self) -> u64 {
            1000
        }
    }

    #[test]
    fn large_sums_wait_in_small_groups_and_in_order() {
        for (bytes, most) in [(1, 40), (300, 3), (2000, 1)] {
            let (held, largest) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let of = |block: &Block<'_>| {
                largest.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                Ok(block.rows)
            };
            let mut seen = Vec::new();
            let take = |k| {
                held.fetch_sub(1, Ordering::SeqCst);
                seen.push(k);
                Ok(())
            };
            in_order(&Small, bytes, of, take).unwrap();
            assert_eq!(seen, (0..40).collect::<Vec<usize>>());
            let largest = largest.into_inner();
            assert!(largest <= most && (bytes > 1 || largest == 40), "{bytes}: {largest}");
        }
    }

    #[test]
    fn sums_are_those_of_whole_numbers_for_every_instruction_set() {
        // small integers: plain sums are exact
        let n = 77;
        let z: Vec<Vec<f64>> = (0..6).map(|k| (0..n).map(|i| ((i * (k + 3)) % 17) as f64 - 8.0).collect()).collect();
        let (pull, weights): (Vec<f64>, Vec<f64>) = (0..n).map(|i| ((i % 5) as f64, (i % 7) as f64)).unzip();
        let (mut score, mut pairs) = (vec![1.0; 6], vec![2.0; 21]);
        let part = Part { rows: n, z: z.clone(), y: Vec::new(), w: Vec::new(), offset: Vec::new(), extra: Vec::new() };
        score_and_information(&part, 0, n, &pull, &weights, &mut score, &mut pairs);
        let mut at = 0;
        for i in 0..6 {
            assert_eq!(score[i], 1.0 + (0..n).map(|r| pull[r] * z[i][r]).sum::<f64>());
            for j in i..6 {
                assert_eq!(pairs[at], 2.0 + (0..n).map(|r| weights[r] * z[i][r] * z[j][r]).sum::<f64>());
                at += 1;
            }
        }
        let refs: Vec<&[f64]> = z.iter().map(Vec::as_slice).collect();
        let (mut a, mut b) = (vec![0.0; 6], vec![0.0; 21]);
        let tenth: Vec<f64> = pull.iter().map(|x| x * 0.1).collect();
        sums_body(&refs, &tenth, &tenth, &mut a, &mut b);
        let (mut c, mut d) = (vec![0.0; 6], vec![0.0; 21]);
        score_and_information(&part, 0, n, &tenth, &tenth, &mut c, &mut d);
        assert_eq!((a, b), (c, d));
    }
}
