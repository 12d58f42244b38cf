//! `gradus man`: the manual page, or all of them into a folder.

use super::line::command;
use super::outcome::print_text;
use super::registry::Subcommand;
use super::session::Session;
use crate::error::{Exit, Located};
use crate::spec::reason;
use crate::table::output::{Output, OutputError};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::io::Write;
use std::path::PathBuf;

/// The registry's line.
pub const ENTRY: Subcommand = Subcommand {
    name: "man",
    about: "Print the manual page",
    examples: "  gradus man | man -l -\n  gradus man --dir ~/.local/share/man/man1",
    arguments: ManFlags::augment_args,
    run,
    options: None,
};

#[derive(Debug, Args)]
struct ManFlags {
    /// Write the pages of gradus and of each subcommand into DIR
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

fn run(matches: &ArgMatches, _: &Session) -> anyhow::Result<Exit> {
    let flags = ManFlags::from_arg_matches(matches)?;
    let mut root = command().disable_help_subcommand(true);
    root.build();
    let Some(dir) = flags.dir else {
        print_text(&page(&root)?)?;
        return Ok(Exit::Done);
    };
    for page_of in std::iter::once(&root).chain(root.get_subcommands()) {
        let name =
            if page_of.get_name() == "gradus" { "gradus".into() } else { format!("gradus-{}", page_of.get_name()) };
        let path = dir.join(format!("{name}.1"));
        let titled = page_of.clone().name(name);
        let mut out = Output::create(&path, false).map_err(Located::new)?;
        let fail = |e: std::io::Error| OutputError::CannotWrite { path: path.clone(), reason: reason(&e) };
        out.write_all(page(&titled)?.as_bytes()).map_err(|e| Located::new(fail(e)))?;
        out.commit().map_err(Located::new)?;
    }
    Ok(Exit::Done)
}

fn page(command: &Command) -> anyhow::Result<String> {
    let mut out = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
