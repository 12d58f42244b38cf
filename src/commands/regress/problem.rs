//! What can be wrong with a request for `regress`.

use crate::error::{Diagnose, Exit, Located};
use crate::numeric::text::count;
use crate::regress::RegressError;
use crate::spec::listed;
use crate::table::TableError;

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
    NoTarget { columns: Vec<String>, delimiter: Option<char> },
    #[error("no column fits `{pattern}`")]
    NoMatch { pattern: String, columns: Vec<String> },
    #[error("there is nothing to explain the target with: no column is left")]
    NoFeatures,
    #[error("there is nothing between the commas")]
    EmptyItem,
    #[error("`{term}` stands twice among the features")]
    TwiceFeature { term: String },
    #[error("`{term}` is the target: it would explain itself")]
    TargetFeature { term: String },
    #[error("`{column}` is a category here; {what}")]
    Category { column: String, what: &'static str, help: String },
    #[error("`{column}` is a category here; `{factor}` times it is nothing else")]
    Multiple { column: String, factor: String, help: String },
    #[error("the shard's sums have no products with categories, such as `{product}`")]
    KeptProduct { product: String },
    #[error("`poly` wants a column or a formula and a degree from 1 to 50")]
    BadPoly,
    #[error("the target has {}, where {family} regression needs two classes", count(*found, "value"))]
    NotTwoClasses { found: usize, family: &'static str },
    #[error("no row that is fitted has the class `{class}` of `{column}`")]
    AbsentClass { column: String, class: String },
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
    #[error("{flag} does not go with {with}")]
    Useless { flag: String, with: String },
    #[error("{flag} must be {wanted}, not {found}")]
    Range { flag: &'static str, wanted: &'static str, found: String },
    #[error("a penalty needs its strength")]
    NoLambda,
    #[error("this is about the strength of a penalty, and there is none")]
    NoPenalty,
    #[error("{} {} too few for {folds} folds", count(*rows, "row"), if *rows == 1 { "is" } else { "are" })]
    FewRows { rows: u64, folds: u32 },
    #[error("the model has {terms} terms: with sums of products of each with each a fit takes {}", size(*bytes))]
    ManyTerms { terms: u64, bytes: u64, memory: u64 },
    #[error("{folds} folds of {terms} terms: the sums of products of each fold take {} together", size(*bytes))]
    ManyFolds { folds: u32, terms: u64, bytes: u64, memory: u64 },
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
    #[error("{file}: {} read and none left to fit: each lacks a value in some column", count(*rows, "row"))]
    AllDropped { file: String, rows: u64 },
    #[error("`{column}` has no number in any row that is fitted")]
    NoMean { column: String },
    #[error(
        "{file}:{line}: column `{column}` has no value and belongs to {role}, which --missing mean does not make up"
    )]
    NotFilled { file: String, line: u64, column: String, role: &'static str },
    #[error("`{file}` keeps no means to fill missing numbers with")]
    NoMeans { file: String },
    #[error("`{file}` holds a fit without estimates: its status is `{status}`")]
    NoEstimates { file: String, status: String },
    #[error("{file}: there are no rows to measure the fit on")]
    NoTestRows { file: String },
    #[error("{fraction} of {rows} row{s} is {part}: nothing is left to {for_what}", s = if *rows == 1 { "" } else { "s" },
        part = if *all { "all of them" } else { "none" },
        for_what = if *all { "fit" } else { "measure the fit on" })]
    NoSplit { fraction: String, rows: u64, all: bool },
    #[error("`{name}` is a constant and a column of {file}")]
    TwoThings { name: String, file: String },
    #[error("the delimiter must be one ASCII character, not `{found}`")]
    BadDelimiter { found: char },
    #[error("{}", at_row(file, problem))]
    Data { file: String, problem: RegressError },
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
            PlanError::NoTarget { columns, delimiter: Some(c) } => {
                let header = columns.first().map_or("", String::as_str);
                format!("the header is one column, `{header}`: is the delimiter {}", then(*c))
            }
            PlanError::NoTarget { columns, .. } => {
                format!("give --target; the columns are {}", named(columns))
            }
            PlanError::NoMatch { columns, .. } => format!("the columns are {}", named(columns)),
            PlanError::Category { help, .. } | PlanError::Multiple { help, .. } => help.clone(),
            PlanError::KeptProduct { .. } => {
                "fit all files at once, gradus regress 'part*.csv' ..., or leave the product out".into()
            }
            PlanError::EmptyItem => "write a column there, or leave a comma out".into(),
            PlanError::BadPoly => "write poly(x, 3)".into(),
            PlanError::NotTwoClasses { found: 0 | 1, .. } => "there is nothing to tell apart: look at the rows".into(),
            PlanError::NotTwoClasses { .. } => "for several classes there is --family multinomial".into(),
            PlanError::AbsentClass { .. } => {
                "its rows are held out or have the weight 0: choose another --seed, or leave them out of the file".into()
            }
            PlanError::TextTarget { .. } => "for classes there are --family logistic and multinomial".into(),
            PlanError::OneLevel { column, .. } => format!("leave it out: --exclude {column}"),
            PlanError::ManyLevels { column, .. } => format!("leave it out: --exclude {column}"),
            PlanError::NoLambda => "add --lambda 0.1, or --cv 10 to choose it".into(),
            PlanError::NoPenalty => "add --penalty ridge, lasso or elastic-net".into(),
            PlanError::ManyTerms { bytes, memory, .. } => {
                let room = size(*memory);
                let enough = size(*bytes);
                format!("choose some with --features, leave some out with --exclude, or raise --memory from {room} to {enough}")
            }
            PlanError::ManyFolds { bytes, memory, .. } => {
                let (room, enough) = (size(*memory), size(*bytes));
                format!("take fewer folds, such as --cv 10, choose some terms with --features, or raise --memory from {room} to {enough}")
            }
            PlanError::FewRows { rows, .. } if *rows > 1 => {
                format!("--cv {rows} leaves out one row at a time")
            }
            PlanError::OnePrediction { .. } => "--predict takes one file; run it once for each".into(),
            PlanError::NoPlace => "add -o predicted.csv, or -o - --format csv for standard output".into(),
            PlanError::TakenColumn { column, .. } => {
                format!("rename it or leave it out: the prediction is written as `{column}`")
            }
            PlanError::NoMean { column } => format!("leave it out: --exclude {column}"),
            PlanError::AllDropped { .. } => "leave columns that are mostly empty out with --exclude".into(),
            PlanError::NotFilled { .. } => "leave such rows out: --missing drop".into(),
            PlanError::NoMeans { .. } => "fit it with --missing mean, or leave such rows out: --missing drop".into(),
            PlanError::NoEstimates { status, .. } if status == "separated" => {
                "its classes are separated: leave a column out of that fit, or add --penalty ridge --lambda 0.01".into()
            }
            PlanError::NoEstimates { .. } => "run that fit again: it says what keeps it from having estimates".into(),
            PlanError::NoSplit { .. } => "choose another part, or measure on another file with --test".into(),
            PlanError::TwoThings { .. } => "give the constant another name".into(),
            PlanError::NoModel => "write --model fit.json --predict new.csv".into(),
            PlanError::UnseenLevel { known, .. } => format!("its levels are {}", list(known)),
            PlanError::Data { problem: RegressError::Target { family: "logistic", value, .. }, .. }
                if value.fract() == 0.0 =>
            {
                "for several classes there is --family multinomial; two classes that are no 0 and 1 are read with the target in --categorical".into()
            }
            PlanError::Data { problem: RegressError::NotFinite { value, .. }, .. } if value.is_infinite() => {
                "an infinity is not missing, so that --missing leaves it: write NA in its cell, leave the row out of the file, or change the formula if it overflows there".into()
            }
            PlanError::Data { problem, .. } => return problem.help(),
            _ => return None,
        })
    }
}

