//! The whole command line: clap's tree, the choice of subcommand, and how failures are told.

use super::outcome::complain;
use super::registry::SUBCOMMANDS;
use super::session::{Session, Stopped};
use crate::cancel::Cancel;
use crate::error::{Diagnose, Exit, Located};
use crate::numeric::block::Isa;
use crate::report::{ColorChoice, Paint, draw};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command};
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::time::Instant;

const ABOUT: &str = "Slopes from the command line: exact gradients of a formula";

const STATUS: &str = "\
Exit status:
  0    done, the answer is yes
  1    done, the answer is no: no derivative at a point, a comparison that differs, ...;
       the result is written and says so; --allow WORD turns such an answer into 0
  2    the request is wrong: a flag, the spec, a formula, the data; no output file
  3    the world failed: a file cannot be read or written; no output file
  130  interrupted; 143 terminated; no output file
  101  a bug of gradus

Environment:
  NO_COLOR    no colours
  GRADUS_ISA  the instruction set to compute with (sse2, avx2, avx512), instead of the
              widest that the machine has; results are the same";

/// The variable that names an instruction set.
const ISA: &str = "GRADUS_ISA";

/// An instruction set that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{ISA} is `{name}`, which this machine does not have")]
struct NoSuchIsa {
    name: String,
}

impl Diagnose for NoSuchIsa {
    fn exit(&self) -> Exit {
        Exit::Request
    }
    fn help(&self) -> Option<String> {
        let names = Isa::available().iter().map(|isa| format!("`{}`", isa.name())).collect::<Vec<_>>().join(", ");
        Some(format!("it has {names}"))
    }
}

/// Takes the instruction set that the environment asks for.
fn hold_isa() -> Result<(), Located> {
    let Some(name) = std::env::var_os(ISA).filter(|n| !n.is_empty()) else { return Ok(()) };
    let name = name.to_string_lossy().into_owned();
    let found = Isa::available().into_iter().find(|isa| isa.name() == name);
    found.ok_or_else(|| Located::new(NoSuchIsa { name })).map(Isa::hold)
}

const EXAMPLES: &str = "\
Examples:
  gradus grad -f 'x^2*y + sin(x*y)' --at x=1,y=2
  gradus grad spec.toml -o result.json
  gradus list functions";

/// The tree of arguments. Only the subcommand in use has its arguments built.
pub fn command() -> Command {
    let mut root = Command::new("gradus")
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .after_help(format!("{EXAMPLES}\n\n{STATUS}"))
        .subcommand_value_name("VERB")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100);
    for entry in SUBCOMMANDS {
        let after = format!("Examples:\n{}\n\n{STATUS}", entry.examples);
        let sub = Command::new(entry.name).about(entry.about).after_help(after);
        root = root.subcommand(sub.defer(entry.arguments));
    }
    root
}

/// Runs a command line (the program's name first). The error, if any, is for [`draw_failure`].
pub fn run(args: Vec<OsString>, cancel: &Cancel) -> anyhow::Result<Exit> {
    let session = Session { cancel: cancel.clone(), started: Instant::now() };
    let mut command = command().color(match color_choice(&args) {
        ColorChoice::Auto => clap::ColorChoice::Auto,
        ColorChoice::Always => clap::ColorChoice::Always,
        ColorChoice::Never => clap::ColorChoice::Never,
    });
    let matches = command.try_get_matches_from_mut(args)?;
    let Some((name, sub)) = matches.subcommand() else { return Ok(Exit::Request) };
    if let Some(used) = command.find_subcommand_mut(name) {
        refuse_swallowed_flags(used, sub)?;
    }
    hold_isa()?;
    match SUBCOMMANDS.iter().find(|entry| entry.name == name) {
        Some(entry) => (entry.run)(sub, &session),
        None => Ok(Exit::Request),
    }
}

