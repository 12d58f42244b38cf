//! Several nodes of a graph on boxes at once, for searches that look into many boxes: a straight-line program on intervals.
//! Uses the table's interval extensions.

use crate::formula::functions::Function;
use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::numeric::interval::{Decoration, Interval};

/// Where an operand lies.
#[derive(Clone, Copy, Debug)]
enum Place {
    Input(u32),
    Fixed(u32),
    Step(u32),
}

#[derive(Clone, Copy, Debug)]
struct Step {
    function: &'static Function,
    args: [Place; 3],
    count: u8,
}

/// Nodes of a graph, prepared for interval evaluation. The graph is not needed afterwards.
#[derive(Clone, Debug)]
pub struct Boxes {
    steps: Vec<Step>,
    fixed: Vec<Interval>,
    roots: Vec<Place>,
}

/// The storage of one evaluation; one for each thread.
#[derive(Clone, Debug, Default)]
pub struct BoxScratch {
    values: Vec<Interval>,
}

impl Boxes {
    /// Prepares `roots` of `graph`.
    pub fn new(graph: &Graph, roots: &[NodeId]) -> Boxes {
        let used = graph.reachable(roots);
        let mut place: Vec<Place> = vec![Place::Fixed(0); graph.len()];
        let mut found = Boxes { steps: Vec::new(), fixed: Vec::new(), roots: Vec::new() };
        for id in graph.ids().filter(|id| used[id.index()]) {
            place[id.index()] = match graph.node(id) {
                Node::Number(bits) => found.fix(Interval::point(f64::from_bits(bits))),
                Node::Input(i) => match graph.inputs()[i as usize].kind {
                    InputKind::Constant(value) => found.fix(Interval::point(value)),
                    InputKind::Variable | InputKind::Column => Place::Input(i),
                },
                // loops are written out before anything is searched; what is not is unknown
                Node::Index(_) | Node::Element(..) | Node::Reduce(..) => {
                    found.fix(Interval::ENTIRE.decorated(Decoration::Partial))
                }
                Node::Apply(f, _) => {
                    let children = graph.children(id);
                    let mut args = [Place::Fixed(0); 3];
                    for (slot, c) in args.iter_mut().zip(children) {
                        *slot = place[c.index()];
                    }
                    let count = children.len();
                    let fixed: Option<Vec<Interval>> = args[..count].iter().map(|p| found.fixed_at(*p)).collect();
                    match fixed {
                        // numbers alone: once and for all
                        Some(args) => {
                            let value = (f.0.interval)(&args);
                            found.fix(value)
                        }
                        None => {
                            found.steps.push(Step { function: f.0, args, count: count as u8 });
                            Place::Step((found.steps.len() - 1) as u32)
                        }
                    }
                }
            };
        }
        found.roots = roots.iter().map(|r| place[r.index()]).collect();
        found
    }

    fn fix(&mut self, value: Interval) -> Place {
        self.fixed.push(value);
        Place::Fixed((self.fixed.len() - 1) as u32)
    }

    fn fixed_at(&self, place: Place) -> Option<Interval> {
        match place {
            Place::Fixed(i) => Some(self.fixed[i as usize]),
            _ => None,
        }
    }

    /// Intervals that hold the true values of the roots wherever `inputs: [graph inputs]` hold the true arguments: into
    /// `out: [roots]`.
    pub fn run(&self, scratch: &mut BoxScratch, inputs: &[Interval], out: &mut Vec<Interval>) {
        let values = &mut scratch.values;
        values.clear();
        let at = |values: &[Interval], place: Place| match place {
            Place::Input(i) => inputs[i as usize],
            Place::Fixed(i) => self.fixed[i as usize],
            Place::Step(i) => values[i as usize],
        };
        for step in &self.steps {
            let args = step.args.map(|p| at_or_zero(values, inputs, &self.fixed, p));
            values.push((step.function.interval)(&args[..usize::from(step.count)]));
        }
        out.clear();
        out.extend(self.roots.iter().map(|&r| at(values, r)));
    }
}

/// Unused slots of a step repeat a place that may not exist.
fn at_or_zero(values: &[Interval], inputs: &[Interval], fixed: &[Interval], place: Place) -> Interval {
    let found = match place {
        Place::Input(i) => inputs.get(i as usize),
        Place::Fixed(i) => fixed.get(i as usize),
        Place::Step(i) => values.get(i as usize),
    };
    found.copied().unwrap_or(Interval::EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Enclosure;
    use crate::error::Source;
    use crate::formula::lower::Scope;
    use crate::formula::read;

    #[test]
    fn the_same_intervals_as_one_by_one() {
        let mut g = Graph::new();
        for name in ["x", "y"] {
            g.declare(name, InputKind::Variable);
        }
        let scope = Scope::default();
        let texts = ["x^2*y + sin(x*y)", "if(x > 0, ln(y), 2*pi)", "3 + 4", "x", "clamp(x, y, 2)"];
        let roots: Vec<NodeId> = texts.iter().map(|t| read(&mut g, &Source::new("f", *t), &scope).unwrap()).collect();
        let boxes = Boxes::new(&g, &roots);
        let (mut scratch, mut out) = (BoxScratch::default(), Vec::new());
        for (x, y) in [((0.5, 1.0), (2.0, 2.5)), ((-1.0, 1.0), (0.25, 0.5)), ((-3.0, -2.0), (-1.0, 1.0))] {
            let inputs = [Interval::new(x.0, x.1), Interval::new(y.0, y.1)];
            boxes.run(&mut scratch, &inputs, &mut out);
            for (&root, &got) in roots.iter().zip(&out) {
                assert_eq!(got, Enclosure::new(&g, root).of(&inputs));
            }
        }
    }
}
