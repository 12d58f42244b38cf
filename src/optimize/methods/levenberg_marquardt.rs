//! Levenberg and Marquardt's method for sums of squares, as a trust region; where steps gain little, because the residuals do
//! not vanish and are bent, the Hessian's second part is taken in (Dennis, Gay and Welsch 1981 estimate it; here it is exact).

use crate::numeric::linalg::{Cholesky, Matrix};
use crate::objective::{EvaluationError, Linearized, Objective};
use crate::optimize::least_squares::{Linear, cosine};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::rounding::NOISE;
use crate::optimize::state::State;
use crate::optimize::stop::Criterion;
use crate::optimize::vector::{along, larger, norm, norm_inf, smaller};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "levenberg-marquardt",
    doc: "sums of squares: Gauss and Newton's step damped so that it stays where the linear model holds",
    source: "Levenberg 1944; Marquardt 1963; More 1978; Dennis, Gay and Welsch 1981",
    needs: Needs::Residuals,
    options: &["radius"],
    first_order: false,
    settles: true,
    stochastic: false,
    max_iterations: 2_000,
    defaults: |_| {},
    new: |s| Box::new(LevenbergMarquardt { first: s.radius, ..LevenbergMarquardt::default() }),
    first_steps: FirstSteps {
        settings: |_| {},
        iterates: [[0.0, 0.0], [0.0, 0.0]],
        tolerance: 1e-15,
        work: "residuals x and 2y: the first radius does not bind, the linear model is exact",
    },
    proof: (|_| {}, 300),
};

#[derive(Default)]
struct LevenbergMarquardt {
    first: Option<f64>,
    /// 0: not known yet.
    radius: f64,
    damping: f64,
    /// How many steps in a row were free of damping, and how many trials the last step took back.
    free_steps: u64,
    taken_back: u64,
    /// f and max |J'r| before the last step.
    value: f64,
    slope: f64,
    /// f at the start.
    start: f64,
    here: Option<Linearized>,
    there: Option<Linearized>,
}

/// The first radius, in units of |x|.
const FIRST: f64 = 1.0;
/// Steps of this part of |x| are none.
const SHORTEST: f64 = 1e-15;
/// Residuals that have fallen to this part of their first size are 0.
const ZERO: f64 = 1e-15;

impl LevenbergMarquardt {
    fn settled(&self, here: &Linearized, free: &[usize]) -> Option<Step> {
        let zero = ZERO * self.start.sqrt();
        if here.value.sqrt() <= zero {
            return Some(Step::Settled { criterion: Criterion::Ftol, value: here.value.sqrt(), threshold: zero });
        }
        let cosine = cosine(&here.triangle, &here.gradient, here.value, free);
        let threshold = 1e-14;
        (cosine <= threshold).then_some(Step::Settled { criterion: Criterion::Gtol, value: cosine, threshold })
    }
}

/// Residuals of which a step leaves this part of the sum of squares do not vanish.
const STAYING: f64 = 0.9;
/// With more variables than this the residuals' own Hessian is not formed.
const MOST_BENT: usize = 50;

impl LevenbergMarquardt {
    /// Newton's step, where the Hessian is positive definite and the step lies inside the radius.
    fn newton(&self, here: &Linearized, x: &[f64], around: &mut Around) -> Result<Option<Vec<f64>>, EvaluationError> {
        let mut hessian = Matrix::zeros(x.len(), x.len());
        around.objective.hessian(x, &mut hessian)?;
        let Ok(factor) = Cholesky::factor(&hessian) else { return Ok(None) };
        let down: Vec<f64> = here.gradient.iter().map(|g| -g).collect();
        Ok(factor.solve(&down).ok().filter(|p| norm(p) <= self.radius))
    }
}

