//! What kind of point the end is: the Hessian's eigenvalues for few variables, its extreme ones by Lanczos for many.

use super::bounds::Bounds;
use super::measured;
use super::state::State;
use super::vector::{add_scaled, dot, larger, norm};
use crate::numeric::linalg::{Matrix, Symmetric};
use crate::numeric::random::Random;
use crate::objective::{EvaluationError, Objective};

/// Second-order facts at a point, among the variables that are free there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curvature {
    /// Ascending: all of them, or the lowest and the largest.
    pub eigenvalues: Vec<f64>,
    /// Whether these are all.
    pub complete: bool,
    /// Directions along which f falls, as far as rounding tells: 0 for a minimum.
    pub negative: usize,
    /// Directions along which f rises.
    pub positive: usize,
    /// Directions in which the Hessian is 0 up to rounding; of extreme eigenvalues at most 1 is seen.
    pub flat: usize,
    /// Directions of which the numbers do not tell: differences have errors.
    pub unclear: usize,
    /// A bound for the eigenvalues' errors where they come from differences, else 0.
    pub error: f64,
    /// Why something is not known.
    pub reason: Option<Reason>,
    /// Whether f falls along a direction in which second derivatives do not tell.
    pub falls: bool,
    /// A unit vector of negative curvature, or along which f falls, where there is one: \[n\].
    pub downhill: Option<Vec<f64>>,
}

/// Why the curvature, or a part of it, is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Differences would take too many evaluations.
    ManyVariables,
    /// No differences could be taken around the point.
    NoRoom,
    /// The program has failed there.
    Failed,
    /// The errors of differences are as large as the smallest eigenvalue.
    Errors,
}

impl Reason {
    const ALL: [Reason; 4] = [Reason::ManyVariables, Reason::NoRoom, Reason::Failed, Reason::Errors];

    /// A clause.
    pub fn word(self) -> &'static str {
        match self {
            Reason::ManyVariables => "there are too many variables to take differences of",
            Reason::NoRoom => "f is no number nearby, or a bound leaves no room for differences",
            Reason::Failed => "the program failed near the end point",
            Reason::Errors => "the smallest eigenvalue is not larger than the error of the differences",
        }
    }
}

/// Eigenvalues of the scaled Hessian below this part of the largest one are rounding.
const NOISE: f64 = 1e-10;
/// Lanczos steps: with this many the extreme eigenvalues of most matrices have converged.
const STEPS: usize = 120;
/// Above so many variables fewer vectors are kept.
const MANY: usize = 200_000;

impl Curvature {
    /// Saves or loads what a report needs; the direction downhill is not kept.
    pub fn state(&mut self, state: &mut State) {
        state.vector("eigenvalues", &mut self.eigenvalues);
        state.flag("complete", &mut self.complete);
        state.flag("falls", &mut self.falls);
        state.number("error", &mut self.error);
        let mut reason = self.reason.map_or(0, |r| r as u64 + 1);
        state.count("reason", &mut reason);
        self.reason = reason.checked_sub(1).and_then(|r| Reason::ALL.get(r as usize).copied());
        for (name, count) in [
            ("negative", &mut self.negative),
            ("positive", &mut self.positive),
            ("flat", &mut self.flat),
            ("unclear", &mut self.unclear),
        ] {
            let mut number = *count as u64;
            state.count(name, &mut number);
            *count = number as usize;
        }
    }

    /// The largest eigenvalue.
    pub fn largest(&self) -> f64 {
        self.eigenvalues.last().copied().unwrap_or(0.0)
    }

    /// The lowest eigenvalue.
    pub fn lowest(&self) -> f64 {
        self.eigenvalues.first().copied().unwrap_or(0.0)
    }

    /// max |e| / min |e|; infinite for a singular Hessian; `None` where only extremes of both signs are known, or where the
    /// smallest is not known to a digit.
    pub fn condition_number(&self) -> Option<f64> {
        let most = self.eigenvalues.iter().fold(0.0, |m: f64, e| larger(m, e.abs()));
        let least = self.eigenvalues.iter().fold(f64::INFINITY, |m: f64, e| if e.abs() < m { e.abs() } else { m });
        let known = (self.complete || self.negative == 0) && !(self.error > 0.1 * least);
        (known && !self.eigenvalues.is_empty()).then(|| if least == 0.0 { f64::INFINITY } else { most / least })
    }

