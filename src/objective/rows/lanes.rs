//! The inputs of blocks of rows.

/// The inputs of a block: variables the same in every lane, columns by row.
pub(super) struct Lanes<'a> {
    pub(super) columns: Vec<Source<'a>>,
}

pub(super) enum Source<'a> {
    Nothing,
    Same(Vec<f64>),
    Rows(&'a [f64]),
    Picked(&'a [f64], &'a [u32]),
}

impl Lanes<'_> {
    /// The blocks `from..from + count`; `picked`: storage for rows that are not side by side.
    pub(super) fn at<'s>(&'s self, from: usize, count: usize, picked: &'s mut [Vec<f64>]) -> Vec<&'s [f64]> {
        self.columns
            .iter()
            .zip(picked)
            .map(|(source, store)| match source {
                Source::Nothing => &[][..],
                Source::Same(lanes) => &lanes[..count],
                Source::Rows(column) => &column[from..from + count],
                Source::Picked(column, rows) => {
                    store.clear();
                    store.extend(rows[from..from + count].iter().map(|&r| column[r as usize]));
                    &store[..]
                }
            })
            .collect()
    }
}
