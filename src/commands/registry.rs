//! What a verb is, and the list of all subcommands: a new one is a folder (or a file) and a line.

use super::flags::{CommonFlags, ProblemFlags};
use super::outcome::{Outcome, Outputs, finish, print_text};
use super::outputs::OwnFile;
use super::reads;
use super::request::{Request, is_stdin, print_spec, request};
use super::session::{Job, Session};
use super::{completions, descend, grad, gradcheck, list, man, regress, schema};
use crate::error::Exit;
use crate::spec::Spec;
use crate::table::output::is_stdout;
use clap::{ArgMatches, Args, FromArgMatches};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// All subcommands, in the order of `--help`.
pub static SUBCOMMANDS: &[Subcommand] = &[
    entry::<grad::Grad>(),
    entry::<descend::Descend>(),
    entry::<regress::Regress>(),
    entry::<gradcheck::Gradcheck>(),
    list::ENTRY,
    completions::ENTRY,
    man::ENTRY,
    schema::ENTRY,
];

/// A line of the registry.
pub struct Subcommand {
    /// As typed.
    pub name: &'static str,
    /// One line.
    pub about: &'static str,
    /// Commands to copy, shown at the end of its help.
    pub examples: &'static str,
    /// Adds its arguments.
    pub arguments: fn(clap::Command) -> clap::Command,
    /// Does it.
    pub run: fn(&ArgMatches, &Session) -> anyhow::Result<Exit>,
    /// The schema of its table in a spec, for verbs.
    pub options: Option<fn(&mut SchemaGenerator) -> Schema>,
}

/// A verb: its options are its table in a spec (keys = fields) and its flags (fields with hyphens).
pub trait Verb {
    /// Every field an `Option` or a `Vec`: unset means not said.
    type Options: Args + FromArgMatches + Serialize + DeserializeOwned + JsonSchema + Default;
    /// As typed; also the name of its table.
    const NAME: &'static str;
    /// One line.
    const ABOUT: &'static str;
    /// Commands to copy.
    const EXAMPLES: &'static str;
    /// The key that a positional DATA.csv is the value of.
    const ROWS: Option<&'static str>;
    /// Whether `-` in place of a file is rows on standard input; else it is a spec.
    const DASH_IS_ROWS: bool = false;
    /// Keys of its table whose values are paths, in full: `grad.points`; without [`Verb::OUTPUTS`].
    const PATHS: &'static [&'static str];
    /// Keys of its table that the contract has and this version has not.
    const NOT_YET: &'static [&'static str];
    /// Formats that it writes beside rows and JSON.
    const DOCUMENTS: &'static [&'static str] = &[];
    /// Keys of its table that say how a run is kept and taken up again: they change no result and do not stand in it.
    const WHERE: &'static [&'static str] = &[];
    /// Keys of its table that name what it writes beside `-o`.
    const OUTPUTS: &'static [&'static str];
    /// Keys among [`Verb::PATHS`] whose file is written while it runs, each with the key that may read the same file.
    const REWRITES: &'static [(&'static str, &'static str)] = &[];
    /// The files that a path among [`Verb::PATHS`] means, where that may be a pattern.
    fn files(path: PathBuf) -> Vec<PathBuf> {
        vec![path]
    }
    /// The flag that stands for a key of its table: `--save-state`.
    fn flag(key: &str) -> String {
        let name = key.strip_prefix(Self::NAME).unwrap_or(key).trim_start_matches('.');
        format!("--{}", name.replace('_', "-"))
    }
    /// All keys whose values are paths.
    fn paths() -> Vec<&'static str> {
        [Self::PATHS, Self::OUTPUTS].concat()
    }
    /// Fills what nobody said.
    fn defaults(options: &mut Self::Options, spec: &Spec);
    /// Does the work. Rows go to `outputs` as they come; everything else into the outcome.
    fn run(request: &Request<Self::Options>, job: &Job, outputs: &mut Outputs) -> anyhow::Result<Outcome>;
}

/// The registry's line for a verb.
pub const fn entry<V: Verb>() -> Subcommand {
    Subcommand {
        name: V::NAME,
        about: V::ABOUT,
        examples: V::EXAMPLES,
        arguments: arguments::<V>,
        run: run::<V>,
        options: Some(|generator| generator.subschema_for::<V::Options>()),
    }
}

fn arguments<V: Verb>(command: clap::Command) -> clap::Command {
    // clap takes the structs' documentation for the command's: the about comes last.
    let command = CommonFlags::augment_args(V::Options::augment_args(ProblemFlags::augment_args(command)));
    // -1 after a flag is its value, and the flag says what is wrong with it
    let command = command.mut_args(|arg| match arg.is_positional() || !arg.get_action().takes_values() {
        true => arg,
        false => arg.allow_negative_numbers(true),
    });
    command.about(V::ABOUT).long_about(None)
}

fn run<V: Verb>(matches: &ArgMatches, session: &Session) -> anyhow::Result<Exit> {
    let common = CommonFlags::from_arg_matches(matches)?;
    let problem = ProblemFlags::from_arg_matches(matches)?;
    let flags = V::Options::from_arg_matches(matches)?;
    let request = request::<V>(session, matches, &common, &problem, &flags)?;
    if problem.input.as_deref().is_some_and(is_stdin::<V>) {
        reads::once::<V>(&request)?;
    }
    if common.print_spec {
        print_text(&print_spec::<V>(&request))?;
        return Ok(Exit::Done);
    }
    let own = OwnFile::all::<V>(&request);
    reads::apart::<V>(&request, &common, &own)?;
    let on_stdout = own.iter().any(|file| is_stdout(&file.path));
    let common = common.settled(on_stdout);
    let job = Job::new(session, &common, on_stdout);
    let mut outputs = Outputs::open(&common, own)?;
    outputs.fits(V::NAME, V::DOCUMENTS)?;
    let outcome = V::run(&request, &job, &mut outputs)?;
    finish::<V>(outcome, &request, &common, &job, outputs)
}
