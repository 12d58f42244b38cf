//! The request as a tree: TOML's values, each with its place. File, `--set` and flags are merged in this form.

use super::error::SpecError;
use super::place::{Origin, Place, Text};
use crate::error::{Located, Span};
use indexmap::IndexMap;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Node {
    /// What was written.
    pub value: Value,
    /// Where.
    pub place: Place,
}

/// TOML's kinds of values.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text in quotes.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point or an exponent; infinite and undefined ones are refused where a number is needed.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or a time, which nothing in a spec wants.
    Datetime(String),
    /// Values in brackets.
    Array(Vec<Node>),
    /// Keys and values.
    Table(Table),
}

/// Keys in the order in which they were written. The key's own place stands beside its value.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Key, place of the key, value.
    pub entries: IndexMap<String, (Place, Node)>,
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.get(key).map(|(_, node)| node)
    }

    /// Sets a key; one that stands already keeps its position.
    pub fn insert(&mut self, key: &str, place: Place, node: Node) {
        self.entries.insert(key.to_string(), (place, node));
    }
}

impl Node {
    /// A table without keys.
    pub fn empty_table(place: Place) -> Node {
        Node { value: Value::Table(Table::default()), place }
    }

    /// Its kind, as messages say it.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "a boolean",
            Value::Datetime(_) => "a date",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }

    /// The keys and values, or an error that names `key`.
    pub fn table(&self, key: &str) -> Result<&Table, Located> {
        match &self.value {
            Value::Table(table) => Ok(table),
            _ => Err(self.wrong(key, "a table")),
        }
    }

    /// The text, or an error that names `key`. On the command line quotes are the shell's, so that there a number
    /// stands for its own text: `--set formula=1`.
    pub fn text(&self, key: &str) -> Result<Text, Located> {
        let origin = &self.place.origin.source;
        let text = match &self.value {
            Value::Text(text) => text.clone(),
            Value::Integer(_) | Value::Float(_) if origin.name.starts_with('-') => {
                origin.text[self.place.span.range()].to_string()
            }
            _ => return Err(self.wrong(key, "a string")),
        };
        Ok(Text { text, place: self.place.clone(), key: key.to_string() })
    }

    /// The error "`key` is to be `expected`".
    pub fn wrong(&self, key: &str, expected: &str) -> Located {
        self.place.locate(SpecError::WrongType {
            key: key.to_string(),
            expected: expected.to_string(),
            found: self.kind(),
            at: self.place.span,
        })
    }

    /// The node at `grad.at.0`: keys of tables, positions (from 0) in arrays.
    pub fn find(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, step| match &node.value {
            Value::Table(table) => table.get(step),
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Sets `path` (keys of tables, each with its place), making the tables on the way.
    /// Fails where something on the way is no table.
    pub fn set(&mut self, path: &[(String, Place)], node: Node) -> Result<(), Located> {
        let Some(((last, last_place), way)) = path.split_last() else { return Ok(()) };
        let mut at = self;
        let mut walked = String::new();
        for (key, place) in way {
            let kind = at.kind();
            let Value::Table(table) = &mut at.value else { return Err(through(&walked, kind, place)) };
            walked = if walked.is_empty() { key.clone() } else { format!("{walked}.{key}") };
            let entry = table.entries.entry(key.clone());
            at = &mut entry.or_insert_with(|| (place.clone(), Node::empty_table(place.clone()))).1;
        }
        let kind = at.kind();
        let Value::Table(table) = &mut at.value else { return Err(through(&walked, kind, last_place)) };
        table.insert(last, last_place.clone(), node);
        Ok(())
    }

    /// Takes away a key of the root.
    pub fn remove(&mut self, key: &str) {
        if let Value::Table(table) = &mut self.value {
            table.entries.shift_remove(key);
        }
    }
}

fn through(key: &str, found: &'static str, place: &Place) -> Located {
    place.locate(SpecError::NotATable { key: key.to_string(), found, at: place.span })
}

/// A TOML document as a tree. Fails at syntax errors and at integers beyond 64 bits.
pub fn parse_document(origin: &Arc<Origin>) -> Result<Node, Located> {
    let text = &origin.source.text;
    match DeTable::parse(text) {
        Ok(table) => convert(Spanned::new(0..text.len(), DeValue::Table(table.into_inner())), 0, origin),
        Err(e) => Err(syntax(&e, 0, origin)),
    }
}

/// The value of one `--set` or `--const`: a part of the origin's text.
pub fn parse_value(origin: &Arc<Origin>, part: Span) -> Result<Node, Located> {
    match DeValue::parse(&origin.source.text[part.range()]) {
        Ok(value) => convert(value, part.start, origin),
        Err(e) => Err(syntax(&e, part.start, origin)),
    }
}

/// Whether a text is a TOML value as far as its form goes.
pub fn is_toml(text: &str) -> bool {
    DeValue::parse(text).is_ok()
}

/// The `toml` crate's error in our words.
fn syntax(e: &toml::de::Error, start: usize, origin: &Arc<Origin>) -> Located {
    let span = e.span().map_or(Span::default(), |s| Span::new(s.start + start, s.end + start));
    // Its messages may have a second line ("expected ..."): joined, so that ours stay one line.
    let message = e.message().lines().collect::<Vec<_>>().join(", ");
    Located::at(SpecError::Syntax { message, at: span }, &origin.source)
}

/// `by`: where the parsed text begins in the origin's. Recursion is bounded: the parser refuses what is nested deeper
/// than 80.
fn convert(value: Spanned<DeValue<'_>>, by: usize, origin: &Arc<Origin>) -> Result<Node, Located> {
    let moved = |span: std::ops::Range<usize>| Span::new(span.start + by, span.end + by);
    let span = moved(value.span());
    let place = Place { origin: origin.clone(), span };
    let value = match value.into_inner() {
        DeValue::String(s) => Value::Text(s.into_owned()),
        DeValue::Boolean(b) => Value::Boolean(b),
        DeValue::Datetime(d) => Value::Datetime(d.to_string()),
        DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
            Ok(i) => Value::Integer(i),
            Err(_) => return Err(place.locate(SpecError::IntegerTooLarge { text: i.to_string(), at: span })),
        },
        DeValue::Float(x) => match x.as_str().parse::<f64>() {
            Ok(v) if v.is_finite() || x.as_str().contains(['n', 'N']) => Value::Float(v),
            _ => return Err(place.locate(SpecError::OutOfRange { text: x.to_string(), at: span })),
        },
        DeValue::Array(items) => {
            Value::Array(items.into_iter().map(|item| convert(item, by, origin)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => {
            let mut entries = IndexMap::new();
            for (key, value) in table {
                let key_place = Place { origin: origin.clone(), span: moved(key.span()) };
                entries.insert(key.into_inner().into_owned(), (key_place, convert(value, by, origin)?));
            }
            Value::Table(Table { entries })
        }
    };
    Ok(Node { value, place })
}
