//! `gradus completions SHELL`.

use super::line::command;
use super::outcome::print_text;
use super::registry::Subcommand;
use super::session::Session;
use crate::error::Exit;
use clap::{ArgMatches, Args, FromArgMatches};

/// The registry's line.
pub const ENTRY: Subcommand = Subcommand {
    name: "completions",
    about: "Print completions for a shell",
    examples: "  gradus completions bash > ~/.local/share/bash-completion/completions/gradus",
    arguments: CompletionFlags::augment_args,
    run,
    options: None,
};

#[derive(Debug, Args)]
struct CompletionFlags {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

fn run(matches: &ArgMatches, _: &Session) -> anyhow::Result<Exit> {
    let flags = CompletionFlags::from_arg_matches(matches)?;
    let mut out = Vec::new();
    clap_complete::generate(flags.shell, &mut command(), "gradus", &mut out);
    print_text(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Done)
}
