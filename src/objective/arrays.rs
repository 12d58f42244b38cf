//! A formula with long reductions: its gradient as loops that add, its program, and all of it as an [`Objective`].

use super::cause::cause;
use super::{EvaluationError, Layout, Objective, Offers};
use crate::engine::loops::{LoopProgram, LoopScratch, build};
use crate::formula::corners::corners;
use crate::formula::differentiate::tangents_over;
use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::formula::loops::{LoopGradient, component_form, gradient};
use crate::formula::ranges::{Fixed, where_};
use crate::formula::tidy::{nonzero_where_defined, tidy};
use crate::formula::unroll::write_out_short;
use crate::numeric::block::Isa;

/// f of a formula over numbers and arrays, any of which may be long.
#[derive(Clone, Debug)]
pub struct ArrayFormula {
    /// Everything lives here.
    pub graph: Graph,
    /// f
    pub value: NodeId,
    /// How the coordinates are called.
    pub layout: Layout,
    /// The partials by the numbers among the variables, in their order, and the loops that add up those by the arrays.
    pub gradient: LoopGradient,
    /// True where the partials of some term are no evidence: at a kink or a jump.
    pub corner: Option<NodeId>,
    /// Of each variable: the input or the array it is.
    places: Vec<Place>,
    numbers: Vec<NodeId>,
    arrays: Vec<u32>,
}

/// What a variable is in the graph.
#[derive(Clone, Copy, Debug)]
enum Place {
    Input(usize),
    Array(usize),
}

impl ArrayFormula {
    /// Differentiates `value` by all variables of `layout`; their names must be declared in `graph`.
    pub fn new(mut graph: Graph, value: NodeId, layout: Layout) -> Self {
        let mut places = Vec::new();
        let (mut numbers, mut arrays) = (Vec::new(), Vec::new());
        for v in layout.variables() {
            if let Some(array) = graph.array_named(&v.name) {
                places.push(Place::Array(array as usize));
                arrays.push(array);
            } else {
                let id = graph.declare(&v.name, InputKind::Variable);
                let at = graph.inputs().iter().position(|i| i.name == v.name);
                places.push(Place::Input(at.unwrap_or(0)));
                numbers.push(id);
            }
        }
        let born = graph.len();
        let raw = gradient(&mut graph, value, &numbers, &arrays, false);
        let gradient = tidied(&mut graph, value, born, raw);
        let mut wrt = numbers.clone();
        wrt.extend(graph.ids().filter(|&id| matches!(graph.node(id), Node::Element(a, _) if arrays.contains(&a))));
        let corner = corners(&mut graph, value, &wrt).any;
        ArrayFormula { graph, value, layout, gradient, corner, places, numbers, arrays }
    }
}

impl ArrayFormula {
    /// The same function with the short reductions inside others written out: faster, and longer to print.
    pub fn without_short_loops(self) -> Self {
        let ArrayFormula { mut graph, value, layout, .. } = self;
        let value = write_out_short(&mut graph, value);
        ArrayFormula::new(graph, value, layout)
    }
}

/// The partials of a formula as nodes to be printed.
#[derive(Clone, Debug)]
pub struct Forms {
    /// Everything lives here.
    pub graph: Graph,
    /// Of each variable: how its coordinates are called (`x`, `v(i)`, `W(i, j)`) and the partial in these indices, where it has a
    /// form in them.
    pub partials: Vec<(String, Option<NodeId>)>,
}

impl ArrayFormula {
    /// The partials as a person writes them.
    pub fn forms(&self) -> Forms {
        let mut graph = self.graph.clone();
        let mut numbers = self.gradient.numbers.iter();
        let mut partials = Vec::new();
        for (v, place) in self.layout.variables().iter().zip(&self.places) {
            match *place {
                Place::Input(_) => partials.push((v.name.clone(), numbers.next().copied())),
                Place::Array(array) => {
                    let born = graph.len();
                    let node = component_form(&mut graph, array as u32, &self.gradient.scatters);
                    let nonzero = nonzero_where_defined(&graph, self.value);
                    let node = node.map(|node| tidy(&mut graph, &[node], born, &nonzero)[0]);
                    let indices: Vec<String> = (0..v.shape.len()).map(|d| graph.index_name(d as u32)).collect();
                    partials.push((format!("{}({})", v.name, indices.join(", ")), node));
                }
            }
        }
        Forms { graph, partials }
    }
}

/// The same loops with their values as a person writes them.
fn tidied(g: &mut Graph, value: NodeId, born: usize, raw: LoopGradient) -> LoopGradient {
    let nonzero = nonzero_where_defined(g, value);
    let roots: Vec<NodeId> = raw.numbers.iter().copied().chain(raw.scatters.iter().map(|s| s.value)).collect();
    let mut new = tidy(g, &roots, born, &nonzero).into_iter();
    let numbers = new.by_ref().take(raw.numbers.len()).collect();
    let mut scatters = raw.scatters;
    scatters.iter_mut().zip(new).for_each(|(s, value)| s.value = value);
    LoopGradient { numbers, scatters }
}

