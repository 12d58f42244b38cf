//! From the command line to one merged, checked request: the file, then `--set`, then flags, each winning over the
//! one before; the verb's plan fills what nobody said.

use super::answers::allowed;
use super::flags::{CommonFlags, ProblemFlags};
use super::registry::Verb;
use super::session::Session;
use crate::error::{Diagnose, Located, Span};
use crate::spec::{self, Node, Origin, Piece, Place, Spec, SpecError, Text, Value, bindings};
use clap::ArgMatches;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The seed of who gives none.
pub const DEFAULT_SEED: u64 = 0;

/// What a verb is asked for.
#[derive(Clone, Debug)]
pub struct Request<O> {
    /// Everything as written, with its places.
    pub tree: Node,
    /// The part that all verbs share, checked.
    pub spec: Spec,
    /// The verb's options, defaults filled in.
    pub options: O,
    /// The seed.
    pub seed: u64,
    /// Answers that count as yes.
    pub allow: Vec<&'static str>,
    /// The spec's file, if there is one.
    pub file: Option<PathBuf>,
}

impl<O> Request<O> {
    /// The text at a key, with its place: `grad.at.0`. For parsing what options hold as text.
    pub fn text(&self, key: &str) -> Option<Text> {
        self.find(key)?.text(key).ok()
    }

    /// A number as it was written at a key.
    pub fn written(&self, key: &str) -> Option<&str> {
        let place = &self.find(key)?.place;
        place.origin.source.text.get(place.span.range())
    }

    /// The node at a key; a list of one may stand without brackets.
    fn find(&self, key: &str) -> Option<&Node> {
        self.tree.find(key).or_else(|| self.tree.find(key.strip_suffix(".0")?))
    }

    /// The path at a key, as it is reached from the current folder: what stands in a spec is relative to the spec's
    /// folder, what stands on the command line to the current one. `-` stays.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        let found = self.find(key)?;
        Some(found.place.path(&found.text(key).ok()?.text))
    }

    /// All paths at a key whose value is one or a list.
    pub fn paths(&self, key: &str) -> Vec<PathBuf> {
        let count = match self.tree.find(key).map(|node| &node.value) {
            Some(Value::Array(items)) => items.len(),
            Some(_) => return self.path(key).into_iter().collect(),
            None => 0,
        };
        (0..count).filter_map(|k| self.path(&format!("{key}.{k}"))).collect()
    }

    /// The error at a key's value, or without a place where the key was not written.
    pub fn locate(&self, key: &str, problem: impl Diagnose) -> Located {
        match (self.text(key), self.find(key)) {
            (Some(text), _) => {
                let whole = Span::new(0, text.text.len());
                text.locate_at(problem, whole)
            }
            // a number of a spec, a switch; a list has no text of its own
            (None, Some(node)) if !node.place.span.range().is_empty() => node.place.locate_whole(problem),
            _ => Located::new(problem),
        }
    }
}

/// Merges and checks; `words`: the command line, for numbers as they were written. Fails at the first fault, with its place.
pub fn request<V: Verb>(
    session: &Session,
    words: &ArgMatches,
    common: &CommonFlags,
    problem: &ProblemFlags,
    flags: &V::Options,
) -> Result<Request<V::Options>, Located> {
    let (mut tree, file) = match problem.input.as_deref() {
        Some(path) if is_stdin::<V>(path) => (session.cancel.while_waiting(|| spec::read(&spec::From::Stdin))?, None),
        Some(path) if !is_rows::<V>(path) => {
            (spec::read(&spec::From::File(path.to_path_buf()))?, Some(path.to_path_buf()))
        }
        _ => (Node::empty_table(Place::whole(Origin::command_line("--set", ""))), None),
    };
    if let (Some(path), Some(key)) = (problem.input.as_deref().filter(|p| is_rows::<V>(p)), V::ROWS) {
        put(&mut tree, key, "DATA", &Json::String(path.display().to_string()))?;
    }
    for setting in &common.set {
        spec::set(&mut tree, setting)?;
    }
    lay_flags::<V>(&mut tree, words, common, problem, flags)?;

    let spec = Spec::read(&tree)?;
    let table = tree.find(V::NAME);
    if let Some(Node { value: Value::Table(table), .. }) = table {
        for key in V::NOT_YET {
            if let Some((place, _)) = table.entries.get(*key) {
                let key = format!("{}.{key}", V::NAME);
                return Err(place.locate(SpecError::NotYet { key, at: place.span }));
            }
        }
    }
    let mut options = match table {
        Some(node) => spec::options::<V::Options>(node, V::NAME)?,
        None => V::Options::default(),
    };
    V::defaults(&mut options, &spec);
    let allow = allowed(&spec.allow)?;
    let seed = spec.seed.unwrap_or(DEFAULT_SEED);
    Ok(Request { tree, spec, options, seed, allow, file })
}

