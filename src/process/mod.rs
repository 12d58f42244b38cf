//! The user's program: started without a shell, fed, listened to, and ended with all its children. Uses `error` and `cancel`.
//!
//! Two ways to work with it: [`batch`] starts it for one input and takes its whole output; a [`Conversation`] keeps it
//! running, a line in, a line out. Either way it has a time limit, what it says on standard error is kept for the message,
//! and nothing of it is left behind: it runs in a process group of its own, which is killed at the end.
//!
//! What the text means (the CSV of points and values) is none of this room's business.

mod batch;
mod child;
mod conversation;
mod error;

pub use batch::{Feed, batch};
pub use conversation::Conversation;
pub use error::ProcessError;

use std::path::{Path, PathBuf};

/// A program and its arguments, and the folder to run it in.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program, then its arguments: at least one word.
    pub words: Vec<String>,
    /// The folder that it runs in, and that relative paths to it start from; `None`: the current one.
    pub folder: Option<PathBuf>,
}

/// What a program may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Seconds for a batch, or for the answer to one line of a conversation.
    pub seconds: f64,
    /// Bytes of standard output of a batch, or of one line of a conversation.
    pub output_bytes: u64,
}

impl Program {
    /// The words as one line, for messages.
    pub fn line(&self) -> String {
        self.words.join(" ")
    }

    /// What to start: a name without a slash is looked for in PATH, a path is relative to the folder.
    fn executable(&self) -> PathBuf {
        let word = self.words.first().map_or("", String::as_str);
        let path = Path::new(word);
        match &self.folder {
            Some(folder) if word.contains('/') && path.is_relative() => {
                // made absolute: whether exec looks before or after changing the folder is not the same everywhere
                std::path::absolute(folder.join(path)).unwrap_or_else(|_| folder.join(path))
            }
            _ => path.to_path_buf(),
        }
    }
}
