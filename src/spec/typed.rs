//! The checked spec.

use super::binding::is_name;
use super::deserialize::unknown_key;
use super::error::SpecError;
use super::node::{Node, Table, Value};
use super::place::{Place, Text};
use super::quantity::{Quantity, numbers, quantity, shape};
use crate::error::Located;
use indexmap::IndexMap;

/// The keys of a spec that all verbs share, with what they are for. Suggestions, the schema and the checks use this list.
pub const KEYS: &[(&str, &str)] = &[
    ("name", "What reports call the problem."),
    ("formula", "The function: a formula in the variables, the constants and, with [data], the columns."),
    ("residual", "In place of formula: a residual for each row of [data]; the objective is the sum of their squares."),
    ("likelihood", "In place of formula: family, response, and the family's parameters as formulas."),
    ("command", "A program that evaluates the objective: its name and arguments."),
    ("seed", "Fixes randomness; the flag --seed wins over it."),
    ("allow", "Answers that count as yes; the flag --allow wins over it."),
    ("constants", "Names with numbers, or arrays of numbers, that stay fixed."),
    ("let", "Named sub-expressions, in order; later ones may use earlier ones."),
    ("variables", "Names with the values to evaluate at or to start from. Their order is the order of the gradient."),
    ("data", "The rows that the formula is evaluated for."),
];

/// The tables that hold options of one verb each. A verb reads its own and ignores the others', since one spec
/// serves several verbs.
pub const VERB_TABLES: &[&str] = &["grad", "descend", "regress", "gradcheck"];

/// A value with the place of its name.
#[derive(Clone, Debug)]
pub struct Named<T> {
    /// The value.
    pub value: T,
    /// Where the name stands.
    pub place: Place,
}

/// What is differentiated, minimised or checked.
#[derive(Clone, Debug)]
pub enum Objective {
    /// `formula`: the function itself, or its value per row.
    Formula(Text),
    /// `residual`: per row, squared and summed.
    Residual(Text),
    /// `[likelihood]`, as written: read by the verbs that know families.
    Likelihood(Node),
}

/// A variable: its value or start, and its box.
#[derive(Clone, Debug, Default)]
pub struct Variable {
    /// The value, the start, or a formula in the index; none where only the box is given.
    pub value: Option<Quantity>,
    /// Lower end of the box.
    pub min: Option<Quantity>,
    /// Upper end of the box.
    pub max: Option<Quantity>,
    /// `[n]` or `[n, m]` where a size is given.
    pub size: Option<Vec<usize>>,
}

/// The rows.
#[derive(Clone, Debug)]
pub struct Data {
    /// The file as written; [`Place::path`] says where that is.
    pub file: Text,
    /// How the rows' values become one.
    pub reduce: Option<Reduce>,
}

/// How the values of all rows become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduce {
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
}

/// A spec that was read and checked. Formulas are still text.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// What reports call the problem.
    pub name: Option<Text>,
    /// What it is about; none where the verb derives it or a program stands in its place.
    pub objective: Option<Objective>,
    /// The program and its arguments.
    pub command: Option<Named<Vec<String>>>,
    /// The seed, unless the default is to be used.
    pub seed: Option<u64>,
    /// Answers that count as yes, each with its place.
    pub allow: Vec<Text>,
    /// Fixed numbers and arrays.
    pub constants: IndexMap<String, Named<Quantity>>,
    /// Named sub-expressions, in order.
    pub lets: IndexMap<String, Named<Text>>,
    /// The variables, in order.
    pub variables: IndexMap<String, Named<Variable>>,
    /// The rows.
    pub data: Option<Data>,
}

impl Spec {
    /// Checks a tree. Fails at the first unknown key, wrong type or contradiction, with its place.
    pub fn read(tree: &Node) -> Result<Spec, Located> {
        let root = tree.table("spec")?;
        let mut spec = Spec::default();
        let mut objective: Option<(&'static str, Objective)> = None;
        for (key, (key_place, node)) in &root.entries {
            match key.as_str() {
                "name" => spec.name = Some(node.text("name")?),
                "formula" => only(&mut objective, "formula", Objective::Formula(node.text("formula")?), key_place)?,
                "residual" => only(&mut objective, "residual", Objective::Residual(node.text("residual")?), key_place)?,
                "likelihood" => {
                    node.table("likelihood")?;
                    only(&mut objective, "likelihood", Objective::Likelihood(node.clone()), key_place)?;
                }
                "command" => spec.command = Some(Named { value: command(node)?, place: key_place.clone() }),
                "seed" => spec.seed = Some(seed(node)?),
                "allow" => spec.allow = texts(node, "allow")?,
                "constants" => spec.constants = named(node, "constants", numbers)?,
                "let" => spec.lets = named(node, "let", |node, key| node.text(key))?,
                "variables" => spec.variables = named(node, "variables", variable)?,
                "data" => spec.data = Some(data(node)?),
                table if VERB_TABLES.contains(&table) => {
                    node.table(table)?;
                }
                _ => {
                    let known = KEYS.iter().map(|(k, _)| *k).chain(VERB_TABLES.iter().copied());
                    let known = known.map(str::to_string).collect();
                    let problem = unknown_key(key.clone(), String::new(), known, key_place);
                    return Err(key_place.locate(problem));
                }
            }
        }
        spec.objective = objective.map(|(_, o)| o);
        spec.distinct_names()?;
        Ok(spec)
    }

    /// The formula, where that is the objective.
    pub fn formula(&self) -> Option<&Text> {
        match &self.objective {
            Some(Objective::Formula(text)) => Some(text),
            _ => None,
        }
    }

    /// A name means one thing: constants, sub-expressions and variables share one room.
    fn distinct_names(&self) -> Result<(), Located> {
        let twice = |name: &str, first: &'static str, place: &Place| {
            place.locate(SpecError::DeclaredTwice { name: name.to_string(), first, at: place.span })
        };
        for (name, named) in &self.lets {
            if self.constants.contains_key(name) {
                return Err(twice(name, "constants", &named.place));
            }
        }
        for (name, named) in &self.variables {
            if self.constants.contains_key(name) {
                return Err(twice(name, "constants", &named.place));
            }
            if self.lets.contains_key(name) {
                return Err(twice(name, "let", &named.place));
            }
        }
        Ok(())
    }
}

