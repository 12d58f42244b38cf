//! What should be known of the columns, whatever the fit says.

use super::levels::Levels;
use super::plan::Plan;
use crate::commands::outcome::Warning;
use crate::numeric::text::count;
use serde_json::Map;

/// Columns that were taken for categories, and levels that are one number.
pub fn categories(plan: &Plan, all: &Levels) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (c, (column, levels)) in plan.columns.categories.iter().zip(&all.names).enumerate() {
        if plan.found_categories.contains(column) {
            let reference = plan.reference(c, all);
            let so = match reference {
                Some(level) => format!("its reference level is `{level}`"),
                None => "each has a term of its own".to_string(),
            };
            let message =
                format!("`{column}` is no number and is read as a category of {}; {so}", count(levels.len(), "level"));
            let facts = Map::from_iter([
                ("column".to_string(), column.as_str().into()),
                ("reference".to_string(), reference.cloned().into()),
                ("levels".to_string(), levels.len().into()),
            ]);
            warnings.push(Warning { code: "category_found", facts, message });
        }
        let same = equal(levels);
        if !same.is_empty() {
            let mut list = crate::spec::listed(same.iter().take(6).copied());
            if same.len() > 6 {
                list.push_str(&format!(" and {} more", same.len() - 6));
            }
            let message = format!(
                "levels of `{column}` are apart as text and equal as numbers: {list}; write them alike if they mean the same"
            );
            let facts = Map::from_iter([
                ("column".to_string(), column.as_str().into()),
                ("levels".to_string(), same.iter().map(|l| l.to_string()).collect::<Vec<_>>().into()),
            ]);
            warnings.push(Warning { code: "equal_levels", facts, message });
        }
    }
    warnings
}

/// Of levels that are all numbers, in the order of the numbers: those that equal a neighbour.
fn equal(levels: &[String]) -> Vec<&str> {
    let numbers: Option<Vec<f64>> = levels.iter().map(|l| l.parse().ok()).collect();
    let Some(numbers) = numbers else { return Vec::new() };
    let near = |i: usize| i > 0 && numbers[i - 1] == numbers[i] || numbers.get(i + 1) == Some(&numbers[i]);
    (0..levels.len()).filter(|&i| near(i)).map(|i| levels[i].as_str()).collect()
}

/// A name or pattern of `--categorical` none of whose columns is in the model.
pub fn idle_category(item: &str) -> Warning {
    let message =
        format!("`{item}` is to be read as a category and is neither a feature nor the target: it is not used");
    let facts = Map::from_iter([("column".to_string(), item.into())]);
    Warning { code: "categorical_not_used", facts, message }
}

/// Columns without a name, which nobody can ask for, where all columns were asked for.
pub fn nameless(names: &[String]) -> Option<Warning> {
    let places: Vec<usize> = (1..=names.len()).filter(|&at| names[at - 1].is_empty()).collect();
    let first = places.first()?;
    let message = match &places[..] {
        [_] => format!("column {first} has no name in the header and is left out; name it to use it"),
        _ => {
            let shown: Vec<String> = places.iter().take(5).map(usize::to_string).collect();
            let more = if places.len() > shown.len() { ", ..." } else { "" };
            format!(
                "{} columns have no name in the header and are left out ({}{more}); name them to use them",
                places.len(),
                shown.join(", ")
            )
        }
    };
    let facts = Map::from_iter([("count".to_string(), places.len().into()), ("places".to_string(), places.into())]);
    Some(Warning { code: "nameless_columns", facts, message })
}
