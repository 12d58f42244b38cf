//! Meaning: from the tree of a text to nodes of a graph. Names become inputs, calls become functions of the table or forms
//! of the language, and numbers and conditions are told apart. Uses the tree, the graph, the tables.

mod error;

pub use error::LowerError;

use std::collections::{HashMap, HashSet};

use super::binders::{Binder, binders};
use super::forms::{self, Range};
use super::functions::{self, Operator};
use super::graph::{Graph, InputKind, MAX_LEVELS, NodeId};
use super::parse::{BinaryOp, Kind, Tree};
use crate::error::{Span, nearest};

/// What a formula's names may stand for, beside the graph's declared inputs.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Named sub-expressions.
    pub lets: HashMap<String, NodeId>,
    /// What unknown names become, in the order of their first appearance; `None`: an error.
    pub unknown: Option<InputKind>,
}

/// What a lowered part is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Number(NodeId),
    Condition(NodeId),
    /// The name of an array, by its place in the graph.
    Array(u32),
    /// The name of an index where it is bound.
    Binding,
}

/// A lowered part of a formula and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Lowered {
    what: What,
    at: Span,
}

impl Lowered {
    pub(super) fn number(self, g: &Graph) -> Result<NodeId, LowerError> {
        match self.what {
            What::Number(id) => Ok(id),
            What::Condition(_) | What::Binding => Err(LowerError::NumberExpected { at: self.at }),
            What::Array(array) => {
                let array = &g.arrays()[array as usize];
                Err(LowerError::ArrayAlone { name: array.name.clone(), dimensions: array.shape.len(), at: self.at })
            }
        }
    }

    pub(super) fn condition(self) -> Result<NodeId, LowerError> {
        match self.what {
            What::Condition(id) => Ok(id),
            _ => Err(LowerError::ConditionExpected { at: self.at }),
        }
    }
}

/// The node of a whole formula, a number. Inputs must be declared in `g`, or the scope take unknown names. Whether ends and
/// indices are in order is for [`ranges`](super::ranges) to say.
pub fn lower(g: &mut Graph, tree: &Tree, scope: &Scope) -> Result<NodeId, LowerError> {
    let declared = |name: &str| {
        let number = scope.lets.contains_key(name) || g.input_named(name).is_some();
        number || g.array_named(name).is_some() || functions::CONSTANTS.iter().any(|c| c.0 == name)
    };
    let mut reader = Reader::new(scope, binders(tree, declared));
    // children stand before their parents in the tree, so one pass suffices
    let mut done: Vec<Lowered> = Vec::with_capacity(tree.nodes.len());
    for (k, node) in tree.nodes.iter().enumerate() {
        let at = node.span;
        reader.enter(k, at)?;
        let what = match &node.kind {
            Kind::Number(x) => What::Number(g.number(*x)),
            Kind::Name(_) if reader.bindings.contains(&k) => What::Binding,
            Kind::Name(name) => reader.name(g, name, at)?,
            Kind::Negate(a) => {
                let a = done[*a].number(g)?;
                What::Number(g.neg(a))
            }
            Kind::Not(a) => {
                let a = done[*a].condition()?;
                What::Condition(g.not(a))
            }
            Kind::Binary(op, a, b) => lower_binary(g, *op, done[*a], done[*b])?,
            Kind::Call { name, name_span, args } => {
                let args: Vec<Lowered> = args.iter().map(|&i| done[i]).collect();
                What::Number(reader.call(g, k, name, *name_span, &args)?)
            }
        };
        if let What::Number(id) | What::Condition(id) = what {
            g.mark(id, at);
        }
        done.push(Lowered { what, at });
    }
    done[tree.root].number(g)
}

fn lower_binary(g: &mut Graph, op: BinaryOp, a: Lowered, b: Lowered) -> Result<What, LowerError> {
    let op = match op {
        BinaryOp::Add => Operator::Add,
        BinaryOp::Sub => Operator::Sub,
        BinaryOp::Mul => Operator::Mul,
        BinaryOp::Div => Operator::Div,
        BinaryOp::Pow => Operator::Pow,
        BinaryOp::Lt => Operator::Lt,
        BinaryOp::Le => Operator::Le,
        BinaryOp::Gt => Operator::Gt,
        BinaryOp::Ge => Operator::Ge,
        BinaryOp::Eq => Operator::Eq,
        BinaryOp::Ne => Operator::Ne,
        BinaryOp::And => Operator::And,
        BinaryOp::Or => Operator::Or,
    };
    let logical = matches!(op, Operator::And | Operator::Or);
    let (a, b) = if logical { (a.condition()?, b.condition()?) } else { (a.number(g)?, b.number(g)?) };
    let id = g.apply(functions::entry(op), &[a, b]);
    Ok(if op.is_condition() { What::Condition(id) } else { What::Number(id) })
}

