//! Whether to colour, and the few colours there are.

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// Where the stream is a terminal, unless NO_COLOR is set or TERM is dumb.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Wraps text in colours, or leaves it alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Text as it is.
    pub fn plain() -> Paint {
        Paint { on: false }
    }

    /// The policy for one stream. `--color` wins over NO_COLOR (no-color.org: set and not empty).
    pub fn new(choice: ColorChoice, is_terminal: bool) -> Paint {
        let env = |name: &str| std::env::var_os(name).unwrap_or_default();
        let on = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && env("NO_COLOR").is_empty() && env("TERM") != "dumb",
        };
        Paint { on }
    }

    /// Whether colours are on.
    pub fn is_on(self) -> bool {
        self.on
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// An error's first word and its carets.
    pub fn error(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    /// A warning's first word.
    pub fn warning(self, text: &str) -> String {
        self.wrap("1;33", text)
    }

    /// Help, and what is good.
    pub fn help(self, text: &str) -> String {
        self.wrap("1;32", text)
    }

    /// Frames: line numbers, arrows, rules.
    pub fn frame(self, text: &str) -> String {
        self.wrap("1;34", text)
    }

    /// Headings.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }
}
