//! evalexpr's tree taken apart: no recursion, its deep boxes emptied before they are dropped, powers turned to the right.

use evalexpr::{Node as Raw, Operator as RawOp};

use super::error::ParseError;
use super::hand::{Handed, MINUS};
use super::lex::Token;
use super::{BinaryOp, Kind, Node, Tree};
use crate::error::Span;

/// A node of evalexpr's tree without its children, which follow it in the list, the last one first.
struct Flat {
    op: RawOp,
    children: usize,
}

/// A part that is finished: a node of our tree, or a list of arguments.
enum Part {
    Node(usize),
    /// What stands between a function's parentheses.
    Arguments(Vec<usize>),
    /// A power's base and exponents from left to right, each with its own minus sign.
    Powers(Vec<(usize, bool)>),
    /// An exponent with a minus sign.
    Minus(usize),
}

/// Our tree from evalexpr's.
pub fn apart(root: Raw, handed: &Handed) -> Result<Tree, ParseError> {
    let mut order: Vec<Flat> = Vec::new();
    let mut open = vec![root];
    while let Some(mut node) = open.pop() {
        let children = std::mem::take(node.children_mut());
        let op = std::mem::replace(node.operator_mut(), RawOp::RootNode);
        order.push(Flat { op, children: children.len() });
        open.extend(children);
    }
    let mut builder = Builder { nodes: Vec::with_capacity(order.len()), handed };
    let mut parts: Vec<Part> = Vec::new();
    for flat in order.into_iter().rev() {
        let at = parts.len().checked_sub(flat.children).ok_or_else(broken)?;
        let children: Vec<Part> = parts.drain(at..).collect();
        let part = builder.part(flat.op, children)?;
        parts.push(part);
    }
    let [root] = <[Part; 1]>::try_from(parts).map_err(|_| broken())?;
    let root = builder.finish(root)?;
    Ok(Tree { nodes: builder.nodes, root })
}

/// evalexpr gave a tree that the checked tokens cannot have: an error, never a panic.
fn broken() -> ParseError {
    ParseError::Refused { message: "its structure is not understood".into(), at: Span::default() }
}

struct Builder<'a> {
    nodes: Vec<Node>,
    handed: &'a Handed,
}

impl Builder<'_> {
    fn push(&mut self, kind: Kind, span: Span) -> usize {
        self.nodes.push(Node { kind, span });
        self.nodes.len() - 1
    }

    fn span(&self, id: usize) -> Span {
        self.nodes[id].span
    }

    fn part(&mut self, op: RawOp, children: Vec<Part>) -> Result<Part, ParseError> {
        match op {
            RawOp::RootNode => {
                let [child] = <[Part; 1]>::try_from(children).map_err(|_| broken())?;
                // parentheses end a chain of powers: (2^3)^2
                match child {
                    Part::Arguments(args) => Ok(Part::Arguments(args)),
                    other => Ok(Part::Node(self.finish(other)?)),
                }
            }
            RawOp::Tuple => {
                let args = children.into_iter().map(|c| self.finish(c)).collect::<Result<Vec<_>, _>>()?;
                Ok(Part::Arguments(args))
            }
            RawOp::VariableIdentifierRead { identifier } => {
                let (token, span) = self.operand(&identifier)?;
                let kind = match token {
                    Token::Number(x) => Kind::Number(x),
                    Token::Name(name) => Kind::Name(name),
                    _ => return Err(broken()),
                };
                Ok(Part::Node(self.push(kind, span)))
            }
            RawOp::FunctionIdentifier { identifier } => {
                let [child] = <[Part; 1]>::try_from(children).map_err(|_| broken())?;
                if identifier == MINUS {
                    return Ok(Part::Minus(self.finish(child)?));
                }
                let args = match child {
                    Part::Arguments(args) => args,
                    other => vec![self.finish(other)?],
                };
                let (token, span) = self.operand(&identifier)?;
                let Token::Call(name) = token else { return Err(broken()) };
                let name_span = Span::new(span.start, span.start + name.len());
                Ok(Part::Node(self.push(Kind::Call { name, name_span, args }, span)))
            }
            RawOp::Neg | RawOp::Not => {
                let [child] = <[Part; 1]>::try_from(children).map_err(|_| broken())?;
                let child = self.finish(child)?;
                let span = self.span(child);
                let kind = if op == RawOp::Neg { Kind::Negate(child) } else { Kind::Not(child) };
                Ok(Part::Node(self.push(kind, span)))
            }
            RawOp::Exp => {
                let [base, exponent] = <[Part; 2]>::try_from(children).map_err(|_| broken())?;
                let mut chain = match base {
                    Part::Powers(chain) => chain,
                    other => vec![(self.finish(other)?, false)],
                };
                chain.push(match exponent {
                    Part::Minus(id) => (id, true),
                    other => (self.finish(other)?, false),
                });
                Ok(Part::Powers(chain))
            }
            op => {
                let binary = binary(&op).ok_or_else(broken)?;
                let [a, b] = <[Part; 2]>::try_from(children).map_err(|_| broken())?;
                let (a, b) = (self.finish(a)?, self.finish(b)?);
                let span = self.span(a).join(self.span(b));
                Ok(Part::Node(self.push(Kind::Binary(binary, a, b), span)))
            }
        }
    }

    /// The node of a part; a chain of powers is built from the right, a sign before what follows it: a^-b^c = a^(-(b^c)).
    fn finish(&mut self, part: Part) -> Result<usize, ParseError> {
        match part {
            Part::Node(id) => Ok(id),
            Part::Minus(_) | Part::Arguments(_) => Err(broken()),
            Part::Powers(chain) => {
                let mut chain = chain.into_iter().rev();
                let (last, minus) = chain.next().ok_or_else(broken)?;
                let mut whole = self.signed(last, minus);
                for (base, minus) in chain {
                    let span = self.span(base).join(self.span(whole));
                    let power = self.push(Kind::Binary(BinaryOp::Pow, base, whole), span);
                    whole = self.signed(power, minus);
                }
                Ok(whole)
            }
        }
    }

    fn signed(&mut self, id: usize, minus: bool) -> usize {
        if minus { self.push(Kind::Negate(id), self.span(id)) } else { id }
    }

    fn operand(&self, identifier: &str) -> Result<(Token, Span), ParseError> {
        let k: usize = identifier.strip_prefix('_').and_then(|k| k.parse().ok()).ok_or_else(broken)?;
        self.handed.operands.get(k).cloned().ok_or_else(broken)
    }
}

fn binary(op: &RawOp) -> Option<BinaryOp> {
    Some(match op {
        RawOp::Add => BinaryOp::Add,
        RawOp::Sub => BinaryOp::Sub,
        RawOp::Mul => BinaryOp::Mul,
        RawOp::Div => BinaryOp::Div,
        RawOp::Lt => BinaryOp::Lt,
        RawOp::Leq => BinaryOp::Le,
        RawOp::Gt => BinaryOp::Gt,
        RawOp::Geq => BinaryOp::Ge,
        RawOp::Eq => BinaryOp::Eq,
        RawOp::Neq => BinaryOp::Ne,
        RawOp::And => BinaryOp::And,
        RawOp::Or => BinaryOp::Or,
        _ => return None,
    })
}
