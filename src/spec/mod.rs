//! The request as it was written: every value with its place. Uses `error` alone; formulas stay text here.
//!
//! [`read`] makes a tree of the spec's file, [`set`] and [`Node::set`] put `--set` and flags on top of it, and
//! [`Spec::read`] checks the result and gives it types. What a verb may be told stands in a table of its own
//! (`[grad]`), read into its options by [`options`]. [`toml`] prints the tree so that it reads back the same.

mod binding;
mod deserialize;
mod error;
mod node;
mod place;
mod print;
mod quantity;
mod read;
mod typed;

pub use binding::{Binding, Piece, bindings, is_name, parts};
pub use deserialize::{Fault, options, unknown_key};
pub use error::{SpecError, listed};
pub use node::{Node, Table, Value, parse_document, parse_value};
pub use place::{Origin, Place, Text};
pub use print::{absolute_command, absolute_paths, from_json, json, toml};
pub use quantity::{Quantity, number, numbers, quantity};
pub use read::{From, parse, read, reason, set, value_or_word};
pub use typed::{Data, KEYS, Named, Objective, Reduce, Spec, VERB_TABLES, Variable};
