//! A program, a file of values, and the file of what a program would be asked: what is checked without a formula.

use std::path::PathBuf;
use std::sync::Arc;

use super::answers::Question;
use super::files;
use crate::cancel::Cancel;
use crate::check::batch::{Answers, Evaluate, Round};
use crate::error::Located;
use crate::process::{Limits, Program, batch};

/// The user's program: started once a round.
pub struct ProgramBatch {
    /// The names of the coordinates.
    pub names: Arc<Vec<String>>,
    /// The program.
    pub program: Program,
    /// Seconds for a round.
    pub seconds: f64,
    /// Set by a signal.
    pub cancel: Cancel,
    /// m, once it is known.
    pub functions: Option<usize>,
}

impl Evaluate for ProgramBatch {
    fn dimension(&self) -> usize {
        self.names.len()
    }

    fn round(&mut self, round: &Round<'_>) -> Result<Answers, Located> {
        let question = Question::new(&self.names, round);
        // no answer is longer: 24 bytes a number, room for a hundred functions, and for what else is in the rows
        const ROOM: u64 = 64 << 20;
        let numbers = question.rows() as u64 * 4 + question.gradients() as u64 * self.names.len() as u64;
        let limits = Limits { seconds: self.seconds, output_bytes: ROOM.saturating_add(numbers.saturating_mul(2400)) };
        let asked = question.clone();
        let feed = Box::new(move |out: &mut dyn std::io::Write| asked.write(out));
        let output = batch(&self.program, feed, limits, &self.cancel).map_err(Located::new)?;
        let reader = files::open_bytes(&format!("the output of `{}`", self.program.line()), output)?;
        let answers = question.read(reader, self.functions)?;
        self.functions = Some(answers.functions);
        Ok(answers)
    }
}

/// A file that answers the first round.
pub struct ValuesFile {
    /// The names of the coordinates.
    pub names: Arc<Vec<String>>,
    /// The file.
    pub path: PathBuf,
    /// For standard input, which may keep us waiting.
    pub cancel: Cancel,
}

impl Evaluate for ValuesFile {
    fn dimension(&self) -> usize {
        self.names.len()
    }

    fn round(&mut self, round: &Round<'_>) -> Result<Answers, Located> {
        Question::new(&self.names, round).read(files::open(&self.path, &self.cancel)?, None)
    }

    fn answers_again(&self) -> bool {
        false
    }
}

/// Keeps the question of the first round and knows no answer.
pub struct Recorder {
    /// The names of the coordinates.
    pub names: Arc<Vec<String>>,
    /// What was asked.
    pub asked: Option<Question>,
}

impl Evaluate for Recorder {
    fn dimension(&self) -> usize {
        self.names.len()
    }

    fn round(&mut self, round: &Round<'_>) -> Result<Answers, Located> {
        self.asked = Some(Question::new(&self.names, round));
        let nothing = vec![f64::NAN; self.names.len()];
        let values = vec![f64::NAN; round.probes.len()];
        Ok(Answers { functions: 1, values, gradients: vec![nothing; round.gradients.len()] })
    }

    fn answers_again(&self) -> bool {
        false
    }
}
