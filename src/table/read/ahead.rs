//! Batches read ahead of whoever asks for them, by threads of their own.

use super::ordered::Ordered;
use super::{Batch, Judge, Parse, Piece, Selection, Source, TableError, parse};
use std::sync::{Arc, Mutex, PoisonError};

/// Threads that fill batches.
pub(super) struct Ahead {
    shared: Arc<Shared>,
}

struct Shared {
    source: Mutex<Box<dyn Source>>,
    rows: Arc<dyn Parse>,
    judge: Arc<Judge>,
    selection: Selection,
    results: Ordered<Result<Batch, TableError>>,
    /// Batches that came back, for their memory.
    spares: Mutex<Vec<Batch>>,
}

impl Ahead {
    /// Starts so many threads, or fewer where the system gives no more. The source comes back where it gives none.
    pub fn start(
        source: Box<dyn Source>,
        rows: Arc<dyn Parse>,
        judge: Arc<Judge>,
        selection: Selection,
        threads: usize,
    ) -> Result<Ahead, Box<dyn Source>> {
        let (source, results, spares) = (Mutex::new(source), Ordered::new(threads + 2), Mutex::new(Vec::new()));
        let shared = Arc::new(Shared { source, rows, judge, selection, results, spares });
        let start = |_: &usize| {
            let worker = shared.clone();
            std::thread::Builder::new().spawn(move || worker.work()).is_ok()
        };
        if (0..threads).take_while(start).count() > 0 {
            return Ok(Ahead { shared });
        }
        match Arc::try_unwrap(shared) {
            Ok(shared) => Err(shared.source.into_inner().unwrap_or_else(PoisonError::into_inner)),
            Err(shared) => Ok(Ahead { shared }),
        }
    }

    /// Exchanges `batch` for the next one. False at the end.
    pub fn next(&mut self, batch: &mut Batch) -> Result<bool, TableError> {
        let Some(found) = self.shared.results.take() else { return Ok(false) };
        let old = std::mem::replace(batch, found?);
        self.shared.spares.lock().unwrap_or_else(PoisonError::into_inner).push(old);
        Ok(true)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // a thread that waits for input ends by itself when it comes
        self.shared.results.stop();
    }
}

impl Shared {
    fn work(&self) {
        let spare = || self.spares.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let fetch = |source: &mut Box<dyn Source>| {
            let mut batch = spare().unwrap_or_else(|| Batch::new(self.selection.clone()));
            batch.columns.resize(self.selection.columns.len(), Vec::new());
            batch.selection = self.selection.clone();
            let piece = source.next_piece(std::mem::take(&mut batch.text)).transpose()?;
            Some(piece.map(|piece| (piece, batch)))
        };
        self.results.work(&self.source, fetch, Result::is_err, |found: Result<(Piece, Batch), TableError>| {
            let (piece, mut batch) = found?;
            batch.clear();
            parse(&*self.rows, &self.judge, piece, &mut batch)?;
            Ok(batch)
        });
    }
}
