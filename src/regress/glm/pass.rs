//! One pass over the rows: score, information, deviance and Pearson's squares.

use crate::numeric::linalg::Matrix;
use crate::regress::RegressError;
use crate::regress::family::{Family, Link, row};
use crate::regress::rows::{Part, Rows};
use crate::regress::weighted::{score_and_information, score_and_products, score_and_squares, symmetric};

/// Where the sums of one pass are.
pub(super) struct Pass {
    pub deviance: f64,
    pub pearson: f64,
    pub outside: f64,
    pub score: Vec<f64>,
    pub information: Matrix,
    /// The diagonal of the information of all columns, where it stands apart.
    pub squares: Vec<f64>,
}

/// One pass over the rows: at `g`, or at the starting means where there is none.
pub(super) fn pass(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    g: Option<&[f64]>,
    mean: f64,
    p: usize,
) -> Result<Pass, RegressError> {
    const HEAD: usize = 3;
    let pairs = p * (p + 1) / 2;
    let sums = rows.sums(HEAD + p + pairs, |part, from, to, out| {
        let n = to - from;
        let mut eta = Vec::with_capacity(n);
        match g {
            Some(g) => Rows::predictor(part, g, from, to, &mut eta),
            None => eta.extend((from..to).map(|i| {
                let mu = (family.start)(part.y[i], mean);
                (link.predictor)(mu, 1.0 - mu)
            })),
        }
        let (mut pull, mut weights) = (vec![0.0; n], vec![0.0; n]);
        match g {
            Some(_) => look(family, link, part, from, &eta, (&mut pull, &mut weights), out),
            None => one_by_one(family, link, part, from, &eta, true, (&mut pull, &mut weights), out),
        }
        let (score, information) = out[HEAD..].split_at_mut(p);
        score_and_information(part, from, to, &pull, &weights, score, information);
    })?;
    let information = symmetric(&sums[HEAD + p..], p);
    Ok(Pass {
        deviance: sums[0],
        pearson: sums[1],
        outside: sums[2],
        score: sums[HEAD..HEAD + p].to_vec(),
        information,
        squares: Vec::new(),
    })
}

/// One pass at `g` for the score of all columns, and, if they are given, the information of the columns `among`.
pub(super) fn pass_among(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    g: &[f64],
    among: Option<&[usize]>,
) -> Result<Pass, RegressError> {
    const HEAD: usize = 3;
    let (p, few) = (rows.columns, among.map_or(0, <[usize]>::len));
    let diagonal = if among.is_some() { p } else { 0 };
    let sums = rows.sums(HEAD + p + diagonal + few * (few + 1) / 2, |part, from, to, out| {
        let n = to - from;
        let mut eta = Vec::with_capacity(n);
        Rows::predictor(part, g, from, to, &mut eta);
        let (mut pull, mut weights) = (vec![0.0; n], vec![0.0; n]);
        let (head, rest) = out.split_at_mut(HEAD);
        look(family, link, part, from, &eta, (&mut pull, &mut weights), head);
        let (score, rest) = rest.split_at_mut(p);
        let (squares, information) = rest.split_at_mut(diagonal);
        let all: Vec<&[f64]> = part.z.iter().map(|z| &z[from..to]).collect();
        score_and_squares(&all, &pull, &weights, score, squares);
        let some: Vec<&[f64]> = among.unwrap_or_default().iter().map(|&k| all[k]).collect();
        score_and_products(&some, &[], &weights, &mut [], information);
    })?;
    let (score, rest) = sums[HEAD..].split_at(p);
    let (squares, information) = rest.split_at(diagonal);
    Ok(Pass {
        deviance: sums[0],
        pearson: sums[1],
        outside: sums[2],
        score: score.to_vec(),
        information: symmetric(information, few),
        squares: squares.to_vec(),
    })
}

/// Adds deviance, Pearson's squares and the count of rows outside to `out`: \[3\]; pull and weight of each row as in [`one_by_one`].
fn look(
    family: &Family,
    link: &Link,
    part: &Part,
    from: usize,
    eta: &[f64],
    (pull, weights): (&mut [f64], &mut [f64]),
    out: &mut [f64],
) {
    let to = from + eta.len();
    let w = if part.w.is_empty() { &[] } else { &part.w[from..to] };
    match link.block.and_then(|block| block([&part.y[from..to], eta, w], pull, weights)) {
        Some((deviance, pearson)) => (out[0], out[1]) = (out[0] + deviance, out[1] + pearson),
        None => one_by_one(family, link, part, from, eta, false, (pull, weights), out),
    }
}

/// Adds deviance, Pearson's squares and the count of rows outside the family's range to `out`; what each row adds to the score
/// and to the information goes into `pull` and `weights`. Where `starting`, eta is a target's own predictor.
#[allow(clippy::too_many_arguments)]
fn one_by_one(
    family: &Family,
    link: &Link,
    part: &Part,
    from: usize,
    eta: &[f64],
    starting: bool,
    (pull, weights): (&mut [f64], &mut [f64]),
    out: &mut [f64],
) {
    for k in 0..eta.len() {
        let y = part.y[from + k];
        let w = part.w.get(from + k).copied().unwrap_or(1.0);
        if w == 0.0 {
            continue;
        }
        let Some(one) = row(family, link, y, eta[k]) else {
            out[2] += 1.0;
            continue;
        };
        out[0] += w * one.deviance;
        out[1] += w * one.pearson;
        weights[k] = w * one.weight;
        pull[k] = w * one.pull;
        if starting {
            // towards the starting predictor, from 0
            let offset = part.offset.get(from + k).copied().unwrap_or(0.0);
            pull[k] += weights[k] * (eta[k] - offset);
        }
    }
}

/// The score at `g`: \[columns\], and the deviance, in one pass. Fails with `Storage`, `Stopped`.
pub fn score(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    g: &[f64],
) -> Result<(Vec<f64>, f64), RegressError> {
    let found = pass(rows, family, link, Some(g), f64::NAN, rows.columns)?;
    Ok((found.score, if found.outside > 0.0 { f64::INFINITY } else { found.deviance }))
}

/// The deviance at `g`; infinite where a mean leaves the family's range. Fails with `Storage`, `Stopped`.
pub fn deviance(rows: &Rows<'_>, family: &'static Family, link: &'static Link, g: &[f64]) -> Result<f64, RegressError> {
    let sums = rows.sums(1, |part, from, to, out| {
        let mut eta = Vec::new();
        Rows::predictor(part, g, from, to, &mut eta);
        let (mut pull, mut weights, mut found) = (vec![0.0; to - from], vec![0.0; to - from], [0.0; 3]);
        look(family, link, part, from, &eta, (&mut pull, &mut weights), &mut found);
        out[0] += if found[2] > 0.0 { f64::INFINITY } else { found[0] };
    })?;
    Ok(sums[0])
}
