//! Generalised linear models by Fisher scoring: Newton's method with the expected information, which is IRLS, and the natural
//! gradient with rate 1. McCullagh and Nelder 1989, 2.5.

use super::RegressError;
use super::family::{Family, Link, row};
use super::penalty::{Quadratic, minimise};
use super::rows::{Part, Rows, score_and_information};
use super::secant::{Secant, corrected};
use super::separation;
use crate::numeric::linalg::{Cholesky, Matrix};

/// What a fit may do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most iterations.
    pub max_iterations: u64,
    /// l2/2 g^2 of each coefficient, in the scaled columns' units: \[columns\].
    pub l2: Vec<f64>,
    /// l1 |g|: \[columns\].
    pub l1: Vec<f64>,
    /// Where to begin; else a least squares fit to the family's starting means.
    pub start: Option<Vec<f64>>,
}

/// Rows of so many parts are fitted from the optimum of some of them.
const MANY_PARTS: usize = 64;

/// Every so many parts are some of them.
const STRIDE: usize = 16;

/// How a fit ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// At the optimum.
    Converged,
    /// Before it.
    MaxIterations,
    /// Nowhere: the likelihood grows without end along this direction of the scaled columns.
    Separated(Vec<f64>),
    /// The information is singular at this column.
    Singular(usize),
    /// At the edge of the link's range, where no step makes the likelihood larger.
    Stalled,
}

/// A step of the course of a fit.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// From 0.
    pub iteration: u64,
    /// The deviance, with the penalty.
    pub loss: f64,
    /// The largest component of the score.
    pub gradient_norm: f64,
}

/// A fit in the scaled columns' units.
#[derive(Clone, Debug)]
pub struct GlmFit {
    /// The coefficients: \[columns\].
    pub g: Vec<f64>,
    /// The inverse of the information, without dispersion: \[columns, columns\].
    pub covariance: Option<Matrix>,
    /// How it ended.
    pub end: End,
    /// The deviance.
    pub deviance: f64,
    /// Pearson's sum of squares.
    pub pearson: f64,
    /// The course.
    pub trace: Vec<Mark>,
}

/// Where the sums of one pass are.
struct Pass {
    deviance: f64,
    pearson: f64,
    outside: f64,
    score: Vec<f64>,
    information: Matrix,
}