fn only(
    slot: &mut Option<(&'static str, Objective)>,
    key: &'static str,
    objective: Objective,
    place: &Place,
) -> Result<(), Located> {
    if let Some((first, _)) = slot {
        return Err(place.locate(SpecError::TwoObjectives { first, second: key, at: place.span }));
    }
    *slot = Some((key, objective));
    Ok(())
}

fn named<T>(
    node: &Node,
    table: &str,
    read: impl Fn(&Node, &str) -> Result<T, Located>,
) -> Result<IndexMap<String, Named<T>>, Located> {
    let mut found = IndexMap::new();
    for (name, (place, node)) in &node.table(table)?.entries {
        if !is_name(name) {
            return Err(place.locate(SpecError::NotAName { name: name.clone(), at: place.span }));
        }
        let value = read(node, &format!("{table}.{name}"))?;
        found.insert(name.clone(), Named { value, place: place.clone() });
    }
    Ok(found)
}

fn variable(node: &Node, key: &str) -> Result<Variable, Located> {
    let Value::Table(table) = &node.value else {
        return match &node.value {
            Value::Integer(_) | Value::Float(_) | Value::Array(_) => {
                Ok(Variable { value: Some(numbers(node, key)?), ..Variable::default() })
            }
            _ => Err(node.wrong(key, "a number, an array or a table")),
        };
    };
    known_keys(table, key, &["value", "min", "max", "size"])?;
    let read = |name: &str| table.get(name).map(|node| quantity(node, &format!("{key}.{name}"))).transpose();
    let size = table.get("size").map(|node| shape(node, &format!("{key}.size"))).transpose()?;
    let variable = Variable { value: read("value")?, min: read("min")?, max: read("max")?, size };
    if let (Some(Quantity::Number(min)), Some(Quantity::Number(max))) = (&variable.min, &variable.max)
        && min > max
    {
        let at = &table.get("max").unwrap_or(node).place;
        let problem = SpecError::EmptyBox { key: key.to_string(), min: *min, max: *max, at: at.span };
        return Err(at.locate(problem));
    }
    if let (Some(size), Some(Quantity::Array { shape, .. })) = (&variable.size, &variable.value)
        && size != shape
    {
        let at = &table.get("size").unwrap_or(node).place;
        let by = |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" by ");
        let message = format!("the size is {}, the value's is {}", by(size), by(shape));
        return Err(at.locate(SpecError::BadValue { key: key.to_string(), message, at: at.span }));
    }
    Ok(variable)
}

fn data(node: &Node) -> Result<Data, Located> {
    let table = node.table("data")?;
    known_keys(table, "data", &["file", "reduce"])?;
    let Some(file) = table.get("file") else {
        let problem = SpecError::MissingKey { key: "file", table: "data".into(), at: node.place.span };
        return Err(node.place.locate(problem));
    };
    let reduce = table.get("reduce").map(reduce).transpose()?;
    Ok(Data { file: file.text("data.file")?, reduce })
}

fn reduce(node: &Node) -> Result<Reduce, Located> {
    match node.text("data.reduce")?.text.as_str() {
        "mean" => Ok(Reduce::Mean),
        "sum" => Ok(Reduce::Sum),
        other => {
            let message = format!("`{other}` is none of `mean`, `sum`");
            let problem = SpecError::BadValue { key: "data.reduce".into(), message, at: node.place.span };
            Err(node.place.locate(problem))
        }
    }
}

fn command(node: &Node) -> Result<Vec<String>, Located> {
    let words: Vec<String> = texts(node, "command")?.into_iter().map(|t| t.text).collect();
    if words.first().is_none_or(String::is_empty) {
        let problem = SpecError::EmptyArray { key: "command".into(), at: node.place.span };
        return Err(node.place.locate(problem));
    }
    Ok(words)
}

fn texts(node: &Node, key: &str) -> Result<Vec<Text>, Located> {
    match &node.value {
        Value::Array(items) => items.iter().map(|item| item.text(key)).collect(),
        Value::Text(_) => Ok(vec![node.text(key)?]),
        _ => Err(node.wrong(key, "an array of strings")),
    }
}

fn seed(node: &Node) -> Result<u64, Located> {
    match &node.value {
        Value::Integer(i) if *i >= 0 => Ok(*i as u64),
        _ => Err(node.wrong("seed", "an integer, 0 or more")),
    }
}

fn known_keys(table: &Table, name: &str, known: &[&str]) -> Result<(), Located> {
    for (key, (place, _)) in &table.entries {
        if !known.contains(&key.as_str()) {
            let known = known.iter().map(|k| k.to_string()).collect();
            return Err(place.locate(unknown_key(key.clone(), name.to_string(), known, place)));
        }
    }
    Ok(())
}
