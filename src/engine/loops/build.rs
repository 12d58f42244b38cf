//! From a graph with reductions, and the scatters of its gradient, to a program.

use std::collections::{BTreeMap, HashMap};

use super::access::slope;
use super::emitter::Emitter;
use super::pieces::{Built, Item, Job, Pending, Range, Reach, ScopePlan};
use super::{Access, Loop, LoopProgram, Source, Step};
use crate::engine::compile::{constants, number_of};
use crate::engine::kernel;
use crate::formula::graph::{Graph, Node, NodeId, Reduction};
use crate::formula::loops::{Scatter, substitute};

/// The program that computes `outputs` and adds `scatters` into the gradients of their arrays. Nodes may be added to `g`.
pub fn build(g: &mut Graph, outputs: &[NodeId], scatters: &[Scatter]) -> LoopProgram {
    let mut roots = outputs.to_vec();
    for s in scatters {
        roots.extend([s.value, s.at[0], s.at[1]]);
        roots.extend(s.loops.iter().flat_map(|l| [l.first, l.last]));
    }
    let used = g.reachable(&roots);
    let values = constants(g, &used);
    let mut builder = Builder { g, values, scatters };
    let all: Vec<Pending> = (0..scatters.len()).map(|scatter| Pending { scatter, depth: 0 }).collect();
    let built = builder.scope(None, outputs, &[], &all);
    LoopProgram {
        outputs: built.roots,
        top: built.scope,
        inputs: g.inputs().len(),
        shapes: g.arrays().iter().map(|a| a.shape.clone()).collect(),
    }
}

struct Builder<'a> {
    g: &'a mut Graph,
    values: Vec<Option<f64>>,
    scatters: &'a [Scatter],
}

