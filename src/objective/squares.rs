//! Which formulas are sums of squares: `(a - x)^2 + 100*(y - x^2)^2` has residuals, and methods of least squares apply to it.

use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, InputKind, Node, NodeId};

/// More terms than this are not taken apart.
const MOST_RESIDUALS: usize = 100_000;

/// The residuals r_i with `value` = r_1^2 + ... + r_m^2, if the formula is written as such a sum: of even powers, of products of
/// a node by itself, of positive multiples of these, and of numbers that are not negative. Nodes may be added to the graph.
pub fn squares(g: &mut Graph, value: NodeId) -> Option<Vec<NodeId>> {
    let mut open = vec![(value, 1.0)];
    let mut found = Vec::new();
    while let Some((id, factor)) = open.pop() {
        if found.len() > MOST_RESIDUALS {
            return None;
        }
        if let Some(c) = number(g, id) {
            if !(c >= 0.0) {
                return None;
            }
            if c > 0.0 {
                found.push(g.number((factor * c).sqrt()));
            }
            continue;
        }
        let (operator, args) = g.as_operator(id)?;
        let (a, b) = (args[0], *args.get(1)?);
        match operator {
            // the first term is taken first: residuals stand in the order of the formula
            Operator::Add => open.extend([(b, factor), (a, factor)]),
            Operator::Mul if a == b => found.push(scaled(g, factor, a)),
            Operator::Mul => match (number(g, a), number(g, b)) {
                (Some(c), _) if c > 0.0 => open.push((b, factor * c)),
                (_, Some(c)) if c > 0.0 => open.push((a, factor * c)),
                _ => return None,
            },
            Operator::Div => match number(g, b) {
                Some(c) if c > 0.0 => open.push((a, factor / c)),
                _ => return None,
            },
            Operator::Pow => {
                let k = number(g, b)?;
                if !((2.0..=64.0).contains(&k) && (k / 2.0).trunc() == k / 2.0) {
                    return None;
                }
                let root = if k == 2.0 { a } else { g.powk(a, k / 2.0) };
                found.push(scaled(g, factor, root));
            }
            _ => return None,
        }
    }
    Some(found)
}

/// c where `value` is written as c e^2 with c > 0: a product or quotient with numbers, a square or a product of a node by itself.
pub fn squared(g: &Graph, value: NodeId) -> Option<f64> {
    let (mut id, mut factor) = (value, 1.0);
    loop {
        let (operator, args) = g.as_operator(id)?;
        let (a, b) = (args[0], *args.get(1)?);
        (id, factor) = match (operator, number(g, a), number(g, b)) {
            (Operator::Mul, ..) if a == b => return Some(factor),
            (Operator::Pow, _, Some(2.0)) => return Some(factor),
            (Operator::Mul, Some(c), _) if c > 0.0 => (b, factor * c),
            (Operator::Mul, _, Some(c)) if c > 0.0 => (a, factor * c),
            (Operator::Div, _, Some(c)) if c > 0.0 => (a, factor / c),
            _ => return None,
        };
    }
}

fn scaled(g: &mut Graph, factor: f64, id: NodeId) -> NodeId {
    if factor == 1.0 { id } else { g.scale(factor.sqrt(), id) }
}

/// The value of a number or of a named one.
fn number(g: &Graph, id: NodeId) -> Option<f64> {
    match g.node(id) {
        Node::Number(bits) => Some(f64::from_bits(bits)),
        Node::Input(i) => match g.inputs()[i as usize].kind {
            InputKind::Constant(c) => Some(c),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Source;
    use crate::formula::lower::Scope;
    use crate::formula::{print, read};

    fn residuals(text: &str) -> Option<Vec<String>> {
        let mut g = Graph::new();
        let scope = Scope { unknown: Some(InputKind::Variable), ..Scope::default() };
        let value = read(&mut g, &Source::new("test", text), &scope).unwrap();
        Some(squares(&mut g, value)?.into_iter().map(|r| print::infix(&g, r)).collect())
    }

    #[test]
    fn sums_of_squares_have_residuals() {
        assert_eq!(residuals("(1 - x)^2 + 100*(y - x^2)^2").unwrap(), ["1 - x", "10*(y - x^2)"]);
        assert_eq!(residuals("x*x + (x - y)^4/4").unwrap(), ["x", "0.5*(x - y)^2"]);
        assert_eq!(residuals("x^2 + 9").unwrap(), ["x", "3"]);
        assert_eq!(residuals("(2*(x^2 + y^2))").unwrap().len(), 2);
    }

    #[test]
    fn other_formulas_have_none() {
        for text in ["x^2 - y^2", "x^3", "x", "x^2*y^2", "-2*x^2", "x^2 + y", "exp(x)", "x^2 + x^2.5", "x^2 - 1"] {
            assert_eq!(residuals(text), None, "{text}");
        }
    }
}
