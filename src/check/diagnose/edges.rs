//! Where the formula is known: what the claim would be if the derivative of one edge of its graph had been forgotten.
//!
//! An edge leads from a function u = g(.., a, ..) to its argument a. Through it flows c da/dx, with c = df/du dg/da, into df/dx.
//! A person drops da/dx (the inner derivative), dg/da or df/du (the outer one), the whole term, gets its sign wrong or counts it
//! twice. Each of these is computed, for every edge, at every point, and named only if it is the claim.

use rustc_hash::FxHashMap as HashMap;

use super::{Bug, Evidence, Explanation};
use crate::engine::Evaluator;
use crate::formula::functions::{Operator, Syntax};
use crate::formula::graph::{Graph, NodeId};
use crate::formula::print;
use crate::objective::Formula;

/// Formulas of more nodes are not taken apart.
const MOST_NODES: usize = 20_000;
/// Of so many wrong coordinates the edges are looked at.
const MOST_COORDINATES: usize = 16;

/// The flows through a formula's edges at the evidence's points.
#[derive(Debug)]
pub struct FormulaEvidence {
    graph: Graph,
    edges: Vec<Edge>,
    /// `[points][edges]`
    flows: Vec<Vec<Flow>>,
    /// du/dx of every node: `[points][coordinates][nodes]`.
    inner: Vec<Vec<Vec<f64>>>,
    /// The nodes not far below each edge's argument that are no variables: `[edges]`.
    below: Vec<Vec<NodeId>>,
    /// The coordinates of `inner`.
    coordinates: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    parent: NodeId,
    child: NodeId,
    /// Which argument it is.
    place: usize,
}

/// What an edge carries at a point.
#[derive(Clone, Copy, Debug)]
struct Flow {
    /// df/du
    outer: f64,
    /// dg/da
    local: f64,
}

impl FormulaEvidence {
    /// Evaluates the edges of `f` at `points: [points][n]`, for the `wrong` coordinates. `None` where the formula is too large.
    pub fn new(f: &Formula, points: &[Vec<f64>], wrong: &[bool]) -> Option<FormulaEvidence> {
        let mut graph = f.graph.clone();
        let used = graph.reachable(&[f.value]);
        let depends = graph.depends_on(&f.variables);
        let order: Vec<NodeId> = graph.ids().filter(|id| used[id.index()] && depends[id.index()]).collect();
        if order.len() > MOST_NODES {
            return None;
        }
        let mut partials: HashMap<NodeId, Vec<NodeId>> = HashMap::default();
        let mut edges = Vec::new();
        for &id in &order {
            let Some((function, args)) = graph.as_apply(id) else { continue };
            let args = args.to_vec();
            for (place, &child) in args.iter().enumerate() {
                if depends[child.index()] {
                    edges.push(Edge { parent: id, child, place });
                }
            }
            if function.operator() != Some(Operator::Select) {
                let nodes = (function.partials)(&mut graph, &args, id);
                partials.insert(id, nodes);
            }
        }
        let coordinates: Vec<usize> = (0..wrong.len()).filter(|&i| wrong[i]).take(MOST_COORDINATES).collect();
        let below = edges.iter().map(|e| below(&graph, e.child, &depends)).collect();
        let (flows, inner) = (Vec::new(), Vec::new());
        let mut evidence = FormulaEvidence { edges, flows, inner, below, coordinates, graph };
        for x in points {
            evidence.visit(f, x, &order, &partials);
        }
        Some(evidence)
    }

    fn visit(&mut self, f: &Formula, x: &[f64], order: &[NodeId], partials: &HashMap<NodeId, Vec<NodeId>>) {
        let mut inputs = vec![0.0; self.graph.inputs().len()];
        for (&v, &x) in f.variables.iter().zip(x) {
            inputs[f.input_index(v)] = x;
        }
        let mut at = Evaluator::new(&self.graph, &inputs);
        let local = |edge: &Edge, at: &mut Evaluator| {
            if let Some((Operator::Select, args)) = self.graph.as_operator(edge.parent) {
                // only the branch that is taken counts
                let taken = if at.value(args[0]) == 1.0 { 1 } else { 2 };
                return if edge.place == taken { 1.0 } else { 0.0 };
            }
            match partials.get(&edge.parent) {
                Some(nodes) => at.value(nodes[edge.place]),
                None => 0.0,
            }
        };
        let locals: Vec<f64> = self.edges.iter().map(|e| local(e, &mut at)).collect();
        // edges stand in the order of their parents: backwards for df/du, forwards for da/dx
        let mut outer = vec![0.0; self.graph.len()];
        outer[f.value.index()] = 1.0;
        let mut flows = vec![Flow { outer: 0.0, local: 0.0 }; self.edges.len()];
        for (k, edge) in self.edges.iter().enumerate().rev() {
            let above = outer[edge.parent.index()];
            flows[k] = Flow { outer: above, local: locals[k] };
            // an untaken branch may be NaN inside
            if above != 0.0 && locals[k] != 0.0 {
                outer[edge.child.index()] += above * locals[k];
            }
        }
        let mut inner = Vec::new();
        let mut tangent = vec![0.0; self.graph.len()];
        for &i in &self.coordinates {
            order.iter().for_each(|id| tangent[id.index()] = 0.0);
            tangent[f.variables[i].index()] = 1.0;
            for (k, edge) in self.edges.iter().enumerate() {
                let below = tangent[edge.child.index()];
                if below != 0.0 && locals[k] != 0.0 {
                    tangent[edge.parent.index()] += below * locals[k];
                }
            }
            inner.push(tangent[..=f.value.index()].to_vec());
        }
        self.flows.push(flows);
        self.inner.push(inner);
    }