/// Fits. Many rows begin at the optimum of a sixteenth of them, which saves passes over the others.
///
/// Fails with `OutOfRange`, `Storage`, `Stopped`.
pub fn fit(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    settings: &Settings,
) -> Result<GlmFit, RegressError> {
    let p = rows.columns;
    let mut trace = Vec::new();
    let (_, weight) = rows.count();
    let mean = rows.sums(1, |part, from, to, out| {
        out[0] = (from..to).map(|i| part.y[i] * part.w.get(i).copied().unwrap_or(1.0)).sum();
    })?[0]
        / weight;
    let step =
        |at: &[f64], pass: &Pass, seen: &[Secant]| newton(at, pass, &corrected(&pass.information, seen), settings);
    let canonical = is_canonical(family, link);
    let mut seen: Vec<Secant> = Vec::new();
    let some = match &settings.start {
        Some(g) => Some(g.clone()),
        None if p > 0 && rows.parts() >= MANY_PARTS => optimum_of_some(rows, family, link, settings)?,
        None => None,
    };
    let mut g = match some {
        Some(g) => g,
        None if p == 0 => Vec::new(),
        // the first step is a weighted least squares fit to the starting means' predictor
        None => match step(&vec![0.0; p], &pass(rows, family, link, None, mean, p)?, &[]) {
            Ok(g) => g,
            Err(column) => return Ok(singular(p, column)),
        },
    };
    let mut now = pass(rows, family, link, Some(&g), mean, p)?;
    if now.outside > 0.0 || !now.deviance.is_finite() {
        // the starting fit leaves the family's range: begin with the intercept alone
        g = vec![0.0; p];
        if rows.like.intercept {
            g[0] = (link.predictor)(mean, 1.0 - mean);
        }
        now = pass(rows, family, link, Some(&g), mean, p)?;
        if now.outside > 0.0 || !now.deviance.is_finite() {
            return Err(RegressError::OutOfRange);
        }
    }
    let loss = |pass: &Pass, g: &[f64]| pass.deviance + 2.0 * charge(g, settings);
    let mut end = End::MaxIterations;
    let mut last_decrement = f64::INFINITY;
    let penalised = settings.l1.iter().chain(&settings.l2).any(|l| *l > 0.0);
    for iteration in 0..=settings.max_iterations {
        let here = loss(&now, &g);
        let gradient = now.score.iter().zip(&g).zip(&settings.l2).map(|((s, g), l2)| (s - l2 * g).abs());
        trace.push(Mark { iteration, loss: here, gradient_norm: gradient.fold(0.0, crate::numeric::elementary::max) });
        rows.tell(&trace[trace.len() - 1]);
        if p == 0 {
            end = End::Converged;
            break;
        }
        let next = match step(&g, &now, &seen) {
            Ok(next) => next,
            Err(column) => {
                end = End::Singular(column);
                break;
            }
        };
        let delta: Vec<f64> = next.iter().zip(&g).map(|(a, b)| a - b).collect();
        let along = now.information.apply(&delta).unwrap_or_default();
        let decrement: f64 = delta.iter().zip(&along).map(|(d, a)| d * a).sum();
        // where the likelihood grows without end, steps shrink by e each, not quadratically: then, and once at the end, it is
        // asked whether it does
        let slow = iteration >= 5 && decrement > 0.1 * last_decrement;
        if !penalised
            && (slow || iteration == settings.max_iterations)
            && let Some(direction) = separation::direction(rows, family, link, &g, &delta)?
        {
            end = End::Separated(direction);
            break;
        }
        // the decrement is the squared step in units of standard errors: 1e-24 is twelve digits of a standard error, and where
        // rounding stops it before, it no longer falls. Links that are not canonical may fall slowly.
        let scale = if family.dispersion_is_one { 1.0 } else { now.pearson / weight };
        if decrement <= 1e-24 * scale || decrement <= 1e-16 * scale && decrement > 0.9 * last_decrement {
            end = End::Converged;
            break;
        }
        if iteration == settings.max_iterations {
            break;
        }
        last_decrement = decrement;
        let mut length = 1.0;
        let stalled = loop {
            let candidate: Vec<f64> = g.iter().zip(&delta).map(|(g, d)| g + length * d).collect();
            let found = pass(rows, family, link, Some(&candidate), mean, p)?;
            let worse = !(loss(&found, &candidate) <= here + 1e-10 * (here.abs() + 1.0));
            if found.outside == 0.0 && !worse {
                if !canonical {
                    seen.push(Secant::between((&g, &now.score), (&candidate, &found.score)));
                }
                (g, now) = (candidate, found);
                break false;
            }
            length *= 0.5;
            if length < 1e-10 {
                break true;
            }
        };
        if stalled {
            end = End::Stalled;
            break;
        }
    }
    let covariance = match Cholesky::factor(&now.information) {
        Ok(factor) => Some(inverse(&factor, p)),
        Err(_) => None,
    };
    Ok(GlmFit { g, covariance, end, deviance: now.deviance, pearson: now.pearson, trace })
}

/// Whether expected and observed information are one: the variance is the link's slope.
fn is_canonical(family: &Family, link: &Link) -> bool {
    let eta = 0.375;
    let (mu, rest) = (link.mean)(eta);
    let (slope, variance) = ((link.slope)(eta, mu, rest), (family.variance)(mu, rest));
    (slope.abs() - variance).abs() <= 1e-12 * variance
}

/// The optimum of every sixteenth part, where it has one.
fn optimum_of_some(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    settings: &Settings,
) -> Result<Option<Vec<f64>>, RegressError> {
    let share = 1.0 / STRIDE as f64;
    let part = |l: &[f64]| l.iter().map(|l| l * share).collect::<Vec<f64>>();
    let less = Settings { l2: part(&settings.l2), l1: part(&settings.l1), ..settings.clone() };
    match fit(&rows.thinned(STRIDE), family, link, &less) {
        Ok(GlmFit { g, end: End::Converged, .. }) => Ok(Some(g)),
        Ok(_) | Err(RegressError::OutOfRange) => Ok(None),
        Err(e) => Err(e),
    }
}

