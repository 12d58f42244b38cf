//! What a run remembers, as named numbers: written to a checkpoint and read back bit for bit.

use std::collections::BTreeMap;

use crate::objective::Evaluations;

/// Saves into it or loads from it: a method lists what it remembers once, for both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    entries: BTreeMap<String, Vec<f64>>,
    loading: bool,
    prefix: String,
    /// Names that were looked for and are not there.
    missing: Vec<String>,
}

impl State {
    /// To save into.
    pub fn new() -> Self {
        State::default()
    }

    /// To load from.
    pub fn of(entries: BTreeMap<String, Vec<f64>>) -> Self {
        State { entries, loading: true, ..State::default() }
    }

    /// Everything that was saved.
    pub fn entries(&self) -> &BTreeMap<String, Vec<f64>> {
        &self.entries
    }

    /// Whether this is loading.
    pub fn is_loading(&self) -> bool {
        self.loading
    }

    /// The first name that was asked for and is not there.
    pub fn missing(&self) -> Option<&str> {
        self.missing.first().map(String::as_str)
    }

    /// What follows belongs to a part of its own.
    pub fn part(&mut self, name: &str) {
        self.prefix = format!("{name}/");
    }

    /// A vector of any length.
    pub fn vector(&mut self, name: &str, value: &mut Vec<f64>) {
        let name = format!("{}{name}", self.prefix);
        if !self.loading {
            self.entries.insert(name, value.clone());
        } else if let Some(found) = self.entries.get_mut(&name) {
            *value = std::mem::take(found);
        } else {
            self.missing.push(name);
        }
    }

    /// Several vectors.
    pub fn vectors(&mut self, name: &str, value: &mut Vec<Vec<f64>>) {
        let mut count = value.len() as u64;
        self.count(&format!("{name}.count"), &mut count);
        value.resize(count as usize, Vec::new());
        for (i, v) in value.iter_mut().enumerate() {
            self.vector(&format!("{name}.{i}"), v);
        }
    }

    /// A number.
    pub fn number(&mut self, name: &str, value: &mut f64) {
        let mut one = vec![*value];
        self.vector(name, &mut one);
        if let [x] = one[..] {
            *value = x;
        }
    }

    /// A count, below 2^53.
    pub fn count(&mut self, name: &str, value: &mut u64) {
        let mut x = *value as f64;
        self.number(name, &mut x);
        *value = x as u64;
    }

    /// How often an objective was evaluated.
    pub fn evaluations(&mut self, count: &mut Evaluations) {
        self.count("evaluations.value", &mut count.value);
        self.count("evaluations.gradient", &mut count.gradient);
        self.count("evaluations.hessian_vector", &mut count.hessian_vector);
    }

    /// Yes or no.
    pub fn flag(&mut self, name: &str, value: &mut bool) {
        let mut x = f64::from(u8::from(*value));
        self.number(name, &mut x);
        *value = x != 0.0;
    }

    /// A square matrix by its entries.
    pub fn matrix(&mut self, name: &str, value: &mut crate::numeric::linalg::Matrix) {
        self.vector(name, &mut value.data);
        let n = (value.data.len() as f64).sqrt() as usize;
        (value.rows, value.cols) = (n, n);
    }
}