/// Puts the flags that were given on top of the tree.
fn lay_flags<V: Verb>(
    tree: &mut Node,
    words: &ArgMatches,
    common: &CommonFlags,
    problem: &ProblemFlags,
    flags: &V::Options,
) -> Result<(), Located> {
    if let Some(formula) = &problem.formula {
        // The flag says what the objective is, whatever the file has in its place.
        tree.remove("residual");
        tree.remove("likelihood");
        put(tree, "formula", "--formula", &Json::String(formula.clone()))?;
    }
    for list in &problem.constants {
        constants(tree, list)?;
    }
    if let Some(seed) = common.seed {
        put(tree, "seed", "--seed", &Json::from(seed))?;
    }
    if !common.allow.is_empty() {
        put(tree, "allow", "--allow", &Json::from(common.allow.clone()))?;
    }
    for (key, value) in said(flags) {
        let flag = format!("--{}", key.replace('_', "-"));
        if let Json::Object(entries) = &value {
            // a table is added to, name by name
            for (name, value) in entries {
                put_at(tree, &[V::NAME, &key, name], &flag, value)?;
            }
            continue;
        }
        let Some(mut node) = spec::from_json(&flag, &value) else { continue };
        if let (Value::Integer(_) | Value::Float(_), Some(written)) = (&node.value, as_written(words, &key)) {
            node.place = Place::whole(Origin::command_line(&flag, &written));
        }
        let step = |step: &str| (step.to_string(), node.place.clone());
        let steps = [step(V::NAME), step(&key)];
        tree.set(&steps, node)?;
    }
    Ok(())
}

/// A number as it stood on the command line: messages show `-1` and `1e-3`, not -1.0 and 0.001.
fn as_written(words: &ArgMatches, flag: &str) -> Option<String> {
    let last = words.try_get_raw(flag).ok()??.next_back()?;
    Some(last.to_str()?.to_string())
}

/// The options that have a value.
fn said<O: serde::Serialize>(options: &O) -> Vec<(String, Json)> {
    let is_said = |value: &Json| match value {
        Json::Null => false,
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
        _ => true,
    };
    match serde_json::to_value(options) {
        Ok(Json::Object(map)) => map.into_iter().filter(|(_, value)| is_said(value)).collect(),
        _ => Vec::new(),
    }
}

fn put(tree: &mut Node, key: &str, flag: &str, value: &Json) -> Result<(), Located> {
    put_at(tree, &key.split('.').collect::<Vec<_>>(), flag, value)
}

fn put_at(tree: &mut Node, steps: &[&str], flag: &str, value: &Json) -> Result<(), Located> {
    let Some(node) = spec::from_json(flag, value) else { return Ok(()) };
    let steps: Vec<_> = steps.iter().map(|step| (step.to_string(), node.place.clone())).collect();
    tree.set(&steps, node)
}

