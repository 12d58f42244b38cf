//! From the text of `--features` to terms: columns, patterns, formulas, `poly`, categories.

use super::glob::{is_pattern, matches};
use super::hints::{Hinted, hint};
use super::inputs::Header;
use super::interactions::{Interaction, interaction};
use super::problem::PlanError;
use crate::error::{Located, Source, Span};
use crate::formula::functions::CONSTANTS;
use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::formula::lower::{LowerError, Scope};
use crate::formula::parse::is_plain;
use crate::formula::{FormulaError, read_plain};
use crate::spec::Text;

/// A feature before the levels of categories are known.
#[derive(Clone, Debug, PartialEq)]
pub enum Feature {
    /// A number of each row: its name and node.
    Number(String, NodeId),
    /// A category, by its place among the categories.
    Category(usize),
    /// A product with categories in it.
    Interaction(Interaction),
}

impl Feature {
    /// Its node, if it is a number.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Feature::Number(_, id) => Some(*id),
            Feature::Category(_) | Feature::Interaction(_) => None,
        }
    }

    /// The categories in it, by their places among those in use.
    pub fn categories(&self) -> &[usize] {
        match self {
            Feature::Number(..) => &[],
            Feature::Category(c) => std::slice::from_ref(c),
            Feature::Interaction(i) => &i.categories,
        }
    }
}

/// What is explained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A number of each row.
    Number(NodeId),
    /// A category, by its place among the categories.
    Category(usize),
}

impl Target {
    /// Its node, if it is a number.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Target::Number(id) => Some(*id),
            Target::Category(_) => None,
        }
    }

    /// Whether a feature is the target itself, or a product with its categories.
    pub fn is_in(&self, feature: &Feature) -> bool {
        match self {
            Target::Number(id) => feature.node() == Some(*id),
            Target::Category(c) => feature.categories().contains(c),
        }
    }
}

/// What a formula is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A feature.
    Feature,
    /// The target.
    Target,
    /// Weights of the rows.
    Weights,
    /// The offset.
    Offset,
    /// A loss.
    Loss,
    /// A term of a kept model.
    Model,
}

impl Use {
    /// That a category stands where a number is needed.
    fn category(self, column: &str) -> PlanError {
        let numbers = "choose another column, or make one of numbers of it".to_string();
        let (what, help) = match self {
            Use::Feature | Use::Model => (
                "formulas need numbers",
                format!(
                    "give it as a feature by itself, --features {column}, or as a factor beside others, --features '{column}*x'"
                ),
            ),
            Use::Target => ("the formula of a target needs numbers", numbers),
            Use::Weights => ("weights are numbers", numbers),
            Use::Offset => ("an offset is a number", numbers),
            Use::Loss => ("the loss needs numbers", numbers),
        };
        PlanError::Category { column: column.to_string(), what, help }
    }
}

/// The columns of the table by what they are to the model.
#[derive(Debug)]
pub struct Columns {
    /// All names, in the file's order.
    pub names: Vec<String>,
    /// Where they are from.
    header: Header,
    /// Which are categories: \[names\].
    pub is_category: Vec<bool>,
    /// The categories in use, by name, in the order of use.
    pub categories: Vec<String>,
    /// Holds the formulas; numeric columns are declared in it.
    pub graph: Graph,
}

impl Columns {
    /// Declares the columns; `constants` as in the spec.
    pub fn new(header: &Header, is_category: Vec<bool>, constants: &[(String, f64)]) -> Columns {
        let names = &header.names;
        let mut graph = Graph::new();
        // first: in a file to predict a column may have a constant's name, and is another thing
        for (name, value) in constants {
            graph.declare(name, InputKind::Constant(*value));
        }
        for (name, is_category) in names.iter().zip(&is_category) {
            if !is_category && !name.is_empty() {
                graph.declare(name, InputKind::Column);
            }
        }
        Columns { names: names.to_vec(), header: header.clone(), is_category, categories: Vec::new(), graph }
    }

