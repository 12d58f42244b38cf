//! The operators: arithmetic, comparisons, logic, and the choice that `if` makes. One table line each.

use super::{Arity, Corner, CornerKind, Domain, Function, Operator, Syntax};
use crate::formula::graph::{Graph, NodeId};
use crate::numeric::elementary;
use crate::numeric::interval::Interval;

/// Conditions are flat: what they choose between has the derivatives.
fn flat(g: &mut Graph, x: &[NodeId], _: NodeId) -> Vec<NodeId> {
    let zero = g.number(0.0);
    vec![zero; x.len()]
}

pub static ADD: Function = Function {
    name: "add",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Add),
    callable: false,
    constant_argument: None,
    latex: r"#1 + #2",
    doc: "Sum, written x + y.",
    kernel: &elementary::ADD,
    partials: |g, _, _| vec![g.number(1.0), g.number(1.0)],
    interval: |x| x[0] + x[1],
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/add.csv"),
};

pub static SUB: Function = Function {
    name: "sub",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Sub),
    callable: false,
    constant_argument: None,
    latex: r"#1 - #2",
    doc: "Difference, written x - y.",
    kernel: &elementary::SUB,
    partials: |g, _, _| vec![g.number(1.0), g.number(-1.0)],
    interval: |x| x[0] - x[1],
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/sub.csv"),
};

pub static MUL: Function = Function {
    name: "mul",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Mul),
    callable: false,
    constant_argument: None,
    latex: r"#1 #2",
    doc: "Product, written x*y.",
    kernel: &elementary::MUL,
    partials: |_, x, _| vec![x[1], x[0]],
    interval: |x| x[0] * x[1],
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/mul.csv"),
};

pub static DIV: Function = Function {
    name: "div",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Div),
    callable: false,
    constant_argument: None,
    latex: r"\frac{#1}{#2}",
    doc: "Quotient, written x/y, for y != 0.",
    kernel: &elementary::DIV,
    partials: |g, x, y| {
        // (x/y)_y = -(x/y)/y: built from the result
        let by_divisor = g.div(y, x[1]);
        vec![g.recip(x[1]), g.neg(by_divisor)]
    },
    interval: |x| x[0] / x[1],
    domain: Domain::Where { holds: |x| x[1] != 0.0, condition: "#2 != 0" },
    corner: None,
    proof: include_str!("proof/div.csv"),
};

pub static NEG: Function = Function {
    name: "neg",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Operator(Operator::Neg),
    callable: false,
    constant_argument: None,
    latex: r"-#1",
    doc: "Negation, written -x.",
    kernel: &elementary::NEG,
    partials: |g, _, _| vec![g.number(-1.0)],
    interval: |x| -x[0],
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/neg.csv"),
};

pub static LT: Function = Function {
    name: "lt",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Lt),
    callable: false,
    constant_argument: None,
    latex: r"#1 < #2",
    doc: "Whether x is less than y.",
    kernel: &elementary::LT,
    partials: flat,
    interval: |x| x[0].lt(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/lt.csv"),
};

pub static LE: Function = Function {
    name: "le",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Le),
    callable: false,
    constant_argument: None,
    latex: r"#1 \le #2",
    doc: "Whether x is less than or equal to y.",
    kernel: &elementary::LE,
    partials: flat,
    interval: |x| x[0].le(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/le.csv"),
};

pub static GT: Function = Function {
    name: "gt",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Gt),
    callable: false,
    constant_argument: None,
    latex: r"#1 > #2",
    doc: "Whether x is greater than y.",
    kernel: &elementary::GT,
    partials: flat,
    interval: |x| x[0].gt(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/gt.csv"),
};

pub static GE: Function = Function {
    name: "ge",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Ge),
    callable: false,
    constant_argument: None,
    latex: r"#1 \ge #2",
    doc: "Whether x is greater than or equal to y.",
    kernel: &elementary::GE,
    partials: flat,
    interval: |x| x[0].ge(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/ge.csv"),
};

pub static EQ: Function = Function {
    name: "eq",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Eq),
    callable: false,
    constant_argument: None,
    latex: r"#1 = #2",
    doc: "Whether x is equal to y.",
    kernel: &elementary::EQ,
    partials: flat,
    interval: |x| x[0].eq(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/eq.csv"),
};

pub static NE: Function = Function {
    name: "ne",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Ne),
    callable: false,
    constant_argument: None,
    latex: r"#1 \ne #2",
    doc: "Whether x is different from y.",
    kernel: &elementary::NE,
    partials: flat,
    interval: |x| x[0].ne(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/ne.csv"),
};

pub static AND: Function = Function {
    name: "and",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::And),
    callable: false,
    constant_argument: None,
    latex: r"#1 \land #2",
    doc: "Both conditions, written a && b.",
    kernel: &elementary::AND,
    partials: flat,
    interval: |x| x[0].and(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/and.csv"),
};

pub static OR: Function = Function {
    name: "or",
    aliases: &[],
    arity: Arity::Exactly(2),
    syntax: Syntax::Operator(Operator::Or),
    callable: false,
    constant_argument: None,
    latex: r"#1 \lor #2",
    doc: "Either condition, written a || b.",
    kernel: &elementary::OR,
    partials: flat,
    interval: |x| x[0].or(x[1]),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/or.csv"),
};

pub static NOT: Function = Function {
    name: "not",
    aliases: &[],
    arity: Arity::Exactly(1),
    syntax: Syntax::Operator(Operator::Not),
    callable: false,
    constant_argument: None,
    latex: r"\lnot #1",
    doc: "The opposite condition, written !a.",
    kernel: &elementary::NOT,
    partials: flat,
    interval: |x| x[0].not(),
    domain: Domain::Reals,
    corner: None,
    proof: include_str!("proof/not.csv"),
};

pub static SELECT: Function = Function {
    name: "select",
    aliases: &[],
    arity: Arity::Exactly(3),
    syntax: Syntax::Operator(Operator::Select),
    callable: false,
    constant_argument: None,
    latex: "",
    doc: "The value of the branch that is taken, written if(c, a, b).",
    kernel: &elementary::SELECT,
    // differentiate.rs handles it by guards; this is the plain rule, for what reads the table
    partials: |g, x, _| {
        let (zero, one) = (g.number(0.0), g.number(1.0));
        vec![zero, g.select(x[0], one, zero), g.select(x[0], zero, one)]
    },
    interval: |x| Interval::select(x[0], x[1], x[2]),
    domain: Domain::Reals,
    corner: Some(Corner {
        kind: CornerKind::Jump,
        // where two sides of a comparison are equal, the taken branch is not evidence
        site: |g, x| ties(g, x[0]),
        slope: |_, _| None,
    }),
    proof: include_str!("proof/select.csv"),
};

/// Whether the two sides of any comparison in `condition` are equal.
fn ties(g: &mut Graph, condition: NodeId) -> Option<NodeId> {
    let mut open = vec![condition];
    let mut any = None;
    while let Some(id) = open.pop() {
        let Some((op, args)) = g.as_operator(id) else { continue };
        let args = args.to_vec();
        if op.is_comparison() {
            let tie = g.compare(Operator::Eq, args[0], args[1]);
            any = Some(match any {
                None => tie,
                Some(others) => g.or(others, tie),
            });
        } else {
            open.extend(args);
        }
    }
    any
}
