//! Where a table comes from.

use super::super::error::{TableError, reason};
use super::super::gzip;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file, standard input, or anything that can be read.
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    Path(PathBuf),
    /// Bytes from elsewhere. The name's ending decides the format.
    Stream {
        /// What messages call it.
        name: String,
        /// The bytes.
        bytes: Box<dyn Read + Send>,
    },
}

impl Input {
    /// A path as a user writes it: `-` is standard input.
    pub fn from_path(path: &Path) -> Input {
        if path.as_os_str() == "-" { Input::Stdin } else { Input::Path(path.to_path_buf()) }
    }

    /// Opens it; what is compressed by its name's ending is unpacked as it is read.
    pub(super) fn open(self) -> Result<Stream, TableError> {
        let mut stream = self.open_as_it_is()?;
        if stream.extension == "gz" {
            let inner = gzip::inner(Path::new(&*stream.file)).unwrap_or_default();
            stream.extension = extension(&inner);
            // how much text there is inside is not known before its end
            stream.size = None;
            stream.bytes = gzip::unpack(stream.bytes);
        }
        Ok(stream)
    }

    fn open_as_it_is(self) -> Result<Stream, TableError> {
        match self {
            Input::Stdin => {
                Ok(Stream { file: "stdin".into(), extension: String::new(), size: None, bytes: Box::new(io::stdin()) })
            }
            Input::Path(path) => {
                let file: Arc<str> = path.display().to_string().into();
                let fail = |e: io::Error| TableError::CannotRead { file: file.clone(), reason: reason(&e) };
                let open = File::open(&path).map_err(fail)?;
                let about = open.metadata().map_err(fail)?;
                let size = about.is_file().then_some(about.len());
                Ok(Stream { file, extension: extension(&path), size, bytes: Box::new(open) })
            }
            Input::Stream { name, bytes } => {
                let extension = extension(Path::new(&name));
                Ok(Stream { file: name.into(), extension, size: None, bytes })
            }
        }
    }
}

/// The ending in lower case, without the dot.
fn extension(path: &Path) -> String {
    path.extension().map_or(String::new(), |e| e.to_string_lossy().to_lowercase())
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Stdin => write!(f, "Stdin"),
            Input::Path(path) => write!(f, "Path({path:?})"),
            Input::Stream { name, .. } => write!(f, "Stream({name:?})"),
        }
    }
}

/// An opened input, as a format gets it.
pub struct Stream {
    /// What messages call it.
    pub file: Arc<str>,
    /// The ending of its name in lower case, without the dot; empty where there is none.
    pub extension: String,
    /// Its bytes, where that is known.
    pub size: Option<u64>,
    /// The bytes, unbuffered.
    pub bytes: Box<dyn Read + Send>,
}