/// An [`ArrayFormula`] that can be evaluated.
#[derive(Debug)]
pub struct ArrayObjective {
    formula: ArrayFormula,
    inputs: Vec<f64>,
    isa: Isa,
    value: Compiled,
    sloped: Compiled,
    product: Option<Product>,
    corner: Option<Compiled>,
    careful: Option<(ArrayFormula, Compiled)>,
}

#[derive(Debug)]
struct Compiled {
    program: LoopProgram,
    scratch: LoopScratch,
    outputs: Vec<f64>,
}

/// The Hessian times a direction; the direction's parts are inputs and arrays of their own.
#[derive(Debug)]
struct Product {
    graph: Graph,
    compiled: Compiled,
    /// Of each variable: where its part of the direction goes.
    directions: Vec<Place>,
}

impl Compiled {
    fn new(program: LoopProgram, isa: Isa) -> Self {
        Compiled { scratch: program.scratch_for(isa), outputs: vec![0.0; program.outputs()], program }
    }
}

impl ArrayObjective {
    /// Compiles value and gradient. Short reductions inside others are written out first.
    pub fn new(formula: ArrayFormula) -> Self {
        ArrayObjective::on(formula.without_short_loops(), Isa::detect())
    }

    /// Compiles a formula as it is, for a given instruction set: the bits are the same on each.
    pub fn on(mut formula: ArrayFormula, isa: Isa) -> Self {
        let value = Compiled::new(build(&mut formula.graph, &[formula.value], &[]), isa);
        let mut outputs = vec![formula.value];
        outputs.extend(&formula.gradient.numbers);
        let sloped = build(&mut formula.graph, &outputs, &formula.gradient.scatters);
        let sloped = Compiled::new(sloped, isa);
        let inputs = vec![0.0; formula.graph.inputs().len()];
        ArrayObjective { inputs, formula, isa, value, sloped, product: None, corner: None, careful: None }
    }

    /// Whether a kink, a jump or a tie is met at `x: [n]`, so that some partials are no evidence.
    pub fn is_cornered(&mut self, x: &[f64]) -> bool {
        let Some(corner) = self.formula.corner else { return false };
        let isa = self.isa;
        let compiled =
            self.corner.get_or_insert_with(|| Compiled::new(build(&mut self.formula.graph, &[corner], &[]), isa));
        let f = &self.formula;
        let mut inputs = vec![0.0; f.graph.inputs().len()];
        let mut arrays = fixed(&f.graph);
        spread(&f.places, &f.layout, x, &mut inputs, &mut arrays);
        compiled.program.run(&mut compiled.scratch, &inputs, &arrays, &mut compiled.outputs, &mut []);
        compiled.outputs[0] != 0.0
    }

    /// The gradient with NaN for every partial that a kink, a jump or a tie enters; `x`, `gradient`: \[n\].
    pub fn careful_gradient(&mut self, x: &[f64], gradient: &mut [f64]) {
        let (f, isa) = (&self.formula, self.isa);
        let (careful, compiled) = self.careful.get_or_insert_with(|| {
            let mut f = f.clone();
            f.gradient = self::gradient(&mut f.graph, f.value, &f.numbers, &f.arrays, true);
            let program = build(&mut f.graph, &f.gradient.numbers, &f.gradient.scatters);
            (f, Compiled::new(program, isa))
        });
        let mut inputs = vec![0.0; careful.graph.inputs().len()];
        let mut arrays = fixed(&careful.graph);
        spread(&careful.places, &careful.layout, x, &mut inputs, &mut arrays);
        slopes(compiled, &arrays, &inputs, &careful.places, &careful.layout, 0, gradient);
    }

    /// Why f is not finite at `x: [n]`: the sub-expression, with the indices at which it is met, and whether it is undefined there (else
    /// it overflows). `None` where f is finite.
    pub fn explain(&self, x: &[f64]) -> Option<(bool, String)> {
        let f = &self.formula;
        let mut inputs = vec![0.0; f.graph.inputs().len()];
        let mut arrays = fixed(&f.graph);
        spread(&f.places, &f.layout, x, &mut inputs, &mut arrays);
        let point = Fixed::at(&f.graph, &inputs, &arrays);
        let (id, indices) = point.culprit(&f.graph, f.value)?;
        let place = where_(&f.graph, id, &indices);
        let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
        let args = f.graph.as_apply(id).map_or(&[][..], |(_, args)| args);
        let values: Vec<f64> = args.iter().map(|&a| point.value(&f.graph, a, &indices)).collect();
        let (undefined, why) = cause(&f.graph, id, &values);
        Some((undefined, format!("{why}{place}")))
    }

    /// The formula.
    pub fn formula(&self) -> &ArrayFormula {
        &self.formula
    }

