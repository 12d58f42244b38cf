//! Likelihoods without a maximum: a direction along which no row loses and some gain for ever (Albert and Anderson 1984 for
//! classes; Correia, Guimaraes and Zylkin 2019 for counts).
//!
//! A row whose target lies at the end of its range (a class, a count of 0) gains on its side of the predictor; the others must
//! not move. Newton's steps tell the two apart: along such a direction they move rows by 1 or more for ever, and all other rows
//! less and less. Of several classes each row has as many such movements as there are other classes: its own class gets ahead of
//! them or stays level. That is a guess, and it is proved or dropped: the rows that rest leave a null space, from their sums in
//! double-double; the step is projected into it, and each row that moves must then move to its side. So one row far away, or a
//! mean that rounds to 1, is no separation.

use super::family::{Family, Link, side};
use super::gram::Gram;
use super::rows::{Part, Rows, Strided, in_order};
use super::triangle::Triangle;
use super::{Block, Column, RegressError};
use crate::numeric::elementary::{max, min};
use crate::numeric::sum::Dd;

/// A step that moves the predictor of a row by less lets it rest.
const MOVES: f64 = 0.05;

/// Movements below this part of their terms' size are rounding.
const ROUNDING: f64 = 1e-11;

/// Components of a direction below this part of the largest are rounding.
const DUST: f64 = 1e-20;

/// Row i's movement along `d`, and the size of its terms.
fn movement(z: &[Vec<f64>], d: &[f64], i: usize) -> (f64, f64) {
    z.iter().zip(d).fold((0.0, 0.0), |(sum, size), (z, d)| (sum + d * z[i], size + (d * z[i]).abs()))
}

/// Bytes of the sums of some of the rows.
fn bytes_of(rows: &Rows<'_>) -> usize {
    rows.like.sums.len() * size_of::<Dd>()
}

/// The sums of a block's rows that rest (1; the others 0).
fn sums_of(rows: &Rows<'_>, block: &Block<'_>, rests: Vec<f64>) -> Gram {
    let mut sums = rows.like.empty();
    if rests.contains(&1.0) {
        sums.add(&Block { weights: Some(Column::owned(rests)), ..block.clone() });
    }
    sums
}

/// `step` in the null space of the columns whose sums these are: \[columns\]; nothing if there is none.
fn at_rest(resting: &Gram, step: &[f64]) -> Option<Vec<f64>> {
    let triangle = Triangle::factor(resting, &[]);
    let mut d = vec![Dd::ZERO; step.len()];
    for j in (0..d.len()).filter(|&j| !triangle.kept[j]) {
        d[j] = d[j] + step[j];
        for (k, on) in triangle.dependence(j).into_iter().enumerate() {
            d[k] = d[k] - on * step[j];
        }
    }
    let largest = d.iter().fold(0.0, |m, d| max(m, d.hi.abs()));
    // the columns are scaled: what is so small beside the largest is the rounding of the sums
    let d: Vec<f64> = d.iter().map(|d| if d.hi.abs() > DUST * largest { d.hi } else { 0.0 }).collect();
    (largest > 0.0).then_some(d)
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
        Ok((sums_of(rows, block, rests), moving, astray))
    };
    in_order(&Strided(rows), bytes_of(rows), of, |(sums, more, off)| {
        (moving, astray) = (moving + more, astray + off);
        resting.merge(&sums)
    })?;
    if astray == 0 {
        // every row is on its side already
        return Ok(Some(alone(rows, family, link)?.unwrap_or_else(|| g.to_vec())));
    }
    if moving == 0 {
        return Ok(None);
    }
    let Some(d) = at_rest(&resting, step) else { return Ok(None) };
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

/// A direction of columns that separate the classes each by itself, for a shorter list than that of a direction in which all
/// others take part; nothing if none does.
fn alone(rows: &Rows<'_>, family: &'static Family, link: &'static Link) -> Result<Option<Vec<f64>>, RegressError> {
    // the reach of each column on either side: \[columns\]
    let nothing = (f64::INFINITY, f64::NEG_INFINITY);
    let mut reach = vec![[nothing; 2]; rows.columns];
    let wider = |a: (f64, f64), b: (f64, f64)| (min(a.0, b.0), max(a.1, b.1));
    let of = |block: &Block<'_>| {
        let part = rows.part(block);
        let mut reach = vec![[nothing; 2]; part.z.len()];
        for i in (0..part.rows).filter(|i| part.w.get(*i) != Some(&0.0)) {
            let Some(side) = side(family, link, part.y[i]) else { continue };
            for (reach, z) in reach.iter_mut().zip(&part.z) {
                let reach = &mut reach[usize::from(side > 0.0)];
                *reach = wider(*reach, (z[i], z[i]));
            }
        }
        Ok(reach)
    };
    in_order(&Strided(rows), rows.columns * size_of::<[(f64, f64); 2]>(), of, |part| {
        for (all, part) in reach.iter_mut().zip(part) {
            *all = [wider(all[0], part[0]), wider(all[1], part[1])];
        }
        Ok(())
    })?;
    // without an intercept the boundary is 0
    let first = usize::from(rows.like.intercept);
    let apart = |low: (f64, f64), high: (f64, f64)| low.1 < high.0 && (first == 1 || low.1 <= 0.0 && high.0 >= 0.0);
    let sign = |[down, up]: &[(f64, f64); 2]| match () {
        () if apart(*down, *up) => 1.0,
        () if apart(*up, *down) => -1.0,
        () => 0.0,
    };
    let found: Vec<f64> =
        reach.iter().enumerate().map(|(k, reach)| if k < first { 0.0 } else { sign(reach) }).collect();
    Ok(found.iter().any(|d| *d != 0.0).then_some(found))
}

