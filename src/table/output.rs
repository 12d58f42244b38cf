//! Files that are whole or absent: a temporary file beside the target, written, synchronised, renamed.
//!
//! What is no regular file (a device, a pipe) is written to directly and never renamed over; `-` is standard output, and there a
//! reader that has gone is no error.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::gzip::{self, Packer};
use super::names::{Behind, behind};
pub use super::names::{identity, is_direct, is_stdout};
pub use super::temporaries::{forget, remember, remove_temporaries};
use super::temporaries::{persist, temporary};
use crate::error::{Diagnose, Exit};

/// An output that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Its folder is not there.
    #[error("cannot write `{}`: there is no folder `{}`", path.display(), folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// Where it was to be.
        folder: PathBuf,
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
            OutputError::NoFolder { .. } | OutputError::CannotWrite { .. } => Exit::World,
        }
    }
    fn help(&self) -> Option<String> {
        match self {
            OutputError::NoFolder { folder, .. } => Some(format!("make it first: mkdir -p {}", folder.display())),
            _ => None,
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
    /// Where the name ends in `.gz`.
    packer: Option<Packer>,
}

enum To {
    // Buffered once more: standard output by itself hands on every line, a system call a row.
    Stdout(BufWriter<io::Stdout>),
    Direct(BufWriter<File>),
    Whole(BufWriter<tempfile::NamedTempFile>),
    Unchanged,
}

/// Bytes collected before they are handed to the system.
const BUFFER: usize = 1 << 16;

impl Output {
    /// Opens it. With `if_changed` a file with the same content stays untouched.
    ///
    /// Fails with `NoFolder`, or `CannotWrite` for a folder, a file that must not be written, or what else the system says.
    pub fn create(path: &Path, if_changed: bool) -> Result<Output, OutputError> {
        let fail = |e: io::Error| OutputError::CannotWrite { path: path.to_path_buf(), reason: reason(&e) };
        let new = |target, to| {
            let packer = gzip::inner(path).map(|_| Packer::new());
            Output { path: path.to_path_buf(), target, to, if_changed, closed: false, packer }
        };
        let stdout = || To::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()));
        let direct = |path: &Path| -> Result<To, OutputError> {
            let file = File::options().write(true).open(path).map_err(fail)?;
            Ok(To::Direct(BufWriter::with_capacity(BUFFER, file)))
        };
        if path == Path::new("-") {
            return Ok(new(path.to_path_buf(), stdout()));
        }
        let target = match behind(path).map_err(fail)? {
            Behind::Stdout => return Ok(new(path.to_path_buf(), stdout())),
            Behind::Descriptor(at) => return Ok(new(path.to_path_buf(), direct(&at)?)),
            Behind::File(target) => target,
        };
        let about = match std::fs::metadata(&target) {
            Ok(about) if about.is_dir() => return Err(fail(io::Error::from(io::ErrorKind::IsADirectory))),
            Ok(about) if !about.is_file() => return Ok(new(target.clone(), direct(&target)?)),
            Ok(about) => {
                // A rename asks for no right to the file itself: whoever took that right away meant it.
                File::options().write(true).open(&target).map_err(fail)?;
                Some(about)
            }
            Err(_) => None,
        };
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Err(e) = std::fs::metadata(folder) {
            return Err(match e.kind() {
                io::ErrorKind::NotFound => {
                    OutputError::NoFolder { path: path.to_path_buf(), folder: folder.to_path_buf() }
                }
                _ => fail(e),
            });
        }
        let file = temporary(folder, about.as_ref()).map_err(|e| fail(plain(e)))?;
        Ok(new(target, To::Whole(BufWriter::with_capacity(BUFFER, file))))
    }

    /// Brings every byte to the disk, so that hardly anything is left that can fail. Of several outputs, make all ready
    /// before any is committed: then all of them appear or none.
    pub fn ready(&mut self) -> Result<(), OutputError> {
        let path = self.path.clone();
        let fail = |e: io::Error| OutputError::CannotWrite { path: path.clone(), reason: reason(&e) };
        if let Some(packer) = self.packer.take() {
            let rest = packer.finish().map_err(fail)?;
            self.put(&rest).map_err(fail)?;
        }
        self.flush().map_err(fail)?;
        let To::Whole(buffer) = &self.to else { return Ok(()) };
        let file = buffer.get_ref();
        if self.if_changed && same(file.path(), &self.target).unwrap_or(false) {
            self.to = To::Unchanged;
            return Ok(());
        }
        file.as_file().sync_all().map_err(fail)
    }

    /// Makes it appear.
    pub fn commit(mut self) -> Result<(), OutputError> {
        self.ready()?;
        let To::Whole(buffer) = self.to else { return Ok(()) };
        let fail = |e: io::Error| OutputError::CannotWrite { path: self.path.clone(), reason: reason(&e) };
        let file = buffer.into_inner().map_err(|e| fail(e.into_error()))?;
        persist(file, &self.target).map_err(fail)?;
        // The new name, too, shall survive a power cut; where folders cannot be synchronised, it is as good as it gets.
        let folder = self.target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// Hands bytes on as they are.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let done = match &mut self.to {
            To::Stdout(out) => out.write_all(bytes),
            To::Direct(out) => out.write_all(bytes),
            To::Whole(out) => out.write_all(bytes),
            To::Unchanged => Ok(()),
        };
        self.quiet(done)
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

