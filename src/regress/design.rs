//! The columns of a model from the columns of a table: plain columns, formulas, levels of categories.
//!
//! Sums, differences, products, quotients and whole powers of columns are formed in double-double: the rounded powers of
//! a polynomial of degree 10 alone cost half of its coefficients' digits (Filip, NIST StRD). Other functions are f64, and so
//! are numbers that stand in a formula.

use super::RegressError;
use crate::engine::kernel;
use crate::formula::functions::Operator;
use crate::formula::graph::{Graph, InputKind, Node, NodeId};
use crate::numeric::block::Isa;
use crate::numeric::sum::Dd;
use std::borrow::Cow;

/// Numbers of a block of rows, hi + lo.
#[derive(Clone, Debug, Default)]
pub struct Column<'a> {
    /// Rounded to f64: \[rows\].
    pub hi: Cow<'a, [f64]>,
    /// The rest: \[rows\], or empty where there is none.
    pub lo: Cow<'a, [f64]>,
}

impl<'a> Column<'a> {
    /// A column of f64.
    pub fn of(values: &'a [f64]) -> Self {
        Column { hi: Cow::Borrowed(values), lo: Cow::Borrowed(&[]) }
    }

    /// A column of f64 and what their rounding left: \[rows\], or empty.
    pub fn with_rests(values: &'a [f64], rests: &'a [f64]) -> Self {
        Column { hi: Cow::Borrowed(values), lo: Cow::Borrowed(rests) }
    }

    /// A column of its own numbers.
    pub fn owned(hi: Vec<f64>) -> Self {
        Column { hi: Cow::Owned(hi), lo: Cow::Borrowed(&[]) }
    }

    /// The number of row `i`.
    #[inline]
    pub fn at(&self, i: usize) -> Dd {
        Dd { hi: self.hi[i], lo: if self.lo.is_empty() { 0.0 } else { self.lo[i] } }
    }

    fn from_dd(rows: usize, value: impl Fn(usize) -> Dd) -> Self {
        let (mut hi, mut lo) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for i in 0..rows {
            let v = value(i);
            hi.push(v.hi);
            lo.push(v.lo);
        }
        if lo.iter().all(|&l| l == 0.0) {
            lo.clear();
        }
        Column { hi: Cow::Owned(hi), lo: Cow::Owned(lo) }
    }
}

/// A column of the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A column of the table or a formula in such.
    Node(NodeId),
    /// A number where every one of these categories has this level, else 0.
    Levels {
        /// Categories and their levels.
        levels: Vec<(usize, u32)>,
        /// The number; 1 unless given.
        of: Option<NodeId>,
    },
    /// The code of the category's level: 0, 1, ... Stands for a class.
    Code {
        /// Which category.
        category: usize,
    },
}

impl Term {
    fn node(&self) -> Option<NodeId> {
        match self {
            Term::Node(id) => Some(*id),
            Term::Levels { of, .. } => *of,
            Term::Code { .. } => None,
        }
    }
}

/// What is fitted: terms, target, weights and offset over the inputs of a graph.
#[derive(Clone, Debug)]
pub struct Design {
    /// Holds the formulas; its inputs are the table's numeric columns.
    pub graph: Graph,
    /// Names of the terms, without the intercept.
    pub names: Vec<String>,
    /// The terms.
    pub terms: Vec<Term>,
    /// The target.
    pub target: Term,
    /// Weights of the rows.
    pub weights: Option<NodeId>,
    /// What is added to the linear predictor with coefficient 1.
    pub offset: Option<NodeId>,
    /// Further columns that a loss depends on.
    pub extra: Vec<NodeId>,
    /// Whether there is an intercept.
    pub intercept: bool,
}

/// A block of the design.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    /// Rows.
    pub rows: usize,
    /// The terms: \[terms\].
    pub x: Vec<Column<'a>>,
    /// The target.
    pub y: Column<'a>,
    /// The weights, if any.
    pub weights: Option<Column<'a>>,
    /// The offset, if any.
    pub offset: Option<Column<'a>>,
    /// What a loss depends on besides: \[extra\].
    pub extra: Vec<Column<'a>>,
    /// Which terms are numbers that somebody rounded: columns as they stand, functions in f64: \[terms\].
    pub rounded: Vec<bool>,
    /// Lines of the file, from 1, for errors: \[rows\].
    pub lines: &'a [u64],
}

impl Design {
    /// The inputs (columns of the table) that are needed, as indices into the graph's inputs.
    pub fn needed(&self) -> Vec<usize> {
        let used = self.graph.reachable(&self.roots());
        let ids = self.graph.ids().filter(|id| used[id.index()]);
        ids.filter_map(|id| match self.graph.node(id) {
            Node::Input(i) if !matches!(self.graph.inputs()[i as usize].kind, InputKind::Constant(_)) => {
                Some(i as usize)
            }
            _ => None,
        })
        .collect()
    }

    fn roots(&self) -> Vec<NodeId> {
        let terms = self.terms.iter().chain(std::iter::once(&self.target));
        terms.filter_map(Term::node).chain(self.weights).chain(self.offset).chain(self.extra.iter().copied()).collect()
    }