fn singular(p: usize, column: usize) -> GlmFit {
    let (deviance, pearson) = (f64::NAN, f64::NAN);
    GlmFit { g: vec![f64::NAN; p], covariance: None, end: End::Singular(column), deviance, pearson, trace: Vec::new() }
}

/// The penalty at `g`.
fn charge(g: &[f64], settings: &Settings) -> f64 {
    let parts = g.iter().zip(&settings.l2).zip(&settings.l1);
    parts.map(|((g, l2), l1)| 0.5 * l2 * g * g + l1 * g.abs()).sum()
}

/// A^-1 from its factor.
pub fn inverse(factor: &Cholesky, n: usize) -> Matrix {
    let mut out = Matrix::zeros(n, n);
    for j in 0..n {
        let mut unit = vec![0.0; n];
        unit[j] = 1.0;
        if let Ok(column) = factor.solve(&unit) {
            for i in 0..n {
                out[(i, j)] = column[i];
            }
        }
    }
    out
}

/// The minimiser of the quadratic model around `g` with this information, with the penalty. Where saturated rows leave it singular
/// to rounding, a little of its diagonal is added (Levenberg 1944): still a way up. Fails with the column at which that is in vain.
fn newton(g: &[f64], pass: &Pass, information: &Matrix, settings: &Settings) -> Result<Vec<f64>, usize> {
    let p = g.len();
    let along = information.apply(g).unwrap_or_default();
    let right: Vec<f64> = pass.score.iter().zip(&along).map(|(s, a)| s + a).collect();
    if settings.l1.iter().any(|l| *l > 0.0) {
        let quadratic = Quadratic { matrix: information, right: &right, l1: &settings.l1, l2: &settings.l2 };
        return Ok(minimise(&quadratic, g));
    }
    let mut matrix = information.clone();
    let mut score = pass.score.clone();
    for k in 0..p {
        matrix[(k, k)] += settings.l2[k];
        score[k] -= settings.l2[k] * g[k];
    }
    let plain = matrix.clone();
    let mut damping = 1e-14;
    let factor = loop {
        match Cholesky::factor(&matrix) {
            Ok(factor) => break factor,
            Err(_) if damping < 1e-3 => {
                (0..p).for_each(|k| matrix[(k, k)] = plain[(k, k)] * (1.0 + damping));
                damping *= 100.0;
            }
            Err(crate::numeric::linalg::LinalgError::NotPositiveDefinite { pivot, .. }) => return Err(pivot),
            Err(_) => return Err(p.saturating_sub(1)),
        }
    };
    let step = factor.solve(&score).map_err(|_| p.saturating_sub(1))?;
    Ok(g.iter().zip(step).map(|(g, d)| g + d).collect())
}

/// One pass over the rows: at `g`, or at the starting means where there is none.
fn pass(
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
        let block = link.block.filter(|_| g.is_some() && part.w.is_empty());
        match block.and_then(|block| block(&part.y[from..to], &eta, &mut pull, &mut weights)) {
            Some((deviance, pearson)) => (out[0], out[1]) = (deviance, pearson),
            None => one_by_one(family, link, part, from, &eta, g.is_none(), (&mut pull, &mut weights), out),
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
    })
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

/// The score at `g`: \[columns\]. Fails with `Storage`, `Stopped`.
pub fn score(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    g: &[f64],
) -> Result<Vec<f64>, RegressError> {
    Ok(pass(rows, family, link, Some(g), f64::NAN, rows.columns)?.score)
}

/// The deviance at `g`; infinite where a mean leaves the family's range. Fails with `Storage`, `Stopped`.
pub fn deviance(rows: &Rows<'_>, family: &'static Family, link: &'static Link, g: &[f64]) -> Result<f64, RegressError> {
    let sums = rows.sums(1, |part, from, to, out| {
        let mut eta = Vec::new();
        Rows::predictor(part, g, from, to, &mut eta);
        for (k, eta) in eta.iter().enumerate() {
            let w = part.w.get(from + k).copied().unwrap_or(1.0);
            if w > 0.0 {
                out[0] += row(family, link, part.y[from + k], *eta).map_or(f64::INFINITY, |one| w * one.deviance);
            }
        }
    })?;
    Ok(sums[0])
}