    fn make_product(&self) -> Product {
        let mut graph = self.formula.graph.clone();
        let g = &self.formula.gradient;
        let (mut seeds, mut pairs, mut directions) = (Vec::new(), Vec::new(), Vec::new());
        for (v, place) in self.formula.layout.variables().iter().zip(&self.formula.places) {
            // no name of a user's ends so
            let name = format!("{}'", v.name);
            match place {
                Place::Array(array) => {
                    let own = graph.declare_array(&name, &v.shape, None);
                    pairs.push((*array as u32, own));
                    directions.push(Place::Array(own as usize));
                }
                Place::Input(_) => {
                    let own = graph.declare(&name, InputKind::Variable);
                    seeds.push((graph.declare(&v.name, InputKind::Variable), own));
                    directions.push(Place::Input(graph.inputs().len() - 1));
                }
            }
        }
        let born = graph.len();
        let roots: Vec<NodeId> = g.numbers.iter().copied().chain(g.scatters.iter().map(|s| s.value)).collect();
        let mut tangents = tangents_over(&mut graph, &roots, &seeds, &pairs).into_iter();
        let numbers = tangents.by_ref().take(g.numbers.len()).collect();
        let mut scatters = g.scatters.clone();
        scatters.iter_mut().zip(tangents).for_each(|(s, t)| s.value = t);
        let LoopGradient { numbers, mut scatters } =
            tidied(&mut graph, self.formula.value, born, LoopGradient { numbers, scatters });
        scatters.retain(|s| !graph.is_number(s.value, 0.0));
        let program = build(&mut graph, &numbers, &scatters);
        Product { compiled: Compiled::new(program, self.isa), graph, directions }
    }
}

/// Puts a point's parts where a program takes them.
fn spread<'x>(places: &[Place], layout: &Layout, x: &'x [f64], inputs: &mut [f64], arrays: &mut [&'x [f64]]) {
    for (v, place) in layout.variables().iter().zip(places) {
        let own = &x[v.range.clone()];
        match *place {
            Place::Input(i) => inputs[i] = own[0],
            Place::Array(a) => arrays[a] = own,
        }
    }
}

/// The graph's arrays: fixed ones filled in.
fn fixed(graph: &Graph) -> Vec<&[f64]> {
    graph.arrays().iter().map(|a| a.values.as_deref().unwrap_or_default()).collect()
}

/// Runs a program whose scatters add to the parts of `gradient`, and whose outputs from `skip` on are the partials by numbers.
fn slopes<'x>(
    compiled: &mut Compiled,
    arrays: &[&[f64]],
    inputs: &[f64],
    places: &[Place],
    layout: &Layout,
    skip: usize,
    gradient: &'x mut [f64],
) {
    gradient.fill(0.0);
    let mut targets: Vec<&'x mut [f64]> = arrays.iter().map(|_| Default::default()).collect();
    let mut by_number: Vec<&'x mut f64> = Vec::new();
    let mut rest = gradient;
    for (v, place) in layout.variables().iter().zip(places) {
        let (own, after) = std::mem::take(&mut rest).split_at_mut(v.range.len());
        rest = after;
        match *place {
            Place::Array(a) => targets[a] = own,
            Place::Input(_) => by_number.extend(own),
        }
    }
    compiled.program.run(&mut compiled.scratch, inputs, arrays, &mut compiled.outputs, &mut targets);
    by_number.into_iter().zip(&compiled.outputs[skip..]).for_each(|(slot, &x)| *slot = x);
}

impl Objective for ArrayObjective {
    fn dimension(&self) -> usize {
        self.formula.layout.len()
    }

    fn offers(&self) -> Offers {
        Offers { gradient: true, hessian_vector: true, ..Offers::default() }
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        let f = &self.formula;
        let mut arrays = fixed(&f.graph);
        spread(&f.places, &f.layout, x, &mut self.inputs, &mut arrays);
        let c = &mut self.value;
        c.program.run(&mut c.scratch, &self.inputs, &arrays, &mut c.outputs, &mut []);
        Ok(c.outputs[0])
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        let f = &self.formula;
        let mut arrays = fixed(&f.graph);
        spread(&f.places, &f.layout, x, &mut self.inputs, &mut arrays);
        slopes(&mut self.sloped, &arrays, &self.inputs, &f.places, &f.layout, 1, gradient);
        Ok(self.sloped.outputs[0])
    }

    fn hessian_vector(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) -> Result<(), EvaluationError> {
        let mut p = match self.product.take() {
            Some(p) => p,
            None => self.make_product(),
        };
        let f = &self.formula;
        let mut inputs = vec![0.0; p.graph.inputs().len()];
        let mut arrays = fixed(&p.graph);
        spread(&f.places, &f.layout, x, &mut inputs, &mut arrays);
        spread(&p.directions, &f.layout, v, &mut inputs, &mut arrays);
        slopes(&mut p.compiled, &arrays, &inputs, &f.places, &f.layout, 0, product);
        drop(arrays);
        self.product = Some(p);
        Ok(())
    }
}
