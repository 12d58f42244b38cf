//! Formulas: text to graph, graph to derivative, graph to text. Uses `numeric` and `error`.
//!
//! The road: [`parse`] (text to tree) - [`lower`](mod@lower) (tree to graph) - [`differentiate`] - [`tidy`](mod@tidy) -
//! [`print`], all over one hash-consed [`graph`]. [`functions`] is the table of primitives, `forms` that of syntax with a
//! lowering of its own.

pub mod binders;
pub mod corners;
pub mod differentiate;
pub mod emit;
pub mod forms;
pub mod functions;
pub mod graft;
pub mod graph;
pub mod loops;
pub mod lower;
mod monomial;
pub mod parse;
pub mod print;
pub mod ranges;
mod simplify;
pub mod tidy;
pub mod unroll;

use crate::error::{Diagnose, Exit, Source, Span};

/// What is wrong with a formula's text.
#[derive(Debug, thiserror::Error)]
pub enum FormulaError {
    /// It is no formula.
    #[error(transparent)]
    Parse(parse::ParseError),
    /// It is one, but means nothing.
    #[error(transparent)]
    Lower(#[from] lower::LowerError),
}

impl FormulaError {
    fn inner(&self) -> &dyn Diagnose {
        match self {
            FormulaError::Parse(e) => e,
            FormulaError::Lower(e) => e,
        }
    }
}

impl Diagnose for FormulaError {
    fn exit(&self) -> Exit {
        self.inner().exit()
    }
    fn span(&self) -> Option<Span> {
        self.inner().span()
    }
    fn help(&self) -> Option<String> {
        self.inner().help()
    }
}

/// The node of a formula's text in `g`: parsed, lowered, its ends and indices checked.
pub fn read(g: &mut graph::Graph, source: &Source, scope: &lower::Scope) -> Result<graph::NodeId, FormulaError> {
    Ok(read_sized(g, source, scope)?.0)
}

/// The same beside the number of nodes it would have with every reduction written out; of a formula without any, 0.
pub fn read_sized(
    g: &mut graph::Graph,
    source: &Source,
    scope: &lower::Scope,
) -> Result<(graph::NodeId, f64), FormulaError> {
    let root = lower::lower(g, &parse::parse(source).map_err(FormulaError::Parse)?, scope)?;
    let size = if g.has_loops() { ranges::check(g, root)? } else { 0.0 };
    Ok((root, size))
}

/// The same with every reduction written out: for formulas that are small by nature.
pub fn read_plain(g: &mut graph::Graph, source: &Source, scope: &lower::Scope) -> Result<graph::NodeId, FormulaError> {
    let root = read(g, source, scope)?;
    Ok(unroll::unroll(g, &[root])?[0])
}
