//! Scheduling: the nodes that the outputs need, in order, on as few registers as their lifetimes allow.

use std::collections::HashMap;

use super::kernel;
use super::program::{Op, Operand, Program};
use crate::formula::graph::{Graph, InputKind, Node, NodeId};

/// The program that computes `outputs`. Constants, named ones included, are folded here; their kernels run once.
pub fn compile(g: &Graph, outputs: &[NodeId]) -> Program {
    let used = g.reachable(outputs);
    let values = constants(g, &used);

    let mut last_use = vec![0_usize; g.len()];
    for id in g.ids().filter(|id| used[id.index()]) {
        for c in g.children(id) {
            last_use[c.index()] = id.index();
        }
    }
    for id in outputs {
        last_use[id.index()] = usize::MAX;
    }

    let mut program = Program { ops: Vec::new(), registers: 0, constants: Vec::new(), outputs: Vec::new() };
    let mut constant_of: HashMap<u64, u32> = HashMap::new();
    let mut free: Vec<u32> = Vec::new();
    let mut place: Vec<Option<Operand>> = vec![None; g.len()];
    for id in g.ids().filter(|id| used[id.index()]) {
        if let Some(value) = values[id.index()] {
            let constants = &mut program.constants;
            let at = *constant_of.entry(value.to_bits()).or_insert_with(|| {
                constants.push(value);
                (constants.len() - 1) as u32
            });
            place[id.index()] = Some(Operand::Constant(at));
            continue;
        }
        let function = match g.node(id) {
            Node::Input(i) => {
                place[id.index()] = Some(Operand::Input(i));
                continue;
            }
            Node::Apply(f, _) => f.0,
            Node::Number(_) => continue, // has a value
            // reductions are written out, or run by loops
            Node::Index(_) | Node::Element(..) | Node::Reduce(..) => {
                place[id.index()] = Some(undefined(&mut program, &mut constant_of));
                continue;
            }
        };
        let children = g.children(id);
        let (kernel, count) = kernel::of(g, function, children);
        let args: Vec<Operand> = children[..count].iter().filter_map(|c| place[c.index()]).collect();
        // the result's register is taken before the arguments' are given back: a kernel never writes what it reads
        let out = free.pop().unwrap_or_else(|| {
            program.registers += 1;
            (program.registers - 1) as u32
        });
        for (i, c) in children.iter().enumerate() {
            let first = !children[..i].contains(c);
            if let Some(Operand::Register(r)) = place[c.index()]
                && first
                && last_use[c.index()] == id.index()
            {
                free.push(r);
            }
        }
        place[id.index()] = Some(Operand::Register(out));
        program.ops.push(Op { kernel, args, out });
    }
    program.outputs = outputs.iter().filter_map(|id| place[id.index()]).collect();
    program
}

fn undefined(program: &mut Program, constant_of: &mut HashMap<u64, u32>) -> Operand {
    let constants = &mut program.constants;
    Operand::Constant(*constant_of.entry(f64::NAN.to_bits()).or_insert_with(|| {
        constants.push(f64::NAN);
        (constants.len() - 1) as u32
    }))
}

/// The value of every used node that no variable or column enters: `[len]`.
pub(super) fn constants(g: &Graph, used: &[bool]) -> Vec<Option<f64>> {
    let mut values: Vec<Option<f64>> = vec![None; g.len()];
    for id in g.ids().filter(|id| used[id.index()]) {
        values[id.index()] = match g.node(id) {
            Node::Number(bits) => Some(f64::from_bits(bits)),
            Node::Input(i) => match g.inputs()[i as usize].kind {
                InputKind::Constant(value) => Some(value),
                InputKind::Variable | InputKind::Column => None,
            },
            Node::Index(_) | Node::Element(..) | Node::Reduce(..) => None,
            Node::Apply(f, _) => {
                let args: Option<Vec<f64>> = g.children(id).iter().map(|c| values[c.index()]).collect();
                args.map(|args| {
                    let (kernel, count) = kernel::of(g, f.0, g.children(id));
                    kernel.scalar(&args[..count])
                })
            }
        };
    }
    values
}

/// The value of a number or a named one.
pub(super) fn number_of(g: &Graph, id: NodeId) -> Option<f64> {
    match g.node(id) {
        Node::Number(bits) => Some(f64::from_bits(bits)),
        Node::Input(i) => match g.inputs()[i as usize].kind {
            InputKind::Constant(value) => Some(value),
            InputKind::Variable | InputKind::Column => None,
        },
        _ => None,
    }
}