/// The covariance of the estimates that holds where the variance is not as the family says: A^-1 (sum z z^T r^2) A^-1 with r the
/// row's part of the score, kind HC0 to HC3 (leverages h of the last step's weighted least squares; r/(1 - h) for HC3).
/// White 1982; for `df` residual degrees of freedom. Fails with `Storage`, `Stopped`.
pub fn robust(
    rows: &Rows<'_>,
    family: &'static Family,
    link: &'static Link,
    fit: &GlmFit,
    kind: usize,
    df: f64,
) -> Result<Option<Matrix>, RegressError> {
    let p = rows.columns;
    let Some(inverse) = &fit.covariance else { return Ok(None) };
    let sums = rows.sums(p + p * (p + 1) / 2, |part, from, to, out| {
        let mut eta = Vec::new();
        Rows::predictor(part, &fit.g, from, to, &mut eta);
        let mut squares = vec![0.0; to - from];
        for (k, eta) in eta.iter().enumerate() {
            let w = part.w.get(from + k).copied().unwrap_or(1.0);
            let Some(one) = row(family, link, part.y[from + k], *eta) else { continue };
            let pull = w * one.pull;
            let mut square = pull * pull;
            if kind >= 2 {
                let z: Vec<f64> = part.z.iter().map(|z| z[from + k]).collect();
                let along = inverse.apply(&z).unwrap_or_default();
                let leverage = w * one.weight * z.iter().zip(&along).map(|(z, a)| z * a).sum::<f64>();
                square /= if kind == 2 { 1.0 - leverage } else { (1.0 - leverage) * (1.0 - leverage) };
            }
            squares[k] = square;
        }
        let (score, pairs) = out.split_at_mut(p);
        score_and_information(part, from, to, &squares, &squares, score, pairs);
    })?;
    let meat = symmetric(&sums[p..], p);
    let factor = if kind == 1 { rows.count().0 as f64 / df } else { 1.0 };
    let found = inverse.times(&meat).and_then(|m| m.times(inverse)).ok();
    Ok(found.map(|m| Matrix::from_fn(p, p, |i, j| m[(i, j)] * factor)))
}

