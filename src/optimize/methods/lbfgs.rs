//! Quasi-Newton with the last few pairs of steps and gradient changes: memory and time linear in n.
//!
//! The two-loop recursion, run on inner products: every vector in it is a combination of the pairs and the gradient, so that
//! an iteration reads the pairs twice, once for all inner products and once for the direction, whatever the memory is
//! (Chen, Wang and Zhou 2014). The inner products that stay are kept. With bounds: [`bounded`].

mod bounded;

use crate::numeric::sum::Sum;
use crate::objective::EvaluationError;
use crate::optimize::line_search::{Wolfe, within};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::state::State;
use crate::optimize::vector::{CHUNK, dot_chunk, larger, norm};
use rayon::prelude::*;

/// The entry.
pub static ENTRY: Entry = Entry {
    name: "lbfgs",
    doc: "quasi-Newton with the last `memory` pairs: for any number of variables",
    source: "Liu and Nocedal 1989; Nocedal and Wright 2006, alg. 7.4; with bounds Byrd, Lu, Nocedal and Zhu 1995",
    needs: Needs::Gradient,
    options: &["memory"],
    first_order: false,
    settles: false,
    stochastic: false,
    max_iterations: 10_000,
    defaults: |_| {},
    new: |s| Box::new(Lbfgs::new(s.memory)),
    first_steps: FirstSteps {
        settings: |_| {},
        iterates: [[0.552786404500, -0.394427191000], [0.488687782805, -0.061085972851]],
        tolerance: 1e-11,
        work: "with one pair the same as bfgs: first length 1/sqrt(20), then s'y/y'y = 8.5/65 scales the identity",
    },
    proof: (|_| {}, 1_000),
};

/// As Nocedal and Wright advise for quasi-Newton directions; c1 as in L-BFGS-B.
const CONDITIONS: Wolfe = Wolfe { c1: 1e-3, c2: 0.9 };

struct Lbfgs {
    memory: usize,
    /// Steps and changes of the gradient, the oldest first: \[pairs\]\[n\].
    s: Vec<Vec<f64>>,
    y: Vec<Vec<f64>>,
    /// s_i'y_j and y_i'y_j: \[pairs\]\[pairs\].
    sy: Vec<Vec<f64>>,
    yy: Vec<Vec<f64>>,
    /// s_i'g and y_i'g at the current point, as far as `learn` has computed them.
    sg: Vec<f64>,
    yg: Vec<f64>,
    direction: Vec<f64>,
    /// Storage of a pair that was dropped.
    spare: Option<(Vec<f64>, Vec<f64>)>,
}

/// The inner products of a chunk: for each pair (v'g, v's, v'y) of its s and of its y.
type Products = [f64; 6];

impl Lbfgs {
    fn new(memory: usize) -> Self {
        let (s, y, sy, yy) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Lbfgs { memory, s, y, sy, yy, sg: Vec::new(), yg: Vec::new(), direction: Vec::new(), spare: None }
    }

    fn forget(&mut self) {
        self.s.clear();
        self.y.clear();
        self.sy.clear();
        self.yy.clear();
        self.sg.clear();
        self.yg.clear();
    }

    /// v'g, v's, v'y for every pair, `s` and `y` being the newest pair.
    fn products(&self, g: &[f64], s: &[f64], y: &[f64]) -> Vec<Products> {
        let pairs = self.s.len();
        let chunk = |c: usize| -> Vec<Products> {
            let range = c * CHUNK..((c + 1) * CHUNK).min(g.len());
            let (g, s, y) = (&g[range.clone()], &s[range.clone()], &y[range.clone()]);
            let of = |i: usize| {
                let (a, b) = (&self.s[i][range.clone()], &self.y[i][range.clone()]);
                [dot_chunk(a, g), dot_chunk(a, s), dot_chunk(a, y), dot_chunk(b, g), dot_chunk(b, s), dot_chunk(b, y)]
            };
            (0..pairs).map(of).collect()
        };
        let chunks = g.len().div_ceil(CHUNK);
        let parts: Vec<Vec<Products>> =
            if chunks == 1 { vec![chunk(0)] } else { (0..chunks).into_par_iter().map(chunk).collect() };
        (0..pairs).map(|i| std::array::from_fn(|k| parts.iter().map(|p| p[i][k]).collect::<Sum>().value())).collect()
    }