    fn text(&self, id: NodeId) -> String {
        const MOST: usize = 60;
        if print::length(&self.graph, id) > 10_000.0 {
            return "...".into();
        }
        let text = print::infix(&self.graph, id);
        if text.chars().count() <= MOST { text } else { format!("{} ...", text.chars().take(MOST).collect::<String>()) }
    }
}

/// The nodes that `top` is made of, down to so many functions below it, variables and constants left out.
fn below(graph: &Graph, top: NodeId, depends: &[bool]) -> Vec<NodeId> {
    const DEEP: usize = 4;
    const MOST: usize = 12;
    let mut found: Vec<NodeId> = Vec::new();
    let mut level = vec![top];
    for _ in 0..DEEP {
        let mut next: Vec<NodeId> = Vec::new();
        for id in level.iter().flat_map(|id| graph.children(*id)) {
            // the padding of a graph that grew is not the formula's
            let inside = depends.get(id.index()).copied().unwrap_or(false) && graph.as_apply(*id).is_some();
            if inside && !found.contains(id) && found.len() < MOST {
                found.push(*id);
                next.push(*id);
            }
        }
        level = next;
    }
    found
}

/// What may have happened to an edge.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slip {
    /// da/dx is missing.
    Inner,
    /// Of da/dx = da/db db/dx the first factor is missing, b being this node.
    Upper(NodeId),
    /// dg/da is missing.
    Local,
    /// df/du is missing.
    Outer,
    /// The term is missing.
    Cut,
    /// The term has the wrong sign.
    Sign,
    /// The term has this factor.
    Factor(f64),
}

const SLIPS: [Slip; 7] =
    [Slip::Inner, Slip::Cut, Slip::Sign, Slip::Local, Slip::Outer, Slip::Factor(2.0), Slip::Factor(0.5)];

impl Slip {
    /// What df/dx changes by.
    fn change(self, flow: Flow, inner: f64, nodes: &[f64]) -> f64 {
        let term = flow.outer * flow.local * inner;
        match self {
            // no derivative of what does not depend on x would be missed
            _ if inner == 0.0 => 0.0,
            Slip::Upper(b) if nodes[b.index()] == 0.0 => 0.0,
            Slip::Inner => flow.outer * flow.local - term,
            Slip::Upper(b) => flow.outer * flow.local * nodes[b.index()] - term,
            Slip::Local => flow.outer * inner - term,
            Slip::Outer => flow.local * inner - term,
            Slip::Cut => -term,
            Slip::Sign => -2.0 * term,
            Slip::Factor(k) => (k - 1.0) * term,
        }
    }
}

pub(super) fn explanations(evidence: &Evidence<'_>, formula: &FormulaEvidence) -> Vec<Explanation> {
    let mut found: Vec<Explanation> = Vec::new();
    for (k, edge) in formula.edges.iter().enumerate() {
        let uppers = formula.below[k].iter().map(|b| Slip::Upper(*b));
        for slip in SLIPS.into_iter().chain(uppers) {
            if !applies(formula, edge, slip) {
                continue;
            }
            let explained: Vec<usize> = (formula.coordinates.iter().enumerate())
                .filter(|&(c, &i)| {
                    evidence.wrong[i]
                        && evidence.explained(i, |p| {
                            let nodes = &formula.inner[p][c];
                            let (flow, inner) = (formula.flows[p][k], nodes[edge.child.index()]);
                            let change = slip.change(flow, inner, nodes);
                            let scale = (flow.outer * flow.local * inner).abs() + change.abs();
                            (evidence.reference[p][i] + change, 1e-12 * (scale + evidence.reference[p][i].abs()))
                        })
                })
                .map(|(_, &i)| i)
                .collect();
            if !explained.is_empty() {
                found.push(told(evidence, formula, edge, slip, explained));
            }
        }
    }
    found
}

