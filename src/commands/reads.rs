//! The files that a request reads, and that nothing it writes is one of them: a result that replaces its own data is lost work.

use super::flags::CommonFlags;
use super::outputs::OwnFile;
use super::registry::Verb;
use super::request::Request;
use crate::error::{Diagnose, Exit, Located};
use crate::table::output::{identity, is_direct};
use std::path::{Path, PathBuf};

/// A file that is read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The key that names it: `grad.points`; none for the spec.
    pub key: Option<&'static str>,
    /// As it is reached from the current folder.
    pub path: PathBuf,
}

/// An output that would replace an input.
#[derive(Debug, thiserror::Error)]
#[error("{writer} would write over `{path}`, which {reader}")]
pub struct Overwrites {
    /// The flag: `--trace`.
    writer: String,
    /// As the writer names it.
    path: String,
    /// What the file is to the run: `is the data`.
    reader: String,
}

impl Diagnose for Overwrites {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        Some("give what is written a name of its own".into())
    }
}

/// Two things from one standard input.
#[derive(Debug, thiserror::Error)]
#[error("standard input is wanted twice: for the spec and for `{key}`")]
pub struct StdinTwice {
    key: &'static str,
}

impl Diagnose for StdinTwice {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        Some("put one of them into a file".into())
    }
}

/// All files that the request says it reads, patterns filled in; `-` is standard input.
pub fn reads<V: Verb>(request: &Request<V::Options>) -> Vec<Read> {
    let keys = std::iter::once("data.file").chain(V::PATHS.iter().copied());
    let spec = request.file.iter().map(|path| Read { key: None, path: path.clone() });
    let named = keys.flat_map(|key| {
        let paths = request.paths(key).into_iter().flat_map(V::files);
        paths.map(move |path| Read { key: Some(key), path })
    });
    spec.chain(named).collect()
}

/// Fails where the spec came from standard input and something else is to come from there.
pub fn once<V: Verb>(request: &Request<V::Options>) -> Result<(), Located> {
    let dash = reads::<V>(request).into_iter().find(|read| read.path == Path::new("-"));
    match dash.and_then(|read| read.key) {
        Some(key) => Err(Located::new(StdinTwice { key })),
        None => Ok(()),
    }
}

/// Fails where `-o`, `--depfile` or one of the verb's `own` outputs is a file that the run reads.
pub fn apart<V: Verb>(request: &Request<V::Options>, common: &CommonFlags, own: &[OwnFile]) -> Result<(), Located> {
    let flags = [("-o", &common.output[..]), ("--depfile", common.depfile.as_slice())];
    let flags =
        flags.into_iter().flat_map(|(flag, paths)| paths.iter().map(move |path| (flag.to_string(), path, None)));
    let own = own.iter().map(|file| (file.flag.clone(), &file.path, None));
    let rewritten: Vec<_> =
        V::REWRITES.iter().filter_map(|(key, from)| Some((*key, *from, request.path(key)?))).collect();
    let rewritten = rewritten.iter().map(|(key, from, path)| (V::flag(key), path, Some([*key, *from])));
    // what a pipe or a device brings is not lost when something is written to it
    let files = reads::<V>(request).into_iter().filter(|read| !is_direct(&read.path));
    let read: Vec<_> = files.filter_map(|read| Some((identity(&read.path)?, read.key))).collect();
    for (writer, path, same) in flags.chain(own).chain(rewritten) {
        let Some(file) = identity(path).filter(|file| file != Path::new("-")) else { continue };
        let own_key = |key: Option<&str>| same.is_some_and(|keys| key.is_some_and(|key| keys.contains(&key)));
        if let Some((_, key)) = read.iter().find(|(other, key)| *other == file && !own_key(*key)) {
            let reader = match key {
                None => "is the spec".to_string(),
                Some("data.file" | "regress.files") => "is the data".to_string(),
                Some(key) if V::REWRITES.iter().any(|(rewrites, _)| rewrites == key) => {
                    format!("{} writes", V::flag(key))
                }
                Some(key) => format!("{} reads", V::flag(key)),
            };
            let path = path.display().to_string();
            return Err(Located::new(Overwrites { writer, path, reader }));
        }
    }
    Ok(())
}
