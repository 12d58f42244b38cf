//! Numbers, vectors and matrices as the spec writes them.

use super::error::SpecError;
use super::node::{Node, Value};
use super::place::Text;
use crate::error::Located;

/// The value of a constant or a variable.
#[derive(Clone, Debug)]
pub enum Quantity {
    /// One number.
    Number(f64),
    /// A formula (in the index `i`, or `i` and `j`, where a size is given).
    Formula(Text),
    /// A vector (`shape: [n]`) or a matrix (`shape: [n, m]`, values row-major).
    Array {
        /// One or two lengths.
        shape: Vec<usize>,
        /// All entries, row after row.
        values: Vec<f64>,
    },
}

/// A finite number. Integers count as numbers as far as f64 holds them, that is to 2^53.
pub fn number(node: &Node, key: &str) -> Result<f64, Located> {
    let at = node.place.span;
    match &node.value {
        Value::Integer(i) if i.unsigned_abs() <= 1 << 53 => Ok(*i as f64),
        Value::Integer(i) => Err(node.place.locate(SpecError::IntegerTooLarge { text: i.to_string(), at })),
        Value::Float(x) if x.is_finite() => Ok(*x),
        Value::Float(x) => {
            let found = x.to_string().to_lowercase();
            Err(node.place.locate(SpecError::NotFinite { key: key.to_string(), found, at }))
        }
        _ => Err(node.wrong(key, "a number")),
    }
}

/// A number, or a vector or matrix of numbers.
pub fn numbers(node: &Node, key: &str) -> Result<Quantity, Located> {
    match &node.value {
        Value::Integer(_) | Value::Float(_) => number(node, key).map(Quantity::Number),
        Value::Array(items) => array(items, node, key),
        _ => Err(node.wrong(key, "a number or an array of numbers")),
    }
}

/// A number, an array, or a formula.
pub fn quantity(node: &Node, key: &str) -> Result<Quantity, Located> {
    match &node.value {
        Value::Text(_) => node.text(key).map(Quantity::Formula),
        Value::Integer(_) | Value::Float(_) | Value::Array(_) => numbers(node, key),
        _ => Err(node.wrong(key, "a number, an array of numbers or a formula")),
    }
}

fn array(items: &[Node], node: &Node, key: &str) -> Result<Quantity, Located> {
    let at = node.place.span;
    let empty = || SpecError::EmptyArray { key: key.to_string(), at };
    let Some(first) = items.first() else { return Err(node.place.locate(empty())) };
    let Value::Array(first_row) = &first.value else {
        let mut values = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if matches!(item.value, Value::Array(_)) {
                return Err(ragged(item, i, key));
            }
            values.push(number(item, &format!("{key}({})", i + 1))?);
        }
        return Ok(Quantity::Array { shape: vec![values.len()], values });
    };
    let columns = first_row.len();
    if columns == 0 {
        return Err(first.place.locate(empty()));
    }
    let mut values = Vec::with_capacity(items.len() * columns);
    for (i, item) in items.iter().enumerate() {
        let row = match &item.value {
            Value::Array(row) if row.len() == columns => row,
            _ => return Err(ragged(item, i, key)),
        };
        for (j, entry) in row.iter().enumerate() {
            if matches!(entry.value, Value::Array(_)) {
                let at = entry.place.span;
                return Err(entry.place.locate(SpecError::TooDeep { key: key.to_string(), at }));
            }
            values.push(number(entry, &format!("{key}({}, {})", i + 1, j + 1))?);
        }
    }
    Ok(Quantity::Array { shape: vec![items.len(), columns], values })
}

fn ragged(item: &Node, index: usize, key: &str) -> Located {
    item.place.locate(SpecError::Ragged { key: key.to_string(), entry: index + 1, at: item.place.span })
}

/// The lengths of a vector or a matrix: `n` or `[n, m]`, each at least 1.
pub fn shape(node: &Node, key: &str) -> Result<Vec<usize>, Located> {
    let length = |node: &Node| match &node.value {
        Value::Integer(n) if *n >= 1 => Ok(*n as usize),
        Value::Integer(n) => {
            let message = format!("a length is 1 or more, found {n}");
            Err(node.place.locate(SpecError::BadValue { key: key.to_string(), message, at: node.place.span }))
        }
        _ => Err(node.wrong(key, "an integer or an array of two")),
    };
    match &node.value {
        Value::Array(items) if items.len() == 1 || items.len() == 2 => items.iter().map(length).collect(),
        Value::Array(items) => {
            let message = format!("one or two lengths are wanted, found {}", items.len());
            Err(node.place.locate(SpecError::BadValue { key: key.to_string(), message, at: node.place.span }))
        }
        _ => Ok(vec![length(node)?]),
    }
}
