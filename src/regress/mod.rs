//! Fitting models to rows. Uses `optimize` and what stands below it; no files, no printing.
//!
//! | file | what it is for |
//! | --- | --- |
//! | [`design`] | the columns of a model from the columns of a table: formulas in double-double, levels of categories |
//! | [`gram`] | sums of products in double-double, over shifted and scaled columns, mergeable |
//! | [`products`] | its inner loop, for each instruction set |
//! | [`triangle`] | their Cholesky factor, dependent columns found |
//! | [`householder`] | the same factor from the rows themselves, by reflections in double-double |
//! | [`linear`] | least squares and ridge from the factor |
//! | [`family`] | distributions and links, an entry each |
//! | [`rows`] | the rows of fits of several passes, gone through part by part, wherever they are kept |
//! | [`weighted`] | sums over a chunk of them, for each instruction set |
//! | [`kept`] | the rows of a path of fits, scaled once |
//! | [`glm`], [`multinomial`] | Fisher scoring (Newton, IRLS) |
//! | [`shortened`] | a step, or as much of it as helps |
//! | [`secant`] | the information corrected by the steps taken, for links that are not canonical |
//! | [`separation`] | likelihoods without a maximum, proved |
//! | [`penalty`] | lasso and elastic net by coordinate descent |
//! | [`solvers`] | the same fit by other means: QR, normal equations, gradient descent |
//! | [`descent`] | the same fits by the methods of `optimize` |
//! | [`robust`] | standard errors without constant variance |
//! | [`loss`] | any loss of a row, by a formula |
//! | [`huber`] | linear models that bear outliers |
//! | [`inference`] | standard errors, tests and intervals of any fit |
//!
//! A design is evaluated in blocks of rows; sums are taken block after block in the order of the data, so that no result
//! depends on the number of threads.

pub mod descent;
pub mod design;
pub mod error;
pub mod family;
pub mod glm;
pub mod gram;
pub mod householder;
pub mod huber;
pub mod inference;
pub mod kept;
pub mod leverage;
pub mod linear;
pub mod loss;
pub mod multinomial;
pub mod penalty;
pub mod products;
pub mod robust;
pub mod rows;
pub mod secant;
pub mod separation;
pub mod shortened;
pub mod solvers;
pub mod triangle;
pub mod weighted;

pub use design::{Block, Column, Design, Term};
pub use error::RegressError;
pub use rows::Source;
