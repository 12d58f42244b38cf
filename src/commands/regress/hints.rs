//! What was meant by a formula that does not parse, to one who knows the columns.

use super::features::Use;
use crate::error::{Diagnose, Exit, Span};
use crate::formula::FormulaError;
use crate::formula::parse::is_plain;

/// The error of a formula with a help of its own.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct Hinted {
    problem: FormulaError,
    help: String,
}

impl Hinted {
    /// `problem` with `help`.
    pub fn new(problem: FormulaError, help: String) -> Hinted {
        Hinted { problem, help }
    }
}

impl Diagnose for Hinted {
    fn exit(&self) -> Exit {
        self.problem.exit()
    }

    fn span(&self) -> Option<Span> {
        self.problem.span()
    }

    fn help(&self) -> Option<String> {
        Some(self.help.clone())
    }
}

/// The help for a text that is no formula, where the columns tell what was meant.
pub fn hint(text: &str, names: &[String], what: Use) -> Option<String> {
    let text = text.trim();
    let unquoted: String = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
    // the longest: `living area` and not `area`
    let odd = names.iter().filter(|name| !name.is_empty() && !is_plain(name) && !name.contains('`'));
    let found = odd.filter(|name| unquoted.contains(name.as_str())).max_by_key(|name| name.len());
    if let Some(name) = found {
        return Some(format!("the name of a column that is no plain word stands in backquotes: `{name}`"));
    }
    match what {
        Use::Feature if text.contains(':') && !text.contains('?') => {
            Some(format!("for a product write `{}`", text.replace(':', "*")))
        }
        Use::Target => {
            let (target, features) = text.split_once('~')?;
            let (target, features) = (target.trim(), features.trim().replace(" + ", ",").replace('+', ","));
            Some(match &features[..] {
                "." | "" => format!("write --target '{target}'; all other columns are features"),
                _ => format!("write --target '{target}' --features '{features}'"),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        let names = ["living area", "area", "2nd", "city"].map(String::from);
        let meant = |text, what| hint(text, &names, what).unwrap_or_default();
        assert!(meant("living area^2", Use::Feature).ends_with("`living area`"));
        assert!(meant("2nd^2", Use::Offset).ends_with("`2nd`"));
        assert_eq!(meant("`living area` area", Use::Feature), "");
        assert!(meant("area : city", Use::Feature).ends_with("`area * city`"));
        assert!(meant("price ~ area + city", Use::Target).ends_with("--target 'price' --features 'area,city'"));
        assert!(meant("price~.", Use::Target).contains("--target 'price';"));
    }
}
