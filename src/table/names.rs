//! What the name of an output leads to: standard output, something that is open already, a device, or a file behind links.

use std::io;
use std::path::{Path, PathBuf};

/// Whether bytes for this name are written as they come: standard output, a device, a named pipe.
pub fn is_direct(path: &Path) -> bool {
    path == Path::new("-")
        || match behind(path) {
            Ok(Behind::File(target)) => {
                std::fs::metadata(target).is_ok_and(|about| !about.is_file() && !about.is_dir())
            }
            Ok(_) => true,
            Err(_) => false,
        }
}

/// Whether bytes for this name go to this process's standard output.
pub fn is_stdout(name: impl AsRef<Path>) -> bool {
    let path = name.as_ref();
    path == Path::new("-") || matches!(behind(path), Ok(Behind::Stdout))
}

/// What all names of one file have in common: `-` for standard output, else the path of what is behind links. `None` where
/// writing twice harms nobody: `/dev/null`.
pub fn identity(path: &Path) -> Option<PathBuf> {
    if path == Path::new("-") {
        return Some(path.to_path_buf());
    }
    let target = match behind(path) {
        Ok(Behind::Stdout) => PathBuf::from("-"),
        Ok(Behind::Descriptor(target) | Behind::File(target)) => target,
        Err(_) => path.to_path_buf(),
    };
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = match (std::fs::canonicalize(folder), target.file_name()) {
        (Ok(folder), Some(name)) if target != Path::new("-") => folder.join(name),
        _ => target,
    };
    (whole != Path::new("/dev/null")).then_some(whole)
}

/// What a name leads to.
pub(super) enum Behind {
    /// This process's standard output.
    Stdout,
    /// Another open file of a process: it has its place and its mode, and no name that could be renamed over.
    Descriptor(PathBuf),
    /// A file, there or not, or anything else with a name of its own.
    File(PathBuf),
}

/// Follows symbolic links one by one, so that the link stays and the file behind it is replaced, also where that file is
/// yet to be made. `/dev/stdout` is such a chain, and ends at whatever the shell has opened: often a regular file, which
/// must be written through the descriptor all the same, behind what others have written.
pub(super) fn behind(path: &Path) -> io::Result<Behind> {
    // As many as Linux follows.
    const LINKS: usize = 40;
    let mut at = path.to_path_buf();
    for _ in 0..LINKS {
        let text = at.to_string_lossy();
        if ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(&&*text) {
            return Ok(Behind::Stdout);
        }
        if text == "/dev/stderr" || text.starts_with("/dev/fd/") || text.starts_with("/proc/") {
            return Ok(Behind::Descriptor(at));
        }
        let Ok(next) = std::fs::read_link(&at) else { return Ok(Behind::File(at)) };
        at = at.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(io::Error::other("too many levels of symbolic links"))
}