/// What names and calls mean at a place of the text.
struct Reader<'a> {
    scope: &'a Scope,
    binders: Vec<Binder>,
    /// The nodes that are names of indices where they are bound.
    bindings: HashSet<usize>,
    /// The binder of a call.
    of_call: HashMap<usize, usize>,
    /// The binders whose body begins at a node, the outermost first.
    beginning: HashMap<usize, Vec<usize>>,
    /// The binders whose body holds the current node, the outermost first.
    active: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn new(scope: &'a Scope, binders: Vec<Binder>) -> Self {
        let mut beginning: HashMap<usize, Vec<usize>> = HashMap::new();
        for (i, b) in binders.iter().enumerate() {
            beginning.entry(b.body.0).or_default().push(i);
        }
        Reader {
            scope,
            bindings: binders.iter().map(|b| b.name_node).collect(),
            of_call: binders.iter().enumerate().map(|(i, b)| (b.call, i)).collect(),
            beginning,
            binders,
            active: Vec::new(),
        }
    }

    /// Goes to a node of the tree.
    fn enter(&mut self, k: usize, at: Span) -> Result<(), LowerError> {
        while self.active.last().is_some_and(|&b| k > self.binders[b].body.1) {
            self.active.pop();
        }
        self.active.extend(self.beginning.get(&k).into_iter().flatten());
        if self.active.len() > MAX_LEVELS as usize { Err(LowerError::TooDeep { at }) } else { Ok(()) }
    }

    fn level(&self) -> u32 {
        self.active.len() as u32
    }

    fn name(&self, g: &mut Graph, name: &str, at: Span) -> Result<What, LowerError> {
        let scope = self.scope;
        if let Some(level) = self.active.iter().rposition(|&b| self.binders[b].name == name) {
            return Ok(What::Number(g.index(level as u32)));
        }
        if let Some(id) = scope.lets.get(name) {
            return Ok(What::Number(*id));
        }
        if let Some(id) = g.input_named(name) {
            return Ok(What::Number(id));
        }
        if let Some(array) = g.array_named(name) {
            return Ok(What::Array(array));
        }
        if let Some(&(_, value)) = functions::CONSTANTS.iter().find(|c| c.0 == name) {
            return Ok(What::Number(g.declare(name, InputKind::Constant(value))));
        }
        if functions::exists(name) || forms::exists(name) {
            return Err(LowerError::FunctionWithoutArguments { name: name.into(), at });
        }
        if let Some(kind) = scope.unknown {
            return Ok(What::Number(g.declare(name, kind)));
        }
        let near = {
            let inputs = g.inputs().iter().map(|i| i.name.as_str());
            let arrays = g.arrays().iter().map(|a| a.name.as_str());
            let indices = self.active.iter().map(|&b| self.binders[b].name.as_str());
            let constants = functions::CONSTANTS.iter().map(|c| c.0);
            let names = inputs.chain(arrays).chain(indices).chain(scope.lets.keys().map(String::as_str));
            nearest(name, names.chain(constants)).map(String::from)
        };
        Err(LowerError::UnknownName { name: name.into(), at, near })
    }

    fn call(&self, g: &mut Graph, k: usize, name: &str, at: Span, args: &[Lowered]) -> Result<NodeId, LowerError> {
        if let Some(array) = g.array_named(name) {
            return element(g, array, at, args);
        }
        if let Some(id) = self.form(g, k, name, at, args)? {
            return Ok(id);
        }
        if !functions::exists(name) {
            if self.scope.lets.contains_key(name) || g.input_named(name).is_some() {
                return Err(LowerError::NotAFunction { name: name.into(), at });
            }
            let near = nearest(name, functions::names().chain(forms::names())).map(String::from);
            return Err(LowerError::UnknownFunction { name: name.into(), at, near });
        }
        let Some(function) = functions::find(name, args.len()) else {
            let expected = functions::expected(name);
            return Err(LowerError::Arity { name: name.into(), expected, found: args.len(), at });
        };
        let ids = args.iter().map(|a| a.number(g)).collect::<Result<Vec<_>, _>>()?;
        if let Some(order) = function.constant_argument {
            let fits = |k: f64| k.trunc() == k && (0.0..=50.0).contains(&k);
            if !g.as_number(ids[order]).is_some_and(fits) {
                return Err(LowerError::OrderExpected { name: name.into(), at: args[order].at });
            }
        }
        let slots = function.slots();
        let mut id = g.apply(function, &ids[..slots]);
        for &next in &ids[slots..] {
            id = g.apply(function, &[id, next]);
        }
        Ok(id)
    }

    /// The meaning of a form; `None` where the arguments say that a function of that name is meant.
    fn form(
        &self,
        g: &mut Graph,
        k: usize,
        name: &str,
        at: Span,
        args: &[Lowered],
    ) -> Result<Option<NodeId>, LowerError> {
        let Some(form) = forms::find(name) else { return Ok(None) };
        let level = self.level();
        if let (Some(over), Some(binder)) = (form.over, self.of_call.get(&k).map(|&b| &self.binders[b])) {
            let taken = self.active.iter().any(|&b| self.binders[b].name == binder.name)
                || self.scope.lets.contains_key(&binder.name)
                || g.array_named(&binder.name).is_some()
                // pi and e are inputs only once they are used, and an index may hide them
                || g.input_named(&binder.name).is_some() && functions::CONSTANTS.iter().all(|c| c.0 != binder.name);
            if taken {
                return Err(LowerError::IndexTaken { name: binder.name.clone(), at: args[0].at });
            }
            if level + 1 > MAX_LEVELS {
                return Err(LowerError::TooDeep { at });
            }
            g.name_index(level, &binder.name);
            let range = Range { level, first: args[1].number(g)?, last: args[2].number(g)? };
            let body = args[3].number(g)?;
            return Ok(Some(over(g, range, body)));
        }
        let whole = |a: &Lowered| matches!(a.what, What::Array(_));
        if let (Some((count, meaning)), true) = (form.arrays, args.iter().any(whole) || !functions::exists(name))
            && args.len() == count
        {
            return self.whole_arrays(g, form.example, name, at, args, meaning).map(Some);
        }
        if let Some((count, meaning)) = form.plain
            && args.len() == count
        {
            return meaning(g, args).map(Some);
        }
        if functions::exists(name) {
            return Ok(None);
        }
        let wanted = [form.plain.map(|p| p.0), form.over.map(|_| 4), form.arrays.map(|a| a.0)];
        if form.over.is_some() && args.len() == 4 {
            return Err(LowerError::IndexExpected { example: form.example, at: args[0].at });
        }
        let mut counts: Vec<String> = wanted.into_iter().flatten().map(|n| n.to_string()).collect();
        counts.reverse();
        let plural = if counts == ["1"] { "" } else { "s" };
        let expected = format!("{} argument{plural}, as in `{}`", counts.join(" or "), form.example);
        Err(LowerError::Arity { name: name.into(), expected, found: args.len(), at })
    }

    fn whole_arrays(
        &self,
        g: &mut Graph,
        example: &'static str,
        name: &str,
        at: Span,
        args: &[Lowered],
        meaning: forms::ArraysLowering,
    ) -> Result<NodeId, LowerError> {
        let mut arrays = Vec::new();
        for arg in args {
            let What::Array(array) = arg.what else {
                return Err(LowerError::ArrayExpected { name: name.into(), example, at: arg.at });
            };
            arrays.push(array);
        }
        let shape = |i: usize| &g.arrays()[arrays[i] as usize].shape;
        if let Some(other) = (1..arrays.len()).find(|&i| shape(i) != shape(0)) {
            let text = |i: usize| shape(i).iter().map(usize::to_string).collect::<Vec<_>>().join(" by ");
            let name = |i: usize| g.arrays()[arrays[i] as usize].name.clone();
            let sizes = format!("{} and {}", text(0), text(other));
            return Err(LowerError::Shapes { first: name(0), second: name(other), sizes, at });
        }
        let level = self.level();
        if level + shape(0).len() as u32 > MAX_LEVELS {
            return Err(LowerError::TooDeep { at });
        }
        Ok(meaning(g, &arrays, level))
    }
}

fn element(g: &mut Graph, array: u32, at: Span, args: &[Lowered]) -> Result<NodeId, LowerError> {
    let wanted = g.arrays()[array as usize].shape.len();
    if args.len() != wanted {
        let name = g.arrays()[array as usize].name.clone();
        return Err(LowerError::Indices { name, wanted, found: args.len(), at });
    }
    let ids = args.iter().map(|a| a.number(g)).collect::<Result<Vec<_>, _>>()?;
    Ok(g.element(array, &ids))
}
