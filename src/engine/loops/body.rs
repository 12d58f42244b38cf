//! The steps of a body over blocks of lanes of its index.

use super::target::Target;
use super::total::Total;
use super::{Access, Loop, Scope, Source, Step};
use crate::formula::ranges::empty;
use crate::numeric::block::{Isa, LANES};

/// Longer arrays do not lie in the cache: the next block is asked for while this one is worked on.
const CACHED: usize = 1 << 12;

/// Asks for the block of an array that begins at `from`.
fn fetch(array: &[f64], from: isize) {
    #[cfg(target_arch = "x86_64")]
    if let Ok(from) = usize::try_from(from) {
        let end = array.len().min(from + LANES);
        for line in array.get(from..end).unwrap_or_default().chunks(8) {
            // SAFETY: a hint about an address of a live slice; SSE is part of x86-64.
            unsafe { std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (array, from);
}

/// The storage of a scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub registers: Vec<Vec<f64>>,
    constants: Vec<Vec<f64>>,
    pub imports: Vec<Vec<f64>>,
    /// The place in its array that each access begins with.
    starts: Vec<isize>,
    /// Blocks for slices that stick out of their array.
    padded: Vec<Vec<f64>>,
    /// Of the loops inside, in the order of their steps.
    pub inner: Vec<Frame>,
}

impl Frame {
    pub fn new(scope: &Scope) -> Frame {
        let inner = scope.steps.iter().filter_map(|s| match s {
            Step::Loop(l) => Some(Frame::new(&l.body)),
            _ => None,
        });
        Frame {
            registers: vec![vec![0.0; LANES]; scope.registers],
            constants: scope.constants.iter().map(|&c| vec![c; LANES]).collect(),
            imports: vec![vec![0.0; LANES]; scope.imports],
            starts: vec![0; scope.accesses.len()],
            padded: vec![Vec::new(); scope.slices.len()],
            inner: inner.collect(),
        }
    }
}

/// What stays the same during a run.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub isa: Isa,
    pub arrays: &'a [&'a [f64]],
    pub shapes: &'a [Vec<usize>],
}

