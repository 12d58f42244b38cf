//! One-sided directional derivatives through corners, structurally: forward mode in which each corner answers for itself.
//!
//! At a corner the derivative rule is no evidence, but most corners know their one-sided derivative: |u| has |u'|, max has
//! the larger slope, a comparison whose sides are equal is decided by how the sides move. Where the tangents alone do not
//! tell, the answer is `None` and the limits of f decide. Uses `engine` and the objective.

use std::collections::HashMap;

use crate::engine::Evaluator;
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, Node, NodeId};
use crate::objective::Formula;

/// Two branches that differ by less than this are continuous where they meet: 8 rounding errors.
const SAME_VALUE: f64 = 8.0 * f64::EPSILON;

/// What a node does along the direction.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tangent {
    /// It does not depend on the direction at all.
    Constant,
    /// It has this one-sided derivative.
    Slope(f64),
    /// Its tangents do not tell.
    Unknown,
}

/// A formula's partial derivatives node by node, for one-sided analysis. Built when the first corner is met.
#[derive(Debug)]
pub struct Sides {
    graph: Graph,
    order: Vec<NodeId>,
    partials: HashMap<NodeId, Vec<NodeId>>,
}

impl Sides {
    /// Prepares the analysis of `f`.
    pub fn new(f: &Formula) -> Self {
        let mut graph = f.graph.clone();
        let used = graph.reachable(&[f.value]);
        let depends = graph.depends_on(&f.variables);
        let order: Vec<NodeId> = graph.ids().filter(|id| used[id.index()] && depends[id.index()]).collect();
        let mut partials = HashMap::new();
        for &id in &order {
            let Some((function, args)) = graph.as_apply(id) else { continue };
            let args = args.to_vec();
            let nodes = (function.partials)(&mut graph, &args, id);
            partials.insert(id, nodes);
        }
        Sides { graph, order, partials }
    }

    /// The derivative of f(x + t v) as t falls to 0, for `direction` v: `[n]`, at the point given by all graph inputs.
    pub fn derivative(&self, f: &Formula, inputs: &[f64], direction: &[f64]) -> Option<f64> {
        let mut at = Evaluator::new(&self.graph, inputs);
        let mut tangents: HashMap<NodeId, Tangent> = HashMap::new();
        for (&v, &d) in f.variables.iter().zip(direction) {
            tangents.insert(v, if d == 0.0 { Tangent::Constant } else { Tangent::Slope(d) });
        }
        for &id in &self.order {
            if matches!(self.graph.node(id), Node::Apply(..)) {
                let t = self.tangent(f, &mut at, &tangents, id);
                tangents.insert(id, t);
            }
        }
        match of(&tangents, f.value) {
            Tangent::Constant => Some(0.0),
            Tangent::Slope(t) if t.is_finite() => Some(t),
            _ => None,
        }
    }

    fn tangent(&self, f: &Formula, at: &mut Evaluator, tangents: &HashMap<NodeId, Tangent>, id: NodeId) -> Tangent {
        let Some((function, args)) = self.graph.as_apply(id) else { return Tangent::Unknown };
        let moving: Vec<Tangent> = args.iter().map(|&a| of(tangents, a)).collect();
        let at_corner = f.corners.sites.get(&id).is_some_and(|&site| at.value(site) != 0.0);
        if function.operator() == Some(Operator::Select) {
            // two constant branches still jump where the condition turns
            return if at_corner { self.tied(at, tangents, id, args) } else { self.taken(at, args, &moving) };
        }
        if moving.iter().all(|&t| t == Tangent::Constant) {
            return Tangent::Constant;
        }
        if function.operator().is_some_and(Operator::is_condition) {
            return Tangent::Constant;
        }
        if moving.contains(&Tangent::Unknown) {
            return Tangent::Unknown;
        }
        let slopes: Vec<f64> = moving.iter().map(|t| if let Tangent::Slope(s) = t { *s } else { 0.0 }).collect();
        if at_corner && let Some(corner) = function.corner {
            let values: Vec<f64> = args.iter().map(|&a| at.value(a)).collect();
            return (corner.slope)(&values, &slopes).map_or(Tangent::Unknown, Tangent::Slope);
        }
        let mut total = 0.0;
        for ((&partial, &t), &s) in self.partials[&id].iter().zip(&moving).zip(&slopes) {
            if t == Tangent::Constant || self.graph.is_number(partial, 0.0) {
                continue;
            }
            let p = at.value(partial);
            if !p.is_finite() {
                return Tangent::Unknown;
            }
            total += p * s;
        }
        Tangent::Slope(total)
    }

