//! The box that a point stays in.

use super::vector::{CHUNK, larger};
use rayon::prelude::*;

/// l <= x <= u, or no bounds at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// \[n\], -inf where there is none; empty: no bounds.
    pub lower: Vec<f64>,
    /// \[n\], inf where there is none; empty: no bounds.
    pub upper: Vec<f64>,
}

/// Where a variable stands against its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// At its lower bound.
    Lower,
    /// At its upper bound.
    Upper,
}

impl Bounds {
    /// Whether there are none.
    pub fn are_none(&self) -> bool {
        self.lower.is_empty()
    }

    /// Moves x into the box. True if that changed it.
    pub fn project(&self, x: &mut [f64]) -> bool {
        let mut moved = false;
        for ((x, &l), &u) in x.iter_mut().zip(&self.lower).zip(&self.upper) {
            if *x < l {
                *x = l;
                moved = true;
            } else if *x > u {
                *x = u;
                moved = true;
            }
        }
        moved
    }

    /// Whether variable i stands at a bound and going down the gradient would leave the box.
    pub fn blocked(&self, i: usize, x: f64, gradient: f64) -> bool {
        !self.are_none() && (x <= self.lower[i] && gradient >= 0.0 || x >= self.upper[i] && gradient <= 0.0)
    }

    /// The bound that variable i stands at.
    pub fn side(&self, i: usize, x: f64) -> Option<Side> {
        match self.are_none() {
            true => None,
            false if x <= self.lower[i] => Some(Side::Lower),
            false if x >= self.upper[i] => Some(Side::Upper),
            false => None,
        }
    }

    /// Sets entries of a direction to 0 that would leave the box at once.
    pub fn keep_inside(&self, x: &[f64], direction: &mut [f64]) {
        if self.are_none() {
            return;
        }
        for (i, d) in direction.iter_mut().enumerate() {
            if x[i] <= self.lower[i] && *d < 0.0 || x[i] >= self.upper[i] && *d > 0.0 {
                *d = 0.0;
            }
        }
    }

    /// Sets entries to 0 whose variable is blocked.
    pub fn mask(&self, x: &[f64], gradient: &[f64], entries: &mut [f64]) {
        if self.are_none() {
            return;
        }
        for (i, e) in entries.iter_mut().enumerate() {
            if self.blocked(i, x[i], gradient[i]) {
                *e = 0.0;
            }
        }
    }

    /// The variables that are not blocked.
    pub fn free(&self, x: &[f64], gradient: &[f64]) -> Vec<usize> {
        (0..x.len()).filter(|&i| !self.blocked(i, x[i], gradient[i])).collect()
    }

    /// A step for the `free` variables that stays in the box: variables that `solve` takes across a bound are put on it and the
    /// others are solved for again. `solve(free, fixed)` gives the step of the free ones, `fixed` being variables with the step that
    /// was decided for them. The whole step comes back: \[n\].
    pub fn within<E>(
        &self,
        x: &[f64],
        free: &[usize],
        mut solve: impl FnMut(&[usize], &[(usize, f64)]) -> Result<Vec<f64>, E>,
    ) -> Result<Vec<f64>, E> {
        let mut step = vec![0.0; x.len()];
        let mut open = free.to_vec();
        let mut fixed: Vec<(usize, f64)> = Vec::new();
        while !open.is_empty() {
            let p = solve(&open, &fixed)?;
            for (&i, p) in open.iter().zip(&p) {
                step[i] = *p;
            }
            if self.are_none() {
                break;
            }
            let (lower, upper) = (&self.lower, &self.upper);
            let crosses = |i: &usize| x[*i] + step[*i] < lower[*i] || x[*i] + step[*i] > upper[*i];
            let (out, inside): (Vec<usize>, Vec<usize>) = open.iter().partition(|i| crosses(i));
            if out.is_empty() {
                break;
            }
            for i in out {
                let to = if x[i] + step[i] < lower[i] { lower[i] } else { upper[i] };
                step[i] = to - x[i];
                fixed.push((i, step[i]));
            }
            open = inside;
        }
        Ok(step)
    }

    /// How far along `direction` the first bound lies; infinite if there is none.
    pub fn room(&self, x: &[f64], direction: &[f64]) -> f64 {
        if self.are_none() {
            return f64::INFINITY;
        }
        let mut room = f64::INFINITY;
        for (i, &d) in direction.iter().enumerate() {
            let reach = match d {
                d if d > 0.0 => (self.upper[i] - x[i]) / d,
                d if d < 0.0 => (self.lower[i] - x[i]) / d,
                _ => continue,
            };
            if reach < room {
                room = reach;
            }
        }
        room
    }

    /// max |g_i| over the variables that are not blocked; NaN if one is NaN.
    pub fn projected_norm(&self, x: &[f64], gradient: &[f64]) -> f64 {
        if self.are_none() {
            return super::vector::norm_inf(gradient);
        }
        let chunk = |c: usize| {
            let range = c * CHUNK..((c + 1) * CHUNK).min(x.len());
            range.fold(0.0, |m, i| if self.blocked(i, x[i], gradient[i]) { m } else { larger(m, gradient[i].abs()) })
        };
        let chunks = x.len().div_ceil(CHUNK);
        (0..chunks).into_par_iter().map(chunk).collect::<Vec<f64>>().into_iter().fold(0.0, larger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box() {
        let b = Bounds { lower: vec![0.0, f64::NEG_INFINITY], upper: vec![1.0, 2.0] };
        let mut x = [-1.0, 5.0];
        assert!(b.project(&mut x));
        assert_eq!(x, [0.0, 2.0]);
        // at both bounds, only the second gradient leads inside
        assert_eq!(b.free(&x, &[3.0, 4.0]), [1]);
        assert_eq!(b.projected_norm(&x, &[3.0, 4.0]), 4.0);
        assert_eq!(b.room(&[0.25, 0.0], &[1.0, 1.0]), 0.75);
        assert_eq!(b.room(&[0.25, 0.0], &[0.0, -1.0]), f64::INFINITY);
        assert_eq!(b.side(0, 0.0), Some(Side::Lower));
        assert_eq!(Bounds::default().room(&[1.0], &[1.0]), f64::INFINITY);
    }
}
