//! Progress on standard error: bars where it is a terminal, a plain line every few seconds where it is not but wanted.
//!
//! Uses nothing of the crate. Nothing appears for work that is over within half a second. Telling is cheap: the clock is looked at
//! once in a while, not at every step, and a text is made only when it is shown.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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
/// Calls that come faster than this one after another need not all look at the clock.
const FAST: Duration = Duration::from_millis(1);
/// The most calls that one look at the clock serves. Few: steps may become slow at any time.
const MOST_SKIPPED: u32 = 16;

/// Progress of one piece of work.
pub struct Progress {
    shown: Shown,
    begun: Instant,
    looked: Instant,
    next: Instant,
    /// Calls to let pass before the next look.
    skip: u32,
    /// Calls that a look serves.
    stride: u32,
    total: Option<u64>,
    unit: &'static str,
}

enum Shown {
    Nothing,
    /// The bar, once it was time for it, and where it is drawn.
    Bar(Option<ProgressBar>, fn() -> ProgressDrawTarget),
    Lines(Box<dyn Write + Send>),
}

impl Progress {
    /// Progress towards `total` (bytes, points: what [`Progress::set`] counts), if that is known. `unit` is the plural of
    /// what is counted beside it.
    pub fn new(mode: Mode, is_terminal: bool, total: Option<u64>, unit: &'static str) -> Progress {
        let shown = match (mode, is_terminal) {
            (Mode::Never, _) | (Mode::Auto, false) => Shown::Nothing,
            (_, true) => Shown::Bar(None, ProgressDrawTarget::stderr),
            (Mode::Always, false) => Shown::Lines(Box::new(std::io::stderr())),
        };
        Progress::with(shown, total, unit, Instant::now())
    }

    fn with(shown: Shown, total: Option<u64>, unit: &'static str, begun: Instant) -> Progress {
        Progress { shown, begun, looked: begun, next: begun + PATIENCE, skip: 0, stride: 1, total, unit }
    }

    /// The total has become known.
    pub fn towards(&mut self, total: u64) {
        self.total = Some(total);
        if let Shown::Bar(bar, _) = &mut self.shown {
            // drawn anew, as bars with a total are
            *bar = None;
        }
    }

    /// So far `done` of the total, and `count` of the unit.
    pub fn set(&mut self, done: u64, count: u64) {
        self.set_with(done, count, String::new);
    }

    /// The same, with what else matters (`f 1.2e-3, |g| 3e-5`). The text is asked for only when it is shown.
    pub fn set_with(&mut self, done: u64, count: u64, note: impl FnOnce() -> String) {
        if matches!(self.shown, Shown::Nothing) {
            return;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        let now = Instant::now();
        let each = now.duration_since(self.looked) / self.stride;
        self.looked = now;
        self.stride = if each < FAST { (2 * self.stride).min(MOST_SKIPPED) } else { 1 };
        self.skip = self.stride - 1;
        self.show(now, done, count, note);
    }

    fn show(&mut self, now: Instant, done: u64, count: u64, note: impl FnOnce() -> String) {
        if now < self.next {
            return;
        }
        let seconds = now.duration_since(self.begun).as_secs_f64();
        let mut text = format!("{count} {}, {} a second", self.unit, short(count as f64 / seconds));
        // Not the bar's own estimate: it begins with the bar, half a second late and with a leap.
        let part = self.total.filter(|&t| t > 0).map(|t| done as f64 / t as f64);
        if let Some(part) = part.filter(|&p| p > 0.0 && p <= 1.0) {
            text.push_str(&format!(", {} left", time(seconds * (1.0 - part) / part)));
        }
        let note = note();
        if !note.is_empty() {
            text.push_str(", ");
            text.push_str(&note);
        }
        match &mut self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar, target) => {
                let bar = bar.get_or_insert_with(|| draw(self.total, target()));
                bar.set_position(done);
                bar.set_message(text);
                self.next = now + FRAMES;
            }
            Shown::Lines(out) => {
                let percent = part.map_or(String::new(), |p| format!("{:.0}%, ", 100.0 * p));
                // nobody can be told where standard error fails
                let _ = writeln!(out, "{percent}{text}");
                self.next = now + LINES;
            }
        }
    }

    /// Takes the bar away. So does dropping it.
    pub fn finish(self) {
        if let Shown::Bar(Some(bar), _) = self.shown {
            bar.finish_and_clear();
        }
    }
}

