//! The protocol: rows of points with a column `need`, answered row by row with `f` (or `f1`, `f2`, ...), and `df_x` where a gradient
//! was needed.

use std::io::{self, Write};
use std::sync::Arc;

use super::files::{self, Numbers};
use super::problem::CheckError;
use crate::check::batch::{Along, Answers, Points, Probe, Round};
use crate::error::Located;
use crate::report::shortest;
use crate::table::read::Reader;

/// What is asked, ready to be written by another thread.
#[derive(Clone, Debug)]
pub struct Question {
    names: Arc<Vec<String>>,
    points: Arc<Points>,
    probes: Vec<Probe>,
    gradients: Vec<usize>,
}

impl Question {
    /// A round as rows: the probes, then the points whose gradient is wanted.
    pub fn new(names: &Arc<Vec<String>>, round: &Round<'_>) -> Question {
        Question {
            names: names.clone(),
            points: Arc::new(round.points.clone()),
            probes: round.probes.clone(),
            gradients: round.gradients.clone(),
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.probes.len() + self.gradients.len()
    }

    /// How many of them want a gradient.
    pub fn gradients(&self) -> usize {
        self.gradients.len()
    }

    /// All rows in their order: the point, and whether its gradient is wanted.
    fn each(&self) -> impl Iterator<Item = (Probe, bool)> + '_ {
        let here = |&base: &usize| (Probe { base, along: Along::Here, to: 0.0 }, true);
        self.probes.iter().map(|p| (*p, false)).chain(self.gradients.iter().map(here))
    }

    /// Writes CSV with a header.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        for name in self.names.iter() {
            if name.contains([',', '"']) {
                line.push_str(&format!("\"{}\",", name.replace('"', "\"\"")));
            } else {
                line.push_str(&format!("{name},"));
            }
        }
        line.push_str("need\n");
        out.write_all(line.as_bytes())?;
        let mut x = Vec::new();
        // most rows differ from their base point in one cell: the others' text is kept
        let mut base: Option<usize> = None;
        let mut cells: Vec<String> = Vec::new();
        for (probe, gradient) in self.each() {
            if base != Some(probe.base) {
                cells = self.points.at[probe.base].iter().map(|&x| shortest(x)).collect();
                base = Some(probe.base);
            }
            line.clear();
            let one = if let Along::Axis(i) = probe.along { Some(i) } else { None };
            match probe.along {
                Along::Here | Along::Axis(_) => {
                    for (k, cell) in cells.iter().enumerate() {
                        match one == Some(k) {
                            true => line.push_str(&shortest(probe.to)),
                            false => line.push_str(cell),
                        }
                        line.push(',');
                    }
                }
                _ => {
                    self.points.place(&probe, &mut x);
                    for &x in &x {
                        line.push_str(&shortest(x));
                        line.push(',');
                    }
                }
            }
            line.push_str(if gradient { "gradient\n" } else { "value\n" });
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    /// Reads the answers. `known`: how many functions there were in earlier rounds.
    pub fn read(&self, mut reader: Reader, known: Option<usize>) -> Result<Answers, Located> {
        let from = reader.file().to_string();
        let header = reader.header().names().to_vec();
        let functions = functions(&from, &header)?;
        if let Some(before) = known.filter(|&m| m != functions.len()) {
            return Err(Located::new(CheckError::FunctionsChanged { from, before, now: functions.len() }));
        }
        let m = functions.len();
        let mut wanted = functions;
        if !self.gradients.is_empty() {
            for f in 0..m {
                for name in self.names.iter() {
                    let number = (m > 1 || wanted[0] != "f").then_some(f + 1);
                    let missing = || {
                        let name = name.clone();
                        Located::new(CheckError::NoGradientColumn { file: from.clone(), name })
                    };
                    wanted.push(files::derivative_of(&header, number, name).ok_or_else(missing)?);
                }
            }
        }
        // a file that repeats the points must repeat these
        let repeated: Vec<(usize, String)> =
            self.names.iter().enumerate().filter_map(|(k, n)| Some((k, files::column_of(&header, n)?))).collect();
        let first_repeated = wanted.len();
        wanted.extend(repeated.iter().map(|r| r.1.clone()));
        let rows = self.rows();
        let found = files::numbers(&mut reader, &wanted, rows)?;
        if found.rows < rows {
            return Err(Located::new(CheckError::TooFewRows { from, found: found.rows, wanted: rows }));
        }
        if found.rows > rows {
            return Err(Located::new(CheckError::TooManyRows { from, wanted: rows }));
        }
        self.check_points(&found, &repeated, first_repeated)?;
        let n = self.names.len();
        let values = (0..self.probes.len()).flat_map(|r| (0..m).map(move |f| (r, f)));
        let values = values.map(|(r, f)| found.columns[f][r]).collect();
        let gradient = |k: usize| (0..m * n).map(|c| found.columns[m + c][self.probes.len() + k]).collect();
        Ok(Answers { functions: m, values, gradients: (0..self.gradients.len()).map(gradient).collect() })
    }

    fn check_points(&self, found: &Numbers, repeated: &[(usize, String)], first: usize) -> Result<(), Located> {
        if repeated.is_empty() {
            return Ok(());
        }
        let mut x = Vec::new();
        for (row, (probe, _)) in self.each().enumerate() {
            self.points.place(&probe, &mut x);
            for (c, (k, name)) in repeated.iter().enumerate() {
                let (got, asked) = (found.columns[first + c][row], x[*k]);
                // whoever passes numbers through a text of his own may lose a digit
                if !((got - asked).abs() <= 1e-13 * asked.abs()) {
                    return Err(Located::new(CheckError::OtherPoint {
                        from: found.from.clone(),
                        row: row + 1,
                        name: name.clone(),
                        found: shortest(got),
                        wanted: shortest(asked),
                    }));
                }
            }
        }
        Ok(())
    }
}

/// The columns of the functions: `f`, or `f1`, `f2`, ... without a gap.
fn functions(from: &str, header: &[String]) -> Result<Vec<String>, Located> {
    if header.iter().any(|h| h == "f") {
        return Ok(vec!["f".into()]);
    }
    let numbers: Vec<usize> = header.iter().filter_map(|h| h.strip_prefix('f')?.parse().ok()).collect();
    let Some(&most) = numbers.iter().max() else {
        return Err(Located::new(CheckError::NoValueColumn { from: from.to_string() }));
    };
    if let Some(missing) = (1..=most.min(numbers.len() + 1)).find(|k| !numbers.contains(k)) {
        return Err(Located::new(CheckError::Functions { from: from.to_string(), found: most, missing }));
    }
    Ok((1..=most).map(|k| format!("f{k}")).collect())
}
