//! Checkpoints: everything a run needs to go on, bit for bit. A line of JSON (what run it is, the names and lengths of the numbers),
//! then the numbers themselves, 8 bytes each, lowest byte first.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::problem::PlanError;
use crate::error::Located;
use crate::optimize::state::State;
use crate::table::output::{Output, OutputError, reason};

const KIND: &str = "gradus checkpoint 1";

/// What is read from a checkpoint.
pub struct Checkpoint {
    /// The numbers.
    pub entries: BTreeMap<String, Vec<f64>>,
    /// Bytes of the trace that belong to it.
    pub trace: Option<u64>,
}

/// Which run a checkpoint is of: each with what a message calls it.
pub type Identity = Vec<(&'static str, Value)>;

/// Writes a checkpoint; the file is whole or as it was before.
pub fn write(path: &Path, state: &State, trace: Option<u64>, identity: &Identity) -> Result<(), Located> {
    let lengths: Map<String, Value> =
        state.entries().iter().map(|(name, numbers)| (name.clone(), numbers.len().into())).collect();
    let of: Map<String, Value> = identity.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
    let header =
        json!({ "kind": KIND, "gradus": env!("CARGO_PKG_VERSION"), "run": of, "trace": trace, "lengths": lengths });
    let mut bytes = header.to_string().into_bytes();
    bytes.push(b'\n');
    for numbers in state.entries().values() {
        bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
    }
    let mut out = Output::create(path, false).map_err(Located::new)?;
    out.write_all(&bytes)
        .map_err(|e| Located::new(OutputError::CannotWrite { path: path.to_path_buf(), reason: reason(&e) }))?;
    out.commit().map_err(Located::new)
}

/// Reads a checkpoint of the run that `identity` says. Fails where it is none, or of another run.
pub fn read(path: &Path, identity: &Identity) -> Result<Checkpoint, Located> {
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
    Ok(Checkpoint { entries, trace: header["trace"].as_u64() })
}
