//! A formula in named numbers as an [`Objective`]: value, gradient, second derivatives and residuals, each compiled when it is
//! first asked for.

use super::{EvaluationError, Formula, Linearized, Objective, Offers, squares};
use crate::engine::{Program, Scratch, compile};
use crate::formula::differentiate;
use crate::formula::graph::{Graph, InputKind, NodeId};
use crate::numeric::linalg::Matrix;
use crate::numeric::sum::dot;

/// Up to so many variables the Hessian is a graph of its own.
const MOST_FOR_HESSIAN: usize = 256;
/// Up to so many entries the Jacobian is a graph of its own.
const MOST_IN_JACOBIAN: usize = 1_000_000;

/// f of a formula in n named variables.
///
/// ```
/// use gradus::error::Source;
/// use gradus::formula::{graph::{Graph, InputKind}, lower::Scope, read};
/// use gradus::objective::{Formula, FormulaObjective, Objective};
///
/// let mut g = Graph::new();
/// let variables = vec![g.declare("x", InputKind::Variable), g.declare("y", InputKind::Variable)];
/// let value = read(&mut g, &Source::new("f", "x^2 + 4*y^2"), &Scope::default())?;
/// let mut f = FormulaObjective::new(Formula::new(g, value, variables));
/// let mut gradient = [0.0; 2];
/// assert_eq!(f.value_and_gradient(&[2.0, 1.0], &mut gradient)?, 8.0);
/// assert_eq!(gradient, [4.0, 8.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FormulaObjective {
    graph: Graph,
    value: NodeId,
    variables: Vec<NodeId>,
    gradient: Vec<NodeId>,
    /// The place of each variable among the graph's inputs.
    places: Vec<usize>,
    residuals: Option<Vec<NodeId>>,
    plain: Compiled,
    sloped: Compiled,
    curved: Option<Compiled>,
    product: Option<(Compiled, Vec<usize>)>,
    residual: Option<Compiled>,
    jacobian: Option<Compiled>,
    columns: Vec<Vec<f64>>,
}

/// A program with its storage.
#[derive(Debug)]
struct Compiled {
    program: Program,
    scratch: Scratch,
    outputs: Vec<Vec<f64>>,
}

impl Compiled {
    fn new(graph: &Graph, outputs: &[NodeId]) -> Self {
        let program = compile(graph, outputs);
        Compiled { scratch: program.scratch(), outputs: vec![Vec::with_capacity(1); outputs.len()], program }
    }

    /// Runs at `inputs`: \[graph inputs\]\[1\].
    fn run(&mut self, inputs: &[&[f64]]) {
        self.program.run(&mut self.scratch, inputs, 1, &mut self.outputs);
    }

    fn at(&self, i: usize) -> f64 {
        self.outputs[i][0]
    }
}

impl FormulaObjective {
    /// Compiles value and gradient. Recognises sums of squares.
    pub fn new(formula: Formula) -> Self {
        let places = formula.variables.iter().map(|&v| formula.input_index(v)).collect();
        let Formula { mut graph, value, variables, gradient, .. } = formula;
        let residuals = squares(&mut graph, value).filter(|r| r.len() * variables.len() <= MOST_IN_JACOBIAN);
        let plain = Compiled::new(&graph, &[value]);
        let outputs: Vec<NodeId> = std::iter::once(value).chain(gradient.iter().copied()).collect();
        let sloped = Compiled::new(&graph, &outputs);
        let (curved, product, residual, jacobian, columns) = (None, None, None, None, Vec::new());
        FormulaObjective {
            graph,
            value,
            variables,
            gradient,
            places,
            residuals,
            plain,
            sloped,
            curved,
            product,
            residual,
            jacobian,
            columns,
        }
    }

    /// Whether the formula is a sum of squares.
    pub fn is_sum_of_squares(&self) -> bool {
        self.residuals.is_some()
    }

    /// The graph and the value in it.
    pub fn formula(&self) -> (&Graph, NodeId) {
        (&self.graph, self.value)
    }
}

