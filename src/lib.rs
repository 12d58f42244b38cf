//! Exact gradients of formulas, and what they are good for.
//!
//! The rooms, from the ground up; a room uses only what stands below it (`tests/architecture.rs` holds the table).
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`error`] | errors that know their place, exit classes |
//! | [`cancel`] | the flag that says stop |
//! | [`numeric`] | f64 without formulas: kernels, sums, intervals, dense linear algebra |
//! | [`formula`] | text to graph, graph to derivative, graph to text |
//! | [`engine`] | graph to numbers: programs over blocks of lanes |
//! | [`objective`] | what is differentiated, minimised or checked |
//! | [`optimize`] | descent: methods that propose, a driver that judges and stops |
//! | [`calculus`] | what calculus asks at a point: limits, directions, class, status |
//! | [`regress`] | fitting models to rows |
//! | [`check`] | is this gradient right, and what is wrong with it |
//! | [`spec`] | the request as written, every value with its place |
//! | [`table`] | tables in, tables out, files that are whole or absent |
//! | [`process`] | the user's program: fed, listened to, ended with its children |
//! | [`progress`] | bars |
//! | [`report`] | blocks of text: tables, numbers, errors with their source |
//! | [`commands`] | the command line: one folder a verb |

pub mod calculus;
pub mod cancel;
pub mod check;
pub mod commands;
pub mod engine;
pub mod error;
pub mod formula;
pub mod numeric;
pub mod objective;
pub mod optimize;
pub mod process;
pub mod progress;
pub mod regress;
pub mod report;
pub mod spec;
pub mod table;