    /// The column called `name`, in backquotes or without; a column whose own name has such comes first.
    pub fn position(&self, name: &str) -> Option<usize> {
        let at = |name: &str| self.names.iter().position(|n| n == name && !n.is_empty());
        at(name).or_else(|| at(unquoted(name)))
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

    /// The formula in a part of a text. Fails at a column that is not there or is a category.
    pub fn formula(&mut self, text: &Text, span: Span, what: Use) -> Result<NodeId, Located> {
        let piece = text.text[span.range()].trim();
        if let Some(at) = self.position(piece) {
            if self.is_category[at] {
                return Err(text.locate_at(what.category(piece), span));
            }
            return Ok(self.graph.declare(&self.names[at], InputKind::Column));
        }
        if what == Use::Model && unquoted(piece) != piece {
            return Err(Located::new(self.header.lacks(unquoted(piece))));
        }
        // blanks before the part keep its spans those of the whole text
        let padded = format!("{}{}", " ".repeat(span.start), &text.text[span.range()]);
        let source = Source { text: padded.into(), ..text.source() };
        read_plain(&mut self.graph, &source, &Scope::default()).map_err(|e| self.explain(e, text, what))
    }

    /// The error of a formula in the words of tables: its names are columns.
    pub fn explain(&self, problem: FormulaError, text: &Text, what: Use) -> Located {
        let FormulaError::Lower(LowerError::UnknownName { name, at, near }) = &problem else {
            let hint = if let FormulaError::Parse(_) = &problem { hint(&text.text, &self.names, what) } else { None };
            return match hint {
                Some(help) => text.locate(Hinted::new(problem, help)),
                None => text.locate(problem),
            };
        };
        match self.position(name) {
            // a constant or `prediction` was meant
            None if near.as_ref().is_some_and(|near| self.position(near).is_none()) => text.locate(problem),
            Some(_) => text.locate_at(what.category(name), *at),
            None if what == Use::Model => Located::new(self.header.lacks(name)),
            None => text.locate_at(self.header.lacks(name), *at),
        }
    }

    /// Whether a text names a column: what holds `*` is a formula then, no pattern.
    fn names_one(&self, text: &str) -> bool {
        text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| self.position(word).is_some())
    }

    /// Whether a node is the plain column `name`.
    pub fn is_column(&self, id: NodeId) -> Option<&str> {
        match self.graph.node(id) {
            Node::Input(i) => Some(self.graph.inputs()[i as usize].name.as_str()),
            _ => None,
        }
    }

