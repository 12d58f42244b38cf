//! Work on pieces spread over threads, its results in the order of the pieces. Memory is bounded: no piece is fetched while
//! too many results wait.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Results on their way from many threads to one.
pub(super) struct Ordered<T> {
    state: Mutex<State<T>>,
    change: Condvar,
    most: usize,
}

struct State<T> {
    /// Results of the pieces from `taken` on: `None` while somebody works on one.
    ready: VecDeque<Option<T>>,
    taken: u64,
    /// No piece follows.
    ended: bool,
    /// Nobody wants more.
    stopped: bool,
    /// A thread panicked.
    broken: bool,
}

/// Tells the others when its thread panics, so that nobody waits for ever.
struct Guard<'a, T>(&'a Ordered<T>);

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().broken = true;
            self.0.change.notify_all();
        }
    }
}

impl<T> Ordered<T> {
    /// With room for `most` results that were not yet taken.
    pub fn new(most: usize) -> Ordered<T> {
        let state = State { ready: VecDeque::new(), taken: 0, ended: false, stopped: false, broken: false };
        Ordered { state: Mutex::new(state), change: Condvar::new(), most }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread's work: fetches pieces and puts their results in place, until there are none or nobody wants them. `fetch`
    /// gives `None` at the end; the result after which nothing is to be fetched is told by `last`.
    pub fn work<S, P>(
        &self,
        source: &Mutex<S>,
        fetch: impl Fn(&mut S) -> Option<P>,
        last: impl Fn(&P) -> bool,
        mut work: impl FnMut(P) -> T,
    ) {
        let _guard = Guard(self);
        loop {
            // A piece's number and the piece itself are taken under one lock: that is the order.
            let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
            let mut state = self.lock();
            while state.ready.len() >= self.most && !state.stopped && !state.broken {
                state = self.change.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.ended || state.stopped || state.broken {
                return;
            }
            drop(state);
            let piece = fetch(&mut source);
            let mut state = self.lock();
            state.ended |= piece.as_ref().is_none_or(&last);
            let Some(piece) = piece else {
                self.change.notify_all();
                return;
            };
            let number = state.taken + state.ready.len() as u64;
            state.ready.push_back(None);
            drop(state);
            drop(source);

            let result = work(piece);
            let mut state = self.lock();
            let at = (number - state.taken) as usize;
            state.ready[at] = Some(result);
            if at == 0 {
                self.change.notify_all();
            }
        }
    }

    /// The next result; waits for it. `None` at the end.
    pub fn take(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(Some(_)) = state.ready.front() {
                let result = state.ready.pop_front().flatten();
                state.taken += 1;
                self.change.notify_all();
                return result;
            }
            assert!(!state.broken, "a thread that reads rows panicked");
            if state.ended && state.ready.is_empty() {
                return None;
            }
            state = self.change.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says that no result is wanted any more.
    pub fn stop(&self) {
        self.lock().stopped = true;
        self.change.notify_all();
    }
}
