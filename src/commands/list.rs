//! `gradus list`: what there is to choose from, straight from the registries.

use super::outcome::print_text;
use super::registry::Subcommand;
use super::session::Session;
use crate::error::Exit;
use crate::formula::{forms, functions};
use crate::optimize::methods::TABLE as METHODS;
use crate::regress::family::FAMILIES;
use crate::report::{Align, Table};
use crate::table::formats::FORMATS;
use clap::{ArgMatches, Args, FromArgMatches, ValueEnum};

/// The registry's line.
pub const ENTRY: Subcommand = Subcommand {
    name: "list",
    about: "List functions, methods, families or formats",
    examples: "  gradus list functions\n  gradus list formats",
    arguments: ListFlags::augment_args,
    run,
    options: None,
};

#[derive(Debug, Args)]
struct ListFlags {
    /// What to list
    #[arg(value_enum)]
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// The functions of the formula language
    Functions,
    /// The methods of descend
    Methods,
    /// The families of regress
    Families,
    /// The formats of output files
    Formats,
}

fn run(matches: &ArgMatches, _: &Session) -> anyhow::Result<Exit> {
    let flags = ListFlags::from_arg_matches(matches)?;
    let rows: Vec<Vec<String>> = match flags.what {
        What::Functions => functions(),
        What::Formats => FORMATS.iter().map(|f| vec![f.name.into(), endings(f.extensions), f.doc.into()]).collect(),
        What::Methods => METHODS.iter().map(|m| vec![m.name.into(), m.source.into(), m.doc.into()]).collect(),
        What::Families => {
            let line = |name: &str, doc: &str| vec![name.to_string(), String::new(), doc.to_string()];
            let mut rows = vec![line("linear", "Least squares.")];
            rows.extend(FAMILIES.iter().map(|f| line(f.name, f.doc)));
            rows.push(line("huber", "Least squares near, absolute values beyond 1.345 sigma; alone without penalties (ridge, lasso, elastic net)."));
            rows.push(line("multinomial", "Several classes: multinomial logit."));
            rows
        }
    };
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    rows.into_iter().for_each(|row| table.row(row));
    print_text(&table.render(0))?;
    Ok(Exit::Done)
}

fn endings(extensions: &[&str]) -> String {
    extensions.iter().map(|e| format!(".{e}")).collect::<Vec<_>>().join(" ")
}

/// Name and arguments, other names, documentation; forms of the language first.
fn functions() -> Vec<Vec<String>> {
    let forms = forms::TABLE.iter().map(|f| vec![f.example.to_string(), String::new(), f.doc.to_string()]);
    let callable = functions::TABLE.iter().filter(|f| f.callable).map(|f| {
        let letters = ["x", "y", "z"];
        let arguments = match (f.name, f.arity) {
            (_, functions::Arity::Fold(_)) => "x, y, ...".to_string(),
            (_, functions::Arity::Exactly(n)) => letters[..n.min(3)].join(", "),
        };
        let aliases = f.aliases.iter().map(|a| format!("also {a}")).collect::<Vec<_>>().join(", ");
        vec![format!("{}({arguments})", f.name), aliases, f.doc.to_string()]
    });
    forms.chain(callable).collect()
}