    /// Whether f falls along some direction: the point is no minimum.
    pub fn goes_down(&self) -> bool {
        self.negative > 0 || self.falls
    }

    /// `minimum maximum saddle inflection degenerate`, for a stationary point; `None` where the numbers do not tell.
    pub fn class(&self) -> Option<&'static str> {
        match (self.positive > 0, self.negative > 0, self.flat > 0) {
            (true, true, _) => Some("saddle"),
            _ if self.falls && self.eigenvalues.len() == 1 => Some("inflection"),
            (true, ..) if self.falls => Some("saddle"),
            _ if self.unclear > 0 || self.eigenvalues.is_empty() => None,
            (true, false, false) => Some("minimum"),
            (false, true, false) => Some("maximum"),
            _ => Some("degenerate"),
        }
    }

    /// Nothing is known.
    fn unknown(reason: Reason) -> Curvature {
        Curvature { reason: Some(reason), ..Curvature::default() }
    }
}

/// The curvature at `x` among the `free` variables, by what the objective offers, or else by differences within the box; `None` if
/// numbers are not finite.
pub fn curvature(
    objective: &mut dyn Objective,
    x: &[f64],
    free: &[usize],
    bounds: &Bounds,
    seed: u64,
) -> Result<Option<Curvature>, EvaluationError> {
    let offers = objective.offers();
    if free.is_empty() {
        return Ok(None);
    }
    if offers.hessian {
        let mut hessian = Matrix::zeros(x.len(), x.len());
        objective.hessian(x, &mut hessian)?;
        return Ok(dense(&hessian, x.len(), free));
    }
    if offers.hessian_vector {
        return lanczos(objective, x, free, seed);
    }
    let most = if offers.gradient { measured::MOST_BY_GRADIENTS } else { measured::MOST_BY_VALUES };
    if free.len() > most {
        return Ok(Some(Curvature::unknown(Reason::ManyVariables)));
    }
    Ok(match measured::measure(objective, x, free, bounds) {
        Ok(Some(found)) => {
            let known = of(&found.hessian, Some(&found.error), x.len(), free);
            known.map(|c| {
                if c.condition_number().is_none() || c.unclear > 0 {
                    Curvature { reason: Some(Reason::Errors), ..c }
                } else {
                    c
                }
            })
        }
        Ok(None) => Some(Curvature::unknown(Reason::NoRoom)),
        // what was found so far stands without it
        Err(_) => Some(Curvature::unknown(Reason::Failed)),
    })
}

/// From the whole Hessian. Signs come from the Hessian scaled to a unit diagonal: where variables have scales far apart, rounding of
/// the largest entries would hide the small eigenvalues (Sylvester: scaling changes no sign).
pub fn dense(hessian: &Matrix, n: usize, free: &[usize]) -> Option<Curvature> {
    of(&Matrix::from_fn(free.len(), free.len(), |i, j| hessian[(free[i], free[j])]), None, n, free)
}