/// Whether a slip at this edge is one that people make, and one that no other edge tells better.
fn applies(formula: &FormulaEvidence, edge: &Edge, slip: Slip) -> bool {
    let leaf = formula.graph.as_apply(edge.child).is_none();
    let operator = formula.graph.as_operator(edge.parent).map(|o| o.0);
    let sum = matches!(operator, Some(Operator::Add | Operator::Sub | Operator::Neg | Operator::Select));
    match slip {
        Slip::Inner | Slip::Upper(_) => !leaf && !sum,
        Slip::Local => !sum,
        Slip::Outer => !sum || operator == Some(Operator::Select),
        Slip::Cut | Slip::Sign | Slip::Factor(_) => true,
    }
}

fn told(evidence: &Evidence<'_>, f: &FormulaEvidence, edge: &Edge, slip: Slip, explained: Vec<usize>) -> Explanation {
    let (parent, child) = (f.text(edge.parent), f.text(edge.child));
    let operator = f.graph.as_operator(edge.parent).map(|o| o.0);
    let call = f.graph.as_apply(edge.parent).is_some_and(|(function, _)| function.syntax == Syntax::Call);
    let sum = matches!(operator, Some(Operator::Add | Operator::Sub | Operator::Neg));
    let all: Vec<usize> = (0..evidence.names.len()).filter(|&i| evidence.wrong[i]).collect();
    let only = if explained.len() == evidence.names.len() || all == explained && explained.len() > 1 {
        String::new()
    } else {
        format!(" in {}", evidence.partials(&explained))
    };
    let x = match explained[..] {
        [one] => evidence.names[one].clone(),
        _ => "x".to_string(),
    };
    let dx = if explained.len() == 1 { format!("d({child})/d{x}") } else { format!("the derivative of {child}") };
    let (bug, place, message, rank, factor) = match slip {
        Slip::Inner => (
            Bug::MissingInnerDerivative,
            format!("{child} in {parent}"),
            format!("the claim is the gradient with the factor {dx} inside {parent} missing{only}"),
            if call { 0 } else { 2 },
            None,
        ),
        Slip::Upper(b) => (
            Bug::MissingInnerDerivative,
            format!("{child} in {parent}"),
            format!(
                "the claim is the gradient with the factor d({child})/d({}) inside {parent} missing{only}",
                f.text(b)
            ),
            if call { 1 } else { 3 },
            None,
        ),
        Slip::Local => (
            Bug::MissingInnerDerivative,
            format!("{parent} by {child}"),
            format!("the claim is the gradient with the factor d({parent})/d({child}) missing{only}"),
            3,
            None,
        ),
        Slip::Outer => (
            Bug::MissingInnerDerivative,
            format!("f by {parent}"),
            format!(
                "the claim is the gradient with the factor df/d({parent}) missing{only}: it was not multiplied by what comes from above"
            ),
            4,
            None,
        ),
        Slip::Cut if sum => (
            Bug::MissingTerm,
            child.clone(),
            format!("the claim is the gradient without the derivative of the term {child}{only}"),
            0,
            None,
        ),
        Slip::Cut => (
            Bug::MissingTerm,
            format!("{child} in {parent}"),
            format!("the claim is the gradient with {child} inside {parent} treated as a constant{only}"),
            1,
            None,
        ),
        Slip::Sign if sum => (
            Bug::Sign,
            child.clone(),
            format!("the claim is the gradient with the wrong sign of the derivative of {child}{only}"),
            1,
            Some(-1.0),
        ),
        Slip::Sign => (
            Bug::Sign,
            format!("{child} in {parent}"),
            format!("the claim is the gradient with the wrong sign of the derivative of {parent} by {child}{only}"),
            2,
            Some(-1.0),
        ),
        Slip::Factor(k) => (
            Bug::Factor,
            format!("{child} in {parent}"),
            format!(
                "the claim is the gradient with the derivative of {child} inside {parent} taken {}{only}",
                if k == 2.0 { "twice" } else { "half" }
            ),
            if sum { 20 } else { 21 },
            Some(k),
        ),
    };
    let e = evidence.explanation(bug, explained, place, message);
    // dropping an outer derivative is rarer than forgetting a term
    let rank = match slip {
        Slip::Local | Slip::Outer => Bug::MissingTerm as u32 * 10 + 5 + rank - 3,
        _ => bug as u32 * 10 + rank,
    };
    Explanation { rank, factor, ..e }
}