    /// The two loops on coefficients: the direction is `g_part` g + sum s_i `s_part[i]` + y_i `y_part[i]`.
    fn coefficients(&self) -> (f64, Vec<f64>, Vec<f64>) {
        let m = self.s.len();
        let (mut s_part, mut y_part) = (vec![0.0; m], vec![0.0; m]);
        let mut alpha = vec![0.0; m];
        // q = g - sum alpha_j y_j
        for i in (0..m).rev() {
            let sq = self.sg[i] - (i + 1..m).map(|j| alpha[j] * self.sy[i][j]).sum::<f64>();
            alpha[i] = sq / self.sy[i][i];
        }
        let last = m - 1;
        let scale = self.sy[last][last] / self.yy[last][last];
        for j in 0..m {
            y_part[j] = -scale * alpha[j];
        }
        // r = scale q + sum s_j (alpha_j - beta_j)
        for i in 0..m {
            let yq = self.yg[i] - (0..m).map(|j| alpha[j] * self.yy[i][j]).sum::<f64>();
            let yr = scale * yq + (0..i).map(|j| s_part[j] * self.sy[j][i]).sum::<f64>();
            s_part[i] = alpha[i] - yr / self.sy[i][i];
        }
        (scale, s_part, y_part)
    }

    /// Writes minus the combination into the direction.
    fn combine(&mut self, g: &[f64]) {
        let (scale, s_part, y_part) = self.coefficients();
        let (s, y) = (&self.s, &self.y);
        let chunk = |(c, d): (usize, &mut [f64])| {
            let from = c * CHUNK;
            let range = from..from + d.len();
            d.iter_mut().zip(&g[range.clone()]).for_each(|(d, g)| *d = -scale * g);
            for i in 0..s.len() {
                let (a, b) = (s_part[i], y_part[i]);
                let (s, y) = (&s[i][range.clone()], &y[i][range.clone()]);
                for ((d, s), y) in d.iter_mut().zip(s).zip(y) {
                    *d -= a * s + b * y;
                }
            }
        };
        if g.len() <= CHUNK {
            chunk((0, &mut self.direction[..]));
        } else {
            self.direction.par_chunks_mut(CHUNK).enumerate().for_each(chunk);
        }
    }
}

impl Method for Lbfgs {
    fn init(&mut self, at: &Iterate) {
        self.forget();
        self.direction.resize(at.x.len(), 0.0);
    }

    fn step(&mut self, at: &Iterate, next: &mut Iterate, around: &mut Around) -> Result<Step, EvaluationError> {
        if !around.bounds.are_none() {
            return self.step_in_box(at, next, around);
        }
        for _ in 0..2 {
            let first = if self.s.is_empty() {
                crate::optimize::vector::each1(&at.gradient, &mut self.direction, |g| -g);
                1.0 / larger(norm(&at.gradient), 1e-300)
            } else {
                self.combine(&at.gradient);
                1.0
            };
            let found = within(at, &self.direction, first, CONDITIONS, next, around)?;
            if let Some(length) = found {
                around.rate = length;
                return Ok(Step::Done);
            }
            if self.s.is_empty() {
                break;
            }
            self.forget();
        }
        Ok(crate::optimize::rounding::stuck(at, &self.direction, 1.0))
    }

    fn learn(&mut self, from: &Iterate, to: &Iterate, around: &mut Around) {
        if self.memory == 0 {
            return;
        }
        if self.s.len() == self.memory {
            self.spare = Some((self.s.remove(0), self.y.remove(0)));
            for products in [&mut self.sy, &mut self.yy] {
                products.remove(0);
                for row in products.iter_mut() {
                    row.remove(0);
                }
            }
        }
        let n = to.x.len();
        let (mut s, mut y) = self.spare.take().unwrap_or_else(|| (vec![0.0; n], vec![0.0; n]));
        crate::optimize::vector::each2(&to.x, &from.x, &mut s, |a, b| a - b);
        crate::optimize::vector::each2(&to.gradient, &from.gradient, &mut y, |a, b| a - b);
        self.s.push(s);
        self.y.push(y);
        let last = self.s.len() - 1;
        let found = self.products(&to.gradient, &self.s[last], &self.y[last]);
        let [_, ss, sy, _, _, yy] = found[last];
        if !(sy > 1e-10 * (ss * yy).sqrt()) {
            around.skipped += 1;
            self.spare = self.s.pop().zip(self.y.pop());
        }
        let pairs = self.s.len();
        self.sg = found[..pairs].iter().map(|p| p[0]).collect();
        self.yg = found[..pairs].iter().map(|p| p[3]).collect();
        if pairs <= last {
            return;
        }
        for (i, p) in found[..last].iter().enumerate() {
            self.sy[i].push(p[2]);
            self.yy[i].push(p[5]);
        }
        self.sy.push(found.iter().map(|p| p[4]).collect());
        self.yy.push(found.iter().map(|p| p[5]).collect());
        self.sy[last][last] = sy;
    }

    fn state(&mut self, state: &mut State) {
        state.vectors("s", &mut self.s);
        state.vectors("y", &mut self.y);
        state.vectors("sy", &mut self.sy);
        state.vectors("yy", &mut self.yy);
        state.vector("sg", &mut self.sg);
        state.vector("yg", &mut self.yg);
        let mut n = self.direction.len() as u64;
        state.count("n", &mut n);
        self.direction.resize(n as usize, 0.0);
    }
}
