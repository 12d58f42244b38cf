//! Newton's method inside a trust region, solved by conjugate gradients on Hessian-vector products: for many variables.

use crate::objective::{EvaluationError, Objective};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::rounding;
use crate::optimize::state::State;
use crate::optimize::trust::radius_after;
use crate::optimize::vector::{add_scaled, dot, norm, smaller};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "newton-cg",
    doc: "Newton's method in a trust region by conjugate gradients: only products of the Hessian and a vector are formed",
    source: "Steihaug 1983; Nocedal and Wright 2006, alg. 7.2",
    needs: Needs::HessianVector,
    options: &["radius"],
    first_order: false,
    settles: false,
    stochastic: false,
    max_iterations: 10_000,
    defaults: |_| {},
    new: |s| Box::new(NewtonCg { first: s.radius, radius: 0.0 }),
    first_steps: FirstSteps {
        settings: |s| s.radius = Some(10.0),
        iterates: [[12.0 / 17.0, -3.0 / 34.0], [0.0, 0.0]],
        tolerance: 1e-12,
        work: "one product: along -(2, 4) by g'g/g'Hg = 20/136, where the residual is below half of the gradient; then the next \
               step, from g = (24/17, -12/17), needs both directions",
    },
    proof: (|_| {}, 3_000),
};

struct NewtonCg {
    first: Option<f64>,
    radius: f64,
}

impl NewtonCg {
    /// The step inside the radius, zero for variables that are held; and whether it ended on the sphere.
    fn solve(&self, at: &Iterate, around: &mut Around, most: usize) -> Result<Vec<f64>, EvaluationError> {
        let n = at.x.len();
        let mut r = at.gradient.clone();
        around.bounds.mask(&at.x, &at.gradient, &mut r);
        let (mut p, mut product) = (vec![0.0; n], vec![0.0; n]);
        let mut d: Vec<f64> = r.iter().map(|r| -r).collect();
        let size = norm(&r);
        // superlinear: the equations are solved the better, the nearer the end is. Relative to f's scale: |g| at the start is
        // not known here, so the forcing term is a half until progress is fast, by the radius that then no longer binds
        let tolerance = size * smaller(0.5, self.forcing(at, size));
        let mut rr = dot(&r, &r);
        for _ in 0..most {
            around.objective.hessian_vector(&at.x, &d, &mut product)?;
            around.bounds.mask(&at.x, &at.gradient, &mut product);
            let curvature = dot(&d, &product);
            if !curvature.is_finite() {
                break;
            }
            let alpha = rr / curvature;
            if !(curvature > 0.0) || {
                let mut ahead = p.clone();
                add_scaled(alpha, &d, &mut ahead);
                norm(&ahead) >= self.radius
            } {
                add_scaled(to_sphere(&p, &d, self.radius), &d, &mut p);
                return Ok(p);
            }
            add_scaled(alpha, &d, &mut p);
            add_scaled(alpha, &product, &mut r);
            let now = dot(&r, &r);
            if now.sqrt() <= tolerance {
                break;
            }
            let beta = now / rr;
            rr = now;
            crate::optimize::vector::update(&mut d, &r, |d, r| beta * d - r);
        }
        Ok(p)
    }

    fn forcing(&self, at: &Iterate, size: f64) -> f64 {
        // |g| in units of f over length: free of f's scale
        (size * (1.0 + norm(&at.x)) / (at.value.abs() + size)).sqrt()
    }
}

/// a >= 0 with |p + a d| = radius.
fn to_sphere(p: &[f64], d: &[f64], radius: f64) -> f64 {
    let (dd, pd, pp) = (dot(d, d), dot(p, d), dot(p, p));
    let rest = radius * radius - pp;
    let rest = if rest > 0.0 { rest } else { 0.0 };
    let root = (pd * pd + dd * rest).sqrt();
    // no cancellation, whichever sign p'd has
    if pd > 0.0 { rest / (pd + root) } else { (root - pd) / dd }
}

impl Method for NewtonCg {
    fn init(&mut self, at: &Iterate) {
        let size = norm(&at.x);
        self.radius = self.first.unwrap_or(if size > 1.0 { size } else { 1.0 });
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        let n = at.x.len();
        let mut promised = 0.0;
        let mut product = vec![0.0; n];
        while self.radius > 1e-16 * norm(&at.x) && self.radius > 1e-300 {
            let p = self.solve(at, around, 2 * n + 20)?;
            crate::optimize::vector::along(&at.x, 1.0, &p, &mut next.x);
            around.bounds.project(&mut next.x);
            let taken: Vec<f64> = next.x.iter().zip(&at.x).map(|(a, b)| a - b).collect();
            around.objective.hessian_vector(&at.x, &taken, &mut product)?;
            promised = -dot(&at.gradient, &taken) - 0.5 * dot(&taken, &product);
            next.value = around.objective.value_and_gradient(&next.x, &mut next.gradient)?;
            let finite = next.value.is_finite() && next.gradient.iter().all(|g| g.is_finite());
            let ratio = if finite && promised > 0.0 { (at.value - next.value) / promised } else { f64::NAN };
            let length = norm(&taken);
            around.rate = self.radius;
            let rounding = promised > 0.0 && promised <= rounding::NOISE * at.value.abs();
            let flatter = finite
                && around.bounds.projected_norm(&next.x, &next.gradient)
                    < 0.5 * around.bounds.projected_norm(&at.x, &at.gradient);
            if rounding && flatter && next.value <= at.value + rounding::NOISE * at.value.abs() {
                return Ok(Step::Done);
            }
            if rounding || length == 0.0 {
                break;
            }
            self.radius = radius_after(self.radius, length, ratio);
            if promised > 0.0 && ratio > 1e-4 {
                return Ok(Step::Done);
            }
        }
        Ok(rounding::settle(at.value, promised))
    }

    fn state(&mut self, state: &mut State) {
        state.number("radius", &mut self.radius);
    }
}