/// A fault of the rows in the form of all faults of tables, `file:line: ...`: below nobody knows the file.
fn at_row(file: &str, problem: &RegressError) -> String {
    let text = problem.to_string();
    match text.strip_prefix("line ").filter(|_| problem.line().is_some()) {
        Some(rest) => format!("{file}:{rest}"),
        None => format!("{file}: {text}"),
    }
}

/// Bytes as `--memory` takes them, rounded up.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => bytes.to_string(),
        1_000_000..1_000_000_000 => format!("{}MB", bytes.div_ceil(1_000_000)),
        _ => format!("{}GB", bytes.div_ceil(1_000_000_000)),
    }
}

/// What a delimiter is called, and the flag that says it.
fn then(delimiter: char) -> String {
    match delimiter {
        '\t' => "a tab? add --delimiter '\\t'".into(),
        c => format!("`{c}`? add --delimiter '{c}'"),
    }
}

/// The columns that have names: the first of them, where there are many.
fn named(columns: &[String]) -> String {
    const SHOWN: usize = 20;
    let names: Vec<&str> = columns.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
    let more = names.len().saturating_sub(SHOWN);
    let text = listed(names.into_iter().take(SHOWN));
    if more > 0 { format!("{text} and {more} more") } else { text }
}

/// A fault of a table with the flags that mend it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct InTable(pub TableError);

/// A fault of a table as `regress` tells it.
pub fn told(problem: TableError) -> Located {
    Located::new(InTable(problem))
}

impl Diagnose for InTable {
    fn exit(&self) -> Exit {
        self.0.exit()
    }

    fn help(&self) -> Option<String> {
        let help = self.0.help();
        match &self.0 {
            TableError::NoSuchColumn { delimiter: Some(c), .. } | TableError::Ragged { delimiter: Some(c), .. } => {
                let (before, _) = help.as_deref()?.split_once("is the delimiter ")?;
                Some(format!("{before}is the delimiter {}", then(*c)))
            }
            _ => help,
        }
    }
}
