//! The tables that flags name: coefficients, predictions, residuals, trace; and the result's own table, the coefficients.

use super::cross::Chosen;
use super::features::Target;
use super::fitting::Fitted;
use super::options::RegressOptions;
use super::plan::{Model, Plan};
use super::predict::Applied;
use super::run::Data;
use crate::commands::outcome::Outputs;
use crate::commands::request::Request;
use crate::error::Located;
use crate::table::formats::Cell;

/// The tables that are open.
#[derive(Debug, Default)]
pub struct Sinks {
    coefficients: Option<usize>,
    predictions: Option<usize>,
    residuals: Option<usize>,
    trace: Option<usize>,
    path: Option<usize>,
}

impl Sinks {
    /// Writes the path of a cross-validation; only now its terms are known.
    pub fn path(&self, chosen: &Chosen, terms: &[String], outputs: &mut Outputs) -> Result<(), Located> {
        let Some(table) = self.path else { return Ok(()) };
        outputs.begin_table(table, chosen.columns(terms))?;
        for row in chosen.rows() {
            let cells: Vec<Cell<'_>> = row.into_iter().map(Cell::Number).collect();
            outputs.table_row(table, &cells)?;
        }
        Ok(())
    }
}

const COEFFICIENTS: [&str; 7] = ["term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"];

/// Opens what flags name, before the work.
pub fn open(request: &Request<RegressOptions>, plan: &Plan, outputs: &mut Outputs) -> Result<Sinks, Located> {
    let several = matches!(plan.model, Model::Multinomial);
    let text = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    let mut table = text(&COEFFICIENTS);
    if several {
        table.insert(0, "class".into());
    }
    if outputs.want_rows() {
        outputs.columns(table.clone())?;
    }
    let rows = predicted(plan);
    let path = match request.path("regress.path") {
        Some(_) if request.options.cv.is_none() => {
            let with = "a lambda that is given: it is the path of --cv".to_string();
            return Err(request.locate("regress.path", super::problem::PlanError::Conflict { flag: "--path", with }));
        }
        Some(path) => Some(outputs.reserve_table(&path)?),
        None => None,
    };
    if several && request.options.residuals.is_some() {
        let with = "several classes: classes have no difference".to_string();
        let problem = super::problem::PlanError::Conflict { flag: "--residuals", with };
        return Err(request.locate("regress.residuals", problem));
    }
    // columns that are not known yet come with the rows
    let mut at = |key: &str, columns: Option<Vec<String>>| match (request.path(key), columns) {
        (Some(path), Some(columns)) => outputs.open_table(&path, columns).map(Some),
        (Some(path), None) => outputs.reserve_table(&path).map(Some),
        (None, _) => Ok(None),
    };
    Ok(Sinks {
        coefficients: at("regress.coefficients", Some(table))?,
        // there is a column for each class
        predictions: at("regress.predictions", (!several).then(|| rows.clone()))?,
        residuals: at("regress.residuals", Some([rows, text(&["residual"])].concat()))?,
        trace: at("regress.trace", Some(text(&["iteration", "loss", "gradient_norm"])))?,
        path,
    })
}

/// The columns of predictions, without those of the classes.
fn predicted(plan: &Plan) -> Vec<String> {
    let file = (plan.inputs.paths.len() > 1).then_some("file");
    let value = if matches!(plan.model, Model::Multinomial) { "class" } else { "fitted" };
    file.into_iter().chain(["line", "target", value]).map(String::from).collect()
}

/// Writes them.
pub fn write(plan: &Plan, data: &Data, fitted: &Fitted, sinks: &Sinks, outputs: &mut Outputs) -> anyhow::Result<()> {
    for c in &fitted.coefficients {
        let class = c.class.as_deref().map(|class| Cell::Text(class.as_bytes()));
        let numbers = [c.estimate, c.std_error, c.statistic, c.p_value, c.conf_low, c.conf_high].map(Cell::Number);
        let cells: Vec<Cell<'_>> = class.into_iter().chain([Cell::Text(c.term.as_bytes())]).chain(numbers).collect();
        if outputs.want_rows() {
            outputs.row(&cells)?;
        }
        if let Some(table) = sinks.coefficients {
            outputs.table_row(table, &cells)?;
        }
    }
    if let Some(table) = sinks.trace {
        for mark in &fitted.trace {
            let cells =
                [Cell::Number(mark.iteration as f64), Cell::Number(mark.loss), Cell::Number(mark.gradient_norm)];
            outputs.table_row(table, &cells)?;
        }
    }
    if sinks.predictions.is_none() && sinks.residuals.is_none() {
        return Ok(());
    }
    let applied = Applied::of(plan, fitted);
    let fail = super::run::in_files(plan);
    let files: Vec<String> = (0..plan.inputs.paths.len()).map(|k| plan.inputs.name(k)).collect();
    let several = files.len() > 1;
    let classes = matches!(plan.model, Model::Multinomial);
    if let (Some(table), true) = (sinks.predictions, classes) {
        let shares = fitted.classes.iter().map(|class| format!("p_{class}"));
        outputs.begin_table(table, predicted(plan).into_iter().chain(shares).collect())?;
    }
    for k in 0..data.store.len() {
        let part = data.store.load(k).map_err(&fail)?;
        let (inputs, codes) = (part.rounded(), part.codes());
        let block = data.design.block(&inputs, &codes, &part.lines).map_err(&fail)?;
        for i in 0..block.rows {
            let line = part.lines[i].to_string();
            let y = block.y.hi[i];
            let target = match plan.target {
                Target::Category(c) => Cell::Text(data.levels.names[c][part.codes[c][i] as usize].as_bytes()),
                Target::Number(_) => Cell::Number(y),
            };
            let found = applied.row(&block, i);
            let value = match applied.class(&found) {
                Some(class) if classes => Cell::Text(class.as_bytes()),
                _ => Cell::Number(found[0]),
            };
            let file = several.then(|| Cell::Text(files[part.file].as_bytes()));
            let cells = [Cell::Text(line.as_bytes()), target, value];
            let mut cells: Vec<Cell<'_>> = file.into_iter().chain(cells).collect();
            if let Some(table) = sinks.residuals {
                let residual = [Cell::Number(y - found[0])];
                outputs.table_row(table, &cells.iter().chain(&residual).cloned().collect::<Vec<_>>())?;
            }
            if let Some(table) = sinks.predictions {
                if classes {
                    cells.extend(found.iter().map(|share| Cell::Number(*share)));
                }
                outputs.table_row(table, &cells)?;
            }
        }
    }
    Ok(())
}
