//! The values of variables and the ends of their boxes as the spec gives them: numbers, arrays, formulas in the index.

use std::sync::Arc;

use indexmap::IndexMap;

use super::error::{ProblemError, shape_words};
use crate::engine::compile;
use crate::error::{Located, Span};
use crate::formula::graph::{Graph, InputKind, MAX_LEVELS};
use crate::formula::lower::{Scope, lower};
use crate::formula::parse::parse;
use crate::formula::ranges::{Fixed, NO_INDICES};
use crate::formula::read_plain;
use crate::formula::unroll::component_name;
use crate::numeric::block::LANES;
use crate::spec::{Named, Quantity, Text, Variable};

/// The spec's constants, declared in `graph`: numbers by name, arrays as arrays.
pub fn declare_constants(graph: &mut Graph, constants: &IndexMap<String, Named<Quantity>>) {
    for (name, constant) in constants {
        match &constant.value {
            Quantity::Number(value) => {
                graph.declare(name, InputKind::Constant(*value));
            }
            Quantity::Array { shape, values } => {
                graph.declare_array(name, shape, Some(Arc::from(values.as_slice())));
            }
            // constants are numbers, says the spec's reader
            Quantity::Formula(_) => {}
        }
    }
}

/// The shape of a variable: its size, else that of its value, else that of an end of its box.
pub fn shape(variable: &Variable) -> Vec<usize> {
    if let Some(size) = &variable.size {
        return size.clone();
    }
    let of = |q: &Option<Quantity>| match q {
        Some(Quantity::Array { shape, .. }) => Some(shape.clone()),
        _ => None,
    };
    of(&variable.value).or_else(|| of(&variable.min)).or_else(|| of(&variable.max)).unwrap_or_default()
}

/// All components of a quantity that has `shape`: `[product of shape]`.
pub fn components(
    name: &str,
    quantity: &Quantity,
    shape: &[usize],
    place: &Named<Variable>,
    constants: &IndexMap<String, Named<Quantity>>,
) -> Result<Vec<f64>, Located> {
    let count: usize = shape.iter().product();
    match quantity {
        Quantity::Number(x) => Ok(vec![*x; count]),
        Quantity::Array { shape: own, values } if own == shape => Ok(values.clone()),
        Quantity::Array { shape: own, .. } => {
            let found = shape_words(own).replacen("is ", "", 1);
            let problem = ProblemError::Shape { name: name.into(), wanted: shape_words(shape), found };
            Err(place.place.locate_whole(problem))
        }
        Quantity::Formula(text) => by_formula(name, text, shape, constants),
    }
}

/// A formula in the index `i`, or `i` and `j`.
fn by_formula(
    name: &str,
    text: &Text,
    shape: &[usize],
    constants: &IndexMap<String, Named<Quantity>>,
) -> Result<Vec<f64>, Located> {
    let own = &["i", "j"][..shape.len()];
    let mut graph = Graph::new();
    // an index hides a constant of that name
    let outer = constants.iter().filter(|(n, _)| !own.contains(&n.as_str()));
    declare_constants(&mut graph, &outer.map(|(n, q)| (n.clone(), q.clone())).collect());
    let values = if graph.arrays().is_empty() {
        in_blocks(&mut graph, text, own, shape)?
    } else {
        one_by_one(&mut graph, text, own, shape)?
    };
    match values.iter().position(|x| !x.is_finite()) {
        None => Ok(values),
        Some(k) => {
            let whole = Span::new(0, text.text.len());
            if shape.is_empty() {
                return Err(text.locate_at(ProblemError::NotFinite, whole));
            }
            let place = component_name(name, shape, k);
            Err(text.locate_at(ProblemError::Component { name: name.into(), place }, whole))
        }
    }
}

/// The row and column of component `k`, from 1.
fn at(shape: &[usize], k: usize) -> [f64; 2] {
    let columns = shape.get(1).copied().unwrap_or(1);
    [(k / columns + 1) as f64, (k % columns + 1) as f64]
}

/// The formula compiled, the indices being its lanes.
fn in_blocks(graph: &mut Graph, text: &Text, own: &[&str], shape: &[usize]) -> Result<Vec<f64>, Located> {
    for n in own {
        graph.declare(n, InputKind::Column);
    }
    let root = read_plain(graph, &text.source(), &Scope::default()).map_err(|e| text.locate(e))?;
    let program = compile(graph, &[root]);
    let mut scratch = program.scratch();
    let places = own.iter().map(|n| graph.inputs().iter().position(|i| i.name == *n).unwrap_or(0));
    let places: Vec<usize> = places.collect();
    let mut lanes = [vec![0.0; LANES], vec![0.0; LANES]];
    let mut outputs = vec![Vec::new()];
    let count: usize = shape.iter().product();
    let mut values = Vec::with_capacity(count);
    while values.len() < count {
        let n = (count - values.len()).min(LANES);
        for (k, x) in lanes.iter_mut().enumerate() {
            x[..n].iter_mut().zip(values.len()..).for_each(|(x, component)| *x = at(shape, component)[k]);
        }
        let mut inputs: Vec<&[f64]> = vec![&[]; graph.inputs().len()];
        places.iter().zip(&lanes).for_each(|(&place, lane)| inputs[place] = &lane[..n]);
        program.run(&mut scratch, &inputs, n, &mut outputs);
        values.extend_from_slice(&outputs[0]);
    }
    Ok(values)
}

/// The formula with components of constant arrays in it, one index after the other.
fn one_by_one(graph: &mut Graph, text: &Text, own: &[&str], shape: &[usize]) -> Result<Vec<f64>, Located> {
    let mut scope = Scope::default();
    // below all depths that reductions inside the formula take
    for (level, name) in (MAX_LEVELS..).zip(own) {
        scope.lets.insert(name.to_string(), graph.index(level));
        graph.name_index(level, name);
    }
    let tree = parse(&text.source()).map_err(|e| text.locate(e))?;
    let root = lower(graph, &tree, &scope).map_err(|e| text.locate(e))?;
    let fixed = Fixed::new(graph);
    let mut indices = NO_INDICES;
    let value = |k| {
        [indices[MAX_LEVELS as usize], indices[MAX_LEVELS as usize + 1]] = at(shape, k);
        fixed.value(graph, root, &indices)
    };
    Ok((0..shape.iter().product()).map(value).collect())
}