    /// The block of rows whose columns are `inputs`: \[graph inputs\]\[rows\] (those not [needed](Design::needed) may be empty)
    /// and whose categories are `codes`: \[categories\]\[rows\]. `lines`: \[rows\], for errors.
    ///
    /// Fails with `NotFinite` at the first row in which a formula is undefined, with `Weight`.
    pub fn block<'a>(
        &self,
        inputs: &[Column<'a>],
        codes: &[&[u32]],
        lines: &'a [u64],
    ) -> Result<Block<'a>, RegressError> {
        let block = self.evaluate(inputs, codes, lines);
        self.check(&block, lines)?;
        Ok(block)
    }

    fn evaluate<'a>(&self, inputs: &[Column<'a>], codes: &[&[u32]], lines: &'a [u64]) -> Block<'a> {
        let rows = lines.len();
        let roots = self.roots();
        let values = evaluate(&self.graph, &roots, inputs, rows);
        let of = |term: &Term| match term {
            Term::Node(id) => values[id.index()].clone(),
            Term::Levels { levels, of } => {
                let here = |i: usize| levels.iter().all(|(category, level)| codes[*category][i] == *level);
                let share = |i: usize| if here(i) { 1.0 } else { 0.0 };
                match of.map(|id| &values[id.index()]) {
                    None => Column::owned((0..rows).map(share).collect()),
                    // times 0 and not 0, so that an undefined number is one in every row
                    Some(number) => Column::from_dd(rows, |i| number.at(i) * share(i)),
                }
            }
            Term::Code { category } => Column::owned(codes[*category].iter().map(|c| f64::from(*c)).collect()),
        };
        let x: Vec<Column<'a>> = self.terms.iter().map(of).collect();
        let input = |t: &Term| t.node().is_some_and(|id| matches!(self.graph.node(id), Node::Input(_)));
        Block {
            rows,
            rounded: self.terms.iter().zip(&x).map(|(term, column)| column.lo.is_empty() || input(term)).collect(),
            x,
            y: of(&self.target),
            weights: self.weights.map(|id| values[id.index()].clone()),
            offset: self.offset.map(|id| values[id.index()].clone()),
            extra: self.extra.iter().map(|id| values[id.index()].clone()).collect(),
            lines,
        }
    }

    fn check(&self, block: &Block<'_>, lines: &[u64]) -> Result<(), RegressError> {
        let bad = |column: &Column<'_>, name: &str| match column.hi.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(at) => {
                Err(RegressError::NotFinite { line: lines[at], column: name.to_string(), value: column.hi[at] })
            }
        };
        for (column, name) in block.x.iter().zip(&self.names) {
            bad(column, name)?;
        }
        bad(&block.y, "the target")?;
        if let Some(offset) = &block.offset {
            bad(offset, "the offset")?;
        }
        if let Some(weights) = &block.weights {
            bad(weights, "the weight")?;
            if let Some(at) = weights.hi.iter().position(|w| *w < 0.0) {
                return Err(RegressError::Weight { line: lines[at], value: weights.hi[at] });
            }
        }
        Ok(())
    }
}

/// The values of `roots` and of what they are made of, by node: \[nodes\].
fn evaluate<'a>(graph: &Graph, roots: &[NodeId], inputs: &[Column<'a>], rows: usize) -> Vec<Column<'a>> {
    let used = graph.reachable(roots);
    let mut values: Vec<Column<'a>> = vec![Column::default(); graph.len()];
    for id in graph.ids().filter(|id| used[id.index()]) {
        let value = match graph.node(id) {
            Node::Number(bits) => Column::owned(vec![f64::from_bits(bits); rows]),
            Node::Input(i) => match graph.inputs()[i as usize].kind {
                InputKind::Constant(value) => Column::owned(vec![value; rows]),
                InputKind::Variable | InputKind::Column => inputs[i as usize].clone(),
            },
            // written out when the formula was read
            Node::Index(_) | Node::Element(..) | Node::Reduce(..) => Column::owned(vec![f64::NAN; rows]),
            Node::Apply(..) => apply(graph, id, &values, rows),
        };
        values[id.index()] = value;
    }
    values
}

fn apply<'a>(graph: &Graph, id: NodeId, values: &[Column<'a>], rows: usize) -> Column<'a> {
    let Some((function, args)) = graph.as_apply(id) else { return Column::default() };
    let arg = |k: usize| &values[args[k].index()];
    match function.operator() {
        Some(Operator::Add) => Column::from_dd(rows, |i| arg(0).at(i) + arg(1).at(i)),
        Some(Operator::Sub) => Column::from_dd(rows, |i| arg(0).at(i) - arg(1).at(i)),
        Some(Operator::Mul) => Column::from_dd(rows, |i| arg(0).at(i) * arg(1).at(i)),
        Some(Operator::Neg) => Column::from_dd(rows, |i| -arg(0).at(i)),
        // a pole is undefined here, and the kernel says so; double-double would make it infinite
        Some(Operator::Div) => Column::from_dd(rows, |i| match arg(1).at(i) {
            d if d.hi == 0.0 => Dd::from(f64::NAN),
            d => arg(0).at(i) / d,
        }),
        Some(Operator::Pow) if whole_power(graph, args[1]).is_some() => {
            let power = whole_power(graph, args[1]).unwrap_or(0);
            Column::from_dd(rows, |i| arg(0).at(i).powi(power))
        }
        _ => {
            let (kernel, count) = kernel::of(graph, function, args);
            let heads: Vec<&[f64]> = (0..count).map(|k| &*arg(k).hi).collect();
            let mut out = vec![0.0; rows];
            kernel.block(Isa::detect(), &mut out, &heads);
            Column::owned(out)
        }
    }
}

/// The exponent, if it stands there as a whole number from 0 to 1000.
fn whole_power(graph: &Graph, id: NodeId) -> Option<u32> {
    let x = graph.as_number(id)?;
    ((0.0..=1000.0).contains(&x) && x.trunc() == x).then_some(x as u32)
}
