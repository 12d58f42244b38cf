//! Rows of a path of fits, shifted and scaled once and kept, where memory has room for them beside the table's own numbers.

use super::RegressError;
use super::rows::{Part, Rows, each};

/// Bytes of a number.
const NUMBER: u64 = size_of::<f64>() as u64;

/// The parts of all rows whose weight is above 0; nothing where they have no room. Fails with `Storage`, `Stopped`.
pub fn parts(rows: &Rows<'_>) -> Result<Option<Vec<Part>>, RegressError> {
    // the target and two more beside the columns: weights, offset
    let bytes = (rows.columns as u64 + 3) * NUMBER * rows.count().0;
    if bytes > rows.source().spare() {
        return Ok(None);
    }
    let mut parts = Vec::with_capacity(rows.source().parts());
    each(rows.source(), |block| {
        parts.push(weighty(rows.part(block)));
        Ok(())
    })?;
    Ok(Some(parts))
}

/// The rows of a part whose weight is not 0.
pub fn weighty(part: Part) -> Part {
    let there: Vec<usize> = (0..part.w.len()).filter(|&i| part.w[i] != 0.0).collect();
    if there.len() == part.w.len() {
        return part;
    }
    let of = |column: &Vec<f64>| match column.is_empty() {
        true => Vec::new(),
        false => there.iter().map(|&i| column[i]).collect(),
    };
    Part {
        rows: there.len(),
        z: part.z.iter().map(of).collect(),
        y: of(&part.y),
        w: if there.iter().all(|&i| part.w[i] == 1.0) { Vec::new() } else { of(&part.w) },
        offset: of(&part.offset),
        extra: part.extra.iter().map(of).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_weight_are_left_out() {
        let part = |w: Vec<f64>| Part {
            rows: 3,
            z: vec![vec![1.0, 2.0, 3.0]],
            y: vec![4.0, 5.0, 6.0],
            w,
            offset: Vec::new(),
            extra: Vec::new(),
        };
        let one = weighty(part(vec![1.0, 0.0, 1.0]));
        assert_eq!((one.rows, one.z, one.y, one.w), (2, vec![vec![1.0, 3.0]], vec![4.0, 6.0], Vec::new()));
        assert_eq!(weighty(part(vec![0.0, 0.5, 1.0])).w, [0.5, 1.0]);
        assert_eq!(weighty(part(Vec::new())).rows, 3);
    }
}