/// The graph's inputs at a point: `x` at the variables' places, nothing elsewhere.
fn inputs<'x>(count: usize, places: &[usize], x: &'x [f64]) -> Vec<&'x [f64]> {
    let mut inputs: Vec<&[f64]> = vec![&[]; count];
    for (&place, x) in places.iter().zip(x.chunks(1)) {
        inputs[place] = x;
    }
    inputs
}

impl Objective for FormulaObjective {
    fn dimension(&self) -> usize {
        self.variables.len()
    }

    fn offers(&self) -> Offers {
        let residuals = self.residuals.as_ref().map(Vec::len);
        let hessian = self.dimension() <= MOST_FOR_HESSIAN;
        Offers { gradient: true, hessian_vector: true, hessian, residuals, fisher: residuals.is_some(), rows: None }
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        self.plain.run(&inputs(self.graph.inputs().len(), &self.places, x));
        Ok(self.plain.at(0))
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        self.sloped.run(&inputs(self.graph.inputs().len(), &self.places, x));
        for (i, g) in gradient.iter_mut().enumerate() {
            *g = self.sloped.at(i + 1);
        }
        Ok(self.sloped.at(0))
    }

    fn hessian_vector(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) -> Result<(), EvaluationError> {
        if self.product.is_none() {
            // no formula can name these inputs: names have no blanks
            let name = |i: usize| format!("direction {i}");
            let n = self.variables.len();
            let direction: Vec<NodeId> = (0..n).map(|i| self.graph.declare(&name(i), InputKind::Variable)).collect();
            let products = differentiate::hessian_vector(&mut self.graph, &self.gradient, &self.variables, &direction);
            let count = self.graph.inputs().len();
            let places = (count - n..count).collect();
            self.product = Some((Compiled::new(&self.graph, &products), places));
        }
        let Some((compiled, places)) = &mut self.product else { return Ok(()) };
        let mut all = inputs(self.graph.inputs().len(), &self.places, x);
        for (&place, v) in places.iter().zip(v.chunks(1)) {
            all[place] = v;
        }
        compiled.run(&all);
        for (i, p) in product.iter_mut().enumerate() {
            *p = compiled.at(i);
        }
        Ok(())
    }

    fn hessian(&mut self, x: &[f64], hessian: &mut Matrix) -> Result<(), EvaluationError> {
        let n = self.variables.len();
        if self.curved.is_none() {
            let rows = differentiate::hessian(&mut self.graph, &self.gradient, &self.variables);
            let lower: Vec<NodeId> = rows.iter().enumerate().flat_map(|(i, row)| row[..=i].to_vec()).collect();
            self.curved = Some(Compiled::new(&self.graph, &lower));
        }
        let Some(compiled) = &mut self.curved else { return Ok(()) };
        compiled.run(&inputs(self.graph.inputs().len(), &self.places, x));
        for i in 0..n {
            for j in 0..=i {
                let h = compiled.at(i * (i + 1) / 2 + j);
                hessian[(i, j)] = h;
                hessian[(j, i)] = h;
            }
        }
        Ok(())
    }

    fn residuals(&mut self, x: &[f64], residuals: &mut Vec<f64>) -> Result<(), EvaluationError> {
        let Some(nodes) = &self.residuals else { return Err(EvaluationError::NotOffered { what: "residuals" }) };
        let compiled = self.residual.get_or_insert_with(|| Compiled::new(&self.graph, nodes));
        compiled.run(&inputs(self.graph.inputs().len(), &self.places, x));
        residuals.clear();
        residuals.extend((0..nodes.len()).map(|i| compiled.at(i)));
        Ok(())
    }

