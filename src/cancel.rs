//! The flag that says stop. `main` sets it when a signal comes; whoever works for long looks at it now and then.
//! Uses `error` alone: the library installs no signal handler, it is handed a [`Cancel`].

use crate::error::Exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A shared flag: clones see the same one.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    signal: Arc<AtomicUsize>,
    at_once: Arc<AtomicBool>,
}

impl Cancel {
    /// A flag that nobody has set.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Whether to stop. Cheap enough to ask once a block of lanes or an iteration.
    pub fn is_set(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }

    /// How the process ends if it was told to stop: 130 after SIGINT (2), 143 after SIGTERM (15).
    pub fn exit(&self) -> Option<Exit> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            15 => Some(Exit::Terminated),
            _ => Some(Exit::Interrupted),
        }
    }

    /// Does something that may wait for ever (reading from a terminal) and cannot ask the flag: a signal ends the
    /// process at once meanwhile. Only where no file was begun.
    pub fn while_waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.at_once.store(true, Ordering::Relaxed);
        let value = wait();
        self.at_once.store(false, Ordering::Relaxed);
        value
    }

    /// [`Cancel::while_waiting`] where `waits`, else just the work.
    pub fn while_waiting_if<T>(&self, waits: bool, work: impl FnOnce() -> T) -> T {
        if waits { self.while_waiting(work) } else { work() }
    }

    /// The switch that makes a signal end the process at once: set while waiting.
    pub fn switch(&self) -> Arc<AtomicBool> {
        self.at_once.clone()
    }

    /// The number that a signal handler stores its signal in.
    pub fn cell(&self) -> Arc<AtomicUsize> {
        self.signal.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signal_decides_the_exit() {
        let cancel = Cancel::new();
        let seen = cancel.clone();
        assert_eq!((seen.is_set(), seen.exit()), (false, None));
        cancel.cell().store(2, Ordering::Relaxed);
        assert_eq!((seen.is_set(), seen.exit()), (true, Some(Exit::Interrupted)));
        cancel.cell().store(15, Ordering::Relaxed);
        assert_eq!(seen.exit(), Some(Exit::Terminated));
    }
}
