//! A flat piece becomes nodes: evalexpr decides what binds to what, and powers are regrouped. Uses `error` and `evalexpr`.
//!
//! The positions need no help from evalexpr: the k-th leaf is the k-th operand, and the operator of a node stands after
//! the last leaf of its left side.

use evalexpr::{Node as Branch, Operator, build_operator_tree};

use super::error::ParseError;
use super::grammar::Item;
use super::{BinaryOp, Kind, Node};
use crate::error::Span;

/// A piece with its parts in order: signs before operand k are `signs[starts[k]..starts[k + 1]]`, and `infix[k]` stands
/// after operand k.
#[derive(Default)]
struct Piece {
    operands: Vec<(usize, Span)>,
    infix: Vec<BinaryOp>,
    signs: Vec<Item>,
    starts: Vec<usize>,
}

/// A finished part of a piece.
struct Built {
    node: usize,
    at: Span,
    /// Its first and last operand.
    leaves: (usize, usize),
}

/// What remains to be done, the next on top.
enum Task {
    /// Build this branch of evalexpr's tree.
    Visit(Branch),
    /// Join the last two parts built.
    Join(BinaryOp),
    /// Put the signs before the last part built.
    Sign,
}

/// The node of a piece, appended to `nodes`, and its place. The items alternate as the grammar says.
pub(super) fn build(items: &[Item], nodes: &mut Vec<Node>) -> Result<(usize, Span), ParseError> {
    if let [Item::Operand { node, at }] = items {
        return Ok((*node, *at)); // ((((x)))) needs no parser
    }
    let (piece, text) = Piece::new(items);
    let whole = || match (piece.operands.first(), piece.operands.last()) {
        (Some(a), Some(b)) => ParseError::Ambiguous { at: a.1.join(b.1) },
        _ => ParseError::Ambiguous { at: Span::default() },
    };
    let root = build_operator_tree(&text).map_err(|_| whole())?;
    let mut tasks = vec![Task::Visit(root)];
    let built = piece.take_apart(&mut tasks, nodes);
    if built.is_none() {
        // cannot happen (the fuzz test looks for it), and if it does: a tree 10^5 deep must not be dropped recursively
        std::mem::forget(tasks);
    }
    match built {
        Some(Built { node, at, leaves }) if leaves == (0, piece.operands.len() - 1) => Ok((node, at)),
        _ => Err(whole()),
    }
}

impl Piece {
    /// The parts of a piece, and the text that evalexpr gets.
    fn new(items: &[Item]) -> (Piece, String) {
        let mut piece = Piece { starts: vec![0], ..Piece::default() };
        let mut text = String::new();
        for item in items {
            match item {
                Item::Operand { node, at } => {
                    // one minus stands for any row of signs: `-` and `!` bind alike in evalexpr
                    if piece.starts.last() != Some(&piece.signs.len()) {
                        text.push('-');
                    }
                    text.push('_');
                    text.push_str(&piece.operands.len().to_string());
                    piece.operands.push((*node, *at));
                    piece.starts.push(piece.signs.len());
                }
                Item::Infix(op, _) => {
                    text.push_str(op.symbol());
                    piece.infix.push(*op);
                }
                sign => piece.signs.push(*sign),
            }
        }
        (piece, text)
    }

