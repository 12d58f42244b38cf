//! How the numbers of a point are called: a flat list of coordinates, cut into numbers, vectors and matrices. Uses the
//! naming of components in `formula`.

use std::ops::Range;

use crate::formula::unroll::component_name;

/// A variable: a number, a vector or a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// As written.
    pub name: String,
    /// `[]` for a number, `[n]` for a vector, `[n, m]` for a matrix (row-major).
    pub shape: Vec<usize>,
    /// Its place among the coordinates.
    pub range: Range<usize>,
}

impl Variable {
    /// Whether it is one number.
    pub fn is_number(&self) -> bool {
        self.shape.is_empty()
    }
}

/// The variables in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    variables: Vec<Variable>,
}

impl Layout {
    /// No variable yet.
    pub fn new() -> Self {
        Layout::default()
    }

    /// Adds a variable behind the others.
    pub fn push(&mut self, name: &str, shape: &[usize]) {
        let start = self.len();
        let end = start + shape.iter().product::<usize>();
        self.variables.push(Variable { name: name.to_string(), shape: shape.to_vec(), range: start..end });
    }

    /// The number of coordinates, n.
    pub fn len(&self) -> usize {
        self.variables.last().map_or(0, |v| v.range.end)
    }

    /// Whether there is no coordinate.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The variables, in order.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable of that name.
    pub fn find(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|v| v.name == name)
    }

    /// The same without variables of more than `most` components; places stay what they are.
    pub fn up_to(&self, most: usize) -> Layout {
        Layout { variables: self.variables.iter().filter(|v| v.range.len() <= most).cloned().collect() }
    }

    /// Whether every variable is a number.
    pub fn is_plain(&self) -> bool {
        self.variables.iter().all(Variable::is_number)
    }

    /// The name of coordinate `k`: `x`, `v(3)`, `W(1, 2)`.
    pub fn name(&self, k: usize) -> String {
        let at = self.variables.partition_point(|v| v.range.end <= k);
        match self.variables.get(at) {
            Some(v) if v.is_number() => v.name.clone(),
            Some(v) => component_name(&v.name, &v.shape, k - v.range.start),
            None => String::new(),
        }
    }

    /// The names of all coordinates: `[n]`. For few of them.
    pub fn names(&self) -> Vec<String> {
        (0..self.len()).map(|k| self.name(k)).collect()
    }
}