    fn taken(&self, at: &mut Evaluator, args: &[NodeId], moving: &[Tangent]) -> Tangent {
        match at.value(args[0]) {
            1.0 => moving[1],
            0.0 => moving[2],
            _ => Tangent::Unknown,
        }
    }

    /// An `if` with a comparison whose sides are equal: the branch taken for small t > 0, if f is continuous into it.
    fn tied(&self, at: &mut Evaluator, tangents: &HashMap<NodeId, Tangent>, id: NodeId, args: &[NodeId]) -> Tangent {
        let Some(holds) = self.resolve(at, tangents, args[0]) else { return Tangent::Unknown };
        let branch = if holds { args[1] } else { args[2] };
        let (here, there) = (at.value(id), at.value(branch));
        let scale = if here.abs() > there.abs() { here.abs() } else { there.abs() };
        if (here - there).abs() <= SAME_VALUE * scale { of(tangents, branch) } else { Tangent::Unknown }
    }

    /// Whether a condition holds for small t > 0.
    fn resolve(&self, at: &mut Evaluator, tangents: &HashMap<NodeId, Tangent>, condition: NodeId) -> Option<bool> {
        // conditions nest as deeply as a user writes && and ||: a stack of frames, results in post-order
        let mut order = Vec::new();
        let mut open = vec![condition];
        while let Some(id) = open.pop() {
            order.push(id);
            if let Some((op, args)) = self.graph.as_operator(id)
                && !op.is_comparison()
            {
                open.extend_from_slice(args);
            }
        }
        let mut known: HashMap<NodeId, Option<bool>> = HashMap::new();
        for &id in order.iter().rev() {
            let Some((op, args)) = self.graph.as_operator(id) else {
                known.insert(id, truth(at.value(id)));
                continue;
            };
            let side = |i: usize| known.get(&args[i]).copied().flatten();
            let result = match op {
                Operator::Not => side(0).map(|b| !b),
                Operator::And => match (side(0), side(1)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                },
                Operator::Or => match (side(0), side(1)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                },
                _ => self.compare(at, tangents, op, id, args),
            };
            known.insert(id, result);
        }
        known[&condition]
    }

    fn compare(
        &self,
        at: &mut Evaluator,
        tangents: &HashMap<NodeId, Tangent>,
        op: Operator,
        id: NodeId,
        args: &[NodeId],
    ) -> Option<bool> {
        let (a, b) = (at.value(args[0]), at.value(args[1]));
        if a != b {
            return truth(at.value(id));
        }
        let slope = |t| match t {
            Tangent::Constant => Some(0.0),
            Tangent::Slope(s) => Some(s),
            Tangent::Unknown => None,
        };
        let (ta, tb) = (of(tangents, args[0]), of(tangents, args[1]));
        if ta == Tangent::Constant && tb == Tangent::Constant {
            return truth(at.value(id)); // the tie lasts
        }
        let difference = slope(ta)? - slope(tb)?;
        if difference == 0.0 || difference.is_nan() {
            return None;
        }
        let less = difference < 0.0;
        Some(match op {
            Operator::Lt | Operator::Le => less,
            Operator::Gt | Operator::Ge => !less,
            Operator::Ne => true,
            _ => false,
        })
    }
}

fn of(tangents: &HashMap<NodeId, Tangent>, id: NodeId) -> Tangent {
    tangents.get(&id).copied().unwrap_or(Tangent::Constant)
}

fn truth(value: f64) -> Option<bool> {
    match value {
        1.0 => Some(true),
        0.0 => Some(false),
        _ => None,
    }
}
