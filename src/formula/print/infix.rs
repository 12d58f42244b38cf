//! The formula language itself: what is printed parses back to the same graph.

use super::{Binding, binding, number};
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, Node, NodeId};
use crate::formula::parse::is_plain;

enum Piece {
    Text(&'static str),
    Name(String),
    Node(NodeId, Binding),
}

/// The formula of `root` as a user would write it, with no more parentheses than its structure needs.
pub fn infix(g: &Graph, root: NodeId) -> String {
    let mut out = String::new();
    let mut open = vec![Piece::Node(root, Binding::Or)];
    while let Some(piece) = open.pop() {
        let (id, at_least) = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Name(text) => {
                out.push_str(&text);
                continue;
            }
            Piece::Node(id, at_least) => (id, at_least),
        };
        match g.node(id) {
            Node::Number(bits) => {
                let x = f64::from_bits(bits);
                // a negative number is written with a prefix operator
                let wrap = x.is_sign_negative() && at_least > Binding::Prefix || negative_operand(x, at_least, &out);
                push_wrapped(&mut out, &number(x), wrap);
            }
            Node::Input(i) => {
                let name = &g.inputs()[i as usize].name;
                if is_plain(name) {
                    out.push_str(name);
                } else {
                    out.push_str(&format!("`{name}`"));
                }
            }
            Node::Index(level) => out.push_str(&g.index_name(level)),
            Node::Element(a, _) => {
                let args = g.children(id).to_vec();
                open.push(Piece::Text(")"));
                arguments(&mut open, &args);
                out.push_str(&g.arrays()[a as usize].name);
                out.push('(');
            }
            Node::Reduce(how, level, args) => {
                open.push(Piece::Text(")"));
                arguments(&mut open, &args);
                open.push(Piece::Name(format!("({}, ", g.index_name(level))));
                out.push_str(how.name());
            }
            Node::Apply(f, _) => {
                let function = f.0;
                let args = g.children(id).to_vec();
                let Some(op) = function.operator() else {
                    call(&mut open, function.name, &args);
                    out.push_str("");
                    continue;
                };
                if op == Operator::Select {
                    call(&mut open, "if", &args);
                    continue;
                }
                let (own, places) = binding(op);
                // a sign inside a product or sum is read wrongly by people, if not by the parser: a - (-b)
                let wrap = own < at_least || own == Binding::Prefix && at_least == Binding::Product && !at_start(&out);
                if wrap {
                    out.push('(');
                    open.push(Piece::Text(")"));
                }
                match op {
                    Operator::Neg | Operator::Not => {
                        open.push(Piece::Node(args[0], places[0]));
                        open.push(Piece::Text(symbol(op)));
                    }
                    _ => {
                        open.push(Piece::Node(args[1], places[1]));
                        open.push(Piece::Text(symbol(op)));
                        open.push(Piece::Node(args[0], places[0]));
                    }
                }
            }
        }
    }
    out
}

fn at_start(out: &str) -> bool {
    out.is_empty() || out.ends_with('(') || out.ends_with(", ")
}

/// `a + (-2)`, `a*(-2)`: a negative number that is not the first thing in its parentheses.
fn negative_operand(x: f64, at_least: Binding, out: &str) -> bool {
    x.is_sign_negative() && at_least >= Binding::Sum && !at_start(out)
}

fn push_wrapped(out: &mut String, text: &str, wrap: bool) {
    if wrap {
        out.push('(');
        out.push_str(text);
        out.push(')');
    } else {
        out.push_str(text);
    }
}

/// Pushes `a, b, c`.
fn arguments(open: &mut Vec<Piece>, args: &[NodeId]) {
    for (i, &a) in args.iter().enumerate().rev() {
        open.push(Piece::Node(a, Binding::Or));
        if i > 0 {
            open.push(Piece::Text(", "));
        }
    }
}

fn call(open: &mut Vec<Piece>, name: &'static str, args: &[NodeId]) {
    open.push(Piece::Text(")"));
    for (i, &a) in args.iter().enumerate().rev() {
        open.push(Piece::Node(a, Binding::Or));
        open.push(Piece::Text(if i == 0 { "(" } else { ", " }));
    }
    open.push(Piece::Text(name));
}

/// An operator with the blanks around it.
pub(super) fn symbol(op: Operator) -> &'static str {
    match op {
        Operator::Add => " + ",
        Operator::Sub => " - ",
        Operator::Mul => "*",
        Operator::Div => "/",
        Operator::Neg => "-",
        Operator::Pow => "^",
        Operator::Lt => " < ",
        Operator::Le => " <= ",
        Operator::Gt => " > ",
        Operator::Ge => " >= ",
        Operator::Eq => " == ",
        Operator::Ne => " != ",
        Operator::And => " && ",
        Operator::Or => " || ",
        Operator::Not => "!",
        Operator::Select => "if",
    }
}
