//! Files that are whole or absent: a temporary file beside the target, written, synchronised, renamed.
//!
//! What is no regular file (a device, a pipe) is written to directly and never renamed over; `-` is standard output, and there a
//! reader that has gone is no error.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Diagnose, Exit};

/// An output that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// One file twice.
    #[error("`{}` is given twice", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
    },
    /// The world says no.
    #[error("cannot write `{}`: {reason}", path.display())]
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
}

impl Diagnose for OutputError {
    fn exit(&self) -> Exit {
        match self {
            OutputError::Twice { .. } => Exit::Request,
            OutputError::CannotWrite { .. } => Exit::World,
        }
    }
}

/// The system's words for an error, without its number.
pub fn reason(e: &io::Error) -> String {
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// A file that appears whole, when committed, or not at all: dropped before, it leaves nothing.
pub struct Output {
    /// As the user named it.
    path: PathBuf,
    /// Where the bytes end up: the file behind a symbolic link.
    target: PathBuf,
    to: To,
    if_changed: bool,
    closed: bool,
}

enum To {
    Stdout(io::Stdout),
    Direct(BufWriter<File>),
    Whole(BufWriter<tempfile::NamedTempFile>),
}

impl Output {
    /// Opens it. With `if_changed` a file with the same content stays untouched.
    pub fn create(path: &Path, if_changed: bool) -> Result<Output, OutputError> {
        let fail = |e: io::Error| OutputError::CannotWrite { path: path.to_path_buf(), reason: reason(&e) };
        let mut target = path.to_path_buf();
        let about = std::fs::metadata(path).ok();
        let to = if path == Path::new("-") {
            To::Stdout(io::stdout())
        } else if about.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
        } else if about.as_ref().is_some_and(|m| !m.is_file()) {
            To::Direct(BufWriter::new(File::options().write(true).open(path).map_err(fail)?))
        } else {
            if about.is_some() {
                // through a symbolic link: the link stays, the file behind it is replaced
                target = std::fs::canonicalize(path).map_err(fail)?;
            }
            let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            std::fs::metadata(folder).map_err(fail)?;
            let file = temporary(folder, about.as_ref()).map_err(|e| fail(plain(e)))?;
            To::Whole(BufWriter::with_capacity(1 << 16, file))
        };
        Ok(Output { path: path.to_path_buf(), target, to, if_changed, closed: false })
    }

    /// Makes it appear.
    pub fn commit(mut self) -> Result<(), OutputError> {
        let path = self.path.clone();
        let fail = |e: io::Error| OutputError::CannotWrite { path: path.clone(), reason: reason(&e) };
        self.flush().map_err(fail)?;
        let To::Whole(buffer) = self.to else { return Ok(()) };
        let file = buffer.into_inner().map_err(|e| fail(e.into_error()))?;
        if self.if_changed && same(file.path(), &self.target).unwrap_or(false) {
            return Ok(());
        }
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&self.target).map_err(|e| fail(e.error))?;
        Ok(())
    }

    /// Whether the reader of standard output has gone.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn quiet(&mut self, done: io::Result<()>) -> io::Result<()> {
        match done {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

/// A temporary file with the rights that the target has, or that a new file gets.
fn temporary(folder: &Path, about: Option<&std::fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gradus-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // the process's umask takes its part away
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Some(about) = about {
        file.as_file().set_permissions(about.permissions())?;
    }
    Ok(file)
}

/// tempfile puts the path into its message; ours says it already.
fn plain(e: io::Error) -> io::Error {
    match e.get_ref().and_then(|inner| inner.source()).and_then(|s| s.downcast_ref::<io::Error>()) {
        Some(inner) => inner.raw_os_error().map_or_else(|| io::Error::from(inner.kind()), io::Error::from_raw_os_error),
        None => io::Error::from(e.kind()),
    }
}

/// Whether two files have the same bytes, read side by side.
fn same(a: &Path, b: &Path) -> io::Result<bool> {
    let (a, b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (io::BufReader::new(a).bytes(), io::BufReader::new(b).bytes());
    loop {
        match (a.next().transpose()?, b.next().transpose()?) {
            (None, None) => return Ok(true),
            (x, y) if x == y => {}
            _ => return Ok(false),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let done = match &mut self.to {
            To::Stdout(out) => out.write_all(bytes),
            To::Direct(out) => out.write_all(bytes),
            To::Whole(out) => out.write_all(bytes),
        };
        self.quiet(done).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = match &mut self.to {
            To::Stdout(out) => out.flush(),
            To::Direct(out) => out.flush(),
            To::Whole(out) => out.flush(),
        };
        self.quiet(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str, if_changed: bool) {
        let mut out = Output::create(path, if_changed).unwrap();
        out.write_all(text.as_bytes()).unwrap();
        out.commit().unwrap();
    }

    #[test]
    fn whole_or_absent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut out = Output::create(&path, false).unwrap();
        out.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(out);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        write(&path, "whole", false);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "whole");
    }

    #[cfg(unix)]
    #[test]
    fn rights_links_and_unchanged_files_are_kept() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.csv"), folder.path().join("link.csv"));
        write(&path, "1", false);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a.csv", &link).unwrap();
        write(&link, "2", false);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "2");
        let about = std::fs::metadata(&path).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o640);
        write(&path, "2", true);
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), about.ino(), "the same content: the same file");
        write(&path, "3", true);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "3");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_world_may_fail() {
        let error = |path: &str| match Output::create(Path::new(path), false) {
            Err(e) => e.to_string(),
            Ok(mut out) => {
                let written = out.write_all(&[b'x'; 1 << 17]).map_err(|e| reason(&e));
                written.and_then(|()| out.commit().map_err(|e| e.to_string())).unwrap_err()
            }
        };
        assert_eq!(error("/no/such/folder/a.csv"), "cannot write `/no/such/folder/a.csv`: no such file or directory");
        assert_eq!(error("/tmp"), "cannot write `/tmp`: is a directory");
        assert_eq!(error("/dev/full"), "no space left on device");
    }
}
