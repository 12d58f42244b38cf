//! From the text of `--features` to terms: columns, patterns, formulas, `poly`, categories.

use super::problem::{InColumns, PlanError};
use crate::error::{Located, Source, Span};
use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::formula::lower::Scope;
use crate::formula::read_plain;
use crate::spec::Text;

/// A feature before the levels of categories are known.
#[derive(Clone, Debug, PartialEq)]
pub enum Feature {
    /// A number of each row: its name and node.
    Number(String, NodeId),
    /// A category, by its place among the categories.
    Category(usize),
}

impl Feature {
    /// Its node, if it is a number.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Feature::Number(_, id) => Some(*id),
            Feature::Category(_) => None,
        }
    }
}

/// The columns of the table by what they are to the model.
#[derive(Debug)]
pub struct Columns {
    /// All names, in the file's order.
    pub names: Vec<String>,
    /// Which are categories: \[names\].
    pub is_category: Vec<bool>,
    /// The categories in use, by name, in the order of use.
    pub categories: Vec<String>,
    /// Holds the formulas; numeric columns are declared in it.
    pub graph: Graph,
}

impl Columns {
    /// Declares the columns; `constants` as in the spec.
    pub fn new(names: &[String], is_category: Vec<bool>, constants: &[(String, f64)]) -> Columns {
        let mut graph = Graph::new();
        for (name, is_category) in names.iter().zip(&is_category) {
            if !is_category && !name.is_empty() {
                graph.declare(name, InputKind::Column);
            }
        }
        for (name, value) in constants {
            graph.declare(name, InputKind::Constant(*value));
        }
        Columns { names: names.to_vec(), is_category, categories: Vec::new(), graph }
    }

