//! Lasso and elastic net: coordinate descent on a quadratic, polished to the last digit on the columns that stay.

use crate::numeric::linalg::{Cholesky, Matrix};

/// 1/2 g^T A g - r^T g + sum l2/2 g^2 + sum l1 |g|.
#[derive(Clone, Copy, Debug)]
pub struct Quadratic<'a> {
    /// A: \[n, n\], positive semidefinite.
    pub matrix: &'a Matrix,
    /// r: \[n\].
    pub right: &'a [f64],
    /// Weights of the absolute values: \[n\].
    pub l1: &'a [f64],
    /// Weights of the squares: \[n\].
    pub l2: &'a [f64],
}

/// Where coordinate descent came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// The coefficients: \[n\].
    pub g: Vec<f64>,
    /// Whether they are the minimiser, and not where the sweeps ran out.
    pub settled: bool,
}

/// The most sweeps over the columns.
const SWEEPS: usize = 100_000;

/// Its minimiser. Friedman, Hastie and Tibshirani 2010 (coordinate descent); the polish solves A over the columns that are not 0
/// with their signs held, and is taken if no sign turns and no other column wants to come in.
pub fn minimise(q: &Quadratic<'_>, start: &[f64]) -> Minimum {
    minimise_again(q, start, &mut None)
}

/// The factor of the columns that were not 0.
#[derive(Debug)]
pub struct Active {
    columns: Vec<usize>,
    factor: Cholesky,
}

/// The same where A and the weights of the squares are those of the call that left `last`: its factor serves as long as the same
/// columns are not 0.
pub fn minimise_again(q: &Quadratic<'_>, start: &[f64], last: &mut Option<Active>) -> Minimum {
    sweep(q, start, |_| {}, last)
}

/// The same where A is 0 along known directions: `shift` goes to the least penalty along them after each sweep, which coordinates would
/// come to in tiny steps.
pub fn minimise_along(q: &Quadratic<'_>, start: &[f64], shift: impl FnMut(&mut [f64])) -> Minimum {
    sweep(q, start, shift, &mut None)
}

fn sweep(q: &Quadratic<'_>, start: &[f64], mut shift: impl FnMut(&mut [f64]), last: &mut Option<Active>) -> Minimum {
    let n = start.len();
    let mut g = start.to_vec();
    // r - A g
    let along = q.matrix.apply(&g).unwrap_or_default();
    let mut rest: Vec<f64> = q.right.iter().zip(along).map(|(r, a)| r - a).collect();
    for sweep in 0..SWEEPS {
        let mut moved: f64 = 0.0;
        for j in 0..n {
            let own = q.matrix[(j, j)];
            if own + q.l2[j] <= 0.0 {
                continue;
            }
            let wanted = soft(rest[j] + own * g[j], q.l1[j]) / (own + q.l2[j]);
            let change = wanted - g[j];
            if change != 0.0 {
                g[j] = wanted;
                rest.iter_mut().zip(q.matrix.row(j)).for_each(|(r, a)| *r -= a * change);
                let size = change * change * own;
                if size > moved {
                    moved = size;
                }
            }
        }
        shift(&mut g);
        let total: f64 = g.iter().zip(q.right).map(|(g, r)| (g * r).abs()).sum();
        // squared changes against the size of the objective: polished afterwards
        if moved <= 1e-18 * total || moved == 0.0 || sweep % 200 == 199 {
            if let Some(exact) = polish(q, &g, last) {
                return Minimum { g: exact, settled: true };
            }
            if moved <= 1e-26 * total || moved == 0.0 {
                return Minimum { g, settled: true };
            }
        }
    }
    Minimum { g, settled: false }
}

fn soft(x: f64, by: f64) -> f64 {
    if x > by {
        x - by
    } else if x < -by {
        x + by
    } else {
        0.0
    }
}

fn polish(q: &Quadratic<'_>, g: &[f64], last: &mut Option<Active>) -> Option<Vec<f64>> {
    let active: Vec<usize> = (0..g.len()).filter(|&j| g[j] != 0.0 || q.l1[j] == 0.0).collect();
    if last.as_ref().is_none_or(|last| last.columns != active) {
        let matrix = Matrix::from_fn(active.len(), active.len(), |a, b| {
            q.matrix[(active[a], active[b])] + if a == b { q.l2[active[a]] } else { 0.0 }
        });
        *last = Some(Active { columns: active, factor: Cholesky::factor(&matrix).ok()? });
    }
    let Active { columns: active, factor } = last.as_ref()?;
    let right: Vec<f64> = active.iter().map(|&j| q.right[j] - q.l1[j] * sign(g[j])).collect();
    let mut exact = vec![0.0; g.len()];
    let solved = factor.solve(&right).ok()?;
    for (&j, x) in active.iter().zip(solved) {
        if q.l1[j] > 0.0 && x * g[j] < 0.0 {
            return None;
        }
        exact[j] = x;
    }
    let along = q.matrix.apply(&exact).ok()?;
    let quiet = |j: usize| (q.right[j] - along[j]).abs() <= q.l1[j] * (1.0 + 1e-9);
    (0..g.len()).all(|j| exact[j] != 0.0 || active.contains(&j) || quiet(j)).then_some(exact)
}

fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { 1f64.copysign(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_columns_by_hand() {
        // A = I: soft thresholding of each, (3, 0.5) by 1 gives (2, 0); with l2 = 1 the first is halved
        let near = |Minimum { g: got, settled }: Minimum, want: [f64; 2]| {
            assert!(settled && (got[0] - want[0]).abs() < 1e-15 && got[1] == want[1], "{got:?}");
        };
        let a = Matrix::identity(2);
        let l1 = [1.0, 1.0];
        let q = |l2| Quadratic { matrix: &a, right: &[3.0, 0.5], l1: &l1, l2 };
        near(minimise(&q(&[0.0, 0.0]), &[0.0, 0.0]), [2.0, 0.0]);
        near(minimise(&q(&[1.0, 1.0]), &[0.0, 0.0]), [1.0, 0.0]);
        // correlated: A = [[2, 1], [1, 2]], r = (4, 1), l1 = 1: g2 = 0 as |1 - 1.5| < 1, g1 = 3/2
        let a = Matrix::from_rows(&[[2.0, 1.0], [1.0, 2.0]]).unwrap();
        let q = Quadratic { matrix: &a, right: &[4.0, 1.0], l1: &l1, l2: &[0.0, 0.0] };
        near(minimise(&q, &[0.0, 0.0]), [1.5, 0.0]);
    }
}
