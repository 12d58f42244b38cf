//! LaTeX for papers and notebooks: fractions, roots and powers as they are set in print.

use super::{Binding, binding, number};
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, Node, NodeId};

enum Piece {
    Text(&'static str),
    Node(NodeId, Binding),
    /// The second factor of a product: a dot goes before what begins with a digit.
    Factor(NodeId),
}

/// The LaTeX of `root`, for math mode.
pub fn latex(g: &Graph, root: NodeId) -> String {
    let mut out = String::new();
    let mut open = vec![Piece::Node(root, Binding::Or)];
    while let Some(piece) = open.pop() {
        let (id, at_least) = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Factor(id) => {
                out.push_str(if begins_with_digit(g, id) { r" \cdot " } else { r" \, " });
                (id, Binding::Power)
            }
            Piece::Node(id, at_least) => (id, at_least),
        };
        match g.node(id) {
            Node::Number(bits) => {
                let x = f64::from_bits(bits);
                let wrap = x.is_sign_negative() && at_least > Binding::Sum && !at_start(&out)
                    || at_least == Binding::Atom && (x.is_sign_negative() || number(x).contains('e'));
                let text = latex_number(x);
                out.push_str(&if wrap { format!(r"\left({text}\right)") } else { text });
            }
            Node::Input(i) => out.push_str(&latex_name(&g.inputs()[i as usize].name)),
            Node::Index(level) => out.push_str(&latex_name(&g.index_name(level))),
            Node::Element(a, _) => {
                let args = g.children(id).to_vec();
                out.push_str(&format!("{}_{{", latex_name(&g.arrays()[a as usize].name)));
                open.push(Piece::Text("}"));
                for (k, &arg) in args.iter().enumerate().rev() {
                    open.push(Piece::Node(arg, Binding::Or));
                    if k > 0 {
                        open.push(Piece::Text(", "));
                    }
                }
            }
            Node::Reduce(how, level, [first, last, body]) => {
                let wrap = at_least > Binding::Sum;
                out.push_str(if wrap { r"\left(" } else { "" });
                out.push_str(&format!(r"\{}_{{{} = ", how.name(), latex_name(&g.index_name(level))));
                open.push(Piece::Text(if wrap { r"\right)" } else { "" }));
                open.push(Piece::Node(body, Binding::Product));
                open.push(Piece::Text("} "));
                open.push(Piece::Node(last, Binding::Or));
                open.push(Piece::Text("}^{"));
                open.push(Piece::Node(first, Binding::Or));
            }
            Node::Apply(f, _) => {
                let args = g.children(id).to_vec();
                let Some(op) = f.0.operator() else {
                    // e^{x}^{2} is no LaTeX, and \sqrt{x}^{2} is hard to read
                    if at_least == Binding::Atom && !f.0.latex.ends_with(r"\right)") {
                        out.push_str(r"\left(");
                        open.push(Piece::Text(r"\right)"));
                    }
                    template(&mut open, f.0.latex, &args);
                    continue;
                };
                let (own, places) = match op {
                    // a fraction bar and a brace need no parentheses around their parts
                    Operator::Div => (Binding::Product, &[Binding::Or, Binding::Or][..]),
                    Operator::Select => (Binding::Atom, &[Binding::Or; 3][..]),
                    _ => binding(op),
                };
                if own < at_least || own == Binding::Prefix && at_least >= Binding::Product && !at_start(&out) {
                    out.push_str(r"\left(");
                    open.push(Piece::Text(r"\right)"));
                }
                match op {
                    Operator::Div => template(&mut open, r"\frac{#1}{#2}", &args),
                    Operator::Select => template(
                        &mut open,
                        r"\begin{cases} #2 & \text{if } #1 \\ #3 & \text{otherwise} \end{cases}",
                        &args,
                    ),
                    Operator::Pow => {
                        open.push(Piece::Text("}"));
                        open.push(Piece::Node(args[1], Binding::Or));
                        open.push(Piece::Text("^{"));
                        open.push(Piece::Node(args[0], Binding::Atom));
                    }
                    Operator::Mul => {
                        open.push(Piece::Factor(args[1]));
                        open.push(Piece::Node(args[0], places[0]));
                    }
                    Operator::Neg | Operator::Not => {
                        open.push(Piece::Node(args[0], Binding::Product));
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

/// Whether a sign here is the first thing of its group, and needs no parentheses.
fn at_start(out: &str) -> bool {
    out.is_empty() || out.ends_with(['{', '(', '[']) || out.ends_with("{cases} ")
}

/// Whether the text of a factor begins with a digit, so that juxtaposition would run two numbers together.
fn begins_with_digit(g: &Graph, mut id: NodeId) -> bool {
    loop {
        match (g.node(id), g.as_operator(id)) {
            (Node::Number(_), _) => return true,
            (_, Some((Operator::Pow, args))) => id = args[0],
            _ => return false,
        }
    }
}

/// Pushes a template's pieces, last first: `#k` stands for argument k.
fn template(open: &mut Vec<Piece>, text: &'static str, args: &[NodeId]) {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('#') {
        pieces.push(Piece::Text(&rest[..at]));
        let k = rest.as_bytes().get(at + 1).map_or(0, |b| b.wrapping_sub(b'1') as usize);
        if let Some(&arg) = args.get(k) {
            pieces.push(Piece::Node(arg, Binding::Or));
        }
        rest = &rest[(at + 2).min(rest.len())..];
    }
    pieces.push(Piece::Text(rest));
    open.extend(pieces.into_iter().rev());
}

fn symbol(op: Operator) -> &'static str {
    match op {
        Operator::Le => r" \le ",
        Operator::Ge => r" \ge ",
        Operator::Eq => " = ",
        Operator::Ne => r" \ne ",
        Operator::And => r" \land ",
        Operator::Or => r" \lor ",
        Operator::Not => r"\lnot ",
        _ => super::infix::symbol(op),
    }
}

fn latex_number(x: f64) -> String {
    let text = number(x);
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!(r"{mantissa} \cdot 10^{{{exponent}}}"),
        None => text,
    }
}

const GREEK: &[&str] = &[
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
];

/// `x1` as x_{1}, `v(i)` as v_{i}, `theta` as \theta, `rate_max` as \mathrm{rate}_{\mathrm{max}}.
pub fn latex_name(name: &str) -> String {
    let word = |w: &str| {
        if GREEK.contains(&w) {
            format!("\\{w}")
        } else if w.chars().count() == 1 {
            w.to_string()
        } else {
            format!(r"\mathrm{{{}}}", w.replace('_', r"\_").replace(' ', r"\ "))
        }
    };
    let subscript = |s: &str| if s.chars().all(|c| c.is_ascii_digit()) { s.to_string() } else { word(s) };
    if let Some((head, tail)) = name.split_once('(') {
        return format!("{}_{{{}}}", latex_name(head), tail.trim_end_matches(')'));
    }
    if let Some((head, tail)) = name.split_once('_')
        && !head.is_empty()
        && !tail.is_empty()
    {
        return format!("{}_{{{}}}", word(head), subscript(tail));
    }
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    if !digits.is_empty() && digits.len() < name.len() && digits.chars().all(|c| c.is_ascii_digit()) {
        return format!("{}_{{{digits}}}", word(&name[..name.len() - digits.len()]));
    }
    word(name)
}
