//! What is said where a fit has no answer.

use super::super::options::RobustName;
use crate::commands::outcome::{Answer, Warning};
use crate::numeric::text::count;
use crate::regress::Term;
use crate::regress::glm::End;
use crate::regress::gram::Gram;
use crate::regress::leverage::Alone;
use serde_json::{Map, Value};

/// The status of a fit, its answer where that is no, and the terms at fault among the keys of the result.
pub fn end_answers(
    end: &End,
    names: &[String],
    family: &str,
    answers: &mut Vec<Answer>,
    more: &mut Map<String, Value>,
) -> &'static str {
    match end {
        End::Converged => "fitted",
        End::MaxIterations => {
            answers
                .push(Answer { word: "max-iterations", message: "the iterations ran out before the optimum".into() });
            "max_iterations"
        }
        End::Separated(direction) => {
            let largest = direction.iter().fold(0.0, |m: f64, d| if d.abs() > m { d.abs() } else { m });
            let n = names.len().max(1);
            let mut list: Vec<&str> = Vec::new();
            for (k, d) in direction.iter().enumerate() {
                let name = names[k % n].as_str();
                if d.abs() > 1e-4 * largest && name != "(intercept)" && !list.contains(&name) {
                    list.push(name);
                }
            }
            more.insert("separating".into(), list.clone().into());
            let columns = crate::spec::listed(list.iter().copied());
            let what = match family {
                "poisson" => format!("the target is 0 in all rows on one side of {columns}"),
                _ => format!("the classes are separated by {columns}"),
            };
            let message = format!(
                "{what}: the likelihood has no maximum; leave a column out or add --penalty ridge --lambda 0.01"
            );
            answers.push(Answer { word: "separated", message });
            "separated"
        }
        End::Stalled => {
            let message = "no step makes the likelihood larger and keeps every mean in the link's range: the estimates are at its edge, without standard errors; try another --link".into();
            answers.push(Answer { word: "stalled", message });
            "stalled"
        }
        End::Singular(column) => {
            let name = names.get(column % names.len().max(1)).map_or("", String::as_str);
            let message =
                format!("`{name}` depends on the columns before it, or the {family} fit has no end in its direction");
            answers.push(Answer { word: "collinear", message });
            more.insert("dependent".into(), vec![name].into());
            "collinear"
        }
    }
}

/// That rows of leverage 1 leave standard errors open; nothing where there are none.
pub fn alone(names: &[String], alone: &Alone, kind: RobustName) -> Option<Warning> {
    if alone.rows == 0 {
        return None;
    }
    let terms: Vec<&str> = names.iter().zip(&alone.decided).filter(|t| *t.1).map(|t| t.0.as_str()).collect();
    let kind = format!("{kind:?}").to_uppercase();
    let shown = match terms.len() {
        few if few <= MOST_NAMED => crate::spec::listed(terms.iter().copied()),
        many => count(many, "coefficient"),
    };
    let have = if alone.rows == 1 { "has" } else { "have" };
    let message = format!(
        "{} {have} leverage 1 (no other row tells what it decides), and {kind} divides its residual of 0 by 1 - leverage: no standard error for {shown}; --robust hc1 takes such a residual as it is",
        count(alone.rows, "row")
    );
    let facts = Map::from_iter([("rows".to_string(), alone.rows.into()), ("terms".to_string(), terms.into())]);
    Some(Warning { code: "leverage_of_1", facts, message })
}

/// The names of the columns that depend on others.
pub fn dependent_terms(names: &[String], found: &[(usize, Vec<usize>)]) -> Value {
    found.iter().map(|(k, _)| Value::from(names[*k].as_str())).collect()
}

/// More columns are not named one by one.
const MOST_NAMED: usize = 10;

/// Columns (indices among the coefficients) that depend on others, and what that means for them; `terms`: without the intercept.
pub fn dependent(names: &[String], found: &[(usize, Vec<usize>)], gram: &Gram, terms: &[Term]) -> Vec<Answer> {
    let answer = |message: String| Answer { word: "collinear", message };
    let mut answers = Vec::new();
    if names.len() as u64 > gram.rows {
        let message = format!(
            "{} and {}: more than the rows can tell apart",
            count(names.len(), "coefficient"),
            count(gram.rows, "row")
        );
        answers.push(answer(format!("{message}; leave some out, or add --penalty ridge")));
    }
    for (column, on) in found.iter().take(MOST_NAMED) {
        let why = match on.iter().all(|k| names[*k] == "(intercept)") && is_absent(gram, terms, *column) {
            true => format!("no row that is fitted has `{}`, only rows held out or of the weight 0", names[*column]),
            false => dependence(names, *column, on, gram.intercept),
        };
        answers.push(answer(format!("{why}: it has no estimate")));
    }
    if found.len() > MOST_NAMED {
        answers.push(answer(match found.len() - MOST_NAMED {
            1 => "1 column more depends on others".to_string(),
            more => format!("{more} columns more depend on others"),
        }));
    }
    answers
}

/// Whether a coefficient is that of a level which no row has: of a column that is the same in every row, that it is 0 and not 1.
fn is_absent(gram: &Gram, terms: &[Term], coefficient: usize) -> bool {
    let Some(k) = coefficient.checked_sub(usize::from(gram.intercept)) else { return false };
    let mean = match gram.intercept {
        true => (gram.at(0, coefficient) / gram.at(0, 0)).hi / gram.scale[k] + gram.shift[k],
        false => 0.0,
    };
    matches!(terms.get(k), Some(Term::Levels { .. })) && mean < 0.5
}

/// Why a column has no estimate.
fn dependence(names: &[String], column: usize, on: &[usize], intercept: bool) -> String {
    let name = &names[column];
    let on: Vec<&str> = on.iter().map(|&k| names[k].as_str()).filter(|n| *n != "(intercept)").collect();
    match (&on[..], intercept) {
        ([], true) => format!("`{name}` is the same in every row"),
        ([], false) => format!("`{name}` is 0 in every row"),
        (on, _) if on.len() > MOST_NAMED => format!("`{name}` depends on {} other columns", on.len()),
        (on, _) => format!("`{name}` depends on {}", crate::spec::listed(on.iter().copied())),
    }
}
