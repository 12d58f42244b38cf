//! Progress on standard error: bars where it is a terminal, a plain line every few seconds where it is not but wanted.
//!
//! Uses nothing of the crate. Nothing appears for work that is over within half a second. Asking is cheap: the clock is looked at
//! once in a while, not at every step.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// When to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Where standard error is a terminal.
    #[default]
    Auto,
    /// Without a terminal a plain line every few seconds.
    Always,
    /// Never.
    Never,
}

/// Nothing is shown before.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between plain lines.
const LINES: Duration = Duration::from_secs(2);
/// Between looks at a bar.
const FRAMES: Duration = Duration::from_millis(100);

/// Progress of one piece of work.
pub struct Progress {
    shown: Shown,
    begun: Instant,
    next: Instant,
    total: Option<u64>,
    unit: &'static str,
}

enum Shown {
    Nothing,
    Bar(Option<ProgressBar>),
    Lines(Box<dyn Write + Send>),
}

impl Progress {
    /// Progress towards `total` (bytes, points: what [`Progress::set`] counts), if that is known. `unit` is the plural of
    /// what is counted beside it.
    pub fn new(mode: Mode, is_terminal: bool, total: Option<u64>, unit: &'static str) -> Progress {
        let lines = || Shown::Lines(Box::new(std::io::stderr()));
        let shown = match (mode, is_terminal) {
            (Mode::Never, _) | (Mode::Auto, false) => Shown::Nothing,
            (_, true) => Shown::Bar(None),
            (Mode::Always, false) => lines(),
        };
        Progress::with(shown, total, unit)
    }

    fn with(shown: Shown, total: Option<u64>, unit: &'static str) -> Progress {
        let begun = Instant::now();
        Progress { shown, begun, next: begun + PATIENCE, total, unit }
    }

    /// So far `done` of the total, and `count` of the unit.
    pub fn set(&mut self, done: u64, count: u64) {
        if matches!(self.shown, Shown::Nothing) {
            return;
        }
        let now = Instant::now();
        if now < self.next {
            return;
        }
        let rate = count as f64 / now.duration_since(self.begun).as_secs_f64();
        let message = format!("{count} {}, {} a second", self.unit, short(rate));
        match &mut self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => {
                let bar = bar.get_or_insert_with(|| match self.total {
                    Some(total) => {
                        let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {msg}  {eta} left");
                        let bar = ProgressBar::new(total);
                        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                        bar
                    }
                    None => ProgressBar::new_spinner(),
                });
                bar.set_position(done);
                bar.set_message(message);
                self.next = now + FRAMES;
            }
            Shown::Lines(out) => {
                let part = self.total.filter(|&t| t > 0).map(|t| done as f64 / t as f64);
                let percent = part.map_or(String::new(), |p| format!("{:.0}%, ", 100.0 * p));
                let left = part.filter(|&p| p > 0.0).map_or(String::new(), |p| {
                    let seconds = now.duration_since(self.begun).as_secs_f64() * (1.0 - p) / p;
                    format!(", {seconds:.0} s left")
                });
                // nobody can be told where standard error fails
                let _ = writeln!(out, "{percent}{message}{left}");
                self.next = now + LINES;
            }
        }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Shown::Bar(Some(bar)) = self.shown {
            bar.finish_and_clear();
        }
    }
}

/// `950`, `12k`, `3.4M`.
fn short(x: f64) -> String {
    match x {
        x if x >= 1e9 => format!("{:.1}G", x / 1e9),
        x if x >= 1e6 => format!("{:.1}M", x / 1e6),
        x if x >= 1e4 => format!("{:.0}k", x / 1e3),
        x => format!("{x:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_say_how_far_and_only_when_due() {
        let out = Captured::default();
        let mut progress = Progress::with(Shown::Lines(Box::new(out.clone())), Some(200), "rows");
        progress.set(50, 10);
        assert!(out.0.lock().unwrap().is_empty(), "nothing within half a second");
        progress.begun -= Duration::from_secs(10);
        progress.next = progress.begun;
        progress.set(50, 1_000_000);
        progress.set(60, 1_200_000);
        let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text, "25%, 1000000 rows, 100k a second, 30 s left\n");
    }

    #[test]
    fn silence_is_kept() {
        for (mode, terminal) in [(Mode::Never, true), (Mode::Auto, false)] {
            assert!(matches!(Progress::new(mode, terminal, None, "rows").shown, Shown::Nothing));
        }
    }
}