    fn linearize(&mut self, x: &[f64], found: &mut Linearized) -> Result<(), EvaluationError> {
        let n = self.variables.len();
        let Some(nodes) = &self.residuals else { return Err(EvaluationError::NotOffered { what: "residuals" }) };
        let m = nodes.len();
        if self.jacobian.is_none() {
            let one = self.graph.number(1.0);
            let mut outputs = Vec::with_capacity((n + 1) * m);
            if n <= m {
                for &v in &self.variables {
                    outputs.extend(differentiate::tangents(&mut self.graph, nodes, &[(v, one)]));
                }
            } else {
                let rows: Vec<Vec<NodeId>> =
                    nodes.iter().map(|&r| differentiate::gradient(&mut self.graph, r, &self.variables)).collect();
                outputs.extend((0..n).flat_map(|j| rows.iter().map(move |row| row[j])));
            }
            outputs.extend(nodes);
            self.jacobian = Some(Compiled::new(&self.graph, &outputs));
        }
        let Some(compiled) = &mut self.jacobian else { return Ok(()) };
        compiled.run(&inputs(self.graph.inputs().len(), &self.places, x));
        self.columns.resize(n + 1, Vec::new());
        for (j, column) in self.columns.iter_mut().enumerate() {
            column.clear();
            column.extend((0..m).map(|i| compiled.at(j * m + i)));
        }
        found.value = dot(&self.columns[n], &self.columns[n]);
        for j in 0..n {
            found.gradient[j] = 2.0 * dot(&self.columns[j], &self.columns[n]);
        }
        found.triangle.clear();
        found.triangle.absorb(&mut self.columns);
        Ok(())
    }

    fn fisher(&mut self, x: &[f64], fisher: &mut Matrix) -> Result<(), EvaluationError> {
        let mut found = Linearized::new(self.dimension());
        self.linearize(x, &mut found)?;
        found.triangle.products(2.0, fisher);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Source;
    use crate::formula::lower::Scope;
    use crate::formula::read;

    fn objective(text: &str) -> FormulaObjective {
        let mut g = Graph::new();
        let variables = vec![g.declare("x", InputKind::Variable), g.declare("y", InputKind::Variable)];
        let value = read(&mut g, &Source::new("test", text), &Scope::default()).unwrap();
        FormulaObjective::new(Formula::new(g, value, variables))
    }

    #[test]
    fn everything_at_one_point() {
        // by hand, at (2, 3): f = 8 + 36, g = (3x^2 + 2xy^2, 2x^2y) = (12 + 36, 24), H = [[6x + 2y^2, 4xy], [4xy, 2x^2]]
        let mut f = objective("x^3 + x^2*y^2");
        let x = [2.0, 3.0];
        let mut gradient = [0.0; 2];
        assert_eq!(f.value(&x).unwrap(), 44.0);
        assert_eq!(f.value_and_gradient(&x, &mut gradient).unwrap(), 44.0);
        assert_eq!(gradient, [48.0, 24.0]);
        let mut h = Matrix::zeros(2, 2);
        f.hessian(&x, &mut h).unwrap();
        assert_eq!(h.data, [30.0, 24.0, 24.0, 8.0]);
        let mut product = [0.0; 2];
        f.hessian_vector(&x, &[1.0, -2.0], &mut product).unwrap();
        assert_eq!(product, [-18.0, 8.0]);
        assert_eq!(f.offers().residuals, None);
        assert!(f.linearize(&x, &mut Linearized::new(2)).is_err());
    }

    #[test]
    fn a_sum_of_squares_is_linearized() {
        // Rosenbrock at (-1.2, 1): r = (2.2, -4.4), J = [[-1, 0], [24, 10]]
        let mut f = objective("(1 - x)^2 + 100*(y - x^2)^2");
        let mut found = Linearized::new(2);
        f.linearize(&[-1.2, 1.0], &mut found).unwrap();
        assert!((found.value - 24.2).abs() < 1e-14);
        assert!((found.gradient[0] + 215.6).abs() < 1e-12 && (found.gradient[1] + 88.0).abs() < 1e-13);
        let norms = found.triangle.column_norms();
        assert!((norms[0] - 577f64.sqrt()).abs() < 1e-13 && (norms[1] - 10.0).abs() < 1e-14);
        let mut r = Vec::new();
        f.residuals(&[-1.2, 1.0], &mut r).unwrap();
        assert_eq!(r.len(), 2);
    }
}
