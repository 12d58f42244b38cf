//! The levels of categories.

use super::problem::PlanError;
use crate::error::Located;
use std::collections::HashMap;

/// More levels are no category but a name of rows.
const MOST_LEVELS: usize = 10_000;

/// The levels of the categories, in the order of their first rows, as they are found.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// Texts by code: \[categories\]\[levels\].
    pub names: Vec<Vec<String>>,
    codes: Vec<HashMap<Vec<u8>, u32>>,
    /// Levels that are not listed are an error.
    pub fixed: bool,
}

impl Levels {
    /// For so many categories, none known.
    pub fn new(categories: usize) -> Levels {
        Levels { names: vec![Vec::new(); categories], codes: vec![HashMap::new(); categories], fixed: false }
    }

    /// For so many categories, two levels each: stands in where only the numeric columns matter.
    pub fn new_pairs(categories: usize) -> Levels {
        Levels::known(vec![vec!["0".into(), "1".into()]; categories])
    }

    /// With these levels and no others.
    pub fn known(names: Vec<Vec<String>>) -> Levels {
        let codes = names
            .iter()
            .map(|levels| levels.iter().enumerate().map(|(i, l)| (l.as_bytes().to_vec(), i as u32)).collect())
            .collect();
        Levels { names, codes, fixed: true }
    }

    /// The code of the level `cell` of category `c`, the column `column`. A new level gets the next code, or is refused where levels are fixed.
    pub fn code(&mut self, c: usize, column: &str, cell: &[u8], file: &str, line: u64) -> Result<u32, Located> {
        if let Some(&code) = self.codes[c].get(cell) {
            return Ok(code);
        }
        let level = String::from_utf8_lossy(cell).into_owned();
        let column = column.to_string();
        if self.fixed {
            let known = self.names[c].clone();
            return Err(Located::new(PlanError::UnseenLevel { file: file.to_string(), line, column, level, known }));
        }
        if self.names[c].len() == MOST_LEVELS {
            return Err(Located::new(PlanError::ManyLevels { column, most: MOST_LEVELS }));
        }
        let code = self.names[c].len() as u32;
        self.names[c].push(level);
        self.codes[c].insert(cell.to_vec(), code);
        Ok(code)
    }

    /// Sorts the levels (as numbers where all are numbers, else as text) and gives for each category the new code of
    /// each old one.
    pub fn sort(&mut self) -> Vec<Vec<u32>> {
        let mut maps = Vec::new();
        for names in &mut self.names {
            let numbers: Vec<Option<f64>> = names.iter().map(|n| n.parse::<f64>().ok()).collect();
            let mut order: Vec<usize> = (0..names.len()).collect();
            if numbers.iter().all(Option::is_some) {
                let number = |at: usize| numbers[at].unwrap_or(0.0);
                // `1` and `1.0` are two levels: texts decide then, not which comes first in the file
                order.sort_by(|&a, &b| number(a).total_cmp(&number(b)).then_with(|| names[a].cmp(&names[b])));
            } else {
                order.sort_by(|&a, &b| names[a].cmp(&names[b]));
            }
            let mut map = vec![0; names.len()];
            for (new, &old) in order.iter().enumerate() {
                map[old] = new as u32;
            }
            *names = order.iter().map(|&i| names[i].clone()).collect();
            maps.push(map);
        }
        maps
    }
}