/// From the Hessian among the free variables, and bounds of its entries' errors.
fn of(inner: &Matrix, error: Option<&Matrix>, n: usize, free: &[usize]) -> Option<Curvature> {
    let eigenvalues = Symmetric::factor(inner).ok()?.values;
    let scale = |i: usize| {
        let d = larger(inner[(i, i)].abs(), error.map_or(0.0, |e| e[(i, i)])).sqrt();
        if d > 0.0 { d } else { 1.0 }
    };
    // no eigenvalue moves further than the largest row sum of the errors (Weyl)
    let bound = |scale: &dyn Fn(usize) -> f64| {
        let Some(error) = error else { return 0.0 };
        let row = |i: usize| (0..free.len()).map(|j| error[(i, j)] / scale(i) / scale(j)).sum::<f64>();
        (0..free.len()).map(row).fold(0.0, larger)
    };
    let scaled = Matrix::from_fn(free.len(), free.len(), |i, j| inner[(i, j)] / scale(i) / scale(j));
    let Symmetric { values, vectors, .. } = Symmetric::factor(&scaled).ok()?;
    let most = values.iter().fold(0.0, |m: f64, e| larger(m, e.abs()));
    let zero = larger(NOISE * most, bound(&scale));
    let negative = values.iter().filter(|&&e| e < -zero).count();
    let positive = values.iter().filter(|&&e| e > zero).count();
    let rest = values.len() - negative - positive;
    let (flat, unclear) = if error.is_some() { (0, rest) } else { (rest, 0) };
    let downhill = (negative > 0).then(|| {
        let mut direction = vec![0.0; n];
        for (i, &at) in free.iter().enumerate() {
            direction[at] = vectors[(0, i)] / scale(i);
        }
        let length = norm(&direction);
        direction.iter_mut().for_each(|d| *d /= length);
        direction
    });
    Some(Curvature {
        eigenvalues,
        complete: true,
        negative,
        positive,
        flat,
        unclear,
        error: bound(&|_| 1.0),
        reason: None,
        falls: false,
        downhill,
    })
}

