//! The end of a run, and how a checkpoint keeps it.

use serde_json::{Map, Value};

use crate::calculus::status::Status;
use crate::objective::Evaluations;
use crate::optimize::curvature::Curvature;
use crate::optimize::method::Entry;
use crate::optimize::settings::Settings;
use crate::optimize::state::State;
use crate::optimize::stop::{Criterion, Stop};

/// The end of one run.
pub struct Ended {
    /// The method.
    pub entry: &'static Entry,
    /// Its settings.
    pub settings: Settings,
    /// Where it began.
    pub start: Vec<f64>,
    /// f there.
    pub start_value: f64,
    /// Where it ended.
    pub x: Vec<f64>,
    /// f there.
    pub value: f64,
    /// The gradient there.
    pub gradient: Vec<f64>,
    /// |g| over the variables that no bound holds back.
    pub gradient_norm: f64,
    /// Accepted steps.
    pub iterations: u64,
    /// Evaluations.
    pub count: Evaluations,
    /// Why it ended.
    pub stop: Stop,
    /// `converged`, `saddle`, or the criterion's word.
    pub status: &'static str,
    /// The class of a stationary point.
    pub class: Option<&'static str>,
    /// Why partials do not exist at the end, where some do not.
    pub reason: Option<String>,
    /// Second-order facts, of f itself.
    pub curvature: Option<Curvature>,
    /// The contraction that was seen.
    pub rate: Option<f64>,
    /// Saddles left, and updates skipped.
    pub saddles: u64,
    /// Updates a method skipped.
    pub skipped: u64,
    /// Seconds it took.
    pub seconds: f64,
}

/// The classes that an end can have.
const CLASSES: [&str; 5] = ["minimum", "maximum", "saddle", "inflection", "degenerate"];

impl Ended {
    /// What is no number, for the header of a checkpoint.
    pub fn words(&self) -> Value {
        let mut map = Map::new();
        map.insert("criterion".into(), self.stop.criterion.word().into());
        map.insert("message".into(), self.stop.message.as_str().into());
        map.insert("status".into(), self.status.into());
        map.insert("class".into(), self.class.map_or(Value::Null, Value::from));
        map.insert("reason".into(), self.reason.clone().map_or(Value::Null, Value::from));
        Value::Object(map)
    }

    /// An end with these words, its numbers still to be loaded by [`Ended::state`].
    pub fn of(words: &Value, entry: &'static Entry, settings: &Settings) -> Option<Ended> {
        let word = |key: &str| words[key].as_str();
        let criterion = Criterion::of(word("criterion")?)?;
        let status = match word("status")? {
            "converged" => "converged",
            "saddle" => "saddle",
            other => match Status::ALL.into_iter().find(|s| s.word() == other) {
                Some(status) => status.word(),
                None => Criterion::of(other)?.word(),
            },
        };
        let class = match word("class") {
            Some(class) => Some(*CLASSES.iter().find(|c| **c == class)?),
            None => None,
        };
        let (value, threshold, message) = (f64::NAN, f64::NAN, word("message")?.to_string());
        Some(Ended {
            entry,
            settings: settings.clone(),
            start: Vec::new(),
            start_value: f64::NAN,
            x: Vec::new(),
            value: f64::NAN,
            gradient: Vec::new(),
            gradient_norm: f64::NAN,
            iterations: 0,
            count: Evaluations::default(),
            stop: Stop { criterion, value, threshold, message },
            status,
            class,
            reason: words["reason"].as_str().map(String::from),
            curvature: None,
            rate: None,
            saddles: 0,
            skipped: 0,
            seconds: 0.0,
        })
    }

    /// Saves or loads the numbers.
    pub fn state(&mut self, state: &mut State) {
        state.vector("start", &mut self.start);
        state.number("start_value", &mut self.start_value);
        state.vector("x", &mut self.x);
        state.number("value", &mut self.value);
        state.vector("gradient", &mut self.gradient);
        state.number("gradient_norm", &mut self.gradient_norm);
        state.count("iterations", &mut self.iterations);
        state.evaluations(&mut self.count);
        state.number("stop.value", &mut self.stop.value);
        state.number("stop.threshold", &mut self.stop.threshold);
        state.count("saddles", &mut self.saddles);
        state.count("skipped", &mut self.skipped);
        state.number("seconds", &mut self.seconds);
        let mut has_rate = self.rate.is_some();
        state.flag("has_rate", &mut has_rate);
        if has_rate {
            state.number("rate", self.rate.get_or_insert(f64::NAN));
        }
        let mut has_curvature = self.curvature.is_some();
        state.flag("has_curvature", &mut has_curvature);
        if has_curvature {
            self.curvature.get_or_insert_default().state(state);
        }
    }
}
