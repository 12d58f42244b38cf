//! An error as a person reads it: the sentence, the place, the line with carets, the help.
//!
//! Drawn by hand and not by a crate: a formula may be a line of 10^5 characters, of which a window around the caret is
//! shown with the columns of the whole.

use super::paint::Paint;
use crate::error::{Located, Source, Span};

/// Most columns of a source line that are shown.
const WINDOW: usize = 100;
/// Columns shown before the caret where a line is cut.
const BEFORE: usize = 40;

/// The drawn error, ending with a newline.
pub fn draw(error: &Located, paint: Paint) -> String {
    let mut out = format!("{}: {}\n", paint.error("error"), error.problem);
    if let (Some(source), Some(span)) = (&error.source, error.problem.span()) {
        snippet(source, span, paint, &mut out);
    }
    if let Some(help) = error.problem.help() {
        out.push_str(&format!("{}: {help}\n", paint.help("help")));
    }
    out
}

fn snippet(source: &Source, span: Span, paint: Paint, out: &mut String) {
    let (line, column) = source.line_column(span.start);
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let bar = paint.frame("|");
    let (text, from, to) = window(source, span);
    out.push_str(&format!("{gutter}{} {}:{line}:{column}\n", paint.frame("-->"), source.name));
    out.push_str(&format!("{gutter} {bar}\n"));
    out.push_str(&format!("{} {bar} {text}\n", paint.frame(&number)));
    let carets = paint.error(&"^".repeat((to - from).max(1)));
    out.push_str(&format!("{gutter} {bar} {}{carets}\n", " ".repeat(from)));
}

/// The line that holds the span's start, cut to a window, and the columns of the span in it.
fn window(source: &Source, span: Span) -> (String, usize, usize) {
    let text = &*source.text;
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let line_end = if text[..line_end].ends_with('\r') && line_end > start { line_end - 1 } else { line_end };
    let end = floor(span.end).clamp(start, line_end.max(start));

    // Only so many characters before and after the caret are looked at: the line may be a megabyte.
    let before: Vec<char> = text[line_start..start].chars().rev().take(WINDOW + 1).collect();
    let whole_before = text[line_start..start].chars().nth(WINDOW).is_none();
    let fits = whole_before && text[line_start..line_end].chars().nth(WINDOW).is_none();
    let keep = if fits { before.len() } else { before.len().min(BEFORE) };
    let cut_before = keep < before.len() || !whole_before;
    let head: String = before[..keep].iter().rev().collect();

    let room = if fits { usize::MAX } else { WINDOW - keep };
    let tail: String = text[start..line_end].chars().take(room).collect();
    let cut_after = tail.len() < line_end - start;

    let shown = |s: &str| s.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let marked = &text[start..end.min(start + tail.len())];
    let lead = if cut_before { "..." } else { "" };
    let from = lead.len() + width(&head);
    let to = from + width(marked);
    let line = format!("{lead}{}{}{}", shown(&head), shown(&tail), if cut_after { "..." } else { "" });
    (line, from, to)
}

/// Columns that a text takes in a terminal: two for East Asian wide characters and emoji, none for combining marks.
pub fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c as u32 {
            0x300..=0x36f | 0x200b..=0x200d | 0xfe00..=0xfe0f => 0,
            0x1100..=0x115f
            | 0x2e80..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0xffe0..=0xffe6
            | 0x1f300..=0x1faff
            | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Diagnose, Exit};

    #[derive(Debug, thiserror::Error)]
    #[error("unknown name `q`")]
    struct Fault(Span);

    impl Diagnose for Fault {
        fn exit(&self) -> Exit {
            Exit::Request
        }
        fn span(&self) -> Option<Span> {
            Some(self.0)
        }
        fn help(&self) -> Option<String> {
            Some("did you mean `x`?".into())
        }
    }

    fn drawn(text: &str, start: usize, end: usize) -> String {
        draw(&Located::at(Fault(Span::new(start, end)), &Source::new("spec.toml", text)), Paint::plain())
    }

    #[test]
    fn line_and_caret() {
        let want =
            "error: unknown name `q`\n --> spec.toml:2:5\n  |\n2 | b = q + 1\n  |     ^\nhelp: did you mean `x`?\n";
        assert_eq!(drawn("a = 1\nb = q + 1\n", 10, 11), want);
    }

    #[test]
    fn wide_characters_tabs_and_line_ends() {
        assert!(drawn("\t漢 = q\r\n", 7, 8).contains("1 |  漢 = q\n  |       ^\n"));
        // At the end of the text there is still a place for a caret.
        assert!(drawn("ab", 2, 2).contains("1 | ab\n  |   ^\n"));
        assert!(drawn("", 0, 0).contains("1 | \n  | ^\n"));
        assert!(drawn("a\nb", 0, 3).contains("1 | a\n  | ^\n"));
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!("{}q{}", "x+".repeat(50_000), "+y".repeat(50_000));
        let out = drawn(&text, 100_000, 100_001);
        assert!(out.contains("spec.toml:1:100001"), "{out}");
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[3].len() < 120, "{}", lines[3]);
        assert_eq!(lines[3].find('q'), lines[4].find('^'));
    }
}