/// The extreme eigenvalues by Lanczos' method with full reorthogonalisation, from a start fixed by the seed.
/// Golub and Van Loan 2013, 10.1 and 10.3.
fn lanczos(
    objective: &mut dyn Objective,
    x: &[f64],
    free: &[usize],
    seed: u64,
) -> Result<Option<Curvature>, EvaluationError> {
    let n = x.len();
    let steps = STEPS.min(free.len()).min(if n > MANY { 30 } else { STEPS });
    let mut random = Random::stream(seed, 7);
    let mut held = vec![true; n];
    free.iter().for_each(|&i| held[i] = false);
    let mut v: Vec<f64> = (0..n).map(|i| if held[i] { 0.0 } else { random.uniform_in(-1.0, 1.0) }).collect();
    let mut product = vec![0.0; n];
    let (mut basis, mut diagonal, mut beside): (Vec<Vec<f64>>, Vec<f64>, Vec<f64>) =
        (Vec::new(), Vec::new(), Vec::new());
    let size = norm(&v);
    v.iter_mut().for_each(|v| *v /= size);
    let mut found: Option<(Vec<f64>, Matrix)> = None;
    for k in 0..steps {
        objective.hessian_vector(x, &v, &mut product)?;
        for (p, held) in product.iter_mut().zip(&held) {
            if *held {
                *p = 0.0;
            }
        }
        let along = dot(&v, &product);
        if !along.is_finite() {
            return Ok(None);
        }
        diagonal.push(along);
        basis.push(std::mem::take(&mut v));
        // twice is enough (Kahan; Parlett 1980)
        for _ in 0..2 {
            for b in &basis {
                let part = dot(b, &product);
                add_scaled(-part, b, &mut product);
            }
        }
        let rest = norm(&product);
        let m = diagonal.len();
        let last = k + 1 == steps;
        if last || m % 10 == 0 || !(rest > 1e-14 * larger(along.abs(), 1e-300)) {
            let tridiagonal = Matrix::from_fn(m, m, |i, j| match (i, j) {
                (i, j) if i == j => diagonal[i],
                (i, j) if i + 1 == j => beside[i],
                (i, j) if j + 1 == i => beside[j],
                _ => 0.0,
            });
            let Ok(Symmetric { values, vectors, .. }) = Symmetric::factor(&tridiagonal) else { return Ok(None) };
            let most = values.iter().fold(0.0, |a: f64, e| larger(a, e.abs()));
            let error = |k: usize| rest * vectors[(k, m - 1)].abs();
            let done = error(0) <= 1e-10 * most && error(m - 1) <= 1e-10 * most;
            found = Some((values, vectors));
            if done || last {
                break;
            }
        }
        beside.push(rest);
        v = product.iter().map(|p| p / rest).collect();
    }
    let Some((values, vectors)) = found else { return Ok(None) };
    let (lowest, largest) = (values[0], values[values.len() - 1]);
    let zero = NOISE * larger(lowest.abs(), largest.abs());
    let mut downhill = None;
    if lowest < -zero {
        let mut direction = vec![0.0; n];
        for (i, b) in basis.iter().enumerate() {
            add_scaled(vectors[(0, i)], b, &mut direction);
        }
        let length = norm(&direction);
        direction.iter_mut().for_each(|d| *d /= length);
        downhill = Some(direction);
    }
    let eigenvalues = if values.len() == 1 { vec![lowest] } else { vec![lowest, largest] };
    let negative = usize::from(lowest < -zero) + usize::from(largest < -zero && values.len() > 1);
    let positive = usize::from(largest > zero) + usize::from(lowest > zero && values.len() > 1);
    let flat = usize::from(lowest.abs() <= zero);
    Ok(Some(Curvature {
        eigenvalues,
        complete: free.len() <= 2,
        negative,
        positive,
        flat,
        downhill,
        ..Curvature::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::Offers;

    /// x'Tx/2 with the matrix of second differences, whose eigenvalues are 2 - 2 cos(k pi/(n + 1)), shifted.
    struct Chain {
        n: usize,
        shift: f64,
    }

    impl Objective for Chain {
        fn dimension(&self) -> usize {
            self.n
        }
        fn offers(&self) -> Offers {
            Offers { hessian_vector: true, ..Offers::default() }
        }
        fn value(&mut self, _: &[f64]) -> Result<f64, EvaluationError> {
            Ok(0.0)
        }
        fn value_and_gradient(&mut self, _: &[f64], _: &mut [f64]) -> Result<f64, EvaluationError> {
            Ok(0.0)
        }
        fn hessian_vector(&mut self, _: &[f64], v: &[f64], out: &mut [f64]) -> Result<(), EvaluationError> {
            let at = |i: isize| if i < 0 { 0.0 } else { v.get(i as usize).copied().unwrap_or(0.0) };
            for (i, o) in out.iter_mut().enumerate() {
                let i = i as isize;
                // the last variable is cut off and has curvature 50: an eigenvalue far from the others
                *o = if i as usize + 1 == self.n {
                    50.0 * v[i as usize]
                } else {
                    (2.0 + self.shift) * at(i) - at(i - 1) - if i as usize + 2 == self.n { 0.0 } else { at(i + 1) }
                };
            }
            Ok(())
        }
    }

    #[test]
    fn extreme_eigenvalues_of_ten_thousand_variables() {
        let n = 10_000;
        let free: Vec<usize> = (0..n).collect();
        let x = vec![0.0; n];
        let found = curvature(&mut Chain { n, shift: 1.0 }, &x, &free, &Bounds::default(), 0).unwrap().unwrap();
        assert!((found.largest() - 50.0).abs() < 1e-8);
        // the lowest one, 1 + 1e-7, is crowded by its neighbours: it is approached from above
        assert!(found.lowest() > 1.0 && found.lowest() < 1.01, "{}", found.lowest());
        assert_eq!(found.class(), Some("minimum"));
        let found = curvature(&mut Chain { n, shift: -1.0 }, &x, &free, &Bounds::default(), 0).unwrap().unwrap();
        assert_eq!(found.class(), Some("saddle"));
        let direction = found.downhill.clone().unwrap();
        let mut product = vec![0.0; n];
        Chain { n, shift: -1.0 }.hessian_vector(&x, &direction, &mut product).unwrap();
        assert!(dot(&direction, &product) < -0.9);
    }

    #[test]
    fn signs_survive_scales_that_are_far_apart() {
        // diag(1e12, 1e-12) with a small coupling: both positive
        let h = Matrix::from_rows(&[[1e12, 0.1], [0.1, 1e-12]]).unwrap();
        assert_eq!(dense(&h, 2, &[0, 1]).unwrap().class(), Some("minimum"));
        let h = Matrix::from_rows(&[[1e12, 0.0], [0.0, -1e-12]]).unwrap();
        let found = dense(&h, 2, &[0, 1]).unwrap();
        assert_eq!((found.class(), found.downhill), (Some("saddle"), Some(vec![0.0, 1.0])));
        assert_eq!(dense(&h, 2, &[0]).unwrap().class(), Some("minimum"));
    }
}