    /// The column called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name && !n.is_empty())
    }

    /// The place of a category among those in use.
    pub fn category(&mut self, name: &str) -> usize {
        match self.categories.iter().position(|c| c == name) {
            Some(at) => at,
            None => {
                self.categories.push(name.to_string());
                self.categories.len() - 1
            }
        }
    }

    /// A column as a feature.
    pub fn feature(&mut self, at: usize) -> Feature {
        let name = self.names[at].clone();
        if self.is_category[at] {
            return Feature::Category(self.category(&name));
        }
        let id = self.graph.declare(&name, InputKind::Column);
        Feature::Number(name, id)
    }

    /// The formula in a part of a text.
    pub fn formula(&mut self, text: &Text, span: Span) -> Result<NodeId, Located> {
        let piece = text.text[span.range()].trim();
        if let Some(at) = self.position(piece) {
            if self.is_category[at] {
                let problem = PlanError::CategoryInFormula { column: piece.to_string() };
                return Err(text.locate_at(problem, span));
            }
            return Ok(self.graph.declare(piece, InputKind::Column));
        }
        // blanks before the part keep its spans those of the whole text
        let padded = format!("{}{}", " ".repeat(span.start), &text.text[span.range()]);
        let source = Source { text: padded.into(), ..text.source() };
        let found = read_plain(&mut self.graph, &source, &Scope::default());
        found.map_err(|problem| text.locate(InColumns { problem, columns: self.names.clone() }))
    }

    /// Whether a node is the plain column `name`.
    pub fn is_column(&self, id: NodeId) -> Option<&str> {
        match self.graph.node(id) {
            Node::Input(i) => Some(self.graph.inputs()[i as usize].name.as_str()),
            _ => None,
        }
    }

    /// The columns that a node depends on.
    pub fn used(&self, id: NodeId) -> Vec<String> {
        let used = self.graph.reachable(&[id]);
        let names = self.names.iter().filter(|n| self.graph.input_named(n).is_some_and(|id| used[id.index()]));
        names.cloned().collect()
    }

    /// The features that a text lists.
    pub fn list(&mut self, text: &Text, skip: &[String]) -> Result<Vec<Feature>, Located> {
        let mut found = Vec::new();
        for span in split(&text.text) {
            let piece = text.text[span.range()].trim().to_string();
            if let Some(at) = self.position(&piece) {
                found.push(self.feature(at));
            } else if let Some(inner) = piece.strip_prefix("poly(").and_then(|p| p.strip_suffix(')')) {
                found.extend(self.poly(text, span, inner)?);
            } else if is_pattern(&piece) && self.formula(text, span).is_err() {
                let names = self.names.clone();
                let fits = |n: &String| !n.is_empty() && matches(piece.as_bytes(), n.as_bytes()) && !skip.contains(n);
                let places: Vec<usize> = (0..names.len()).filter(|&i| fits(&names[i])).collect();
                if places.is_empty() {
                    let problem = PlanError::NoMatch { pattern: piece, columns: names };
                    return Err(text.locate_at(problem, span));
                }
                for at in places {
                    found.push(self.feature(at));
                }
            } else {
                let id = self.formula(text, span)?;
                found.push(Feature::Number(piece, id));
            }
        }
        Ok(found)
    }

    fn poly(&mut self, text: &Text, span: Span, inner: &str) -> Result<Vec<Feature>, Located> {
        let bad = || text.locate_at(PlanError::BadPoly, span);
        let parts = split(inner);
        let [base, degree] = &parts[..] else { return Err(bad()) };
        let degree: u32 = inner[degree.range()].trim().parse().map_err(|_| bad())?;
        if !(1..=50).contains(&degree) {
            return Err(bad());
        }
        let start = span.start + text.text[span.range()].find("poly(").unwrap_or(0) + "poly(".len();
        let base_span = Span::new(start + base.start, start + base.end);
        let id = self.formula(text, base_span)?;
        let name = inner[base.range()].trim();
        let name = if self.is_column(id).is_some() { name.to_string() } else { format!("({name})") };
        let mut found = vec![Feature::Number(inner[base.range()].trim().to_string(), id)];
        for k in 2..=degree {
            let term = format!("{name}^{k}");
            let source = Source::new("--features", format!("{name}^{k}"));
            let node = read_plain(&mut self.graph, &source, &Scope::default()).map_err(|e| Located::at(e, &source))?;
            found.push(Feature::Number(term, node));
        }
        Ok(found)
    }
}

/// The parts of a text between commas outside parentheses, blanks around them left out.
pub fn split(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    let mut push = |start: usize, end: usize| {
        let piece = &text[start..end];
        let from = start + (piece.len() - piece.trim_start().len());
        let to = from + piece.trim().len();
        if to > from {
            spans.push(Span::new(from, to));
        }
    };
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                push(start, at);
                start = at + 1;
            }
            _ => {}
        }
    }
    push(start, text.len());
    spans
}

/// Whether a text can be a pattern of names.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a name fits a pattern of `*` (any letters) and `?` (one), by two pointers and one place to come back to.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while n < name.len() {
        if p < pattern.len() && (pattern[p] == b'?' || pattern[p] == name[n]) && pattern[p] != b'*' {
            p += 1;
            n += 1;
        } else if p < pattern.len() && pattern[p] == b'*' {
            back = Some((p, n));
            p += 1;
        } else if let Some((star, at)) = back {
            back = Some((star, at + 1));
            p = star + 1;
            n = at + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_parentheses_do_not_split() {
        let text = " a , poly(x, 3),ln(b),, atan2(x, y)*2 ";
        let parts: Vec<&str> = split(text).iter().map(|s| &text[s.range()]).collect();
        assert_eq!(parts, ["a", "poly(x, 3)", "ln(b)", "atan2(x, y)*2"]);
    }

    #[test]
    fn patterns() {
        for (pattern, name, want) in [
            ("s*", "s1", true),
            ("s*", "as", false),
            ("*_error", "area_error", true),
            ("*_error", "area_err", false),
            ("s?", "s10", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "abab", true),
            ("*", "", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), want, "{pattern} {name}");
        }
    }
}
