//! Where a chunk of a loop adds to a gradient: components that are its own, and beside them a buffer for those that a neighbour
//! shares. Buffers are added in the order of the chunks, so that threads do not decide about roundings.

use super::total::add_into;
use crate::numeric::block::Isa;

/// The part of one array's gradient that a chunk may add to.
#[derive(Debug, Default)]
pub(super) struct Target<'a> {
    /// Components that nobody else adds to, from `start` on.
    pub home: &'a mut [f64],
    /// The place of the first of them in the array.
    pub start: usize,
    /// Components that are shared, from `side_start` on.
    pub side: Vec<f64>,
    /// The place of the first of them.
    pub side_start: usize,
}

impl Target<'_> {
    /// Adds `values: [lanes]` to the components `first`, `first + stride`, ... Places outside of the array belong to branches
    /// that are not taken: their values are 0, and they are left out.
    pub fn add(&mut self, isa: Isa, first: isize, stride: isize, values: &[f64]) {
        if stride == 1 && first >= self.start as isize {
            let at = first as usize - self.start;
            if let Some(own) = self.home.get_mut(at..at + values.len()) {
                return add_into(isa, own, values);
            }
        }
        for (k, &v) in values.iter().enumerate() {
            self.add_one(first + stride * k as isize, v);
        }
    }

    /// Adds to one component.
    pub fn add_one(&mut self, at: isize, v: f64) {
        let Ok(at) = usize::try_from(at) else { return };
        if at >= self.start && at - self.start < self.home.len() {
            self.home[at - self.start] += v;
        } else if at >= self.side_start && at - self.side_start < self.side.len() {
            self.side[at - self.side_start] += v;
        }
    }
}

/// How the chunks of a loop share one array's gradient.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sharing {
    /// Chunk k owns `homes[k]..homes[k + 1]` and shares what follows, up to `ends[k]`.
    Windows { homes: Vec<usize>, ends: Vec<usize> },
    /// Each chunk has a copy of all of it.
    Copies,
    /// The chunks take turns.
    Turns,
}

/// Up to so many components every chunk may have a copy of its own.
const MOST_COPIED: usize = 1 << 16;
/// All copies together hold no more than so many.
const MOST_IN_COPIES: usize = 1 << 24;

/// Decides about one array of `length` components; `windows[k]`: the components that chunk k adds to, `None` where that is not known.
pub(super) fn sharing(length: usize, windows: &[Option<(usize, usize)>]) -> Sharing {
    let known: Option<Vec<(usize, usize)>> = windows.iter().copied().collect();
    if let Some(w) = known
        && w.windows(2).all(|p| p[0].0 <= p[1].0)
    {
        let mut homes: Vec<usize> = w.iter().map(|w| w.0).collect();
        homes.push(length);
        let shared = |k: usize| w[k].1.saturating_sub(homes[k + 1]);
        let most = (0..w.len()).map(shared).max().unwrap_or(0);
        let widest = w.iter().map(|w| w.1 - w.0).max().unwrap_or(0);
        if most <= widest / 4 + 64 {
            return Sharing::Windows { homes, ends: w.iter().map(|w| w.1).collect() };
        }
    }
    if length <= MOST_COPIED && length.saturating_mul(windows.len()) <= MOST_IN_COPIES {
        return Sharing::Copies;
    }
    Sharing::Turns
}
