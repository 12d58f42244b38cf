//! What rounding the decimals of a table to f64 leaves, kept beside them where a fit is right to the last digit.

use crate::table::read::Batch;
use crate::table::rest::rest;

/// For which rows the rests of decimals are kept beside their f64s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rests {
    /// For none.
    None,
    /// For all, if they are at most so many and each file is one piece of text; else some parts have them and others not.
    Few(u64),
    /// For all.
    All,
}

impl Rests {
    /// Whether a piece has them: `rows` of it, `first` in its file.
    pub fn wanted(&mut self, rows: usize, first: bool) -> bool {
        match *self {
            Rests::None => false,
            Rests::All => true,
            Rests::Few(left) if first && rows as u64 <= left => {
                *self = Rests::Few(left - rows as u64);
                true
            }
            Rests::Few(_) => {
                *self = Rests::None;
                false
            }
        }
    }
}

/// The rests of a batch whose cells are kept, \[graph inputs\]\[rows\], for so many `inputs`; `numbers`: the place of each
/// column of the batch among them.
pub fn rests(batch: &Batch, places: &[usize], numbers: &[(String, usize)], inputs: usize) -> Vec<Vec<f64>> {
    let mut found = vec![Vec::new(); inputs];
    for ((at, column), (_, input)) in places.iter().zip(&batch.columns).zip(numbers) {
        let rests: Vec<f64> = column.iter().enumerate().map(|(row, x)| rest(batch.cell(row, *at), *x)).collect();
        if rests.iter().any(|r| *r != 0.0) {
            found[*input] = rests;
        }
    }
    found
}