/// `--const a=2,u=[1,2]`.
fn constants(tree: &mut Node, list: &str) -> Result<(), Located> {
    let origin = Origin::command_line("--const", list);
    let text = Text { text: list.to_string(), place: Place::whole(origin.clone()), key: "constants".to_string() };
    for binding in bindings(&text)? {
        let span = binding.value.span();
        let Some((name, name_span)) = binding.name else {
            let message = "this constant has no name".to_string();
            let help = "write --const a=2".to_string();
            return Err(text.locate(SpecError::BadList { message, help, at: span }));
        };
        // An array in brackets is TOML already.
        let node = match binding.value {
            Piece::Text(_) | Piece::List(..) => spec::value_or_word(&origin, span)?,
        };
        let at = |span| Place { origin: origin.clone(), span };
        tree.set(&[("constants".to_string(), at(name_span)), (name, at(name_span))], node)?;
    }
    Ok(())
}

/// Whether the positional argument is a spec on standard input.
pub fn is_stdin<V: Verb>(path: &Path) -> bool {
    path == Path::new("-") && !V::DASH_IS_ROWS
}

/// Whether the positional argument is rows for this verb.
fn is_rows<V: Verb>(path: &Path) -> bool {
    is_data(path) || V::DASH_IS_ROWS && (path == Path::new("-") || is_pipe(path))
}

/// Whether it is a pipe or a device that is not called a spec: `<(zcat rows.gz)` of a shell is /dev/fd/63.
fn is_pipe(path: &Path) -> bool {
    let spec = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    !spec && path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Whether a file name says rows and not a spec.
fn is_data(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".csv", ".tsv", ".tab", ".jsonl", ".ndjson"].iter().any(|end| name.ends_with(end))
}

/// The effective spec: what was written, and what the plan filled in for what was not.
pub fn effective<V: Verb>(request: &Request<V::Options>) -> Node {
    let mut tree = request.tree.clone();
    let origin: Arc<Origin> = Origin::command_line("default", "");
    for (key, value) in said(&request.options) {
        let full = format!("{}.{key}", V::NAME);
        // What was read is what counts: `at = "x=1"` is a list of one, `--set grad.missing=nan` a word. Values that
        // stay keep their place, which paths need.
        let found = tree.find(&full);
        let one =
            matches!(&value, Json::Array(items) if items.len() == 1 && found.map(spec::json).as_ref() == items.first());
        if let (true, Some(node)) = (one, found.cloned()) {
            let steps: Vec<_> = full.split('.').map(|step| (step.to_string(), node.place.clone())).collect();
            let list = Node { place: node.place.clone(), value: Value::Array(vec![node]) };
            let _ = tree.set(&steps, list);
        } else if found.map(spec::json).as_ref() != Some(&value) {
            // The table was read as one a moment ago, so that setting in it cannot fail.
            let _ = put(&mut tree, &full, &origin.source.name, &value);
        }
    }
    tree
}

/// `--print-spec`: TOML that gives the same run from any folder.
pub fn print_spec<V: Verb>(request: &Request<V::Options>) -> String {
    let mut tree = effective::<V>(request);
    spec::absolute_paths(&mut tree, &[&["data.file"], &V::paths()[..]].concat());
    spec::absolute_command(&mut tree);
    if tree.find("seed").is_none() {
        let _ = put(&mut tree, "seed", "default", &Json::from(request.seed));
    }
    spec::toml(&tree)
}

/// The result's `spec`: without the tables of other verbs, which this run did not read; `allow` says how to end, not
/// what to compute.
pub fn json_spec<V: Verb>(request: &Request<V::Options>) -> Json {
    let mut tree = effective::<V>(request);
    for table in spec::VERB_TABLES.iter().filter(|t| **t != V::NAME) {
        tree.remove(table);
    }
    tree.remove("seed");
    tree.remove("allow");
    let mut json = spec::json(&tree);
    if let Some(own) = json.get_mut(V::NAME).and_then(Json::as_object_mut) {
        own.retain(|key, _| !V::WHERE.contains(&key.as_str()));
    }
    json
}
