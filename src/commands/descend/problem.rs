//! What can be wrong with a request for `descend`.

use crate::error::{Diagnose, Exit};

/// A request that cannot be carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the sentences are the documentation
pub enum PlanError {
    #[error("there is nothing to minimise")]
    Nothing,
    #[error("unknown method `{name}`")]
    UnknownMethod { name: String, near: Option<&'static str>, known: Vec<&'static str> },
    #[error("{method} needs {needs}, which this problem does not have")]
    Needs { method: &'static str, needs: &'static str, others: Vec<&'static str> },
    #[error("`{option}` means nothing to {methods}")]
    Unread { option: &'static str, methods: String, readers: Vec<&'static str> },
    #[error("{what} is not to be maximised")]
    Maximize { what: &'static str },
    #[error("`residual` needs rows: [data] with a file")]
    ResidualWithoutRows,
    #[error("a likelihood needs rows: [data] with a file")]
    LikelihoodWithoutRows,
    #[error("mini-batches are parts of the rows of [data], and there are none")]
    BatchWithoutRows,
    #[error("{method} does not work with mini-batches")]
    NotStochastic { method: &'static str, others: Vec<&'static str> },
    #[error("{a} and {b} do not go together")]
    Together { a: &'static str, b: &'static str },
    #[error("{file} has no row")]
    NoRows { file: String },
    #[error("`{name}` needs a box to draw starts in: it has no {end}")]
    NoBox { name: String, end: &'static str },
    #[error("`{key}` is out of range: {wanted} is wanted")]
    OutOfRange { key: &'static str, wanted: &'static str },
    #[error("`{name}` is no variable")]
    TraceVariable { name: String },
    #[error("unknown family `{name}`")]
    UnknownFamily { name: String, near: Option<&'static str>, known: Vec<&'static str> },
    #[error("the likelihood has no `{key}`")]
    LikelihoodKey { key: String },
    #[error("{family} has no parameter `{name}`")]
    LikelihoodParameter { family: &'static str, name: String, known: Vec<&'static str> },
    #[error("{file} is no checkpoint: {why}")]
    NoCheckpoint { file: String, why: String },
    #[error("{file} is a checkpoint of another run: its {what} differs")]
    OtherRun { file: String, what: &'static str },
    #[error("the trace {file} is shorter than the checkpoint says")]
    TraceLost { file: String },
    #[error("`{program}` answered `{answer}`: {wanted}")]
    Answer { program: String, answer: String, wanted: String },
    #[error("a program's variables must be named under [variables]")]
    ProgramVariables,
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}

impl Diagnose for PlanError {
    fn exit(&self) -> Exit {
        match self {
            PlanError::Answer { .. } | PlanError::TraceLost { .. } => Exit::World,
            _ => Exit::Request,
        }
    }

    fn help(&self) -> Option<String> {
        use PlanError::*;
        Some(match self {
            Nothing => "give a formula, -f 'x^2 + y^2' --start x=3,y=4, or a spec".into(),
            UnknownMethod { near: Some(near), .. } => format!("did you mean `{near}`?"),
            UnknownMethod { known, .. } => format!("the methods are {}", list(known)),
            Needs { others, .. } => format!("methods that would do: {}", list(others)),
            Unread { readers, .. } => format!("it is read by {}", list(readers)),
            Maximize { .. } => "leave --maximize out".into(),
            ResidualWithoutRows | LikelihoodWithoutRows => "add [data] with file = \"rows.csv\" to the spec".into(),
            BatchWithoutRows => "leave --batch-size out, or add [data] to the spec".into(),
            NotStochastic { others, .. } => format!("methods that do: {}", list(others)),
            Together { .. } => "take one of them away".into(),
            NoRows { .. } => "a sum over nothing has no minimum; give it rows".into(),
            NoBox { name, .. } => format!("write {name} = {{ value = 1, min = -10, max = 10 }} under [variables]"),
            OutOfRange { .. } => return None,
            TraceVariable { .. } => "name variables such as x or v(3), commas between them".into(),
            UnknownFamily { near: Some(near), .. } => format!("did you mean `{near}`?"),
            UnknownFamily { known, .. } => format!("the families are {}", list(known)),
            LikelihoodKey { key } => format!("add {key} = \"...\" under [likelihood]"),
            LikelihoodParameter { known, .. } => format!("its parameters are {}", list(known)),
            NoCheckpoint { .. } => "give the file that --checkpoint wrote".into(),
            OtherRun { .. } => "resume with the problem, the method and the options of the run that wrote it".into(),
            TraceLost { .. } => "without it the trace cannot be made whole; resume without --trace".into(),
            Answer { .. } => {
                "the first line is the header `f` or `f,df_x,...`, then a line of numbers for each line read".into()
            }
            ProgramVariables => "add [variables] with the names and starts".into(),
        })
    }
}
