//! How many points were seen, how many of each status, and the first of each.

use serde_json::{Map, Value};

use super::facts::Facts;
use crate::calculus::status::{PointStatus, Status};
use crate::commands::outcome::Answer;
use crate::numeric::text::{count, plural};

/// The first lines of a status that are told.
const TOLD: usize = 5;

/// Counts.
#[derive(Debug, Default)]
pub struct Summary {
    /// All points.
    pub points: u64,
    seen: Vec<Seen>,
    disagreements: Vec<String>,
    studies: Vec<Answer>,
}

#[derive(Debug)]
struct Seen {
    status: Status,
    count: u64,
    /// Of the first: where it is and why.
    first: String,
    /// Lines of the file, or numbers of points, of the first few.
    places: Vec<u64>,
    in_file: bool,
}

impl Summary {
    /// Counts a point. `line`: where it stands in its file; `at` describes it.
    pub fn count(&mut self, judged: Option<&PointStatus>, line: Option<u64>, at: impl Fn() -> String) {
        self.points += 1;
        let Some((status, reason)) = judged.map(PointStatus::worst) else { return };
        if status == Status::Ok {
            return;
        }
        let place = line.unwrap_or(self.points);
        match self.seen.iter_mut().find(|s| s.status == status) {
            Some(seen) => {
                seen.count += 1;
                if seen.places.len() < TOLD {
                    seen.places.push(place);
                }
            }
            None => {
                let first = format!("at {}: {}", at(), reason.unwrap_or("no number"));
                self.seen.push(Seen { status, count: 1, first, places: vec![place], in_file: line.is_some() });
            }
        }
    }

    /// Counts points that are ok.
    pub fn count_ok(&mut self, points: u64) {
        self.points += points;
    }

    /// Notes directions whose limit is not the dot product.
    pub fn directions(&mut self, facts: &Facts) {
        for d in facts.directions.iter().filter(|d| !d.agrees) {
            if self.disagreements.len() < TOLD {
                let limit = d.limit.map_or(d.failure.clone().unwrap_or("none".into()), |l| format!("{l:.10}"));
                self.disagreements.push(format!(
                    "along ({}) the limit is {limit}, the dot product {}",
                    d.direction.iter().map(|v| format!("{v:.4}")).collect::<Vec<_>>().join(", "),
                    if d.derivative.is_nan() { "does not exist".to_string() } else { format!("{:.10}", d.derivative) }
                ));
            }
        }
    }

    /// Notes the answers of a point's studies.
    pub fn studies(&mut self, facts: &Facts) {
        for answer in facts.studies.iter().flat_map(|s| &s.1.answers) {
            if self.studies.len() < TOLD {
                self.studies.push(answer.clone());
            }
        }
    }

    /// The worst status.
    pub fn worst(&self) -> Status {
        self.seen.iter().map(|s| s.status).max().unwrap_or(Status::Ok)
    }

    /// The points of a status.
    pub fn of(&self, status: Status) -> u64 {
        let bad: u64 = self.seen.iter().map(|s| s.count).sum();
        match status {
            Status::Ok => self.points - bad,
            _ => self.seen.iter().find(|s| s.status == status).map_or(0, |s| s.count),
        }
    }

    /// The answers "no": one for each status that is not ok.
    pub fn answers(&self) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        let mut seen: Vec<&Seen> = self.seen.iter().collect();
        seen.sort_by_key(|s| s.status);
        for s in seen {
            let word = s.status.word();
            let message = if self.points == 1 {
                s.first.clone()
            } else {
                let what = if s.in_file { "line" } else { "point" };
                let places = s.places.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
                let more = if s.count > s.places.len() as u64 { ", ..." } else { "" };
                format!(
                    "{} of {}; {} {places}{more}; {}",
                    s.count,
                    count(self.points, "point"),
                    plural(s.places.len(), what),
                    s.first
                )
            };
            answers.push(Answer { word, message });
        }
        if !self.disagreements.is_empty() {
            answers.push(Answer { word: "disagrees", message: self.disagreements.join("; ") });
        }
        answers.extend(self.studies.iter().cloned());
        answers
    }

    /// The same for the result.
    pub fn json(&self) -> Value {
        let mut map = Map::new();
        map.insert("points".into(), self.points.into());
        for status in Status::ALL {
            let count = self.of(status);
            if count > 0 || status == Status::Ok {
                map.insert(status.word().into(), count.into());
            }
        }
        Value::Object(map)
    }
}