    /// A term as text that means the same in every file: a column's name that would be a formula (`x-y`) or a constant (`e`) where
    /// there is no such column stands in backquotes.
    pub fn kept(&self, name: &str, id: NodeId) -> String {
        let column = match self.graph.node(id) {
            Node::Input(i) => {
                let input = &self.graph.inputs()[i as usize];
                input.name == name && input.kind == InputKind::Column
            }
            _ => false,
        };
        let clear = is_plain(name) && !name.contains('(') && CONSTANTS.iter().all(|c| c.0 != name);
        if column && !clear && !name.contains('`') { format!("`{name}`") } else { name.to_string() }
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
            if piece.is_empty() {
                return Err(text.locate_at(PlanError::EmptyItem, span));
            }
            if let Some(at) = self.position(&piece) {
                found.push(self.feature(at));
            } else if let Some(inner) = piece.strip_prefix("poly(").and_then(|p| p.strip_suffix(')')) {
                found.extend(self.poly(text, span, inner)?);
            } else if let Some(found_one) = interaction(self, text, span)? {
                found.push(Feature::Interaction(found_one));
            } else if is_pattern(&piece)
                && let Err(e) = self.formula(text, span, Use::Feature)
            {
                let names = self.names.clone();
                let fits = |n: &String| !n.is_empty() && matches(&piece, n) && !skip.contains(n);
                let places: Vec<usize> = (0..names.len()).filter(|&i| fits(&names[i])).collect();
                let is_formula = || crate::formula::parse::parse(&Source::new("", piece.as_str())).is_ok();
                // a bracket behind the name of a vector, as in ln(v[1]), is a formula's fault
                if places.is_empty()
                    && (piece.contains('[') && piece.contains('(')
                        || self.names_one(&piece) && (is_formula() || piece.contains("**")))
                {
                    return Err(e);
                }
                if places.is_empty() {
                    let problem = PlanError::NoMatch { pattern: piece, columns: names };
                    return Err(text.locate_at(problem, span));
                }
                for at in places {
                    found.push(self.feature(at));
                }
            } else {
                let id = self.formula(text, span, Use::Feature)?;
                found.push(Feature::Number(piece, id));
            }
        }
        Ok(found)
    }

    fn poly(&mut self, text: &Text, span: Span, inner: &str) -> Result<Vec<Feature>, Located> {
        let bad = || text.locate_at(PlanError::BadPoly, span);
        let parts = split(inner);
        let [base, degree] = &parts[..] else { return Err(bad()) };
        if inner[base.range()].trim().is_empty() {
            return Err(bad());
        }
        let degree: u32 = inner[degree.range()].trim().parse().map_err(|_| bad())?;
        if !(1..=50).contains(&degree) {
            return Err(bad());
        }
        let start = span.start + text.text[span.range()].find("poly(").unwrap_or(0) + "poly(".len();
        let base_span = Span::new(start + base.start, start + base.end);
        let id = self.formula(text, base_span, Use::Feature)?;
        let written = inner[base.range()].trim();
        let (first, name) = match self.is_column(id) {
            Some(column) if is_plain(column) => (column.to_string(), column.to_string()),
            Some(column) => (column.to_string(), format!("`{column}`")),
            None => (written.to_string(), format!("({written})")),
        };
        let mut found = vec![Feature::Number(first, id)];
        for k in 2..=degree {
            let term = format!("{name}^{k}");
            let source = Source::new("--features", format!("{name}^{k}"));
            let node = read_plain(&mut self.graph, &source, &Scope::default()).map_err(|e| Located::at(e, &source))?;
            found.push(Feature::Number(term, node));
        }
        Ok(found)
    }
}

/// A name without the backquotes around it.
pub fn unquoted(name: &str) -> &str {
    name.strip_prefix('`').and_then(|n| n.strip_suffix('`')).filter(|n| !n.contains('`')).unwrap_or(name)
}

/// The parts of a text between commas outside parentheses and backquotes, blanks around them left out; a part of nothing but
/// blanks is all of these. A text of nothing else has no parts.
pub fn split(text: &str) -> Vec<Span> {
    split_at(text, ',')
}

/// The same between other signs.
pub fn split_at(text: &str, sign: char) -> Vec<Span> {
    let mut spans = Vec::new();
    if text.trim().is_empty() {
        return spans;
    }
    let (mut depth, mut start, mut quoted) = (0i32, 0, false);
    let mut push = |start: usize, end: usize| {
        let piece = &text[start..end];
        let from = start + (piece.len() - piece.trim_start().len());
        let to = from + piece.trim().len();
        spans.push(if to > from { Span::new(from, to) } else { Span::new(start, end) });
    };
    for (at, c) in text.char_indices() {
        match c {
            '`' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if c == sign && depth == 0 => {
                push(start, at);
                start = at + 1;
            }
            _ => {}
        }
    }
    push(start, text.len());
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_parentheses_do_not_split() {
        let text = " a , poly(x, 3),ln(b),, atan2(x, y)*2, `a,b`*(`c)` + 1) ";
        let parts: Vec<&str> = split(text).iter().map(|s| &text[s.range()]).collect();
        assert_eq!(parts, ["a", "poly(x, 3)", "ln(b)", "", "atan2(x, y)*2", "`a,b`*(`c)` + 1)"]);
        assert_eq!(split("a, ,").iter().map(|s| s.range()).collect::<Vec<_>>(), [0..1, 2..3, 4..4]);
        assert!(split(" ").is_empty());
    }
}
