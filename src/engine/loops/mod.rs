//! Formulas with long reductions: programs whose bodies run over lanes of the index.
//!
//! [`build`](build::build) cuts the graph of a formula, and of the scatters that are its gradient, into scopes: the top, and a body for each
//! loop. What changes with a loop's index is computed in its body over blocks of lanes, everything else once outside.
//! Reductions and scatters over one range that wait for the same things share a loop. [`run`](LoopProgram::run) executes them: a long loop
//! at the top in chunks of fixed size on all cores, inner loops once a lane of the outer one. Uses the graph and the kernels.

mod access;
mod body;
mod build;
mod chunks;
mod emitter;
mod pieces;
mod run;
mod target;
mod total;

use crate::formula::graph::Reduction;
use crate::numeric::block::Kernel;

pub use build::build;

/// Where an operand lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A block computed in this scope.
    Register(u32),
    /// A number.
    Constant(u32),
    /// A value of the scope around, the same in every lane.
    Import(u32),
    /// Components of an array that follow each other.
    Slice(u32),
}

/// How a component of an array is reached in a scope.
#[derive(Clone, Debug, PartialEq)]
enum Access {
    /// From the component at `start` (one index or two, values of the scope around) on by steps of `stride` components a lane.
    Strided { array: u32, start: Vec<Source>, stride: isize },
    /// By indices that are computed for each lane.
    Gathered { array: u32, at: Vec<Source> },
}

/// What is done for each block of lanes, in order.
#[derive(Clone, Debug)]
enum Step {
    /// A kernel.
    Op { kernel: &'static Kernel, args: [Source; 3], count: usize, out: u32 },
    /// The index itself.
    Index { out: u32 },
    /// Components that do not follow each other.
    Load { access: usize, out: u32 },
    /// A loop for each lane.
    Loop(Box<Loop>),
    /// Components of a gradient are added to.
    Add { access: usize, value: Source },
}

/// A loop: its ends and its imports are values of the scope around.
#[derive(Clone, Debug)]
struct Loop {
    first: Source,
    last: Source,
    body: Scope,
    imports: Vec<Source>,
    /// What is reduced in the body, and the register around that takes it.
    totals: Vec<(Reduction, Source, u32)>,
    /// The arrays that the body adds to; where the rows move evenly with the index, the first one and the step.
    windows: Vec<(u32, Option<(Source, f64)>)>,
}

/// A body of straight-line steps.
#[derive(Clone, Debug, Default)]
struct Scope {
    steps: Vec<Step>,
    registers: usize,
    constants: Vec<f64>,
    imports: usize,
    accesses: Vec<Access>,
    /// The accesses that are operands as they are.
    slices: Vec<usize>,
}

/// A compiled formula with loops.
#[derive(Clone, Debug)]
pub struct LoopProgram {
    top: Scope,
    outputs: Vec<Source>,
    /// How many names and arrays the graph has.
    inputs: usize,
    shapes: Vec<Vec<usize>>,
}

impl LoopProgram {
    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }
}

pub use run::LoopScratch;