/// Values may begin with a hyphen (`-f -x^2`); that lets `-f --at x=1` swallow a flag. What is spelled exactly as a
/// flag of this verb is taken for one.
fn refuse_swallowed_flags(command: &mut Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let long = |arg: &clap::Arg| arg.get_long().map(|name| format!("--{name}"));
    let flags: Vec<String> = command.get_arguments().filter_map(long).collect();
    let swallowed = command.get_arguments().filter(|arg| arg.is_allow_hyphen_values_set()).find_map(|arg| {
        let values = matches.get_raw(arg.get_id().as_str())?;
        let is_flag =
            |text: &str| flags.iter().any(|f| text == f || text.strip_prefix(f).is_some_and(|r| r.starts_with('=')));
        let value = values.map(|v| v.to_string_lossy().into_owned()).find(|text| is_flag(text))?;
        Some((arg.to_string(), value))
    });
    let Some((arg, value)) = swallowed else { return Ok(()) };
    let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
    error.insert(ContextKind::InvalidArg, ContextValue::String(arg.clone()));
    error.insert(ContextKind::InvalidValue, ContextValue::String(String::new()));
    error.insert(
        ContextKind::Suggested,
        ContextValue::StyledStrs(vec![
            format!("`{value}` is a flag; to give it as a value write {arg_eq}{value}", arg_eq = equals_form(&arg))
                .into(),
        ]),
    );
    Err(error)
}

/// `--formula <FORMULA>` as `--formula=`.
fn equals_form(arg: &str) -> String {
    format!("{}=", arg.split_whitespace().next().unwrap_or(arg))
}

/// What `--color` says, before clap has read it: clap's own errors are coloured too.
pub fn color_choice(args: &[OsString]) -> ColorChoice {
    let word = |text: &str| match text {
        "always" => ColorChoice::Always,
        "never" => ColorChoice::Never,
        _ => ColorChoice::Auto,
    };
    let mut found = ColorChoice::Auto;
    let mut rest = args.iter().filter_map(|a| a.to_str());
    while let Some(arg) = rest.next() {
        if let Some(value) = arg.strip_prefix("--color=") {
            found = word(value);
        } else if arg == "--color" {
            found = word(rest.next().unwrap_or(""));
        }
    }
    found
}

/// Tells a failure on standard error and says how the process ends. The one place that does.
pub fn draw_failure(failure: &anyhow::Error, args: &[OsString], cancel: &Cancel) -> Exit {
    if let Some(usage) = failure.downcast_ref::<clap::Error>() {
        // Help and version come as errors too; a closed pipe is none.
        let _ = usage.print();
        return if usage.use_stderr() { Exit::Request } else { Exit::Done };
    }
    if failure.is::<Stopped>() {
        return cancel.exit().unwrap_or(Exit::Interrupted);
    }
    let paint = Paint::new(color_choice(args), io::stderr().is_terminal());
    let Some(located) = failure.downcast_ref::<Located>() else {
        complain(&format!("{}: {failure:#}\n", paint.error("error")));
        return Exit::World;
    };
    let mut text = draw(located, paint);
    // What `context` added above the error, the innermost first.
    let above: Vec<String> = failure.chain().take_while(|e| !e.is::<Located>()).map(|e| e.to_string()).collect();
    for step in above.iter().rev() {
        text.push_str(&format!("{}: while {step}\n", paint.frame("note")));
    }
    complain(&text);
    located.problem.exit()
}

/// What the panic hook says: a panic is a bug of ours.
pub fn bug_report(message: &str, location: &str, args: &[OsString]) -> String {
    let quote = |arg: &OsString| {
        let text = arg.to_string_lossy();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@".contains(c);
        if !text.is_empty() && text.chars().all(plain) {
            text.into_owned()
        } else {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
    };
    let line = args.iter().map(quote).collect::<Vec<_>>().join(" ");
    format!(
        "error: gradus {} has a bug: {message}\n  at: {location}\n  in: {line}\n\
         help: please report it with these lines, and the files it read if you can share them\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_arguments_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_bug_report_can_be_copied() {
        let args = ["gradus", "grad", "-f", "x^2 + it's"].map(OsString::from);
        let want = concat!(
            "error: gradus 0.1.0 has a bug: index out of bounds\n  at: src/x.rs:1:2\n",
            "  in: gradus grad -f 'x^2 + it'\\''s'\n",
            "help: please report it with these lines, and the files it read if you can share them\n"
        );
        assert_eq!(bug_report("index out of bounds", "src/x.rs:1:2", &args), want);
    }
}
