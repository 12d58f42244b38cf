//! A scope while it is written: where each node lies, and which registers are free.

use std::collections::HashMap;

use super::pieces::{Item, ScopePlan};
use super::{Scope, Source};
use crate::formula::graph::{Graph, NodeId};

/// A scope while it is written.
#[derive(Default)]
pub(super) struct Emitter {
    pub scope: Scope,
    pub place: HashMap<NodeId, Source>,
    pub constant_of: HashMap<u64, u32>,
    pub free: Vec<u32>,
    pub last_use: HashMap<NodeId, usize>,
    pub now: usize,
}

impl Emitter {
    /// When each node is read for the last time; `kept`: nodes that are read after all items.
    pub fn lifetimes(&mut self, items: &[Item], plan: &ScopePlan, kept: impl Iterator<Item = NodeId>, g: &Graph) {
        for (now, item) in items.iter().enumerate() {
            let mut read = |id: NodeId| {
                self.last_use.insert(id, now);
            };
            match item {
                Item::Node(id) => match plan.elements.get(id) {
                    Some(reach) => reach.needs().iter().copied().for_each(read),
                    None => g.children(*id).iter().copied().for_each(read),
                },
                Item::Loop(range, jobs) => {
                    jobs.iter().flat_map(|j| &j.needs).copied().for_each(&mut read);
                    read(range.first);
                    read(range.last);
                }
            }
        }
        for id in kept {
            self.last_use.insert(id, usize::MAX);
        }
    }

    pub fn register(&mut self, id: NodeId) -> u32 {
        let register = self.free.pop().unwrap_or_else(|| {
            self.scope.registers += 1;
            (self.scope.registers - 1) as u32
        });
        self.place.insert(id, Source::Register(register));
        register
    }

    /// Gives back the registers of nodes that are read here for the last time.
    pub fn release(&mut self, read: &[NodeId]) {
        for (k, id) in read.iter().enumerate() {
            if read[..k].contains(id) || self.last_use.get(id) != Some(&self.now) {
                continue;
            }
            if let Some(Source::Register(r)) = self.place.get(id) {
                self.free.push(*r);
            }
        }
    }

    pub fn constant(&mut self, x: f64) -> Source {
        let constants = &mut self.scope.constants;
        Source::Constant(*self.constant_of.entry(x.to_bits()).or_insert_with(|| {
            constants.push(x);
            (constants.len() - 1) as u32
        }))
    }

    pub fn slice(&mut self, access: usize) -> u32 {
        let slices = &mut self.scope.slices;
        let k = slices.iter().position(|&s| s == access).unwrap_or_else(|| {
            slices.push(access);
            slices.len() - 1
        });
        k as u32
    }
}
