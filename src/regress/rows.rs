//! The rows of a fit of several passes: columns shifted and scaled as in [`gram`](super::gram), made anew from the design in every
//! pass, so that nothing is kept beside the table's own numbers.

use super::glm::Mark;
use super::gram::Gram;
use super::kept::weighty;
use super::{Block, RegressError};
use crate::numeric::sum::Sum;
use rayon::prelude::*;
use std::sync::Arc;

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
    /// Bytes that are free for rows kept beside their table's; none where that is on disk.
    fn spare(&self) -> u64 {
        0
    }
    /// Fails with `Stopped` where the work is to end.
    fn check(&self) -> Result<(), RegressError> {
        Ok(())
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
    let one = |k: usize| {
        let mut found = None;
        source.with(k, &mut |block| {
            found = Some(of(block)?);
            Ok(())
        })?;
        Ok(found)
    };
    let take = |found: Option<T>| found.map_or(Ok(()), &mut take);
    in_turn(source.parts(), source.room(), bytes, one, take)
}

/// `of` each of `parts`, in parallel, handed to `take` in order, as many at once as `room` has room for.
fn in_turn<T: Send>(
    parts: usize,
    room: u64,
    bytes: usize,
    of: impl Fn(usize) -> Result<T, RegressError> + Sync,
    mut take: impl FnMut(T) -> Result<(), RegressError>,
) -> Result<(), RegressError> {
    let group = ((room / bytes.max(1) as u64) as usize).clamp(1, GROUP);
    for from in (0..parts).step_by(group) {
        let to = parts.min(from + group);
        let found: Vec<Result<T, RegressError>> = match to - from {
            1 => vec![of(from)],
            _ => (from..to).into_par_iter().map(&of).collect(),
        };
        found.into_iter().try_for_each(|found| take(found?))?;
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

    fn spare(&self) -> u64 {
        self.source.spare()
    }

    fn check(&self) -> Result<(), RegressError> {
        self.source.check()
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
    /// The parts, where they are kept.
    kept: Option<Arc<Vec<Part>>>,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows of {} columns", self.like.rows, self.columns)
    }
}

impl<'s> Rows<'s> {
    /// Rows with the shifts and scales of `gram`, which has their sums.
    pub fn new(source: &'s dyn Source, gram: &Gram) -> Rows<'s> {
        Rows { source, like: gram.clone(), columns: gram.order() - 1, stride: 1, kept: None }
    }

    /// The same rows for many passes: scaled once, those of weight 0 left out, where memory has room. Fails with `Storage`, `Stopped`.
    pub fn kept(self) -> Result<Rows<'s>, RegressError> {
        let kept = super::kept::parts(&self)?.map(Arc::new);
        Ok(Rows { kept, ..self })
    }

    /// Where they come from.
    pub fn source(&self) -> &'s dyn Source {
        self.source
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
        Rows { columns: usize::from(self.like.intercept), kept: None, ..self.clone() }
    }

    /// Every `stride`-th part of these rows.
    pub fn thinned(&self, stride: usize) -> Rows<'s> {
        let mut like = self.like.clone();
        like.weight = like.weight * (1.0 / stride as f64); // about
        Rows { stride, like, kept: None, ..self.clone() }
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
        let one = |part: &Part| {
            let mut sums = vec![Sum::new(); width];
            let mut plain = vec![0.0; width];
            for from in (0..part.rows).step_by(CHUNK) {
                plain.fill(0.0);
                chunk(part, from, part.rows.min(from + CHUNK), &mut plain);
                sums.iter_mut().zip(&plain).for_each(|(sum, x)| sum.add(*x));
            }
            sums
        };
        let (mut total, bytes) = (vec![Sum::new(); width], width * size_of::<Sum>());
        let take = |part: Vec<Sum>| {
            total.iter_mut().zip(part).for_each(|(sum, more)| sum.merge(more));
            Ok(())
        };
        match &self.kept {
            // the same rows in the same chunks, kept or not
            None => in_order(&Strided(self), bytes, |block| Ok(one(&weighty(self.part(block)))), take)?,
            Some(parts) => {
                let of = |k: usize| self.source.check().map(|()| one(&parts[k]));
                in_turn(parts.len(), self.source.room(), bytes, of, take)?;
            }
        }
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
}
