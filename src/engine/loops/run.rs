//! Runs programs with loops at one point: the steps of the top scope, its loops in chunks.

use super::body::{Context, Frame, array_of, at, place, plain_step};
use super::chunks::top_loop;
use super::{LoopProgram, Step};
use crate::numeric::block::Isa;

/// The storage of one run: a block a register, for every scope.
#[derive(Clone, Debug)]
pub struct LoopScratch {
    isa: Isa,
    top: Frame,
}

impl LoopProgram {
    /// Storage for runs on this machine's best instruction set.
    pub fn scratch(&self) -> LoopScratch {
        self.scratch_for(Isa::detect())
    }

    /// Storage for runs on a given instruction set: the bits are the same on each.
    pub fn scratch_for(&self, isa: Isa) -> LoopScratch {
        let mut top = Frame::new(&self.top);
        top.imports = vec![vec![0.0; 1]; self.inputs];
        LoopScratch { isa, top }
    }

    /// Computes at one point. `inputs: [graph inputs]`, `arrays: [graph arrays][components]`, `outputs: [outputs]`;
    /// `gradients: [graph arrays]` are added to where the program has scatters, and may be empty elsewhere.
    pub fn run(
        &self,
        scratch: &mut LoopScratch,
        inputs: &[f64],
        arrays: &[&[f64]],
        outputs: &mut [f64],
        gradients: &mut [&mut [f64]],
    ) {
        let context = Context { isa: scratch.isa, arrays, shapes: &self.shapes };
        let frame = &mut scratch.top;
        for (import, &x) in frame.imports.iter_mut().zip(inputs) {
            import[0] = x;
        }
        let mut loops = 0;
        for step in &self.top.steps {
            match step {
                Step::Loop(l) => {
                    let totals = top_loop(l, frame, loops, &self.top, context, gradients);
                    for (&(_, _, out), total) in l.totals.iter().zip(totals) {
                        frame.registers[out as usize][0] = total.value();
                    }
                    loops += 1;
                }
                Step::Add { access, value } => {
                    let v = at(*value, frame, &self.top, context, 0, 0);
                    let place = place(&self.top.accesses[*access], frame, &self.top, context, 0);
                    let array = array_of(&self.top.accesses[*access]);
                    if let Some(g) = usize::try_from(place).ok().and_then(|p| gradients[array].get_mut(p)) {
                        *g += v;
                    }
                }
                other => plain_step(other, &self.top, frame, context, 0.0, 0, 1),
            }
        }
        for (out, &source) in outputs.iter_mut().zip(&self.outputs) {
            *out = at(source, frame, &self.top, context, 0, 0);
        }
    }
}