impl Method for LevenbergMarquardt {
    fn init(&mut self, _: &Iterate) {
        (self.radius, self.damping, self.start) = (0.0, 0.0, f64::NAN);
        (self.free_steps, self.taken_back) = (0, 0);
        (self.value, self.slope) = (f64::INFINITY, f64::INFINITY);
        self.here = None;
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let n = at.x.len();
        let mut here = match self.here.take() {
            Some(here) => here,
            None => {
                // the driver has evaluated this point already, or a run before this one has
                let mut here = Linearized::new(n);
                around.objective.uncounted().linearize(&at.x, &mut here)?;
                here
            }
        };
        if self.start.is_nan() {
            self.start = here.value;
        }
        let free = around.bounds.free(&at.x, &at.gradient);
        if let Some(step) = self.settled(&here, &free) {
            self.here = Some(here);
            return Ok(step);
        }
        let scale = vec![1.0; n];
        let size = norm(&at.x.iter().zip(&scale).map(|(x, d)| x * d).collect::<Vec<f64>>());
        let linear = Linear::new(&here.triangle, &free, &scale, &[]);
        if self.radius == 0.0 {
            self.radius = self.first.unwrap_or(FIRST) * if size > 0.0 { size } else { 1.0 };
        }
        let mut there = self.there.take().unwrap_or_else(|| Linearized::new(n));
        let slope = norm_inf(&here.gradient);
        // the linear model was wrong, or right and gains less than a digit a step, though residuals stay: their own Hessian
        // knows how they bend
        let bent = self.free_steps >= 2 || self.taken_back >= 1;
        let slow = bent && here.value > STAYING * self.value && slope > 0.1 * self.slope;
        let newton = slow && around.objective.offers().hessian && n <= MOST_BENT;
        (self.value, self.slope) = (here.value, slope);
        if newton
            && around.bounds.are_none()
            && let Some(p) = self.newton(&here, &at.x, around)?
        {
            along(&at.x, 1.0, &p, &mut next.x);
            around.objective.linearize(&next.x, &mut there)?;
            let finite = there.value.is_finite() && there.gradient.iter().all(|g| g.is_finite());
            if finite && there.value < here.value {
                next.value = there.value;
                next.gradient.copy_from_slice(&there.gradient);
                around.rate = 0.0;
                self.here = Some(there);
                self.there = Some(here);
                return Ok(Step::Done);
            }
        }
        let mut taken_back = 0;
        let answer = loop {
            let mut damping = self.damping;
            let found = around.bounds.within(&at.x, &free, |free, fixed| {
                let linear = Linear::new(&here.triangle, free, &scale, fixed);
                let (p, found) = linear.within(self.radius, damping).ok_or(())?;
                damping = found;
                Ok::<_, ()>(p)
            });
            let Ok(p) = found else {
                break Step::Stuck { why: "the Jacobian has entries that are no numbers" };
            };
            along(&at.x, 1.0, &p, &mut next.x);
            around.bounds.project(&mut next.x);
            let taken: Vec<f64> = free.iter().map(|&i| next.x[i] - at.x[i]).collect();
            let (length, promised) = (linear.length(&taken), linear.promise(&taken));
            around.objective.linearize(&next.x, &mut there)?;
            let finite = there.value.is_finite() && there.gradient.iter().all(|g| g.is_finite());
            let decrease = here.value - there.value;
            let ratio = if finite && promised > 0.0 { decrease / promised } else { f64::NAN };
            // p'J'r/f: how f would change if it were linear
            let slope = -free.iter().zip(&taken).map(|(&i, p)| 0.5 * here.gradient[i] * p).sum::<f64>() / here.value;
            if !(ratio > 0.25) {
                let shorter = if finite && decrease < 0.0 && slope > 0.0 {
                    // the parabola through both values and the slope
                    let factor = 0.5 * slope / (slope - 0.5 * decrease / here.value);
                    smaller(larger(factor, 0.1), 0.5)
                } else {
                    0.25
                };
                self.radius = shorter * smaller(self.radius, length / 0.1);
                self.damping = damping / shorter;
            } else if damping == 0.0 || ratio >= 0.75 {
                if length > 0.9 * self.radius {
                    self.radius *= 2.0;
                }
                self.damping = 0.5 * damping;
            }
            around.rate = damping;
            let relative = promised / here.value;
            if finite && ratio > 1e-4 && promised > 0.0 {
                self.free_steps = if damping == 0.0 { self.free_steps + 1 } else { 0 };
                self.taken_back = taken_back;
                next.value = there.value;
                next.gradient.copy_from_slice(&there.gradient);
                std::mem::swap(&mut here, &mut there);
                break Step::Done;
            }
            taken_back += 1;
            // in a box a step may promise a rise: then a shorter one is tried
            if relative.abs() <= NOISE {
                break Step::Settled { criterion: Criterion::Ftol, value: relative.abs(), threshold: NOISE };
            }
            if length <= SHORTEST * size {
                break Step::Settled { criterion: Criterion::Xtol, value: length / size, threshold: SHORTEST };
            }
            if !(self.radius > 1e-300) {
                break Step::Stuck { why: "no step lowers the sum of squares" };
            }
        };
        self.here = Some(here);
        self.there = Some(there);
        Ok(answer)
    }

    fn state(&mut self, state: &mut State) {
        state.number("radius", &mut self.radius);
        state.number("damping", &mut self.damping);
        state.number("start", &mut self.start);
        state.count("free_steps", &mut self.free_steps);
        state.count("taken_back", &mut self.taken_back);
        state.number("value", &mut self.value);
        state.number("slope", &mut self.slope);
    }
}
