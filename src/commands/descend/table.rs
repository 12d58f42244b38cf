//! The result as a table, for `-o FILE.csv` and its kin: what least squares estimates, else where each variable went.

use super::ended::Ended;
use super::inference::Fit;
use super::plan::Plan;
use crate::commands::outcome::Outputs;
use crate::error::Located;
use crate::table::formats::Cell;

/// Columns where there are standard errors: the keys of `parameters` in the JSON.
const ESTIMATES: [&str; 5] = ["name", "estimate", "std_error", "conf_low", "conf_high"];
/// Columns of everything else.
const ENDS: [&str; 3] = ["variable", "start", "end"];

/// A row for each coordinate of each of the `ends`, one of which stands for all starts; `fits`: one for each end, or none at all.
pub fn write(plan: &Plan, ends: &[&Ended], fits: &[Fit], outputs: &mut Outputs) -> Result<(), Located> {
    if !outputs.want_rows() {
        return Ok(());
    }
    let several = plan.methods.len() > 1;
    let own = if fits.is_empty() { &ENDS[..] } else { &ESTIMATES[..] };
    let columns = several.then_some("method").into_iter().chain(own.iter().copied());
    outputs.columns(columns.map(String::from).collect())?;
    for (i, end) in ends.iter().enumerate() {
        let method = several.then_some(Cell::Text(end.entry.name.as_bytes()));
        for (k, &x) in end.x.iter().enumerate() {
            let name = plan.layout.name(k);
            let mut cells: Vec<Cell<'_>> = method.into_iter().collect();
            cells.push(Cell::Text(name.as_bytes()));
            match fits.get(i) {
                Some(fit) => {
                    let m = fit.margins[k];
                    cells.extend([x, fit.std_errors[k], x - m, x + m].map(|x| Cell::Number(x + 0.0)));
                }
                None => cells.extend([end.start[k], x].map(|x| Cell::Number(x + 0.0))),
            }
            outputs.row(&cells)?;
        }
    }
    Ok(())
}
