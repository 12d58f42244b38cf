//! Interactions: products of categories with each other or with numbers, `city*area`, a slope for each level.
//!
//! Uses the list of features; knows no files and no fits.

use super::features::{Columns, Feature, Use, split_at};
use super::problem::PlanError;
use crate::error::{Located, Span};
use crate::formula::graph::NodeId;
use crate::formula::lower::Scope;
use crate::formula::read_plain;
use crate::regress::Term;
use crate::spec::Text;

/// A product in which categories stand.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// As written.
    pub name: String,
    /// The categories, by their places among those in use, in that order.
    pub categories: Vec<usize>,
    /// The product of the other factors: its text and node.
    pub number: Option<(String, NodeId)>,
}

impl PartialEq for Interaction {
    /// Whether it is the same product, however it was written.
    fn eq(&self, other: &Self) -> bool {
        let node = |i: &Interaction| i.number.as_ref().map(|n| n.1);
        self.categories == other.categories && node(self) == node(other)
    }
}

impl Interaction {
    /// Whether what is left without `category` is a feature by itself: the category then tells differences to its reference
    /// level, else a level's own slope. The rule of S and R (Chambers and Hastie 1992, section 2.4.1).
    pub fn has_margin(&self, category: usize, features: &[Feature]) -> bool {
        let mut rest = self.clone();
        rest.categories.retain(|c| *c != category);
        features.iter().any(|feature| match (feature, &rest.categories[..], &rest.number) {
            (Feature::Number(_, id), [], Some((_, number))) => id == number,
            (Feature::Category(c), [other], None) => c == other,
            (Feature::Interaction(i), ..) => *i == rest,
            _ => false,
        })
    }
}

/// The levels of a category that have columns.
#[derive(Clone, Copy, Debug)]
pub struct Coded<'l> {
    /// Its place among those in use.
    pub category: usize,
    /// Its name.
    pub column: &'l str,
    /// All levels.
    pub levels: &'l [String],
    /// The first one with a column: 1 where level 0 is the reference.
    pub first: usize,
}

/// The columns of a product, with their names: one for each choice of levels, those of the first category changing first, as
/// in R. `number`: what is multiplied.
pub fn crossed(categories: &[Coded<'_>], number: Option<(&str, NodeId)>) -> (Vec<String>, Vec<Term>) {
    let mut choices: Vec<Vec<(usize, u32)>> = vec![Vec::new()];
    for coded in categories.iter().rev() {
        let with = |choice: &Vec<(usize, u32)>| {
            let levels = coded.first..coded.levels.len();
            levels.map(|l| [&[(coded.category, l as u32)], &choice[..]].concat()).collect::<Vec<_>>()
        };
        choices = choices.iter().flat_map(with).collect();
    }
    let name = |choice: &Vec<(usize, u32)>| {
        let levels = categories.iter().zip(choice);
        let levels = levels.map(|(coded, (_, level))| format!("{}={}", coded.column, coded.levels[*level as usize]));
        levels.chain(number.map(|n| n.0.to_string())).collect::<Vec<_>>().join("*")
    };
    let names = choices.iter().map(name).collect();
    (names, choices.into_iter().map(|levels| Term::Levels { levels, of: number.map(|n| n.1) }).collect())
}

/// The feature that a part of a text means, if it is a product of which a factor is a category.
pub fn interaction(columns: &mut Columns, text: &Text, span: Span) -> Result<Option<Interaction>, Located> {
    let piece = &text.text[span.range()];
    let factors = split_at(piece, '*');
    let factor = |s: &Span| piece[s.range()].trim();
    let category = |name: &str| columns.position(name).filter(|&at| columns.is_category[at]);
    let whole = !piece.contains("**") && factors.iter().all(|s| binds(factor(s)) || category(factor(s)).is_some());
    if factors.len() < 2 || !whole || factors.iter().all(|s| category(factor(s)).is_none()) {
        return Ok(None);
    }
    let (mut categories, mut numbers) = (Vec::new(), Vec::new());
    for s in &factors {
        match columns.position(factor(s)).filter(|&at| columns.is_category[at]) {
            Some(at) => {
                let name = columns.names[at].clone();
                categories.push(columns.category(&name));
            }
            None => {
                let own = Span::new(span.start + s.start, span.start + s.end);
                numbers.push((factor(s).to_string(), columns.formula(text, own, Use::Feature)?));
            }
        }
    }
    categories.sort_unstable();
    categories.dedup(); // the square of a category's column is the column
    let number = match &numbers[..] {
        [] => None,
        [one] => Some(one.clone()),
        several => {
            let product = several.iter().map(|n| columns.kept(&n.0, n.1)).collect::<Vec<_>>().join("*");
            let source = crate::error::Source::new("--features", product.clone());
            let node = read_plain(&mut columns.graph, &source, &Scope::default());
            Some((product, node.map_err(|e| Located::at(e, &source))?))
        }
    };
    if let Some((factor, id)) = &number
        && columns.used(*id).is_empty()
    {
        // its columns would be those of the category in another unit
        let column = columns.categories[categories[0]].clone();
        let help = format!("give it as a feature by itself, --features {column}, or times a column of numbers");
        let problem = PlanError::Multiple { column, factor: factor.clone(), help };
        return Err(text.locate_at(problem, span));
    }
    Ok(Some(Interaction { name: piece.trim().to_string(), categories, number }))
}

/// Whether a factor holds together beside a `*`: no sum and no comparison outside parentheses.
fn binds(factor: &str) -> bool {
    let (mut depth, mut quoted, mut before) = (0i32, false, Vec::new());
    for c in factor.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '`' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            '<' | '>' | '=' | '!' | '&' | '|' | '?' if depth == 0 => return false,
            '+' | '-' if depth == 0 => {
                let sign = match before[..] {
                    [] => true,
                    [.., '/' | '^'] => true,
                    // 1e-3
                    [.., digit, 'e' | 'E'] => digit.is_ascii_digit() || digit == '.',
                    _ => false,
                };
                if !sign {
                    return false;
                }
            }
            _ => {}
        }
        before.push(c);
    }
    !factor.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_hold_together() {
        for (factor, want) in [
            ("area", true),
            ("area/rooms", true),
            ("(area - 1)", true),
            ("area - 1", false),
            ("area^-2", true),
            ("1e-3", true),
            ("-area", true),
            ("area > 3", false),
            ("if(area > 3, 1, 0)", true),
            ("`a-b`", true),
            ("", false),
        ] {
            assert_eq!(binds(factor), want, "{factor}");
        }
    }
}