/// The symmetric matrix of an upper triangle by rows.
pub fn symmetric(pairs: &[f64], p: usize) -> Matrix {
    let mut matrix = Matrix::zeros(p, p);
    let mut at = 0;
    for i in 0..p {
        for j in i..p {
            matrix[(i, j)] = pairs[at];
            matrix[(j, i)] = pairs[at];
            at += 1;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary::ln;
    use crate::numeric::random::Random;
    use crate::regress::family::by_name;
    use crate::regress::gram::Gram;
    use crate::regress::rows::Source;
    use crate::regress::{Block, Column};

    /// Rows in parts of a given size.
    struct Cut<'d>(&'d [Vec<f64>], &'d [f64], usize);

    impl Source for Cut<'_> {
        fn parts(&self) -> usize {
            self.1.len().div_ceil(self.2)
        }

        fn with(
            &self,
            k: usize,
            see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>,
        ) -> Result<(), RegressError> {
            let (from, to) = (k * self.2, self.1.len().min((k + 1) * self.2));
            see(&Block {
                rows: to - from,
                x: self.0.iter().map(|x| Column::of(&x[from..to])).collect(),
                y: Column::of(&self.1[from..to]),
                weights: None,
                offset: None,
                extra: Vec::new(),
                rounded: vec![true; self.0.len()],
                lines: &[],
            })
        }
    }

    #[test]
    fn many_parts_that_begin_at_the_optimum_of_some_end_at_that_of_all() {
        let mut random = Random::new(11);
        let x: Vec<Vec<f64>> = (0..3).map(|_| (0..2000).map(|_| random.normal()).collect()).collect();
        for name in ["logistic", "poisson", "gamma"] {
            let family = by_name(name).unwrap();
            let y: Vec<f64> = (0..2000)
                .map(|i| match name {
                    "logistic" => f64::from(u8::from(random.uniform() < 0.5 + 0.1 * x[0][i].clamp(-3.0, 3.0))),
                    "poisson" => (4.0 * random.uniform() + x[1][i].abs()).floor(),
                    _ => 0.1 + random.uniform() + x[2][i].abs(),
                })
                .collect();
            let fitted = |size: usize| {
                let source = Cut(&x, &y, size);
                let mut gram = None;
                let like = &mut |b: &Block<'_>| {
                    gram = Some(Gram::new(b, true).empty());
                    Ok(())
                };
                source.with(0, like).unwrap();
                let mut gram = gram.unwrap();
                // one scale for both: the coefficients are compared in scaled units
                (gram.shift, gram.scale) = (vec![0.0; 4], vec![1.0; 4]);
                for k in 0..source.parts() {
                    let add = &mut |b: &Block<'_>| {
                        gram.add(b);
                        Ok(())
                    };
                    source.with(k, add).unwrap();
                }
                let rows = Rows::new(&source, &gram);
                let zero = vec![0.0; 4];
                let settings = Settings { max_iterations: 50, l2: zero.clone(), l1: zero, start: None };
                let fit = fit(&rows, family, family.links[0], &settings).unwrap();
                assert_eq!(fit.end, End::Converged, "{name}");
                (fit, rows.parts())
            };
            let ((one, parts_of_one), (many, parts)) = (fitted(2000), fitted(20));
            assert!(parts_of_one == 1 && parts >= MANY_PARTS);
            assert_ne!(one.trace[0].loss, many.trace[0].loss, "{name}: it began elsewhere");
            for (a, b) in one.g.iter().zip(&many.g) {
                // a hundred-millionth of a standard error of about 1/sqrt(2000)
                assert!((a - b).abs() < 2e-10, "{name}: {a} {b}");
            }
        }
    }

    #[test]
    fn every_family_and_link_ends_at_its_optimum() {
        // few rows, so that the expected information is not the observed one: Fisher scoring converges linearly there
        let mut random = Random::new(23);
        let n = 40;
        let x: Vec<Vec<f64>> = (0..3).map(|_| (0..n).map(|_| random.normal()).collect()).collect();
        for family in crate::regress::family::FAMILIES {
            let y: Vec<f64> = (0..n)
                .map(|i| match family.name {
                    "logistic" => f64::from(u8::from(random.uniform() < 0.5 + 0.1 * x[0][i].clamp(-3.0, 3.0))),
                    "poisson" => (8.0 + 6.0 * random.uniform() * random.uniform() + x[1][i].abs()).floor(),
                    _ => 0.01 - ln(random.uniform()) * (1.0 + x[2][i].abs()),
                })
                .collect();
            for link in family.links {
                let source = Cut(&x, &y, n);
                let mut gram = None;
                let like = &mut |b: &Block<'_>| {
                    let mut sums = Gram::new(b, true).empty();
                    (sums.shift, sums.scale) = (vec![0.0; 4], vec![1.0; 4]);
                    sums.add(b);
                    gram = Some(sums);
                    Ok(())
                };
                source.with(0, like).unwrap();
                let rows = Rows::new(&source, gram.as_ref().unwrap());
                let zero = vec![0.0; 4];
                let settings = Settings { max_iterations: 200, l2: zero.clone(), l1: zero, start: None };
                let fit = fit(&rows, family, link, &settings).unwrap();
                assert_eq!(fit.end, End::Converged, "{} {}", family.name, link.name);
                // Newton's step with the observed information, by differences of the score, is what is left to the optimum
                let score_at = |k: usize, h: f64| {
                    let mut g = fit.g.clone();
                    g[k] += h;
                    score(&rows, family, link, &g).unwrap()
                };
                let h = 1e-5;
                let columns: Vec<(Vec<f64>, Vec<f64>)> = (0..4).map(|k| (score_at(k, h), score_at(k, -h))).collect();
                let observed = Matrix::from_fn(4, 4, |i, k| (columns[k].1[i] - columns[k].0[i]) / (2.0 * h));
                let left = crate::numeric::linalg::Lu::factor(&observed).unwrap().solve(&score_at(0, 0.0)).unwrap();
                let phi = if family.dispersion_is_one { 1.0 } else { fit.pearson / (n - 4) as f64 };
                let covariance = fit.covariance.as_ref().unwrap();
                for (k, left) in left.iter().enumerate() {
                    let parts = left.abs() / (covariance[(k, k)] * phi).sqrt();
                    assert!(parts < 1e-11, "{} {}: {parts:e} standard errors", family.name, link.name);
                }
            }
        }
    }
}
