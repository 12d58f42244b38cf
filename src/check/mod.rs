//! Is this gradient right, and if not, what is wrong with it? Uses `objective`, `numeric` and `error`.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`batch`] | what is checked: a round of points in, values and gradients out; a formula, a file and a program are one thing |
//! | [`points`] | where to check: random points in the box |
//! | [`noise`] | how far the values of a function can be trusted (ECnoise) |
//! | [`difference`] | slopes from samples: Richardson's table, its error, and slopes that do not exist |
//! | [`reference`] | slopes along many lines in few rounds |
//! | [`scan`] | many coordinates: random directions first, then where they fail |
//! | [`exact`] | the derivative of a formula with a bound for its rounding |
//! | [`run`](mod@run) | a whole check: points, references, claims, verdicts |
//! | [`findings`] | what it finds: numbers, points, their verdicts |
//! | [`compare`] | the measure and the verdict |
//! | [`diagnose`] | the name of the bug |
//! | [`sweep`] | error against step |

pub mod batch;
pub mod compare;
pub mod diagnose;
pub mod difference;
pub mod exact;
pub mod findings;
pub mod noise;
pub mod points;
pub mod reference;
pub mod run;
pub mod scan;
pub mod sweep;
