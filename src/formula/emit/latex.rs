//! LaTeX: the function and its partial derivatives as an `align*` block (amsmath).

use super::{EmitError, Language, Unit};
use crate::formula::print;

/// The language's line. Its functions' templates stand in their own entries.
pub static ENTRY: Language =
    Language { name: "latex", doc: "An align* block of amsmath: f and its partials.", calls: &[], emit };

/// Longer formulas fit no page.
const MOST: usize = 100_000;

fn emit(unit: &Unit<'_>) -> Result<String, EmitError> {
    let g = unit.graph;
    let nodes = unit.partials.iter().map(|p| p.1).chain([unit.value]);
    if nodes.map(|n| print::length(g, n)).any(|length| length > MOST as f64) {
        return Err(EmitError::TooLong { most: MOST });
    }
    let names: Vec<String> = unit.arguments.iter().map(|a| print::latex_name(&a.0)).collect();
    let mut out = String::from("\\begin{align*}\n");
    out.push_str(&format!("  f({}) &= {} \\\\\n", names.join(", "), print::latex(g, unit.value)));
    for (k, (name, node)) in unit.partials.iter().enumerate() {
        let end = if k + 1 == unit.partials.len() { "" } else { " \\\\" };
        let name = print::latex_name(name);
        out.push_str(&format!("  \\frac{{\\partial f}}{{\\partial {name}}} &= {}{end}\n", print::latex(g, *node)));
    }
    out.push_str("\\end{align*}\n");
    Ok(out)
}
