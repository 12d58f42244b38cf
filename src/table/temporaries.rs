//! The temporary files beside outputs, listed so that a process that ends at once can take them away.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The temporary files that there are.
static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes every temporary file, for a process that ends at once. None can be made afterwards: whoever tries, waits.
pub fn remove_temporaries() {
    let all = TEMPORARIES.lock().unwrap_or_else(|e| e.into_inner());
    for path in all.iter() {
        // nobody can be told
        let _ = std::fs::remove_file(path);
    }
    std::mem::forget(all);
}

/// From here on a file of somebody else's is a temporary one: it goes away where the process ends at once.
pub fn remember(path: &Path) {
    TEMPORARIES.lock().unwrap_or_else(|e| e.into_inner()).push(path.to_path_buf());
}

/// A temporary file is one no more.
pub fn forget(path: &Path) {
    TEMPORARIES.lock().unwrap_or_else(|e| e.into_inner()).retain(|other| other != path);
}

/// A temporary file with the rights and the owner that the target has, or those of a new file.
pub(super) fn temporary(folder: &Path, about: Option<&std::fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gradus-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // the process's umask takes its part away
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut all = TEMPORARIES.lock().unwrap_or_else(|e| e.into_inner());
    let file = builder.tempfile_in(folder)?;
    all.push(file.path().to_path_buf());
    drop(all);
    if let Some(about) = about {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            let own = file.as_file().metadata()?;
            if (own.uid(), own.gid()) != (about.uid(), about.gid()) {
                // Only root may, and only root needs to; before the rights, which a new owner resets.
                let _ = fchown(file.as_file(), Some(about.uid()), Some(about.gid()));
            }
        }
        file.as_file().set_permissions(about.permissions())?;
    }
    Ok(file)
}

/// Gives a temporary file its name. Under the lock: a process that ends at once removes the file before its name changes, and
/// this waits, or not at all.
pub(super) fn persist(file: tempfile::NamedTempFile, target: &Path) -> io::Result<()> {
    let temporary = file.path().to_path_buf();
    let mut all = TEMPORARIES.lock().unwrap_or_else(|e| e.into_inner());
    all.retain(|other| *other != temporary);
    file.persist(target).map_err(|e| e.error)?;
    Ok(())
}
