//! Quasi-Newton with the last few pairs of steps and gradient changes: memory and time linear in n.
//!
//! The two-loop recursion, run on inner products: every vector in it is a combination of the pairs and the gradient, so that
//! an iteration reads the pairs twice, once for all inner products and once for the direction, whatever the memory is
//! (Chen, Wang and Zhou 2014). The inner products that stay are kept. With bounds: [`bounded`].

mod bounded;

use crate::numeric::block::{Isa, per_isa};
use crate::numeric::sum::Sum;
use crate::objective::EvaluationError;
use crate::optimize::line_search::{Wolfe, within};
use crate::optimize::method::{Around, Entry, FirstSteps, Iterate, Method, Needs, Step};
use crate::optimize::state::State;
use crate::optimize::vector::{CHUNK, difference_of, dot_of, larger, norm};
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

/// For each pair its (s'g, s'y, y'g, y'y, y's), the second of each being of the newest pair.
type Products = [f64; 5];

/// Entries of a stretch: the direction, the gradient and the newest pair stay in the second-level cache, and the older pairs are
/// read far enough in a row for the machine to read ahead.
const BLOCK: usize = 1 << 12;

per_isa! {
    /// d -= a s + b y.
    fn subtract(d: &mut [f64], a: f64, s: &[f64], b: f64, y: &[f64]) {
        for ((d, s), y) in d.iter_mut().zip(s).zip(y) {
            *d -= a * s + b * y;
        }
    }
}

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

    /// Writes the newest pair, and gives the products of every pair with it, its own last, and its |s|^2.
    fn take_in(&self, from: &Iterate, to: &Iterate, s: &mut [f64], y: &mut [f64]) -> (Vec<Products>, f64) {
        let (isa, pairs) = (Isa::detect(), self.s.len());
        let chunk = |c: usize, s: &mut [f64], y: &mut [f64]| -> (Vec<Products>, f64) {
            let mut sums = vec![[0.0; 5]; pairs + 1];
            let mut squares = 0.0;
            for (b, (s, y)) in s.chunks_mut(BLOCK).zip(y.chunks_mut(BLOCK)).enumerate() {
                let start = c * CHUNK + b * BLOCK;
                let range = start..start + s.len();
                let g = &to.gradient[range.clone()];
                difference_of(isa, &to.x[range.clone()], &from.x[range.clone()], s);
                difference_of(isa, g, &from.gradient[range.clone()], y);
                let products = |v: (&[f64], &[f64]), s: &[f64], y: &[f64]| {
                    [(v.0, g), (v.0, y), (v.1, g), (v.1, y), (v.1, s)].map(|(a, b)| dot_of(isa, a, b))
                };
                let mut add = |i: usize, p: Products| sums[i].iter_mut().zip(p).for_each(|(sum, p)| *sum += p);
                for i in 0..pairs {
                    add(i, products((&self.s[i][range.clone()], &self.y[i][range.clone()]), s, y));
                }
                add(pairs, products((s, y), s, y));
                squares += dot_of(isa, s, s);
            }
            (sums, squares)
        };
        if s.len() <= CHUNK {
            return chunk(0, s, y);
        }
        let parts: Vec<(Vec<Products>, f64)> = s
            .par_chunks_mut(CHUNK)
            .zip(y.par_chunks_mut(CHUNK))
            .enumerate()
            .map(|(c, (s, y))| chunk(c, s, y))
            .collect();
        let total = |i: usize, k: usize| parts.iter().map(|p| p.0[i][k]).collect::<Sum>().value();
        let products = (0..=pairs).map(|i| std::array::from_fn(|k| total(i, k))).collect();
        (products, parts.iter().map(|p| p.1).collect::<Sum>().value())
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
        let isa = Isa::detect();
        let chunk = |(c, d): (usize, &mut [f64])| {
            for (b, d) in d.chunks_mut(BLOCK).enumerate() {
                let start = c * CHUNK + b * BLOCK;
                let range = start..start + d.len();
                d.iter_mut().zip(&g[range.clone()]).for_each(|(d, g)| *d = -scale * g);
                for i in 0..s.len() {
                    subtract(isa, d, s_part[i], &s[i][range.clone()], y_part[i], &y[i][range.clone()]);
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
        let (mut found, ss) = self.take_in(from, to, &mut s, &mut y);
        let [_, sy, _, yy, _] = found[self.s.len()];
        let taken = sy > 1e-10 * (ss * yy).sqrt();
        if !taken {
            around.skipped += 1;
            found.pop();
        }
        self.sg = found.iter().map(|p| p[0]).collect();
        self.yg = found.iter().map(|p| p[2]).collect();
        if !taken {
            self.spare = Some((s, y));
            return;
        }
        let older = self.s.len();
        for (i, p) in found[..older].iter().enumerate() {
            self.sy[i].push(p[1]);
            self.yy[i].push(p[3]);
        }
        self.sy.push(found.iter().map(|p| p[4]).collect());
        self.yy.push(found.iter().map(|p| p[3]).collect());
        self.s.push(s);
        self.y.push(y);
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