/// The indices `from..to` (counted from `first`) of a loop that has been entered.
pub(super) fn chunk_of(
    l: &Loop,
    frame: &mut Frame,
    context: Context<'_>,
    first: f64,
    from: usize,
    to: usize,
    targets: &mut [Target<'_>],
) -> Vec<Total> {
    let mut totals: Vec<Total> = l.totals.iter().map(|t| Total::new(t.0)).collect();
    let mut begin = from;
    while begin < to {
        let lanes = (to - begin).min(LANES);
        block(&l.body, frame, context, first + begin as f64, begin, lanes, targets);
        for (total, &(_, source, _)) in totals.iter_mut().zip(&l.totals) {
            total.block(context.isa, operand(source, frame, &l.body, context, begin, lanes));
        }
        begin += lanes;
    }
    totals
}

/// Takes the values of the scope around, and finds where the accesses begin. `lanes`: the longest block.
pub(super) fn enter(scope: &Scope, frame: &mut Frame, imports: &[f64], context: Context<'_>, lanes: usize) {
    for (block, &x) in frame.imports.iter_mut().zip(imports) {
        block[..lanes].fill(x);
    }
    for k in 0..scope.accesses.len() {
        frame.starts[k] = match &scope.accesses[k] {
            Access::Strided { .. } => place(&scope.accesses[k], frame, scope, context, 0),
            Access::Gathered { .. } => 0,
        };
    }
}

/// One block of a body: the lanes are the indices from `index` on, the first of them `offset` after the loop's first.
fn block(
    scope: &Scope,
    frame: &mut Frame,
    context: Context<'_>,
    index: f64,
    offset: usize,
    lanes: usize,
    targets: &mut [Target<'_>],
) {
    for (k, &access) in scope.slices.iter().enumerate() {
        let Access::Strided { array: which, .. } = &scope.accesses[access] else { continue };
        let from = frame.starts[access] + offset as isize;
        let array = context.arrays[*which as usize];
        let seen = |&before: &usize| array_of(&scope.accesses[before]) == *which as usize;
        if array.len() > CACHED && !scope.slices[..k].iter().any(seen) {
            fetch(array, from + lanes as isize);
        }
        if from < 0 || from as usize + lanes > array.len() {
            // what lies outside stands in a branch that is not taken
            let component = |i: usize| {
                usize::try_from(from + i as isize).ok().and_then(|p| array.get(p)).copied().unwrap_or(f64::NAN)
            };
            frame.padded[k] = (0..lanes).map(component).collect();
        }
    }
    let mut loops = 0;
    for step in &scope.steps {
        match step {
            Step::Loop(l) => {
                inner_loop(l, frame, loops, scope, context, offset, lanes, targets);
                loops += 1;
            }
            Step::Add { access, value } => {
                let values = operand(*value, frame, scope, context, offset, lanes);
                let access_of = &scope.accesses[*access];
                let target = &mut targets[array_of(access_of)];
                match access_of {
                    Access::Strided { stride, .. } => {
                        if *stride == 1 && target.home.len() > CACHED {
                            let next = frame.starts[*access] + (offset + lanes) as isize - target.start as isize;
                            fetch(target.home, next);
                        }
                        target.add(context.isa, frame.starts[*access] + stride * offset as isize, *stride, values);
                    }
                    Access::Gathered { .. } => {
                        for (lane, &v) in values.iter().enumerate() {
                            target.add_one(place_at(*access, frame, scope, context, offset, lane), v);
                        }
                    }
                }
            }
            other => plain_step(other, scope, frame, context, index, offset, lanes),
        }
    }
}

/// A loop inside a body: once for each lane.
#[allow(clippy::too_many_arguments)]
fn inner_loop(
    l: &Loop,
    frame: &mut Frame,
    which: usize,
    scope: &Scope,
    context: Context<'_>,
    offset: usize,
    lanes: usize,
    targets: &mut [Target<'_>],
) {
    let mut child = std::mem::take(&mut frame.inner[which]);
    let mut imports = vec![0.0; l.imports.len()];
    let mut results = vec![0.0; l.totals.len()];
    for lane in 0..lanes {
        let value = |s: Source| at(s, frame, scope, context, offset, lane);
        let (first, last) = (value(l.first), value(l.last));
        if first <= last {
            imports.iter_mut().zip(&l.imports).for_each(|(x, &s)| *x = value(s));
            let count = (last - first) as usize + 1;
            enter(&l.body, &mut child, &imports, context, count.min(LANES));
            let totals = chunk_of(l, &mut child, context, first, 0, count, targets);
            results.iter_mut().zip(totals).for_each(|(r, t)| *r = t.value());
        } else {
            results.iter_mut().zip(&l.totals).for_each(|(r, t)| *r = empty(t.0));
        }
        for (&(_, _, out), &r) in l.totals.iter().zip(&results) {
            frame.registers[out as usize][lane] = r;
        }
    }
    frame.inner[which] = child;
}

/// A step that concerns this scope alone.
pub(super) fn plain_step(
    step: &Step,
    scope: &Scope,
    frame: &mut Frame,
    context: Context<'_>,
    index: f64,
    offset: usize,
    lanes: usize,
) {
    match step {
        Step::Op { kernel, args, count, out } => {
            let mut result = std::mem::take(&mut frame.registers[*out as usize]);
            let mut blocks: [&[f64]; 3] = [&[]; 3];
            for (slot, &source) in blocks.iter_mut().zip(&args[..*count]) {
                *slot = operand(source, frame, scope, context, offset, lanes);
            }
            kernel.block(context.isa, &mut result[..lanes], &blocks[..*count]);
            frame.registers[*out as usize] = result;
        }
        Step::Index { out } => {
            let register = &mut frame.registers[*out as usize][..lanes];
            register.iter_mut().enumerate().for_each(|(k, x)| *x = index + k as f64);
        }
        Step::Load { access, out } => {
            let mut result = std::mem::take(&mut frame.registers[*out as usize]);
            let array = context.arrays[array_of(&scope.accesses[*access])];
            for (lane, x) in result[..lanes].iter_mut().enumerate() {
                let place = place_at(*access, frame, scope, context, offset, lane);
                *x = usize::try_from(place).ok().and_then(|p| array.get(p)).copied().unwrap_or(f64::NAN);
            }
            frame.registers[*out as usize] = result;
        }
        Step::Loop(_) | Step::Add { .. } => {}
    }
}

pub(super) fn array_of(access: &Access) -> usize {
    match access {
        Access::Strided { array, .. } | Access::Gathered { array, .. } => *array as usize,
    }
}

/// The place that an access reaches in a lane, row-major from 0; outside of the array: negative.
fn place_at(access: usize, frame: &Frame, scope: &Scope, context: Context<'_>, offset: usize, lane: usize) -> isize {
    match &scope.accesses[access] {
        // the start was found when the loop was entered
        Access::Strided { stride, .. } => frame.starts[access] + stride * (offset + lane) as isize,
        gathered => place(gathered, frame, scope, context, lane),
    }
}

/// The place at the indices of an access, taken in a lane.
pub(super) fn place(access: &Access, frame: &Frame, scope: &Scope, context: Context<'_>, lane: usize) -> isize {
    let (array, sources) = match access {
        Access::Strided { array, start, .. } => (*array as usize, start),
        Access::Gathered { array, at } => (*array as usize, at),
    };
    let strided = matches!(access, Access::Strided { .. });
    let shape = &context.shapes[array];
    let index = |d: usize| at(sources[d], frame, scope, context, 0, lane).round_ties_even();
    let within = |i: f64, d: usize| i >= 1.0 && i <= shape[d] as f64;
    match shape.len() {
        1 => {
            let i = index(0);
            // a range may begin outside, where its first indices stand in a branch that is not taken
            if strided || within(i, 0) { i as isize - 1 } else { -1 }
        }
        _ => {
            let (i, j) = (index(0), index(1));
            if strided || within(i, 0) && within(j, 1) {
                (i as isize - 1) * shape[1] as isize + j as isize - 1
            } else {
                -1
            }
        }
    }
}

/// The lanes of an operand.
fn operand<'f>(
    source: Source,
    frame: &'f Frame,
    scope: &Scope,
    context: Context<'f>,
    offset: usize,
    lanes: usize,
) -> &'f [f64] {
    match source {
        Source::Register(r) => &frame.registers[r as usize][..lanes],
        Source::Constant(c) => &frame.constants[c as usize][..lanes],
        Source::Import(i) => &frame.imports[i as usize][..lanes],
        Source::Slice(k) => {
            let access = scope.slices[k as usize];
            let array = context.arrays[array_of(&scope.accesses[access])];
            let from = frame.starts[access] + offset as isize;
            let inside = usize::try_from(from).ok().and_then(|from| array.get(from..from + lanes));
            inside.unwrap_or_else(|| &frame.padded[k as usize][..lanes])
        }
    }
}

/// One lane of an operand.
pub(super) fn at(
    source: Source,
    frame: &Frame,
    scope: &Scope,
    context: Context<'_>,
    offset: usize,
    lane: usize,
) -> f64 {
    match source {
        Source::Register(r) => frame.registers[r as usize][lane],
        Source::Constant(c) => frame.constants[c as usize][lane],
        Source::Import(i) => frame.imports[i as usize][lane],
        Source::Slice(k) => {
            let access = scope.slices[k as usize];
            let array = context.arrays[array_of(&scope.accesses[access])];
            let from = frame.starts[access] + (offset + lane) as isize;
            usize::try_from(from).ok().and_then(|p| array.get(p)).copied().unwrap_or(f64::NAN)
        }
    }
}