/// tempfile puts the path into its message; ours says it already.
fn plain(e: io::Error) -> io::Error {
    match e.get_ref().and_then(|inner| inner.source()).and_then(|s| s.downcast_ref::<io::Error>()) {
        Some(inner) => inner.raw_os_error().map_or_else(|| io::Error::from(inner.kind()), io::Error::from_raw_os_error),
        None => io::Error::from(e.kind()),
    }
}

/// Whether two files have the same bytes, read side by side.
fn same(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        let n = a.read(&mut left)?;
        if n == 0 {
            return Ok(true);
        }
        b.read_exact(&mut right[..n])?;
        if left[..n] != right[..n] {
            return Ok(false);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.packer {
            Some(packer) => {
                let packed = packer.put(bytes, BUFFER)?;
                self.put(&packed)?;
            }
            None => self.put(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = match &mut self.to {
            To::Stdout(out) => out.flush(),
            To::Direct(out) => out.flush(),
            To::Whole(out) => out.flush(),
            To::Unchanged => Ok(()),
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
        assert_eq!(
            error("/no/such/folder/a.csv"),
            "cannot write `/no/such/folder/a.csv`: there is no folder `/no/such/folder`"
        );
        assert_eq!(error("/tmp"), "cannot write `/tmp`: is a directory");
        assert_eq!(error("/dev/full"), "no space left on device");
    }

    #[cfg(unix)]
    #[test]
    fn links_to_nothing_yet_are_filled_and_circles_refused() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("there")).unwrap();
        symlink("b", at("a")).unwrap();
        symlink("there/c.csv", at("b")).unwrap();
        write(&at("a"), "text", false);
        assert_eq!(std::fs::read_to_string(at("there/c.csv")).unwrap(), "text");
        assert!(std::fs::symlink_metadata(at("b")).unwrap().is_symlink());
        symlink("round", at("round")).unwrap();
        let error = Output::create(&at("round"), false).err().unwrap().to_string();
        assert!(error.ends_with(": too many levels of symbolic links"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_open_already_is_written_through() {
        // A regular file behind a descriptor keeps what it has, and its identity.
        use std::os::fd::AsRawFd;
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let file = File::options().create(true).append(true).open(&path).unwrap();
        let inode = file.metadata().unwrap().ino();
        for way in ["/dev/fd", "/proc/self/fd"] {
            write(Path::new(&format!("{way}/{}", file.as_raw_fd())), "row\n", false);
        }
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), inode);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(Output::create(Path::new("/dev/stdout"), false).unwrap().to, To::Stdout(_)));
        assert!(matches!(Output::create(Path::new("/dev/null"), false).unwrap().to, To::Direct(_)));
    }

    #[test]
    fn the_same_content_is_found_beyond_the_first_buffer() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let long = "x".repeat(3 * BUFFER + 7);
        for (name, text) in
            [("a", long.clone()), ("b", long.clone()), ("c", long[1..].to_string() + "y"), ("d", long + "x")]
        {
            std::fs::write(path(name), text).unwrap();
        }
        let to_a = |name| same(&path("a"), &path(name)).unwrap();
        assert_eq!((to_a("b"), to_a("c"), to_a("d")), (true, false, false));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn of_several_none_appears_where_one_is_not_ready() {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("good.csv");
        let mut outputs =
            [Output::create(&good, false).unwrap(), Output::create(Path::new("/dev/full"), false).unwrap()];
        outputs.iter_mut().for_each(|out| out.write_all(b"row\n").unwrap());
        let done = outputs.iter_mut().try_for_each(Output::ready);
        assert_eq!(done.unwrap_err().to_string(), "cannot write `/dev/full`: no space left on device");
        drop(outputs);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
