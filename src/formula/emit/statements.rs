//! The walk that the languages share: which sub-expressions get a name, and the text of each.
//!
//! Nodes are visited in their order, children first, so there is no recursion. A node used once is written where it is used;
//! one used more often, or whose text has grown long, becomes a statement.

use rustc_hash::FxHashMap as HashMap;

use super::{EmitError, Language, Unit};
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, Node, NodeId};

/// How tightly a text binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tight {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Sign,
    Atom,
}

/// What a language says for what is no call.
pub struct Dialect {
    /// A number that is not negative.
    pub number: fn(f64) -> String,
    /// `and`, `or`, `not`, `==`, `!=`, blanks included.
    pub words: [&'static str; 5],
    /// x to the power y.
    pub power: &'static str,
    /// `if(#1, #2, #3)`.
    pub select: &'static str,
    /// A condition as a number, and a number as a condition.
    pub truth: [&'static str; 2],
    /// Whether sub-expressions can be named at all.
    pub names: bool,
    /// Whether a function outside its domain ends the program: what only an untaken branch needs is then not named, since a
    /// named one is always computed.
    pub strict: bool,
}

/// A statement: a name for a text.
pub struct Statement {
    /// The name.
    pub name: String,
    /// Its value.
    pub text: String,
    /// Whether it is a condition and no number.
    pub condition: bool,
}

/// The statements and the texts of all results.
pub struct Statements {
    /// In order.
    pub statements: Vec<Statement>,
    /// f, then the partials.
    pub results: Vec<String>,
}

#[derive(Clone, Debug)]
struct Piece {
    text: String,
    tight: Tight,
    condition: bool,
}

/// A text longer than this becomes a statement of its own.
const LONG: usize = 160;
/// Languages without statements get no more than this.
const MOST: usize = 100_000;

/// Writes `unit` in the dialect. `arguments`: their identifiers, in order.
pub fn statements(
    unit: &Unit<'_>,
    language: &'static Language,
    dialect: &Dialect,
    arguments: &[String],
) -> Result<Statements, EmitError> {
    let g = unit.graph;
    let mut roots = vec![unit.value];
    roots.extend(unit.partials.iter().map(|p| p.1));
    let used = g.reachable(&roots);
    let names: HashMap<NodeId, &String> = unit.arguments.iter().map(|a| a.1).zip(arguments).collect();
    let mut uses = vec![0_usize; g.len()];
    roots.iter().for_each(|r| uses[r.index()] += 1);
    for id in g.ids().filter(|id| used[id.index()]) {
        if matches!(g.node(id), Node::Apply(..)) {
            let template = template(g, id, language, dialect)?;
            for (k, child) in g.children(id).iter().enumerate() {
                let times = template.matches(&format!("#{}", k + 1)).count();
                uses[child.index()] += times;
            }
        }
    }
    let always = always(g, &roots);
    let prefix = if arguments.iter().any(|a| is_temporary(a)) { "shared_" } else { "t" };
    let mut pieces: HashMap<NodeId, Piece> = HashMap::default();
    let mut found = Statements { statements: Vec::new(), results: Vec::new() };
    for id in g.ids().filter(|id| used[id.index()]) {
        let piece = match g.node(id) {
            Node::Number(bits) => number(f64::from_bits(bits), dialect),
            Node::Input(i) => match (names.get(&id), &g.inputs()[i as usize].kind) {
                (Some(name), _) => atom(name.to_string()),
                (None, crate::formula::graph::InputKind::Constant(x)) => number(*x, dialect),
                (None, _) => atom(g.inputs()[i as usize].name.clone()),
            },
            _ => apply(g, id, language, dialect, &pieces)?,
        };
        if piece.text.len() > MOST {
            return Err(EmitError::TooLong { most: MOST });
        }
        let simple = !matches!(g.node(id), Node::Apply(..));
        let may = dialect.names && (always[id.index()] || !dialect.strict);
        let is_root = roots.contains(&id) && uses[id.index()] == 1;
        let piece = if may && !simple && !is_root && (uses[id.index()] > 1 || piece.text.len() > LONG) {
            let name = format!("{prefix}{}", found.statements.len() + 1);
            found.statements.push(Statement { name: name.clone(), text: piece.text, condition: piece.condition });
            Piece { text: name, tight: Tight::Atom, condition: piece.condition }
        } else {
            piece
        };
        pieces.insert(id, piece);
    }
    found.results = roots.iter().map(|r| as_number(pieces[r].clone(), dialect).text).collect();
    Ok(found)
}

/// Which nodes are computed whatever branches are taken: `[len]`.
fn always(g: &Graph, roots: &[NodeId]) -> Vec<bool> {
    let mut needed = vec![false; g.len()];
    roots.iter().for_each(|r| needed[r.index()] = true);
    for id in g.ids().rev() {
        if !needed[id.index()] {
            continue;
        }
        let children = g.children(id);
        let count = if matches!(g.as_operator(id), Some((Operator::Select, _))) { 1 } else { children.len() };
        children[..count].iter().for_each(|c| needed[c.index()] = true);
    }
    needed
}

/// `t1`, `t2`, ...: names that statements would take.
fn is_temporary(name: &str) -> bool {
    name.strip_prefix('t').is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
}

fn atom(text: String) -> Piece {
    Piece { text, tight: Tight::Atom, condition: false }
}

fn number(x: f64, dialect: &Dialect) -> Piece {
    if x.is_sign_negative() {
        Piece { text: format!("-{}", (dialect.number)(-x)), tight: Tight::Sign, condition: false }
    } else {
        atom((dialect.number)(x))
    }
}

fn as_number(piece: Piece, dialect: &Dialect) -> Piece {
    if !piece.condition {
        return piece;
    }
    atom(dialect.truth[0].replace("#1", &piece.text))
}

fn as_condition(piece: Piece, dialect: &Dialect) -> Piece {
    if piece.condition {
        return piece;
    }
    let text = dialect.truth[1].replace("#1", &piece.text);
    Piece { text, tight: Tight::Comparison, condition: true }
}

/// The template of a node: `#1 + #2`, `sin(#1)`.
fn template(g: &Graph, id: NodeId, language: &'static Language, dialect: &Dialect) -> Result<String, EmitError> {
    let Some((function, args)) = g.as_apply(id) else { return Ok(String::new()) };
    let [and, or, not, equal, unequal] = dialect.words;
    let Some(op) = function.operator() else {
        let found = language.calls.iter().find(|c| c.0 == function.name).and_then(|c| c.1);
        let missing = EmitError::NoFunction { language: language.name, function: function.name };
        return found.map(str::to_string).ok_or(missing);
    };
    Ok(match op {
        Operator::Add => "#1 + #2".into(),
        Operator::Sub => "#1 - #2".into(),
        Operator::Mul => "#1*#2".into(),
        Operator::Div => "#1/#2".into(),
        Operator::Neg => "-#1".into(),
        Operator::Pow => match g.as_number(args[1]) {
            // as the program has it: squares and cubes are products
            Some(2.0) if dialect.names => "#1*#1".into(),
            Some(3.0) if dialect.names => "#1*#1*#1".into(),
            _ => dialect.power.to_string(),
        },
        Operator::Lt => "#1 < #2".into(),
        Operator::Le => "#1 <= #2".into(),
        Operator::Gt => "#1 > #2".into(),
        Operator::Ge => "#1 >= #2".into(),
        Operator::Eq => format!("#1{equal}#2"),
        Operator::Ne => format!("#1{unequal}#2"),
        Operator::And => format!("#1{and}#2"),
        Operator::Or => format!("#1{or}#2"),
        Operator::Not => format!("{not}#1"),
        Operator::Select => dialect.select.to_string(),
    })
}

fn apply(
    g: &Graph,
    id: NodeId,
    language: &'static Language,
    dialect: &Dialect,
    pieces: &HashMap<NodeId, Piece>,
) -> Result<Piece, EmitError> {
    let text = template(g, id, language, dialect)?;
    let Some((function, args)) = g.as_apply(id) else { return Ok(atom("0".into())) };
    let op = function.operator();
    let (tight, needs): (Tight, &[Tight]) = match op {
        Some(Operator::Add | Operator::Sub) => (Tight::Sum, &[Tight::Sum, Tight::Product]),
        Some(Operator::Mul | Operator::Div) => (Tight::Product, &[Tight::Product, Tight::Atom]),
        Some(Operator::Neg) => (Tight::Sign, &[Tight::Atom]),
        Some(Operator::Pow) if text.starts_with("#1*") => (Tight::Product, &[Tight::Atom, Tight::Or]),
        Some(Operator::And) => (Tight::And, &[Tight::And, Tight::Comparison]),
        Some(Operator::Or) => (Tight::Or, &[Tight::Or, Tight::And]),
        Some(Operator::Not) => (Tight::Sign, &[Tight::Atom]),
        Some(op) if op.is_comparison() => (Tight::Comparison, &[Tight::Sum, Tight::Sum]),
        _ => (Tight::Atom, &[]),
    };
    let logical = |k: usize| match op {
        Some(Operator::And | Operator::Or | Operator::Not) => true,
        Some(Operator::Select) => k == 0,
        _ => false,
    };
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('#') {
        out.push_str(&rest[..at]);
        let k = usize::from(rest.as_bytes()[at + 1] - b'1');
        let after = &rest[at + 2..];
        let piece = pieces[&args[k]].clone();
        let piece = if logical(k) { as_condition(piece, dialect) } else { as_number(piece, dialect) };
        // what stands between parentheses and commas needs none of its own
        let enclosed = (out.ends_with('(') || out.ends_with(", ")) && after.starts_with([')', ',']);
        let least = needs.get(k).copied().unwrap_or(if enclosed { Tight::Or } else { Tight::Atom });
        // a sign is read wrongly behind an operator
        let signed = piece.tight == Tight::Sign && !out.is_empty() && !enclosed && !needs.is_empty();
        if piece.tight < least || signed {
            out.push_str(&format!("({})", piece.text));
        } else {
            out.push_str(&piece.text);
        }
        rest = after;
    }
    out.push_str(rest);
    let condition = op.is_some_and(Operator::is_condition);
    Ok(Piece { text: out, tight, condition })
}

/// A finite number that reads as one with a fraction: `2.0`, `1e-300`, `0.1`.
pub fn with_point(x: f64) -> String {
    let text = crate::formula::print::number(x);
    if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
}
