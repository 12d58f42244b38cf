//! A straight-line program over blocks of lanes, and its run.

use crate::numeric::block::{Isa, Kernel, LANES};

/// Where an operand of an op lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// A block of the caller's, by the index of the graph's input.
    Input(u32),
    /// A number, the same in every lane.
    Constant(u32),
    /// The result of an earlier op.
    Register(u32),
}

/// One kernel call over a block.
#[derive(Clone, Debug)]
pub(super) struct Op {
    pub kernel: &'static Kernel,
    pub args: Vec<Operand>,
    /// A register that is none of the arguments.
    pub out: u32,
}

/// Ops in order; registers are reused as soon as their value has been read for the last time.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) ops: Vec<Op>,
    pub(super) registers: usize,
    pub(super) constants: Vec<f64>,
    pub(super) outputs: Vec<Operand>,
}

/// The storage of one run: a block a register. One for each thread.
#[derive(Clone, Debug)]
pub struct Scratch {
    isa: Isa,
    registers: Vec<Vec<f64>>,
    constants: Vec<Vec<f64>>,
}

impl Program {
    /// Storage for runs on this machine's best instruction set.
    pub fn scratch(&self) -> Scratch {
        self.scratch_for(Isa::detect())
    }

    /// Storage for runs on a given instruction set: the bits are the same on each.
    pub fn scratch_for(&self, isa: Isa) -> Scratch {
        Scratch {
            isa,
            registers: vec![vec![0.0; LANES]; self.registers],
            constants: self.constants.iter().map(|&c| vec![c; LANES]).collect(),
        }
    }

    /// The number of kernel calls a block.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether every output is an input or a number.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Computes a block: `inputs: [graph inputs][lanes]`, `outputs: [outputs][lanes]`, at most [`LANES`] lanes.
    /// Inputs that the program does not read may be empty.
    pub fn run(&self, scratch: &mut Scratch, inputs: &[&[f64]], lanes: usize, outputs: &mut [Vec<f64>]) {
        debug_assert!(lanes <= LANES);
        let Scratch { isa, registers, constants } = scratch;
        for op in &self.ops {
            let mut out = std::mem::take(&mut registers[op.out as usize]);
            let mut args: [&[f64]; 3] = [&[]; 3];
            for (slot, &operand) in args.iter_mut().zip(&op.args) {
                *slot = block(operand, inputs, constants, registers, lanes);
            }
            op.kernel.block(*isa, &mut out[..lanes], &args[..op.args.len()]);
            registers[op.out as usize] = out;
        }
        for (out, &operand) in outputs.iter_mut().zip(&self.outputs) {
            out.clear();
            out.extend_from_slice(block(operand, inputs, constants, registers, lanes));
        }
    }
}

fn block<'a>(
    operand: Operand,
    inputs: &[&'a [f64]],
    constants: &'a [Vec<f64>],
    registers: &'a [Vec<f64>],
    lanes: usize,
) -> &'a [f64] {
    match operand {
        Operand::Input(i) => &inputs[i as usize][..lanes],
        Operand::Constant(i) => &constants[i as usize][..lanes],
        Operand::Register(i) => &registers[i as usize][..lanes],
    }
}