fn draw(total: Option<u64>, target: ProgressDrawTarget) -> ProgressBar {
    let template = if total.is_some() { "{bar:30} {percent:>3}%  {msg}" } else { "{spinner} {msg}" };
    let bar = ProgressBar::with_draw_target(total, target);
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
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

/// `8 s`, `2 min 5 s`, `3 h 20 min`.
fn time(seconds: f64) -> String {
    // a cast saturates: no estimate is too long for it
    let s = seconds.round_ties_even() as u64;
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        _ => format!("{} h {} min", s / 3600, s / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::io;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Debug, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Captured {
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
        }
    }

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A terminal that keeps what is written on it; a cleared line is kept as `<clear>`.
    impl TermLike for Captured {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, s: &str) -> io::Result<()> {
            self.clone().write_all(format!("{s}\n").as_bytes())
        }
        fn write_str(&self, s: &str) -> io::Result<()> {
            self.clone().write_all(s.as_bytes())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("<clear>")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(total: Option<u64>) -> (Captured, Progress, Instant) {
        let (out, begun) = (Captured::default(), Instant::now());
        (out.clone(), Progress::with(Shown::Lines(Box::new(out)), total, "rows", begun), begun)
    }

    #[test]
    fn lines_say_how_far_and_only_when_due() {
        let (out, mut progress, begun) = lines(Some(200));
        let mut at = |ms: u64, done, count| {
            progress.show(begun + Duration::from_millis(ms), done, count, String::new);
            out.take()
        };
        assert_eq!(at(499, 1, 100), "", "nothing within half a second");
        assert_eq!(at(500, 1, 100), "0%, 100 rows, 200 a second, 1 min 40 s left\n");
        assert_eq!(at(2499, 20, 1_000), "", "not before two seconds are over");
        assert_eq!(at(10_000, 50, 1_000_000), "25%, 1000000 rows, 100k a second, 30 s left\n");
        assert_eq!(at(12_000, 200, 4_000_000), "100%, 4000000 rows, 333k a second, 0 s left\n");
    }

    #[test]
    fn a_total_may_become_known_later() {
        let (out, mut progress, begun) = lines(None);
        progress.towards(8);
        progress.show(begun + Duration::from_secs(4), 2, 40, String::new);
        assert_eq!(out.take(), "25%, 40 rows, 10 a second, 12 s left\n");
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let (out, mut progress, begun) = lines(None);
        progress.show(begun + Duration::from_secs(4), 7, 8, || "f 0.5, |g| 1e-3".into());
        assert_eq!(out.take(), "8 rows, 2 a second, f 0.5, |g| 1e-3\n");
        let (out, mut progress, begun) = lines(Some(0));
        progress.show(begun + Duration::from_secs(4), 0, 0, String::new);
        assert_eq!(out.take(), "0 rows, 0 a second\n");
        // a file that grew while it was read
        let (out, mut progress, begun) = lines(Some(10));
        progress.show(begun + Duration::from_secs(1), 11, 20, String::new);
        assert_eq!(out.take(), "110%, 20 rows, 20 a second\n");
    }

    #[test]
    fn a_text_is_made_only_to_be_shown() {
        let (out, mut progress, begun) = lines(Some(10));
        progress.next = begun + Duration::from_secs(3600);
        for i in 0..1_000 {
            progress.set_with(i, i, || panic!("it is not time yet"));
        }
        assert_eq!(out.take(), "");
    }

    static TERMINAL: Mutex<Option<Captured>> = Mutex::new(None);

    #[test]
    fn a_bar_appears_when_due_with_an_honest_estimate_and_goes() {
        let terminal = Captured::default();
        *TERMINAL.lock().unwrap() = Some(terminal.clone());
        let target = || {
            let terminal = TERMINAL.lock().unwrap().clone().unwrap();
            ProgressDrawTarget::term_like_with_hz(Box::new(terminal), 200)
        };
        let begun = Instant::now();
        let mut progress = Progress::with(Shown::Bar(None, target), Some(100), "points", begun);
        progress.show(begun + Duration::from_millis(499), 10, 10, String::new);
        assert_eq!(terminal.take(), "");
        progress.show(begun + Duration::from_secs(1), 25, 50, || "f 3".into());
        let text = terminal.take();
        assert!(text.contains(" 25%  50 points, 50 a second, 3 s left, f 3"), "{text}");
        progress.finish();
        let text = terminal.take();
        assert!(text.contains("<clear>") && !text.contains("points"), "the bar stays: {text}");
    }

    #[test]
    fn times_are_as_people_say_them() {
        let said: Vec<String> = [0.4, 59.4, 59.6, 3599.0, 12_000.0].into_iter().map(time).collect();
        assert_eq!(said, ["0 s", "59 s", "1 min 0 s", "59 min 59 s", "3 h 20 min"]);
        assert_eq!([0.4, 9_999.0, 12_345.0, 3.44e6, 2e9].map(short), ["0", "9999", "12k", "3.4M", "2.0G"]);
    }

    #[test]
    fn silence_is_kept() {
        for (mode, terminal) in [(Mode::Never, true), (Mode::Never, false), (Mode::Auto, false)] {
            assert!(matches!(Progress::new(mode, terminal, None, "rows").shown, Shown::Nothing));
        }
        assert!(matches!(Progress::new(Mode::Auto, true, None, "rows").shown, Shown::Bar(None, _)));
        assert!(matches!(Progress::new(Mode::Always, true, None, "rows").shown, Shown::Bar(None, _)));
        assert!(matches!(Progress::new(Mode::Always, false, None, "rows").shown, Shown::Lines(_)));
    }
}
