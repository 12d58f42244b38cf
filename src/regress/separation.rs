//! Likelihoods without a maximum: a direction along which no row loses and some gain for ever (Albert and Anderson 1984 for
//! classes; Correia, Guimaraes and Zylkin 2019 for counts).
//!
//! A row whose target lies at the end of its range (a class, a count of 0) gains on its side of the predictor; the others must
//! not move. Newton's steps tell the two apart: along such a direction they move rows by 1 or more for ever, and all other rows
//! less and less. That is a guess, and it is proved or dropped: the rows that rest leave a null space, from their sums in
//! double-double; the step is projected into it, and each row that moves must then move to its side. So one row far away, or a
//! mean that rounds to 1, is no separation.

use super::family::{Family, Link, side};
use super::rows::{Rows, Strided, in_order};
use super::triangle::Triangle;
use super::{Block, Column, RegressError};
use crate::numeric::sum::Dd;

/// A step that moves the predictor of a row by less lets it rest.
const MOVES: f64 = 0.05;

/// Movements below this part of their terms' size are rounding.
const ROUNDING: f64 = 1e-11;

/// Row i's movement along `d`, and the size of its terms.
fn movement(z: &[Vec<f64>], d: &[f64], i: usize) -> (f64, f64) {
    z.iter().zip(d).fold((0.0, 0.0), |(sum, size), (z, d)| (sum + d * z[i], size + (d * z[i]).abs()))
}

/// The direction without end that `step`, the last of Newton's at `g`, tends to, if there is one: \[columns\]. Fails with
/// `Storage`, `Stopped`.
pub fn direction(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    g: &[f64],
    step: &[f64],
) -> Result<Option<Vec<f64>>, RegressError> {
    let n = rows.like.order() - 1;
    // families without ends of their range, and the model of the intercept alone, which has a maximum
    if n != rows.columns || side(family, link, 0.0).is_none() {
        return Ok(None);
    }
    let moves = |z: &[Vec<f64>], y: f64, i: usize| match side(family, link, y) {
        Some(side) => side * movement(z, step, i).0 > MOVES,
        None => false,
    };
    let mut resting = rows.like.empty();
    let (mut moving, mut astray) = (0u64, 0u64);
    let of = |block: &Block<'_>| {
        let part = rows.part(block);
        let mut rests = vec![0.0; part.rows];
        let (mut moving, mut astray) = (0u64, 0u64);
        for (i, rests) in rests.iter_mut().enumerate().filter(|(i, _)| part.w.get(*i) != Some(&0.0)) {
            match moves(&part.z, part.y[i], i) {
                true => moving += 1,
                false => *rests = 1.0,
            }
            let (along, size) = movement(&part.z, g, i);
            let right = side(family, link, part.y[i]).is_some_and(|side| side * along > ROUNDING * size);
            astray += u64::from(!right);
        }
        let mut sums = rows.like.empty();
        if rests.contains(&1.0) {
            let weights = Column { hi: rests.into(), lo: Vec::new().into() };
            sums.add(&Block { weights: Some(weights), ..block.clone() });
        }
        Ok((sums, moving, astray))
    };
    in_order(&Strided(rows), of, |(sums, more, off)| {
        (moving, astray) = (moving + more, astray + off);
        resting.merge(&sums)
    })?;
    if astray == 0 {
        return Ok(Some(g.to_vec())); // every row is on its side already
    }
    if moving == 0 {
        return Ok(None);
    }
    let triangle = Triangle::factor(&resting, &[]);
    let mut d = vec![Dd::ZERO; n];
    for j in (0..n).filter(|&j| !triangle.kept[j]) {
        d[j] = d[j] + step[j];
        for (k, on) in triangle.dependence(j).into_iter().enumerate() {
            d[k] = d[k] - on * step[j];
        }
    }
    let d: Vec<f64> = d.iter().map(|d| d.hi).collect();
    if d.iter().all(|d| *d == 0.0) {
        return Ok(None);
    }
    let wrong = rows.sums(1, |part, from, to, out| {
        for i in (from..to).filter(|i| part.w.get(*i) != Some(&0.0)) {
            let (along, size) = movement(&part.z, &d, i);
            let good = match side(family, link, part.y[i]) {
                Some(side) if moves(&part.z, part.y[i], i) => side * along > ROUNDING * size,
                _ => along.abs() <= ROUNDING * size,
            };
            out[0] += f64::from(u8::from(!good));
        }
    })?[0];
    Ok((wrong == 0.0).then_some(d))
}
