//! The user's program as an objective: it is started once and kept running, a line of CSV in, a line of CSV out.

use super::problem::PlanError;
use crate::cancel::Cancel;
use crate::error::Diagnose;
use crate::numeric::elementary::pow;
use crate::objective::{Digits, EvaluationError, Objective, Offers, Resolution};
use crate::process::{Conversation, Limits, Program};

/// Bytes a line may have at least.
const LINE: u64 = 1 << 20;

/// f by a program. Its standard input is a CSV with a column for each variable and a column `need` (value or gradient); its
/// standard output a CSV with `f` and, if it knows them, `df_x` for each variable.
pub struct ProgramObjective {
    names: Vec<String>,
    program: Program,
    seconds: f64,
    cancel: Cancel,
    talk: Option<Conversation>,
    /// The place of f, and of each partial, in an answer.
    columns: Option<(usize, Option<Vec<usize>>)>,
    /// How finely it prints f and its partials.
    printed: [Printed; 2],
}

/// The most digits and decimals that were seen in a column: numbers that end early are whole by chance.
#[derive(Clone, Copy, Debug, Default)]
struct Printed {
    digits: i32,
    decimals: i32,
}

impl Printed {
    fn see(&mut self, cell: &str) {
        let (mantissa, exponent) = cell.split_once(['e', 'E']).unwrap_or((cell, "0"));
        let Ok(exponent) = exponent.parse::<i32>() else { return };
        let places = mantissa.split_once('.').map_or("", |m| m.1).len() as i32;
        let digits = mantissa.trim_start_matches(['+', '-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
        self.digits = self.digits.max(digits as i32);
        self.decimals = self.decimals.max(places - exponent);
    }

    fn digits(self) -> Digits {
        let half = |places: i32| 0.5 * pow(10.0, f64::from(-places));
        // 17 digits are all that f64 has
        let relative = if self.digits > 15 { f64::EPSILON } else { half(self.digits - 1) };
        Digits { relative, absolute: if self.digits > 15 { 0.0 } else { half(self.decimals) } }
    }
}

impl ProgramObjective {
    /// Starts nothing yet.
    pub fn new(names: Vec<String>, program: Program, seconds: f64, cancel: Cancel) -> Self {
        ProgramObjective { names, program, seconds, cancel, talk: None, columns: None, printed: Default::default() }
    }

    fn failed(problem: impl Diagnose) -> EvaluationError {
        EvaluationError::Failed(Box::new(problem))
    }

    fn wrong(&self, answer: &str, wanted: impl Into<String>) -> EvaluationError {
        let answer: String = answer.chars().take(80).collect();
        Self::failed(PlanError::Answer { program: self.program.line(), answer, wanted: wanted.into() })
    }

    /// Asks for a line; the cells of the answer. A program that has failed is started anew if it is asked again.
    fn ask(&mut self, x: &[f64], need: &str) -> Result<Vec<f64>, EvaluationError> {
        let answer = self.answer(x, need);
        if answer.is_err() {
            self.talk = None;
        }
        answer
    }

    fn answer(&mut self, x: &[f64], need: &str) -> Result<Vec<f64>, EvaluationError> {
        let mut line: String = x.iter().map(|x| crate::report::shortest(*x) + ",").collect();
        line.push_str(need);
        line.push('\n');
        if self.talk.is_none() {
            let limits = Limits { seconds: self.seconds, output_bytes: LINE + 64 * self.names.len() as u64 };
            let mut talk = Conversation::open(&self.program, limits, &self.cancel).map_err(Self::failed)?;
            let quoted = |n: &String| if n.contains(',') { format!("\"{n}\",") } else { format!("{n},") };
            let header: String = self.names.iter().map(quoted).collect();
            talk.say(format!("{header}need\n{line}").as_bytes()).map_err(Self::failed)?;
            let answer = talk.line().map_err(Self::failed)?;
            self.talk = Some(talk);
            self.header(&answer)?;
        } else if let Some(talk) = &mut self.talk {
            talk.say(line.as_bytes()).map_err(Self::failed)?;
        }
        let Some(talk) = &mut self.talk else { return Ok(Vec::new()) };
        let answer = talk.line().map_err(Self::failed)?;
        let number = |cell: &str| match cell.trim() {
            "" => Some(f64::NAN),
            cell => cell.parse::<f64>().ok(),
        };
        for (i, cell) in answer.split(',').enumerate() {
            let is_f = self.columns.as_ref().is_some_and(|c| c.0 == i);
            self.printed[usize::from(!is_f)].see(cell.trim());
        }
        let cells: Option<Vec<f64>> = answer.split(',').map(number).collect();
        cells.ok_or_else(|| self.wrong(&answer, "a line of numbers is wanted"))
    }

    fn header(&mut self, line: &str) -> Result<(), EvaluationError> {
        let mut cells: Vec<String> = Vec::new();
        let mut quoted = false;
        let mut cell = String::new();
        for c in line.chars().chain(std::iter::once(',')) {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell).trim().to_string()),
                c => cell.push(c),
            }
        }
        let place = |name: &str| cells.iter().position(|c| c == name);
        let Some(f) = place("f") else { return Err(self.wrong(line, "a header with a column `f` is wanted")) };
        let partials: Vec<Option<usize>> = self.names.iter().map(|n| place(&format!("df_{n}"))).collect();
        let all: Option<Vec<usize>> = partials.iter().copied().collect();
        if all.is_none() && partials.iter().any(Option::is_some) {
            let missing = self.names.iter().zip(&partials).find(|p| p.1.is_none()).map_or("", |p| p.0);
            return Err(self.wrong(line, format!("`df_{missing}` is missing beside the other partials")));
        }
        self.columns = Some((f, all));
        Ok(())
    }

    fn f(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        let cells = self.ask(x, "value")?;
        let at = self.columns.as_ref().map_or(0, |c| c.0);
        cells.get(at).copied().ok_or_else(|| self.wrong("", "a number in the column `f` is wanted"))
    }
}

impl Objective for ProgramObjective {
    fn dimension(&self) -> usize {
        self.names.len()
    }

    fn offers(&self) -> Offers {
        let gradient = self.columns.as_ref().is_none_or(|c| c.1.is_some());
        Offers { gradient, ..Offers::default() }
    }

    fn resolution(&self) -> Resolution {
        let [value, partial] = self.printed.map(Printed::digits);
        Resolution { value, partial }
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, EvaluationError> {
        self.f(x)
    }

    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvaluationError> {
        let knows = self.columns.as_ref().is_none_or(|c| c.1.is_some());
        if knows {
            let cells = self.ask(x, "gradient")?;
            if let Some((f, Some(partials))) = &self.columns {
                let cell = |at: &usize| cells.get(*at).copied();
                let found: Option<Vec<f64>> = partials.iter().map(cell).collect();
                let (Some(value), Some(found)) = (cell(f), found) else {
                    return Err(self.wrong("", "a number in every column is wanted"));
                };
                gradient.copy_from_slice(&found);
                return Ok(value);
            }
        }
        // centred differences: the program gives no partials
        let value = self.f(x)?;
        let mut at = x.to_vec();
        for i in 0..x.len() {
            let size = if x[i].abs() > 1.0 { x[i].abs() } else { 1.0 };
            let h = 6.055e-6 * size; // the cube root of the rounding
            at[i] = x[i] + h;
            let (up, above) = (self.f(&at)?, at[i]);
            at[i] = x[i] - h;
            let (down, below) = (self.f(&at)?, at[i]);
            gradient[i] = (up - down) / (above - below);
            at[i] = x[i];
        }
        Ok(value)
    }
}
