//! Quasi-Newton with a whole approximation of the inverse Hessian: for up to some thousand variables.

use crate::numeric::linalg::Matrix;
use crate::objective::EvaluationError;
use crate::optimize::line_search::Wolfe;
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::state::State;
use crate::optimize::vector::{dot, larger, norm};

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "bfgs",
    doc: "quasi-Newton: the inverse Hessian is learned from changes of the gradient; n^2 numbers of memory",
    source: "Broyden, Fletcher, Goldfarb and Shanno 1970; Nocedal and Wright 2006, alg. 6.1 and (6.20)",
    needs: Needs::Gradient,
    options: &[],
    first_order: false,
    settles: false,
    stochastic: false,
    max_iterations: 10_000,
    defaults: |_| {},
    new: |_| Box::new(Bfgs { inverse: Matrix::zeros(0, 0), scaled: false, direction: Vec::new() }),
    first_steps: FirstSteps {
        settings: |_| {},
        iterates: [[0.552786404500, -0.394427191000], [0.488687782805, -0.061085972851]],
        tolerance: 1e-11,
        work: "first length 1/|g| = 1/sqrt(20) along (-2, -4) satisfies the conditions; s = -(2, 4)/sqrt(20), y = (2 s1, 8 s2), s'y/y'y = 8.5/65 \
               scales the identity, then the update",
    },
    proof: (|_| {}, 1_000),
};

/// As Nocedal and Wright advise for quasi-Newton directions.
const CONDITIONS: Wolfe = Wolfe { c1: 1e-4, c2: 0.9 };

struct Bfgs {
    /// \[n, n\]
    inverse: Matrix,
    /// Whether the first pair has set the scale.
    scaled: bool,
    direction: Vec<f64>,
}

impl Bfgs {
    fn directed(&mut self, at: &Iterate, around: &Around) {
        let mut g = at.gradient.clone();
        around.bounds.mask(&at.x, &at.gradient, &mut g);
        self.direction = (0..g.len()).map(|i| -dot(self.inverse.row(i), &g)).collect();
        around.bounds.mask(&at.x, &at.gradient, &mut self.direction);
        around.bounds.keep_inside(&at.x, &mut self.direction);
    }
}

impl Method for Bfgs {
    fn init(&mut self, at: &Iterate) {
        self.inverse = Matrix::identity(at.x.len());
        self.scaled = false;
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        for attempt in 0..2 {
            self.directed(at, around);
            let first = if self.scaled { 1.0 } else { 1.0 / larger(norm(&at.gradient), 1e-300) };
            let found = crate::optimize::line_search::within(at, &self.direction, first, CONDITIONS, next, around)?;
            if let Some(length) = found {
                around.rate = length;
                return Ok(Step::Done);
            }
            if attempt == 0 {
                self.init(at);
            }
        }
        Ok(crate::optimize::rounding::stuck(at, &self.direction, 1.0))
    }

    fn learn(&mut self, from: &Iterate, to: &Iterate, around: &mut Around) {
        let n = to.x.len();
        let s: Vec<f64> = to.x.iter().zip(&from.x).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = to.gradient.iter().zip(&from.gradient).map(|(a, b)| a - b).collect();
        let sy = dot(&s, &y);
        // without curvature along the step the update would not stay positive definite
        if !(sy > 1e-10 * norm(&s) * norm(&y)) {
            around.skipped += 1;
            return;
        }
        if !self.scaled {
            let scale = sy / dot(&y, &y);
            self.inverse.data.iter_mut().for_each(|h| *h *= scale);
            self.scaled = true;
        }
        let hy: Vec<f64> = (0..n).map(|i| dot(self.inverse.row(i), &y)).collect();
        let both = (1.0 + dot(&y, &hy) / sy) / sy;
        for i in 0..n {
            for j in 0..=i {
                let h = self.inverse[(i, j)] + (both * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy);
                self.inverse[(i, j)] = h;
                self.inverse[(j, i)] = h;
            }
        }
    }

    fn state(&mut self, state: &mut State) {
        state.matrix("inverse", &mut self.inverse);
        state.flag("scaled", &mut self.scaled);
    }
}
