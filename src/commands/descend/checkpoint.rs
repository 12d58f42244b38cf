//! Checkpoints: everything that is needed to go on, bit for bit: the ends of the runs that are done and the state of the current
//! one. A line of JSON (what run it is, the words of the ends, the names and lengths of the numbers), then the numbers themselves, 8
//! bytes each, lowest byte first.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::ended::Ended;
use super::options::DescendOptions;
use super::plan::Plan;
use super::problem::PlanError;
use crate::commands::request::{Request, json_spec};
use crate::error::Located;
use crate::optimize::method::Entry;
use crate::optimize::settings::Settings;
use crate::optimize::state::State;
use crate::table::output::{Output, OutputError, reason};

/// Names of the numbers of an end begin so.
const DONE: &str = "done.";
const KIND: &str = "gradus checkpoint 3";

/// What is read from a checkpoint.
pub struct Checkpoint {
    /// The ends of the runs that are done.
    pub done: Vec<Ended>,
    /// The state of the current run; none where the next one is still to begin.
    pub current: Option<State>,
    /// Bytes of the trace that belong to it.
    pub trace: Option<u64>,
}

/// Which run a checkpoint is of: each with what a message calls it.
pub type Identity = Vec<(&'static str, Value)>;

/// Writes a checkpoint; the file is whole or as it was before.
pub fn write(
    path: &Path,
    current: Option<&State>,
    done: &mut [Ended],
    trace: Option<u64>,
    identity: &Identity,
) -> Result<(), Located> {
    let mut ends = State::new();
    let mut words = Vec::new();
    for (i, end) in done.iter_mut().enumerate() {
        ends.part(&format!("{DONE}{i}"));
        end.state(&mut ends);
        words.push(end.words());
    }
    let entries = || ends.entries().iter().chain(current.iter().flat_map(|state| state.entries()));
    let lengths: Map<String, Value> = entries().map(|(name, numbers)| (name.clone(), numbers.len().into())).collect();
    let of: Map<String, Value> = identity.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
    let header = json!({ "kind": KIND, "gradus": env!("CARGO_PKG_VERSION"), "run": of, "trace": trace, "done": words,
        "current": current.is_some(), "lengths": lengths });
    let mut bytes = header.to_string().into_bytes();
    bytes.push(b'\n');
    for (_, numbers) in entries() {
        bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
    }
    let mut out = Output::create(path, false).map_err(Located::new)?;
    out.write_all(&bytes)
        .map_err(|e| Located::new(OutputError::CannotWrite { path: path.to_path_buf(), reason: reason(&e) }))?;
    out.commit().map_err(Located::new)
}

/// Reads a checkpoint of the run that `identity` says, whose `runs` are in order these methods. Fails where it is none, or of another
/// run.
pub fn read(path: &Path, identity: &Identity, runs: &[(&'static Entry, &Settings)]) -> Result<Checkpoint, Located> {
    let file = path.display().to_string();
    let wrong = |why: &str| Located::new(PlanError::NoCheckpoint { file: file.clone(), why: why.to_string() });
    let bytes = std::fs::read(path).map_err(|e| wrong(&reason(&e)))?;
    let end = bytes.iter().position(|b| *b == b'\n').ok_or_else(|| wrong("it has no header"))?;
    let header: Value = serde_json::from_slice(&bytes[..end]).map_err(|_| wrong("its header is no JSON"))?;
    if header["kind"] != KIND {
        return Err(wrong("its header is another"));
    }
    for (what, value) in identity {
        if header["run"][*what] != *value {
            return Err(Located::new(PlanError::OtherRun { file: file.clone(), what }));
        }
    }
    let Some(lengths) = header["lengths"].as_object() else { return Err(wrong("its header lacks the lengths")) };
    let mut numbers = bytes[end + 1..].chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap_or_default()));
    let total: u64 = lengths.values().filter_map(Value::as_u64).sum();
    if (bytes.len() - end - 1) as u64 != 8 * total {
        return Err(wrong("it is cut off"));
    }
    let mut entries = BTreeMap::new();
    for (name, length) in lengths {
        let length = length.as_u64().unwrap_or(0) as usize;
        entries.insert(name.clone(), numbers.by_ref().take(length).collect());
    }
    let mut state = State::of(entries);
    let mut done = Vec::new();
    let words = header["done"].as_array().map_or(&[][..], Vec::as_slice);
    for (i, words) in words.iter().enumerate() {
        let end = runs.get(i).and_then(|(entry, settings)| Ended::of(words, entry, settings));
        let Some(mut end) = end else { return Err(wrong("a word in it is unknown")) };
        state.part(&format!("{DONE}{i}"));
        end.state(&mut state);
        done.push(end);
    }
    if let Some(name) = state.missing() {
        return Err(wrong(&format!("it lacks `{name}`")));
    }
    let current = (header["current"] == true).then_some(state);
    Ok(Checkpoint { done, current, trace: header["trace"].as_u64() })
}

/// What makes a run the same run: everything but when to stop and where to write.
pub fn identity(request: &Request<DescendOptions>, plan: &Plan) -> Identity {
    let mut spec = json_spec::<super::Descend>(request);
    let mut descend = Map::new();
    if let Some(Value::Object(table)) = spec.as_object_mut().and_then(|m| m.remove("descend")) {
        let not = |k: &str| {
            [
                "start",
                "method",
                "resume",
                "checkpoint",
                "checkpoint_every",
                "point",
                "trace",
                "target",
                "confidence",
                "epochs",
            ]
            .contains(&k)
                || k.starts_with("max_")
                || k.ends_with("tol")
                || k.starts_with("trace_")
        };
        descend = table.into_iter().filter(|(k, _)| !not(k)).collect();
    }
    if let Some(map) = spec.as_object_mut() {
        map.remove("name");
        map.remove("variables");
    }
    let start: Vec<u64> = plan.start.iter().take(1000).map(|x| x.to_bits()).collect();
    vec![
        ("problem", spec),
        ("start", json!(start)),
        ("method", plan.methods.iter().map(|m| m.0.name).collect()),
        ("options", Value::Object(descend)),
        ("seed", request.seed.into()),
    ]
}
