//! Objectives over rows: the problem of one row, the rows read, a likelihood's information.

use std::path::{Path, PathBuf};

use super::likelihood::Likelihood;
use super::options::{DescendOptions, MissingName};
use super::plan::Kind;
use super::problem::PlanError;
use crate::commands::problem::{Knowledge, Problem, problem};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::{Located, Span};
use crate::formula::graph::NodeId;
use crate::formula::lower::Scope;
use crate::formula::read;
use crate::objective::{Columns, Information, PerRow, RowsObjective};
use crate::spec::{self, Origin, Place, Reduce, Text};
use crate::table::read::{Batch, Input, Missing, Options, Reader, RowCounts};

/// The problem of one row.
pub fn per_row(
    spec: &spec::Spec,
    objective: &spec::Objective,
    known: &Knowledge<'_>,
) -> Result<(Kind, Problem, Option<Likelihood>), Located> {
    let whole = |text: &Text| Span::new(0, text.text.len());
    match objective {
        spec::Objective::Formula(text) => Ok((Kind::Loss, problem(spec, text, known)?, None)),
        spec::Objective::Residual(text) if spec.data.is_none() => {
            Err(text.locate_at(PlanError::ResidualWithoutRows, whole(text)))
        }
        spec::Objective::Residual(text) => Ok((Kind::Residual, problem(spec, text, known)?, None)),
        spec::Objective::Likelihood(node) if spec.data.is_none() => {
            Err(node.place.locate_whole(PlanError::LikelihoodWithoutRows))
        }
        spec::Objective::Likelihood(node) => {
            let likelihood = Likelihood::read(node)?;
            // each formula by itself first: its faults are shown where it stands
            for formula in &likelihood.formulas {
                problem(spec, formula, known)?;
            }
            let text = likelihood.with_parameters(likelihood.family.loss);
            let place = Place::whole(Origin::command_line("likelihood", &text));
            let p = problem(spec, &Text { text, place, key: "likelihood".into() }, known)?;
            Ok((Kind::Likelihood, p, Some(likelihood)))
        }
    }
}

/// Reads the rows and puts the objective over them.
pub fn over_rows(
    request: &Request<DescendOptions>,
    job: &Job,
    mut p: Problem,
    kind: Kind,
    likelihood: Option<Likelihood>,
) -> Result<(RowsObjective, (PathBuf, RowCounts)), Located> {
    let Some(data) = &request.spec.data else { return Err(Located::new(PlanError::ResidualWithoutRows)) };
    if p.layout.is_empty() {
        return Err(Located::new(crate::commands::problem::error::ProblemError::NoVariables));
    }
    let path = data.file.place.path(&data.file.text);
    let variables = p.write_out()?;
    let information = match &likelihood {
        Some(l) => Some(information(request, &mut p, l)?),
        None => None,
    };
    let columns = p.columns();
    let options = Options {
        delimiter: request.options.delimiter.map(|c| c as u8),
        missing: match request.options.missing.unwrap_or_default() {
            MissingName::Error => Missing::Error,
            MissingName::Drop => Missing::Drop,
        },
        advice: "leave such rows out with --missing drop",
        threads: Some(job.threads()),
        ..Options::default()
    };
    let open = || Reader::open(Input::from_path(&path), &options);
    let mut reader = job.cancel.while_waiting_if(path == Path::new("-"), open).map_err(Located::new)?;
    let names: Vec<&str> = columns.iter().map(|c| c.0.as_str()).collect();
    let selection = reader.select(&names).map_err(Located::new)?.without_cells();
    let mut batch = Batch::new(selection);
    let mut all = Columns { columns: vec![Vec::new(); p.graph.inputs().len()], rows: 0 };
    while reader.next_batch(&mut batch).map_err(Located::new)? {
        if job.cancel.is_set() {
            break;
        }
        for ((_, place), column) in columns.iter().zip(&batch.columns) {
            all.columns[*place].extend_from_slice(column);
        }
        all.rows += batch.rows;
    }
    if all.rows == 0 {
        let problem = PlanError::NoRows { file: path.display().to_string() };
        return Err(data.file.locate_at(problem, Span::new(0, data.file.text.len())));
    }
    let counts = reader.rows().clone();
    let mean = match (data.reduce, kind) {
        (Some(reduce), _) => reduce == Reduce::Mean,
        (None, Kind::Loss) => true,
        _ => false,
    };
    let per_row = if kind == Kind::Residual { PerRow::Residual } else { PerRow::Loss };
    let objective = RowsObjective::new(p.graph, p.value, variables, per_row, all, mean, information);
    Ok((objective, (path, counts)))
}

/// The parameters of a likelihood and their information, as nodes of the problem's graph.
fn information(
    request: &Request<DescendOptions>,
    p: &mut Problem,
    likelihood: &Likelihood,
) -> Result<Information, Located> {
    let mut scope = Scope::default();
    for (name, definition) in &request.spec.lets {
        let id = read(&mut p.graph, &definition.value.source(), &scope).map_err(|e| definition.value.locate(e))?;
        scope.lets.insert(name.clone(), id);
    }
    let mut node = |text: &str| -> Result<NodeId, Located> {
        let place = Place::whole(Origin::command_line("likelihood", text));
        let text = Text { text: text.to_string(), place, key: "likelihood".into() };
        let id = read(&mut p.graph, &text.source(), &scope).map_err(|e| text.locate(e))?;
        let roots = crate::formula::unroll::unroll(&mut p.graph, &[id]);
        Ok(roots.map_err(|e| text.locate(crate::formula::FormulaError::from(e)))?[0])
    };
    let parameters =
        likelihood.formulas[1..].iter().map(|f| node(&f.text)).collect::<Result<Vec<NodeId>, Located>>()?;
    let row = |row: &&[&str]| row.iter().map(|e| likelihood.with_parameters(e)).collect::<Vec<String>>();
    let texts: Vec<Vec<String>> = likelihood.family.information.iter().map(row).collect();
    let mut matrix = Vec::new();
    for row in texts {
        matrix.push(row.iter().map(|t| node(t)).collect::<Result<Vec<NodeId>, Located>>()?);
    }
    Ok(Information { parameters, matrix })
}
