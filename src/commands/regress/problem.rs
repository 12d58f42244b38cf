//! What can be wrong with a request for `regress`.

use crate::error::{Diagnose, Exit, Span};
use crate::formula::FormulaError;
use crate::formula::lower::LowerError;
use crate::numeric::text::count;
use crate::spec::listed;

/// A request that cannot be carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum PlanError {
    #[error("there are no rows to read")]
    NoData,
    #[error("no file fits `{pattern}`")]
    NoFile { pattern: String },
    #[error("`{found}` is no size")]
    BadSize { found: String },
    #[error("`regress` fits rows and takes no formula of the whole")]
    Formula,
    #[error("the loss does not depend on `prediction`")]
    NoPrediction,
    #[error("there is no target")]
    NoTarget { columns: Vec<String> },
    #[error("no column fits `{pattern}`")]
    NoMatch { pattern: String, columns: Vec<String> },
    #[error("there is nothing to explain the target with: no column is left")]
    NoFeatures,
    #[error("`{term}` stands twice among the features")]
    TwiceFeature { term: String },
    #[error("`{term}` is the target: it would explain itself")]
    TargetFeature { term: String },
    #[error("`{column}` is a category here; formulas need numbers")]
    CategoryInFormula { column: String },
    #[error("`poly` wants a column or a formula and a degree from 1 to 50")]
    BadPoly,
    #[error("the target has {}, where {family} regression needs two classes", count(*found, "value"))]
    NotTwoClasses { found: usize, family: &'static str },
    #[error("the target `{column}` is no number, which {family} regression needs")]
    TextTarget { column: String, family: &'static str },
    #[error("the column `{column}` has one value alone, `{level}`: a category needs two")]
    OneLevel { column: String, level: String },
    #[error("the column `{column}` has more than {most} levels: too many for a category")]
    ManyLevels { column: String, most: usize },
    #[error("{what} {are} not in this version", are = if *many { "are" } else { "is" })]
    NotYet { what: String, many: bool },
    #[error("{flag} does not go with {with}")]
    Conflict { flag: &'static str, with: String },
    #[error("{flag} must be {wanted}, not {found}")]
    Range { flag: &'static str, wanted: &'static str, found: f64 },
    #[error("a penalty needs its strength")]
    NoLambda,
    #[error("this is about the strength of a penalty, and there is none")]
    NoPenalty,
    #[error("{} {} too few for {folds} folds", count(*rows, "row"), if *rows == 1 { "is" } else { "are" })]
    FewRows { rows: u64, folds: u32 },
    #[error(
        "the model has {terms} terms, more than the {most} of this version: sums of their products grow with the square"
    )]
    ManyTerms { terms: usize, most: usize },
    #[error("a file with the model is needed beside the rows to predict")]
    NoModel,
    #[error("`{file}` stands beside the rows to predict and would not be read")]
    OnePrediction { file: String },
    #[error("the predictions have no place to go")]
    NoPlace,
    #[error("{file} has a column `{column}` already")]
    TakenColumn { file: String, column: String },
    #[error("`{file}` is no result of `gradus regress`: {why}")]
    BadModel { file: String, why: String },
    #[error("`{file}` does not hold the sums of a regression: {why}")]
    BadState { file: String, why: String },
    #[error("`{file}` has the same sums as `{first}`: its rows would count twice")]
    SameState { file: String, first: String },
    #[error("`{file}` is of another model than `{first}`: {what}")]
    OtherModel { file: String, first: String, what: String },
    #[error("{file}:{line}: `{column}` is `{level}`, a level that the model has never seen")]
    UnseenLevel { file: String, line: u64, column: String, level: String, known: Vec<String> },
    #[error("`{column}` has no number in any row")]
    NoMean { column: String },
    #[error("the delimiter must be one ASCII character, not `{found}`")]
    BadDelimiter { found: char },
    #[error("{file}: {problem}")]
    Data { file: String, problem: crate::regress::RegressError },
}

impl Diagnose for PlanError {
    fn exit(&self) -> Exit {
        match self {
            PlanError::Data { problem, .. } => problem.exit(),
            _ => Exit::Request,
        }
    }

    fn help(&self) -> Option<String> {
        let list = |names: &[String]| listed(names.iter().map(String::as_str));
        Some(match self {
            PlanError::NoData => "name a file: gradus regress houses.csv --target price".into(),
            PlanError::Formula => "for the loss of a row write --loss 'abs(target - prediction)'; for any function there is `gradus descend`".into(),
            PlanError::NoPrediction => {
                "write it in `prediction` and `target`: --loss 'abs(target - prediction)'".into()
            }
            PlanError::BadSize { .. } => "write 300MB, 2GB or a number of bytes".into(),
            PlanError::NoTarget { columns } => {
                format!("give --target; the columns are {}", list(columns))
            }
            PlanError::NoMatch { columns, .. } => format!("the columns are {}", list(columns)),
            PlanError::CategoryInFormula { .. } => "use it as a feature by itself".into(),
            PlanError::BadPoly => "write poly(x, 3)".into(),
            PlanError::NotTwoClasses { .. } => "for several classes there is --family multinomial".into(),
            PlanError::TextTarget { .. } => "for classes there are --family logistic and multinomial".into(),
            PlanError::OneLevel { column, .. } => format!("leave it out: --exclude {column}"),
            PlanError::ManyLevels { column, .. } => format!("leave it out: --exclude {column}"),
            PlanError::NoLambda => "add --lambda 0.1, or --cv 10 to choose it".into(),
            PlanError::NoPenalty => "add --penalty ridge, lasso or elastic-net".into(),
            PlanError::ManyTerms { .. } => "choose some with --features, or leave some out with --exclude".into(),
            PlanError::OnePrediction { .. } => "--predict takes one file; run it once for each".into(),
            PlanError::NoPlace => "add -o predicted.csv, or -o - --format csv for standard output".into(),
            PlanError::TakenColumn { column, .. } => {
                format!("rename it or leave it out: the prediction is written as `{column}`")
            }
            PlanError::NoModel => "write --model fit.json --predict new.csv".into(),
            PlanError::UnseenLevel { known, .. } => format!("its levels are {}", list(known)),
            PlanError::Data { problem, .. } => return problem.help(),
            _ => return None,
        })
    }
}

/// An error of a formula in columns: a name that it does not know is a column that is not there.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.text())]
pub struct InColumns {
    /// The formula's.
    pub problem: FormulaError,
    /// All columns.
    pub columns: Vec<String>,
}

impl InColumns {
    fn text(&self) -> String {
        match &self.problem {
            FormulaError::Lower(LowerError::UnknownName { name, .. }) if self.columns.contains(name) => {
                PlanError::CategoryInFormula { column: name.clone() }.to_string()
            }
            FormulaError::Lower(LowerError::UnknownName { name, .. }) => format!("there is no column `{name}`"),
            problem => problem.to_string(),
        }
    }
}

impl Diagnose for InColumns {
    fn exit(&self) -> Exit {
        self.problem.exit()
    }
    fn span(&self) -> Option<Span> {
        self.problem.span()
    }
    fn help(&self) -> Option<String> {
        let FormulaError::Lower(LowerError::UnknownName { name, near, .. }) = &self.problem else {
            return self.problem.help();
        };
        if self.columns.contains(name) {
            return PlanError::CategoryInFormula { column: name.clone() }.help();
        }
        let near = near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Some(format!("{near}the columns are {}", listed(self.columns.iter().map(String::as_str))))
    }
}