    /// Empties `tasks`; nothing if evalexpr's tree is not one of this piece.
    fn take_apart(&self, tasks: &mut Vec<Task>, nodes: &mut Vec<Node>) -> Option<Built> {
        let mut done: Vec<Built> = Vec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Visit(branch) => self.visit(branch, tasks, nodes, &mut done)?,
                Task::Join(op) => {
                    let right = done.pop()?;
                    let left = done.pop()?;
                    done.push(self.join(op, left, right, nodes)?);
                }
                Task::Sign => {
                    let operand = done.pop()?;
                    done.push(self.sign(operand, nodes));
                }
            }
        }
        let built = done.pop()?;
        done.is_empty().then_some(built)
    }

    fn visit(
        &self,
        mut branch: Branch,
        tasks: &mut Vec<Task>,
        nodes: &mut Vec<Node>,
        done: &mut Vec<Built>,
    ) -> Option<()> {
        match branch.operator() {
            Operator::VariableIdentifierRead { .. } => done.push(self.leaf(&branch)?),
            Operator::RootNode => tasks.push(Task::Visit(only_child(&mut branch)?)),
            Operator::Neg => {
                tasks.push(Task::Sign);
                tasks.push(Task::Visit(only_child(&mut branch)?));
            }
            Operator::Exp => done.push(self.power(branch, nodes)?),
            operator => {
                let op = binary(operator)?;
                let (left, right) = two_children(&mut branch)?;
                tasks.extend([Task::Join(op), Task::Visit(right), Task::Visit(left)]);
            }
        }
        Some(())
    }

    fn leaf(&self, branch: &Branch) -> Option<Built> {
        let Operator::VariableIdentifierRead { identifier } = branch.operator() else { return None };
        let k: usize = identifier.strip_prefix('_')?.parse().ok()?;
        let &(node, at) = self.operands.get(k)?;
        Some(Built { node, at, leaves: (k, k) })
    }

    fn join(&self, op: BinaryOp, left: Built, right: Built, nodes: &mut Vec<Node>) -> Option<Built> {
        let between = left.leaves.1;
        if right.leaves.0 != between + 1 || self.infix.get(between) != Some(&op) {
            return None;
        }
        let at = left.at.join(right.at);
        nodes.push(Node { kind: Kind::Binary(op, left.node, right.node), span: at });
        Some(Built { node: nodes.len() - 1, at, leaves: (left.leaves.0, right.leaves.1) })
    }

    /// Puts the signs that stand before an operand's first leaf before it.
    fn sign(&self, mut operand: Built, nodes: &mut Vec<Node>) -> Built {
        let first = operand.leaves.0;
        for sign in self.signs[self.starts[first]..self.starts[first + 1]].iter().rev() {
            let (kind, sign) = match *sign {
                Item::Not(at) => (Kind::Not(operand.node), at),
                Item::Minus(at) | Item::Infix(_, at) | Item::Operand { at, .. } => (Kind::Negate(operand.node), at),
            };
            operand.at = sign.join(operand.at);
            nodes.push(Node { kind, span: operand.at });
            operand.node = nodes.len() - 1;
        }
        operand
    }

    /// A chain of powers. evalexpr groups `a^b^-c^d` as ((a^b)^(-c))^d: on the left a chain of the same, on the right an
    /// operand or the negative of one. It is to be a^(b^(-(c^d))), every sign reaching to the chain's end.
    fn power(&self, mut branch: Branch, nodes: &mut Vec<Node>) -> Option<Built> {
        let mut chain = Vec::new(); // from the last operand to the second
        while matches!(branch.operator(), Operator::Exp) {
            let (left, mut right) = two_children(&mut branch)?;
            let signed = matches!(right.operator(), Operator::Neg);
            if signed {
                right = only_child(&mut right)?;
            }
            chain.push((self.leaf(&right)?, signed));
            branch = left;
        }
        let mut chain = chain.into_iter();
        let (mut last, mut signed) = chain.next()?;
        for (operand, next_signed) in chain.chain([(self.leaf(&branch)?, false)]) {
            if signed {
                last = self.sign(last, nodes);
            }
            last = self.join(BinaryOp::Pow, operand, last, nodes)?;
            signed = next_signed;
        }
        Some(last)
    }
}

fn only_child(branch: &mut Branch) -> Option<Branch> {
    let child = branch.children_mut().pop()?;
    branch.children().is_empty().then_some(child)
}

fn two_children(branch: &mut Branch) -> Option<(Branch, Branch)> {
    let right = branch.children_mut().pop()?;
    Some((only_child(branch)?, right))
}

fn binary(operator: &Operator) -> Option<BinaryOp> {
    Some(match operator {
        Operator::Add => BinaryOp::Add,
        Operator::Sub => BinaryOp::Sub,
        Operator::Mul => BinaryOp::Mul,
        Operator::Div => BinaryOp::Div,
        Operator::Lt => BinaryOp::Lt,
        Operator::Leq => BinaryOp::Le,
        Operator::Gt => BinaryOp::Gt,
        Operator::Geq => BinaryOp::Ge,
        Operator::Eq => BinaryOp::Eq,
        Operator::Neq => BinaryOp::Ne,
        Operator::And => BinaryOp::And,
        Operator::Or => BinaryOp::Or,
        _ => return None,
    })
}
