//! Long loops of the top scope: cut into chunks that the problem alone decides, run on all cores, put together in order.

use rayon::prelude::*;

use super::body::{Context, Frame, at, chunk_of, enter};
use super::target::{Sharing, Target, sharing};
use super::total::Total;
use super::{Loop, Scope, Source, Step};
use crate::numeric::block::LANES;
use crate::numeric::elementary::{max, min};

/// A chunk of a loop does about so many kernel calls on single lanes: enough to outweigh its start, and to fit the caches.
const CHUNK_WORK: usize = 1 << 17;
/// No chunk has more indices.
const LONGEST_CHUNK: usize = 1 << 13;

/// What a chunk adds beside its own components, and where that begins.
type Side = (Vec<f64>, usize);

/// A loop of the top scope: in chunks, on all cores where it is long.
pub(super) fn top_loop(
    l: &Loop,
    frame: &mut Frame,
    which: usize,
    top: &Scope,
    context: Context<'_>,
    gradients: &mut [&mut [f64]],
) -> Vec<Total> {
    let value = |s: Source, frame: &Frame| at(s, frame, top, context, 0, 0);
    let (first, last) = (value(l.first, frame), value(l.last, frame));
    let mut totals: Vec<Total> = l.totals.iter().map(|t| Total::new(t.0)).collect();
    if !(first <= last) {
        return totals;
    }
    let count = (last - first) as usize + 1;
    let imports: Vec<f64> = l.imports.iter().map(|&s| value(s, frame)).collect();
    let windows: Vec<(u32, Option<(f64, f64)>)> =
        l.windows.iter().map(|&(a, w)| (a, w.map(|(s, slope)| (value(s, frame), slope)))).collect();
    let child = &mut frame.inner[which];
    enter(&l.body, child, &imports, context, count.min(LANES));

    let chunk = (CHUNK_WORK / work(&l.body)).clamp(16, LONGEST_CHUNK).next_power_of_two();
    if count <= chunk {
        let mut targets: Vec<Target> = gradients.iter_mut().map(|g| Target { home: g, ..Target::default() }).collect();
        return chunk_of(l, child, context, first, 0, count, &mut targets);
    }
    let starts: Vec<usize> = (0..count).step_by(chunk).collect();
    // how the chunks share each array
    let mut shared: Vec<(usize, Sharing)> = Vec::new();
    for (array, (gradient, shape)) in gradients.iter().zip(context.shapes).enumerate() {
        let own: Vec<Option<(f64, f64)>> = windows.iter().filter(|w| w.0 as usize == array).map(|w| w.1).collect();
        if !own.is_empty() {
            let columns = shape.get(1).copied().unwrap_or(1);
            let window = |&from: &usize| chunk_window(&own, from, count.min(from + chunk), columns, gradient.len());
            let ranges: Vec<Option<(usize, usize)>> = starts.iter().map(window).collect();
            shared.push((array, sharing(gradient.len(), &ranges)));
        }
    }
    if shared.iter().any(|s| s.1 == Sharing::Turns) {
        let mut targets: Vec<Target> = gradients.iter_mut().map(|g| Target { home: g, ..Target::default() }).collect();
        for &from in &starts {
            let part = chunk_of(l, child, context, first, from, count.min(from + chunk), &mut targets);
            totals.iter_mut().zip(part).for_each(|(t, p)| t.merge(p));
        }
        return totals;
    }

    let lengths: Vec<usize> = gradients.iter().map(|g| g.len()).collect();
    let mut tasks: Vec<(usize, Vec<Target>)> = starts.iter().map(|&s| (s, Vec::new())).collect();
    for (array, g) in gradients.iter_mut().enumerate() {
        let how = shared.iter().find(|s| s.0 == array).map(|s| &s.1);
        let (mut rest, mut begun): (&mut [f64], usize) = (g, 0);
        for (k, (_, targets)) in tasks.iter_mut().enumerate() {
            targets.push(match how {
                Some(Sharing::Windows { homes, ends }) => {
                    let end = homes[k + 1].max(begun);
                    let (home, after) = std::mem::take(&mut rest).split_at_mut(end - begun);
                    rest = after;
                    let start = std::mem::replace(&mut begun, end);
                    Target { home, start, side: vec![0.0; ends[k].saturating_sub(end)], side_start: end }
                }
                Some(_) => Target { side: vec![0.0; lengths[array]], ..Target::default() },
                None => Target::default(),
            });
        }
    }
    let template = child.clone();
    let parts: Vec<(Vec<Total>, Vec<Side>)> = tasks
        .into_par_iter()
        .map_init(
            || template.clone(),
            |frame, (from, mut targets)| {
                let totals = chunk_of(l, frame, context, first, from, count.min(from + chunk), &mut targets);
                (totals, targets.into_iter().map(|t| (t.side, t.side_start)).collect())
            },
        )
        .collect();
    for (part, sides) in parts {
        totals.iter_mut().zip(part).for_each(|(t, p)| t.merge(p));
        for (g, (side, start)) in gradients.iter_mut().zip(sides) {
            g.get_mut(start..).unwrap_or_default().iter_mut().zip(&side).for_each(|(g, s)| *g += s);
        }
    }
    totals
}

/// The components of an array that the indices `from..to` add to, if that is known.
fn chunk_window(
    own: &[Option<(f64, f64)>],
    from: usize,
    to: usize,
    columns: usize,
    length: usize,
) -> Option<(usize, usize)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for w in own {
        let (start, slope) = (*w)?;
        for k in [from, to - 1] {
            let row = start + slope * k as f64;
            low = min(low, row);
            high = max(high, row);
        }
    }
    let rows = (length / columns.max(1)) as f64;
    let (low, high) = (max(low, 1.0), min(high, rows));
    if low > high {
        return Some((0, 0));
    }
    Some(((low as usize - 1) * columns, high as usize * columns))
}

/// About how many kernel calls an index costs.
fn work(scope: &Scope) -> usize {
    let step = |s: &Step| match s {
        // its length is not known here
        Step::Loop(l) => 64 * work(&l.body),
        _ => 1,
    };
    scope.steps.iter().map(step).sum::<usize>().max(1)
}
