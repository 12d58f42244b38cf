//! `--emit`: the function and its gradient as source code, and nothing else on standard output.

use super::GradOptions;
use super::plan::Plan;
use super::problem::PlanError;
use super::study::{Kind, Planned, Study};
use crate::commands::outcome::{Outcome, Outputs};
use crate::commands::request::Request;
use crate::commands::session::Job;
use crate::error::{Located, Span, nearest};
use crate::formula::emit::{EmitError, LANGUAGES, Language, Unit};
use crate::objective::Formula;
use crate::spec::{Text, listed};

/// The registry's line.
pub const KIND: Kind =
    Kind { key: "source", option: "emit", name: "source code", over_rows: false, of_points: false, plan };

struct Emit {
    source: Result<String, EmitError>,
    language: &'static Language,
}

fn plan(request: &Request<GradOptions>, plan: &Plan) -> Planned {
    let Some(text) = request.text("grad.emit") else { return Ok(None) };
    let language = language(&text)?;
    let f = &plan.formula;
    let node = |name: &String| f.graph.input_named(name).map(|id| (name.clone(), id));
    let unit = Unit {
        graph: &f.graph,
        text: &plan.text,
        arguments: plan.names.iter().filter_map(node).collect(),
        value: f.value,
        partials: plan.wrt.iter().cloned().zip(f.gradient.iter().copied()).collect(),
    };
    let source = (language.emit)(&unit);
    if let Err(problem) = source {
        return Err(text.locate_at(problem, Span::new(0, text.text.len())));
    }
    Ok(Some(Box::new(Emit { source, language })))
}

fn language(text: &Text) -> Result<&'static Language, Located> {
    let names = || LANGUAGES.iter().map(|l| l.name);
    LANGUAGES.iter().find(|l| l.name == text.text).copied().ok_or_else(|| {
        let near = nearest(&text.text, names()).map(String::from);
        let problem = PlanError::UnknownLanguage { name: text.text.clone(), near, known: listed(names()) };
        text.locate_at(problem, Span::new(0, text.text.len()))
    })
}

impl Study for Emit {
    fn speaks_alone(&self) -> bool {
        true
    }

    fn whole(&self, _: &Plan, _: &Formula, _: &Job, _: &mut Outputs, outcome: &mut Outcome) -> anyhow::Result<()> {
        let source = self.source.clone().map_err(Located::new)?;
        outcome.result.insert("language".into(), self.language.name.into());
        outcome.result.insert("source".into(), source.as_str().into());
        outcome.report.push_str(&source);
        Ok(())
    }
}