/// The movement of row i's own class ahead of class `other` along `d`, and the size of its terms.
fn ahead(part: &Part, d: &[f64], i: usize, other: usize) -> (f64, f64) {
    let (p, own) = (part.z.len(), part.y[i] as usize);
    let of = |class: usize| match class {
        0 => (0.0, 0.0),
        class => movement(&part.z, &d[(class - 1) * p..class * p], i),
    };
    let (a, b) = (of(own), of(other));
    (a.0 - b.0, a.1 + b.1)
}

/// As [`direction`], for `classes` classes of which the first has no coefficients: `step`: \[classes - 1, columns\].
pub fn direction_of_classes(rows: &Rows<'_>, classes: usize, step: &[f64]) -> Result<Option<Vec<f64>>, RegressError> {
    let n = rows.like.order() - 1;
    if n != rows.columns {
        return Ok(None);
    }
    // sums of the rows that rest between two classes, a pair after the other
    let pairs: Vec<(usize, usize)> = (0..classes).flat_map(|a| (a + 1..classes).map(move |b| (a, b))).collect();
    let mut resting: Vec<Gram> = vec![rows.like.empty(); pairs.len()];
    let mut moving = 0u64;
    let of = |block: &Block<'_>| {
        let part = rows.part(block);
        let mut moving = 0u64;
        let sums = pairs.iter().map(|&(a, b)| {
            let mut rests = vec![0.0; part.rows];
            for (i, rests) in rests.iter_mut().enumerate().filter(|(i, _)| part.w.get(*i) != Some(&0.0)) {
                let other = match part.y[i] as usize {
                    own if own == a => b,
                    own if own == b => a,
                    _ => continue,
                };
                match ahead(&part, step, i, other).0 > MOVES {
                    true => moving += 1,
                    false => *rests = 1.0,
                }
            }
            sums_of(rows, block, rests)
        });
        let sums: Vec<Gram> = sums.collect();
        Ok((sums, moving))
    };
    in_order(&Strided(rows), pairs.len() * bytes_of(rows), of, |(sums, more)| {
        moving += more;
        resting.iter_mut().zip(&sums).try_for_each(|(all, sums)| all.merge(sums))
    })?;
    if moving == 0 {
        return Ok(None);
    }
    let Some(d) = at_rest(&between(&pairs, &resting, classes), step) else { return Ok(None) };
    let wrong = rows.sums(1, |part, from, to, out| {
        for i in (from..to).filter(|i| part.w.get(*i) != Some(&0.0)) {
            for other in (0..classes).filter(|c| *c != part.y[i] as usize) {
                let (along, size) = ahead(part, &d, i, other);
                let good = match ahead(part, step, i, other).0 > MOVES {
                    true => along > ROUNDING * size,
                    false => along.abs() <= ROUNDING * size,
                };
                out[0] += f64::from(u8::from(!good));
            }
        }
    })?[0];
    Ok((wrong == 0.0).then_some(d))
}

/// The sums over differences (z in the place of one class, -z in that of the other) of all pairs: the graph's Laplacian, with
/// `sums` in place of weights and without class 0.
fn between(pairs: &[(usize, usize)], sums: &[Gram], classes: usize) -> Gram {
    let p = sums.first().map_or(0, |s| s.order() - 1);
    let n = p * (classes - 1);
    let order = n + 1;
    let mut all = Gram {
        intercept: false,
        shift: vec![0.0; order],
        scale: vec![1.0; order],
        rows: sums.iter().map(|s| s.rows).sum(),
        weight: Dd::ZERO,
        ln_weight: 0.0,
        rounded: vec![true; n],
        sums: vec![Dd::ZERO; order * (order + 1) / 2],
        totals: vec![Dd::ZERO; order],
    };
    for (&(a, b), sums) in pairs.iter().zip(sums) {
        for (i, j) in (0..p).flat_map(|i| (0..p).map(move |j| (i, j))) {
            let s = sums.at(i, j);
            for (x, y, sign) in [(a, a, 1.0), (b, b, 1.0), (a, b, -1.0)] {
                // upper triangle alone; a < b
                let (Some(x), Some(y)) = (x.checked_sub(1), y.checked_sub(1)) else { continue };
                let (row, column) = (x * p + i, y * p + j);
                if row <= column {
                    let place = row * order - row * (row + 1) / 2 + column;
                    all.sums[place] += s * sign;
                }
            }
        }
    }
    all
}
