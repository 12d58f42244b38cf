//! Meaning: from the tree of a text to nodes of a graph. Names become inputs, calls become functions of the table or forms
//! of the language, and numbers and conditions are told apart. Uses the tree, the graph, the tables.

use std::collections::HashMap;

use thiserror::Error;

use super::forms::{self, Form};
use super::functions::{self, Operator};
use super::graph::{Graph, InputKind, NodeId};
use super::parse::{BinaryOp, Kind, Tree};
use crate::error::{Diagnose, Exit, Span, nearest};

/// What a formula's names may stand for, beside the graph's declared inputs.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Named sub-expressions.
    pub lets: HashMap<String, NodeId>,
    /// What unknown names become, in the order of their first appearance; `None`: an error.
    pub unknown: Option<InputKind>,
}

/// A formula's text that means nothing.
#[derive(Clone, Debug, PartialEq, Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum LowerError {
    #[error("unknown name `{name}`")]
    UnknownName { name: String, at: Span, near: Option<String> },
    #[error("unknown function `{name}`")]
    UnknownFunction { name: String, at: Span, near: Option<String> },
    #[error("`{name}` is a function: it needs its arguments in parentheses")]
    FunctionWithoutArguments { name: String, at: Span },
    #[error("`{name}` is a number, not a function or a vector")]
    NotAFunction { name: String, at: Span },
    #[error("`{name}` takes {expected}, not {found}")]
    Arity { name: String, expected: String, found: usize, at: Span },
    #[error("a number is needed here, not a condition")]
    NumberExpected { at: Span },
    #[error("a condition is needed here, not a number")]
    ConditionExpected { at: Span },
    #[error("the order of `{name}` must be a whole number from 0 to 50, written as a number")]
    OrderExpected { name: String, at: Span },
}

impl Diagnose for LowerError {
    fn exit(&self) -> Exit {
        Exit::Request
    }

    fn span(&self) -> Option<Span> {
        use LowerError::*;
        match self {
            UnknownName { at, .. }
            | UnknownFunction { at, .. }
            | FunctionWithoutArguments { at, .. }
            | NotAFunction { at, .. }
            | Arity { at, .. }
            | NumberExpected { at }
            | ConditionExpected { at }
            | OrderExpected { at, .. } => Some(*at),
        }
    }

    fn help(&self) -> Option<String> {
        use LowerError::*;
        match self {
            UnknownName { near: Some(near), .. } | UnknownFunction { near: Some(near), .. } => {
                Some(format!("did you mean `{near}`?"))
            }
            UnknownName { name, .. } => {
                Some(format!("declare it under [variables] or [constants], or give it a value with --at {name}=..."))
            }
            UnknownFunction { .. } => Some("`gradus list functions` lists them all".into()),
            FunctionWithoutArguments { name, .. } => Some(format!("write `{name}(x)`")),
            NotAFunction { name, .. } => Some(format!("to multiply, write `{name}*(...)`")),
            Arity { .. } => None,
            NumberExpected { .. } => Some("conditions choose: `if(x > 0, a, b)`".into()),
            ConditionExpected { .. } => Some("compare with something, as in `x > 0`".into()),
            OrderExpected { .. } => Some("write `polygamma(2, x)`".into()),
        }
    }
}

/// A lowered part of a formula: its node, whether it is a condition, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Lowered {
    pub(super) id: NodeId,
    pub(super) condition: bool,
    pub(super) at: Span,
}

impl Lowered {
    pub(super) fn number(self) -> Result<NodeId, LowerError> {
        if self.condition { Err(LowerError::NumberExpected { at: self.at }) } else { Ok(self.id) }
    }

    pub(super) fn condition(self) -> Result<NodeId, LowerError> {
        if self.condition { Ok(self.id) } else { Err(LowerError::ConditionExpected { at: self.at }) }
    }
}

/// The node of a whole formula, a number. Inputs must be declared in `g`, or the scope take unknown names.
pub fn lower(g: &mut Graph, tree: &Tree, scope: &Scope) -> Result<NodeId, LowerError> {
    // children stand before their parents in the tree, so one pass suffices
    let mut done: Vec<Lowered> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let at = node.span;
        let (id, condition) = match &node.kind {
            Kind::Number(x) => (g.number(*x), false),
            Kind::Name(name) => (lower_name(g, scope, name, at)?, false),
            Kind::Negate(a) => {
                let a = done[*a].number()?;
                (g.neg(a), false)
            }
            Kind::Not(a) => {
                let a = done[*a].condition()?;
                (g.not(a), true)
            }
            Kind::Binary(op, a, b) => lower_binary(g, *op, done[*a], done[*b])?,
            Kind::Call { name, name_span, args } => {
                let args: Vec<Lowered> = args.iter().map(|&i| done[i]).collect();
                (lower_call(g, scope, name, *name_span, &args)?, false)
            }
        };
        g.mark(id, at);
        done.push(Lowered { id, condition, at });
    }
    done[tree.root].number()
}

fn lower_binary(g: &mut Graph, op: BinaryOp, a: Lowered, b: Lowered) -> Result<(NodeId, bool), LowerError> {
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
    let (a, b) = if logical { (a.condition()?, b.condition()?) } else { (a.number()?, b.number()?) };
    Ok((g.apply(functions::entry(op), &[a, b]), op.is_condition()))
}

fn lower_name(g: &mut Graph, scope: &Scope, name: &str, at: Span) -> Result<NodeId, LowerError> {
    if let Some(id) = scope.lets.get(name) {
        return Ok(*id);
    }
    if let Some(id) = g.input_named(name) {
        return Ok(id);
    }
    if let Some(&(_, value)) = functions::CONSTANTS.iter().find(|c| c.0 == name) {
        return Ok(g.declare(name, InputKind::Constant(value)));
    }
    if functions::exists(name) || forms::exists(name) {
        return Err(LowerError::FunctionWithoutArguments { name: name.into(), at });
    }
    if let Some(kind) = scope.unknown {
        return Ok(g.declare(name, kind));
    }
    let near = {
        let inputs = g.inputs().iter().map(|i| i.name.as_str());
        let constants = functions::CONSTANTS.iter().map(|c| c.0);
        nearest(name, inputs.chain(scope.lets.keys().map(String::as_str)).chain(constants)).map(String::from)
    };
    Err(LowerError::UnknownName { name: name.into(), at, near })
}

fn lower_call(g: &mut Graph, scope: &Scope, name: &str, at: Span, args: &[Lowered]) -> Result<NodeId, LowerError> {
    if let Some(form) = forms::find(name) {
        return lower_form(g, form, at, args);
    }
    if !functions::exists(name) {
        if scope.lets.contains_key(name) || g.input_named(name).is_some() {
            return Err(LowerError::NotAFunction { name: name.into(), at });
        }
        let near = nearest(name, functions::names().chain(forms::names())).map(String::from);
        return Err(LowerError::UnknownFunction { name: name.into(), at, near });
    }
    let Some(function) = functions::find(name, args.len()) else {
        let expected = functions::expected(name);
        return Err(LowerError::Arity { name: name.into(), expected, found: args.len(), at });
    };
    let ids = args.iter().map(|a| a.number()).collect::<Result<Vec<_>, _>>()?;
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

fn lower_form(g: &mut Graph, form: &'static Form, at: Span, args: &[Lowered]) -> Result<NodeId, LowerError> {
    if args.len() != form.arity {
        let expected = format!("{} arguments, as in `{}`", form.arity, form.example);
        return Err(LowerError::Arity { name: form.name.into(), expected, found: args.len(), at });
    }
    (form.lower)(g, args)
}