impl Builder<'_> {
    /// The body of `range` (the top for `None`) that computes `roots`, reduces `totals`' bodies (they are roots too) and carries out
    /// `scatters`. Recursive once a loop.
    fn scope(&mut self, range: Option<Range>, roots: &[NodeId], totals: &[NodeId], scatters: &[Pending]) -> Built {
        let mut plan = ScopePlan { range, ..ScopePlan::default() };
        let mut open: Vec<NodeId> = roots.iter().chain(totals).copied().collect();
        let mut adds = Vec::new();
        let mut jobs = Vec::new();
        for &p in scatters {
            let s = &self.scatters[p.scatter];
            match s.loops.get(p.depth) {
                None => {
                    open.push(s.value);
                    let (array, at) = (s.array, s.at);
                    let access = self.access(&mut plan, array, &at, &mut open);
                    adds.push((p.scatter, access));
                }
                Some(l) => {
                    let range = Range { level: l.level, first: l.first, last: l.last };
                    open.extend([l.first, l.last]);
                    let inner = Pending { depth: p.depth + 1, ..p };
                    let window = self.window(p, range);
                    let mut needs = self.scope(Some(range), &[], &[], &[inner]).imports;
                    needs.extend(window.map(|w| w.0));
                    open.extend(&needs);
                    jobs.push(Job { range, reduce: None, pending: Some(inner), window, needs });
                }
            }
        }
        self.discover(&mut plan, open, &mut jobs);
        self.emit(plan, roots, totals, adds, jobs)
    }

    /// Sorts everything that the open nodes are made of into local nodes, imports and jobs.
    fn discover(&mut self, plan: &mut ScopePlan, mut open: Vec<NodeId>, jobs: &mut Vec<Job>) {
        while let Some(id) = open.pop() {
            if self.constant(id).is_some() || plan.seen.contains(&id) {
                continue;
            }
            plan.seen.insert(id);
            if plan.range.is_some_and(|r| !self.g.varies_with(id, r.level)) {
                plan.imports.push(id);
                continue;
            }
            plan.local.insert(id);
            match self.g.node(id) {
                Node::Element(array, at) => {
                    let access = self.access(plan, array, &at, &mut open);
                    plan.elements.insert(id, access);
                }
                Node::Reduce(_, level, [first, last, body]) => {
                    let range = Range { level, first, last };
                    open.extend([first, last]);
                    let needs = self.scope(Some(range), &[body], &[], &[]).imports;
                    open.extend(&needs);
                    jobs.push(Job { range, reduce: Some(id), pending: None, window: None, needs });
                }
                _ => open.extend(self.g.children(id)),
            }
        }
    }

    fn constant(&self, id: NodeId) -> Option<f64> {
        self.values.get(id.index()).copied().flatten().or_else(|| number_of(self.g, id))
    }

    /// How a component is reached; what that needs is opened.
    fn access(&mut self, plan: &mut ScopePlan, array: u32, at: &[NodeId; 2], open: &mut Vec<NodeId>) -> Reach {
        let shape = self.g.arrays()[array as usize].shape.clone();
        let at = &at[..shape.len()];
        if let Some(r) = plan.range {
            let slopes: Option<Vec<f64>> = at.iter().map(|&a| slope(self.g, a, r.level)).collect();
            if let Some(slopes) = slopes {
                let stride = match slopes[..] {
                    [rows, columns] => rows * shape[1] as f64 + columns,
                    _ => slopes[0],
                };
                let start: Vec<NodeId> = at.iter().map(|&a| substitute(self.g, a, &[(r.level, r.first)], 0)).collect();
                open.extend(&start);
                return Reach::Strided { array, start, stride: stride as isize };
            }
        }
        open.extend(at);
        Reach::Gathered { array, at: at.to_vec() }
    }

    /// How the rows that a scatter adds to move with the index of `range`.
    fn window(&mut self, p: Pending, range: Range) -> Option<(NodeId, f64)> {
        let s = &self.scatters[p.scatter];
        let (row, others) = (s.at[0], s.loops.clone());
        if others.iter().any(|l| l.level != range.level && self.g.varies_with(row, l.level)) {
            return None;
        }
        let slope = slope(self.g, row, range.level)?;
        Some((substitute(self.g, row, &[(range.level, range.first)], 0), slope))
    }

    /// Schedules the scope and gives registers to its nodes.
    fn emit(
        &mut self,
        plan: ScopePlan,
        roots: &[NodeId],
        totals: &[NodeId],
        adds: Vec<(usize, Reach)>,
        jobs: Vec<Job>,
    ) -> Built {
        let stage = self.stages(&plan, &jobs);
        let of = |id: &NodeId| stage.get(id).copied().unwrap_or(0);
        // jobs over one range that wait for the same stage share a loop
        let mut groups: BTreeMap<(usize, Range), Vec<&Job>> = BTreeMap::new();
        for job in &jobs {
            let wait = job.needs.iter().chain([&job.range.first, &job.range.last]).map(of).max().unwrap_or(0);
            groups.entry((wait, job.range)).or_default().push(job);
        }
        let mut items: Vec<(usize, Item)> = Vec::new();
        for &id in &plan.local {
            if !matches!(self.g.node(id), Node::Reduce(..)) {
                items.push((2 * of(&id), Item::Node(id)));
            }
        }
        for ((wait, range), jobs) in groups {
            items.push((2 * wait + 1, Item::Loop(range, jobs.into_iter().cloned().collect())));
        }
        items.sort_by_key(|i| i.0);

        let mut out = Emitter::default();
        for &id in &plan.imports {
            let k = out.scope.imports as u32;
            out.scope.imports += 1;
            out.place.insert(id, Source::Import(k));
        }
        let items: Vec<Item> = items.into_iter().map(|i| i.1).collect();
        out.lifetimes(
            &items,
            &plan,
            roots.iter().chain(totals).copied().chain(
                adds.iter().flat_map(|(s, reach)| reach.needs().iter().copied().chain([self.scatters[*s].value])),
            ),
            self.g,
        );
        for (now, item) in items.iter().enumerate() {
            out.now = now;
            match item {
                Item::Node(id) => self.emit_node(&plan, &mut out, *id),
                Item::Loop(range, jobs) => self.emit_loop(&mut out, *range, jobs),
            }
        }
        for (scatter, reach) in adds {
            let value = self.source(&mut out, self.scatters[scatter].value);
            let access = self.reach(&mut out, &reach);
            out.scope.steps.push(Step::Add { access, value });
        }
        let sources = roots.iter().chain(totals).map(|&r| self.source(&mut out, r)).collect();
        Built { scope: out.scope, imports: plan.imports, roots: sources }
    }

    /// Of each local node, how many loops one after the other it waits for.
    fn stages(&self, plan: &ScopePlan, jobs: &[Job]) -> HashMap<NodeId, usize> {
        let needs: HashMap<NodeId, &Job> = jobs.iter().filter_map(|j| Some((j.reduce?, j))).collect();
        let mut stage: HashMap<NodeId, usize> = HashMap::new();
        let mut open: Vec<NodeId> = plan.local.iter().copied().collect();
        while let Some(&id) = open.last() {
            if stage.contains_key(&id) || !plan.local.contains(&id) {
                open.pop();
                continue;
            }
            let before: Vec<NodeId> = match (needs.get(&id), plan.elements.get(&id)) {
                (Some(job), _) => job.needs.iter().copied().chain([job.range.first, job.range.last]).collect(),
                (_, Some(reach)) => reach.needs().to_vec(),
                _ => self.g.children(id).to_vec(),
            };
            let missing: Vec<NodeId> =
                before.iter().copied().filter(|b| plan.local.contains(b) && !stage.contains_key(b)).collect();
            if missing.is_empty() {
                let most = before.iter().filter_map(|b| stage.get(b)).max().copied().unwrap_or(0);
                stage.insert(id, most + usize::from(needs.contains_key(&id)));
                open.pop();
            } else {
                open.extend(missing);
            }
        }
        stage
    }

    fn emit_node(&mut self, plan: &ScopePlan, out: &mut Emitter, id: NodeId) {
        match self.g.node(id) {
            Node::Input(i) => {
                // at the top: names are imports of the whole program, in their order
                out.place.insert(id, Source::Import(i));
            }
            Node::Index(_) => {
                let register = out.register(id);
                out.scope.steps.push(Step::Index { out: register });
            }
            Node::Element(..) => {
                let reach = &plan.elements[&id];
                let access = self.reach(out, reach);
                if matches!(out.scope.accesses[access], Access::Strided { stride: 1, .. }) {
                    let k = out.slice(access);
                    out.place.insert(id, Source::Slice(k));
                    return;
                }
                let register = out.register(id);
                out.scope.steps.push(Step::Load { access, out: register });
                out.release(reach.needs());
            }
            Node::Apply(f, _) => {
                let children = self.g.children(id).to_vec();
                let (kernel, count) = kernel::of(self.g, f.0, &children);
                let mut args = [Source::Constant(0); 3];
                for (slot, &c) in args.iter_mut().zip(&children[..count]) {
                    *slot = self.source(out, c);
                }
                let register = out.register(id);
                out.scope.steps.push(Step::Op { kernel, args, count, out: register });
                out.release(&children);
            }
            Node::Number(_) | Node::Reduce(..) => {}
        }
    }

    fn emit_loop(&mut self, out: &mut Emitter, range: Range, jobs: &[Job]) {
        let reduces: Vec<NodeId> = jobs.iter().filter_map(|j| j.reduce).collect();
        let bodies: Vec<(Reduction, NodeId)> = reduces
            .iter()
            .filter_map(|&r| match self.g.node(r) {
                Node::Reduce(how, _, [_, _, body]) => Some((how, body)),
                _ => None,
            })
            .collect();
        let pending: Vec<Pending> = jobs.iter().filter_map(|j| j.pending).collect();
        let body_nodes: Vec<NodeId> = bodies.iter().map(|b| b.1).collect();
        let built = self.scope(Some(range), &[], &body_nodes, &pending);
        let (first, last) = (self.source(out, range.first), self.source(out, range.last));
        let imports: Vec<Source> = built.imports.iter().map(|&i| self.source(out, i)).collect();
        // results are written lane by lane while imports are still read: no register of theirs is given back before
        let mut totals = Vec::new();
        for ((how, _), (&reduce, &source)) in bodies.iter().zip(reduces.iter().zip(&built.roots)) {
            totals.push((*how, source, out.register(reduce)));
        }
        let mut windows = Vec::new();
        for job in jobs {
            if let Some(p) = job.pending {
                let window = job.window.map(|(start, slope)| (self.source(out, start), slope));
                windows.push((self.scatters[p.scatter].array, window));
            }
        }
        out.scope.steps.push(Step::Loop(Box::new(Loop { first, last, body: built.scope, imports, totals, windows })));
        let mut read = built.imports;
        read.extend(jobs.iter().filter_map(|j| j.window).map(|w| w.0));
        read.extend([range.first, range.last]);
        out.release(&read);
    }

    fn source(&mut self, out: &mut Emitter, id: NodeId) -> Source {
        match self.constant(id) {
            Some(x) => out.constant(x),
            // a node that is not there is undefined, and shows
            None => out.place.get(&id).copied().unwrap_or_else(|| out.constant(f64::NAN)),
        }
    }

    /// The access in this scope's list.
    fn reach(&mut self, out: &mut Emitter, reach: &Reach) -> usize {
        let sources = |b: &mut Self, out: &mut Emitter, ids: &[NodeId]| ids.iter().map(|&i| b.source(out, i)).collect();
        let access = match reach {
            Reach::Strided { array, start, stride } => {
                Access::Strided { array: *array, start: sources(self, out, start), stride: *stride }
            }
            Reach::Gathered { array, at } => Access::Gathered { array: *array, at: sources(self, out, at) },
        };
        let all = &mut out.scope.accesses;
        all.iter().position(|a| *a == access && matches!(a, Access::Strided { .. })).unwrap_or_else(|| {
            all.push(access);
            all.len() - 1
        })
    }
}
